"""The starts that the simulator gives a series."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom.simulator._meetings.starts import MOST, starts, starts_in_utc, with_defaults

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime.fromisoformat("2030-01-02T09:00")
FEBRUARY = datetime.fromisoformat("2030-02-01T00:00")
FAR = datetime.fromisoformat("2040-01-01T00:00")
NOW = datetime(2029, 12, 1, tzinfo=UTC)


def days(pattern: dict[str, Any], first: datetime, count: int, *, clamp: bool = False) -> list[str]:
    found = islice(starts(with_defaults(pattern), first, clamp=clamp), count)
    return [f"{start:%m-%d}" for start in found]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": 1, "repeat_interval": 3}, ["01-02", "01-05", "01-08"]),
        ({"type": 2, "weekly_days": "2,4"}, ["01-02", "01-07", "01-09"]),
        ({"type": 2, "weekly_days": "1,4", "repeat_interval": 2}, ["01-02", "01-13", "01-16"]),
        ({"type": 2, "weekly_days": "4,4"}, ["01-02", "01-09", "01-16"]),
        ({"type": 2}, ["01-06", "01-13", "01-20"]),
        ({"type": 3, "monthly_day": 15}, ["01-15", "02-15", "03-15"]),
        ({"type": 3}, ["02-01", "03-01", "04-01"]),
        ({"type": 3, "monthly_week": 2, "monthly_week_day": 3}, ["01-08", "02-12", "03-12"]),
        ({"type": 3, "monthly_week": -1, "monthly_week_day": 6}, ["01-25", "02-22", "03-29"]),
        ({"type": 3, "monthly_week": 1, "monthly_week_day": 1}, ["01-06", "02-03", "03-03"]),
    ],
)
def test_the_first_starts_match_the_pattern(pattern: dict[str, Any], expected: list[str]) -> None:
    """Each pattern begins at its first match on or after the given start."""
    assert days(pattern, WEDNESDAY, 3) == expected


def test_weeks_begin_on_sunday() -> None:
    """Every second week on Sunday and Saturday keeps the two days of one Sunday week together."""
    pattern = {"type": 2, "weekly_days": "1,7", "repeat_interval": 2}
    first = datetime.fromisoformat("2030-01-06T09:00")
    assert days(pattern, first, 4) == [
        "01-06",
        "01-12",
        "01-20",
        "01-26",
    ]


def test_a_short_month_is_skipped_or_clamped() -> None:
    """The 31st exists in seven months; clamped, every month has a meeting."""
    pattern = {"type": 3, "monthly_day": 31}
    assert days(pattern, WEDNESDAY, 3) == ["01-31", "03-31", "05-31"]
    assert days(pattern, WEDNESDAY, 3, clamp=True) == ["01-31", "02-28", "03-31"]


def test_a_series_keeps_its_wall_clock_when_the_clocks_change() -> None:
    """Nine in Berlin is eight in UTC in winter and seven in summer."""
    pattern = with_defaults({"type": 2, "weekly_days": "1", "end_times": 2})
    found = starts_in_utc(pattern, datetime.fromisoformat("2030-03-24T09:00"), BERLIN, now=NOW)
    assert [start.hour for start in found] == [8, 7]


def test_a_meeting_exactly_at_the_end_belongs_to_the_series() -> None:
    """The instant in end_date_time is inclusive."""
    pattern = with_defaults({"type": 1, "end_date_time": "2030-01-04T08:00:00Z"})
    found = starts_in_utc(pattern, WEDNESDAY, BERLIN, now=NOW)
    assert [start.day for start in found] == [2, 3, 4]


def test_a_far_end_gives_no_more_than_sixty() -> None:
    """A series with an end date holds at most sixty meetings."""
    pattern = with_defaults({"type": 1, "end_date_time": "2040-01-01T00:00:00Z"})
    assert len(starts_in_utc(pattern, WEDNESDAY, BERLIN, now=NOW)) == MOST


def test_an_endless_series_is_counted_from_the_update() -> None:
    """An end_times of 0 drops what is over and fills the horizon from now on."""
    pattern = with_defaults({"type": 2, "weekly_days": "4", "end_times": 0})
    now = datetime(2031, 1, 1, tzinfo=UTC)
    found = starts_in_utc(pattern, WEDNESDAY, BERLIN, now=now, horizon=110)
    assert len(found) == 110
    assert found[0] == datetime(2031, 1, 1, 8, tzinfo=UTC)


def test_without_an_end_there_is_one_meeting() -> None:
    """The documented default of end_times is 1."""
    assert len(starts_in_utc(with_defaults({"type": 1}), WEDNESDAY, BERLIN, now=NOW)) == 1


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ({"type": 1, "repeat_interval": 10**12}, WEDNESDAY),
        ({"type": 2, "repeat_interval": 10**12}, WEDNESDAY),
        ({"type": 3, "repeat_interval": 10**12}, WEDNESDAY),
        (
            {"type": 3, "repeat_interval": 12, "monthly_day": 30},
            datetime.fromisoformat("2030-02-01T00:00"),
        ),
        ({"type": 1}, datetime.fromisoformat("9999-12-30T23:00")),
        ({"type": 2, "weekly_days": "1"}, datetime.fromisoformat("0001-01-01T00:00")),
    ],
)
def test_the_end_of_the_calendar_ends_a_series(pattern: dict[str, Any], first: datetime) -> None:
    """A pattern that runs out of calendar, or never matches, ends instead of failing."""
    full = with_defaults({**pattern, "end_times": 60})
    assert len(starts_in_utc(full, first, ZoneInfo("Asia/Tokyo"), now=NOW)) <= MOST


patterns = st.fixed_dictionaries(
    {"type": st.sampled_from([1, 2, 3]), "end_times": st.integers(1, 60)},
    optional={
        "repeat_interval": st.integers(1, 12),
        "weekly_days": st.sets(st.integers(1, 7), min_size=1).map(
            lambda numbers: ",".join(map(str, sorted(numbers)))
        ),
        "monthly_day": st.integers(1, 31),
    },
)


@given(patterns, st.datetimes(WEDNESDAY, FAR))
def test_starts_rise_and_repeat_the_wall_clock(pattern: dict[str, Any], first: datetime) -> None:
    """Starts are strictly rising, never before the first, at its time of day."""
    found = list(islice(starts(with_defaults(pattern), first), 20))
    assert found == sorted(set(found))
    assert all(start >= first and start.time() == first.time() for start in found)
