"""The words that the grammar knows, and those it knows to be something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from .refusal import RecurrenceError
from .tokens import Token
from .weekday import Weekday

_CARDINALS = "one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "first second third fourth fifth".split()
_WRITTEN_ORDINAL = re.compile(r"([0-9]{1,4})(?:st|nd|rd|th)", re.IGNORECASE)
_LONGEST_NUMBER = 4

MONTHS = (
    "january february march april may june july august september october november december".split()
)
WORKING_DAYS, FREE_DAYS = tuple(Weekday)[:5], tuple(Weekday)[5:]
UNITS: Mapping[str, str] = {
    form: unit for unit in ("day", "week", "month") for form in (unit, f"{unit}s")
}
# Said in one word: the unit, and how many of it.
ADVERBS: Mapping[str, tuple[str, int]] = {
    "daily": ("day", 1), "weekly": ("week", 1), "fortnightly": ("week", 2), "monthly": ("month", 1),
    "quarterly": ("month", 3),
}  # fmt: skip
TIMES = ("times", "time", "x", "meetings", "meeting", "occurrences", "occurrence")
ENDLESS = ("forever", "endlessly")
UNTIL = ("until", "till", "til", "through", "thru", "to")

TWO_MEANINGS: Mapping[str, str] = {
    "biweekly": '"every 2 weeks on Tuesday", or "every week on Tuesday and Thursday"',
    "bimonthly": '"every 2 months on day 15", or "every month on day 15" and another series',
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


class Ordinal(NamedTuple):
    """A place in a row: 1 for the first, -1 for the last."""

    number: int


def cardinal(token: Token) -> int | None:
    """Read a number in digits or, up to twelve, in letters."""
    word = token.plain
    if word.isascii() and word.isdigit():
        # More digits than any limit has; the limits themselves are judged elsewhere.
        return int(word) if len(word) <= _LONGEST_NUMBER else 10**_LONGEST_NUMBER
    return _CARDINALS.index(word) + 1 if word in _CARDINALS else None


def ordinal(token: Token) -> Ordinal | None:
    """Read a place in a row: 2nd, second, last."""
    word = token.plain
    if word == "last":
        return Ordinal(-1)
    if word in _ORDINALS:
        return Ordinal(_ORDINALS.index(word) + 1)
    written = _WRITTEN_ORDINAL.fullmatch(word)
    return Ordinal(int(written[1])) if written else None


def weekday(token: Token) -> Weekday | None:
    """Read the name of a day of the week; None for another word."""
    try:
        return Weekday.from_name(token.word)
    except RecurrenceError:
        return None


def month(token: Token) -> int | None:
    """Read the name of a month, or its first three letters or more."""
    word = token.plain.rstrip(".")
    for number, name in enumerate(MONTHS, 1):
        if len(word) >= 3 and name.startswith(word):
            return number
    return None


def day_list(days: tuple[Weekday, ...]) -> str:
    """Write days as a sentence does: Monday, Wednesday and Friday."""
    names = [day.full_name for day in days]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
