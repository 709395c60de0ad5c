"""Starts where clocks change: the stated policies, on dates that can be looked up."""

from datetime import date, datetime, time
from itertools import islice

import pytest
from rezoom.recurrence import FRI, MON, SUN, TUE, Recurrence, Series
from rezoom.recurrence._expand import dates
from rezoom.recurrence._pattern import Daily, MonthlyOnDay, Pattern, Weekly
from rezoom.recurrence._timeline import ClockGaps
from rezoom.recurrence._zones import last_instant, named

pytestmark = pytest.mark.smoke


def local(text: str) -> datetime:
    """Read a wall clock time."""
    return datetime.fromisoformat(text)


def daily(start: str, tz: str, count: int, clock_gaps: ClockGaps = "move") -> list[str]:
    """List the starts of a daily series with their offsets."""
    recurrence = Recurrence.daily().times(count)
    series = recurrence.starting(local(start), tz=tz, clock_gaps=clock_gaps)
    return [str(start) for start in series]


# Zone, first start, and what three daily starts are: across a gap, the middle one moves.
GAPS = {
    "Europe/Berlin": (
        "2027-03-27 02:30",
        ["2027-03-27 02:30+01:00", "2027-03-28 03:30+02:00", "2027-03-29 02:30+02:00"],
    ),
    "America/New_York": (
        "2027-03-13 02:30",
        ["2027-03-13 02:30-05:00", "2027-03-14 03:30-04:00", "2027-03-15 02:30-04:00"],
    ),
    # Half an hour only.
    "Australia/Lord_Howe": (
        "2027-10-02 02:15",
        ["2027-10-02 02:15+10:30", "2027-10-03 02:45+11:00", "2027-10-04 02:15+11:00"],
    ),
    # There was no midnight.
    "America/Sao_Paulo": (
        "2017-10-14 00:00",
        ["2017-10-14 00:00-03:00", "2017-10-15 01:00-02:00", "2017-10-16 00:00-02:00"],
    ),
}


@pytest.mark.parametrize("tz", GAPS)
def test_a_start_in_a_gap_moves_forward_by_the_gap(tz: str) -> None:
    """The clock jumps, and the start with it; the next day it is back."""
    start, expected = GAPS[tz]
    assert daily(start, tz, 3) == expected


@pytest.mark.parametrize("tz", GAPS)
def test_a_start_in_a_gap_can_be_dropped(tz: str) -> None:
    """A dropped start does not count, but leaves its number out."""
    start, (first, _, third) = GAPS[tz]
    assert daily(start, tz, 2, "drop") == [first, third]
    recurrence = Recurrence.daily().times(2)
    series = recurrence.starting(local(start), tz=tz, clock_gaps="drop")
    assert [occurrence.index for occurrence in series] == [0, 2]


def test_every_start_may_lie_in_a_gap() -> None:
    """A series that meets on the days of the clock change only has all of its starts, moved."""
    yearly = {"type": 3, "repeat_interval": 12, "monthly_week": -1, "monthly_week_day": 1}
    recurrence = Recurrence.from_zoom(yearly | {"end_times": 3}, tz="Europe/Berlin")
    series = recurrence.starting(local("2027-03-28 02:30"), tz="Europe/Berlin")
    assert [str(start) for start in series] == [
        "2027-03-28 03:30+02:00",
        "2028-03-26 03:30+02:00",
        "2029-03-25 03:30+02:00",
    ]


def test_samoa_had_no_30_december() -> None:
    """Across the missing day a daily series has one meeting, and a weekly one moves."""
    assert daily("2011-12-29 09:00", "Pacific/Apia", 3) == [
        "2011-12-29 09:00-10:00",
        "2011-12-31 09:00+14:00",
        "2012-01-01 09:00+14:00",
    ]
    weekly = Recurrence.weekly(FRI).times(3).starting(local("2011-12-23 09:00"), tz="Pacific/Apia")
    assert [str(start) for start in weekly] == [
        "2011-12-23 09:00-10:00",
        "2011-12-31 09:00+14:00",
        "2012-01-06 09:00+14:00",
    ]


@pytest.mark.parametrize(
    ("tz", "start", "offset"),
    [
        ("Europe/Berlin", "2027-10-31 02:30", "+02:00"),
        ("America/New_York", "2027-11-07 01:30", "-04:00"),
        ("Australia/Lord_Howe", "2027-04-04 01:45", "+11:00"),
        ("America/Sao_Paulo", "2018-02-17 23:30", "-02:00"),
    ],
)
def test_of_an_hour_shown_twice_the_first_counts(tz: str, start: str, offset: str) -> None:
    """The offset of the first start is still that from before the change."""
    assert daily(start, tz, 1) == [start + offset]


def test_a_zone_off_the_hour() -> None:
    """Kathmandu is 5:45 ahead, and its clocks never change."""
    series = (
        Recurrence.weekly(MON).times(3).starting(local("2027-01-04 09:00"), tz="Asia/Kathmandu")
    )
    assert [f"{start.utc:%m-%d %H:%M}" for start in series] == [
        "01-04 03:15",
        "01-11 03:15",
        "01-18 03:15",
    ]


