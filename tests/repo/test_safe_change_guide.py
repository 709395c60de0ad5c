"""The guide to safe change is run as written, against the simulator, and prints what it shows."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from coming import to_come
from limits import with_the_limit
from rezoom.simulator import Simulator

GUIDE = Path(__file__).parents[2] / "docs" / "safe-change.md"
TEXT = to_come(GUIDE.read_text("utf-8"))
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
(START,) = set(re.findall(r"^(20\d\d-\d\d-\d\dT[\d:]+)$", TEXT, re.MULTILINE))


@pytest.fixture
def zoom_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a fake Zoom with the weekly series of the guide, and a folder for its files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REZOOM_LEDGER", "memory:")
    with Simulator() as sim:
        number = sim.add_meeting(
            topic="Weekly",
            start_time=START,
            timezone="Europe/Berlin",
            recurrence={"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 4},
        )
        assert number == 85746065
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
        assert said.getvalue() == with_the_limit(shown)


def test_every_error_of_the_guide_is_there() -> None:
    """Its table names classes that can be imported."""
    import rezoom

    named = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)

    assert len(named) == 8
    assert all(issubclass(getattr(rezoom, name), rezoom.RezoomError) for name in named)
