"""Zoom's numbers stand in the spec; nowhere in the facade is one of them written again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from rezoom._wire import facts

FACADE = Path(__file__).parents[2] / "wrapper" / "rezoom"
SMALLEST = 50  # below it every number is some number of Zoom's

TIME = "seconds in a minute, minutes in an hour"
STATUS = "an HTTP status"
CALENDAR = "a rule of the calendar"
WIDTH = "how much of a text is shown"
MEANT: dict[tuple[str, int], str] = {
    ("answers.py", 200): STATUS,
    ("auth.py", 60): TIME,
    ("body.py", 60): WIDTH,
    ("cli/explain.py", 100): "the lowest HTTP status",
    ("cli/meeting_view.py", 60): TIME,
    ("cli/preview.py", 60): "how many dates are listed at once",
    ("cli/preview_view.py", 60): TIME,
    ("intents.py", 200): STATUS,
    ("letterhead.py", 256): "for how many lengths of a body headers are kept",
    ("quota/instants.py", 60): TIME,
    ("quota/keys.py", 80): "the port of http",
    ("quota/pacing.py", 60): TIME,
    ("quota/reservation.py", 256): "where counting one by one stops paying",
    ("quota/sqlite.py", 64): "how often the file is tidied",
    ("quota/sqlite.py", 256): "how often a writer lets others pass",
    ("recurrence/engine.py", 100): CALENDAR,
    ("recurrence/ical.py", 60): TIME,
    ("recurrence/tokens.py", 60): WIDTH,
    ("recurrence/tokens.py", 200): WIDTH,
    ("recurrence/vtimezone.py", 60): TIME,
    ("simulator/app.py", 200): STATUS,
    ("simulator/breakage.py", 200): STATUS,
    ("simulator/fake.py", 200): STATUS,
    ("simulator/control.py", 200): STATUS,
    ("simulator/faults.py", 200): STATUS,
    ("simulator/view.py", 60): TIME,
    ("simulator/seeding.py", 60): "the length of the meeting that is made up",
    ("simulator/timing.py", 60): "the length of a meeting that has none",
    ("simulator/tokens.py", 200): STATUS,
    ("token_answer.py", 200): STATUS,
}


def spoken() -> Iterator[int | None]:
    """Yield every number of Zoom's that the spec knows."""
    for field in facts.FIELDS.values():
        yield from (field.minimum, field.maximum)
        yield from (field.min_length, field.max_length, field.max_items)
    for rule in facts.RULES.values():
        for bounds in rule.bounds.values():
            yield from bounds.values()
    for rate in facts.RATES.values():
        yield from (rate.per_second, rate.per_day)
    yield from (quota.limit for quota in facts.QUOTAS.values())


NUMBERS = {number for number in spoken() if number is not None and number >= SMALLEST}


def written(tree: ast.Module) -> Iterator[int]:
    """Yield every number a module writes down, but for the widths of slices."""
    slices = (node for node in ast.walk(tree) if isinstance(node, ast.Slice))
    widths = {id(part) for node in slices for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int and id(node) not in widths:
            yield node.value


def test_the_spec_knows_the_famous_ones() -> None:
    """The hundred a day, sixty meetings of a series, a day in minutes, the lengths of texts."""
    assert {100, 60, 200, 2000, 1440} <= NUMBERS


@pytest.mark.parametrize(
    "module", sorted(FACADE.rglob("*.py")), ids=lambda module: str(module.relative_to(FACADE))
)
def test_no_number_of_zooms_is_written_again(module: Path) -> None:
    """Change it in the spec, and everything follows; what only looks alike is listed with why."""
    name = module.relative_to(FACADE).as_posix()
    found = NUMBERS & set(written(ast.parse(module.read_text("utf-8"))))

    assert {number for number in found if (name, number) not in MEANT} == set()
