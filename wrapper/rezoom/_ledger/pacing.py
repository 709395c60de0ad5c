"""Pace: who may send when, so that an account stays below its calls per second.

Virtual scheduling, the form of GCRA that gives turns: every caller is told its own and sleeps
once, in order (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). There are no bursts: it
is not known how Zoom cuts its seconds, and a smooth stream fits all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

from .._public import public
from .._times import SECOND

# The share of a limit per second that is used: calls may then arrive 1 / SHARE - 1 seconds (47 ms)
# nearer to each other than they left before a second holds more than the limit.
SHARE = 0.955
# A turn that comes later than this is given back, in seconds.
ON_TIME = 0.01
# What a lone refusal costs, and after how many seconds that is forgotten.
LONE, WITHIN = 0.95, 10.0
# What a refusal costs where so large a share of the calls of that time was refused; on a small plan
# one refusal is such a share, so it takes a second one within half of it.
REPEATED, MANY, FEWEST = 0.7, 0.01, 1.5
# How much of the full rate comes back in a second.
RECOVERY = (1 - LONE) / WITHIN
# How long a limit that Zoom has named is kept before more is tried; in microseconds.
HELD = 60 * SECOND
SLOWEST = 0.1

# What a ledger stores under a pace's key: the theoretical arrival time of the next call, the rate
# that was learned, and the instant from which it recovers.
Stored: TypeAlias = tuple[int, float | None, int]
UNPACED: Stored = (0, None, 0)


@public("rezoom.quota")
@dataclass(frozen=True, slots=True)
class Pace:
    """Calls under one key, `rate` a second, where `limit` are allowed.

    With `rate` None nothing is paced until Zoom refuses a call; the first lesson then starts from
    the `limit`.
    """

    key: str
    rate: float | None
    limit: float
    gap: int = field(init=False, repr=False, compare=False)
    full: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gap", math.ceil(SECOND / self.rate) if self.rate else 0)
        object.__setattr__(self, "full", self.rate or SHARE * self.limit)


def turn(pace: Pace, stored: Stored, now: int) -> tuple[int, Stored | None]:
    """Return the caller's turn, and what to store for the next one; None when nothing is paced."""
    after, learned, since = stored
    gap = pace.gap
    if learned is not None:
        rate = rate_now(pace, learned, since, now)
        if rate != pace.rate and rate:
            gap = math.ceil(SECOND / rate)
        else:
            learned = None
    if not gap:
        return now, None
    at = max(now, after)
    return at, (at + gap, learned, since)


def rate_now(pace: Pace, learned: float | None, since: int, now: int) -> float | None:
    """Return the rate that holds now; what was learned is forgotten little by little."""
    if learned is None or since > now:
        return pace.rate if learned is None else learned
    grown = learned + pace.full * RECOVERY * (now - since) / SECOND
    return pace.rate if grown >= pace.full else grown


def turns_ahead(rate: float, after: int, now: int) -> int:
    """Count the calls that were promised a turn and have not had it."""
    return max(1, math.ceil((after - now) * rate / SECOND))


def lesson(pace: Pace, stored: Stored, now: int, named: float | None = None) -> Stored | None:
    """Return what to store after a refusal per second; None when it teaches nothing new.

    `named` is the limit per second that Zoom's answer names, if it does: a lower one than ours is
    believed. Otherwise what is missing from the full rate tells how many refusals there were.
    """
    after, learned, since = stored
    held = since > now
    if learned is not None and now - (since - HELD if held else since) < SECOND:
        return None  # one herd, one lesson: calls sent together are refused together
    present = rate_now(pace, learned, since, now)
    if named is not None and named > 0 and (present is None or named * SHARE < present):
        return after, max(SLOWEST, named * SHARE), now + HELD
    rate = present or pace.full
    refused = 1 if held else 1 + (1 - rate / pace.full) / (1 - LONE)
    repeated = refused >= max(FEWEST, MANY * WITHIN * rate)
    return after, max(SLOWEST, rate * (REPEATED if repeated else LONE)), now
