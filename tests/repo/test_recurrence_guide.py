"""The guide to recurrence is run as written, and prints what it shows."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from rezoom.cli.app import app
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
    """Block by block, one after the other; the text behind a block is its output."""
    names: dict[str, object] = {}
    following = [*BLOCKS[1:], ("", "")]
    for (kind, code), (next_kind, shown) in zip(BLOCKS, following, strict=True):
        if kind != "python":
            continue
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  # the guide is ours
        assert said.getvalue() == (shown if next_kind == "text" else "")


@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_succeed(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each as it stands there."""
    body = {
        "start_time": "2027-03-01T09:00:00",
        "timezone": "Europe/Berlin",
        "recurrence": {"type": 2, "weekly_days": "2", "end_times": 3},
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "change.json").write_text(json.dumps(body))

    ran = CliRunner().invoke(app, shlex.split(line)[1:])

    assert ran.exit_code == 0, ran.stderr
