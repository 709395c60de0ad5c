"""What is left of each quota, and the refusal when nothing is."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from .._public import public
from .._times import SECOND, instant
from ..errors import QuotaExceeded, SlotExpired
from .pacing import Pace, Stored, rate_now, turn, turns_ahead

# How a counted place came about; the numbers are what ledgers store.
PENDING, SETTLED, EXTERNAL, UNKNOWN = range(4)


@public("rezoom.quota")
class Forecast(NamedTuple):
    """When places come back, as a ledger counts: microseconds, `shift` behind the wall clock.

    Computed when first looked at: a receipt that is not read costs no date arithmetic.
    """

    places: tuple[tuple[int, int], ...] = ()
    shift: int = 0

    def frees(self) -> tuple[tuple[datetime, int], ...]:
        """List when places come back and how many."""
        frees: dict[int, int] = {}
        for free_at, number in self.places:
            frees[free_at] = frees.get(free_at, 0) + number
        return tuple((instant(at + self.shift), frees[at]) for at in sorted(frees))


NO_FORECAST = Forecast()


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
    forecast: Forecast = field(default=NO_FORECAST, repr=False, kw_only=True)

    @property
    def frees(self) -> tuple[tuple[datetime, int], ...]:
        """When places come back, and how many."""
        return self.forecast.frees()

    def to_dict(self) -> dict[str, Any]:
        """Return the gauge as JSON-ready data; times in UTC with Z."""
        free = self.next_free
        when = None if free is None else f"{free.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
        counts = ("limit", "used", "pending", "unknown", "external", "remaining")
        return {name: getattr(self, name) for name in counts} | {"next_free": when}


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
        return cls(
            tight.limit,
            tight.used,
            tight.pending,
            tight.unknown,
            tight.external,
            tight.remaining,
            tight.next_free,
            gauges.get("meeting"),
            gauges.get("host"),
            gauges.get("account"),
            forecast=tight.forecast,
        )


@public("rezoom.quota")
class Row(NamedTuple):
    """What one scope held when it was read; put together for those who look.

    `settled` goes on changing: of what it holds, the first `answers` count, and of those `last`
    stands for the last.
    """

    name: str
    limit: int | None
    blocked: int
    answered: int
    settled: Sequence[tuple[int, int]]
    answers: int
    last: tuple[int, int]
    waiting: Sequence[int]
    unknown: int
    external: tuple[tuple[int, int], ...]

    def counts(self) -> tuple[int, int, int, int]:
        """Count the places by state."""
        external = sum(number for _, number in self.external)
        return len(self.waiting) - self.unknown, self.answered, external, self.unknown

    def places(self) -> tuple[tuple[int, int], ...]:
        """List (free at, how many)."""
        settled = [*self.settled[: self.answers - 1], self.last] if self.answers else []
        return (*settled, *((free_at, 1) for free_at in self.waiting), *self.external)


@public("rezoom.quota")
class Reading(NamedTuple):
    """What a ledger has read; made a Quota for those who look."""

    shift: int
    rows: Sequence[Row]

    def quota(self) -> Quota:
        """Compute the quota that this reading shows."""
        return Quota.of(self.gauges())

    def gauges(self) -> dict[str, Gauge]:
        """Write out each scope."""
        gauges = {}
        for row in self.rows:
            places = row.places()
            gauges[row.name] = read_gauge(
                row.limit,
                row.counts(),
                partial(nth_free, places),
                row.blocked,
                self._show,
                forecast=Forecast(places, self.shift),
            )
        return gauges

    def _show(self, at: int) -> datetime:
        return instant(at + self.shift)


def read_gauge(
    limit: int | None,
    counts: Sequence[int],
    free_at: Callable[[int], int],
    blocked: int,
    show: Callable[[int], datetime],
    *,
    forecast: Forecast = NO_FORECAST,
) -> Gauge:
    """Read a gauge: `counts` places by state, and when the first n of them have freed.

    `blocked` is above 0 while Zoom itself says that the quota is used up: what this ledger does
    not know of was then spent elsewhere.
    """
    total = sum(counts)
    external = counts[EXTERNAL]
    if limit is None:  # nobody waits for a place of it to free
        limit, next_free = total, 0
    else:
        next_free = free_at(max(1, total - limit + 1)) if total else 0
    left = max(0, limit - total)
    if blocked:
        external += left
        next_free = blocked if left else max(blocked, next_free)
        left = 0
    return Gauge(
        limit,
        counts[SETTLED],
        counts[PENDING],
        counts[UNKNOWN],
        external,
        left,
        show(next_free) if next_free else None,
        forecast=forecast,
    )


def nth_free(places: Iterable[tuple[int, int]], wanted: int) -> int:
    """Tell when `wanted` places have freed, from (free at, how many)."""
    for free_at, number in sorted(places):
        wanted -= number
        if wanted <= 0:
            return free_at
    return 0


# The names of the two limits that are not counted scopes.
PACE, FLYING = "second", "in-flight"


def scope_refusal(name: str, gauge: Gauge) -> QuotaExceeded | None:
    """Refuse what a counted scope has no place for."""
    if gauge.remaining or gauge.next_free is None:
        return None
    return QuotaExceeded(
        limit=gauge.limit,
        used=gauge.used,
        pending=gauge.pending,
        unknown=gauge.unknown,
        external=gauge.external,
        scope=name,
        retry_at=gauge.next_free,
    )


def flying_refusal(send_by: datetime) -> QuotaExceeded:
    """Refuse a second request while one is under way; it is over at `send_by` at the latest."""
    return QuotaExceeded(
        limit=1, used=0, pending=1, unknown=0, external=0, scope=FLYING, retry_at=send_by
    )


def pace_refusal(
    pace: Pace, stored: Stored, now: int, wait: float, show: Callable[[int], datetime]
) -> QuotaExceeded | None:
    """Refuse a turn that comes more than `wait` seconds from now."""
    at, _ = turn(pace, stored, now)
    after, learned, since = stored
    rate = rate_now(pace, learned, since, now)
    if rate is None or at - now <= wait * SECOND:
        return None
    return QuotaExceeded(
        limit=max(1, round(rate)),
        used=0,
        pending=turns_ahead(rate, after, now),
        unknown=0,
        external=0,
        scope=PACE,
        retry_at=show(math.ceil(at - wait * SECOND)),
    )


def last(refusals: Iterable[QuotaExceeded | None]) -> QuotaExceeded:
    """Choose the refusal that ends last: all limits have to be free."""
    return max(filter(None, refusals), key=lambda refusal: refusal.retry_at)


def spent(token: str) -> SlotExpired:
    """Refuse a token whose place was used: what is sent on it again would not be counted."""
    return SlotExpired(
        f"The place of token {token} was used before",
        next_step="Take a new token for every attempt.",
    )
