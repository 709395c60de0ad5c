"""Pace: who may send when, so that an account stays below its calls per second.

Virtual scheduling, the form of GCRA that gives turns: every caller is told its own and sleeps
once, in order (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

from .._public import public
from .._times import SECOND

# What a refusal per second costs, as in the adaptive mode of the AWS SDKs.
CUT = 0.7
# How much of the full rate comes back in a second: a single cut is forgotten in six minutes.
_RECOVERY = 0.05 / 60
_SLOWEST = 0.1

# What a ledger stores under a pace's key: the theoretical arrival time of the next call, the rate
# that was learned, and when.
Stored: TypeAlias = tuple[int, float | None, int]
UNPACED: Stored = (0, None, 0)


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Pace:
    """Calls per second under one key, `burst` of them at once.

    In any second at most burst + rate calls go out. With `rate` None nothing is paced until Zoom
    refuses a call; the first lesson then starts from `ceiling`.
    """

    key: str
    rate: float | None
    burst: int
    ceiling: float
    gap: int = field(init=False, repr=False, compare=False)
    slack: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        gap = math.ceil(SECOND / self.rate) if self.rate else 0
        object.__setattr__(self, "gap", gap)
        object.__setattr__(self, "slack", (self.burst - 1) * gap)


def turn(pace: Pace, stored: Stored, now: int) -> tuple[int, Stored | None]:
    """Return the caller's turn, and what to store for the next one; None when nothing is paced."""
    after, learned, since = stored
    gap, slack = pace.gap, pace.slack
    if learned is not None:
        rate = rate_now(pace, learned, since, now)
        if rate != pace.rate and rate:
            gap, slack = math.ceil(SECOND / rate), 0  # bursts are what Zoom refuses
        else:
            learned = None
    if not gap:
        return now, None
    if after <= now:
        return now, (now + gap, learned, since)
    return max(now, after - slack), (after + gap, learned, since)


def rate_now(pace: Pace, learned: float | None, since: int, now: int) -> float | None:
    """Return the rate that holds now; what was learned is forgotten little by little."""
    if learned is None:
        return pace.rate
    full = pace.rate or pace.ceiling
    grown = learned + full * _RECOVERY * (now - since) / SECOND
    return pace.rate if grown >= full else grown


def turns_ahead(rate: float, after: int, now: int) -> int:
    """Count the calls that were promised a turn and have not had it."""
    return max(1, math.ceil((after - now) * rate / SECOND))


def lesson(pace: Pace, stored: Stored, now: int, named: float | None = None) -> Stored | None:
    """Return what to store after a refusal per second; None when it teaches nothing new.

    `named` is the limit per second that Zoom's answer names, if it does.
    """
    after, learned, since = stored
    if learned is not None and now - since < SECOND:
        return None  # one herd, one lesson: calls sent together are refused together
    rate = rate_now(pace, learned, since, now) or pace.ceiling
    if named is not None and named > 0:
        rate = min(rate, named)
    return after, max(_SLOWEST, rate * CUT), now
