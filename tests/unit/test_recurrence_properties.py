"""Laws that hold for every recurrence: python-dateutil and the time zones are the judges."""

import pickle
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from types import FrameType
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import assume, example, given
from hypothesis import strategies as st
from rezoom.recurrence import Recurrence, Series, Weekday
from rezoom.recurrence._expand import dates, pattern_days
from rezoom.recurrence._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from rezoom.recurrence._timeline import (
    ClockGaps,
    Count,
    End,
    Forever,
    ShortMonths,
    Until,
    UntilInstant,
)
from rezoom.recurrence._zones import last_instant

ZONES = st.sampled_from(
    (
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "America/Havana",
        "America/St_Johns",
        "America/Scoresbysund",
        "Asia/Gaza",
        "Asia/Kathmandu",
        "UTC",
    )
).map(ZoneInfo)
CLOCKS = st.one_of(
    # Where clocks change, and anywhere.
    st.sampled_from([time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(23, 30)]),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
)
# Every kind of year: Samoa's missing day, 1900 and 2000, the 53rd week.
DAYS = st.one_of(
    st.dates(date(2009, 1, 1), date(2012, 12, 31)),
    st.dates(date(1890, 1, 1), date(2110, 1, 1)),
)
STARTS = st.builds(datetime.combine, DAYS, CLOCKS)
WEEKDAYS = st.sampled_from(Weekday)
PATTERNS: st.SearchStrategy[Pattern] = st.one_of(
    st.builds(Daily, st.integers(1, 99)),
    st.builds(Weekly, st.integers(1, 50), st.sets(WEEKDAYS, min_size=1).map(tuple)),
    st.builds(MonthlyOnDay, st.integers(1, 10), st.one_of(st.integers(1, 31), st.just(29))),
    st.builds(MonthlyOnWeekday, st.integers(1, 10), st.sampled_from([1, 2, 3, 4, -1]), WEEKDAYS),
)
COUNTS = st.one_of(st.sampled_from([1, 2, 50, 60]), st.integers(1, 60))
SHORT_MONTHS: st.SearchStrategy[ShortMonths] = st.sampled_from(["skip", "clamp"])
GAPS: st.SearchStrategy[ClockGaps] = st.sampled_from(["move", "drop"])


@st.composite
def finite_series(draw: st.DrawFn) -> Series:
    """Draw a series that ends by a count, a day, or an instant, and is not empty."""
    pattern, start, tz = draw(PATTERNS), draw(STARTS), draw(ZONES)
    endless = Series(
        Recurrence(pattern, Forever()),
        start,
        tz,
        short_months=draw(SHORT_MONTHS),
        clock_gaps=draw(GAPS),
    )
    count = draw(COUNTS)
    *_, last = islice(endless, count)
    exact = last.utc + timedelta(seconds=draw(st.integers(0, 2)))
    ends: list[End] = [Count(count), Until(last.local.date()), UntilInstant(exact)]
    return replace(endless, recurrence=Recurrence(pattern, draw(st.sampled_from(ends))))


def in_dateutil(pattern: Pattern, start: datetime, short_months: ShortMonths) -> rrule.rrule:
    """Say the same pattern to python-dateutil."""
    match pattern:
        case Daily(every):
            return rrule.rrule(rrule.DAILY, start, every)
        case Weekly(every, days):
            return rrule.rrule(
                rrule.WEEKLY, start, every, wkst=rrule.SU, byweekday=[day.python for day in days]
            )
        case MonthlyOnDay(every, day) if short_months == "skip" or day <= 28:
            return rrule.rrule(rrule.MONTHLY, start, every, bymonthday=day)
        case MonthlyOnDay(every, day):
            last_days = range(28, day + 1)
            return rrule.rrule(rrule.MONTHLY, start, every, bymonthday=last_days, bysetpos=-1)
        case MonthlyOnWeekday(every, nth, weekday):
            nth_day = rrule.weekday(weekday.python, nth)
            return rrule.rrule(rrule.MONTHLY, start, every, byweekday=nth_day)


@given(PATTERNS, STARTS, SHORT_MONTHS, COUNTS)
def test_dates_are_those_of_dateutil(
    pattern: Pattern, start: datetime, short_months: ShortMonths, count: int
) -> None:
    """The dates from the start on are those that python-dateutil gives for the same rule."""
    index, days = dates(pattern, start.date(), start.date(), short_months)
    ours = [datetime.combine(date.fromordinal(day), start.time()) for day in islice(days, count)]
    assert index == 0
    assert ours == list(islice(in_dateutil(pattern, start, short_months), count))


@given(PATTERNS, DAYS, DAYS, SHORT_MONTHS)
def test_dates_reached_directly_are_those_counted_up(
    pattern: Pattern, start: date, not_before: date, short_months: ShortMonths
) -> None:
    """Beginning in the middle gives the same dates and the same places as counting up to there."""
    _, counted = dates(pattern, start, start, short_months)
    numbered = [(i, day) for i, day in enumerate(islice(counted, 3000))]
    later = [pair for pair in numbered if pair[1] >= not_before.toordinal()][:5]
    assume(later)
    index, days = dates(pattern, start, not_before, short_months)
    assert list(enumerate(islice(days, len(later)), index)) == later


