"""The page on cost shows what was measured, and nothing that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from benchmarks.report import filled, markdown, plot

DOCS = Path(__file__).parents[2] / "docs"
TOLD: dict[str, Any] = json.loads((DOCS / "cost.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["docs/cost.md", "README.md"])
def test_the_tables_are_those_of_the_run(name: str) -> None:
    """Not a digit was changed by hand, and the page says whose run it was."""
    page = (DOCS.parent / name).read_text("utf-8")

    assert "<!-- end -->" in page
    assert filled(page, TOLD["tables"]) == page
    assert f"`{TOLD['command']}`" in page


def test_the_readme_has_the_date_of_the_run() -> None:
    """Beside the table, as figures grow old."""
    assert f"({TOLD['at']}, `{TOLD['command']}`)" in (DOCS.parent / "README.md").read_text("utf-8")


def test_it_was_a_whole_run() -> None:
    """In one go, not pieced together from lucky ones."""
    assert TOLD["quick"] is False
    assert {"updates", "bodies", "startup", "ledgers", "curves"} <= {
        table["group"] for table in TOLD["tables"]
    }


def test_the_picture_shows_every_client_of_its_table() -> None:
    """A bar and a value for each."""
    title = "One update after the other, https"
    (table,) = (one for one in TOLD["tables"] if one["title"] == title)

    for picture in (
        (DOCS / "assets" / "cost.svg").read_text("utf-8"),
        plot(TOLD["tables"], "note", title),
    ):
        words = " ".join(ET.fromstring(picture).itertext())  # noqa: S314 - our own file
        for figure in table["figures"]:
            assert figure["name"].partition(" (")[0] in words


def test_a_goal_that_was_missed_is_shown_as_missed() -> None:
    """Next to those that were met."""
    rows = [
        {"name": "met", "median": 1.0, "ratio": 1.0, "goal": "≤ 1 ×", "good": True},
        {"name": "missed", "median": 2500.0, "ratio": 2.5, "goal": "≤ 1 ×", "good": False},
        {"name": "free", "median": 0.5, "ratio": 0.5},
    ]

    drawn = markdown({"title": "x", "unit": "µs", "figures": rows}).splitlines()[2:]

    assert drawn == [
        "| met | 1 | 1.00 | ≤ 1 × ✓ |",
        "| missed | 2,500 | 2.50 | ≤ 1 × ✗ |",
        "| free | 0.5 | 0.50 |  |",
    ]
