"""Dates of a pattern as day numbers (`date.toordinal()`): lazy, and reached without counting up.

Pure calendar, no time zones. The first date is the first match on or after the start; weeks begin
on Sunday, as in the rules that Zoom itself writes (https://github.com/w3c/calendar/issues/32).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import dropwhile
from math import gcd
from typing import Literal, TypeAlias

from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly

ShortMonths: TypeAlias = Literal["skip", "clamp"]

# A year short of the calendar's end: every time zone can still write these days.
_END_YEAR = date.max.year
_END_DAY = date(_END_YEAR, 1, 1).toordinal()
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 1  # months count from 0 here


def dates(
    pattern: Pattern, start: date, not_before: date, short_months: ShortMonths = "skip"
) -> tuple[int, Iterator[int]]:
    """Return the dates from `not_before` on, and the place of their first among all dates.

    The cost does not depend on how far `not_before` lies behind the start.
    """
    first, wanted = start.toordinal(), max(start, not_before).toordinal()
    if isinstance(pattern, Daily):
        return _daily(pattern.every, first, wanted)
    if isinstance(pattern, Weekly):
        return _weekly(pattern, first, wanted)
    return _monthly(pattern, first, wanted, short_months)


def _daily(every: int, first: int, wanted: int) -> tuple[int, Iterator[int]]:
    index = -((first - wanted) // every)
    return index, iter(range(first + index * every, _END_DAY, every))


def _weekly(pattern: Weekly, first: int, wanted: int) -> tuple[int, Iterator[int]]:
    places = sorted(day.zoom - 1 for day in pattern.days)
    # Day number 7 is a Sunday: this is the one on or before the start.
    sunday, step = first - first % 7, pattern.every * 7
    turn = (wanted - sunday) // step
    begin = sunday + turn * step
    before_start = sum(sunday + place < first for place in places)
    passed = sum(begin + place < wanted for place in places)
    return turn * len(places) + passed - before_start, _weeks(begin, step, places, passed)


def _weeks(begin: int, step: int, places: list[int], passed: int) -> Iterator[int]:
    if len(places) == 1:
        # The common case is plain counting.
        return iter(range(begin + places[0] + passed * step, _END_DAY, step))
    weeks = range(begin, _END_DAY - 6, step)
    return dropwhile(
        (begin + places[passed] if passed < len(places) else begin + step).__gt__,
        (sunday + place for sunday in weeks for place in places),
    )


def _monthly(
    pattern: MonthlyOnDay | MonthlyOnWeekday, first: int, wanted: int, short_months: ShortMonths
) -> tuple[int, Iterator[int]]:
    begin, every = _month_of(first), pattern.every
    turn = (_month_of(wanted) - begin) // every
    before = turn
    if isinstance(pattern, MonthlyOnWeekday):
        day_in = _weekday_finder(pattern.nth, pattern.day.iso % 7)
    else:
        day_in = _day_finder(pattern.day, short_months)
        if short_months == "skip":
            before = _months_with(pattern.day, begin, every, turn)
    late = 0 < day_in(begin) < first
    passed = 0 < day_in(begin + turn * every) < wanted
    months = range(begin + turn * every, _END_YEAR * 12, every)
    # Only the month that is begun can hold a date before the wanted one.
    return before + passed - late, dropwhile(wanted.__gt__, filter(None, map(day_in, months)))


def _day_finder(day: int, short_months: ShortMonths) -> Callable[[int], int]:
    def day_in(month: int) -> int:
        """Return the month's date as a day number, 0 if it has none."""
        length = _length(month)
        if day > length and short_months == "skip":
            return 0
        return _first_of(month) + min(day, length) - 1

    return day_in


def _weekday_finder(nth: int, weekday: int) -> Callable[[int], int]:
    def day_in(month: int) -> int:
        if nth < 0:
            last = _first_of(month) + _length(month) - 1
            return last - (last - weekday) % 7
        first = _first_of(month)
        return first + (weekday - first) % 7 + (nth - 1) * 7

    return day_in


def _months_with(day: int, begin: int, every: int, turns: int) -> int:
    """Count the months that are long enough, without visiting each."""
    if day <= min(_LENGTHS):
        return turns
    # After so many turns the calendar month comes round again.
    cycle = 12 // gcd(12, every)
    total = 0
    for place in range(min(cycle, turns)):
        month = begin + place * every
        laps = (turns - place + cycle - 1) // cycle
        if month % 12 != _FEBRUARY:
            total += laps if _length(month) >= day else 0
        elif day == min(_LENGTHS) + 1:
            total += _leap_years(month // 12, every * cycle // 12, laps)
    return total


def _leap_years(first: int, step: int, count: int) -> int:
    by_4, by_100, by_400 = (_multiples(first, step, count, of) for of in (4, 100, 400))
    return by_4 - by_100 + by_400


def _multiples(first: int, step: int, count: int, of: int) -> int:
    """Count the multiples of `of` among `count` numbers that begin at `first`, `step` apart."""
    common = gcd(step, of)
    if first % common:
        return 0
    lap = of // common
    nearest = -(first // common) * pow(step // common, -1, lap) % lap
    return max(0, (count - nearest + lap - 1) // lap)


def _month_of(day: int) -> int:
    moment = date.fromordinal(day)
    return moment.year * 12 + moment.month - 1


def _first_of(month: int) -> int:
    return date(month // 12, month % 12 + 1, 1).toordinal()


def _length(month: int) -> int:
    year = month // 12
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _LENGTHS[month % 12] + (leap and month % 12 == _FEBRUARY)
