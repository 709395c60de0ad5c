"""One reading of an answer: a zone is never guessed, and every way to one change agrees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from callers import Caller
from rezoom import InvalidChange, Recurrence, RezoomError, Series
from rezoom._wire import facts
from rezoom.simulator import Simulator
from wire import ACCEPTED, Wire, answer

Call = Callable[..., Caller]
Calling = Call
NUMBER = 85746065
STARTS = ["2030-01-07T08:00:00Z", "2030-01-14T08:00:00Z", "2030-01-21T08:00:00Z"]
SINGLE: dict[str, Any] = {
    "id": NUMBER,
    "topic": "Old",
    "type": 2,
    "host_id": "host-1",
    "start_time": STARTS[0],
    "settings": {},
}
SERIES: dict[str, Any] = SINGLE | {
    "type": 8,
    "duration": 45,
    "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 3},
    "occurrences": [
        {
            "occurrence_id": str(int(datetime.fromisoformat(start).timestamp()) * 1000),
            "start_time": start,
            "duration": 45,
            "status": "available",
        }
        for start in STARTS
    ],
}
ZONES: list[tuple[dict[str, Any], str]] = [
    ({"timezone": "Antarctica/Erebus"}, r"Antarctica/Erebus.*tzdata"),
    ({"timezone": ""}, "names no time zone"),
    ({}, "names no time zone"),
    ({"timezone": "  "}, "names no time zone"),
    ({"timezone": None}, "names no time zone"),
]
CHANGES: list[dict[str, Any]] = [
    {"recurrence": {"end_times": 5}},
    {"recurrence": {"weekly_days": "3"}},
    {"start_time": "2030-01-08T08:00:00Z"},
]


@pytest.mark.parametrize(("zone", "said"), ZONES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_series_in_a_zone_that_is_not_known_is_not_moved(
    wire: Wire, call: Call, change: dict[str, Any], zone: dict[str, Any], said: str
) -> None:
    """UTC would move it by hours, and over midnight to another day."""
    wire.says(answer(200, SERIES | zone))

    with pytest.raises(InvalidChange, match=f"(?s){said}"):
        call().plan(NUMBER, change)

    assert [sent.method for sent in wire.calls] == ["GET"]


@pytest.mark.parametrize(("zone", "said"), ZONES)
def test_a_wall_clock_in_a_zone_that_is_not_known_is_not_planned(
    wire: Wire, call: Call, zone: dict[str, Any], said: str
) -> None:
    """Of a single meeting the zone is as unknown."""
    wire.says(answer(200, SINGLE | zone))

    with pytest.raises(InvalidChange, match=f"(?s){said}"):
        call().plan(NUMBER, start_time="2030-01-08T09:00:00")


@pytest.mark.parametrize(("zone", "said"), ZONES)
@pytest.mark.parametrize("when", [date(2030, 1, 14), datetime(2030, 1, 14, 9, 0)])
def test_no_occurrence_is_looked_up_by_a_day_of_an_unknown_zone(
    wire: Wire, call: Call, when: date, zone: dict[str, Any], said: str
) -> None:
    """In UTC it may be another meeting."""
    wire.says(answer(200, SERIES | zone))

    with pytest.raises(InvalidChange, match=f"(?s){said}"):
        call().update(NUMBER, occurrence=when, duration=30)

    assert [sent.method for sent in wire.calls] == ["GET"]


@pytest.mark.parametrize(("zone", "said"), ZONES)
def test_a_series_in_an_unknown_zone_is_not_split(
    wire: Wire, call: Call, zone: dict[str, Any], said: str
) -> None:
    """The end of its first part would be a guess."""
    wire.says(answer(200, SERIES | zone))

    with pytest.raises(InvalidChange, match=f"(?s){said}"):
        call().plan_following(NUMBER, SERIES["occurrences"][1]["occurrence_id"], topic="New")


@pytest.mark.parametrize(("zone", "said"), ZONES)
def test_a_series_is_not_read_from_an_unknown_zone(zone: dict[str, Any], said: str) -> None:
    """The same words, wherever an answer is read."""
    with pytest.raises(InvalidChange, match=f"(?s){said}"):
        Series.from_zoom(SERIES | zone)


@pytest.mark.parametrize("zone", [zone for zone, _ in ZONES])
def test_where_the_zone_does_not_matter_it_is_not_missed(
    wire: Wire, call: Call, zone: dict[str, Any]
) -> None:
    """A topic has none; an instant and an id name one meeting in every zone."""
    there = SERIES | zone
    wire.says(
        *[answer(200, there), ACCEPTED] * 2,
        *[answer(200, SERIES | zone | {"topic": "New"})] * 2,
    )
    caller, instant = call(), datetime(2030, 1, 14, 8, tzinfo=UTC)

    caller.update(NUMBER, occurrence=instant, duration=30)
    caller.update(NUMBER, topic="New", verify=True).raise_if_ignored()

    assert wire.calls[1].target.endswith(
        f"occurrence_id={SERIES['occurrences'][1]['occurrence_id']}"
    )


@pytest.mark.parametrize("zone", [zone for zone, _ in ZONES])
def test_a_change_that_names_zone_start_and_pattern_needs_no_other(
    wire: Wire, call: Call, zone: dict[str, Any]
) -> None:
    """It is the way out of a meeting whose zone nobody knows, and the receipt is kept."""
    series = Recurrence.from_zoom(SERIES["recurrence"], tz="Europe/Rome").starting(
        datetime(2030, 1, 7, 10), tz="Europe/Rome"
    )
    later = SERIES | {"timezone": "Europe/Rome", **series.to_zoom()}
    wire.says(*[answer(200, SERIES | zone)] * 2, ACCEPTED, *[answer(200, later)] * 2)
    caller = call()

    plan = caller.plan(NUMBER, schedule=series)

    assert plan.body["timezone"] == "Europe/Rome"
    assert caller.apply(plan, verify=True).sent


def test_nothing_is_lost_where_no_way_back_can_be_read(wire: Wire, call: Call) -> None:
    """Undoing names what stays lost, and does not fail."""
    series = Recurrence.from_zoom(SERIES["recurrence"], tz="Europe/Rome").starting(
        datetime(2030, 1, 7, 10), tz="Europe/Rome"
    )
    wire.says(*[answer(200, SERIES)], ACCEPTED, *[answer(200, SERIES | series.to_zoom())] * 2)

    receipt = call().update(NUMBER, schedule=series, verify=True)

    try:
        problems = receipt.undo().problems
    except RezoomError as error:
        pytest.fail(f"undo raised {error}")
    assert problems


PATTERNS: dict[str, dict[str, Any]] = {
    "weekly, endless": {"type": 2, "repeat_interval": 1, "weekly_days": "2,4", "end_times": 0},
    "every other week, endless": {
        "type": 2,
        "repeat_interval": 2,
        "weekly_days": "6",
        "end_times": 0,
    },
    "daily, endless": {"type": 1, "repeat_interval": 1, "end_times": 0},
    "daily, sixty": {"type": 1, "repeat_interval": 1, "end_times": facts.ENDLESS.other},
    "daily, ten": {"type": 1, "repeat_interval": 1, "end_times": 10},
    "monthly, endless": {"type": 3, "repeat_interval": 1, "monthly_day": 15, "end_times": 0},
    "monthly, last Friday": {
        "type": 3,
        "repeat_interval": 1,
        "monthly_week": -1,
        "monthly_week_day": 6,
        "end_times": 9,
    },
    "weekly, until": {
        "type": 2,
        "repeat_interval": 1,
        "weekly_days": "1,4",
        "end_date_time": "2027-06-01T21:59:59Z",
    },
    "weekly, sixty": {"type": 2, "repeat_interval": 1, "weekly_days": "3", "end_times": 60},
}


@pytest.mark.parametrize("days", [0, 17])
@pytest.mark.parametrize("name", PATTERNS)
def test_two_ways_to_the_same_change_of_a_live_series_agree(
    sim: Simulator, calling: Call, name: str, days: int
) -> None:
    """The recipe with `Series.from_zoom`, and a plan of the next start: one request."""
    caller = calling()
    number = sim.add_meeting(
        start_time="2027-01-11T09:00:00", timezone="Europe/Berlin", recurrence=PATTERNS[name]
    )
    sim.clock.sleep(timedelta(days=days).total_seconds())
    live = Series.from_zoom(caller.get(number)).at(time(10, 15))
    now = sim.clock.now()
    first = next(iter(live.ahead(now))).local

    by_series = caller.plan(number, schedule=live)
    by_start = caller.plan(number, start_time=first, timezone="Europe/Berlin")

    assert dict(by_series.body) == dict(by_start.body)
    assert by_series.dates == by_start.dates
    if PATTERNS[name].get("end_times") == 0 and PATTERNS[name]["type"] == 2:
        assert by_start.body["recurrence"]["end_times"] == 0


def test_more_dates_than_a_count_may_have_are_judged_alike(
    sim: Simulator, calling: Calling
) -> None:
    """A series that ends by a day may have more of them: every way warns of it, none refuses."""
    caller = calling()
    number = sim.add_meeting(
        start_time="2027-01-11T09:00:00",
        timezone="Europe/Berlin",
        recurrence={
            "type": 1,
            "repeat_interval": 1,
            "end_date_time": "2027-05-01T21:59:59Z",
        },
    )
    live = Series.from_zoom(caller.get(number)).at(time(10, 15))
    first = next(iter(live)).local

    by_series = caller.plan(number, schedule=live)
    by_start = caller.plan(number, start_time=first, timezone="Europe/Berlin")

    assert "over-count" in [problem.rule for problem in by_series.problems]
    assert by_series.problems == by_start.problems


@pytest.mark.parametrize("name", ["daily, endless", "daily, sixty", "monthly, endless"])
def test_a_count_that_may_be_no_end_is_told_on_every_way(
    sim: Simulator, calling: Call, name: str
) -> None:
    """Sixty is the most that a count may be, and what an endless series reads as."""
    caller = calling()
    number = sim.add_meeting(
        start_time="2027-01-11T09:00:00", timezone="Europe/Berlin", recurrence=PATTERNS[name]
    )
    live = Series.from_zoom(caller.get(number)).at(time(10, 15))
    first = next(iter(live)).local

    plans = [
        caller.plan(number, schedule=live),
        caller.plan(number, start_time=first, timezone="Europe/Berlin"),
    ]

    for plan in plans:
        assert "count-or-endless" in [problem.rule for problem in plan.problems]
    said = caller.plan(number, recurrence={"repeat_interval": 2, "end_times": 0})
    assert "count-or-endless" not in [problem.rule for problem in said.problems]
