"""A recurrence and a series in plain English; `_english_parser` reads the first back."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from . import _english_words as english_words
from ._pattern import (
    Count,
    Daily,
    End,
    Forever,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Pattern,
    Until,
    UntilInstant,
    Weekly,
)
from ._series import Recurrence

if TYPE_CHECKING:
    from ._series import Series
    from ._zones import Occurrence

_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
# More is not worth counting for a sentence.
_COUNTED = 1000


def canonical(recurrence: Recurrence) -> str:
    """Write the one form that `Recurrence.parse` gives back as it was."""
    pattern = pattern_words(recurrence.pattern)
    match recurrence.end:
        case Until(last_day):
            return f"{pattern} until {last_day.isoformat()}"
        case UntilInstant(instant):
            return f"{pattern} until {instant.replace(tzinfo=None).isoformat()}Z"
        case Count(times):
            return f"{pattern}, {_times(times)}"
        case Forever():
            return f"{pattern} forever"


def pattern_words(pattern: Pattern) -> str:
    """Write a pattern without its end."""
    match pattern:
        case Daily(every):
            return _every(every, "day")
        case Weekly(1, english_words.WORKING_DAYS):
            return "every weekday"
        case Weekly(every, days):
            return f"{_every(every, 'week')} on {english_words.day_list(days)}"
        case MonthlyOnDay(every, day):
            return f"{_every(every, 'month')} on day {day}"
        case MonthlyOnWeekday(every, nth, weekday):
            return f"{_every(every, 'month')} on the {_NTH[nth]} {weekday.full_name}"


def sentence(series: Series) -> str:
    """Say a series: the pattern, the clock, the place, and what comes of it."""
    recurrence = series.recurrence
    what = f"{pattern_words(recurrence.pattern)}{_end(recurrence.end, series.tz)}"
    return f"{what}, {_clock(series.start.time())} {series.tz.key} ({_outcome(series)})"


def day_words(day: date, *, year: bool = True) -> str:
    """Write a date: 30 June 2027."""
    month = english_words.MONTHS[day.month - 1].capitalize()
    return f"{day.day} {month} {day.year}" if year else f"{day.day} {month}"


def _end(end: End, tz: ZoneInfo) -> str:
    match end:
        case Until(last_day):
            return f" until {day_words(last_day)}"
        case UntilInstant(instant):
            local = _local(instant, tz)
            return f" until {day_words(local)} at {_clock(local.time())}"
        case Count(times):
            return f", {_times(times)}"
        case Forever():
            return " forever"


def _outcome(series: Series) -> str:
    end = series.recurrence.end
    if isinstance(end, Forever):
        first = next(iter(series), None)
        return "no meetings" if first is None else f"first on {day_words(first.local)}"
    found = tuple(islice(series, _COUNTED + 1))
    if not found:
        return "no meetings"
    if len(found) > _COUNTED:
        return f"more than {_COUNTED} meetings"
    last = day_words(found[-1].local, year=not _says_year_of(end, series.tz, found[-1]))
    if isinstance(end, Count) and len(found) == end.times:
        return f"last on {last}" if len(found) > 1 else f"on {last}"
    return f"{len(found)} meetings, last on {last}" if len(found) > 1 else f"1 meeting, on {last}"


def _says_year_of(end: End, tz: ZoneInfo, last: Occurrence) -> bool:
    match end:
        case Until(last_day):
            return last_day.year == last.local.year
        case UntilInstant(instant):
            return _local(instant, tz).year == last.local.year
    return False


def _local(instant: datetime, tz: ZoneInfo) -> datetime:
    try:
        return instant.astimezone(tz)
    except OverflowError:
        return instant  # beyond the calendar there


def _clock(clock: time) -> str:
    seconds = f":{clock.second:02}" if clock.second else ""
    return f"{clock.hour}:{clock.minute:02}{seconds}"


def _every(every: int, unit: str) -> str:
    return f"every {unit}" if every == 1 else f"every {every} {unit}s"


def _times(count: int) -> str:
    return f"{count} time" if count == 1 else f"{count} times"
