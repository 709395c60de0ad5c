"""What means the same is no change: for a plan, a sync, a read-back and the age of a plan alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from callers import Caller
from rezoom import PlanStale
from wire import ACCEPTED, Wire, answer

Call = Callable[..., Caller]
NUMBER = 85746065
MEETING: dict[str, Any] = {
    "id": NUMBER,
    "topic": "Old",
    "type": 2,
    "host_id": "host-1",
    "host_email": "Ada@Example.org",
    "start_time": "2030-01-07T08:00:00Z",
    "timezone": "Europe/Berlin",
    "settings": {},
}
WEEKLY: dict[str, Any] = {
    "type": 8,
    "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2,4", "end_times": 4},
    "occurrences": [
        {"occurrence_id": str(number), "start_time": start, "duration": 45, "status": "available"}
        for number, start in enumerate(
            [
                "2030-01-07T08:00:00Z",
                "2030-01-09T08:00:00Z",
                "2030-01-14T08:00:00Z",
                "2030-01-16T08:00:00Z",
            ]
        )
    ],
}


def settings(**members: Any) -> dict[str, Any]:
    """Write a body of settings alone."""
    return {"settings": members}


EQUAL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a zone and its older name": ({"timezone": "Asia/Calcutta"}, {"timezone": "Asia/Kolkata"}),
    "a zone and its newer name": ({"timezone": "Europe/Kyiv"}, {"timezone": "Europe/Kiev"}),
    "two older names": ({"timezone": "US/Pacific"}, {"timezone": "America/Los_Angeles"}),
    "names of UTC": ({"timezone": "UTC"}, {"timezone": "Etc/UTC"}),
    "Zulu and UTC": ({"timezone": "Zulu"}, {"timezone": "UTC"}),
    "a fraction of nothing": (
        {"start_time": "2030-01-07T08:00:00Z", "timezone": "Europe/Berlin"},
        {"start_time": "2030-01-07T08:00:00.000Z"},
    ),
    "a start in a zone of another name": (
        {"start_time": "2030-01-07T13:30:00", "timezone": "Asia/Calcutta"},
        {"timezone": "Asia/Kolkata"},
    ),
    "an address in capitals": (
        settings(contact_email="Grace@Example.ORG"),
        settings(contact_email="grace@example.org"),
    ),
    "an invited address": (
        settings(meeting_invitees=[{"email": "A@x.org"}, {"email": "b@X.org"}]),
        settings(meeting_invitees=[{"email": "B@x.org"}, {"email": "a@x.org"}]),
    ),
    "the host in capitals": ({"schedule_for": "ADA@example.org"}, {}),
    "participants of rooms": (
        settings(
            breakout_room={
                "enable": True,
                "rooms": [{"name": "One", "participants": ["A@x.org", "b@x.org"]}],
            }
        ),
        settings(
            breakout_room={
                "enable": True,
                "rooms": [{"name": "One", "participants": ["B@x.org", "a@x.org"]}],
            }
        ),
    ),
    "an id that is a number": ({"template_id": "123"}, {"template_id": 123}),
    "fields in another order": (
        {"tracking_fields": [{"field": "a"}, {"field": "b", "value": "2"}]},
        {"tracking_fields": [{"field": "b", "value": "2"}, {"field": "a", "value": ""}]},
    ),
    "a country twice": (
        settings(global_dial_in_countries=["US", "DE", "US"]),
        settings(global_dial_in_countries=["DE", "US"]),
    ),
}


@pytest.mark.parametrize("case", EQUAL)
def test_a_plan_has_nothing_to_change(wire: Wire, call: Call, case: str) -> None:
    """Another spelling is no other value."""
    sent, there = EQUAL[case]
    wire.says(answer(200, MEETING | there))

    assert call().plan(NUMBER, sent).empty


@pytest.mark.parametrize("case", EQUAL)
def test_a_read_back_shows_it_as_applied(wire: Wire, call: Call, case: str) -> None:
    """Zoom's spelling of what was sent is what was sent."""
    sent, there = EQUAL[case]
    wire.says(answer(200, MEETING), ACCEPTED, *[answer(200, MEETING | there)] * 2)

    receipt = call().update(NUMBER, sent, verify=True)

    assert (dict(receipt.ignored), dict(receipt.altered)) == ({}, {})


