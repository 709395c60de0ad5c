"""What is read from Zoom: strange answers, and what it made of a series against what was meant."""

from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from rezoom.recurrence import MON, SUN, TUE, WED, Recurrence, Series
from rezoom.recurrence._pattern import Weekly
from rezoom.recurrence._timeline import Forever
from rezoom_wire.models import Meeting

pytestmark = pytest.mark.smoke

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime.fromisoformat("2027-03-02 09:00")
TUESDAYS = Recurrence.weekly(TUE, every=2).until(date(2027, 6, 30)).starting(NINE, tz=BERLIN)
ENDLESS = Recurrence.weekly(TUE).forever().starting(NINE, tz=BERLIN)
GET = {"start_time": "2027-03-02T08:00:00Z", "timezone": "Europe/Berlin", "type": 8}


def read(**recurrence: object) -> Series:
    """Read the series of a meeting with this recurrence."""
    return Series.from_zoom(GET | {"recurrence": recurrence})


# What Zoom may answer, how it is read, and the rule of what was guessed.
ODD: dict[str, tuple[dict[str, object], Recurrence, str]] = {
    "text for numbers": (
        {"type": "2", "repeat_interval": "2", "weekly_days": "3", "end_times": "5"},
        Recurrence.weekly(TUE, every=2).times(5),
        "",
    ),
    "lists and blanks": (
        {"type": 2, "weekly_days": [" 2", 4], "end_times": 5.0, "monthly_day": 0},
        Recurrence.weekly(MON, WED).times(5),
        "",
    ),
    "no end": ({"type": 1, "end_times": 0}, Recurrence.daily().forever(), ""),
    "both ends": (
        {"type": 1, "end_times": 7, "end_date_time": "2027-06-30T21:59:59Z"},
        Recurrence.daily().until(date(2027, 6, 30)),
        "both-ends",
    ),
    "neither end": ({"type": 1}, Recurrence.daily().times(1), "no-end-means-one"),
    "a date without a time": (
        {"type": 1, "end_date_time": "2027-06-30"},
        Recurrence.daily().until(date(2027, 6, 30)),
        "",
    ),
    "a time without Z": (
        {"type": 1, "end_date_time": "2027-06-30T21:59:00"},
        Recurrence.daily().until_instant(datetime(2027, 6, 30, 21, 59, tzinfo=UTC)),
        "",
    ),
    "no days": (
        {"type": 2, "end_times": 2},
        Recurrence.weekly(SUN).times(2),
        "weekly-needs-days",
    ),
    "no monthly day": (
        {"type": 3, "end_times": 2},
        Recurrence.monthly().on_day(1).times(2),
        "monthly-needs-day",
    ),
    "both monthly forms": (
        {"type": 3, "monthly_day": 1, "monthly_week": 2, "monthly_week_day": 3, "end_times": 2},
        Recurrence.monthly().on_the("second", TUE).times(2),
        "monthly-one-form",
    ),
    "a week alone": (
        {"type": 3, "monthly_day": 4, "monthly_week": 2, "end_times": 2},
        Recurrence.monthly().on_day(4).times(2),
        "monthly-week-needs-week-day",
    ),
    "more than can be sent": (
        {"type": 2, "weekly_days": "3", "end_times": 110, "repeat_interval": 60},
        Recurrence(Weekly(60, (TUE,)), Forever()),
        "",
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_strange_answers_are_read_with_warnings(name: str) -> None:
    """Whatever Zoom answers becomes a series; what had to be guessed is in its warnings."""
    given, meant, rule = ODD[name]
    series = read(**given)
    assert series.recurrence == meant
    assert series.start == NINE
    assert [problem.rule for problem in series.reading] == ([rule] if rule else [])
    assert set(series.reading) <= set(series.warnings())


def test_a_generated_meeting_reads_like_its_answer() -> None:
    """The model that the client returns is as good as the mapping."""
    answer = GET | {"recurrence": {"type": 2, "weekly_days": "3", "end_times": 4}}
    assert Series.from_zoom(Meeting.from_dict(answer)) == Series.from_zoom(answer)


def test_the_first_occurrence_stands_in_for_a_missing_start() -> None:
    """Some answers hold the starts only in their list."""
    answer = {
        "timezone": "Europe/Berlin",
        "recurrence": {"type": 1, "end_times": 2},
        "occurrences": [{"start_time": "2027-03-02T08:00:00Z"}],
    }
    assert Series.from_zoom(answer).start == NINE


def test_a_new_end_settles_what_was_guessed_about_the_old_one() -> None:
    """Only notes about the end go; a guessed weekday stays a guess."""
    series = read(type=2, end_times=7, end_date_time="2027-06-30T21:59:59Z")
    assert [note.rule for note in series.reading] == ["weekly-needs-days", "both-ends"]
    assert [note.rule for note in series.until(date(2027, 5, 1)).reading] == ["weekly-needs-days"]


def listed(series: Series, **changes: str) -> list[dict[str, str]]:
    """List the occurrences as Zoom does, some with another status."""
    return [
        {
            "occurrence_id": str(int(start.utc.timestamp() * 1000)),
            "start_time": f"{start.utc:%Y-%m-%dT%H:%M:%SZ}",
            "status": changes.get(f"n{start.index}", "available"),
        }
        for start in series
    ]


def test_what_zoom_made_is_compared_by_instant() -> None:
    """Missing, unexpected and deleted starts are told apart, and named in words."""
    made = listed(TUESDAYS, n2="deleted")
    made[1]["start_time"] = "2027-03-17T08:00:00Z"
    difference = TUESDAYS.diff(made)
    assert [start.index for start in difference.missing] == [1]
    assert [start.index for start in difference.deleted] == [2]
    assert [start.isoformat() for start in difference.unexpected] == ["2027-03-17T09:00:00+01:00"]
    assert not difference.agrees
    assert str(difference).splitlines() == [
        "7 of 9 meetings are there as expected",
        "missing: Tue 2027-03-16 09:00",
        "unexpected: Wed 2027-03-17 09:00",
        "deleted in Zoom: Tue 2027-03-30 09:00",
    ]


def test_a_read_that_shows_only_the_future_is_compared_from_there() -> None:
    """With `since`, earlier starts are not missed."""
    starts = TUESDAYS.occurrences()
    made = listed(TUESDAYS)[4:]
    assert len(TUESDAYS.diff(made).missing) == 4
    assert TUESDAYS.diff(made, since=starts[4].utc).agrees


def test_an_endless_series_is_compared_as_far_as_zoom_lists() -> None:
    """The horizon of Zoom's list is not a difference; no list at all is."""
    made = [{"start_time": start.utc.isoformat()} for start in islice(ENDLESS, 110)]
    assert ENDLESS.diff(made).agrees
    assert len(ENDLESS.diff(made).matched) == 110
    assert [start.index for start in ENDLESS.diff([]).missing] == [0]
