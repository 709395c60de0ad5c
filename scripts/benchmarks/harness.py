"""Interleaved rounds, medians, ratios within a round: noise that drifts hits every case alike."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

How = Literal["times", "over", "most", "least"]
_SIGNS: Mapping[How, str] = {
    "times": "≤ {:g} ×",
    "over": "≤ +{:g}",
    "most": "≤ {:g}",
    "least": "≥ {:g} ×",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """A promise about one case, held against the case called `beside` (the first, if empty).

    `times`: at most so many times as much; `over`: at most so much more; `most`: at most so much,
    by itself; `least`: at least so many times as much. `wall` judges the time on the wall instead
    of the CPU's.
    """

    limit: float
    how: How = "times"
    beside: str = ""
    wall: bool = False

    def __str__(self) -> str:
        """Write it as it stands in the table."""
        text = _SIGNS[self.how].format(self.limit)
        text += f" {self.beside}" if self.beside else ""
        return f"{text}, wall" if self.wall else text

    def met(self, own: Sequence[float], beside: Sequence[float]) -> bool:
        """Tell whether it is kept, in the median."""
        if self.how == "most":
            return statistics.median(own) <= self.limit
        if self.how == "over":
            return statistics.median(own) - statistics.median(beside) <= self.limit
        times = ratio(own, beside)
        return times >= self.limit if self.how == "least" else times <= self.limit


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to time; `work` does `size` units of it each time it is called.

    `prepare` makes ready what the next call needs, and is not timed.
    """

    name: str
    work: Callable[[], object]
    size: int = 1
    prepare: Callable[[], object] | None = field(default=None, kw_only=True)
    # A number: the highest ratio to the first case. None where nothing was promised.
    goal: float | Goal | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What one case cost a unit: in the median and the best round, and beside the first case."""

    name: str
    median: float
    best: float
    ratio: float
    wall: float | None = None
    # New connections a unit, where a server counted them.
    connections: float | None = None
    goal: str | None = None
    good: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as JSON-ready data; what was not measured is left out."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in values.items()
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown together; `unit` is that of the figures, `note` whatever must be known."""

    title: str
    figures: Sequence[Figure]
    unit: str = "µs"
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the table as JSON-ready data."""
        rows = [figure.to_dict() for figure in self.figures]
        return {"title": self.title, "unit": self.unit, "note": self.note, "figures": rows}


@dataclass(frozen=True, slots=True)
class Run:
    """How thoroughly to measure, and whom to tell how far it is."""

    rounds: int = 21
    seconds: float = 0.02
    quick: bool = False
    progress: Callable[[str], object] = lambda _: None

    def fewer(self, most: int) -> Run:
        """Return the run for slow cases: at most so many rounds."""
        return replace(self, rounds=min(self.rounds, most))


def ratio(own: Sequence[float], beside: Sequence[float]) -> float:
    """Take the median of the ratios within the rounds: a slower half of a run changes little."""
    return statistics.median(a / b for a, b in zip(own, beside, strict=True) if b)


def figures(
    names: Sequence[str],
    goals: Sequence[float | Goal | None],
    cpu: Sequence[Sequence[float]],
    wall: Sequence[Sequence[float]] | None = None,
    connections: Sequence[float] | None = None,
) -> list[Figure]:
    """Sum up the rounds of every case, and hold them against their goals."""
    found = []
    for index, name in enumerate(names):
        goal = goals[index]
        goal = Goal(goal) if isinstance(goal, int | float) else goal
        good = None
        if goal is not None:
            turns = wall if goal.wall and wall is not None else cpu
            good = goal.met(turns[index], turns[names.index(goal.beside) if goal.beside else 0])
        figure = Figure(
            name,
            statistics.median(cpu[index]),
            min(cpu[index]),
            ratio(cpu[index], cpu[0]),
            statistics.median(wall[index]) if wall else None,
            connections[index] if connections else None,
            None if goal is None else str(goal),
            good,
        )
        found.append(figure)
    return found


def measure(
    cases: Sequence[Case], run: Run, *, connections: Callable[[], int] | None = None
) -> list[Figure]:
    """Time every case in turn, `run.rounds` times; the first case is the floor of the ratios.

    Each turn repeats the work for about `run.seconds`. Times are in microseconds a unit: of CPU,
    with all threads and ended children of this process, and on the wall.
    """
    repeats = [_repeats(case, run.seconds) for case in cases]
    cpu: list[list[float]] = [[] for _ in cases]
    wall: list[list[float]] = [[] for _ in cases]
    opened = [0.0] * len(cases)
    gc.collect()
    gc.disable()
    try:
        for number in range(run.rounds):
            run.progress(f"round {number + 1} of {run.rounds}")
            for index, case in enumerate(cases):
                before = connections() if connections else 0
                units = repeats[index] * case.size
                spent, passed = _turn(case, repeats[index])
                cpu[index].append(spent / units * 1e6)
                wall[index].append(passed / units * 1e6)
                if connections:
                    opened[index] += (connections() - before) / units / run.rounds
                gc.collect(0)
    finally:
        gc.enable()
    names, goals = [case.name for case in cases], [case.goal for case in cases]
    return figures(names, goals, cpu, wall, opened if connections else None)


def _turn(case: Case, repeats: int) -> tuple[float, float]:
    if case.prepare is None:
        return _timed(case.work, repeats)
    turns = []
    for _ in range(repeats):
        case.prepare()
        turns.append(_timed(case.work, 1))
    spent, passed = zip(*turns, strict=True)
    return sum(spent), sum(passed)


def _timed(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    cpu, wall = _cpu(), time.perf_counter()
    for _ in range(repeats):
        work()
    return _cpu() - cpu, time.perf_counter() - wall


def _cpu() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _repeats(case: Case, seconds: float) -> int:
    once = _turn(case, 1)[1]
    if once < 1:
        once = _turn(case, 1)[1]  # the first time makes what later ones find
    return max(1, int(seconds / max(once, 1e-7)))
