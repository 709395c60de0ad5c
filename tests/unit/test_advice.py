"""Small schemas warn of what the large one warns of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._rules.advice import warnings
from rezoom._rules.judge import _verdicts, validator
from rezoom._rules.normalize import draft
from rezoom._wire import facts
from rule_table import RULES

WHOLE = Path(__file__).parents[1] / "golden" / "wire" / "whole"


def values(field: facts.Field) -> st.SearchStrategy[Any]:
    """Draw what the spec allows for a field, as far as its facts tell."""
    if field.kind == "boolean":
        return st.booleans()
    if field.enum:
        return st.sampled_from(field.enum)
    if field.kind == "integer":
        low = field.minimum if field.minimum is not None else 0
        high = field.maximum if field.maximum is not None else 100
        return st.integers(low, high)
    return st.sampled_from([*field.examples, ""])


def bodies(prefix: str = "") -> st.SearchStrategy[dict[str, Any]]:
    """Draw bodies with any members, at any depth."""
    members: dict[str, st.SearchStrategy[Any]] = {}
    for path, field in facts.FIELDS.items():
        above, _, name = path.rpartition(".")
        if above != prefix:
            continue
        if field.kind == "object":
            members[name] = bodies(path)
        elif field.kind == "array":
            inside = bodies(f"{path}[]")
            members[name] = st.lists(inside, max_size=2)
        else:
            members[name] = values(field)
    return st.fixed_dictionaries({}, optional=members)


def by_the_large_one(body: dict[str, Any]) -> list[str]:
    """List the warnings of the one schema in which all of them stand."""
    return [repr(problem) for problem in _verdicts(body, set()) if problem.severity == "warning"]


@given(bodies())
def test_both_warn_of_the_same(body: dict[str, Any]) -> None:
    """Of every body that the spec allows, in the same words."""
    if not validator("update").is_valid(body):
        return

    assert sorted(map(repr, warnings(body))) == sorted(by_the_large_one(body))


@pytest.mark.parametrize("rule", [name for name in RULES if facts.RULES[name].severity != "error"])
def test_a_broken_rule_is_found_by_both(rule: str) -> None:
    """In the body that shows it, at the same path."""
    body = draft(RULES[rule][0], {}, occurrence=False).body

    assert list(map(repr, warnings(body))) == by_the_large_one(body)
    assert rule in [problem.rule for problem in warnings(body)]


@pytest.mark.parametrize("file", sorted(WHOLE.glob("*.json")), ids=lambda file: file.stem)
def test_whole_bodies_are_warned_of_in_the_same_order(file: Path) -> None:
    """Nobody's output changes with the way it was found."""
    body = json.loads(file.read_text("utf-8"))["body"]

    assert list(map(repr, warnings(body))) == by_the_large_one(body)
