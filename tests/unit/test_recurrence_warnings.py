"""What may surprise in a series is told before Zoom is asked: with dates, fix and source."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from rezoom import Problem
from rezoom.recurrence import FRI, MON, SUN, TUE, Recurrence, Series
from rezoom.recurrence._pattern import Daily
from rezoom.recurrence._timeline import Count, Until
from rezoom_wire import facts

MARCH_2 = datetime.fromisoformat("2027-03-02 09:00")
LIMIT = facts.BODIES["updateMeeting"]["recurrence.end_times"].maximum or 0
ADVICE = facts.RULES["over-count"].bounds["end_times"]["maximum"]


def berlin(recurrence: Recurrence, start: datetime = MARCH_2) -> Series:
    """Place a recurrence in Berlin."""
    return recurrence.starting(start, tz="Europe/Berlin")


def rules(problems: Iterable[Problem]) -> list[str]:
    """List the rules of some problems."""
    return [problem.rule for problem in problems]


def only(series: Series, rule: str) -> Problem:
    """Return the one warning of that rule."""
    (found,) = (problem for problem in series.warnings() if problem.rule == rule)
    return found


def test_a_plain_series_has_no_warnings() -> None:
    """Two Tuesdays a month in the morning are no surprise."""
    series = berlin(Recurrence.weekly(TUE, every=2).until(date(2027, 6, 30)))
    assert series.warnings() == []
    assert series.warnings(now=datetime(2027, 3, 1, tzinfo=UTC)) == []


def test_short_months_are_listed() -> None:
    """Each month without the day is named by its last one."""
    problem = only(berlin(Recurrence.monthly().on_day(31).until(date(2027, 8, 1))), "short-month")
    assert problem.dates == (date(2027, 4, 30), date(2027, 6, 30))
    assert "left out" in problem.message
    assert 'on_the("last"' in problem.fix


def test_a_day_that_all_its_months_have_is_no_surprise() -> None:
    """Only months that are really short count."""
    series = berlin(Recurrence.monthly(every=2).on_day(31).times(2))
    assert "short-month" not in rules(series.warnings())


def test_a_start_off_the_pattern_is_a_warning() -> None:
    """The first real date is offered as the start."""
    problem = only(berlin(Recurrence.weekly(FRI).times(3)), "first-differs")
    assert problem.path == "start_time"
    assert problem.dates == (date(2027, 3, 5),)
    assert problem.fix == "start on 2027-03-05 09:00"


def test_clock_changes_are_listed_with_their_dates() -> None:
    """A start in a gap and one in an hour shown twice are each listed by their date."""
    start = datetime.fromisoformat("2027-03-07 02:30")
    series = berlin(Recurrence.weekly(SUN).until(date(2027, 11, 30)), start)
    gap, overlap = only(series, "clock-gap"), only(series, "clock-overlap")
    assert gap.dates == (date(2027, 3, 28),)
    assert "moved forward" in gap.message
    assert overlap.dates == (date(2027, 10, 31),)


@pytest.mark.parametrize(
    ("tz", "end", "rule", "day"),
    [
        # Midnight of the last day, taken for its end.
        ("Europe/Berlin", "2027-06-29T00:00:00Z", "utc-cutoff", date(2027, 6, 29)),
        # Written as the 29th, and still the 28th in Los Angeles.
        ("America/Los_Angeles", "2027-06-29T00:00:00Z", "utc-cutoff", date(2027, 6, 29)),
        # The end of the day in UTC is the afternoon in Los Angeles.
        ("America/Los_Angeles", "2027-06-29T15:59:59Z", "utc-cutoff", date(2027, 6, 29)),
        # Exactly the start: inclusive by RFC 5545, unknown with Zoom.
        ("Europe/Berlin", "2027-06-29T07:00:00Z", "utc-cutoff", date(2027, 6, 29)),
        # The end of Monday in UTC is Tuesday morning in Tokyo.
        ("Asia/Tokyo", "2027-06-28T23:59:59Z", "utc-extra", date(2027, 6, 29)),
    ],
)
def test_an_end_in_utc_may_lose_or_add_a_meeting(tz: str, end: str, rule: str, day: date) -> None:
    """The warning names the meeting, and the last day that is meant instead."""
    start = MARCH_2.replace(hour=8 if tz == "Asia/Tokyo" else 9)
    recurrence = Recurrence.weekly(TUE).until_instant(datetime.fromisoformat(end))
    problem = only(recurrence.starting(start, tz=tz), rule)
    assert problem.dates == (day,)
    meant = day if rule == "utc-cutoff" else datetime.fromisoformat(end).date()
    assert f"until(date({meant.year}, {meant.month}, {meant.day}))" in problem.fix


def test_an_end_well_between_two_meetings_is_no_surprise() -> None:
    """An instant on another day than any meeting says what it says."""
    recurrence = Recurrence.weekly(TUE).until_instant(datetime(2027, 6, 26, tzinfo=UTC))
    assert berlin(recurrence).warnings() == []


@pytest.mark.parametrize(
    ("count", "rule", "severity"),
    [
        (ADVICE, None, None),
        (ADVICE + 1, "over-count", "warning"),
        (LIMIT, "over-count", "warning"),
        (LIMIT + 1, "recurrence.end_times.maximum", "error"),
        (500, "recurrence.end_times.maximum", "error"),
    ],
)
def test_too_many_meetings_are_warned_of(
    count: int, rule: str | None, severity: str | None
) -> None:
    """Over the older limit is a warning, over the newest an error: no source limits a date so."""
    days = Daily(1)
    counted = berlin(Recurrence(days, Count(count)))
    last = date.fromordinal(MARCH_2.toordinal() + count - 1)
    dated = berlin(Recurrence(days, Until(last)))
    for series, path in ((counted, "recurrence.end_times"), (dated, "recurrence.end_date_time")):
        found = [p for p in series.warnings() if p.path == path]
        by_date = rule is not None and series is dated
        expected = ("over-count", "warning") if by_date else (rule, severity)
        assert [(p.rule, p.severity) for p in found] == ([expected] if rule else [])
        if found:
            limit = LIMIT if expected[1] == "error" else ADVICE
            assert found[0].dates[0] == date.fromordinal(MARCH_2.toordinal() + limit)


def test_endless_is_not_endless_to_zoom() -> None:
    """The horizon that was observed is told, with its source."""
    problem = only(berlin(Recurrence.weekly(TUE).forever()), "endless")
    assert "110 weekly" in problem.message
    assert facts.SOURCES[facts.RULES["endless"].source].title in problem.source


def test_a_series_without_a_start_is_an_error() -> None:
    """Such a series can be read, but it says that nothing fires."""
    series = Series.from_zoom(
        {
            "start_time": "2027-03-02T08:00:00Z",
            "timezone": "Europe/Berlin",
            "recurrence": {"type": 2, "weekly_days": "2", "end_date_time": "2027-03-03T00:00:00Z"},
        }
    )
    assert series.occurrences() == ()
    (problem,) = series.warnings()
    assert (problem.rule, problem.severity) == ("empty", "error")


def test_a_past_start_is_an_error_once_the_time_is_known() -> None:
    """The next start is offered; without `now` nothing is past."""
    series = berlin(Recurrence.weekly(TUE).times(10))
    assert series.warnings() == []
    (problem,) = series.warnings(now=datetime(2027, 3, 20, tzinfo=UTC))
    assert problem.rule == "past-start"
    assert problem.fix == "start on 2027-03-23 09:00"


def test_the_fourth_may_not_be_the_last() -> None:
    """Months with a fifth Monday are listed by their fourth."""
    series = berlin(Recurrence.monthly().on_the("fourth", MON).until(date(2027, 6, 30)))
    assert only(series, "fourth-not-last").dates == (
        date(2027, 3, 22),
        date(2027, 5, 24),
    )


@pytest.mark.parametrize("unit", ["daily", "weekly", "monthly"])
def test_intervals_over_the_older_limit_are_a_warning(unit: str) -> None:
    """The newest limit may be used, with a doubt; what was read over it is an error."""
    newest = facts.RULES[f"{unit}-interval-limit"].bounds["repeat_interval"]["maximum"]
    number = {"daily": 1, "weekly": 2, "monthly": 3}[unit]
    given = {"type": number, "weekly_days": "3", "monthly_day": 2, "end_times": 2}
    for every, rule, severity in (
        (newest, f"{unit}-interval-older-limit", "warning"),
        (newest + 1, f"{unit}-interval-limit", "error"),
    ):
        read = Recurrence.from_zoom(given | {"repeat_interval": every}, tz="UTC")
        (problem,) = berlin(read).warnings()
        assert (problem.rule, problem.severity) == (rule, severity)
        assert problem.source


def test_problems_are_ready_for_json() -> None:
    """Dates are written as text, so that a preview can be printed by a machine."""
    series = Recurrence.weekly(FRI).times(3).starting(MARCH_2, tz=ZoneInfo("Europe/Berlin"))
    (problem,) = series.warnings()
    assert problem.to_dict()["dates"] == ["2027-03-05"]
