"""The scoreboard in the documents is what the command wrote, and what it would judge today."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from silent_failures import board
from silent_failures.scenarios import GETS_THROUGH, SCENARIOS

ROOT = Path(__file__).parents[2]
AGAIN = "run `nox -s scoreboard -- --write`"


@pytest.fixture(scope="module")
def kept() -> Any:
    """Return the board that the command kept."""
    return json.loads((ROOT / "docs" / "scoreboard.json").read_text("utf-8"))


def shown() -> list[Path]:
    """List the documents that have a place for the table."""
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    return [path for path in documents if board.START in path.read_text("utf-8")]


def test_the_documents_show_the_board_that_was_kept(kept: Any) -> None:
    """Nobody edits the table by hand, and at least its own page has it."""
    assert ROOT / "docs" / "silent-failures.md" in shown()
    for path in shown():
        text = path.read_text("utf-8")
        assert board.written_into(text, kept) == text, f"{path.name}: {AGAIN}"


def test_the_board_was_judged_by_these_scenarios(kept: Any) -> None:
    """Whoever touches a scenario, a judge, or how a client is called plays them all again."""
    assert kept["judged"] == board.fingerprint(), AGAIN
    assert [row["id"] for row in kept["rows"]] == [one.id for one in (GETS_THROUGH, *SCENARIOS)]
    assert (kept["schema"], kept["of"]) == (board.SCHEMA, len(SCENARIOS))


def test_the_board_was_played_with_the_pinned_releases(kept: Any) -> None:
    """A newer release of somebody else's client may have mended what the table says of it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pins = sorted(project["dependency-groups"]["scoreboard"])
    played = [client for client in kept["clients"] if client["name"] != board.US]
    assert sorted(f"{one['name']}=={one['version']}" for one in played) == pins, AGAIN


def test_the_scores_follow_from_the_verdicts(kept: Any) -> None:
    """The last line counts the rows above it, and rezoom fails none."""
    rows = [row for row in kept["rows"] if row["counts"]]
    for name, right in kept["right"].items():
        assert right == sum(row["cells"][name]["verdict"] == "right" for row in rows)
    assert board.failed(kept) == []
