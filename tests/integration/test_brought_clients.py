"""A client that the caller brings is used as it is, of httpx or httpx2, and no other is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest
import requests
from hostile import DAILY, Hostile, cut, head
from rezoom import (
    AsyncZoom,
    Bearer,
    ConfigError,
    NotSentError,
    RateLimited,
    RefusedError,
    RezoomError,
    ServerToServer,
    UnansweredError,
    Zoom,
)
from wire import HANG_UP, Wire, answer

BEARER = Bearer("token")
LIBRARIES = [httpx, httpx2]
KINDS = {"Client": Zoom, "AsyncClient": AsyncZoom}
# Nothing listens there.
NOWHERE = "http://127.0.0.1:1/v2"


@pytest.fixture(params=LIBRARIES, ids=lambda library: library.__name__)
def library(request: pytest.FixtureRequest) -> Any:
    """Take each library that a client may be of."""
    return request.param


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Name each kind of client."""
    return str(request.param)


def run(http: Any, base: str, *, retries: int = 0, auth: Any = BEARER) -> Any:
    """Update a meeting through a client of either kind; return receipt or error, and quota."""

    async def awaited() -> Any:
        async with http:
            zoom = AsyncZoom(auth, http=http, base_url=base, ledger="memory:", retries=retries)
            try:
                done: Any = await zoom.update(1, topic="x")
            except RezoomError as error:
                done = error
            return done, await zoom.quota(1)

    if isinstance(http, httpx.AsyncClient | httpx2.AsyncClient):
        return asyncio.run(awaited())
    with http:
        zoom = Zoom(auth, http=http, base_url=base, ledger="memory:", retries=retries)
        try:
            done: Any = zoom.update(1, topic="x")
        except RezoomError as error:
            done = error
        return done, zoom.quota(1)


def test_an_update_goes_through_it(library: Any, kind: str, wire: Wire) -> None:
    """With its own headers and parameters beside ours, and without its auth."""
    http = getattr(library, kind)(
        headers={"X-Team": "blue"}, params={"via": "proxy"}, auth=("name", "word")
    )

    receipt, _ = run(http, f"{wire.origin}/v2")

    (sent,) = wire.calls
    assert receipt.sent
    assert sent.target == "/v2/meetings/1?via=proxy"
    assert (sent.headers["x-team"], sent.headers["authorization"]) == ("blue", "Bearer token")


def test_what_was_never_sent_gives_its_place_back(library: Any, kind: str) -> None:
    """The library's own exception says that there was no connection."""
    error, quota = run(getattr(library, kind)(), NOWHERE)

    assert type(error) is NotSentError
    assert (quota.used, quota.pending, quota.unknown) == (0, 0, 0)


def test_what_was_not_answered_keeps_its_place(library: Any, kind: str, wire: Wire) -> None:
    """The library's own exception says that the connection broke."""
    wire.says(HANG_UP)
    error, quota = run(getattr(library, kind)(), f"{wire.origin}/v2")

    assert type(error) is UnansweredError
    assert (quota.used, quota.unknown) == (0, 1)


def test_a_body_that_was_cut_keeps_its_status(library: Any, kind: str) -> None:
    """Whatever the library raises while it is read."""
    with Hostile(lambda: iter([cut(400, b'{"code": 300')])) as server:
        error, quota = run(getattr(library, kind)(), server.url)

    assert (type(error), error.status) == (RefusedError, 400)
    assert (quota.used, quota.unknown) == (1, 0)


def test_a_hook_that_raises_for_a_status_does_not_hide_it(
    library: Any, kind: str, wire: Wire
) -> None:
    """Its headers say what its body would have said."""

    def strict(response: Any) -> None:
        response.raise_for_status()

    async def astrict(response: Any) -> None:
        response.raise_for_status()

    wire.says(answer(429, {"message": "x"}, x_ratelimit_type="QPS"))
    hook = strict if kind == "Client" else astrict
    error, quota = run(
        getattr(library, kind)(event_hooks={"response": [hook]}), f"{wire.origin}/v2"
    )

    assert type(error) is RateLimited
    assert error.scope == "second"
    assert quota.unknown == 0


def test_a_hook_may_read_the_answer_before_us(library: Any, kind: str, wire: Wire) -> None:
    """As loggers do; what was read is there once more."""

    def reading(response: Any) -> None:
        response.read()

    async def areading(response: Any) -> None:
        await response.aread()

    wire.says(answer(400, {"code": 300, "message": "no such day"}))
    hook = reading if kind == "Client" else areading
    error, _ = run(getattr(library, kind)(event_hooks={"response": [hook]}), f"{wire.origin}/v2")

    assert error.message == "no such day"


def broken(response: Any) -> None:
    """Fail in a hook of the caller's, as a service for metrics may."""
    raise httpx.ConnectError("no metrics today")


