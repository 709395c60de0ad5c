"""Run a flow, and owe the ledger nothing in the end, whatever interrupts it.

What would have to be done about a slot is noted before it is asked for, sent or ended: wherever an
interrupt, a cancellation or an error comes, that note is made good.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Generator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from .._clock import Clock
from .._ledger.gauge import Quota
from .._ledger.model import Block, External, Grant, Lesson, SlowDown
from .._ledger.protocol import Ledger
from ..errors import RezoomError
from .flow import (
    Abandon,
    Host,
    Learn,
    LedgerIntent,
    LedgerQuery,
    Release,
    Reserve,
    Settle,
    Usage,
)

I = TypeVar("I")  # noqa: E741 - the intents of a flow
T = TypeVar("T")


class HeldSlots:
    """The slots that one flow has asked for and not yet ended."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Hold none yet; `clock` tells how long ago a slot was asked for."""
        self._ledger, self._clock = ledger, clock
        self._asked_at: datetime | None = None
        # By token: how the slot has to end if nothing more happens.
        self._owed: dict[str, LedgerIntent] = {}

    def perform(self, entry: LedgerIntent) -> Grant | None:
        """Carry out one step in the ledger; a reservation gives its grant."""
        if isinstance(entry, Reserve):
            token = self._asks(entry)
            try:
                grant = self._ledger.reserve(entry.reservation, token, wait=entry.wait)
            except RezoomError:
                del self._owed[token]
                raise
            self._owed[token] = Release(grant)
            return grant
        self._owed[entry.grant.token] = entry
        _end(entry, self._ledger)
        del self._owed[entry.grant.token]
        return None

    async def aperform(self, entry: LedgerIntent) -> Grant | None:
        """Carry out one step as `perform` does, without blocking the event loop."""
        if isinstance(entry, Reserve):
            token = self._asks(entry)
            try:
                grant = await self._ledger.areserve(entry.reservation, token, wait=entry.wait)
            except RezoomError:
                del self._owed[token]
                raise
            self._owed[token] = Release(grant)
            return grant
        self._owed[entry.grant.token] = entry
        await _aend(entry, self._ledger)
        del self._owed[entry.grant.token]
        return None

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
    """Run a flow to its end: each of its intents is performed, an error is thrown back into it."""
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
    finally:
        held.close()


async def arun(
    flow: Generator[I, Any, T], perform: Callable[[I], Awaitable[object]], held: HeldSlots
) -> T:
    """Run a flow to its end in this event loop; otherwise as `run` does."""
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
    except GeneratorExit:  # the event loop is gone: nothing can be awaited any more
        held.close()
        raise
    finally:
        await held.aclose()


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


def _end(entry: Settle | Release | Abandon, ledger: Ledger) -> None:
    match entry:
        case Settle(grant, lessons):
            ledger.settle(grant)
            for lesson in lessons:
                _learn(lesson, grant, ledger)
        case Release(grant):
            ledger.release(grant)
        case Abandon(grant):
            ledger.abandon(grant)


async def _aend(entry: Settle | Release | Abandon, ledger: Ledger) -> None:
    match entry:
        case Settle(grant, lessons):
            await ledger.asettle(grant)
            for lesson in lessons:
                await _alearn(lesson, grant, ledger)
        case Release(grant):
            await ledger.arelease(grant)
        case Abandon(grant):
            await ledger.aabandon(grant)


def _learn(lesson: Lesson, grant: Grant, ledger: Ledger) -> None:
    match lesson:
        case Block(name, until, why):
            ledger.block(grant.reservation, _closed(grant, name), until, why)
        case External(name, used):
            ledger.external(grant.reservation, name, used)
        case SlowDown(limit):
            ledger.slow_down(grant.reservation, limit)


async def _alearn(lesson: Lesson, grant: Grant, ledger: Ledger) -> None:
    match lesson:
        case Block(name, until, why):
            await ledger.ablock(grant.reservation, _closed(grant, name), until, why)
        case External(name, used):
            await ledger.aexternal(grant.reservation, name, used)
        case SlowDown(limit):
            await ledger.aslow_down(grant.reservation, limit)


def _closed(grant: Grant, name: str) -> str:
    """Choose what a refusal closes: of a host that is not known, at least this meeting."""
    return name if grant.reservation.scope(name) is not None else "meeting"
