"""Refusals: which of several limits decides when to come back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime

from ..errors import QuotaExceeded, SlotExpired
from .gauge import Gauge
from .instants import SECOND
from .pacing import Pace, Stored, rate_now, turn, turns_ahead

# The names of the two limits that are not counted scopes.
PACE, FLYING = "second", "in-flight"


def scope_refusal(name: str, gauge: Gauge) -> QuotaExceeded | None:
    """Refuse what a counted scope has no place for."""
    if gauge.remaining or gauge.next_free is None:
        return None
    return QuotaExceeded(
        limit=gauge.limit, used=gauge.used, pending=gauge.pending, unknown=gauge.unknown,
        external=gauge.external, scope=name, retry_at=gauge.next_free,
    )  # fmt: skip


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
        limit=max(1, round(rate)), used=0, pending=turns_ahead(rate, after, now), unknown=0,
        external=0, scope=PACE, retry_at=show(math.ceil(at - wait * SECOND)),
    )  # fmt: skip


def last(refusals: Iterable[QuotaExceeded | None]) -> QuotaExceeded:
    """Choose the refusal that ends last: all limits have to be free."""
    return max(filter(None, refusals), key=lambda refusal: refusal.retry_at)


def spent(token: str) -> SlotExpired:
    """Refuse a token whose place was used: what is sent on it again would not be counted."""
    return SlotExpired(
        f"The place of token {token} was used before",
        next_step="Take a new token for every attempt.",
    )
