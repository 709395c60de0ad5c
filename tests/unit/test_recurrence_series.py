"""A series: what it refuses, what Zoom is sent, what is read back, and how the two compare."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from rezoom.recurrence import FRI, MON, SUN, TUE, WED, Recurrence, RecurrenceError, Series
from rezoom.recurrence._timeline import Count

pytestmark = pytest.mark.smoke

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime.fromisoformat("2027-03-02 09:00")
TUESDAYS = Recurrence.weekly(TUE, every=2).until(date(2027, 6, 30)).starting(NINE, tz=BERLIN)
ENDLESS = Recurrence.weekly(TUE).forever().starting(NINE, tz=BERLIN)
THREE = Recurrence.daily().times(3)
SAY = cast("Any", THREE)
GET = {"start_time": "2027-03-02T08:00:00Z", "timezone": "Europe/Berlin", "type": 8}


def read(**recurrence: object) -> Series:
    """Read the series of a meeting with this recurrence."""
    return Series.from_zoom(GET | {"recurrence": recurrence})


REFUSED: dict[str, tuple[Callable[[], object], str, str]] = {
    "naive start": (lambda: THREE.starting(NINE), "start_time", "any time zone - .*tz="),
    "fixed offset": (
        lambda: THREE.starting(NINE.replace(tzinfo=timezone(timedelta(hours=1)))),
        "timezone",
        "an offset, which does not say when the clocks change - name the zone: tz=",
    ),
    "utc as an offset": (
        lambda: THREE.starting(NINE.replace(tzinfo=UTC)),
        "timezone",
        'tz="UTC" if',
    ),
    "unknown zone": (
        lambda: THREE.starting(NINE, tz="Europe/Berlinn"),
        "timezone",
        "Berlinn' - write .*Berlin",
    ),
    "abbreviation": (lambda: THREE.starting(NINE, tz="CET1"), "timezone", "ambiguous"),
    "date as a start": (lambda: SAY.starting(NINE.date(), tz=BERLIN), "start_time", "a date with"),
    "end before start": (
        lambda: Recurrence.daily().until(date(2027, 3, 1)).starting(NINE, tz=BERLIN),
        "recurrence.end_date_time",
        "end on 2027-03-01 23:59, before it starts on 2027-03-02 09:00",
    ),
    "empty": (
        lambda: Recurrence.weekly(MON).until(date(2027, 3, 7)).starting(NINE, tz=BERLIN),
        "recurrence.end_date_time",
        "no date between .* - choose a later end",
    ),
    "until before start": (
        lambda: TUESDAYS.until(date(2027, 1, 1)),
        "recurrence.end_date_time",
        "before it starts",
    ),
    "until a moment": (lambda: TUESDAYS.until(NINE), "recurrence.end_date_time", "until_instant"),
    "endless list": (ENDLESS.occurrences, "recurrence.end_times", "no end.* - iterate"),
    "aware clock": (
        lambda: TUESDAYS.at(time(9, tzinfo=UTC)),
        "start_time",
        r"at\(time\(9, 30\)\)",
    ),
    "between backwards": (
        lambda: TUESDAYS.between(date(2027, 5, 1), date(2027, 4, 1)),
        "",
        "name the earlier",
    ),
    "after nothing": (lambda: SAY.starting(NINE, tz="UTC").next(after="soon"), "", "not a moment"),
    "no such policy": (
        lambda: SAY.starting(NINE, tz="UTC", clock_gaps="no"),
        "clock_gaps",
        "'move' or .*'drop'",
    ),
    "pattern without an end": (
        lambda: Series(cast("Any", Recurrence.daily()), NINE, BERLIN),
        "recurrence.end_times",
        "no end yet",
    ),
    "no recurrence": (lambda: Series.from_zoom(GET), "recurrence", "no recurrence - .*type 8"),
    "no zone": (
        lambda: Series.from_zoom(GET | {"timezone": ""}),
        "timezone",
        "UTC would be a guess",
    ),
    "no start": (
        lambda: Series.from_zoom(
            {"timezone": "UTC", "recurrence": {"type": 1, "end_times": 2}, "occurrences": []}
        ),
        "start_time",
        "no start_time and no occurrences",
    ),
    "unknown type": (lambda: read(type=4, end_times=1), "recurrence.type", "1 is daily"),
    "no number": (
        lambda: read(type=1, end_times="many"),
        "recurrence.end_times",
        "'many' is not a whole",
    ),
    "day 9": (lambda: read(type=2, weekly_days="9", end_times=1), "recurrence.weekly_days", "9 is"),
    "end not a date": (
        lambda: read(type=1, end_date_time="never"),
        "recurrence.end_date_time",
        "'never'",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_series_is_refused_with_the_fix(name: str) -> None:
    """The error names the member of the meeting, what is wrong, and what to write."""
    say, path, pattern = REFUSED[name]
    with pytest.raises(RecurrenceError, match=pattern) as caught:
        say()
    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.fix


def test_the_zone_may_come_with_the_start() -> None:
    """A start that carries its zone needs no other; another one shows the same instant."""
    there = NINE.replace(tzinfo=BERLIN)
    assert THREE.starting(there) == THREE.starting(NINE, tz="Europe/Berlin")
    moved = THREE.starting(there, tz="America/New_York")
    assert moved.start == datetime.fromisoformat("2027-03-02 03:00")


def test_the_whole_of_what_zoom_needs() -> None:
    """Zoom gets type, local start, time zone, and every member of the recurrence in its forms."""
    assert TUESDAYS.to_zoom() == {
        "type": 8,
        "start_time": "2027-03-02T09:00:00",
        "timezone": "Europe/Berlin",
        "recurrence": {
            "type": 2,
            "repeat_interval": 2,
            "weekly_days": "3",
            "end_date_time": "2027-06-30T21:59:59Z",
        },
    }


@pytest.mark.parametrize(
    ("recurrence", "wire"),
    [
        (THREE, {"type": 1, "repeat_interval": 1, "end_times": 3}),
        (
            Recurrence.weekly(SUN, MON, WED).forever(),
            {"type": 2, "repeat_interval": 1, "weekly_days": "1,2,4", "end_times": 0},
        ),
        (
            Recurrence.monthly(every=3).on_day(15).times(4),
            {"type": 3, "repeat_interval": 3, "monthly_day": 15, "end_times": 4},
        ),
        (
            Recurrence.monthly().on_the("last", FRI).until(date(2027, 12, 31)),
            {
                "type": 3,
                "repeat_interval": 1,
                "monthly_week": -1,
                "monthly_week_day": 6,
                "end_date_time": "2027-12-31T22:59:59Z",
            },
        ),
    ],
)
def test_recurrences_in_zooms_form_and_back(recurrence: Recurrence, wire: dict[str, Any]) -> None:
    """Every kind has its wire form, and reads back as the same value."""
    assert recurrence.to_zoom(tz="Europe/Berlin") == wire
    assert Recurrence.from_zoom(wire, tz="Europe/Berlin") == recurrence


def test_zoom_is_sent_the_first_real_start() -> None:
    """Whether Zoom counts a start that is off the pattern does not matter then."""
    series = Recurrence.weekly(MON, every=2).times(3).starting(NINE, tz=BERLIN)
    assert series.to_zoom()["start_time"] == "2027-03-15T09:00:00"


def test_a_first_start_in_a_gap_is_sent_as_meant() -> None:
    """The moved clock time of one day must not become that of the whole series."""
    start = datetime.fromisoformat("2027-03-28 02:30")
    series = Recurrence.weekly(SUN).times(3).starting(start, tz=BERLIN)
    assert series.to_zoom()["start_time"] == "2027-03-28T02:30:00"
    dropped = series.recurrence.starting(start, tz=BERLIN, clock_gaps="drop")
    assert dropped.to_zoom()["start_time"] == "2027-04-04T02:30:00"


def test_a_series_changes_by_steps() -> None:
    """Another time of day, another last day, or a count instead of a day: the rest stays."""
    assert TUESDAYS.at(time(14, 30)).to_zoom()["start_time"] == "2027-03-02T14:30:00"
    assert TUESDAYS.until(date(2027, 4, 1)).occurrences() == TUESDAYS.occurrences()[:3]
    assert TUESDAYS.with_count().recurrence.end == Count(9)
    assert TUESDAYS.with_count().occurrences() == TUESDAYS.occurrences()


def test_an_endless_series_is_iterated_and_searched() -> None:
    """It has no list, but a beginning, and a next start after any moment."""
    first, second = islice(ENDLESS, 2)
    assert (str(first), second.index) == ("2027-03-02 09:00+01:00", 1)
    (later,) = ENDLESS.next(after=date(2127, 1, 1))
    assert (later.index, str(later)) == (5210, "2127-01-07 09:00+01:00")
    assert [start.index for start in ENDLESS.between(date(2027, 3, 9), NINE.replace(day=16))] == [
        1,
        2,
    ]


@pytest.mark.parametrize(
    ("end", "count"),
    [("2027-03-16T08:00:00Z", 3), ("2027-03-16T07:59:59Z", 2), ("2027-03-16T08:00:01Z", 3)],
)
def test_an_end_instant_ends_to_the_second(end: str, count: int) -> None:
    """The end is inclusive, as RFC 5545 has it."""
    recurrence = Recurrence.weekly(TUE).until_instant(datetime.fromisoformat(end))
    assert len(recurrence.starting(NINE, tz=BERLIN).occurrences()) == count


def test_what_is_ahead_keeps_the_pattern_and_counts_down() -> None:
    """Five Tuesdays of which two are over leave three, on the dates they had."""
    five = Recurrence.weekly(TUE).times(5).starting(NINE, tz=BERLIN)
    dates = five.occurrences()

    ahead = five.ahead(dates[1].utc)

    assert [date.utc for date in ahead] == [date.utc for date in dates[2:]]
    assert ahead.recurrence.end == Count(3)


@pytest.mark.parametrize("now", ["2027-03-01", "2027-12-31"])
def test_a_series_that_has_not_begun_or_is_over_is_ahead_whole(now: str) -> None:
    """Nothing of it can be left out: it says itself that all of it is past."""
    five = Recurrence.weekly(TUE).times(5).starting(NINE, tz=BERLIN)

    assert five.ahead(datetime.fromisoformat(now).replace(tzinfo=UTC)) is five
