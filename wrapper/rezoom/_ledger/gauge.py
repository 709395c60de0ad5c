"""What is left of each quota, and the refusal when nothing is."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from .._public import public
from .._times import SECOND, instant, micros, zulu
from ..errors import QuotaExceeded, SlotExpired
from .model import Reservation, Scope
from .pacing import Stored, rate_now, turn, turns_ahead

# The states of a slot: the request is in flight, was answered, was sent by another client, or may
# have been counted though no answer came.
PENDING, SETTLED, EXTERNAL, UNKNOWN = "pending", "settled", "external", "unknown"
# What a gauge and a refusal both tell.
_COUNTS = "limit", "used", "pending", "unknown", "external"
# Slots of one state that free at one instant (microseconds), and how many there are.
Slots: TypeAlias = tuple[str, int, int]


class Held(NamedTuple):
    """What counts in one scope: its slots, until when Zoom blocks it, and a request in flight.

    Instants are microseconds of the ledger's clock, and later than now; 0: there is none.
    """

    slots: Sequence[Slots] = ()
    blocked: int = 0
    in_flight: int = 0

    @property
    def total(self) -> int:
        """How many slots there are."""
        return sum(number for _, _, number in self.slots)


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Gauge:
    """One quota as this ledger sees it; `remaining` is what may still be sent now.

    `next_free` is when one more may be sent (or, below the limit, when `remaining` next grows);
    `frees` lists when places come back.
    """

    limit: int
    used: int
    pending: int
    unknown: int
    external: int
    remaining: int
    next_free: datetime | None
    # When slots free, in microseconds of the wall clock, and how many.
    places: tuple[tuple[int, int], ...] = field(default=(), repr=False, kw_only=True)

    @property
    def frees(self) -> tuple[tuple[datetime, int], ...]:
        """When places come back, and how many."""
        frees: dict[int, int] = {}
        for free_at, number in sorted(self.places):
            frees[free_at] = frees.get(free_at, 0) + number
        return tuple((instant(at), number) for at, number in frees.items())

    def to_dict(self) -> dict[str, Any]:
        """Return the gauge as JSON-ready data; times in UTC with Z."""
        when = None if self.next_free is None else zulu(self.next_free)
        return {name: getattr(self, name) for name in (*_COUNTS, "remaining")} | {"next_free": when}


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Quota(Gauge):
    """The tightest of the gauges, with each of them.

    `host` is None while the host is not known, `account` without an account plan that has a daily
    figure, and any of them when its limit is off. `uncounted` requests of the last 24 hours are in
    none of them: this client sent them while the ledger was down, as `ledger_down="open"` asks.
    """

    meeting: Gauge | None = None
    host: Gauge | None = None
    account: Gauge | None = None
    uncounted: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return all gauges as JSON-ready data."""
        named = {"meeting": self.meeting, "host": self.host, "account": self.account}
        # Not super(): dataclass(slots=True) makes a new class, and super() would miss it.
        parts = {name: gauge and gauge.to_dict() for name, gauge in named.items()}
        return Gauge.to_dict(self) | parts | {"uncounted": self.uncounted}

    @classmethod
    def of(cls, gauges: Mapping[str, Gauge]) -> Quota:
        """Combine the gauges of one reservation: the one with the least remaining speaks for all.

        With every limit off, nothing limits: `limit` and `remaining` are as large as they get.
        """
        endless = Gauge(sys.maxsize, 0, 0, 0, 0, sys.maxsize, None)
        tight = min(gauges.values(), key=lambda gauge: gauge.remaining, default=endless)
        parts: dict[str, Any] = {name: gauges.get(name) for name in ("meeting", "host", "account")}
        return cls(**{name: getattr(tight, name) for name in Gauge.__slots__}, **parts)


def read_quota(scopes: Iterable[Scope], held: Iterable[Held], ahead: int) -> Quota:
    """Return the quota of some scopes; the wall clock is `ahead` of the ledger's."""
    return Quota.of(
        {
            scope.name: _gauge(scope, found, ahead)
            for scope, found in zip(scopes, held, strict=True)
            if scope.limit is not None and (found.blocked or not scope.gate)
        }
    )


