"""How a series is changed: completed, moved, ended, split; pure calendar work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rezoom import MON, OccurrenceError, Receipt, Recurrence, Series
from rezoom._change.merge import completed
from rezoom._change.occurrences import (
    Listed,
    choose,
    choose_id,
    expected,
    filled,
    listed,
    planned_start,
)
from rezoom._change.plan_data import Dates, Record
from rezoom._change.split import split_series
from rezoom._change.timing import series_of
from rezoom._rules.judge import Change
from rezoom.recurrence import FRI, WED

pytestmark = pytest.mark.smoke

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WEEKLY = {"type": 2, "repeat_interval": 2, "weekly_days": "2", "end_times": 12}


def answer(series: Series, **more: Any) -> dict[str, Any]:
    """Write a series as a read shows it: what is over is not listed."""
    rows = [
        {"occurrence_id": str(int(start.timestamp()) * 1000), "start_time": f"{start:%FT%TZ}"}
        for start in expected(series, NOW)
    ]
    return {
        "id": 1,
        "type": 8,
        "topic": "x",
        "duration": 60,
        **series.to_zoom(),
        "start_time": f"{next(iter(series)).utc:%FT%TZ}",
        "occurrences": rows,
        **more,
    }


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"end_times": 5}, {**WEEKLY, "end_times": 5}),
        ({"weekly_days": "3"}, {**WEEKLY, "weekly_days": "3"}),
        ({"type": 2}, WEEKLY),
        ({"type": 1}, {"type": 1, "repeat_interval": 1, "end_times": 12}),
        ({"type": 1, "repeat_interval": 3}, {"type": 1, "repeat_interval": 3, "end_times": 12}),
        (
            {"end_date_time": "2027-06-30T21:59:59Z"},
            {"type": 2, "repeat_interval": 2, "weekly_days": "2"}
            | {"end_date_time": "2027-06-30T21:59:59Z"},
        ),
        (
            {"type": 3, "monthly_week": 1, "monthly_week_day": 2},
            {"type": 3, "repeat_interval": 1, "monthly_week": 1, "monthly_week_day": 2}
            | {"end_times": 12},
        ),
    ],
)
def test_a_recurrence_is_completed(changed: dict[str, Any], wanted: dict[str, Any]) -> None:
    """The changed members, the present ones, and none that they exclude."""
    assert completed(WEEKLY, changed) == wanted


def test_a_day_of_the_month_and_a_weekday_exclude_each_other() -> None:
    """One form or the other; the second half of a pair keeps the first."""
    by_day = {"type": 3, "repeat_interval": 1, "monthly_day": 15, "end_times": 3}
    by_week = {"type": 3, "monthly_week": 1, "monthly_week_day": 2, "end_times": 3}

    assert "monthly_day" not in completed(by_day, {"monthly_week": -1, "monthly_week_day": 6})
    assert completed(by_week, {"monthly_day": 3}) == {"type": 3, "monthly_day": 3, "end_times": 3}
    assert completed(by_week, {"monthly_week": -1})["monthly_week_day"] == 2


def test_an_end_of_a_date_goes_with_a_count() -> None:
    """A series has one end: by its count or by a date."""
    dated = {"type": 1, "repeat_interval": 1, "end_date_time": "2027-06-30T21:59:59Z"}

    assert completed(dated, {"end_times": 3}) == {"type": 1, "repeat_interval": 1, "end_times": 3}


def test_a_series_in_the_past_goes_on_in_its_rhythm() -> None:
    """Every second week stays the same weeks, and the count is what is left."""
    every_second = (
        Recurrence.weekly(MON, FRI, every=2).times(12).starting(datetime(2026, 11, 2, 9), tz=BERLIN)
    )

    left = every_second.ahead(NOW)

    assert [start.utc for start in left] == list(expected(every_second, NOW))
    assert left.start > NOW.replace(tzinfo=None)


def test_meetings_of_one_day_are_pairs() -> None:
    """Another time on the same day moves; a day of its own appears or disappears."""
    monday = [datetime(2027, 1, day, 8, tzinfo=UTC) for day in (4, 11, 18)]
    later = [start + timedelta(hours=2) for start in monday[:2]]
    dates = Dates(tuple(monday), (*later, datetime(2027, 1, 25, 10, tzinfo=UTC)), BERLIN)

    assert dates.moved == tuple(zip(monday[:2], later, strict=True))
    assert (dates.disappears, len(dates.appears)) == ((monday[2],), 1)


def test_a_series_that_moves_as_one_moves_meeting_by_meeting() -> None:
    """Across the clock change too: the wall clock counts."""
    monday = Recurrence.weekly(MON).times(20).starting(datetime(2027, 1, 4, 9), tz=BERLIN)
    tuesday = Recurrence.weekly(WED).times(20).starting(datetime(2027, 1, 6, 10), tz=BERLIN)

    dates = Dates(expected(monday, NOW), expected(tuesday, NOW), BERLIN)

    assert (len(dates.moved), dates.appears, dates.disappears) == (20, (), ())


def test_an_occurrence_knows_its_slot() -> None:
    """Its id is where the series had put it; other ids say nothing."""
    start = datetime(2027, 1, 5, 14, tzinfo=UTC)

    assert planned_start(Listed("1799049600000", start, BERLIN)) == datetime(
        2027, 1, 4, 8, tzinfo=UTC
    )
    assert planned_start(Listed("17", start, BERLIN)) == start
    assert planned_start(Listed("a-b", start, BERLIN)) == start


def test_a_start_that_an_answer_leaves_out_is_that_of_its_first_date() -> None:
    """As the series had put it; a length that most dates have is that of the series."""
    monday = Recurrence.weekly(MON).times(3).starting(datetime(2027, 1, 4, 9), tz=BERLIN)
    shown = answer(monday)
    for row in shown["occurrences"]:
        row["duration"] = 45
    shown["occurrences"][0] |= {"start_time": "2027-01-05T14:00:00Z", "duration": 15}
    del shown["start_time"], shown["duration"]

    assert filled(shown)["start_time"] == "2027-01-04T08:00:00Z"
    assert filled(shown)["duration"] == 45
    assert filled({"id": 1}) == {"id": 1}


PATTERNS = st.sampled_from(
    [
        Recurrence.daily(every=3),
        Recurrence.weekly(MON),
        Recurrence.weekly(MON, FRI, every=2),
        Recurrence.monthly().on_day(15),
        Recurrence.monthly().on_the("last", FRI),
    ]
)
ENDS = st.sampled_from(
    [lambda p: p.times(20), lambda p: p.until(date(2027, 5, 31)), lambda p: p.forever()]
)
ZONES = st.sampled_from(["Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "UTC"])


@given(PATTERNS, ENDS, ZONES, st.integers(0, 23), st.integers(1, 30))
@settings(deadline=None)
def test_a_split_loses_no_meeting_and_adds_none(
    pattern: Any, end: Any, zone: str, hour: int, split: int
) -> None:
    """Whatever ends the series, and wherever its clocks move."""
    start = datetime.combine(date(2026, 12, 1), time(hour))
    series = end(pattern).starting(start, tz=zone)
    whole = expected(series, NOW)
    assume(0 < split < len(whole))
    read = answer(series)
    first = listed(read)[split]

    both = split_series(Change("", {}), read, first, meeting=1, account="a", now=NOW)

    assert both.trim.dates is not None
    old = both.trim.dates.after
    rest = series_of(both.new, series.tz)
    new = expected(rest, NOW)
    assert old == whole[:split]
    assert new[: len(whole) - split] == whole[split:]
    assert both.new["recurrence"].keys() == read["recurrence"].keys()


def test_a_split_at_a_meeting_that_was_moved_uses_its_planned_start() -> None:
    """The pattern is split, not what somebody made of one date."""
    monday = Recurrence.weekly(MON).times(6).starting(datetime(2027, 1, 4, 9), tz=BERLIN)
    read = answer(monday)
    read["occurrences"][2]["start_time"] = "2027-01-20T14:00:00Z"
    moved = choose(date(2027, 1, 20), read)

    both = split_series(Change("", {}), read, moved, meeting=1, account="a", now=NOW)

    assert both.new["start_time"] == "2027-01-18T09:00:00"
    assert both.trim.body["recurrence"]["end_date_time"] == "2027-01-11T22:59:59Z"
    assert "following-edited-dates" in {problem.rule for problem in both.problems}


def test_what_only_an_update_knows_is_not_in_the_new_meeting() -> None:
    """Nor what only a read has, nor a host, nor what the rules forbid there."""
    monday = Recurrence.weekly(MON).times(6).starting(datetime(2027, 1, 4, 9), tz=BERLIN)
    read = answer(
        monday,
        host_id="h",
        join_url="https://x",
        pre_schedule=True,
        agenda="",
        settings={
            "waiting_room": True,
            "custom_keys": [{"key": "a", "value": "b"}],
            "authentication_exception": [
                {"name": "n", "email": "a@x.org", "join_url": "https://x"}
            ],
            "show_join_info": True,
            "use_pmi": True,
            "alternative_hosts": "",
        },
    )

    new = split_series(Change("", {}), read, listed(read)[3], meeting=1, account="a", now=NOW).new

    assert new["settings"] == {
        "waiting_room": True,
        "authentication_exception": [{"name": "n", "email": "a@x.org"}],
    }
    assert not {"host_id", "join_url", "pre_schedule", "occurrences", "agenda"} & new.keys()


def test_an_id_that_was_deleted_is_refused() -> None:
    """With the nearest that are left."""
    monday = Recurrence.weekly(MON).times(6).starting(datetime(2027, 1, 4, 9), tz=BERLIN)
    read = answer(monday)
    read["occurrences"][2]["status"] = "deleted"

    with pytest.raises(OccurrenceError, match="cannot be changed") as caught:
        choose_id(read["occurrences"][2]["occurrence_id"], read)

    assert len(caught.value.candidates) == 3
    assert choose_id("17", read) is None


def test_undo_knows_that_a_recurrence_is_replaced_whole() -> None:
    """What the update left out of it is gone, although nothing was read after the update."""
    before = {
        "type": 8,
        "timezone": "Europe/Berlin",
        "start_time": "2035-01-08T08:00:00Z",
        "recurrence": {"type": 1, "repeat_interval": 1, "end_times": 3},
    }
    body = {"recurrence": {"type": 1, "repeat_interval": 1}}
    record = Record("a", body, datetime(2034, 1, 1, tzinfo=UTC), before=before)

    plan = Receipt(1, True, None, None, record=record).undo()

    assert plan.body["recurrence"] == before["recurrence"]
    assert [(one.path, one.before, one.after) for one in plan.changes] == [
        ("recurrence.end_times", None, 3)
    ]
