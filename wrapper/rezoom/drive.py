"""The two drivers: the only code that sends, sleeps, reads the clock, or touches a ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable

import anyio
import httpx

from ._wire import facts
from .auth import Token, TokenRequest
from .booking import Held, abook, aenquire, book, enquire
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
from .lines import Answer, AsyncLine, Line
from .tools import Tools

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


def drive(flow: Flow[T], tools: Tools, connect: Callable[[], Line]) -> T:
    """Run `flow` to its end, blocking; `connect` is called by a flow that sends, and only then."""
    held = Held(tools.clock)

    def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                # Before anything is reserved: a client that is closed costs nothing.
                return _authorize(rejected, tools, connect())
            case Send(request, token, grant):
                line = connect()  # once more: it may have been closed while we waited for our turn
                held.sends(grant)
                return _exchange(line, tools, request, token.value)
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


async def adrive(
    flow: Flow[T], tools: Tools, connect: Callable[[], tuple[AsyncLine, anyio.Lock]]
) -> T:
    """Run `flow` to its end in this event loop; otherwise as `drive`."""
    held = Held(tools.clock)

    async def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                return await _aauthorize(rejected, tools, *connect())
            case Send(request, token, grant):
                line, _ = connect()
                held.sends(grant)
                return await _aexchange(line, tools, request, token.value)
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


def _authorize(rejected: str | None, tools: Tools, line: Line) -> Token | Failure:
    token = tools.auth.peek(tools.clock.now(), rejected=rejected)
    if token is not None:
        return token
    with tools.renewing:
        # Who waited here finds the token that the one before fetched.
        token = tools.auth.peek(tools.clock.now(), rejected=rejected)
        if token is not None:
            return token
        asked = tools.auth.request()
        return _accept(_exchange(line, tools, asked), tools)


async def _aauthorize(
    rejected: str | None, tools: Tools, line: AsyncLine, renewing: anyio.Lock
) -> Token | Failure:
    token = tools.auth.peek(tools.clock.now(), rejected=rejected)
    if token is not None:
        return token
    async with renewing:
        token = tools.auth.peek(tools.clock.now(), rejected=rejected)
        if token is not None:
            return token
        asked = tools.auth.request()
        return _accept(await _aexchange(line, tools, asked), tools)


def _accept(reply: Reply | Failure, tools: Tools) -> Token | Failure:
    if isinstance(reply, Failure):
        return reply
    token = tools.auth.accept(reply.status, reply.body, reply.at)
    _log.debug("token renewed for account %s", tools.auth.account)
    return token


def _exchange(
    line: Line, tools: Tools, asked: Outgoing | TokenRequest, token: str = ""
) -> Reply | Failure:
    start = tools.clock.monotonic() if _log.isEnabledFor(logging.DEBUG) else 0.0
    try:
        answer = line.send(_written(line, asked, token))
    except _NO_ANSWER as error:
        return _failure(error, tools, asked)
    return _answered(answer, tools, asked, start)


async def _aexchange(
    line: AsyncLine, tools: Tools, asked: Outgoing | TokenRequest, token: str = ""
) -> Reply | Failure:
    start = tools.clock.monotonic() if _log.isEnabledFor(logging.DEBUG) else 0.0
    try:
        answer = await line.send(_written(line, asked, token))
    except _NO_ANSWER as error:
        return _failure(error, tools, asked)
    return _answered(answer, tools, asked, start)


def _written(line: Line | AsyncLine, asked: Outgoing | TokenRequest, token: str) -> httpx.Request:
    if isinstance(asked, TokenRequest):
        return line.fill(asked.url, asked.form, asked.headers)
    return line.write(asked, token)


def _answered(
    answer: Answer, tools: Tools, request: Outgoing | TokenRequest, start: float
) -> Reply:
    reply = Reply(*answer, tools.clock.now())
    if isinstance(request, Outgoing) and _log.isEnabledFor(logging.DEBUG):
        _log.debug(
            "%s %s answered %d after %.3f s, tracking id %s",
            request.method, request.path, reply.status, tools.clock.monotonic() - start,
            reply.headers.get(facts.HEADERS["tracking_id"]),
        )  # fmt: skip
    return reply


def _failure(error: Exception, tools: Tools, request: Outgoing | TokenRequest) -> Failure:
    sent = False if isinstance(error, NEVER_LEFT) else None
    # The text of an httpx error may quote a URL with credentials of a proxy: only its kind is told,
    # and what the operating system said.
    said = str(error) if isinstance(error, httpx.ConnectError) else ""
    reason = f"{type(error).__name__}{f' ({said})' if said else ''}"
    if isinstance(request, Outgoing):
        _log.debug("%s %s: %s", request.method, request.path, reason)
    return Failure(sent, reason, tools.clock.now())


__all__ = ["NEVER_LEFT", "adrive", "drive"]
