"""The part of a driver that touches the ledger: one function, and its async twin."""

from __future__ import annotations

import secrets
from typing import TypeAlias

from .flow import Abandon, Release, Reserve, Settle
from .quota import Grant, Ledger
from .quota.lessons import Block, External, SlowDown

Entry: TypeAlias = Reserve | Settle | Release | Abandon


def book(entry: Entry, ledger: Ledger) -> Grant | None:
    """Carry out one entry; a reservation gives its grant."""
    match entry:
        case Reserve(reservation, wait):
            return ledger.reserve(reservation, secrets.token_hex(8), wait=wait)
        case Settle(grant, lessons):
            ledger.settle(grant)
            for lesson in lessons:
                match lesson:
                    case Block(name, until, why):
                        ledger.block(grant.reservation, name, until, why)
                    case External(name, used):
                        ledger.external(grant.reservation, name, used)
                    case SlowDown(limit):
                        ledger.slow_down(grant.reservation, limit)
        case Release(grant):
            ledger.release(grant)
        case Abandon(grant):
            ledger.abandon(grant)
    return None


async def abook(entry: Entry, ledger: Ledger) -> Grant | None:
    """As `book`, without blocking the event loop."""
    match entry:
        case Reserve(reservation, wait):
            return await ledger.areserve(reservation, secrets.token_hex(8), wait=wait)
        case Settle(grant, lessons):
            await ledger.asettle(grant)
            for lesson in lessons:
                match lesson:
                    case Block(name, until, why):
                        await ledger.ablock(grant.reservation, name, until, why)
                    case External(name, used):
                        await ledger.aexternal(grant.reservation, name, used)
                    case SlowDown(limit):
                        await ledger.aslow_down(grant.reservation, limit)
        case Release(grant):
            await ledger.arelease(grant)
        case Abandon(grant):
            await ledger.aabandon(grant)
    return None
