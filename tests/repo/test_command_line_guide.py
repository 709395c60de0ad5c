"""The guide to the command line is run as written, in a shell, against the simulator."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from coming import to_come
from rezoom import errors
from rezoom._cli import exit_codes
from rezoom.simulator import Simulator

GUIDE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
COMMANDS = [
    line.removeprefix("$ ")
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.splitlines()
]


@pytest.mark.slow
def test_the_commands_succeed_one_after_the_other(tmp_path: Path) -> None:
    """The lines of the guide are the updates; each command finds what the ones before it left."""
    (lines,) = (text for kind, text in BLOCKS if kind == "json")
    (tmp_path / "updates.jsonl").write_text(to_come(lines))
    (rows,) = (text for kind, text in BLOCKS if kind == "csv")
    (tmp_path / "rows.csv").write_text(rows)
    script = tmp_path / "rezoom"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m rezoom.cli "$@"\n')
    script.chmod(0o700)
    with Simulator() as sim:
        assert [sim.add_series(password="Keep-1"), sim.add_meeting()] == [85746065, 85746066]
        day = sim.meeting(85746065)["occurrences"][2]["start_time"][:10]
        env = (
            os.environ
            | sim.env()
            | {
                "PYTHONPATH": os.pathsep.join(sys.path),
                "DAY": day,
                "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
                "REZOOM_LEDGER": f"sqlite:///{tmp_path / 'ledger.db'}",
            }
        )
        for command in COMMANDS:
            ran = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=tmp_path,
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"

    answers = [json.loads(line) for line in (tmp_path / "receipts.jsonl").read_text().splitlines()]
    assert [answer["line"] for answer in answers] == [1, 2, 3]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (errors.InvalidChange, "an invalid change"),
        (errors.RateLimited, "retry later"),
        (errors.ScopeError, "a missing scope"),
        (errors.NotFoundError, "not found"),
        (errors.UnansweredError, "no answer"),
        (errors.NotApplied, "ignored"),
        (errors.PlanStale, "a stale plan"),
        (errors.LedgerUnavailable, "the ledger"),
        (exit_codes.Interrupted, "interrupted"),
        (exit_codes.NotConfirmed, "no `--yes`"),
    ],
)
def test_the_exit_codes_are_those_of_the_guide(kind: type[errors.RezoomError], words: str) -> None:
    """The table says what scripts may rely on."""
    code = exit_codes.exit_code(kind.__new__(kind))
    (row,) = re.findall(rf"^\| {code} \| (.*) \|$", GUIDE, re.MULTILINE)

    assert words in row