def refusal(
    reservation: Reservation,
    held: Iterable[Held],
    stored: Stored,
    clock: tuple[int, int],
    wait: float,
) -> QuotaExceeded | None:
    """Return the refusal that ends last, or None where every scope and the pace have room.

    `stored` is what the ledger has of the pace; `clock` is now, and how far the wall clock is ahead
    of that; `wait` is how many seconds the turn may be away.
    """
    now, ahead = clock
    found: list[QuotaExceeded] = []
    for scope, one in zip(reservation.scopes, held, strict=True):
        if one.total >= scope.most or one.blocked:
            gauge = _gauge(scope, one, ahead)
            if gauge.next_free is not None:
                found.append(_refused(scope.name, gauge, gauge.next_free))
        if scope.exclusive and one.in_flight:
            in_flight = Gauge(1, 0, 1, 0, 0, 0, None)
            found.append(_refused("in-flight", in_flight, instant(one.in_flight + ahead)))
    if (pace := reservation.pace) is not None:
        at, _ = turn(pace, stored, now)
        after, learned, since = stored
        rate = rate_now(pace, learned, since, now)
        if rate is not None and at - now > wait * SECOND:
            limit = max(1, round(pace.limit if rate == pace.rate else rate))
            waiting = Gauge(limit, 0, turns_ahead(rate, after, now), 0, 0, 0, None)
            found.append(
                _refused("second", waiting, instant(math.ceil(at - wait * SECOND) + ahead))
            )
    return max(found, key=lambda one: one.retry_at, default=None)


def line_refusal(
    reservation: Reservation, ahead: int, now: datetime, wait: float
) -> QuotaExceeded | None:
    """Return the refusal of a turn for which `ahead` others wait too long before."""
    pace = reservation.pace
    if pace is None or ahead * pace.gap <= wait * SECOND:
        return None
    at = micros(now)
    stored = (at + ahead * pace.gap, None, 0)
    return refusal(replace(reservation, scopes=()), (), stored, (at, 0), wait)


def spent(token: str) -> SlotExpired:
    """Refuse a token whose slot was used: what is sent on it again would not be counted."""
    return SlotExpired(
        f"The place of token {token} was used before",
        next_step="Take a new token for every attempt.",
    )


def _refused(scope: str, gauge: Gauge, retry_at: datetime) -> QuotaExceeded:
    counts = {name: getattr(gauge, name) for name in _COUNTS}
    return QuotaExceeded(**counts, scope=scope, retry_at=retry_at)


def _gauge(scope: Scope, held: Held, ahead: int) -> Gauge:
    """Read a gauge; a block by Zoom means that what is not known of was spent elsewhere."""
    counts: dict[str, int] = {PENDING: 0, SETTLED: 0, EXTERNAL: 0, UNKNOWN: 0}
    for state, _, number in held.slots:
        counts[state] += number
    total, limit = sum(counts.values()), scope.limit
    next_free = 0
    if limit is None:  # nobody waits for a slot of it to free
        limit = total
    elif total:
        next_free = _nth_free(held.slots, max(1, total - limit + 1))
    left = max(0, limit - total)
    if held.blocked:
        counts[EXTERNAL] += left
        next_free = held.blocked if left else max(held.blocked, next_free)
        left = 0
    return Gauge(
        limit,
        counts[SETTLED],
        counts[PENDING],
        counts[UNKNOWN],
        counts[EXTERNAL],
        left,
        instant(next_free + ahead) if next_free else None,
        places=tuple((free_at + ahead, number) for _, free_at, number in held.slots),
    )


def _nth_free(slots: Iterable[Slots], wanted: int) -> int:
    """Tell when the first `wanted` slots have freed."""
    for free_at, number in sorted((free_at, number) for _, free_at, number in slots):
        wanted -= number
        if wanted <= 0:
            return free_at
    return 0