def undecodable(response: Any) -> None:
    """Fail in a hook of the caller's that takes every body for text."""
    b"\xff".decode()


def reading(response: Any) -> None:
    """Read every answer whole."""
    response.read()


async def abroken(response: Any) -> None:
    """Fail as `broken` does."""
    broken(response)


async def aundecodable(response: Any) -> None:
    """Fail as `undecodable` does."""
    undecodable(response)


async def areading(response: Any) -> None:
    """Read as `reading` does."""
    await response.aread()


HOOKS = {
    "broken": (broken, abroken),
    "undecodable": (undecodable, aundecodable),
    "reading": (reading, areading),
}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_fails_cannot_deny_that_an_update_was_accepted(
    hook: str, library: Any, kind: str
) -> None:
    """Whatever it raises, the status has come: one request, and its place is settled."""
    hooks = {"response": [HOOKS[hook][kind == "AsyncClient"]]}
    with Hostile(lambda: iter([head(204)])) as server:
        receipt, quota = run(getattr(library, kind)(event_hooks=hooks), server.url, retries=2)

    assert receipt.sent
    assert (quota.used, quota.unknown, len(server.requests)) == (1, 0, 1)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_fails_cannot_hide_a_daily_limit(hook: str, library: Any, kind: str) -> None:
    """Its headers are evidence; nothing is sent again."""
    hooks = {"response": [HOOKS[hook][kind == "AsyncClient"]]}
    with Hostile(lambda: iter([cut(429, b'{"code": 300', *DAILY)])) as server:
        error, _ = run(getattr(library, kind)(event_hooks=hooks), server.url, retries=2)

    assert type(error) is RateLimited
    assert (error.scope, len(server.requests)) == ("host-day", 1)


def test_a_token_is_asked_for_with_a_form_whatever_the_client_sends_else(
    library: Any, kind: str, wire: Wire
) -> None:
    """A client whose every request is JSON does not make the form JSON."""
    http = getattr(library, kind)(headers={"Content-Type": "application/json"})
    auth = ServerToServer("account", "client", "secret", token_url=f"{wire.origin}/oauth/token")

    receipt, _ = run(http, f"{wire.origin}/v2", auth=auth)

    assert receipt.sent
    (asked,) = wire.token_requests
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_request_that_cannot_be_written_gives_its_place_back(library: Any, kind: str) -> None:
    """Whatever the client's own options make of it."""
    http = getattr(library, kind)()

    def build(*_: Any, **__: Any) -> Any:
        raise LookupError("no request today")

    http.build_request = build
    error, quota = run(http, NOWHERE)

    assert type(error) is NotSentError
    assert (quota.used, quota.pending, quota.unknown) == (0, 0, 0)


def test_its_timeout_bounds_a_whole_attempt(library: Any, kind: str) -> None:
    """Where no other was named: the sum of its phases."""
    begun = head(500, b"content-length: 100000")
    with Hostile(lambda: iter([begun, *[b"x"] * 2000]), pause=0.03) as server:
        start = time.monotonic()
        error, _ = run(getattr(library, kind)(timeout=0.1), server.url)
        took = time.monotonic() - start

    # Where a busy machine lets a phase pass before the head comes, it is another of our errors.
    assert isinstance(error, RezoomError)
    assert took < 3


def test_a_client_that_is_closed_in_the_last_moment_costs_nothing(library: Any) -> None:
    """It says so with a RuntimeError, which is none of its errors."""
    http = library.Client()
    zoom = Zoom(BEARER, http=http, base_url=NOWHERE, ledger="memory:", retries=0)
    build = http.build_request

    def building(*args: Any, **how: Any) -> Any:
        written = build(*args, **how)
        http.close()
        return written

    http.build_request = building
    with pytest.raises(NotSentError):
        zoom.update(1, topic="x")

    assert zoom.quota(1).used == 0


OTHERS: dict[str, Callable[[], object]] = {
    "a requests session": requests.Session,
    "an address": lambda: "https://api.zoom.us/v2",
    "a lock": threading.Lock,
    "a transport": httpx.HTTPTransport,
    "a class": lambda: httpx.Client,
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_anything_else_is_refused_when_the_client_is_made(other: str, make: Any) -> None:
    """The error says what it is, and what would do."""
    with pytest.raises(ConfigError, match=r"http is a .*httpx\.\w*Client") as refused:
        make(BEARER, http=OTHERS[other](), ledger="memory:")

    assert refused.value.field == "http"


def test_a_client_of_the_other_colour_is_refused(library: Any) -> None:
    """A blocking client would stop the event loop, and an awaited one sends nothing."""
    with pytest.raises(ConfigError, match="AsyncClient"):
        AsyncZoom(BEARER, http=library.Client(), ledger="memory:")
    with pytest.raises(ConfigError, match=r"httpx\.Client"):
        Zoom(BEARER, http=library.AsyncClient(), ledger="memory:")
