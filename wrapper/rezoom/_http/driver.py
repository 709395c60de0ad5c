"""The two drivers: the only code that sends, sleeps, reads the clock, or touches a ledger."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import anyio
import httpx

from .._auth.tokens import Token, TokenRequest
from .._clock import Clock
from .._ledger.protocol import Ledger
from .._wire import facts
from .flow import (
    Authorize,
    Failure,
    Flow,
    Intent,
    Outgoing,
    Send,
    T,
)
from .responses import Reply
from .slots import HeldSlots, arun, run
from .transport import Answer, AsyncLine, Line

if TYPE_CHECKING:
    from .._auth.tokens import TokenSource


@dataclass(slots=True)
class Tools:
    """What a driver works with; one thread, or one task, at a time fetches a token."""

    auth: TokenSource
    ledger: Ledger
    clock: Clock
    renewing: threading.Lock = field(default_factory=threading.Lock)
    arenewing: anyio.Lock = field(default_factory=anyio.Lock)

    def token(self, rejected: str | None) -> Token | None:
        """Return the token there is, where it is still good."""
        return self.auth.peek(self.clock.now(), rejected=rejected)


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
    held = HeldSlots(tools.ledger, tools.clock)

    def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                # Before anything is reserved: a client that is closed costs nothing.
                return _authorize(rejected, tools, connect())
            case Send(request, token, grant):
                line = connect()  # once more: it may have been closed while we waited for our turn
                return _exchange(line, tools, request, token.value, partial(held.sends, grant))
            case _:
                return held.perform(intent)

    return run(flow, perform, held)


async def adrive(flow: Flow[T], tools: Tools, connect: Callable[[], AsyncLine]) -> T:
    """Run `flow` to its end in this event loop; otherwise as `drive` does."""
    held = HeldSlots(tools.ledger, tools.clock)

    async def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                return await _aauthorize(rejected, tools, connect())
            case Send(request, token, grant):
                line = connect()
                sends = partial(held.sends, grant)
                return await _aexchange(line, tools, request, token.value, sends)
            case _:
                return await held.aperform(intent)

    return await arun(flow, perform, held)


def _authorize(rejected: str | None, tools: Tools, line: Line) -> Token | Failure:
    if token := tools.token(rejected):
        return token
    with tools.renewing:
        # Who waited here finds the token that the one before fetched.
        if token := tools.token(rejected):
            return token
        return _accept(_exchange(line, tools, tools.auth.request()), tools)


async def _aauthorize(rejected: str | None, tools: Tools, line: AsyncLine) -> Token | Failure:
    if token := tools.token(rejected):
        return token
    async with tools.arenewing:
        if token := tools.token(rejected):
            return token
        return _accept(await _aexchange(line, tools, tools.auth.request()), tools)


def _accept(reply: Reply | Failure, tools: Tools) -> Token | Failure:
    if isinstance(reply, Failure):
        return reply
    token = tools.auth.accept(reply.status, reply.body, reply.at)
    _log.debug("token renewed for account %s", tools.auth.account)
    return token


def _exchange(
    line: Line,
    tools: Tools,
    request: Outgoing | TokenRequest,
    token: str = "",
    sends: Callable[[], None] | None = None,
) -> Reply | Failure:
    """Send one request; `sends` is told when it is written, and all that is left is to send it."""
    start = tools.clock.monotonic() if _log.isEnabledFor(logging.DEBUG) else 0.0
    try:
        written = _written(line, request, token)
        if sends is not None:
            sends()
        answer = line.send(written)
    except _NO_ANSWER as error:
        return _failure(error, tools, request)
    return _answered(answer, tools, request, start)


async def _aexchange(
    line: AsyncLine,
    tools: Tools,
    request: Outgoing | TokenRequest,
    token: str = "",
    sends: Callable[[], None] | None = None,
) -> Reply | Failure:
    start = tools.clock.monotonic() if _log.isEnabledFor(logging.DEBUG) else 0.0
    try:
        written = _written(line, request, token)
        if sends is not None:
            sends()
        answer = await line.send(written)
    except _NO_ANSWER as error:
        return _failure(error, tools, request)
    return _answered(answer, tools, request, start)


def _written(line: Line | AsyncLine, request: Outgoing | TokenRequest, token: str) -> httpx.Request:
    if isinstance(request, TokenRequest):
        return line.fill(request.url, request.form, request.headers)
    return line.write(request, token)


def _answered(
    answer: Answer, tools: Tools, request: Outgoing | TokenRequest, start: float
) -> Reply:
    reply = Reply(*answer, tools.clock.now())
    if isinstance(request, Outgoing) and _log.isEnabledFor(logging.DEBUG):
        _log.debug(
            "%s %s answered %d after %.3f s, tracking id %s",
            request.method,
            request.path,
            reply.status,
            tools.clock.monotonic() - start,
            reply.headers.get(facts.HEADERS["tracking_id"]),
        )
    return reply


def _failure(error: Exception, tools: Tools, request: Outgoing | TokenRequest) -> Failure:
    sent = False if isinstance(error, NEVER_LEFT) else None
    # The text of an httpx error may quote a URL with credentials of a proxy: only its kind
    # is shown, and what the operating system said.
    said = str(error) if isinstance(error, httpx.ConnectError) else ""
    reason = f"{type(error).__name__}{f' ({said})' if said else ''}"
    if isinstance(request, Outgoing):
        _log.debug("%s %s: %s", request.method, request.path, reason)
    return Failure(sent, reason, tools.clock.now())
