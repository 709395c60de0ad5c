"""The scoreboard: every client through every scenario, as a table, as data, and as Markdown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .attempt import Connect
from .judges import Finding
from .scenarios import GETS_THROUGH, SCENARIOS, Scenario

SCHEMA = "rezoom.scoreboard/1"
US = "rezoom"
START, END = "<!-- scoreboard: nox -s scoreboard -- --write -->", "<!-- /scoreboard -->"
_MARKS = {"right": "✓", "only if you look": "~", "wrong": "✗", "cannot say it": "–"}


@dataclass(frozen=True, slots=True)
class Contender:
    """A client, how it is reached, and what its calls look like."""

    name: str
    version: str
    connect: Connect
    update_call: str
    occurrence_call: str


def play(contenders: Iterable[Contender], progress: Callable[[str, str], object]) -> dict[str, Any]:
    """Run every scenario with every client; `progress` is told each pair before it starts."""
    ours = list(contenders)
    rows = []
    for scenario in (GETS_THROUGH, *SCENARIOS):
        found = {}
        for one in ours:
            progress(scenario.outcome, one.name)
            found[one.name] = scenario.play(one.connect)
        rows.append(_row(scenario, found))
    return {
        "schema": SCHEMA,
        "judged": fingerprint(),
        "clients": [
            {
                "name": one.name,
                "version": one.version,
                "update": one.update_call,
                "occurrence": one.occurrence_call,
            }
            for one in ours
        ],
        "rows": rows,
        "right": {one.name: _right(rows, one.name) for one in ours},
        "of": len(SCENARIOS),
    }


def fingerprint() -> str:
    """Hash what the verdicts rest on: the scenarios, the judges, and how the peers are called."""
    here = Path(__file__).parent
    seen = hashlib.sha256()
    for part in sorted([*here.glob("*.py"), here.parent / "peers.py"]):
        # As text: a checkout may have other line endings.
        seen.update(part.read_text("utf-8").encode())
    return seen.hexdigest()[:16]


def failed(board: Mapping[str, Any]) -> list[str]:
    """List the outcomes that rezoom itself did not get right."""
    return [row["outcome"] for row in board["rows"] if row["cells"][US]["verdict"] != "right"]


def said(row: Mapping[str, Any], name: str) -> str:
    """Say in a word what became of a scenario: it is named after the wrong outcome."""
    verdict: str = row["cells"][name]["verdict"]
    words = {"right": "avoided", "wrong": "happens"} if row["counts"] else {}
    return f"{_MARKS[verdict]} {words.get(verdict, verdict)}"


def markdown(board: Mapping[str, Any]) -> str:
    """Write the table for the README; what it says follows from the data alone."""
    clients = board["clients"]
    # Our own release is the one that the document belongs to.
    heads = [US if one["name"] == US else f"{one['name']} {one['version']}" for one in clients]
    lines = [_line("", *heads), _line("---", *["---"] * len(clients))]
    lines += [
        _line(row["outcome"], *(said(row, one["name"]) for one in clients)) for row in board["rows"]
    ]
    scores = [f"**{board['right'][one['name']]} of {board['of']}**" for one in clients]
    return "\n".join([*lines, _line("**avoided**", *scores)])


def written_into(text: str, board: Mapping[str, Any]) -> str:
    """Return a document with the table between its marks; ValueError when it has none."""
    head, start, rest = text.partition(START)
    _, end, tail = rest.partition(END)
    if not (start and end):
        raise ValueError(f"the document has no {START} … {END}")
    return f"{head}{START}\n{markdown(board)}\n{END}{tail}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _row(scenario: Scenario, found: Mapping[str, Finding]) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "outcome": scenario.outcome,
        "asked": scenario.asked,
        "counts": scenario is not GETS_THROUGH,
        "cells": {name: asdict(finding) for name, finding in found.items()},
    }


def _right(rows: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(row["counts"] and row["cells"][name]["verdict"] == "right" for row in rows)