SPELLINGS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"timezone": "Europe/Oslo"}, {"timezone": "US/Eastern"}, {"timezone": "America/New_York"}),
    (
        {"start_time": "2030-02-01T09:00:00Z"},
        {"start_time": "2030-01-07T08:00:00.000Z"},
        {"start_time": "2030-01-07T08:00:00Z"},
    ),
    ({"template_id": "5"}, {"template_id": 7}, {"template_id": "7"}),
    (
        settings(contact_email="c@x.org"),
        settings(contact_email="B@x.org"),
        settings(contact_email="b@X.org"),
    ),
    (
        settings(global_dial_in_countries=["FR"]),
        settings(global_dial_in_countries=["US", "DE"]),
        settings(global_dial_in_countries=["DE", "US"]),
    ),
    ({"schedule_for": "eve@example.org"}, {}, {"host_email": "ada@example.org"}),
]


@pytest.mark.parametrize("case", SPELLINGS)
def test_a_plan_does_not_grow_old_by_another_spelling(
    wire: Wire, call: Call, case: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
) -> None:
    """What it rests on still means the same."""
    sent, first, later = case
    wire.says(answer(200, MEETING | first), answer(200, MEETING | later), ACCEPTED)
    caller = call()

    assert caller.apply(caller.plan(NUMBER, sent)).sent


def test_a_series_in_a_zone_of_another_name_is_not_sent_again(wire: Wire, call: Call) -> None:
    """Start, zone and recurrence mean what is there."""
    there = MEETING | WEEKLY | {"timezone": "Asia/Kolkata"}
    wire.says(answer(200, there))

    plan = call().plan(
        NUMBER,
        start_time="2030-01-07T13:30:00",
        timezone="Asia/Calcutta",
        recurrence={"type": 2, "repeat_interval": 1, "weekly_days": "4,2", "end_times": 4},
    )

    assert plan.empty


def test_a_plan_of_a_series_does_not_grow_old_by_a_fraction(wire: Wire, call: Call) -> None:
    """Its dates are instants, however they are written."""
    later = json.loads(json.dumps(WEEKLY).replace(":00Z", ":00.000Z"))
    wire.says(answer(200, MEETING | WEEKLY), answer(200, MEETING | later), ACCEPTED)
    caller = call()
    plan = caller.plan(NUMBER, recurrence={"end_times": 6})

    assert caller.apply(plan).sent


@pytest.mark.parametrize(
    ("sent", "there"),
    [
        ({"timezone": "Europe/London"}, {"timezone": "Europe/Lisbon"}),
        ({"timezone": "Etc/GMT+5"}, {"timezone": "Etc/GMT-5"}),
        ({"topic": "ada@example.org"}, {"topic": "Ada@example.org"}),
        ({"template_id": "a"}, {"template_id": "A"}),
        (
            {"tracking_fields": [{"field": "a", "value": "x"}]},
            {"tracking_fields": [{"field": "a"}]},
        ),
    ],
)
def test_what_means_something_else_is_a_change(
    wire: Wire, call: Call, sent: dict[str, Any], there: dict[str, Any]
) -> None:
    """Places with one clock by chance, names in capitals and ids are not the same."""
    wire.says(answer(200, MEETING | there))

    assert not call().plan(NUMBER, sent).empty


def test_a_plan_grows_old_by_another_zone(wire: Wire, call: Call) -> None:
    """A zone that is no other name of the same one is another zone."""
    wire.says(answer(200, MEETING), answer(200, MEETING | {"timezone": "Europe/Athens"}))
    caller = call()
    plan = caller.plan(NUMBER, start_time="2030-01-08T09:00:00", timezone="Europe/Berlin")

    with pytest.raises(PlanStale, match="Athens"):
        caller.apply(plan)
