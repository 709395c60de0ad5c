"""Answers that never end, or end too early: bounded in time and size, and every status counts."""

from __future__ import annotations

import gzip
import logging
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import trustme
from callers import AsyncCaller, Caller, SyncCaller
from hostile import DAILY, FLAWS, UNTIL, Answer, Hostile, cut, dripped, head, sized, whole
from rezoom import (
    Bearer,
    NotSentError,
    QuotaExceeded,
    RateLimited,
    RefusedError,
    RezoomError,
    ServerError,
    ServerToServer,
    UnansweredError,
    Zoom,
)

pytestmark = pytest.mark.slow

KINDS: dict[str, type[SyncCaller | AsyncCaller]] = {
    "Zoom": SyncCaller,
    "AsyncZoom": AsyncCaller,
}
TIMEOUT = 0.6
# On top of the timeout: what a busy machine may need besides.
SOON = TIMEOUT + 2


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Name each kind of client."""
    return str(request.param)


@pytest.fixture(params=["own", "brought"])
def caller(request: pytest.FixtureRequest, kind: str) -> Iterator[Callable[[Hostile], Caller]]:
    """Make a client in front of a server, with connections of its own or one that was brought."""
    made: list[Caller] = []

    def make(server: Hostile, *, retries: int = 0, timeout: float = TIMEOUT) -> Caller:
        made.append(
            KINDS[kind](
                Bearer("token"),
                own_http=request.param == "brought",
                base_url=server.url,
                ledger="memory:",
                timeout=timeout,
                retries=retries,
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.end()


def failing(caller: Caller, call: Callable[[Caller], object]) -> RezoomError:
    """Run a call that fails within its timeout, or little more."""
    start = time.monotonic()
    with pytest.raises(RezoomError) as caught:
        call(caller)
    assert time.monotonic() - start < SOON
    return caught.value


def update(caller: Caller) -> object:
    """Update a meeting, whatever comes."""
    return caller.update(1, topic="x")


def read(caller: Caller) -> object:
    """Read a meeting, whatever comes."""
    return caller.get(1)


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_daily_limit_is_believed_whatever_becomes_of_its_body(
    flaw: str, caller: Callable[..., Caller]
) -> None:
    """It is not sent again, not now and not by the next call: its headers say until when."""
    with Hostile(FLAWS[flaw](429, *DAILY)) as server:
        zoom = caller(server, retries=2)

        first = failing(zoom, update)
        then = failing(zoom, update)

    assert isinstance(first, RateLimited)
    assert (first.scope, first.retry_at, first.sent) == ("host-day", UNTIL, True)
    assert isinstance(then, QuotaExceeded)
    assert len(server.requests) == 1


@pytest.mark.parametrize("flaw", FLAWS)
@pytest.mark.parametrize(("status", "error"), [(500, ServerError), (400, RefusedError)])
def test_a_failure_is_known_by_its_status(
    flaw: str, status: int, error: type[RefusedError], caller: Callable[..., Caller]
) -> None:
    """And its place is settled: that the request was counted is certain."""
    with Hostile(FLAWS[flaw](status)) as server:
        zoom = caller(server)

        refused = failing(zoom, update)

    assert type(refused) is error
    assert refused.status == status
    quota = zoom.quota(1)
    assert (quota.used, quota.pending, quota.unknown) == (1, 0, 0)


@pytest.mark.parametrize("flaw", [*FLAWS, "complete, then endless"])
def test_a_success_that_needs_its_body_needs_all_of_it(
    flaw: str, caller: Callable[..., Caller]
) -> None:
    """Of a read that was cut short nothing is believed, however well it reads so far."""
    body = b'{"id": 1, "topic": "x"}'
    complete = whole(cut(200, body))
    with Hostile(FLAWS[flaw](200) if flaw in FLAWS else complete) as server:
        unread = failing(caller(server), read)

    assert type(unread) is UnansweredError
    assert "HTTP 200" in str(unread)


@pytest.mark.parametrize("behind", [b"x" * 100_000, b"HTTP/1.1 500 No\r\n\r\n"])
def test_an_accepted_update_stays_accepted(behind: bytes, caller: Callable[..., Caller]) -> None:
    """A 204 has no body; what comes after it is no part of it."""
    with Hostile(whole(head(204) + behind)) as server:
        receipt = caller(server).update(1, topic="x")

    assert receipt.sent


def test_a_renewed_token_is_asked_for_by_the_status_alone(
    kind: str, caller: Callable[..., Caller]
) -> None:
    """A 401 whose body was cut says what a whole one says."""
    with Hostile(FLAWS["cut"](401)) as server:
        refused = failing(caller(server), update)

    assert isinstance(refused, RefusedError)
    assert refused.status == 401


def test_an_unexplained_429_that_was_cut_is_not_sent_again(caller: Callable[..., Caller]) -> None:
    """What is missing may be the word that names a day's limit."""
    with Hostile(FLAWS["cut"](429)) as server:
        refused = failing(caller(server, retries=2), update)

    assert isinstance(refused, RateLimited)
    assert len(server.requests) == 1


def test_words_of_a_cut_429_still_name_the_limit(caller: Callable[..., Caller]) -> None:
    """The message is there, only the end of the body is not."""
    said = b'{"code": 429, "message": "You have exceeded the daily rate limit (100) of Meeting'
    with Hostile(whole(cut(429, said))) as server:
        refused = failing(caller(server, retries=2), update)

    assert isinstance(refused, RateLimited)
    assert refused.scope == "host-day"
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (500, ServerError)])
def test_a_dripped_body_ends_with_the_timeout(
    status: int, error: type[RezoomError], caller: Callable[..., Caller]
) -> None:
    """Each byte comes in time, the last one never does; the status counts."""
    body = head(status, b"content-length: 100000", *DAILY)
    with Hostile(lambda: iter([body, *[b"x"] * 1000]), pause=0.03) as server:
        refused = failing(caller(server), update)

    assert type(refused) is error


