"""The guide to quota is run as written, against the simulator, and prints what it shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rezoom._cli.app import app
from rezoom._wire import facts
from rezoom.quota import Policy, SQLiteLedger
from rezoom.simulator import Simulator
from typer.testing import CliRunner

GUIDE = Path(__file__).parents[2] / "docs" / "quota.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
COMMANDS = [
    line.removeprefix("$ ")
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.splitlines()
]


@pytest.fixture
def zoom_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a fake Zoom with the two meetings of the guide, and a ledger in a file."""
    monkeypatch.setenv("REZOOM_LEDGER", f"sqlite://{tmp_path / 'quota.sqlite3'}?durability=normal")
    with Simulator() as sim:
        # The guide uses up the first host's hundred on its way.
        other = {"host_id": "grace", "host_email": "grace@example.com"}
        assert [sim.add_meeting(), sim.add_meeting(**other)] == [85746065, 85746066]
        for name, value in sim.env().items():
            monkeypatch.setenv(name, value)
        yield


@pytest.mark.usefixtures("zoom_there")
def test_the_python_prints_what_the_guide_shows() -> None:
    """Block by block, one after the other; the text behind a block is its output."""
    names: dict[str, object] = {}
    following = [*BLOCKS[1:], ("", "")]
    for (kind, code), (_, shown) in zip(BLOCKS, following, strict=True):
        if kind != "python":
            continue
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  # the guide is ours
        assert said.getvalue() == shown


@pytest.mark.usefixtures("zoom_there")
@pytest.mark.parametrize("line", COMMANDS)
def test_the_commands_succeed(line: str) -> None:
    """Each as it stands there."""
    ran = CliRunner().invoke(app, shlex.split(line)[1:])

    assert ran.exit_code == 0, ran.stderr


def test_the_guides_numbers_are_the_specs() -> None:
    """Change one in the spec, and this says where else it is written."""
    text = GUIDE.read_text("utf-8")
    meeting, host = facts.QUOTAS["meeting"], facts.QUOTAS["host"]
    rates = ", ".join(str(rate.per_second) for rate in facts.RATES.values())

    assert f"Zoom takes {meeting.limit} updates of a meeting in any {meeting.hours} hours" in text
    assert f"and {host.limit} creates and updates of a host" in text
    assert f"{facts.RATES['free'].per_day:,} a day" in text
    assert rates.replace(", 80", " or 80") in text


def test_the_tables_are_those_that_the_guide_names(tmp_path: Path) -> None:
    """And its query prints what it says of a request that was answered."""
    (query,) = (text for kind, text in BLOCKS if kind == "sql")
    listed = GUIDE.read_text("utf-8").partition("a row is")[2]
    named = re.findall(r"^\| `(\w+)` \| .+ \|$", listed, re.MULTILINE)
    asked = Policy().reservation("api.zoom.us/abc", 85746065)
    file = tmp_path / "quota.sqlite3"
    with closing(SQLiteLedger(file)) as ledger:
        ledger.settle(ledger.reserve(asked, "token"))
    with closing(sqlite3.connect(file)) as db:
        rows = db.execute(query).fetchall()
        tables = {name for (name,) in db.execute(_TABLES)}

    assert [row[:3] for row in rows] == [("api.zoom.us/abc/meeting/85746065", "settled", 1)]
    assert tables == set(named[: len(tables)])


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
