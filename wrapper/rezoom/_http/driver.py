"""The two drivers: they carry out what a flow wants, blocking and awaited.

What would have to be done about a slot is noted before it is asked for, sent or ended: wherever an
interrupt, a cancellation or an error comes, that note is made good.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Generator, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from .._auth.tokens import Token
from .._clock import Clock
from .._ledger.gauge import line_refusal
from .._ledger.model import Block, External, Grant, Lesson, SlowDown
from .._ledger.protocol import Ledger
from .._visible import visible
from .._wire import facts
from ..errors import RateLimited, RezoomError
from .flow import (
    Abandon,
    Authorize,
    Await,
    Failure,
    Flow,
    Host,
    Intent,
    Learn,
    LedgerIntent,
    LedgerQuery,
    Pause,
    Release,
    Reserve,
    Send,
    Settle,
    Turn,
    TurnIntent,
    Usage,
    turn,
)
from .responses import Reply, parse_retry_after

if TYPE_CHECKING:
    from .context import ClientContext, Turns
    from .transport import AsyncTransport, Transport

I = TypeVar("I")  # noqa: E741 - the intents of a flow
T = TypeVar("T")
_log = logging.getLogger("rezoom")


def drive(flow: Flow[T], context: ClientContext, connect: Callable[[], Transport]) -> T:
    """Run `flow` to its end, blocking; `connect` is called by a flow that sends, and only then."""
    held = HeldSlots(context.ledger, context.clock, context.turns)

    def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                # Before anything is reserved: a client that is closed costs nothing.
                return _authorize(rejected, context, connect())
            case Send(request, token, grant, number):
                # Once more: it may have been closed while we waited for our turn.
                sends = partial(held.sends, grant)
                return connect().exchange(request, token.value, sends, number)
            case _:
                return held.perform(intent)

    return run(flow, perform, held)


async def adrive(flow: Flow[T], context: ClientContext, connect: Callable[[], AsyncTransport]) -> T:
    """Run `flow` to its end in this event loop; otherwise as `drive` does."""
    held = HeldSlots(context.ledger, context.clock, context.turns)

    async def perform(intent: Intent) -> object:
        match intent:
            case Authorize(rejected):
                return await _aauthorize(rejected, context, connect())
            case Send(request, token, grant, number):
                sends = partial(held.sends, grant)
                return await connect().exchange(request, token.value, sends, number)
            case _:
                return await held.aperform(intent)

    return await arun(flow, perform, held)


def _authorize(
    rejected: str | None, context: ClientContext, transport: Transport
) -> Token | Failure:
    auth, clock = context.auth, context.clock
    if token := auth.peek(clock.now(), rejected=rejected):
        return token
    since = clock.monotonic()
    with context.renewing:
        found = _awaited(rejected, context, since)
        return found or _accept(transport.exchange(auth.request()), context)


async def _aauthorize(
    rejected: str | None, context: ClientContext, transport: AsyncTransport
) -> Token | Failure:
    auth, clock = context.auth, context.clock
    if token := auth.peek(clock.now(), rejected=rejected):
        return token
    since = clock.monotonic()
    async with context.arenewing:
        found = _awaited(rejected, context, since)
        return found or _accept(await transport.exchange(auth.request()), context)


def _awaited(rejected: str | None, context: ClientContext, since: float) -> Token | Failure | None:
    """Return the token, or the failure to get one, that the call before has come to meanwhile."""
    last = context.renewal
    if last.failure is not None and last.at > since:
        failure: Failure = last.failure
        return failure
    return context.auth.peek(context.clock.now(), rejected=rejected)


def _accept(reply: Reply | Failure, context: ClientContext) -> Token | Failure:
    if isinstance(reply, Reply) and reply.flaw and reply.status < 400:
        reply = Failure(True, f"HTTP {reply.status}, and the body {reply.flaw}", reply.at)
    if isinstance(reply, Failure):
        context.renewal.failure, context.renewal.at = reply, context.clock.monotonic()
        return reply
    try:
        token = context.auth.accept(reply.status, reply.body, reply.at)
    except RateLimited as error:
        named = parse_retry_after(reply.headers.get(facts.HEADERS["retry_after"]), reply.at)
        error.retry_at = named or error.retry_at
        raise
    _log.debug("token renewed for account %s", visible(context.auth.account))
    return token


class HeldSlots:
    """The slots that one flow has asked for and not yet ended."""

    def __init__(self, ledger: Ledger, clock: Clock, turns: Turns) -> None:
        """Hold none yet; `clock` tells how long ago a slot was asked for."""
        self._ledger, self._clock, self._turns = ledger, clock, turns
        self._asked_at: datetime | None = None
        # By token: how the slot has to end if nothing more happens.
        self._owed: dict[str, LedgerIntent] = {}
        # The instant of the last grant's turn, by our clock.
        self._turn_at = clock.now()

    def perform(self, entry: LedgerIntent | LedgerQuery | TurnIntent) -> Any:
        """Carry out one step in the ledger, or sleep; a reservation gives its grant."""
        if isinstance(entry, Pause):
            return self._clock.sleep(entry.seconds)
        if isinstance(entry, Turn):
            return self._stands_in_line(entry)
        if isinstance(entry, Await):
            if (left := self._left(entry.grant)) > 0:
                self._clock.sleep(left)
            return -self._left(entry.grant)
        if isinstance(entry, Host | Learn | Usage):
            return _call(entry, self._ledger)
        if isinstance(entry, Reserve):
            token = self._asks(entry)
            try:
                grant = self._ledger.reserve(entry.reservation, token, wait=entry.wait)
            except RezoomError:
                del self._owed[token]
                raise
            return self._takes(grant)
        self._owed[entry.grant.token] = entry
        _call(entry, self._ledger)
        del self._owed[entry.grant.token]
        return None

    async def aperform(self, entry: LedgerIntent | LedgerQuery | TurnIntent) -> Any:
        """Carry out one step as `perform` does, without blocking the event loop."""
        if isinstance(entry, Pause):
            return await self._clock.asleep(entry.seconds)
        if isinstance(entry, Turn):
            return await self._astands_in_line(entry)
        if isinstance(entry, Await):
            if (left := self._left(entry.grant)) > 0:
                await self._clock.asleep(left)
            return -self._left(entry.grant)
        if isinstance(entry, Host | Learn | Usage):
            return await _acall(entry, self._ledger)
        if isinstance(entry, Reserve):
            token = self._asks(entry)
            try:
                grant = await self._ledger.areserve(entry.reservation, token, wait=entry.wait)
            except RezoomError:
                del self._owed[token]
                raise
            return self._takes(grant)
        self._owed[entry.grant.token] = entry
        await _acall(entry, self._ledger)
        del self._owed[entry.grant.token]
        return None

    def _stands_in_line(self, entry: Turn) -> Any:
        place = object()
        try:
            since = self._joins(entry, place)
            with self._turns.lock:
                return steps(self._turn(entry, since), self.perform)
        finally:
            self._turns.line.discard(place)

    async def _astands_in_line(self, entry: Turn) -> Any:
        place = object()
        try:
            since = self._joins(entry, place)
            async with self._turns.alock:
                return await asteps(self._turn(entry, since), self.aperform)
        finally:
            self._turns.line.discard(place)

    def _joins(self, entry: Turn, place: object) -> float:
        """Stand in line, or raise QuotaExceeded where it is too long; return since when."""
        line = self._turns.line
        refused = line_refusal(entry.reservation, len(line), self._clock.now(), entry.wait)
        if refused is not None:
            raise refused
        line.add(place)
        return self._clock.monotonic()

    def _turn(self, entry: Turn, since: float) -> Generator[Any, Any, tuple[Grant, float]]:
        stood = self._clock.monotonic() - since
        return turn(entry.reservation, entry.wait, stood)

    def _takes(self, grant: Grant) -> Grant:
        """Note a grant, and when its turn is by our clock, which the ledger's may differ from."""
        self._owed[grant.token] = Release(grant)
        now = self._clock.now()
        at = min(max(grant.granted_at, self._asked_at or now), now)
        self._turn_at = at + timedelta(microseconds=grant.delay)
        return grant

    def _left(self, grant: Grant) -> float:
        """Tell how many seconds there are until the turn of the last grant."""
        left = (self._turn_at - self._clock.now()).total_seconds()
        return min(left, grant.pause)  # also where the clock was set back

    def sends(self, grant: Grant | None) -> None:
        """Note that the request leaves now; raise SlotExpired when it is too late for that."""
        if grant is None:
            return
        if self._asked_at is not None:
            # The time since, by our clock; the grant's own instants are the ledger's.
            passed = self._clock.now() - self._asked_at
            if passed > timedelta(microseconds=grant.delay + grant.reservation.lease.send_within):
                grant.check(grant.granted_at + passed)
        self._owed[grant.token] = Abandon(grant)

    def close(self) -> None:
        """End what is still held."""
        for entry in list(self._owed.values()):
            self.perform(entry)

    async def aclose(self) -> None:
        """End what is still held, without blocking the event loop."""
        for entry in list(self._owed.values()):
            await self.aperform(entry)

    def _asks(self, entry: Reserve) -> str:
        token = os.urandom(8).hex()
        self._asked_at = self._clock.now()
        self._owed[token] = Release(Grant(token, entry.reservation, 0))
        return token


