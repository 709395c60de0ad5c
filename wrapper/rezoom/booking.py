"""The part of a driver that touches the ledger: one function, its async twin, and what is held."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from .clock import Clock
from .intents import Abandon, Booking, Enquiry, Host, Learn, Release, Reserve, Settle, Usage
from .quota import Grant, Ledger, Quota
from .quota.gauge import Reading
from .quota.lessons import Block, External, SlowDown
from .quota.twins import Twins


def book(entry: Booking, ledger: Ledger) -> Grant | None:
    """Carry out one entry; a reservation gives its grant."""
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


async def abook(entry: Booking, ledger: Ledger) -> Grant | None:
    """As `book`, without blocking the event loop."""
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
    """Choose what a refusal closes: of a host that nobody knows, at least this meeting."""
    return name if grant.reservation.scope(name) is not None else "meeting"


def enquire(what: Enquiry, ledger: Ledger) -> str | Quota | Reading | None:
    """Ask the ledger, or teach it whose a meeting is; no place is taken."""
    match what:
        case Host(account, meeting):
            return ledger.host_of(account, meeting)
        case Learn(account, meeting, None):
            ledger.forget_host(account, meeting)
        case Learn(account, meeting, str(host)):
            ledger.learn_host(account, meeting, host)
        case Usage(reservation, looked_at):
            if looked_at or not isinstance(ledger, Twins):
                return ledger.usage(reservation)
            return ledger.reading(reservation)
    return None


async def aenquire(what: Enquiry, ledger: Ledger) -> str | Quota | Reading | None:
    """As `enquire`, without blocking the event loop."""
    match what:
        case Host(account, meeting):
            return await ledger.ahost_of(account, meeting)
        case Learn(account, meeting, None):
            await ledger.aforget_host(account, meeting)
        case Learn(account, meeting, str(host)):
            await ledger.alearn_host(account, meeting, host)
        case Usage(reservation, looked_at):
            if looked_at or not isinstance(ledger, Twins):
                return await ledger.ausage(reservation)
            return await ledger.areading(reservation)
    return None


class Held:
    """The place a driver holds, and what it owes the ledger when the call is broken off."""

    def __init__(self, clock: Clock) -> None:
        """Hold nothing yet."""
        self._clock = clock
        self._asked_at: datetime | None = None
        self._grant: Grant | None = None
        self._sent = False

    def asks(self) -> None:
        """Note that a place is about to be asked for."""
        self._asked_at, self._sent = self._clock.now(), False

    def holds(self, grant: Grant | None) -> None:
        """Note what the last entry has left in hand."""
        self._grant = grant

    def sends(self, grant: Grant | None) -> None:
        """Note that the request leaves now; raise SlotExpired when it is too late for that."""
        if grant is not None and self._asked_at is not None:
            # The time since, by our clock; the grant's own instants are the ledger's.
            passed = self._clock.now() - self._asked_at
            if passed > timedelta(microseconds=grant.delay + grant.reservation.lease.send_within):
                grant.check(grant.granted_at + passed)
        self._sent = True

    def owed(self) -> Booking | None:
        """Say what is left to write down: who is cancelled does not keep a meeting to himself."""
        grant, self._grant = self._grant, None
        if grant is None:
            return None
        return Abandon(grant) if self._sent else Release(grant)
