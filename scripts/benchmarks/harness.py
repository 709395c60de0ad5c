"""Interleaved rounds, medians, and ratios to a floor: noise that drifts hits every case alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to time; `work` does `size` units of it each time it is called."""

    name: str
    work: Callable[[], object]
    size: int = 1
    # Highest ratio to the floor that is still good; None where nothing was promised.
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What one case cost: microseconds a unit, in the median and the best round."""

    name: str
    median: float
    best: float
    ratio: float
    goal: float | None

    @property
    def good(self) -> bool | None:
        """Tell whether the goal is met; None without a goal."""
        return None if self.goal is None else self.ratio <= self.goal

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as JSON-ready data."""
        return {
            "name": self.name, "median_us": round(self.median, 3), "best_us": round(self.best, 3),
            "ratio": round(self.ratio, 3), "goal": self.goal, "good": self.good,
        }  # fmt: skip


def measure(cases: Sequence[Case], *, rounds: int, seconds: float = 0.02) -> list[Figure]:
    """Time every case in turn, `rounds` times; the first case is the floor of the ratios.

    Each turn repeats the work for about `seconds`. The ratio is the median over the rounds of the
    ratio within a round, so that a machine that slows down in the middle does not decide it.
    """
    repeats = [_repeats(case, seconds) for case in cases]
    turns: list[list[float]] = [[] for _ in cases]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for index, case in enumerate(cases):
                turns[index].append(_turn(case.work, repeats[index]) / case.size)
    finally:
        gc.enable()
    floor = turns[0]
    return [
        Figure(
            case.name,
            statistics.median(turns[index]) * 1e6,
            min(turns[index]) * 1e6,
            statistics.median(own / base for own, base in zip(turns[index], floor, strict=True)),
            case.goal,
        )
        for index, case in enumerate(cases)
    ]


def _turn(work: Callable[[], object], repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats


def _repeats(case: Case, seconds: float) -> int:
    case.work()
    start = time.perf_counter()
    case.work()
    once = time.perf_counter() - start
    return max(1, int(seconds / max(once, 1e-7)))
