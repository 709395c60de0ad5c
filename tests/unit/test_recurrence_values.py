"""Saying a recurrence: what is right becomes a value, what is wrong is refused with the fix."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from limits import most
from rezoom import InvalidChange
from rezoom.recurrence import FRI, MON, SAT, SUN, TUE, WED, Recurrence, RecurrenceError, Weekday
from rezoom.recurrence._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from rezoom.recurrence._timeline import Count, End, Forever, Until, UntilInstant
from rezoom_wire import facts

MOST = most("recurrence.end_times")

pytestmark = pytest.mark.smoke

DAY = date(2027, 6, 30)
NINE = datetime(2027, 3, 2, 9)
# The mistakes below are type errors too (tests/typing/recurrence.py); here mypy looks away.
SAY = cast("Any", Recurrence)

VALUES: dict[str, tuple[Recurrence, Pattern, End]] = {
    "daily": (Recurrence.daily(every=2).times(10), Daily(2), Count(10)),
    "weekly": (Recurrence.weekly(WED, MON).until(DAY), Weekly(1, (MON, WED)), Until(DAY)),
    "weekdays": (Recurrence.weekdays().forever(), Weekly(1, tuple(Weekday)[:5]), Forever()),
    "day": (Recurrence.monthly(every=3).on_day(15).times(4), MonthlyOnDay(3, 15), Count(4)),
    "weekday": (
        Recurrence.monthly().on_the("last", FRI).until_instant(datetime(2027, 1, 1, tzinfo=UTC)),
        MonthlyOnWeekday(1, -1, FRI),
        UntilInstant(datetime(2027, 1, 1, tzinfo=UTC)),
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_builders_give_plain_values(name: str) -> None:
    """A recurrence is its pattern and its end: equal, hashable, copied and pickled as such."""
    said, pattern, end = VALUES[name]
    assert said == Recurrence(pattern, end)
    assert hash(said) == hash(Recurrence(pattern, end))
    assert copy.deepcopy(said) == said
    assert pickle.loads(pickle.dumps(said)) == said  # our own bytes


def test_order_and_repetition_of_days_do_not_matter() -> None:
    """The days of a week are a set, kept from Monday to Sunday."""
    assert Recurrence.weekly(SUN, MON, SUN) == Recurrence.weekly(MON, SUN)


def test_an_end_instant_is_kept_in_utc_and_whole_seconds() -> None:
    """The same instant is the same value, however it is written."""
    plus_two = timezone(timedelta(hours=2))
    there = datetime(2027, 6, 30, 23, 59, 59, 999, tzinfo=plus_two)
    assert UntilInstant(there) == UntilInstant(datetime(2027, 6, 30, 21, 59, 59, tzinfo=UTC))


# What is said wrong: the field that is blamed, the value that must be named, the call that helps.
MISTAKES: dict[str, tuple[Callable[[], object], str, str, str]] = {
    "no days": (SAY.weekly, "weekly_days", "weekly()", "Recurrence.weekly(MON, WED)"),
    "foreign field": (lambda: SAY.daily(monthly_day=3), "", "'monthly_day'", "Recurrence.daily("),
    "foreign step": (lambda: SAY.weekly(MON).on_day(3), "monthly_day", "already", "on_day(15)"),
    "half a pair": (
        lambda: SAY.monthly().on_the("last"),
        "monthly_week_day",
        "'day'",
        'on_the("last", FRI)',
    ),
    "both forms": (
        lambda: SAY.monthly().on_day(3).on_the("last", FRI),
        "monthly_day",
        "already",
        "on_the(",
    ),
    "both ends": (lambda: SAY.daily().until(DAY).times(3), "end_times", "already", "choose one"),
    "no end": (lambda: SAY.daily().starting(NINE), "end_times", "no end", ".times(12)"),
    "no monthly day": (lambda: SAY.monthly().times(3), "monthly_day", "no day", ".on_day(15)"),
    "a number as a day": (lambda: SAY.weekly(2), "weekly_days", "2 ", "from_zoom"),
    "fifth week": (
        lambda: SAY.monthly().on_the("fifth", FRI),
        "monthly_week",
        "'fifth'",
        'on_the("last",',
    ),
    "week as a number": (
        lambda: SAY.monthly().on_the(2, FRI),
        "monthly_week",
        "2 ",
        'on_the("second", FRI)',
    ),
    "datetime as a day": (
        lambda: SAY.daily().until(datetime(2027, 6, 30, 9)),
        "end_date_time",
        "2027-06-30T09:00:00",
        "until(date(2027, 6, 30)), or until_instant",
    ),
    "naive instant": (
        lambda: SAY.daily().until_instant(datetime(2027, 6, 30, 9)),
        "end_date_time",
        "2027-06-30T09:00:00",
        "until(date(2027, 6, 30))",
    ),
    "text as a day": (lambda: SAY.daily().until("2027-06-30"), "end_date_time", "'2027", "date("),
    "date as an instant": (
        lambda: SAY.daily().until_instant(DAY),
        "end_date_time",
        "datetime.date",
        "until(date",
    ),
    "over the limit": (
        lambda: SAY.weekly(MON, every=510),
        "repeat_interval",
        "510",
        "Recurrence.weekly(MON, every=",
    ),
    "no interval": (lambda: SAY.daily(every=0), "repeat_interval", "0", "every=2"),
    "truth as a number": (lambda: SAY.daily(every=True), "repeat_interval", "True", "every=2"),
    "a fraction": (lambda: SAY.daily(every=1.5), "repeat_interval", "1.5", "every=2"),
    "no such day": (lambda: SAY.monthly().on_day(32), "monthly_day", "32", "on_day(15)"),
    "day from the end": (lambda: SAY.monthly().on_day(-1), "monthly_day", "-1", "on_the("),
    "too many": (lambda: SAY.daily().times(MOST + 1), "end_times", f"{MOST + 1}", f"times({MOST})"),
    "none at all": (lambda: SAY.daily().times(0), "end_times", "0", "forever()"),
    "no pattern": (lambda: SAY(SAY.daily(), Count(1)), "", "Unbounded", "Recurrence.weekly("),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_refused_with_the_fix(name: str) -> None:
    """The error names the field and the value, and shows the call that is meant."""
    say, field, value, fix = MISTAKES[name]
    with pytest.raises(RecurrenceError) as caught:
        say()
    (problem,) = caught.value.problems
    assert problem.path == ".".join(filter(None, ("recurrence", field)))
    assert problem.severity == "error"
    assert value in problem.message
    assert fix in problem.fix
    assert isinstance(caught.value, InvalidChange)
    assert caught.value.sent is False
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # ours


@pytest.mark.parametrize(
    ("unit", "pattern"),
    [
        ("daily", lambda every: Recurrence.daily(every=every)),
        ("weekly", lambda every: Recurrence.weekly(MON, every=every)),
        ("monthly", lambda every: Recurrence.monthly(every=every)),
    ],
)
def test_intervals_end_where_the_spec_says(unit: str, pattern: Callable[[int], object]) -> None:
    """The limit is a fact of the spec: the last value passes, the next one does not."""
    limit = facts.RULES[f"{unit}-interval-limit"].bounds["repeat_interval"]["maximum"]
    assert pattern(limit)
    with pytest.raises(RecurrenceError, match=f"1 to {limit}") as caught:
        pattern(limit + 1)
    assert facts.SOURCES["K26"].title in caught.value.problems[0].source


def test_counts_end_where_the_spec_says() -> None:
    """As many meetings as the spec allows, and not one more."""
    limit = facts.BODIES["updateMeeting"]["recurrence.end_times"].maximum or 0
    assert Recurrence.daily().times(limit).end == Count(limit)
    with pytest.raises(RecurrenceError, match=f"over {limit}"):
        Recurrence.daily().times(limit + 1)


def test_phases_only_seem_to_have_what_they_have() -> None:
    """`hasattr` tells the truth, although a wrong step explains itself."""
    assert not hasattr(Recurrence.daily(), "starting")
    assert not hasattr(Recurrence.daily().forever(), "times")
    with pytest.raises(AttributeError, match="no attribute 'untill'"):
        SAY.daily().untill  # noqa: B018  # the look itself is the test


@pytest.mark.parametrize("day", Weekday)
def test_weekdays_have_four_numbers_and_keep_them_apart(day: Weekday) -> None:
    """Each way of counting reads back what it wrote, and agrees with the calendar."""
    assert Weekday.from_iso(day.iso) is day
    assert Weekday.from_python(day.python) is day
    assert Weekday.from_zoom(day.zoom) is Weekday.from_zoom(str(day.zoom)) is day
    assert Weekday.from_rrule(day.rrule) is day
    assert Weekday.from_name(day.full_name) is Weekday.from_name(f" {day.name.lower()}. ") is day
    one = next(d for n in range(7) if (d := date(2027, 1, 1 + n)).isoweekday() == day.iso)
    assert one.weekday() == day.python
    assert f"{one:%A}" == day.full_name


def test_sunday_is_seven_six_and_one() -> None:
    """Sunday has another number to ISO, to Python, and to Zoom."""
    assert (SUN.iso, SUN.python, SUN.zoom) == (7, 6, 1)
    assert sorted([SUN, SAT, TUE]) == [TUE, SAT, SUN]


@pytest.mark.parametrize(
    "read",
    [
        lambda: Weekday.from_iso(0),
        lambda: Weekday.from_python(7),
        lambda: Weekday.from_zoom("8"),
        lambda: Weekday.from_zoom(True),
        lambda: Weekday.from_rrule("XX"),
        lambda: Weekday.from_name("t"),
        lambda: Weekday.from_name("someday"),
    ],
)
def test_days_that_do_not_exist_are_refused(read: Callable[[], Weekday]) -> None:
    """Each way of counting says how it counts."""
    with pytest.raises(RecurrenceError, match=r"is not a day of the week - .*(counts|write)"):
        read()


@pytest.mark.parametrize("module", ["rezoom.recurrence", "rezoom.recurrence._series"])
def test_import_stays_light(module: str) -> None:
    """Neither the package nor its values pull in what only the client needs."""
    heavy = (
        "httpx",
        "dateutil",
        "pydantic",
        "jsonschema_rs",
        "attrs",
        "anyio",
        "rezoom_wire.models",
    )
    code = f"import sys, {module}; print(*(set({heavy!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
