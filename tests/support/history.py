"""What arrived when: the judge of a run of processes, from the arrivals alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

_SECOND = 10**9


def busiest_second(arrivals: Iterable[int]) -> int:
    """Count the arrivals in the fullest second; they are in nanoseconds, in any order."""
    known = sorted(arrivals)
    return max(bisect_left(known, at + _SECOND) - number for number, at in enumerate(known))
