"""The two drivers: the only code that sends, sleeps, reads the clock, or touches a ledger."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import anyio
import httpx

from .._auth.tokens import Token, TokenRequest
from .._clock import Clock
from .._ledger.gauge import Quota
from .._ledger.model import Block, External, Grant, SlowDown
from .._ledger.protocol import Ledger
from .._wire import facts
from ..errors import RezoomError
from .flow import (
    Abandon,
    Authorize,
    Failure,
    Flow,
    Host,
    Intent,
    Learn,
    LedgerIntent,
    LedgerQuery,
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
from .transport import Answer, AsyncLine, Line

if TYPE_CHECKING:
    from .._auth.tokens import TokenSource


@dataclass(slots=True)
class Tools:
    """What a driver works with; `renewing` lets one thread at a time fetch a token."""

    auth: TokenSource
    ledger: Ledger
    clock: Clock
    base_url: str
    renewing: threading.Lock = field(default_factory=threading.Lock)


def perform_step(entry: LedgerIntent, ledger: Ledger) -> Grant | None:
    """Carry out one step in the ledger; a reservation gives its grant."""
    match entry:
        case Reserve(reservation, wait):
            return ledger.reserve(reservation, os.urandom(8).hex(), wait=wait)
        case Settle(grant, lessons):
            ledger.settle(grant)
            for lesson in lessons:
                match lesson:
                    case Block(name, until, why):
                        ledger.block(grant.reservation, _closed(grant, name), until, why)
                    case External(name, used):
                        ledger.external(grant.reservation, name, used)
                    case SlowDown(limit):
                        ledger.slow_down(grant.reservation, limit)
        case Release(grant):
            ledger.release(grant)
        case Abandon(grant):
            ledger.abandon(grant)
    return None


async def aperform_step(entry: LedgerIntent, ledger: Ledger) -> Grant | None:
    """Carry out one step as `perform_step` does, without blocking the event loop."""
    match entry:
        case Reserve(reservation, wait):
            return await ledger.areserve(reservation, os.urandom(8).hex(), wait=wait)
        case Settle(grant, lessons):
            await ledger.asettle(grant)
            for lesson in lessons:
                match lesson:
                    case Block(name, until, why):
                        await ledger.ablock(grant.reservation, _closed(grant, name), until, why)
                    case External(name, used):
                        await ledger.aexternal(grant.reservation, name, used)
                    case SlowDown(limit):
                        await ledger.aslow_down(grant.reservation, limit)
        case Release(grant):
            await ledger.arelease(grant)
        case Abandon(grant):
            await ledger.aabandon(grant)
    return None


def _closed(grant: Grant, name: str) -> str:
    """Choose what a refusal closes: of a host that is not known, at least this meeting."""
    return name if grant.reservation.scope(name) is not None else "meeting"


def query_ledger(what: LedgerQuery, ledger: Ledger) -> str | Quota | None:
    """Read the ledger, or store whose a meeting is; no slot is taken."""
    match what:
        case Host(account, meeting):
            return ledger.host_of(account, meeting)
        case Learn(account, meeting, None):
            ledger.forget_host(account, meeting)
        case Learn(account, meeting, str(host)):
            ledger.learn_host(account, meeting, host)
        case Usage(reservation):
            return ledger.usage(reservation)
    return None


async def aquery_ledger(what: LedgerQuery, ledger: Ledger) -> str | Quota | None:
    """Query the ledger as `query_ledger` does, without blocking the event loop."""
    match what:
        case Host(account, meeting):
            return await ledger.ahost_of(account, meeting)
        case Learn(account, meeting, None):
            await ledger.aforget_host(account, meeting)
        case Learn(account, meeting, str(host)):
            await ledger.alearn_host(account, meeting, host)
        case Usage(reservation):
            return await ledger.ausage(reservation)
    return None


class HeldSlot:
    """The slot that a driver holds, to be released or settled when the call is interrupted."""

    def __init__(self, clock: Clock) -> None:
        """Make one that holds no slot yet."""
        self._clock = clock
        self._asked_at: datetime | None = None
        self._grant: Grant | None = None
        self._sent = False

    def asks(self) -> None:
        """Note that a slot is about to be requested."""
        self._asked_at, self._sent = self._clock.now(), False

    def holds(self, grant: Grant | None) -> None:
        """Note the grant that the last step has left in hand, or None."""
        self._grant = grant

    def sends(self, grant: Grant | None) -> None:
        """Note that the request leaves now; raise SlotExpired when it is too late for that."""
        if grant is not None and self._asked_at is not None:
            # The time since, by our clock; the grant's own instants are the ledger's.
            passed = self._clock.now() - self._asked_at
            if passed > timedelta(microseconds=grant.delay + grant.reservation.lease.send_within):
                grant.check(grant.granted_at + passed)
        self._sent = True

    def owed(self) -> LedgerIntent | None:
        """Return the step that ends an unfinished reservation, or None where there is none."""
        grant, self._grant = self._grant, None
        if grant is None:
            return None
        return Abandon(grant) if self._sent else Release(grant)


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
    held = HeldSlot(tools.clock)

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
                grant = perform_step(intent, tools.ledger)
                held.holds(grant)
                return grant
            case Settle() | Release() | Abandon():
                held.holds(None)
                perform_step(intent, tools.ledger)
            case Pause(seconds):
                tools.clock.sleep(seconds)
            case Host() | Learn() | Usage():
                return query_ledger(intent, tools.ledger)
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
        value: T = done.value
        return value
    finally:
        if (owed := held.owed()) is not None:
            perform_step(owed, tools.ledger)


async def adrive(
    flow: Flow[T], tools: Tools, connect: Callable[[], tuple[AsyncLine, anyio.Lock]]
) -> T:
    """Run `flow` to its end in this event loop; otherwise as `drive` does."""
    held = HeldSlot(tools.clock)

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
                grant = await aperform_step(intent, tools.ledger)
                held.holds(grant)
                return grant
            case Settle() | Release() | Abandon():
                held.holds(None)
                with anyio.CancelScope(shield=True):
                    await aperform_step(intent, tools.ledger)
            case Pause(seconds):
                await tools.clock.asleep(seconds)
            case Host() | Learn() | Usage():
                return await aquery_ledger(intent, tools.ledger)
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
        value: T = done.value
        return value
    finally:
        if (owed := held.owed()) is not None:
            with anyio.CancelScope(shield=True):
                await aperform_step(owed, tools.ledger)


def _authorize(rejected: str | None, tools: Tools, line: Line) -> Token | Failure:
    token = tools.auth.peek(tools.clock.now(), rejected=rejected)
    if token is not None:
        return token
    with tools.renewing:
        # Who waited here finds the token that the one before fetched.
        token = tools.auth.peek(tools.clock.now(), rejected=rejected)
        if token is not None:
            return token
        request = tools.auth.request()
        return _accept(_exchange(line, tools, request), tools)


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
        request = tools.auth.request()
        return _accept(await _aexchange(line, tools, request), tools)


def _accept(reply: Reply | Failure, tools: Tools) -> Token | Failure:
    if isinstance(reply, Failure):
        return reply
    token = tools.auth.accept(reply.status, reply.body, reply.at)
    _log.debug("token renewed for account %s", tools.auth.account)
    return token


def _exchange(
    line: Line, tools: Tools, request: Outgoing | TokenRequest, token: str = ""
) -> Reply | Failure:
    start = tools.clock.monotonic() if _log.isEnabledFor(logging.DEBUG) else 0.0
    try:
        answer = line.send(_written(line, request, token))
    except _NO_ANSWER as error:
        return _failure(error, tools, request)
    return _answered(answer, tools, request, start)


async def _aexchange(
    line: AsyncLine, tools: Tools, request: Outgoing | TokenRequest, token: str = ""
) -> Reply | Failure:
    start = tools.clock.monotonic() if _log.isEnabledFor(logging.DEBUG) else 0.0
    try:
        answer = await line.send(_written(line, request, token))
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