def run(flow: Generator[I, Any, T], perform: Callable[[I], object], held: HeldSlots) -> T:
    """Run a flow to its end, and end what it holds then."""
    try:
        return steps(flow, perform)
    finally:
        held.close()


def steps(flow: Generator[I, Any, T], perform: Callable[[I], object]) -> T:
    """Perform each intent of a flow; an error is thrown back into it."""
    try:
        intent = flow.send(None)
        while True:
            try:
                result = perform(intent)
            except Exception as error:  # noqa: BLE001 - the flow knows what an earlier attempt has done
                intent = flow.throw(error)
            else:
                intent = flow.send(result)
    except StopIteration as done:
        value: T = done.value
        return value


async def arun(
    flow: Generator[I, Any, T], perform: Callable[[I], Awaitable[object]], held: HeldSlots
) -> T:
    """Run a flow to its end in this event loop; otherwise as `run` does."""
    try:
        return await asteps(flow, perform)
    except GeneratorExit:  # the event loop is gone: nothing can be awaited any more
        held.close()
        raise
    finally:
        await held.aclose()


async def asteps(flow: Generator[I, Any, T], perform: Callable[[I], Awaitable[object]]) -> T:
    """Perform each intent of a flow in this event loop; otherwise as `steps` does."""
    try:
        intent = flow.send(None)
        while True:
            try:
                result = await perform(intent)
            except Exception as error:  # noqa: BLE001 - the flow knows what an earlier attempt has done
                intent = flow.throw(error)
            else:
                intent = flow.send(result)
    except StopIteration as done:
        value: T = done.value
        return value


