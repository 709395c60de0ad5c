"""Words to a recurrence and back, and a series in plain English."""

from __future__ import annotations

import contextlib
import pickle
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import most, rule_most
from rezoom.recurrence import (
    FRI,
    MON,
    SAT,
    SUN,
    THU,
    TUE,
    WED,
    Recurrence,
    Weekday,
    WordsError,
)
from rezoom.recurrence._series import Unbounded

MOST = most("recurrence.end_times")
DAYS, WEEKS, MONTHS = (
    rule_most(f"{unit}-interval-limit") for unit in ("daily", "weekly", "monthly")
)

pytestmark = pytest.mark.smoke

DAY = date(2027, 6, 30)
weekdays = st.sampled_from(Weekday)
patterns = st.one_of(
    st.integers(1, 99).map(lambda every: Recurrence.daily(every=every)),
    st.builds(
        lambda days, every: Recurrence.weekly(*days, every=every),
        st.sets(weekdays, min_size=1).map(tuple),
        st.integers(1, 50),
    ),
    st.builds(
        lambda every, day: Recurrence.monthly(every=every).on_day(day),
        st.integers(1, 10),
        st.integers(1, 31),
    ),
    st.builds(
        lambda every, nth, day: Recurrence.monthly(every=every).on_the(nth, day),
        st.integers(1, 10),
        st.sampled_from(("first", "second", "third", "fourth", "last")),
        weekdays,
    ),
)
recurrences = st.one_of(
    patterns.map(Unbounded.forever),
    st.builds(Unbounded.times, patterns, st.integers(1, 60)),
    st.builds(Unbounded.until, patterns, st.dates()),
    st.builds(Unbounded.until_instant, patterns, st.datetimes(timezones=st.just(UTC))),
)


@given(recurrences)
def test_str_is_read_back(recurrence: Recurrence) -> None:
    """What `str` writes, `parse` reads as the same recurrence."""
    assert Recurrence.parse(str(recurrence)) == recurrence


@given(recurrences)
def test_case_and_blanks_do_not_matter(recurrence: Recurrence) -> None:
    """Upper case, blanks and line breaks change nothing."""
    assert Recurrence.parse(f"  {str(recurrence).upper()}\n".replace(" ", " \t")) == recurrence


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("every 2 weeks on tue until 2027-06-30", Recurrence.weekly(TUE, every=2).until(DAY)),
        ("daily, 10 times", Recurrence.daily().times(10)),
        ("every weekday forever", Recurrence.weekdays().forever()),
        ("monthly on the last fri, 12 times", Recurrence.monthly().on_the("last", FRI).times(12)),
        (
            "every 3 months on day 15 until 2027-06-30",
            Recurrence.monthly(every=3).on_day(15).until(DAY),
        ),
        ("weekly on mon,wed 5 times", Recurrence.weekly(MON, WED).times(5)),
        (
            "Weekly on Mondays, Wednesdays, and Fridays for 10 times",
            Recurrence.weekly(MON, WED, FRI).times(10),
        ),
        ("every other week on tue & thu forever", Recurrence.weekly(TUE, THU, every=2).forever()),
        ("every other tues until 30 June 2027", Recurrence.weekly(TUE, every=2).until(DAY)),
        ("fortnightly on thurs till June 30th, 2027", Recurrence.weekly(THU, every=2).until(DAY)),
        ("every second week on mon twice", Recurrence.weekly(MON, every=2).times(2)),
        ("every third day for ever", Recurrence.daily(every=3).forever()),
        ("mon/wed/fri 3x", Recurrence.weekly(MON, WED, FRI).times(3)),
        ("on mon-wed once", Recurrence.weekly(MON, TUE, WED).times(1)),
        ("fri to sun, three meetings", Recurrence.weekly(FRI, SAT, SUN).times(3)),
        ("every weekend through 30th of June 2027", Recurrence.weekly(SAT, SUN).until(DAY)),
        (
            "every 2 weeks on weekdays without end",
            Recurrence.weekly(MON, TUE, WED, THU, FRI, every=2).forever(),
        ),
        ("the 15th of each month with no end", Recurrence.monthly().on_day(15).forever()),
        ("every last friday, 4 occurrences", Recurrence.monthly().on_the("last", FRI).times(4)),
        (
            "every 2nd tuesday of the month forever",
            Recurrence.monthly().on_the("second", TUE).forever(),
        ),
        (
            "quarterly on the first monday, 4 times",
            Recurrence.monthly(every=3).on_the("first", MON).times(4),
        ),
        (
            "every day until 2027-06-30T23:59:59+02:00",
            Recurrence.daily().until_instant(datetime(2027, 6, 30, 21, 59, 59, tzinfo=UTC)),
        ),
    ],
)
def test_variants_are_read(words: str, meant: Recurrence) -> None:
    """What people write for the same thing is read as the same thing."""
    assert Recurrence.parse(words) == meant


