"""The page on cost shows what was measured, and nothing that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench import FIGURES, GROUPS, PAGES, filled
from benchmarks.harness import markdown, rows

RUN: dict[str, Any] = json.loads(FIGURES.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_those_of_the_run(page: Path) -> None:
    """Not a digit was changed by hand, and the page says whose run it was."""
    text = page.read_text("utf-8")

    assert filled(text, RUN) == text
    assert f"<!-- bench: the run -->\nMeasured {RUN['at']} by `{RUN['command']}`" in text


def test_it_was_a_whole_run() -> None:
    """In one go, not pieced together from lucky ones."""
    assert RUN["quick"] is False
    assert list(GROUPS) == list(dict.fromkeys(table["group"] for table in RUN["tables"]))


def test_a_page_has_what_its_comments_name() -> None:
    """Whole tables, or of several tables the rows that have a goal; the rest of it stays."""
    some = rows({"floor": [1.0], "ours": [2.0]}, {"ours": "≤ 3 ×"})
    more = rows({"alone": [5.0]}, {"alone": "≤ 10"})
    run = {"tables": [{"title": "A", "rows": some}, {"title": "B", "rows": more}]}
    page = "x\n<!-- {} -->\nold\n<!-- end -->\ny\n"

    for comment, shown in (("bench: A", some), ("bench goals: A; B", [some[1], *more])):
        expected = page.format(comment).replace("old", markdown(shown))
        assert filled(page.format(comment), run) == expected


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        ("≤ 2.5", True),
        ("≤ 1.9", False),
        ("≥ 2", True),
        ("≥ 2.1", False),
        ("≤ 2 ×", True),
        ("≤ 1.9 ×", False),
        ("≤ +1", True),
        ("≤ +0.9", False),
        ("≥ 4 × another", True),
        ("≥ 5 × another", False),
    ],
)
def test_a_goal_is_judged_as_it_is_written(goal: str, met: bool) -> None:
    """By itself, beside the first case, above it, or beside another that it names."""
    samples = {"first": [1.0, 1.0, 1.0], "ours": [2.0, 2.0, 9.0], "another": [0.5, 0.5, 0.5]}

    (row,) = (row for row in rows(samples, {"ours": goal}) if row["name"] == "ours")

    assert (row["goal"], row["met"]) == (goal, met)


def test_a_ratio_is_that_within_the_rounds() -> None:
    """A machine that slows down in the middle decides nothing."""
    _, ours = rows({"floor": [1.0, 10.0, 10.0], "ours": [2.0, 20.0, 20.0]})

    assert ours["ratio"] == 2.0


def test_a_goal_that_was_missed_is_shown_as_missed() -> None:
    """Next to those that were met."""
    samples = {"met": [1.0], "missed": [2500.0], "free": [0.5]}
    shown = rows(samples, {"met": "≤ 1 ×", "missed": "≤ 1 ×"})

    assert markdown(shown).splitlines()[2:] == [
        "| met    | 1 µs     | 1.00    | ≤ 1 × ✓ |",
        "| missed | 2,500 µs | 2500.00 | ≤ 1 × ✗ |",
        "| free   | 0.5 µs   | 0.50    |         |",
    ]


def test_a_machine_that_was_too_busy_decides_nothing() -> None:
    """The figure is shown, and its goal is neither met nor missed."""
    row = {"name": "ours", "value": 90.0, "unit": "%", "goal": "≥ 95", "met": None}

    assert "| 90 %     |       | ≥ 95 inconclusive |" in markdown([row])