_Entry: TypeAlias = Settle | Release | Abandon | LedgerQuery


def _call(entry: _Entry, ledger: Ledger) -> Any:
    result = None
    for method, arguments in _calls(entry):
        result = getattr(ledger, method)(*arguments)
    return result


async def _acall(entry: _Entry, ledger: Ledger) -> Any:
    result = None
    for method, arguments in _calls(entry):
        result = await getattr(ledger, f"a{method}")(*arguments)
    return result


def _calls(entry: _Entry) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Name the methods of a ledger that carry an entry out, and what they are given."""
    match entry:
        case Settle(grant, lessons):
            yield "settle", (grant,)
            for lesson in lessons:
                yield _lesson(lesson, grant)
        case Release(grant, lessons):
            yield "release", (grant,)
            for lesson in lessons:
                yield _lesson(lesson, grant)
        case Abandon(grant):
            yield "abandon", (grant,)
        case Host(account, meeting):
            yield "host_of", (account, meeting)
        case Learn(account, meeting, None):
            yield "forget_host", (account, meeting)
        case Learn(account, meeting, host):
            yield "learn_host", (account, meeting, host)
        case Usage(reservation):
            yield "usage", (reservation,)


def _lesson(lesson: Lesson, grant: Grant) -> tuple[str, tuple[Any, ...]]:
    reservation = grant.reservation
    match lesson:
        case Block(name, until, why):
            # A refusal closes, of a host that is not known, at least this meeting.
            closed = name if reservation.scope(name) is not None else "meeting"
            return "block", (reservation, closed, until, why)
        case External(name, used):
            return "external", (reservation, name, used)
        case SlowDown(limit):
            return "slow_down", (reservation, limit)
