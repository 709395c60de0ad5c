"""Pace: who may send when, so that an account stays below its calls per second.

Virtual scheduling, the form of GCRA that gives turns: every caller is told its own and sleeps
once, in order (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from .instants import SECOND

# What a refusal per second costs, as in the adaptive mode of the AWS SDKs.
CUT = 0.7
# How much of the full rate comes back in a second: a single cut is forgotten in six minutes.
_RECOVERY = 0.05 / 60
_SLOWEST = 0.1

# What a ledger stores under a pace's key: the theoretical arrival time of the next call, the rate
# that was learned, and when.
Stored: TypeAlias = tuple[int, float | None, int]
UNPACED: Stored = (0, None, 0)


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


def rate_now(pace: Pace, learned: float | None, since: int, now: int) -> float | None:
    """Return the rate that holds now; what was learned is forgotten little by little."""
    if learned is None:
        return pace.rate
    full = pace.rate or pace.ceiling
    grown = learned + full * _RECOVERY * (now - since) / SECOND
    return pace.rate if grown >= full else grown


def turn(pace: Pace, rate: float, after: int, now: int) -> tuple[int, int]:
    """Return the caller's turn, and the theoretical arrival time to store for the next one."""
    gap = math.ceil(SECOND / rate)
    # A learned rate is below the usual one, so that bursts are what Zoom refuses.
    burst = pace.burst if rate == pace.rate else 1
    return max(now, after - (burst - 1) * gap), max(now, after) + gap


def turns_ahead(rate: float, after: int, now: int) -> int:
    """Count the calls that were promised a turn and have not had it."""
    return max(1, math.ceil((after - now) * rate / SECOND))


def lesson(
    pace: Pace, learned: float | None, since: int, now: int, named: float | None = None
) -> float | None:
    """Return the rate to keep after a refusal per second; None when it teaches nothing new.

    `named` is the limit per second that Zoom's answer names, if it does.
    """
    if learned is not None and now - since < SECOND:
        return None  # one herd, one lesson: calls sent together are refused together
    rate = rate_now(pace, learned, since, now) or pace.ceiling
    if named is not None and named > 0:
        rate = min(rate, named)
    return max(_SLOWEST, rate * CUT)
