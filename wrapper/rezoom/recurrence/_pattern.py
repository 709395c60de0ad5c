"""Days of the week, and the patterns in which a meeting recurs.

Monday is 1 to ISO, 0 to Python, and 2 to Zoom: a day of the week is a name here, never a number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, Literal, TypeAlias

from .._public import public
from . import _limits as limits
from ._limits import NTH, RecurrenceError, Unit, refusal

Nth: TypeAlias = Literal["first", "second", "third", "fourth", "last"]

_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RRULE = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@public("rezoom.recurrence")
class Weekday(Enum):
    """A day of the week; its value is the ISO number, 1 for Monday to 7 for Sunday."""

    MON = 1
    TUE = 2
    WED = 3
    THU = 4
    FRI = 5
    SAT = 6
    SUN = 7

    @classmethod
    def from_iso(cls, number: int, /) -> Weekday:
        """Read the number of `date.isoweekday()`: 1 for Monday to 7 for Sunday."""
        return cls(_of_seven(number, 1, "ISO counts from 1, Monday, to 7, Sunday"))

    @classmethod
    def from_python(cls, number: int, /) -> Weekday:
        """Read the number of `date.weekday()`: 0 for Monday to 6 for Sunday."""
        return cls(_of_seven(number, 0, "Python counts from 0, Monday, to 6, Sunday") + 1)

    @classmethod
    def from_zoom(cls, number: int | str, /) -> Weekday:
        """Read Zoom's number: 1 for Sunday to 7 for Saturday, also as text."""
        if isinstance(number, str) and number.strip().isdecimal():
            number = int(number)
        sunday_first = _of_seven(number, 1, "Zoom counts from 1, Sunday, to 7, Saturday")
        return cls((sunday_first + 5) % 7 + 1)

    @classmethod
    def from_rrule(cls, code: str, /) -> Weekday:
        """Read the two letters of RFC 5545, MO to SU."""
        if isinstance(code, str) and code.upper() in _RRULE:
            return cls(_RRULE.index(code.upper()) + 1)
        raise _not_a_day(code, "RFC 5545 writes MO, TU, WE, TH, FR, SA, SU")

    @classmethod
    def from_name(cls, name: str, /) -> Weekday:
        """Read an English name or the beginning of one: `Monday`, `mondays`, `mon`, `mo`."""
        word = name.strip().rstrip(".").casefold() if isinstance(name, str) else ""
        for spelled in (word, word.removesuffix("s")):
            for day, full in zip(cls, _FULL, strict=True):
                if len(spelled) >= len("mo") and full.casefold().startswith(spelled):
                    return day
        raise _not_a_day(name, "write mon, tue, wed, thu, fri, sat or sun")

    @property
    def iso(self) -> int:
        """The number of `date.isoweekday()`, 7 for Sunday."""
        return int(self.value)

    @property
    def python(self) -> int:
        """The number of `date.weekday()`, 6 for Sunday."""
        return self.iso - 1

    @property
    def zoom(self) -> int:
        """Zoom's number, 1 for Sunday."""
        return self.iso % 7 + 1

    @property
    def rrule(self) -> str:
        """The two letters of RFC 5545, SU for Sunday."""
        return _RRULE[self.python]

    @property
    def full_name(self) -> str:
        """The English name, such as Sunday."""
        return _FULL[self.python]

    def __lt__(self, other: Weekday) -> bool:
        return self.iso < other.iso if isinstance(other, Weekday) else NotImplemented


MON, TUE, WED, THU, FRI, SAT, SUN = Weekday


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Daily:
    """On every n-th day from the start."""

    unit: ClassVar[Unit] = "daily"
    every: int

    def __post_init__(self) -> None:
        limits.interval(self.every)


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Weekly:
    """On these days, kept from Monday to Sunday, of every n-th week, which begins on Sunday."""

    unit: ClassVar[Unit] = "weekly"
    every: int
    days: tuple[Weekday, ...]

    def __post_init__(self) -> None:
        limits.interval(self.every)
        object.__setattr__(self, "days", _sorted(self.days))


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class MonthlyOnDay:
    """On a day of every n-th month."""

    unit: ClassVar[Unit] = "monthly"
    every: int
    day: int

    def __post_init__(self) -> None:
        limits.interval(self.every)
        low, high = limits.field_limits("monthly_day")
        if not limits.is_whole(self.day, low, high):
            message = f"{self.day!r:.40} is not a day of the month, {low} to {high}"
            fix = 'write on_day(15), or on_the("last", FRI) to count from the end'
            raise refusal("monthly_day", "recurrence.monthly_day.maximum", message, fix)


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class MonthlyOnWeekday:
    """On a weekday of every n-th month: the first (1) to fourth (4), or the last (-1)."""

    unit: ClassVar[Unit] = "monthly"
    every: int
    nth: int
    day: Weekday

    def __post_init__(self) -> None:
        limits.interval(self.every)
        if not limits.is_whole(self.nth) or self.nth not in NTH.values():
            known = "1 to 4, or -1 for the last"
            message = f"{self.nth!r:.40} is not a week of the month that Zoom knows: {known}"
            fix = 'write Recurrence.monthly().on_the("last", FRI)'
            raise refusal("monthly_week", "recurrence.monthly_week.enum", message, fix)
        _weekday(self.day, "monthly_week_day")


Pattern: TypeAlias = Daily | Weekly | MonthlyOnDay | MonthlyOnWeekday


def _sorted(days: object) -> tuple[Weekday, ...]:
    """Return the days once each, from Monday to Sunday."""
    given = days if isinstance(days, Iterable) and not isinstance(days, str) else [days]
    found = {_weekday(day) for day in given}
    if not found:
        message, fix = "a weekly pattern has no days", "write Recurrence.weekly(MON, WED)"
        raise refusal("weekly_days", "weekly-needs-days", message, fix)
    return tuple(sorted(found))


def _weekday(day: object, field: str = "weekly_days") -> Weekday:
    """Return the weekday; numbers are refused, since everybody counts them differently."""
    if isinstance(day, Weekday):
        return day
    message = f"{day!r:.40} is not a Weekday, and numbers mean different days to all"
    fix = "write MON to SUN, or Weekday.from_iso, from_python, from_zoom or from_name"
    raise refusal(field, "weekday", message, fix)


def _of_seven(number: object, first: int, counting: str) -> int:
    if limits.is_whole(number, first, first + 6):
        return number
    raise _not_a_day(number, counting)


def _not_a_day(value: object, fix: str) -> RecurrenceError:
    return refusal("weekly_days", "weekday", f"{value!r:.40} is not a day of the week", fix)