@pytest.mark.parametrize(
    ("words", "at", "says"),
    [
        (
            "every 2nd tuesday until 2027-06-30",
            "2nd tuesday",
            'write "every 2 weeks on Tuesday" or "every month on the second Tuesday"',
        ),
        ("biweekly on tue forever", "biweekly", "two meanings"),
        ("every day until 06/07/2027", "06/07/2027", "2027-07-06 or 2027-06-07"),
        ("every day until 13.7.2027", "13.7.2027", "write 2027-07-13"),
        ("every moon forever", "moon", "here may stand: day, week, month"),
        ("weekly forever", "forever", "Zoom would take Sundays"),
        ("monthly forever", "forever", "Zoom would take the first"),
        ("monthly on mon forever", "mon", 'here may stand: "day 15"'),
        ("daily on mon forever", "on", "every week on Monday"),
        ("monthly on the fifth fri forever", "the fifth fri", "on the last Friday"),
        ("monthly on the last day forever", "the last day", "on day 28"),
        ("monthly on day 32 forever", "32", "1 to 31"),
        (f"every {DAYS + 1} days forever", f"{DAYS + 1}", f"1 to {DAYS}"),
        ("every 0 weeks on mon forever", "0", f"1 to {WEEKS}"),
        (f"every {MONTHS + 1} months on day 1 forever", f"{MONTHS + 1}", f"1 to {MONTHS}"),
        (f"every day, {MOST + 1} times", f"{MOST + 1}", f"over {MOST}"),
        ("every day for 10 weeks", "weeks", "10 times"),
        ("every day until 31 June 2027", "31 June 2027", "not in the calendar"),
        ("every day until 2027-06-31", "2027-06-31", "not in the calendar"),
        ("every day until 2027-06-30T12:00", "2027-06-30T12:00", "until 2027-06-30"),
        ("every day until 2027-06-30 12:00", "2027-06-30 12:00", "until 2027-06-30"),
        ("every tue and forever", "forever", "a day of the week"),
        ("every day at 9:00 forever", "at", "--start"),
        ("every day forever 9:00", "9:00", "--start"),
        ("every day forever in Rome", "in", "--timezone"),
        ("every day except sun forever", "except", "no exceptions"),
        ("every day forever, really", ",", "nothing more"),
        ("every year forever", "year", "by the day, the week, or the month"),
        ("hourly forever", "hourly", "a series for each time of day"),
        ("every other weekday forever", "other weekday", "every weekday"),
        ("every 2 weeks on монday forever", "монday", "mon, tue"),
    ],
)
def test_errors_point_at_the_word(words: str, at: str, says: str) -> None:
    """An error points at the word, and says what may stand there and what to write."""
    with pytest.raises(WordsError) as caught:
        Recurrence.parse(words)

    error = caught.value
    assert words[error.position : error.position + error.length] == at
    assert says in str(error)
    assert f"\n  {words}\n  {' ' * error.position}{'^' * len(at)}" in str(error)


