"""What a pattern or an end may hold; every limit is read from the spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias, TypeGuard

from ._problems import RecurrenceError, refusal
from ._weekday import Weekday

if TYPE_CHECKING:
    from .._wire import Endless

Unit: TypeAlias = Literal["daily", "weekly", "monthly"]

NTH: Mapping[str, int] = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_SHAPES = {"daily": "daily(", "weekly": "weekly(MON, ", "monthly": "monthly("}


def interval(every: object) -> None:
    """Refuse an interval that is not a whole number of at least 1."""
    if not _whole(every) or every < 1:
        raise refusal(
            "repeat_interval", "recurrence.repeat_interval.minimum",
            f"{every!r:.40} is not a whole number of 1 or more", "write every=2 for every other",
        )  # fmt: skip


def interval_limit(unit: Unit, every: object) -> None:
    """Refuse an interval over Zoom's newest limit for this unit."""
    limit = rule_bound(f"{unit}-interval-limit", "repeat_interval")
    if not _whole(every) or not 1 <= every <= limit:
        raise refusal(
            "repeat_interval", f"{unit}-interval-limit",
            f"every={every!r:.40} is not a whole number from 1 to {limit}",
            f"write Recurrence.{_SHAPES[unit]}every=2) or another of these",
        )  # fmt: skip


def weekdays(days: object) -> tuple[Weekday, ...]:
    """Return the days once each, from Monday to Sunday."""
    if not isinstance(days, Iterable) or isinstance(days, str):
        raise _not_weekday(days)
    found = {weekday(day) for day in days}
    if not found:
        raise refusal(
            "weekly_days", "weekly-needs-days", "a weekly pattern has no days",
            "write Recurrence.weekly(MON, WED)",
        )  # fmt: skip
    return tuple(sorted(found))


def weekday(day: object, field: str = "weekly_days") -> Weekday:
    """Return the weekday; numbers are refused, since everybody counts them differently."""
    if isinstance(day, Weekday):
        return day
    raise _not_weekday(day, field)


def month_day(day: object) -> None:
    """Refuse a day that no month has."""
    low, high = field_limits("monthly_day")
    if not _whole(day) or not low <= day <= high:
        raise refusal(
            "monthly_day", "recurrence.monthly_day.maximum",
            f"{day!r:.40} is not a day of the month, {low} to {high}",
            'write on_day(15), or on_the("last", FRI) to count from the end',
        )  # fmt: skip


def named_week(nth: object) -> int:
    """Return Zoom's number for a week of the month said in words."""
    if isinstance(nth, str) and nth in NTH:
        return NTH[nth]
    names = ", ".join(NTH)
    meant = {number: name for name, number in NTH.items()}.get(nth if _whole(nth) else 0, "last")
    raise refusal(
        "monthly_week", "recurrence.monthly_week.enum",
        f"{nth!r:.40} is not a week of the month that Zoom knows: {names}",
        f'write on_the("{meant}", FRI)',
    )  # fmt: skip


def week_of_month(nth: object) -> None:
    """Refuse a number that is not Zoom's for a week of the month."""
    if not _whole(nth) or nth not in NTH.values():
        raise refusal(
            "monthly_week", "recurrence.monthly_week.enum",
            f"{nth!r:.40} is not a week of the month that Zoom knows: 1 to 4, or -1 for the last",
            'write Recurrence.monthly().on_the("last", FRI)',
        )  # fmt: skip


def last_day(day: object) -> None:
    """Refuse anything but a plain date."""
    if isinstance(day, datetime):
        aware = day.utcoffset() is not None
        hint = "" if aware else ", with a time zone"
        raise _bad_end(
            f"{day.isoformat()} is a moment, and until() takes the last day",
            f"write until(date({day.year}, {day.month}, {day.day})), or until_instant(…){hint}",
        )
    if not isinstance(day, date):
        raise _bad_end(f"{day!r:.40} is not a date", "write until(date(2027, 6, 30))")


