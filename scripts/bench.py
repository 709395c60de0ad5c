"""Measure, side by side and in one run: `nox -s bench`, or `nox -s bench -- recurrence --json`."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence

from benchmarks import ledgers, recurrence
from benchmarks.harness import Case, Figure, measure
from rich.console import Console
from rich.table import Table

ROUNDS = 21
GROUPS: dict[str, dict[str, Callable[[], Sequence[Case]]]] = {
    "recurrence": {
        "fifty weekly starts": recurrence.cases,
        "the next start of an endless series": recurrence.next_cases,
    },
    "ledgers": {"one place in three limits": ledgers.cases},
}


def machine() -> str:
    """Say what was measured on, in a line."""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"


def table(title: str, figures: Sequence[Figure]) -> Table:
    """Draw one group."""
    out = Table(title=title, title_justify="left")
    for name in ("", "median µs", "best µs", "× floor", "goal"):
        out.add_column(name, justify="left" if not name else "right")
    for figure in figures:
        met = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}[figure.good]
        goal = "" if figure.goal is None else f"≤ {figure.goal:g} {met}"
        row = (f"{figure.median:.1f}", f"{figure.best:.1f}", f"{figure.ratio:.2f}", goal)
        out.add_row(figure.name, *row)
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the groups named, or all of them; the figures inform and never fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", nargs="*", choices=[*GROUPS, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="one object on stdout")
    options = parser.parse_args(arguments)
    talk, answer = Console(stderr=True), Console()
    found: dict[str, list[Figure]] = {}
    for group in options.group or GROUPS:
        for title, cases in GROUPS[group].items():
            with talk.status(f"{group}: {title} …"):
                found[title] = measure(cases(), rounds=options.rounds)
            if not options.json:
                answer.print(table(title, found[title]))
    if options.json:
        figures = {title: [figure.to_dict() for figure in rows] for title, rows in found.items()}
        told = {"schema": "rezoom.bench/1", "machine": machine(), "rounds": options.rounds}
        print(json.dumps(told | {"figures": figures}))
    else:
        answer.print(f"{machine()}; {options.rounds} interleaved rounds, CPU time", style="dim")
    return 0


if __name__ == "__main__":
    sys.exit(main())
