"""Both clients over real sockets: whatever comes back, a receipt or a typed error."""

from __future__ import annotations

import json
import logging
import os
import pickle
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import trustme
from callers import Caller
from clocks import FakeClock
from rezoom import (
    UNSET,
    AuthError,
    Bearer,
    ConfigError,
    MemoryLedger,
    NotFoundError,
    NotSentError,
    QuotaExceeded,
    RateLimited,
    RefusedError,
    RezoomError,
    ServerError,
    ServerToServer,
    UnansweredError,
)
from rezoom._auth.tokens import Token
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Quota, Reservation
from wire import ACCEPTED, HANG_UP, RESET, SILENCE, Answer, Wire, answer, patience

Call = Callable[..., Caller]

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
NO_TOKEN = answer(401, {"code": 124, "message": "Invalid access token."})
MEETING = {"id": 85746065, "host_id": "host-1", "settings": {"waiting_room": True}}
CUT = answer(200, b'{"code": 0}', content_length="400", after="close")
BAD_CHUNK = Answer(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\nbody\r\n", "close")


@dataclass(frozen=True)
class Case:
    """An answer, and what a caller without retries is told."""

    answer: Answer
    error: type[RezoomError]
    sent: bool | None = True
    status: int | None = None


CASES = {
    "html-502": Case(answer(502, PAGE, content_type="text/html"), ServerError, status=502),
    "empty-429": Case(answer(429), RateLimited, status=429),
    "299": Case(answer(299, {"code": 0}), ServerError, status=299),
    "520": Case(answer(520, b"error code: 520"), ServerError, status=520),
    "200-with-an-error": Case(
        answer(200, {"code": 3001, "message": "Meeting does not exist: 1."}),
        NotFoundError,
        status=200,
    ),
    "200-for-204": Case(answer(200, {}), ServerError, status=200),
    "redirect": Case(answer(302, location="/v2/elsewhere"), ServerError, status=302),
    "not-found": Case(answer(404, {"code": 3001, "message": "gone"}), NotFoundError, status=404),
    "refused": Case(answer(400, {"code": 300, "message": "no"}), RefusedError, status=400),
    "list": Case(answer(400, [1, 2]), RefusedError, status=400),
    "not-utf-8": Case(answer(500, b"\xff\xfe\x00"), ServerError, status=500),
    "bad-gzip": Case(answer(200, b"plain", content_encoding="gzip"), ServerError, status=200),
    "cut-short": Case(CUT, ServerError, status=200),
    "bad-chunk": Case(BAD_CHUNK, ServerError, status=200),
    "not-http": Case(Answer(b"SSH-2.0-OpenSSH\r\n", "close"), UnansweredError, sent=None),
    "hung-up": Case(HANG_UP, UnansweredError, sent=None),
    "reset": Case(RESET, UnansweredError, sent=None),
    "silence": Case(SILENCE, UnansweredError, sent=None),
}


@pytest.mark.smoke
@pytest.mark.parametrize("name", CASES)
def test_every_odd_answer_is_a_typed_error(name: str, wire: Wire, call: Call) -> None:
    """The error says whether the change left and what answered; nothing untyped gets out."""
    case = CASES[name]
    wire.says(case.answer)

    with pytest.raises(RezoomError) as caught:
        call(Bearer("token"), retries=0, timeout=patience(case.answer)).update(1, topic="x")

    assert type(caught.value) is case.error
    assert caught.value.sent is case.sent
    assert getattr(caught.value, "status", None) == case.status


TOKEN_CASES = {
    "page": Case(answer(200, PAGE), ConfigError, sent=False),
    "no-token": Case(answer(200, {"scope": ""}), ServerError, sent=False, status=200),
    "list": Case(answer(200, ["token"]), ConfigError, sent=False),
    "refused": Case(
        answer(400, {"reason": "Invalid client", "error": "invalid_client"}),
        AuthError,
        sent=False,
        status=400,
    ),
    "limited": Case(answer(429), RateLimited, sent=False, status=429),
    "html-503": Case(answer(503, PAGE), ServerError, sent=False, status=503),
    "hung-up": Case(HANG_UP, NotSentError, sent=False),
    "silence": Case(SILENCE, NotSentError, sent=False),
}


@pytest.mark.parametrize("name", TOKEN_CASES)
def test_without_a_token_no_change_is_sent(name: str, wire: Wire, call: Call) -> None:
    """Whatever the token address says, the error is typed and the API hears nothing."""
    case = TOKEN_CASES[name]
    wire.grants(case.answer)

    with pytest.raises(RezoomError) as caught:
        call(retries=0, timeout=patience(case.answer)).update(1, topic="x")

    assert type(caught.value) is case.error
    assert (caught.value.sent, wire.calls) == (case.sent, [])


GET_CASES = {
    "page": (answer(200, PAGE), ServerError),
    "list": (answer(200, []), ServerError),
    "cut-json": (answer(200, b'{"id": 1, "topic": "x'), ServerError),
    "error-inside": (answer(200, {"code": 3001, "message": "gone"}), ServerError),
    "no-content": (answer(204), ServerError),
    "deep": (answer(200, b"[" * 100_000), ServerError),
}


@pytest.mark.parametrize("name", GET_CASES)
def test_reading_survives_every_odd_answer(name: str, wire: Wire, call: Call) -> None:
    """A read has no success but a JSON object."""
    wire.says(GET_CASES[name][0])

    with pytest.raises(RezoomError) as caught:
        call(retries=0).get(1)

    assert type(caught.value) is GET_CASES[name][1]


def test_an_odd_meeting_is_read_as_far_as_it_goes(wire: Wire, call: Call) -> None:
    """Members of a wrong type, unknown ones and missing objects do not crash a reader."""
    odd = {"id": "x", "type": None, "occurrences": "none", "new": [1], "settings": {"audio": 7}}
    wire.says(answer(200, odd))

    meeting = call().get(1)

    assert meeting.additional_properties["new"] == [1]
    assert meeting.to_dict()["settings"] == {"audio": 7}
    assert not meeting.recurrence


@pytest.mark.smoke
def test_an_update_is_one_patch_with_the_json_body(wire: Wire, call: Call) -> None:
    """Method, path, query, token and body are on the wire as the endpoint wants them."""
    call().update("857 460 65", occurrence="1648194360000", duration=30, agenda="Grüße")

    (sent,) = wire.calls
    assert (sent.method, sent.target) == (
        "PATCH",
        "/v2/meetings/85746065?occurrence_id=1648194360000",
    )
    assert json.loads(sent.body) == {"duration": 30, "agenda": "Grüße"}
    assert sent.headers["authorization"] == "Bearer token-1"
    assert sent.headers["content-type"] == "application/json"


def test_what_is_unset_is_not_sent(wire: Wire, call: Call) -> None:
    """UNSET stands for a field that is left out."""
    call().update(1, topic="x", agenda=UNSET, settings={"audio": UNSET, "focus_mode": True})

    assert json.loads(wire.calls[0].body) == {"topic": "x", "settings": {"focus_mode": True}}


def test_a_refused_change_opens_no_connection(wire: Wire, call: Call) -> None:
    """Judging comes first; not even a token is asked for."""
    with pytest.raises(NotSentError):
        call().update(1, topic="x" * 999)

    assert wire.connections == 0


@pytest.mark.smoke
def test_one_connection_carries_everything(wire: Wire, call: Call) -> None:
    """Token, updates and reads share the pool."""
    caller = call()
    wire.says(ACCEPTED, ACCEPTED, answer(200, MEETING))
    for _ in range(2):
        caller.update(1, topic="x")
    caller.get(1)

    assert (wire.connections, len(wire.sent)) == (1, 4)


def test_the_tracking_id_is_on_the_receipt(wire: Wire, call: Call) -> None:
    """Zoom's support asks for it."""
    wire.says(answer(204, x_zm_trackingid="WEB_77"))

    assert call().update(1, topic="x").tracking_id == "WEB_77"


def test_the_tracking_id_is_on_the_error(wire: Wire, call: Call) -> None:
    """Also, and above all, when it went wrong."""
    wire.says(answer(404, {"code": 3001, "message": "gone"}, x_zm_trackingid="WEB_78"))

    with pytest.raises(NotFoundError, match="WEB_78") as caught:
        call().update(1, topic="x")

    assert caught.value.tracking_id == "WEB_78"


class CountedPeeks(ServerToServer):
    """Tells how often somebody looked for a token."""

    peeks = 0

    def peek(self, now: datetime, *, rejected: str | None = None) -> Token | None:
        self.peeks += 1
        return super().peek(now, rejected=rejected)


@pytest.mark.smoke
def test_twenty_callers_at_once_fetch_one_token(wire: Wire, call: Call) -> None:
    """The token address answers only when all of them are waiting for it, and is asked once."""
    source = CountedPeeks("a", "b", "c", token_url=f"{wire.origin}/oauth/token")
    everybody = threading.Event()
    wire.before = lambda sent: sent.target == "/oauth/token" and everybody.wait(5)

    def peek(now: datetime, *, rejected: str | None = None) -> Token | None:
        found = CountedPeeks.peek(source, now, rejected=rejected)
        if source.peeks > 20:  # the one who fetches has looked twice
            everybody.set()
        return found

    source.peek = peek  # type: ignore[method-assign]  # this one source tells when all have come
    receipts = call(source).update_at_once(20)

    assert (len(receipts), len(wire.token_requests), everybody.is_set()) == (20, 1, True)


def test_a_token_is_renewed_before_it_ends(wire: Wire, call: Call, clock: FakeClock) -> None:
    """A minute before its end the old one is not used any more, so no update meets a 401."""
    caller = call()
    caller.update(1, topic="x")
    clock.advance(timedelta(seconds=3600 - 59))
    caller.update(1, topic="x")

    assert [sent.headers["authorization"] for sent in wire.calls] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


@pytest.mark.smoke
def test_a_rejected_token_is_renewed_once_and_the_update_repeated(wire: Wire, call: Call) -> None:
    """The second attempt carries the new token, and costs a second place of the hundred."""
    wire.says(NO_TOKEN)

    receipt = call().update(1, topic="x")

    assert [sent.headers["authorization"] for sent in wire.calls] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    assert receipt.quota.used == 2


def test_a_second_rejection_is_an_error(wire: Wire, call: Call) -> None:
    """One new token is worth a try, a third is not."""
    wire.says(NO_TOKEN, NO_TOKEN)

    with pytest.raises(AuthError):
        call().update(1, topic="x")

    assert (len(wire.calls), len(wire.token_requests)) == (2, 2)


def test_a_fixed_token_that_is_rejected_says_so(wire: Wire, call: Call) -> None:
    """Nobody but its maker can renew it."""
    wire.says(NO_TOKEN)

    with pytest.raises(AuthError, match="cannot be renewed") as caught:
        call(Bearer("fixed")).update(1, topic="x")

    assert caught.value.sent is True


@pytest.mark.smoke
def test_a_short_limit_is_waited_out(wire: Wire, call: Call, clock: FakeClock) -> None:
    """A per-second 429 is paused for and sent again; the receipt counts what was not refused."""
    wire.says(
        answer(429, {"code": 429, "message": "You have reached the maximum per-second rate limit"})
    )

    receipt = call().update(1, topic="x")

    assert len(clock.slept) == 1
    assert 1 <= clock.slept[0] <= 2
    assert receipt.quota.used == 1


def test_a_daily_limit_closes_the_ledger_until_its_reset(wire: Wire, call: Call) -> None:
    """Zoom is asked once; after that the ledger answers, with the same time to come back."""
    daily = "You have exceeded the daily rate limit (100) of Meeting Create/Update"
    wire.says(answer(429, {"code": 429, "message": daily}))
    caller = call()
    with pytest.raises(RateLimited) as refused:
        caller.update(1, host="host-1", topic="x")

    with pytest.raises(QuotaExceeded) as blocked:
        caller.update(2, host="host-1", topic="x")

    assert blocked.value.retry_at == refused.value.retry_at
    assert len(wire.calls) == 1


def test_a_429_teaches_the_accounts_day_without_a_plan(wire: Wire, call: Call) -> None:
    """No plan was named, and every meeting waits for the reset all the same."""
    daily = "You have reached the maximum daily rate limit for this API."
    reset = "2026-12-08T00:00:00Z"
    wire.says(answer(429, {"code": 429, "message": daily}, retry_after=reset))
    caller = call()
    with pytest.raises(RateLimited):
        caller.update(1, topic="x")

    with pytest.raises(QuotaExceeded) as blocked:
        caller.update(2, topic="x")

    account = caller.quota(3).account
    assert account is not None
    assert (blocked.value.scope, blocked.value.limit, account.remaining) == ("account", 6000, 0)
    assert blocked.value.to_dict()["retry_at"] == reset
    assert len(wire.calls) == 1


def test_the_day_of_an_unknown_host_closes_its_meeting(wire: Wire, call: Call) -> None:
    """Nobody knows which others are this host's; those are not asked to wait."""
    daily = "You have exceeded the daily rate limit (100) of Meeting Create/Update"
    wire.says(answer(429, {"code": 429, "message": daily}))
    caller = call()
    with pytest.raises(RateLimited) as refused:
        caller.update(1, topic="x")

    with pytest.raises(QuotaExceeded) as blocked:
        caller.update(1, topic="x")

    assert blocked.value.retry_at == refused.value.retry_at
    assert caller.update(2, topic="x").sent


def test_a_read_teaches_the_host(wire: Wire, call: Call) -> None:
    """From then on the host's hundred is counted too, without naming the host."""
    wire.says(answer(200, MEETING))
    caller = call()
    caller.get(85746065)

    assert caller.update(85746065, topic="x").quota.host is not None


@pytest.mark.smoke
def test_there_is_a_timeout_by_default(
    wire: Wire, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever unless they ask for it; what comes before sending ends earlier."""
    seen: list[httpx.Request] = []

    def noted(send: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(client: object, request: httpx.Request, **how: Any) -> Any:
            seen.append(request)
            return send(client, request, **how)

        return wrapped

    for kind in (httpx.Client, httpx.AsyncClient):
        monkeypatch.setattr(kind, "send", noted(kind.send))

    call().update(1, topic="x")

    wanted = {"connect": 10, "read": 30, "write": 30, "pool": 7.5}
    assert [request.extensions["timeout"] for request in seen] == [wanted] * 2


@pytest.mark.parametrize(
    "timeout",
    [
        0,
        -1,
        float("nan"),
        float("inf"),
        86_401,
        True,
        "30",
        None,
        httpx.Timeout(-1),
        httpx.Timeout(1e9),
    ],
)
def test_an_impossible_timeout_is_refused(timeout: object, call: Call) -> None:
    """When the client is made, not when it is used."""
    with pytest.raises(ConfigError) as caught:
        call(timeout=timeout)

    assert caught.value.field == "timeout"


@pytest.mark.smoke
def test_a_client_of_the_callers_own_stays_open(wire: Wire, call: Call) -> None:
    """Who made it closes it."""
    caller = call(own_http=True)
    caller.update(1, topic="x")
    caller.close()

    assert not caller.http.is_closed


def test_a_client_of_the_callers_own_keeps_its_habits_to_itself(wire: Wire, call: Call) -> None:
    """Its auth would replace the token, and its redirects would be updates nobody counted."""
    wire.says(answer(307, location="/v2/meetings/2"))

    with pytest.raises(ServerError):
        call(own_http=True, retries=0).update(1, topic="x")

    assert tokens(wire) == ["Bearer token-1"]


def test_a_closed_client_refuses(wire: Wire, call: Call) -> None:
    """Instead of quietly opening new connections."""
    caller = call()
    caller.close()

    with pytest.raises(ConfigError, match="closed"):
        caller.update(1, topic="x")


def test_a_closed_http_client_costs_nothing(wire: Wire, call: Call, clock: FakeClock) -> None:
    """The refusal comes before a place of the hundred is taken."""
    ledger = MemoryLedger(clock=clock)
    caller = call(own_http=True, ledger=ledger)
    caller.close_http()

    with pytest.raises(ConfigError, match="http client"):
        caller.update(1, topic="x")

    assert ledger.usage(caller.zoom._context.reservation(1, None)).pending == 0


def test_a_forked_child_opens_its_own_connection(
    wire: Wire, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes on one socket would read each other's answers; the parent's stays open."""
    caller = call()
    caller.update(1, topic="x")
    parents, pid = caller.zoom._http, os.getpid()

    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: pid + 1)
        caller.update(1, topic="x")
        caller.close()

    assert [sent.connection for sent in wire.calls] == [1, 2]
    assert parents is not None
    assert not parents.is_closed
    setattr(caller.zoom, "_http", parents)  # noqa: B010 - of either kind; for the end to close
    caller.zoom._pid = pid


@pytest.mark.smoke
def test_an_unreachable_host_is_not_sent(wire: Wire, call: Call) -> None:
    """A refused connection provably carried nothing, so the place is given back."""
    caller = call(Bearer("token"), base_url="http://127.0.0.1:1/v2", retries=0)

    with pytest.raises(NotSentError, match="ConnectError") as caught:
        caller.update(1, topic="x")

    claim = caller.zoom._context.reservation(1, None)
    assert (caught.value.sent, caller.zoom._context.ledger.usage(claim).used) == (False, 0)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".com", "xn--.com"])
