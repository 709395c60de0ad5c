"""The two drivers: the only code that sends, sleeps, reads the clock, or touches a ledger."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx

from ._wire import facts
from .auth import Token, TokenRequest, TokenSource
from .booking import Held, abook, aenquire, book, enquire
from .clock import Clock
from .errors import RezoomError
from .intents import (
    Abandon,
    Authorize,
    Failure,
    Flow,
    Host,
    Intent,
    Learn,
    Outgoing,
    Pause,
    Release,
    Reply,
    Reserve,
    Send,
    Settle,
    T,
    Usage,
)
from .quota import Ledger
from .quota.spending import GUARDED

_log = logging.getLogger("rezoom")

# httpx raises these before the first byte of a request is written; any other transport error may
# come after (quota.md §5).
NEVER_LEFT = (
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    # A host name that cannot be encoded ("a..b"), which httpx and httpcore let through as it is.
    UnicodeError,
)
_NO_ANSWER = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)

# Whatever client the caller brought: its own auth would replace our token, and a followed redirect
# would be a second update on one reservation.
_AS_IS: Mapping[str, Any] = {"auth": None, "follow_redirects": False}


@dataclass(slots=True)
class Tools:
    """What a driver works with; `renewing` lets one thread at a time fetch a token."""

    auth: TokenSource
    ledger: Ledger
    clock: Clock
    base_url: str
    renewing: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class AsyncLine:
    """An open client of one event loop, and the lock that lets one task at a time fetch a token."""

    http: httpx.AsyncClient
    renewing: anyio.Lock


def drive(flow: Flow[T], tools: Tools, connect: Callable[[], httpx.Client]) -> T:
    """Run `flow` to its end, blocking; `connect` is called by a flow that sends, and only then."""
    held = Held(tools.clock)

    def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                # Before anything is reserved: a client that is closed costs nothing.
                return _authorize(rejected, tools, connect())
            case Send(request, token, grant):
                http = connect()
                held.sends(grant)
                return _reply(
                    lambda: http.send(_request(request, token, tools, http), **_AS_IS),
                    tools,
                    request,
                )
            case Reserve():
                held.asks()
                grant = book(intent, tools.ledger)
                held.holds(grant)
                return grant
            case Settle() | Release() | Abandon():
                held.holds(None)
                book(intent, tools.ledger)
            case Pause(seconds):
                tools.clock.sleep(seconds)
            case Host() | Learn() | Usage():
                return enquire(intent, tools.ledger)
        return None

    try:
        intent = flow.send(None)
        while True:
            try:
                result = perform(intent)
            except RezoomError as error:
                intent = flow.throw(error)  # the flow knows what an earlier attempt has done
            else:
                intent = flow.send(result)
    except StopIteration as done:
        outcome: T = done.value
        return outcome
    finally:
        if (owed := held.owed()) is not None:
            book(owed, tools.ledger)


async def adrive(flow: Flow[T], tools: Tools, connect: Callable[[], AsyncLine]) -> T:
    """Run `flow` to its end in this event loop; otherwise as `drive`."""
    held = Held(tools.clock)

    async def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                return await _aauthorize(rejected, tools, connect())
            case Send(request, token, grant):
                http = connect().http
                held.sends(grant)
                return await _areply(
                    lambda: http.send(_request(request, token, tools, http), **_AS_IS),
                    tools,
                    request,
                )
            case Reserve():
                held.asks()
                grant = await abook(intent, tools.ledger)
                held.holds(grant)
                return grant
            case Settle() | Release() | Abandon():
                held.holds(None)
                with anyio.CancelScope(shield=True):
                    await abook(intent, tools.ledger)
            case Pause(seconds):
                await tools.clock.asleep(seconds)
            case Host() | Learn() | Usage():
                return await aenquire(intent, tools.ledger)
        return None

    try:
        intent = flow.send(None)
        while True:
            try:
                result = await perform(intent)
            except RezoomError as error:
                intent = flow.throw(error)  # the flow knows what an earlier attempt has done
            else:
                intent = flow.send(result)
    except StopIteration as done:
        outcome: T = done.value
        return outcome
    finally:
        if (owed := held.owed()) is not None:
            with anyio.CancelScope(shield=True):
                await abook(owed, tools.ledger)


def _request(
    outgoing: Outgoing, token: Token, tools: Tools, http: httpx.Client | httpx.AsyncClient
) -> httpx.Request:
    headers = {"Authorization": f"Bearer {token.value}", "Accept": "application/json"}
    if outgoing.content is not None:
        headers["Content-Type"] = "application/json"
    return http.build_request(
        outgoing.method,
        tools.base_url + outgoing.path,
        params=dict(outgoing.query) or None,
        content=outgoing.content,
        headers=headers,
        extensions={GUARDED: True},
    )


def _token_request(asked: TokenRequest, http: httpx.Client | httpx.AsyncClient) -> httpx.Request:
    return http.build_request("POST", asked.url, data=dict(asked.form), headers=dict(asked.headers))


def _authorize(rejected: str | None, tools: Tools, http: httpx.Client) -> Token | Failure:
    token = tools.auth.peek(tools.clock.now(), rejected=rejected)
    if token is not None:
        return token
    with tools.renewing:
        # Who waited here finds the token that the one before fetched.
        token = tools.auth.peek(tools.clock.now(), rejected=rejected)
        if token is not None:
            return token
        asked = tools.auth.request()
        reply = _reply(lambda: http.send(_token_request(asked, http), **_AS_IS), tools, None)
        return _accept(reply, tools)


async def _aauthorize(rejected: str | None, tools: Tools, line: AsyncLine) -> Token | Failure:
    http = line.http
    token = tools.auth.peek(tools.clock.now(), rejected=rejected)
    if token is not None:
        return token
    async with line.renewing:
        token = tools.auth.peek(tools.clock.now(), rejected=rejected)
        if token is not None:
            return token
        asked = tools.auth.request()
        reply = await _areply(lambda: http.send(_token_request(asked, http), **_AS_IS), tools, None)
        return _accept(reply, tools)


def _accept(reply: Reply | Failure, tools: Tools) -> Token | Failure:
    if isinstance(reply, Failure):
        return reply
    token = tools.auth.accept(reply.status, reply.body, reply.at)
    _log.debug("token renewed for account %s", tools.auth.account)
    return token


def _reply(
    send: Callable[[], httpx.Response], tools: Tools, request: Outgoing | None
) -> Reply | Failure:
    start = tools.clock.monotonic()
    try:
        response = send()
    except _NO_ANSWER as error:
        return _failure(error, tools, request)
    return _answer(response, tools, request, start)


async def _areply(
    send: Callable[[], Awaitable[httpx.Response]], tools: Tools, request: Outgoing | None
) -> Reply | Failure:
    start = tools.clock.monotonic()
    try:
        response = await send()
    except _NO_ANSWER as error:
        return _failure(error, tools, request)
    return _answer(response, tools, request, start)


def _answer(
    response: httpx.Response, tools: Tools, request: Outgoing | None, start: float
) -> Reply:
    reply = Reply(
        response.status_code,
        {name.lower(): value for name, value in response.headers.items()},
        response.content,
        tools.clock.now(),
    )
    if request is not None:
        _log.debug(
            "%s %s answered %d after %.3f s, tracking id %s",
            request.method, request.path, reply.status, tools.clock.monotonic() - start,
            reply.headers.get(facts.HEADERS["tracking_id"]),
        )  # fmt: skip
    return reply


def _failure(error: Exception, tools: Tools, request: Outgoing | None) -> Failure:
    sent = False if isinstance(error, NEVER_LEFT) else None
    # The text of an httpx error may quote a URL with credentials of a proxy: only its kind is told,
    # and what the operating system said.
    said = str(error) if isinstance(error, httpx.ConnectError) else ""
    reason = f"{type(error).__name__}{f' ({said})' if said else ''}"
    if request is not None:
        _log.debug("%s %s: %s", request.method, request.path, reason)
    return Failure(sent, reason, tools.clock.now())


__all__ = ["NEVER_LEFT", "AsyncLine", "Tools", "adrive", "drive"]
