"""Plan and receipt files with odd members and right digests: only RezoomError comes of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rezoom import Limits, Plan, Receipt, RezoomError, Zoom
from rezoom._change.files import seal
from rezoom.simulator import Simulator

pytestmark = pytest.mark.slow

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, -1, 2**70, 10**400, 1.5, float("nan")),
        *("", "x", "\ud800", "a\0b", "../x", "a" * 3_000, "recurrence"),
        *("2027-01-04", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *([], [1], ["x"], [[]], [{}], {}, {"": 1}, {"a.b": {"c": 1}}, {"occurrences": {}}),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PATIENT = settings(max_examples=300, deadline=None)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every member, at any depth."""
    inner = value.items() if isinstance(value, dict) else ()
    for name, item in enumerate(value) if isinstance(value, list) else inner:
        yield (*way, name)
        yield from places(item, (*way, name))


def forged(text: str, way: tuple[Any, ...], odd: object) -> str:
    """Put something else at a place of a file, as somebody does who writes new digests."""
    file = json.loads(text)
    del file["digests"]
    node = file
    for name in way[:-1]:
        node = node[name]
    node[way[-1]] = odd
    return seal(file.pop("schema"), file)


@pytest.fixture(scope="module")
def zoom() -> Iterator[Zoom]:
    """Give one client for all examples, in front of a Zoom without limits."""
    with (
        Simulator(limits=False, seed=3) as sim,
        sim.zoom(limits=Limits(meeting=None, host=None)) as client,
    ):
        sim.add_series()
        sim.add_meeting()
        yield client


def drafted(zoom: Zoom) -> list[Plan]:
    """Plan changes of a series, of one of its dates, and of a single meeting."""
    series, single = 85746065, 85746066
    shorter: Any = {"end_times": 5}  # a part, which a plan completes
    date = zoom.get(series).to_dict()["occurrences"][2]["occurrence_id"]
    return [
        zoom.plan(series, topic="New", recurrence=shorter),
        zoom.plan(series, occurrence=date, duration=20),
        zoom.plan(single, duration=20, password="abc", settings={"waiting_room": False}),
    ]


@pytest.fixture(scope="module")
def plans(zoom: Zoom) -> list[str]:
    """Write plans of the meetings as they were at first."""
    return [plan.to_json(secrets=True) for plan in drafted(zoom)]


@pytest.fixture(scope="module")
def receipts() -> list[str]:
    """Write receipts of meetings that nothing else has changed."""
    with Simulator(seed=3) as sim, sim.zoom() as zoom:
        sim.add_series()
        sim.add_meeting()
        done = [zoom.apply(plan, verify=True) for plan in drafted(zoom)]
    return [receipt.to_json(secrets=True) for receipt in done]


def way_into(files: list[str], data: st.DataObject) -> str:
    """Draw a file, a member of it, and what stands there instead."""
    text = data.draw(st.sampled_from(files))
    inside = [way for way in places(json.loads(text)) if way[0] not in ("digests", "schema")]
    return forged(text, data.draw(st.sampled_from(inside)), data.draw(ODD | JSON))


@PATIENT
@given(data=st.data())
def test_a_resealed_plan_is_read_shown_and_sent_or_refused(
    zoom: Zoom, plans: list[str], data: st.DataObject
) -> None:
    """Whatever stands in it, no other error than ours comes out."""
    text = way_into(plans, data)
    with suppress(RezoomError):
        plan = Plan.from_json(text)
        json.dumps([str(plan), repr(plan), plan.to_dict(), plan.to_json(secrets=True)])
        zoom.apply(plan, verify=True, force=data.draw(st.booleans()))


@PATIENT
@given(data=st.data())
def test_a_resealed_receipt_is_read_and_undone_or_refused(
    receipts: list[str], data: st.DataObject
) -> None:
    """Whatever stands in it, no other error than ours comes out."""
    text = way_into(receipts, data)
    with suppress(RezoomError):
        receipt = Receipt.from_json(text)
        json.dumps([repr(receipt), receipt.to_dict(), receipt.to_json(secrets=True)])
        json.dumps([str(receipt.undo()), receipt.undo().to_json(secrets=True)])