def aware(end: object) -> None:
    """Refuse an end that is not an aware datetime."""
    if not isinstance(end, datetime):
        raise _bad_end(
            f"{end!r:.60} is not an instant",
            "write until(date(2027, 6, 30)) for a day, or until_instant(datetime(…, tzinfo=UTC))",
        )
    if end.utcoffset() is None:
        raise _bad_end(
            f"{end.isoformat()} could be in any time zone",
            f"write until(date({end.year}, {end.month}, {end.day})), or give it a tzinfo",
        )


def positive_count(count: object) -> None:
    """Refuse a count that is not a whole number of at least 1."""
    if not _whole(count) or count < 1:
        raise refusal(
            "end_times", "recurrence.end_times.minimum",
            f"{count!r:.40} is not a number of meetings, 1 or more",
            "write times(12), or forever() for no end",
        )  # fmt: skip


def count_limit(count: object) -> None:
    """Refuse a count over Zoom's newest limit."""
    positive_count(count)
    limit = field_limits("end_times")[1]
    if _whole(count) and count > limit:
        raise refusal(
            "end_times", "recurrence.end_times.maximum", f"{count} meetings are over {limit}",
            f"write times({limit}), or until() and a second series after it",
        )  # fmt: skip


def not_a_recurrence(pattern: object, end: object) -> NoReturn:
    """Refuse two values that are not a pattern and an end."""
    raise refusal(
        "", "recurrence-parts", f"{pattern!r:.40} and {end!r:.40} are not a pattern and an end",
        "write Recurrence.weekly(MON).until(date(2027, 6, 30))",
    )  # fmt: skip


def recurrence(value: object) -> None:
    """Refuse anything but a recurrence with its end, such as a pattern without one."""
    from ._series import Monthly, Recurrence, Unbounded

    if isinstance(value, Unbounded | Monthly):
        _ = value.starting  # type: ignore[union-attr]  # the step that is missing says so itself
    if not isinstance(value, Recurrence):
        raise refusal(
            "", "recurrence", f"{value!r:.40} is not a Recurrence",
            "write Recurrence.weekly(MON).until(date(2027, 6, 30))",
        )  # fmt: skip


def policy(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse a policy that does not exist."""
    if value not in allowed:
        choices = " or ".join(f"{name}={choice!r}" for choice in allowed)
        raise refusal(name, "policy", f"{value!r:.40} is not a policy", f"write {choices}", of="")


def wall_clock(clock: object) -> None:
    """Refuse anything but a time of day without a time zone."""
    if not isinstance(clock, time) or clock.tzinfo is not None:
        raise refusal(
            "start_time", "clock", f"{clock!r:.40} is not a plain time of day",
            "write at(time(9, 30)); the series has its time zone already", of="",
        )  # fmt: skip


def rule_bound(rule: str, member: str) -> int:
    """Return the largest value that a rule of the spec leaves alone."""
    # Loaded on first use: the facts weigh more than all of this package.
    from .._wire import facts

    return facts.RULES[rule].bounds[member]["maximum"]


def endless() -> Endless:
    """Return how many meetings an endless series was seen to get."""
    from .._wire import facts

    return facts.ENDLESS


def field_limits(member: str) -> tuple[int, int]:
    """Return the smallest and the largest value of a member of the recurrence."""
    from .._wire import facts

    known = facts.FIELDS[f"recurrence.{member}"]
    return known.minimum or 0, known.maximum or 0


def _whole(value: object) -> TypeGuard[int]:
    # True is an int to Python, and surely a mistake here.
    return isinstance(value, int) and not isinstance(value, bool)


def _bad_end(message: str, fix: str) -> RecurrenceError:
    return refusal("end_date_time", "end-date", message, fix)


def _not_weekday(day: object, field: str = "weekly_days") -> RecurrenceError:
    return refusal(
        field, "weekday", f"{day!r:.40} is not a Weekday, and numbers mean different days to all",
        "write MON to SUN, or Weekday.from_iso, from_python, from_zoom or from_name",
    )  # fmt: skip
