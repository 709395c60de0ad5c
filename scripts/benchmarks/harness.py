"""Interleaved rounds, medians, ratios within a round: noise that drifts hits every case alike."""

from __future__ import annotations

import gc
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from timeit import timeit
from typing import Any, TypeAlias

from .loopback import Loopback

Work: TypeAlias = Callable[[], object]
# What each case cost, round by round; the first case is the floor of the others.
Samples: TypeAlias = Mapping[str, Sequence[float]]
Row: TypeAlias = dict[str, Any]
# A title, and rows that say their own unit.
Table: TypeAlias = tuple[str, list[Row]]
_GOAL = re.compile(r"([≤≥]) (\+?)([\d.]+)( ×)?(?: (.+))?")


@dataclass(frozen=True, slots=True)
class Run:
    """How thoroughly to measure, beside which servers, and where files may lie."""

    quick: bool
    folder: Path
    server: Loopback
    redis_url: str

    def rounds(self, most: int = 21) -> int:
        """How often each case has its turn."""
        return 3 if self.quick else most


def say(what: str) -> None:
    """Tell on stderr how far it is."""
    print(f"  {what}", file=sys.stderr, flush=True)


def measure(
    cases: Mapping[str, Work],
    run: Run,
    *,
    each: int = 1,
    rounds: int = 21,
    clock: Callable[[], float] = time.process_time,
) -> Samples:
    """Time all cases in turn: microseconds of a unit, of which one call does `each`.

    The clock is that of this process's CPU, all threads together, or `time.perf_counter`.
    """
    say("; ".join(cases))
    for work in cases.values():
        work()  # the first time makes what later ones find
    slowest = max(timeit(work, number=1) for work in cases.values())
    repeats = max(1, int((0.004 if run.quick else 0.05) / slowest))
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(run.rounds(rounds)):
        for name, work in cases.items():
            spent = timeit(work, number=repeats, timer=clock)  # collects no garbage meanwhile
            found[name].append(spent / repeats / each * 1e6)
            gc.collect(0)
    return found


def rows(samples: Samples, goals: Mapping[str, str] | None = None, unit: str = "µs") -> list[Row]:
    """Sum up every case, beside the first and beside its goal."""
    goals = goals or {}
    assert goals.keys() <= samples.keys(), "a goal for what was not measured"
    found = []
    for name, own in samples.items():
        row: Row = {"name": name, "value": round(median(own), 3), "unit": unit}
        if len(samples) > 1:
            row["ratio"] = round(_ratio(own, next(iter(samples.values()))), 3)
        if name in goals:
            row |= {"goal": goals[name], "met": met(goals[name], own, samples)}
        found.append(row)
    return found


def met(goal: str, own: Sequence[float], samples: Samples) -> bool:
    """Judge a goal: `≤ 10`, `≤ 1.4 ×` the first case, `≤ +15` above it, or `≥ 4 × another`."""
    parts = _GOAL.fullmatch(goal)
    assert parts is not None, goal
    sign, above, limit, times, name = parts.groups()
    beside = samples[name] if name else next(iter(samples.values()))
    value = _ratio(own, beside) if times else median(own) - (median(beside) if above else 0)
    return value <= float(limit) if sign == "≤" else value >= float(limit)


def _ratio(own: Sequence[float], beside: Sequence[float]) -> float:
    # The median of those within the rounds: a slower half of a run changes little.
    return median(a / b for a, b in zip(own, beside, strict=True))


def markdown(shown: Sequence[Row]) -> str:
    """Write rows as a table that reads well with and without Markdown."""
    lines = [["", "measured", "ratio", "goal"], ["---", "---:", "---:", "---:"]]
    for row in shown:
        value, ratio = row["value"], row.get("ratio")
        number = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
        # None: the machine was too busy to tell.
        met = {True: "✓", False: "✗", None: "inconclusive"}[row.get("met")]
        goal = f"{row['goal']} {met}" if "goal" in row else ""
        beside = "" if ratio is None else f"{ratio:.2f}"
        lines.append([row["name"], f"{number} {row['unit']}", beside, goal])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [map(str.ljust, line, widths) for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)
