"""Recurrences and series in plain English: the words, and the sentences made of them.

`_english_parser` reads the sentence of a recurrence back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice

from .._times import zulu
from . import _zones as zones
from ._expand import occurrences
from ._limits import NTH, RecurrenceError, Unit
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekday, Weekly
from ._timeline import Count, End, Forever, Timeline, Until, UntilInstant

MONTHS = (
    "january february march april may june july august september october november december".split()
)
WEEKS = {number: name for name, number in NTH.items()}
WORKING_DAYS, FREE_DAYS = tuple(Weekday)[:5], tuple(Weekday)[5:]
DAY_GROUPS: Mapping[str, tuple[Weekday, ...]] = {
    **dict.fromkeys(("weekday", "weekdays", "workdays"), WORKING_DAYS),
    **dict.fromkeys(("weekend", "weekends"), FREE_DAYS),
}
UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(("day", "days"), "daily"),
    **dict.fromkeys(("week", "weeks"), "weekly"),
    **dict.fromkeys(("month", "months"), "monthly"),
}
# Said in one word: the unit, and how many of it.
ADVERBS: Mapping[str, tuple[Unit, int]] = {
    "daily": ("daily", 1),
    "weekly": ("weekly", 1),
    "fortnightly": ("weekly", 2),
    "monthly": ("monthly", 1),
    "quarterly": ("monthly", 3),
}
TIMES = ("times", "time", "x", "meetings", "meeting", "occurrences", "occurrence")
ENDLESS = ("forever", "endlessly")
UNTIL = ("until", "till", "til", "through", "thru", "to")

TWO_MEANINGS: Mapping[str, str] = {
    "biweekly": '"every 2 weeks on Tuesday", or "every week on Tuesday and Thursday"',
    "bimonthly": '"every 2 months on day 15", or "every month on day 15" and another series',
    "biannually": '"every 6 months on day 15"; a pattern of two years is none of Zoom\'s',
}
NOT_ZOOMS: Mapping[str, str] = {
    **dict.fromkeys(
        ("year", "years", "yearly", "annually"),
        'schedule each year\'s meeting on its own, or say "every 6 months on day 15"',
    ),
    **dict.fromkeys(
        ("hour", "hours", "hourly", "minute", "minutes"),
        "one series has one start a day: make a series for each time of day",
    ),
    "semimonthly": 'make two series, such as "every month on day 1" and "… on day 15"',
    "semiweekly": 'name the days: "every week on Tuesday and Thursday"',
    "semiannually": 'say "every 6 months on day 15"',
    "twice": 'name the days: "every week on Tuesday and Thursday", or make two series',
}
NOT_PART_OF_IT: Mapping[str, str] = {
    **dict.fromkeys(
        ("at", "am", "pm", "starting", "from", "beginning", "begins"),
        "the start is said apart: .starting(datetime(…), tz=…), or --start",
    ),
    "in": "the time zone is said apart: .starting(…, tz=…), or --timezone",
    **dict.fromkeys(
        ("except", "but", "excluding", "skipping"),
        "Zoom's pattern has no exceptions: delete those occurrences afterwards",
    ),
}

# One word to people, two to a reader of tokens.
_BROKEN_WORDS = (
    (re.compile(r"\b(bi|semi)[- ]+(?=(?:week|month|annual)ly\b)", re.IGNORECASE), r"\1"),
    (re.compile(r"\b(?:week|work|working|business)[- ]+(day)", re.IGNORECASE), r"week\1"),
)
_CARDINALS = "one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "first second third fourth fifth".split()
_WRITTEN_ORDINAL = re.compile(r"([0-9]{1,4})(?:st|nd|rd|th)", re.IGNORECASE)
# More is not worth counting for a sentence.
_COUNTED = 1000


def joined(text: str) -> str:
    """Write bi-weekly as biweekly, and week days as weekdays."""
    for broken, whole in _BROKEN_WORDS:
        text = broken.sub(whole, text)
    return text


def cardinal(word: str) -> int | None:
    """Read a number in digits or, up to twelve, in letters."""
    if word.isascii() and word.isdigit():
        # What is over any limit need not be told apart; the limits are judged elsewhere.
        return min(int(word), 10_000)
    return _CARDINALS.index(word) + 1 if word in _CARDINALS else None


def ordinal(word: str) -> int | None:
    """Read a place in a row, such as 2nd or second; -1 is the last."""
    if word == "last":
        return -1
    if word in _ORDINALS:
        return _ORDINALS.index(word) + 1
    written = _WRITTEN_ORDINAL.fullmatch(word)
    return int(written[1]) if written else None


def number(word: str) -> int | None:
    """Read a place in a row or a number, whichever the word is."""
    place = ordinal(word)
    return cardinal(word) if place is None else place


def weekday(word: str) -> Weekday | None:
    """Read the name of a day of the week; None for another word."""
    try:
        return Weekday.from_name(word)
    except RecurrenceError:
        return None


def month(word: str) -> int | None:
    """Read the name of a month, or its first three letters or more."""
    begun = word.rstrip(".")
    for number, name in enumerate(MONTHS, 1):
        if len(begun) >= 3 and name.startswith(begun):
            return number
    return None


def canonical(pattern: Pattern, end: End) -> str:
    """Write the one form that `Recurrence.parse` gives back as it was."""
    match end:
        case Until(last_day):
            return _said(pattern, end, last_day.isoformat())
        case UntilInstant(instant):
            return _said(pattern, end, zulu(instant))
    return _said(pattern, end)


def sentence(timeline: Timeline) -> str:
    """Say a series: the pattern, the clock, the time zone, and what comes of it."""
    tz, until, year = timeline.tz, "", None
    match timeline.end:
        case Until(last_day):
            until, year = _day(last_day), last_day.year
        case UntilInstant(instant):
            local = zones.local(instant, tz)
            until, year = f"{_day(local)} at {_clock(local)}", local.year
    what = _said(timeline.pattern, timeline.end, until)
    return f"{what}, {_clock(timeline.start)} {tz.key} ({_meetings(timeline, year)})"


def _said(pattern: Pattern, end: End, until: str = "") -> str:
    """Write a pattern and its end; `until` is the last day or instant, if it has one."""
    what = _pattern_words(pattern)
    match end:
        case Count(times):
            return f"{what}, {times} time{'' if times == 1 else 's'}"
        case Forever():
            return f"{what} forever"
    return f"{what} until {until}"


def _pattern_words(pattern: Pattern) -> str:
    """Write a pattern without its end."""
    match pattern:
        case Daily(every):
            return _every(every, "day")
        case Weekly(1, days) if days == WORKING_DAYS:
            return "every weekday"
        case Weekly(every, days):
            return f"{_every(every, 'week')} on {_listed(days)}"
        case MonthlyOnDay(every, day):
            return f"{_every(every, 'month')} on day {day}"
        case MonthlyOnWeekday(every, nth, day):
            return f"{_every(every, 'month')} on the {WEEKS[nth]} {day.full_name}"


def _meetings(timeline: Timeline, year: int | None) -> str:
    """Say what comes of a series; the `year` of its end need not be said twice."""
    end, starts = timeline.end, occurrences(timeline)
    found = tuple(islice(starts, 1 if isinstance(end, Forever) else _COUNTED + 1))
    if not found:
        return "no meetings"
    if isinstance(end, Forever):
        return f"first on {_day(found[0].local)}"
    if len(found) > _COUNTED:
        return f"more than {_COUNTED} meetings"
    last = found[-1].local
    when = _day(last, year=year != last.year)
    if isinstance(end, Count) and len(found) == end.times:
        return f"last on {when}" if len(found) > 1 else f"on {when}"
    return f"{len(found)} meetings, last on {when}" if len(found) > 1 else f"1 meeting, on {when}"


def _day(day: date, *, year: bool = True) -> str:
    text = f"{day.day} {MONTHS[day.month - 1].capitalize()}"
    return f"{text} {day.year}" if year else text


def _clock(clock: datetime) -> str:
    seconds = f":{clock.second:02}" if clock.second else ""
    return f"{clock.hour}:{clock.minute:02}{seconds}"


def _every(every: int, unit: str) -> str:
    return f"every {unit}" if every == 1 else f"every {every} {unit}s"


def _listed(days: tuple[Weekday, ...]) -> str:
    """Write days as a sentence does: Monday, Wednesday and Friday."""
    names = [day.full_name for day in days]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