def test_the_wall_clock_stays_while_the_offset_changes() -> None:
    """Nine o'clock in Berlin is eight in UTC in winter and seven in summer."""
    series = (
        Recurrence.weekly(TUE).times(60).starting(local("2027-01-05 09:00"), tz="Europe/Berlin")
    )
    assert {start.local.time() for start in series} == {time(9)}
    assert {(start.utc.hour, bool(start.zoned.dst())) for start in series} == {
        (8, False),
        (7, True),
    }


@pytest.mark.parametrize(
    ("tz", "day", "last"),
    [
        ("Europe/Berlin", date(2027, 6, 30), "2027-06-30T21:59:59+00:00"),
        ("Asia/Shanghai", date(2027, 6, 30), "2027-06-30T15:59:59+00:00"),
        # The clock never showed 23:59:59 here: it jumped from 22:59:59 to midnight.
        ("America/Scoresbysund", date(2025, 3, 29), "2025-03-30T00:59:59+00:00"),
        # The day after was left out.
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T09:59:59+00:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T09:59:59+00:00"),
        # The clock jumped over midnight, from 23:30 to 0:30.
        ("America/Toronto", date(1919, 3, 30), "1919-03-31T04:29:59+00:00"),
        ("UTC", date.max, "9999-12-31T23:59:59+00:00"),
    ],
)
def test_the_end_of_a_local_day(tz: str, day: date, last: str) -> None:
    """A last day ends with the last second in which its zone shows it."""
    assert last_instant(day, named(tz)).isoformat() == last


# RFC 5545, section 3.8.5.3 (weeks from Sunday), and the corners of the calendar.
CALENDAR: dict[str, tuple[Pattern, str, list[str]]] = {
    "every other week, Sunday first": (
        Weekly(2, (TUE, SUN)),
        "1997-08-05",
        ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"],
    ),
    "start after the days of its week": (
        Weekly(2, (MON,)),
        "2027-01-06",
        ["2027-01-18", "2027-02-01"],
    ),
    "29 February, in leap years": (
        MonthlyOnDay(12, 29),
        "2096-02-29",
        ["2096-02-29", "2104-02-29", "2108-02-29"],
    ),
    "the 31st": (
        MonthlyOnDay(1, 31),
        "2027-01-31",
        ["2027-01-31", "2027-03-31", "2027-05-31", "2027-07-31", "2027-08-31"],
    ),
    "every 99 days": (Daily(99), "2027-01-01", ["2027-01-01", "2027-04-10", "2027-07-18"]),
    "a day that its months never have": (MonthlyOnDay(12, 30), "2027-02-01", []),
}


@pytest.mark.parametrize("name", CALENDAR)
def test_dates_of_the_calendar(name: str) -> None:
    """The corner cases give the dates that a calendar on the wall gives."""
    pattern, start, expected = CALENDAR[name]
    first = date.fromisoformat(start)
    _, days = dates(pattern, first, first)
    found = [date.fromordinal(day).isoformat() for day in islice(days, max(1, len(expected)))]
    assert found == expected


def test_places_are_right_across_centuries_without_a_leap_day() -> None:
    """1900, 2100 and 2200 had and have no 29 February, 2000 had one."""
    first = date(1896, 2, 29)
    index, days = dates(MonthlyOnDay(12, 29), first, date(2204, 1, 1))
    assert date.fromordinal(next(days)) == date(2204, 2, 29)
    assert index == (2204 - 1896) // 4 - 3


def test_a_start_that_moved_into_the_next_day_is_found_there() -> None:
    """The clock jumped from 23:00 to midnight, and took the meeting of half past eleven along."""
    recurrence = Recurrence.daily().times(9)
    series = recurrence.starting(local("2025-03-26 23:30"), tz="America/Scoresbysund")
    found = series.between(date(2025, 3, 30), date(2025, 3, 30))
    assert [f"{start.local:%m-%d %H:%M}" for start in found] == ["03-30 00:30", "03-30 23:30"]
    endless = Recurrence.daily().forever().starting(series.start, tz="America/Scoresbysund")
    assert endless.between(date(2025, 3, 30), date(2025, 3, 30)) == found


def test_short_months_can_be_clamped() -> None:
    """With "clamp" the 31st becomes the last day of every month."""
    recurrence = Recurrence.monthly().on_day(31).times(4)
    series = recurrence.starting(local("2028-01-31 09:00"), tz="UTC", short_months="clamp")
    assert [start.local.day for start in series] == [31, 29, 31, 30]


def test_an_endless_series_ends_with_the_calendar() -> None:
    """Iterating stops before the last year of the calendar instead of failing."""
    recurrence = Recurrence.daily(every=30).forever()
    series: Series = recurrence.starting(local("9998-10-01 09:00"), tz="Pacific/Kiritimati")
    assert [start.index for start in series] == [0, 1, 2, 3]