DRIPPED: dict[str, Answer] = {
    "head": lambda: dripped(b"HTTP/1.1 204 No"),
    "headers": lambda: dripped(b"HTTP/1.1 204 No Content\r\nx-name: "),
    "interim answers": lambda: iter([b"HTTP/1.1 102 Processing\r\n\r\n"] * 1000),
}


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """Serve https with a certificate that httpx trusts."""
    authority = trustme.CA()
    pem = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("what", DRIPPED)
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_dripped_head_ends_with_the_timeout_over_https(
    what: str, make: type[SyncCaller | AsyncCaller], tls: ssl.SSLContext
) -> None:
    """No status has come: whether the request was counted is not known, and the place stays."""
    with Hostile(DRIPPED[what], pause=0.03, tls=tls) as server:
        zoom = make(
            Bearer("token"), base_url=server.url, ledger="memory:", timeout=TIMEOUT, retries=0
        )
        lost = failing(zoom, update)
        quota = zoom.quota(1)
        zoom.end()

    assert type(lost) is UnansweredError
    assert (quota.pending, quota.unknown) == (0, 1)


@pytest.mark.parametrize("what", DRIPPED)
def test_a_dripped_head_ends_with_the_timeout_when_it_is_awaited(what: str) -> None:
    """Over plain http too, which only a simulator speaks."""
    with Hostile(DRIPPED[what], pause=0.03) as server:
        zoom = AsyncCaller(
            Bearer("token"), base_url=server.url, ledger="memory:", timeout=TIMEOUT, retries=0
        )
        lost = failing(zoom, update)
        zoom.end()

    assert type(lost) is UnansweredError


@pytest.mark.parametrize("timeout", [httpx.Timeout(None), httpx.Timeout(5, read=None)])
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_whoever_asks_for_no_timeout_has_none(
    timeout: httpx.Timeout, make: type[SyncCaller | AsyncCaller], tls: ssl.SSLContext
) -> None:
    """A phase without an end makes an attempt without one, and an answer arrives all the same."""
    with Hostile(lambda: iter([head(204)]), tls=tls) as server:
        zoom = make(Bearer("token"), base_url=server.url, ledger="memory:", timeout=timeout)
        receipt = zoom.update(1, topic="x")
        zoom.end()

    assert receipt.sent


LOCATIONS = {
    "too long": b"/" + b"a" * 65530,
    "not a name": "http://xn--a/\u00e9".encode(),
    "a control character": b"http://a/\x7f",
    "an empty label": "http://\u00e9..\u00e9/".encode(),
    "elsewhere": b"https://example.com/",
}


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_redirect_is_a_refusal_wherever_it_leads(
    location: str, caller: Callable[..., Caller]
) -> None:
    """The update was sent and answered, though nobody can go there."""
    moved = head(302, b"content-length: 0", b"location: " + LOCATIONS[location])
    with Hostile(whole(moved)) as server:
        zoom = caller(server, retries=2)
        refused = failing(zoom, update)

    assert isinstance(refused, RefusedError)
    assert (refused.status, len(server.requests)) == (302, 1)
    assert (zoom.quota(1).used, zoom.quota(1).unknown) == (1, 0)


@pytest.mark.parametrize("packed", ["gzip", "members", "deflate"])
def test_a_body_may_be_packed_as_servers_do(packed: str, caller: Callable[..., Caller]) -> None:
    """In one member or several; it is read whole."""
    said = b'{"id": 1, "topic": "Stand-up"}'
    body = {
        "gzip": gzip.compress(said),
        "members": gzip.compress(said[:9]) + gzip.compress(said[9:]),
        "deflate": zlib.compress(said),
    }[packed]
    encoding = b"deflate" if packed == "deflate" else b"gzip"
    with Hostile(whole(sized(200, body, b"content-encoding: " + encoding))) as server:
        assert caller(server).get(1).topic == "Stand-up"


@pytest.mark.parametrize("answer", [b"", head(204)])
def test_every_attempt_is_logged_with_the_same_fields(
    answer: bytes, caller: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    """A formatter may name them all, of an attempt without an answer too."""
    caplog.set_level(logging.INFO, logger="rezoom")
    with Hostile(whole(answer)) as server, suppress(UnansweredError):
        caller(server).update(1, topic="x")

    (line,) = (one for one in caplog.records if one.name == "rezoom")
    names = ("operation", "meeting", "status", "attempt", "tracking_id")
    wanted = ("updateMeeting", 1, 204 if answer else None, 1, None)
    assert tuple(getattr(line, name) for name in names) == wanted


def test_whoever_waits_for_a_token_shares_the_failure_to_get_one() -> None:
    """One attempt for all that were waiting, not one after the other."""
    with Hostile(whole(b""), pause=30) as silent:
        url = silent.url.removesuffix("/v2")
        auth = ServerToServer("account", "client", "secret", token_url=f"{url}/oauth/token")
        zoom = Zoom(auth, base_url=silent.url, ledger="memory:", timeout=TIMEOUT, retries=0)

        def lost(_: int) -> type[Exception] | None:
            try:
                zoom.update(1, topic="x")
            except RezoomError as error:
                return type(error)
            return None

        start = time.monotonic()
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lost, range(16)))
        took = time.monotonic() - start
        zoom.close()

    assert set(found) == {NotSentError}
    assert took < 16 * TIMEOUT / 2