@pytest.mark.parametrize("words", ["daily", "every day until", "every", "", " ", "every day,"])
def test_what_is_missing_is_pointed_at_behind_the_end(words: str) -> None:
    """The caret stands where something should follow."""
    with pytest.raises(WordsError) as caught:
        Recurrence.parse(words)

    assert caught.value.position == len(words.strip())
    assert "may stand: " in str(caught.value)


def test_the_error_is_an_invalid_change_that_pickles() -> None:
    """It keeps its place on the way to another process, and tells it as data."""
    with pytest.raises(WordsError) as caught:
        Recurrence.parse("every moon forever")

    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)
    assert copy.to_dict()["position"] == len("every ")


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(words: str) -> None:
    """Nothing else is ever raised."""
    with contextlib.suppress(WordsError):
        Recurrence.parse(words)


_VOCABULARY = st.sampled_from(
    "every daily weekly on the of month week day tue mon 2nd last first 3 other , and until - to"
    " 2027-06-30 30 june 2027 forever times 12 for x with no end without at".split()
)


@given(st.lists(_VOCABULARY, max_size=9).map(" ".join))
def test_any_order_of_known_words_is_read_or_refused(words: str) -> None:
    """What is read is written so that it is read again."""
    with contextlib.suppress(WordsError):
        recurrence = Recurrence.parse(words)
        assert Recurrence.parse(str(recurrence)) == recurrence


@pytest.mark.parametrize("words", [None, 3, b"daily forever"])
def test_only_text_is_words(words: object) -> None:
    """Anything but a text is refused with an example."""
    with pytest.raises(ValueError, match="is not a text - write"):
        Recurrence.parse(words)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "every 2 weeks on tue until 2026-06-30",
            (
                "every 2 weeks on Tuesday until 30 June 2026, 9:00 Europe/Berlin "
                "(9 meetings, last on 23 June)"
            ),
        ),
        (
            "mon and wed, 3 times",
            (
                "every week on Monday and Wednesday, 3 times, 9:00 Europe/Berlin"
                " (last on 11 March 2026)"
            ),
        ),
        (
            "every weekday forever",
            "every weekday forever, 9:00 Europe/Berlin (first on 3 March 2026)",
        ),
        (
            "monthly on the last fri until 2027-01-01",
            (
                "every month on the last Friday until 1 January 2027, 9:00 Europe/Berlin "
                "(10 meetings, last on 25 December 2026)"
            ),
        ),
        (
            "every 2 months on day 3 until 2026-05-03T07:00:00Z",
            (
                "every 2 months on day 3 until 3 May 2026 at 9:00, 9:00 Europe/Berlin "
                "(2 meetings, last on 3 May)"
            ),
        ),
        (
            "every day until 2026-03-03",
            "every day until 3 March 2026, 9:00 Europe/Berlin (1 meeting, on 3 March)",
        ),
        ("every day, 1 time", "every day, 1 time, 9:00 Europe/Berlin (on 3 March 2026)"),
        (
            "every day until 2999-01-01",
            "every day until 1 January 2999, 9:00 Europe/Berlin (more than 1000 meetings)",
        ),
    ],
)
def test_a_series_in_a_sentence(words: str, sentence: str) -> None:
    """The sentence names the pattern, the clock, the time zone, and what comes of it."""
    series = Recurrence.parse(words).starting(datetime(2026, 3, 3, 9), tz="Europe/Berlin")

    assert str(series) == sentence


def test_seconds_are_said_where_there_are_any() -> None:
    """Seconds are written only where there are any, and midnight is 0:00."""
    series = Recurrence.daily().times(2).starting(datetime(2026, 3, 3, 0, 0, 5), tz="UTC")

    assert str(series) == "every day, 2 times, 0:00:05 UTC (last on 4 March 2026)"
