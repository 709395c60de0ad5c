"""The quick way through a body says what the careful way says, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._rules.normalize import Draft, Odd, _mapping, copied, top
from rezoom._wire import UNSET, facts

WHOLE = Path(__file__).parents[1] / "golden" / "wire" / "whole"


class Colour(StrEnum):
    """A member of an enumeration that is text as well."""

    RED = "red"


NAMES = sorted({path.rpartition(".")[2].removesuffix("[]") for path in facts.FIELDS})
TIMES = ["2026-12-07T09:00:00", "2026-12-07T09:00:00Z", "2026-12-07T09:00:00+01:00", "noon"]
SINGLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.characters(categories=["Cs"]),
    st.sampled_from(
        [*TIMES, UNSET, Colour.RED, ZoneInfo("Europe/Berlin"), datetime(2026, 12, 7, tzinfo=UTC)]
    ),
)
KEYS = st.one_of(st.sampled_from(NAMES), st.text(max_size=3), st.integers())
VALUES: st.SearchStrategy[Any] = st.recursive(
    SINGLE,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(KEYS, inside, max_size=4)
    ),
    max_leaves=12,
)


def with_care(body: dict[Any, Any]) -> dict[str, Any] | None:
    """Go the careful way; None where it finds a problem."""
    out = Draft()
    written = _mapping(body, "", out, 0)
    return None if out.problems else written


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_both_ways_write_the_same(body: dict[Any, Any]) -> None:
    """To the type and the order of every member."""
    try:
        quick = copied(body, top())
    except Odd:
        return

    careful = with_care(body)
    assert careful is not None
    assert repr(quick) == repr(careful)


@pytest.mark.parametrize("file", sorted(WHOLE.glob("*.json")), ids=lambda file: file.stem)
def test_a_whole_body_takes_the_quick_way(file: Path) -> None:
    """And comes out as it went in."""
    body = json.loads(file.read_text("utf-8"))["body"]

    assert copied(body, top()) == body


@pytest.mark.parametrize(
    "odd",
    [
        {"topic": None},
        {"topic": "\ud800"},
        {"duration": 45.0},
        {"settings": {"alternative_hosts": ["ada@example.org"]}},
        {"recurrence": {"end_date_time": "2026-12-07T09:00:00"}},
        {"recurrence": {"end_date_time": 5}},
        {1: "x"},
    ],
    ids=str,
)
def test_what_needs_a_second_look_is_odd(odd: dict[Any, Any]) -> None:
    """It is looked at with care, and not sent as it is."""
    with pytest.raises(Odd):
        copied(odd, top())


def test_a_body_in_itself_ends() -> None:
    """The careful way then says that it is nested too deep."""
    body: dict[str, Any] = {}
    body["settings"] = body

    with pytest.raises(Odd):
        copied(body, top())


def test_a_copy_is_a_copy() -> None:
    """What the caller changes afterwards is not sent."""
    body = {"settings": {"waiting_room": True}, "tracking_fields": [{"field": "x"}]}
    made = copied(body, top())

    body["settings"]["waiting_room"] = False  # type: ignore[index]  # the types of its members differ
    body["tracking_fields"].append("more")  # type: ignore[attr-defined]  # as above

    assert made == {"settings": {"waiting_room": True}, "tracking_fields": [{"field": "x"}]}
