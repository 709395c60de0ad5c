"""Rules within a month compared by their dates, in every month that there can be.

A month has 28 to 31 days and begins on one of seven weekdays: 28 shapes, and all of them occur. Two
rules that pick the same days in all 28 are the same rule, however differently they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TypeAlias

from .pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from .rrule_text import DayRule
from .weekday import Weekday

# For each shape of a month the days picked in it.
Picks: TypeAlias = tuple[frozenset[int], ...]

_LENGTHS = range(28, 32)
_SHAPES = tuple((length, first) for length in _LENGTHS for first in Weekday)


def picked(
    days: Sequence[DayRule], month_days: Sequence[int], places: Sequence[int]
) -> Picks:
    """Return the days that BYDAY, BYMONTHDAY and BYSETPOS pick in each shape."""

    def in_shape(length: int, first: Weekday) -> list[int]:
        found = list(range(1, length + 1))
        if month_days:
            wanted = {day if day > 0 else length + 1 + day for day in month_days}
            found = [day for day in found if day in wanted]
        if days:
            found = [day for day in found if any(_falls(day, rule, length, first) for rule in days)]
        return found

    return _over_shapes(lambda length, first: _placed(in_shape(length, first), places))


def same_pattern(picks: Picks, every: int, *, clamp: bool) -> Pattern | None:
    """Return the pattern of Zoom's that picks the same days, if there is one."""
    return next((p for p, theirs in _candidates(every, clamp) if theirs == picks), None)


def nearest_pattern(picks: Picks, every: int, *, clamp: bool) -> Pattern:
    """Return the pattern of Zoom's that has the most days in common."""

    def likeness(theirs: Picks) -> float:
        pairs = list(zip(picks, theirs, strict=True))
        common = sum(len(a & b) for a, b in pairs)
        return common / max(1, sum(len(a | b) for a, b in pairs))

    return max(_candidates(every, clamp), key=lambda candidate: likeness(candidate[1]))[0]


def _candidates(every: int, clamp: bool) -> Iterator[tuple[Pattern, Picks]]:
    for make, picks in _patterns(clamp):
        pattern = make(every)
        if pattern is not None:
            yield pattern, picks


@cache
def _patterns(clamp: bool) -> tuple[tuple[Callable[[int], Pattern | None], Picks], ...]:
    found: list[tuple[Callable[[int], Pattern | None], Picks]] = []
    # Weekly and daily patterns fit only where no month is left out.
    found.append((lambda every: Daily(1) if every == 1 else None, picked((), (), ())))
    for bits in range(1, 2**7 - 1):
        days = tuple(day for day in Weekday if bits >> day.python & 1)
        weekly = Weekly(1, days)
        picks = picked([(None, day) for day in days], (), ())
        found.append((lambda every, weekly=weekly: weekly if every == 1 else None, picks))
    for weekday in Weekday:
        for nth in (1, 2, 3, 4, -1):
            make = lambda every, nth=nth, day=weekday: MonthlyOnWeekday(every, nth, day)
            found.append((make, picked([(nth, weekday)], (), ())))
    for number in range(1, 32):
        clamped = _over_shapes(lambda length, _, number=number: {min(number, length)})
        picks = clamped if clamp else picked((), [number], ())
        found.append((lambda every, number=number: MonthlyOnDay(every, number), picks))
    return tuple(found)


def _over_shapes(pick: Callable[[int, Weekday], object]) -> Picks:
    return tuple(frozenset(pick(length, first)) for length, first in _SHAPES)


def _falls(day: int, rule: DayRule, length: int, first: Weekday) -> bool:
    nth, weekday = rule
    if (first.python + day - 1) % 7 != weekday.python:
        return False
    return nth is None or nth in ((day - 1) // 7 + 1, -((length - day) // 7 + 1))


def _placed(days: list[int], places: Sequence[int]) -> set[int]:
    if not places:
        return set(days)
    return {days[place - (place > 0)] for place in places if -len(days) <= place - (place > 0) < len(days)}
