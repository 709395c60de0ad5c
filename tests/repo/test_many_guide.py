"""The guide to many updates is run as written, against the simulator, and prints what it shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import get_args

import pytest
from rezoom._client.changes import Status
from rezoom.simulator import Simulator

GUIDE = Path(__file__).parents[2] / "docs" / "many.md"
TEXT = GUIDE.read_text("utf-8")
BLOCKS = dict(re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE))


def test_the_python_prints_what_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three rows are applied; the journal stays in the folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REZOOM_LEDGER", "memory:")
    said = io.StringIO()
    with Simulator(plan="business") as sim:
        assert [sim.add_meeting() for _ in range(3)] == [85746065, 85746066, 85746067]
        for name, value in sim.env().items():
            monkeypatch.setenv(name, value)
        with contextlib.redirect_stdout(said):
            exec(compile(BLOCKS["python"], str(GUIDE), "exec"), {})  # noqa: S102  # the guide is ours

    assert said.getvalue() == BLOCKS["text"]
    assert (tmp_path / "spring.journal").exists()


def test_every_status_is_explained() -> None:
    """The table has each word that a result can have, and no other."""
    _, _, table = TEXT.partition("| `status` | meaning |")
    rows = [row for row in table.partition("\n\n")[0].splitlines() if row.startswith("| `")]
    words = [word for row in rows for word in re.findall(r"`([a-z ]+)`", row.split(" | ")[0])]

    assert sorted(words) == sorted(get_args(Status))