@given(finite_series())
def test_instants_are_those_of_the_zone(series: Series) -> None:
    """Outside gaps every start shows the wall clock; in one, it moves forward or is left out."""
    clock = series.start.time()
    for start in series:
        wall = datetime.combine(date.fromordinal(nth_day(series, start.index)), clock)
        meant = wall.replace(tzinfo=series.tz).astimezone(UTC)
        assert start.utc == meant
        assert start.zoned.astimezone(UTC) == meant
        assert start.local == meant.astimezone(series.tz).replace(tzinfo=None, fold=0)
        assert series.clock_gaps == "move" or start.local == wall


@given(finite_series())
def test_no_start_is_lost(series: Series) -> None:
    """Every date of the pattern up to the end gives its instant, once."""
    starts = series.occurrences()
    clock, last = series.start.time(), starts[-1].index
    walls = [
        datetime.combine(date.fromordinal(day), clock)
        for day in islice(pattern_days(series.timeline), last + 1)
    ]
    meant = {wall.replace(tzinfo=series.tz).astimezone(UTC): wall for wall in walls}
    if series.clock_gaps == "drop":
        meant = {
            utc: wall
            for utc, wall in meant.items()
            if utc.astimezone(series.tz).replace(tzinfo=None, fold=0) == wall
        }
    assert [start.utc for start in starts] == sorted(meant)


@given(finite_series())
def test_the_end_is_exact(series: Series) -> None:
    """A count counts, a day holds its starts and no later ones, an instant ends to the second."""
    endless = replace(series, recurrence=Recurrence(series.recurrence.pattern, Forever()))
    starts = series.occurrences()
    (following,) = endless.next(after=starts[-1])
    match series.recurrence.end:
        case Count(times):
            assert len(starts) == times
        case Until(last_day):
            assert starts[-1].local.date() <= last_day < following.local.date()
        case UntilInstant(instant):
            assert starts[-1].utc <= instant < following.utc


@given(finite_series(), st.integers(0, 59))
def test_next_and_between_are_cuts_of_the_list(series: Series, place: int) -> None:
    """What `next` and `between` find is what the list has there."""
    starts = series.occurrences()
    place = min(place, len(starts) - 1)
    start = starts[place]
    assert series.next(2, after=start) == starts[place + 1 : place + 3]
    assert series.next(after=start.utc - timedelta(seconds=1)) == (start,)
    assert series.between(starts[0], start) == starts[: place + 1]
    assert series.between(start.local.date(), start.local.date()) == tuple(
        other for other in starts if other.local.date() == start.local.date()
    )


# Its first start lies in a gap of half an hour.
IN_A_GAP = (
    Recurrence.monthly(every=2)
    .on_day(2)
    .times(2)
    .starting(datetime(2011, 8, 3, 2), tz="Australia/Lord_Howe")
)


@given(finite_series())
@example(IN_A_GAP)
def test_what_zoom_is_sent_reads_back(series: Series) -> None:
    """The wire form, read back, has the same starts, and writing it again changes nothing."""
    assume(series.clock_gaps == "move")
    assume(series.short_months == "skip")
    sent = series.to_zoom()
    read = Series.from_zoom(sent)
    assert [start.utc for start in read] == [start.utc for start in series]
    assert read.to_zoom() == sent
    # The highest count is also what a series without an end reads as.
    assert {guess.rule for guess in read.reading} <= {"count-or-endless"}


@given(finite_series())
def test_series_survive_pickling(series: Series) -> None:
    """A series is a value: equal and of the same hash after a round trip."""
    again = pickle.loads(pickle.dumps(series))  # our own bytes
    assert again == series
    assert hash(again) == hash(series)


@given(DAYS, ZONES)
def test_the_last_instant_of_a_day_is_its_last(day: date, tz: ZoneInfo) -> None:
    """One second after the last instant of a day, the clock shows another day."""
    last = last_instant(day, tz)
    assert last.astimezone(tz).date() <= day
    assert (last + timedelta(seconds=1)).astimezone(tz).date() > day


@pytest.mark.parametrize(
    "pattern",
    [
        Daily(7),
        Weekly(2, (Weekday.MON,)),
        Weekly(3, (Weekday.MON, Weekday.SUN)),
        MonthlyOnDay(1, 31),
        MonthlyOnDay(1, 29),
        MonthlyOnWeekday(10, -1, Weekday.FRI),
    ],
)
def test_next_takes_as_many_steps_after_millennia(pattern: Pattern) -> None:
    """The next start of an endless series costs no more in the year 9000 than after a month."""
    series = Series(Recurrence(pattern, Forever()), datetime(2026, 1, 1, 9), ZoneInfo("UTC"))

    def steps(after: datetime) -> int:
        taken = 0

        def count(_frame: FrameType, event: str, _arg: object) -> None:
            nonlocal taken
            taken += event == "call"

        sys.setprofile(count)
        try:
            found = series.next(after=after)
        finally:
            sys.setprofile(None)
        assert found[0].utc > after
        return taken

    near = steps(datetime(2026, 2, 1, tzinfo=UTC))
    assert steps(datetime(9000, 2, 1, tzinfo=UTC)) <= near + 30


def nth_day(series: Series, index: int) -> int:
    """Return the pattern's date at a place, whatever became of its start."""
    return next(islice(pattern_days(series.timeline), index, None))
