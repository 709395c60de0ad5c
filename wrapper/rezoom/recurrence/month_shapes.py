"""Rules within a month compared by their dates, in every month that there can be.

A month has 28 to 31 days and begins on one of seven weekdays: 28 shapes, and all of them occur. Two
rules that pick the same days in all 28 are the same rule, however differently they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple, TypeAlias

from .pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from .rrule_text import DayRule
from .weekday import Weekday


class Shape(NamedTuple):
    """A month by its number of days and the weekday of its first, 0 for Monday."""

    length: int
    first: int

    def weekday(self, day: int) -> int:
        """Return the weekday of a day of the month, 0 for Monday."""
        return (self.first + day - 1) % 7

    def days_on(self, weekday: int) -> range:
        """Return the days of the month that fall on a weekday."""
        return range(1 + (weekday - self.first) % 7, self.length + 1, 7)


# The days picked in each of the shapes.
Picks: TypeAlias = tuple[frozenset[int], ...]

SHAPES = tuple(Shape(length, first) for length in range(28, 32) for first in range(7))
_WEEKS = (1, 2, 3, 4, -1)


def picked(days: Sequence[DayRule], month_days: Sequence[int], places: Sequence[int]) -> Picks:
    """Return what BYDAY, BYMONTHDAY and BYSETPOS pick."""
    rules = [(nth, day.python) for nth, day in days]
    return tuple(frozenset(_picked_in(shape, rules, month_days, places)) for shape in SHAPES)


def same_pattern(picks: Picks, every: int, *, clamp: bool) -> Pattern | None:
    """Return the pattern of Zoom's that picks the same days, if there is one."""
    return next((p for p, theirs in _candidates(picks, every, clamp) if theirs == picks), None)


def nearest_pattern(picks: Picks, every: int, *, clamp: bool) -> Pattern:
    """Return the pattern of Zoom's that has the most days in common."""

    def likeness(candidate: tuple[Pattern, Picks]) -> float:
        pairs = list(zip(picks, candidate[1], strict=True))
        return sum(len(a & b) for a, b in pairs) / max(1, sum(len(a | b) for a, b in pairs))

    return max(_candidates(picks, every, clamp), key=likeness)[0]


def _candidates(picks: Picks, every: int, clamp: bool) -> Iterator[tuple[Pattern, Picks]]:
    for pattern, theirs in _monthly(clamp):
        yield replace(pattern, every=every), theirs
    if every > 1:
        return  # weekly and daily patterns leave no month out
    pairs = zip(SHAPES, picks, strict=True)
    weekdays = sorted({shape.weekday(day) for shape, mine in pairs for day in mine})
    if len(weekdays) == len(Weekday):
        yield Daily(1), picked((), (), ())
    elif weekdays:
        days = tuple(map(Weekday.from_python, weekdays))
        yield Weekly(1, days), picked([(None, day) for day in days], (), ())


@cache
def _monthly(clamp: bool) -> list[tuple[MonthlyOnDay | MonthlyOnWeekday, Picks]]:
    found: list[tuple[MonthlyOnDay | MonthlyOnWeekday, Picks]] = [
        (MonthlyOnWeekday(1, nth, weekday), picked([(nth, weekday)], (), ()))
        for weekday in Weekday
        for nth in _WEEKS
    ]
    for number in range(1, 32):
        theirs = (_on_day(shape, number, clamp) for shape in SHAPES)
        found.append((MonthlyOnDay(1, number), tuple(map(frozenset, theirs))))
    return found


def _on_day(shape: Shape, number: int, clamp: bool) -> Iterable[int]:
    if number <= shape.length:
        return (number,)
    return (shape.length,) if clamp else ()


def _picked_in(
    shape: Shape,
    rules: Sequence[tuple[int | None, int]],
    month_days: Sequence[int],
    places: Sequence[int],
) -> Iterable[int]:
    found = set(range(1, shape.length + 1))
    if rules:
        found = {day for rule in rules for day in _days_of(shape, *rule)}
    if month_days:
        found &= {day if day > 0 else shape.length + 1 + day for day in month_days}
    return _at_places(sorted(found), places) if places else found


def _days_of(shape: Shape, nth: int | None, weekday: int) -> Sequence[int]:
    days = shape.days_on(weekday)
    return days if nth is None else _at_places(days, (nth,))


def _at_places(days: Sequence[int], places: Sequence[int]) -> list[int]:
    """Return the items at places that count from 1, or from -1 at the end."""
    indexes = {place - 1 if place > 0 else len(days) + place for place in places}
    return [days[index] for index in indexes if 0 <= index < len(days)]
