"""Days of the week as names: Monday is 1 to ISO, 0 to Python, and 2 to Zoom."""

from __future__ import annotations

from enum import Enum

from ._problems import RecurrenceError, refusal

_FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RRULE = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


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
        return cls(_within(number, 1, 7, "ISO counts from 1, Monday, to 7, Sunday"))

    @classmethod
    def from_python(cls, number: int, /) -> Weekday:
        """Read the number of `date.weekday()`: 0 for Monday to 6 for Sunday."""
        return cls(_within(number, 0, 6, "Python counts from 0, Monday, to 6, Sunday") + 1)

    @classmethod
    def from_zoom(cls, number: int | str, /) -> Weekday:
        """Read Zoom's number: 1 for Sunday to 7 for Saturday, also as text."""
        if isinstance(number, str) and number.strip().isdecimal():
            number = int(number)
        sunday_first = _within(number, 1, 7, "Zoom counts from 1, Sunday, to 7, Saturday")
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


def _within(number: object, low: int, high: int, counting: str) -> int:
    if isinstance(number, int) and not isinstance(number, bool) and low <= number <= high:
        return number
    raise _not_a_day(number, counting)


def _not_a_day(value: object, fix: str) -> RecurrenceError:
    return refusal("weekly_days", "weekday", f"{value!r:.40} is not a day of the week", fix)


MON, TUE, WED, THU, FRI, SAT, SUN = Weekday
