"""The guide to recurrence is run as written, and prints what it shows."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from coming import to_come
from rezoom._cli.app import app
from rezoom.recurrence import MON, Recurrence
from typer.testing import CliRunner

GUIDE = Path(__file__).parents[2] / "docs" / "recurrence.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = FENCE.findall(GUIDE.read_text("utf-8"))
COMMANDS = [
    line.removeprefix("$ ")
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.splitlines()
]


def test_the_python_prints_what_the_guide_shows() -> None:
    """The blocks run one after the other, and the text behind a block is its output."""
    names: dict[str, object] = {}
    following = [*BLOCKS[1:], ("", "")]
    for (kind, code), (next_kind, shown) in zip(BLOCKS, following, strict=True):
        if kind != "python":
            continue
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  # the guide is ours
        assert said.getvalue() == (shown if next_kind == "text" else "")


def variants() -> Iterator[tuple[str, list[str]]]:
    """Yield each way of saying it, and the canonical forms of its row."""
    table = GUIDE.read_text("utf-8").partition("| canonical | read as well |")[2]
    for row in itertools.takewhile(lambda line: line.startswith("|"), table.splitlines()[2:]):
        forms, ways = (re.findall(r"`([^`]+)`", cell) for cell in row.split("|")[1:3])
        of_an_end = forms[0].startswith("…")
        whole = [
            f"every day {form.strip('…, ')}" if of_an_end else f"{form} forever" for form in forms
        ]
        for way in ways:
            yield f"every day {way}" if of_an_end else f"{way} forever", whole


@pytest.mark.parametrize(("way", "forms"), list(variants()))
def test_every_variant_of_the_table_is_read(way: str, forms: list[str]) -> None:
    """Each variant is read as one of the canonical forms in its row."""
    assert Recurrence.parse(way) in [Recurrence.parse(form) for form in forms]


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_succeed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the guide succeeds as it stands, for as long as its dates are to come."""
    body = {
        "start_time": to_come("2027-03-01T09:00:00"),
        "timezone": "Europe/Berlin",
        "recurrence": {"type": 2, "weekly_days": "2", "end_times": 3},
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "change.json").write_text(json.dumps(body))
    weekly = Recurrence.weekly(MON).times(3).starting(datetime(2097, 3, 4, 9), tz="Europe/Berlin")
    (tmp_path / "team.ics").write_text(weekly.to_ics(uid="stand-up@example.com"))

    ran = CliRunner().invoke(app, shlex.split(to_come(line))[1:])

    assert ran.exit_code == 0, ran.stderr
