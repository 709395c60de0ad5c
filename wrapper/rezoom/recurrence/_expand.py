"""Dates of a pattern and starts of a timeline; what is far away is reached without steps.

Dates are day numbers (`date.toordinal()`). The first one is the first match on or after the start;
weeks begin on Sunday, as in the rules that Zoom itself writes
(https://github.com/w3c/calendar/issues/32).
"""

from __future__ import annotations

import sys
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from heapq import merge
from itertools import dropwhile, islice, takewhile

from . import _zones as zones
from ._limits import RecurrenceError, refusal
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekly
from ._timeline import Count, ShortMonths, Timeline
from ._zones import Occurrence

# A year short of the calendar's end: every time zone can still write these days.
_END_YEAR = date.max.year
_END_DAY = date(_END_YEAR, 1, 1).toordinal()
# The number of days of every month from January of year 0 on; the calendar repeats in 400 years.
_YEARS = [bytes(monthrange(year, month)[1] for month in range(1, 13)) for year in (1, 4)]
_LENGTHS = b"".join(_YEARS[isleap(year)] for year in range(400)) * 25
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_CALENDAR_END = datetime(_END_YEAR, 1, 1, tzinfo=UTC)


def occurrences(timeline: Timeline, not_before: date | None = None) -> Iterator[Occurrence]:
    """Yield every start, or those from the local day `not_before` on, in time."""
    first, end = timeline.start.date(), timeline.end
    # A dropped start must not count, so those that are counted are counted from the first one.
    since = first if not_before is None or isinstance(end, Count) else not_before
    index, days = dates(timeline.pattern, first, since, timeline.short_months)
    found = zones.starts(index, days, timeline.start.time(), timeline.tz, timeline.clock_gaps)
    if isinstance(end, Count):
        return islice(found, min(end.times, sys.maxsize))
    last = zones.cutoff(end, timeline.tz)
    return found if last is None else takewhile(lambda start: start.utc <= last, found)


def starts_between(timeline: Timeline, begin: datetime, end: datetime) -> Iterator[Occurrence]:
    """Yield the starts from one instant to another, both included."""
    found = dropwhile(lambda start: start.utc < begin, _near(timeline, begin))
    return takewhile(lambda start: start.utc <= end, found)


def starts_after(timeline: Timeline, moment: datetime) -> Iterator[Occurrence]:
    """Yield the starts that come after an instant."""
    return dropwhile(lambda start: start.utc <= moment, _near(timeline, moment))


def _near(timeline: Timeline, moment: datetime) -> Iterator[Occurrence]:
    first = zones.instant(timeline.start, timeline.tz)
    local = min(max(moment, first), _CALENDAR_END).astimezone(timeline.tz).date()
    # A day to spare, for starts that moved forward across a gap.
    return occurrences(timeline, local - _DAY)


def day_begins(day: date, timeline: Timeline) -> datetime:
    """Return the first instant of a local day, in UTC; days before the start are as good as it."""
    return zones.last_instant(max(day, timeline.start.date()) - _DAY, timeline.tz) + _SECOND


def first_start(timeline: Timeline) -> Occurrence:
    """Return the first start; RecurrenceError, if there is none at all."""
    found = next(occurrences(timeline), None)
    if found is None:
        raise no_start(timeline)
    return found


def no_start(timeline: Timeline) -> RecurrenceError:
    """Return the error that says why a timeline has no start."""
    start, last = timeline.start, zones.cutoff(timeline.end, timeline.tz)
    if last is not None and last < zones.instant(start, timeline.tz):
        end = zones.local(last, timeline.tz)
        message = f"the series would end on {end:%Y-%m-%d %H:%M}, before it starts on "
        message += f"{start:%Y-%m-%d %H:%M}"
        fix = f"write until(date({start.year + 1}, 6, 30)) or another later day"
        return refusal("end_date_time", "end-before-start", message, fix)
    message = f"the pattern has no date between {start:%Y-%m-%d} and the end"
    fix = "choose a later end, or a pattern that fits in between"
    return refusal("end_date_time", "empty", message, fix)


def pattern_days(timeline: Timeline) -> Iterator[int]:
    """Return the pattern's dates from the start on, as day numbers, whatever the end."""
    start = timeline.start.date()
    return dates(timeline.pattern, start, start, timeline.short_months)[1]


def wall_clock(timeline: Timeline, start: Occurrence) -> datetime:
    """Return a start as the pattern has it, even where the clocks have moved it."""
    day = next(islice(pattern_days(timeline), start.index, None))
    return datetime.combine(date.fromordinal(day), timeline.start.time())


def ahead(timeline: Timeline, now: datetime) -> Timeline:
    """Return the same pattern from its next start on; the same timeline if that is its first."""
    found = next(starts_after(timeline, now), None)
    if found is None or found.index == 0:
        return timeline
    end = timeline.end
    if isinstance(end, Count):
        end = Count(end.times - found.index)
    # As the pattern has it: a start that the clocks moved must not move the others.
    return replace(timeline, start=wall_clock(timeline, found), end=end)


def dates(
    pattern: Pattern, start: date, not_before: date, short_months: ShortMonths = "skip"
) -> tuple[int, Iterator[int]]:
    """Return the dates from `not_before` on, and the place of their first among all dates."""
    first, wanted = start.toordinal(), max(start, not_before).toordinal()
    if isinstance(pattern, Daily):
        found = [range(first, _END_DAY, pattern.every)]
    elif isinstance(pattern, Weekly):
        # Day number 7 is a Sunday: this is the one on or before the start.
        sunday, step = first - first % 7, pattern.every * 7
        days = (sunday + day.zoom - 1 for day in pattern.days)
        found = [range(day if day >= first else day + step, _END_DAY, step) for day in days]
    else:
        return _monthly(pattern, first, wanted, short_months)
    passed = [len(range(every.start, wanted, every.step)) for every in found]
    return sum(passed), merge(*(days[count:] for days, count in zip(found, passed, strict=True)))


def _monthly(
    pattern: MonthlyOnDay | MonthlyOnWeekday, first: int, wanted: int, short_months: ShortMonths
) -> tuple[int, Iterator[int]]:
    begin, every = _month_of(first), pattern.every
    turns = (_month_of(wanted) - begin) // every
    current, passed = begin + turns * every, turns
    if isinstance(pattern, MonthlyOnDay) and short_months == "skip":
        # Those that are long enough.
        passed = sum(map(_LENGTHS[begin:current:every].count, range(pattern.day, 32)))
    day_in = partial(_day_in, pattern, short_months)
    # Only the first and the current month can hold a date that is too early.
    index = passed + (0 < day_in(current) < wanted) - (0 < day_in(begin) < first)
    months = range(current, _END_YEAR * 12, every)
    return index, dropwhile(wanted.__gt__, filter(None, map(day_in, months)))


def _day_in(pattern: MonthlyOnDay | MonthlyOnWeekday, short_months: ShortMonths, month: int) -> int:
    """Return the month's date as a day number, 0 if it has none."""
    year, number = month // 12, month % 12 + 1
    weekday, length = monthrange(year, number)
    if isinstance(pattern, MonthlyOnWeekday):
        days = range(1 + (pattern.day.python - weekday) % 7, length + 1, 7)
        day = days[-1] if pattern.nth < 0 else days[pattern.nth - 1]
        return date(year, number, day).toordinal()
    if pattern.day > length and short_months == "skip":
        return 0
    return date(year, number, min(pattern.day, length)).toordinal()


def _month_of(day: int) -> int:
    """Return the month of a day number, counted from January of year 0."""
    found = date.fromordinal(day)
    return found.year * 12 + found.month - 1
