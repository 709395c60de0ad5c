"""What arrived when: the judge of a run of processes, from the arrivals alone."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

# How often a process is killed, and how many requests arrive before the next one is.
KILLS, BETWEEN_KILLS = 16, 6
_SECOND = 10**9


def busiest_second(arrivals: Iterable[int]) -> int:
    """Count the arrivals in the fullest second; they are in nanoseconds, in any order."""
    known = sorted(arrivals)
    return max(bisect_left(known, at + _SECOND) - number for number, at in enumerate(known))


def await_arrivals(log: Path, number: int) -> None:
    """Wait until that many requests have arrived, however slow the machine is."""
    deadline = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < number:
        assert time.monotonic() < deadline, f"{number} requests have not arrived in a minute"
        time.sleep(0.005)
