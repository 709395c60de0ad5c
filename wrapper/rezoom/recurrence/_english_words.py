"""The words of a recurrence in English: the lexer, and what each word means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import Problem
from ._problems import RecurrenceError, where_from
from ._weekday import Weekday

_LONGEST = 200
_TOKEN = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{2}\S*)?"  # a date, or an instant
    r"|[0-9]+[./][0-9]+[./][0-9]+"  # a date that people read in several ways
    r"|[0-9]+:[0-9]+(?::[0-9]+)?"  # a time of day, which is refused by name
    r"|[0-9]\w*|[^\W\d_]+|\S"
)


class Token(NamedTuple):
    """One word, number, date or sign, and where it stands."""

    word: str
    begin: int
    end: int

    @property
    def plain(self) -> str:
        """The word in lower case."""
        return self.word.casefold()


class WordsError(RecurrenceError):
    """Words that are not a recurrence; `text` from `position` on, `length` long, is the place."""

    def __init__(self, problem: Problem, *, text: str, position: int, length: int) -> None:
        super().__init__([problem])
        self.message = "The words cannot be read as a recurrence"
        self.text, self.position, self.length = text, position, length

    @property
    def pointer(self) -> str:
        """The text, with carets under the place in a second line."""
        return f"  {self.text}\n  {' ' * self.position}{'^' * self.length}"

    def __str__(self) -> str:
        return f"{self.message}:\n{self.pointer}\n  {self.problems[0]}"


@dataclass(slots=True)
class Reader:
    """Reads a text token by token."""

    text: str
    tokens: Sequence[Token]
    place: int = 0

    @classmethod
    def over(cls, text: str) -> Reader:
        """Split the text; a text without words is refused, and so is one that is too long."""
        # In one line, so that the carets stand under what they mean.
        line = " ".join(text.split())
        reader = cls(line, [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(line)])
        if len(line) > _LONGEST:
            reader.text = f"{line[:60]}…"
            raise reader.wrong(Token(line[:60], 0, 60), "", "words", "that is no sentence", EXAMPLE)
        return reader

    @property
    def now(self) -> Token:
        """The token to read next; an empty one at the end."""
        return self.ahead(0)

    def ahead(self, by: int) -> Token:
        """Return a token further on."""
        if self.place + by < len(self.tokens):
            return self.tokens[self.place + by]
        return Token("", len(self.text), len(self.text))

    def take(self, *words: str) -> Token | None:
        """Step over the next token if it is one of the words, or whatever it is without words."""
        token = self.now
        if token.word and (not words or token.plain in words):
            self.place += 1
            return token
        return None

    def span(self, first: Token) -> Token:
        """Return all from a token to the last one read, as one."""
        last = self.tokens[max(self.place - 1, 0)]
        end = max(last.end, first.end)
        return Token(self.text[first.begin : end], first.begin, end)

    def wrong(self, at: Token, field: str, rule: str, message: str, fix: str) -> WordsError:
        """Return the error that points at a token; the caller raises it."""
        path = f"recurrence.{field}" if field else "recurrence"
        # How words are written is ours to say, not Zoom's.
        source = "" if rule.startswith("words") else where_from(rule, path)
        problem = Problem(path, "error", rule, message, fix, source)
        length = max(1, at.end - at.begin)
        return WordsError(problem, text=self.text, position=at.begin, length=length)

    def expected(self, allowed: str, field: str = "", at: Token | None = None) -> WordsError:
        """Return the error for a word that does not belong here."""
        token = at or self.now
        found = f"{token.word!r:.40} does not belong here" if token.word else "here it stops short"
        return self.wrong(token, field, "words", found, f"here may stand: {allowed}")


EXAMPLE = 'write "every 2 weeks on Tuesday until 2027-06-30"'

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
