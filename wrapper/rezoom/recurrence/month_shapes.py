"""Rules within a month compared by their dates, in every month that there can be.

A month has 28 to 31 days and begins on one of seven weekdays: 28 shapes, and all of them occur. Two
rules that pick the same days in all 28 are the same rule, however differently they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from .pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from .rrule_text import DayRule
from .weekday import Weekday


class Shape(NamedTuple):
    """A month by its number of days and the weekday of its first."""

    length: int
    first: Weekday

    def weekday(self, day: int) -> Weekday:
        """Return the weekday of a day of the month."""
        return Weekday((self.first.python + day - 1) % 7 + 1)

    def places(self, day: int) -> tuple[int, int]:
        """Return which one of its weekday a day is, from the front and from the back."""
        return (day - 1) // 7 + 1, -((self.length - day) // 7 + 1)


# The days picked in each of the shapes.
Picks: TypeAlias = tuple[frozenset[int], ...]

SHAPES = tuple(Shape(length, first) for length in range(28, 32) for first in Weekday)
_WEEKS = (1, 2, 3, 4, -1)


def picked(days: Sequence[DayRule], month_days: Sequence[int], places: Sequence[int]) -> Picks:
    """Return what BYDAY, BYMONTHDAY and BYSETPOS pick."""
    return tuple(frozenset(_picked_in(shape, days, month_days, places)) for shape in SHAPES)


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
    for weekday in Weekday:
        for nth in _WEEKS:
            yield MonthlyOnWeekday(every, nth, weekday), picked([(nth, weekday)], (), ())
    for number in range(1, 32):
        theirs = (_on_day(shape, number, clamp) for shape in SHAPES)
        yield MonthlyOnDay(every, number), tuple(map(frozenset, theirs))
    if every > 1:
        return  # weekly and daily patterns leave no month out
    weekdays = {
        shape.weekday(day) for shape, mine in zip(SHAPES, picks, strict=True) for day in mine
    }
    if len(weekdays) == len(Weekday):
        yield Daily(1), picked((), (), ())
    elif weekdays:
        yield Weekly(1, tuple(weekdays)), picked([(None, day) for day in weekdays], (), ())


def _on_day(shape: Shape, number: int, clamp: bool) -> Iterable[int]:
    if number <= shape.length:
        return (number,)
    return (shape.length,) if clamp else ()


def _picked_in(
    shape: Shape, days: Sequence[DayRule], month_days: Sequence[int], places: Sequence[int]
) -> Iterable[int]:
    wanted = {day if day > 0 else shape.length + 1 + day for day in month_days}
    found = [
        day
        for day in range(1, shape.length + 1)
        if (not month_days or day in wanted)
        and (not days or any(_falls(shape, day, rule) for rule in days))
    ]
    if not places:
        return found
    indexes = {place - 1 if place > 0 else len(found) + place for place in places}
    return [day for index, day in enumerate(found) if index in indexes]


def _falls(shape: Shape, day: int, rule: DayRule) -> bool:
    nth, weekday = rule
    return shape.weekday(day) is weekday and (nth is None or nth in shape.places(day))