def test_a_host_name_nobody_can_have_is_not_sent(host: str, call: Call) -> None:
    """Such a name fails deep inside the socket, in ways of its own."""
    with pytest.raises(NotSentError):
        call(Bearer("token"), base_url=f"https://{host}/v2", retries=0).update(1, topic="x")


def test_an_authority_nobody_knows_is_not_sent(call: Call) -> None:
    """A certificate that proves nothing gets neither the token nor the change."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    with Wire(tls=tls) as impostor:
        caller = call(Bearer("token"), base_url=f"{impostor.origin}/v2", retries=0)

        with pytest.raises(NotSentError, match="CERTIFICATE_VERIFY_FAILED"):
            caller.update(1, topic="x")

        assert impostor.sent == []


def test_an_error_of_a_call_survives_pickling(wire: Wire, call: Call) -> None:
    """Workers hand their errors to another process."""
    wire.says(answer(429, {"code": 429, "message": "maximum daily rate limit"}))
    with pytest.raises(RateLimited) as caught:
        call().update(1, topic="x")

    again = pickle.loads(pickle.dumps(caught.value))

    assert (str(again), again.to_dict()) == (str(caught.value), caught.value.to_dict())


def test_an_attempt_is_logged_with_its_tracking_id(
    wire: Wire, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    """One line an attempt, at INFO, in words and as fields."""
    wire.says(answer(503), ACCEPTED)
    caplog.set_level(logging.INFO, logger="rezoom")

    call().update(1, topic="x")

    names = ("operation", "meeting", "status", "attempt", "tracking_id")
    seen = [
        tuple(getattr(line, name) for name in names)
        for line in caplog.records
        if line.name == "rezoom"
    ]
    assert seen == [("updateMeeting", 1, 503, 1, None), ("updateMeeting", 1, 204, 2, "WEB_1")]
    assert "updateMeeting of 1: 204 after" in caplog.text


def tokens(wire: Wire) -> list[str]:
    """List what the API was shown, call by call."""
    return [sent.headers["authorization"] for sent in wire.calls]


class LostAfterwards(MemoryLedger):
    """A ledger that reserves, and cannot be read any more."""

    def usage(self, reservation: Reservation) -> Quota:
        """Fail as a file does that was removed in the meantime."""
        raise LedgerUnavailable("gone")


def test_a_ledger_that_fails_afterwards_does_not_lose_the_receipt(
    wire: Wire, call: Call, clock: FakeClock
) -> None:
    """The change is out: only the question what is left raises."""
    wire.says(answer(204))
    receipt = call(ledger=LostAfterwards(clock=clock)).update(1, topic="x")

    assert (receipt.sent, receipt.to_dict()["quota"]) == (True, None)
    with pytest.raises(LedgerUnavailable, match="The request was sent"):
        _ = receipt.quota
