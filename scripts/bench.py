"""Measure, side by side and in one run: `nox -s bench`, or `nox -s bench -- updates --json`.

Figures inform and never fail. `--quick` shows that everything still runs, and nothing more.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import (
    bodies,
    compiling,
    curves,
    ledgers,
    ledgers_growth,
    ledgers_peers,
    planning,
    recurrence,
    simulator,
    startup,
    updates,
)
from benchmarks.harness import Case, Run, Table, measure
from benchmarks.loopback import shared
from benchmarks.report import SCHEMA, filled, machine, plot, table
from rich.console import Console
from rich.status import Status

Group = Callable[[Run], Iterator[Table]]
DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 150
OVER_HTTPS = "One update after the other, https"


def timed(cases: dict[str, Callable[[], Sequence[Case]]]) -> Group:
    """Make a group of tables that need nothing but their cases."""

    def tables(run: Run) -> Iterator[Table]:
        for title, made in cases.items():
            yield Table(title, measure(made(), run))

    return tables


def sent(run: Run) -> Iterator[Table]:
    """Measure updates over sockets, and how busy the server was meanwhile."""
    alone = {
        "One update after the other, http": partial(updates.one_by_one, "http"),
        OVER_HTTPS: partial(updates.one_by_one, "https"),
    }
    several = {
        f"{number} in flight, {scheme}": partial(updates.together, scheme, number)
        for number, scheme in (
            (1, "http"),
            (1, "https"),
            (16, "http"),
            (16, "https"),
            (256, "http"),
        )
        if scheme == "http" or not run.quick
    }
    rounds = dict.fromkeys(alone, run.rounds) | dict.fromkeys(several, 3 if run.quick else 7)
    server = shared()
    for title, made in {**alone, **several}.items():
        cases, rate = made(), server.raw_rate()
        before, began = server.counted(), datetime.now(UTC)
        figures = measure(
            cases, run.fewer(rounds[title]), connections=lambda: server.counted().connections
        )
        passed = (datetime.now(UTC) - began).total_seconds()
        share = (server.counted().cpu - before.cpu) / passed
        note = (
            f"the server used {share:.0%} of one core meanwhile, and answers a bare socket "
            f"{rate:,.0f} times a second"
        )
        yield Table(title, figures, note=note)


GROUPS: dict[str, Group] = {
    # First: the threads of `updates` leave a heap in pieces, where the many small allocations of a
    # validation cost a quarter more.
    "bodies": timed({"Judging a body": bodies.judging, "Writing a request": bodies.building}),
    "updates": sent,
    "planning": timed({"A change of a series with sixty meetings": planning.cases}),
    "startup": startup.tables,
    "recurrence": timed(
        {
            "Fifty weekly starts": recurrence.cases,
            "The next start of an endless series": recurrence.next_cases,
        }
    ),
    "ledgers": ledgers.tables,
    "limiters": ledgers_peers.tables,
    "growth": ledgers_growth.tables,
    "curves": curves.tables,
    "compiling": compiling.tables,
    "simulator": simulator.tables,
}


def _tell(status: Status, name: str, said: str) -> None:
    status.update(f"{name}: {said}")


def write_docs(told: dict[str, Any], note: str) -> None:
    """Write the figures, the picture, and the tables of the page."""
    (DOCS / "cost.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (DOCS / "assets" / "cost.svg").write_text(plot(told["tables"], note, OVER_HTTPS), "utf-8")
    for page in (DOCS / "cost.md", DOCS.parent / "README.md"):
        page.write_text(filled(page.read_text("utf-8"), told["tables"]), "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the groups named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", nargs="*", choices=[*GROUPS, []], help="default: all")
    parser.add_argument("--quick", action="store_true", help="a few rounds, to see that it runs")
    parser.add_argument("--rounds", type=int, default=None, help="default: 21, or 3 with --quick")
    parser.add_argument("--json", action="store_true", help="one object on stdout, no tables")
    parser.add_argument("--save", type=Path, help="write the JSON into this file as well")
    parser.add_argument(
        "--docs", action="store_true", help="write what docs/cost.md and README.md show"
    )
    options = parser.parse_args(arguments)
    # In a file or a pipe a table is as wide as it needs to be.
    wide = None if sys.stdout.isatty() else WIDTH
    talk, answer = Console(stderr=True), Console(quiet=options.json, width=wide)
    rounds = options.rounds or (3 if options.quick else 21)
    found = []
    with talk.status("starting …") as status:
        for name in options.group or GROUPS:
            status.update(f"{name} …")
            run = Run(
                rounds,
                0.004 if options.quick else 0.02,
                options.quick,
                partial(_tell, status, name),
            )
            for one in GROUPS[name](run):
                found.append({"group": name, **one.to_dict()})
                answer.print(table(one))
    told = {
        "schema": SCHEMA,
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": "nox -s bench",
        "machine": machine(),
        "quick": options.quick,
        "rounds": rounds,
        "tables": found,
    }
    line = ", ".join(machine().values())
    answer.print(f"{line}; {rounds} interleaved rounds, medians, CPU time", style="dim")
    if options.json:
        print(json.dumps(told))
    if options.save:
        options.save.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    if options.docs:
        if options.group or options.quick:
            parser.error("--docs needs a whole run")
        write_docs(told, f"nox -s bench, {told['at']}: {line.partition(', rezoom')[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
