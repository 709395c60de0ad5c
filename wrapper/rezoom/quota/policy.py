"""What is counted: claims on Zoom's daily quotas, and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .._wire import facts

# Zoom's clock and ours drift apart within a window; NTP slews by at most 43 s in 24 hours.
MARGIN = timedelta(seconds=60)
# How long after the grant a written request can still reach Zoom: client deadline, kernel, proxies.
HORIZON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose quotas one update spends; `host` is None while nobody knows the meeting's host."""

    account: str
    meeting: int
    host: str | None = None

    def scopes(self) -> tuple[tuple[str, str], ...]:
        """Name every counted scope as (quota, key); keys carry the account."""
        meeting = ("meeting", f"{self.account}/meeting/{self.meeting}")
        if self.host is None:
            return (meeting,)
        return (meeting, ("host", f"{self.account}/host/{self.host}"))


@dataclass(frozen=True, slots=True)
class Gauge:
    """One quota as this ledger sees it; `remaining` is what may still be sent now."""

    limit: int
    used: int
    pending: int
    unknown: int
    external: int
    remaining: int
    next_free: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """Return the gauge as JSON-ready data; times in UTC with Z."""
        free = self.next_free
        when = None if free is None else f"{free.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
        counts = ("limit", "used", "pending", "unknown", "external", "remaining")
        return {name: getattr(self, name) for name in counts} | {"next_free": when}


@dataclass(frozen=True, slots=True)
class Quota(Gauge):
    """The tightest of the gauges, with each of them; `host` is None while the host is not known."""

    meeting: Gauge | None = None
    host: Gauge | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return all gauges as JSON-ready data."""
        named = {"meeting": self.meeting, "host": self.host}
        # Not super(): dataclass(slots=True) makes a new class, and super() would miss it.
        parts = {name: gauge and gauge.to_dict() for name, gauge in named.items()}
        return Gauge.to_dict(self) | parts

    @classmethod
    def of(cls, gauges: dict[str, Gauge]) -> Quota:
        """Combine the gauges of one claim: the one with the least remaining speaks for all."""
        tight = min(gauges.values(), key=lambda gauge: gauge.remaining)
        return cls(
            tight.limit, tight.used, tight.pending, tight.unknown, tight.external, tight.remaining,
            tight.next_free, meeting=gauges.get("meeting"), host=gauges.get("host"),
        )  # fmt: skip


def limit(quota: str) -> int:
    """Look up a quota's limit in the spec."""
    return facts.QUOTAS[quota].limit


def free_at(quota: str, latest: datetime) -> datetime:
    """Tell when a request that Zoom counted at `latest` stops counting."""
    counted = facts.QUOTAS[quota]
    if counted.window == "utc-day":
        return next_utc_midnight(latest + MARGIN)
    return latest + timedelta(hours=counted.hours) + MARGIN


def next_utc_midnight(after: datetime) -> datetime:
    """Give the first 00:00 UTC later than `after`."""
    day = after.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)
