"""English words read as a pattern and its end.

recurrence = pattern [","] end
    pattern    = "every" [count] ("day" | "week" "on" days | "month" "on" place) | "every weekday"
    count      = NUMBER | ORDINAL | "other"
    days       = day {("," | "and") day} | "weekdays" | day "to" day
    place      = "day" NUMBER | "the" ("first" | … | "fourth" | "last") day
    end        = "until" DATE | NUMBER "times" | "forever"

daily, weekly, monthly stand for "every day" and so on; `every mon and wed`, `every other tue`,
`the last fri of the month` are read too. docs/recurrence.md lists every variant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from .._public import public
from .._visible import visible
from ..errors import Problem
from . import _english as english
from . import _limits as limits
from ._limits import RecurrenceError, Unit, refusal, where_from
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekday, Weekly
from ._timeline import Count, End, Forever, Until, UntilInstant

_LONGEST = 200
_TOKEN = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{2}\S*)?"  # a date, or an instant
    r"|[0-9]+[./][0-9]+[./][0-9]+"  # a date that people read in several ways
    r"|[0-9]+:[0-9]+(?::[0-9]+)?"  # a time of day, which is refused by name
    r"|[0-9]\w*|[^\W\d_]+|\S"
)
_EXAMPLE = 'write "every 2 weeks on Tuesday until 2027-06-30"'
_A_PATTERN = '"every day", "every 2 weeks on Tuesday", "every month on the last Friday"'
_A_DAY = "a day of the week: mon, tue, wed, thu, fri, sat, sun"
_A_UNIT = "day, week, month, weekday, or " + _A_DAY
_A_PLACE = '"day 15", or "the last Friday"'
_AN_END = '"until 2027-06-30", "12 times", or "forever"'
_A_DATE = "a date such as 2027-06-30 or 30 June 2027"


class Token(NamedTuple):
    """One word, number, date or sign, and where it stands."""

    word: str
    begin: int
    end: int

    @property
    def plain(self) -> str:
        """The word in lower case."""
        return self.word.casefold()


@public("rezoom.recurrence")
class WordsError(RecurrenceError):
    """Words that are not a recurrence; `text` from `position` on, `length` long, is the place."""

    def __init__(self, problem: Problem, *, text: str, position: int, length: int) -> None:
        super().__init__([problem])
        self.message = "The words cannot be read as a recurrence"
        self.text, self.position, self.length = text, position, length

    @property
    def pointer(self) -> str:
        """The text, with carets under the place in a second line."""
        position = len(visible(self.text[: self.position]))
        return f"  {visible(self.text)}\n  {' ' * position}{'^' * self.length}"

    def __str__(self) -> str:
        return f"{self.message}:\n{self.pointer}\n  {self.problems[0]}"


@dataclass(slots=True)
class Reader:
    """A text that is read token by token."""

    text: str
    tokens: Sequence[Token]
    position: int = 0

    @classmethod
    def over(cls, text: str) -> Reader:
        """Split the text; one without words is refused, and so is one that is too long."""
        # In one line, so that the carets stand under what they mean.
        line = english.joined(" ".join(text.split()))
        if len(line) > _LONGEST:
            shown = Token(line[:60], 0, 60)
            reader = cls(f"{shown.word}…", [shown])
            raise reader.wrong(shown, "", "words", "that is no sentence", _EXAMPLE)
        reader = cls(line, [Token(m[0], m.start(), m.end()) for m in _TOKEN.finditer(line)])
        if not reader.tokens:
            raise reader.expected(_A_PATTERN)
        return reader

    @property
    def now(self) -> Token:
        """The token to read next; an empty one at the end."""
        return self.ahead(0)

    def ahead(self, by: int) -> Token:
        """Return a token further on."""
        if self.position + by < len(self.tokens):
            return self.tokens[self.position + by]
        return Token("", len(self.text), len(self.text))

    def take(self, *words: str) -> Token | None:
        """Step over the next token if it is one of the words, or whatever it is without words."""
        token = self.now
        if token.word and (not words or token.plain in words):
            self.position += 1
            return token
        return None

    def since(self, first: Token) -> Token:
        """Return all from a token to the last one read, as one."""
        end = max(self.tokens[max(self.position - 1, 0)].end, first.end)
        return Token(self.text[first.begin : end], first.begin, end)

    def wrong(self, at: Token, field: str, rule: str, message: str, fix: str) -> WordsError:
        """Return the error that points at a token; the caller raises it."""
        path = f"recurrence.{field}" if field else "recurrence"
        # How words are written is ours to say, not Zoom's.
        source = "" if rule.startswith("words") else where_from(rule, path)
        problem = Problem(path, "error", rule, message, fix, source)
        length = max(1, at.end - at.begin)
        return WordsError(problem, text=self.text, position=at.begin, length=length)

    def expected(self, allowed: str, field: str = "") -> WordsError:
        """Return the error for a word that does not belong here."""
        word = self.now.word
        found = f"{word!r:.40} does not belong here" if word else "here it stops short"
        return self.wrong(self.now, field, "words", found, f"here may stand: {allowed}")

    @contextmanager
    def pointing(self, at: Token, fix: str) -> Iterator[None]:
        """Let the limits judge what was read; an error of theirs points at a token."""
        try:
            yield
        except RecurrenceError as error:
            found = error.problems[0]
            field = found.path.removeprefix("recurrence").lstrip(".")
            raise self.wrong(at, field, found.rule, found.message, fix) from None


def parse(words: object) -> tuple[Pattern, End]:
    """Read a recurrence said in words; a WordsError points at what cannot be read."""
    if not isinstance(words, str):
        raise refusal("", "words", f"{words!r:.40} is not a text", _EXAMPLE)
    reader = Reader.over(words)
    pattern = _pattern(reader)
    reader.take(",")
    end = _end(reader)
    if reader.now.word:
        raise _surplus(reader, "nothing more: the recurrence is complete")
    return pattern, end


def _pattern(reader: Reader) -> Pattern:
    first = reader.now
    if reader.take(*english.ADVERBS):
        unit, every = english.ADVERBS[first.plain]
        return _of_unit(reader, unit, every, first)
    if reader.take("every", "each"):
        return _after_every(reader)
    reader.take("on")
    if reader.now.plain == "the" or english.ordinal(reader.now.plain) is not None:
        return _monthly(reader, 1)
    if _day_begins(reader.now):
        return _weekly(reader, 1)
    raise _unknown(reader, _A_PATTERN)


def _after_every(reader: Reader) -> Pattern:
    first = reader.now
    place = english.ordinal(first.plain)
    if place is not None and (place < 1 or reader.ahead(1).plain not in english.UNITS):
        return _every_nth(reader, place, first)
    number = 2 if first.plain == "other" else english.number(first.plain)
    if number is not None:
        reader.take()
    return _counted(reader, 1 if number is None else number, first)


def _counted(reader: Reader, every: int, at: Token) -> Pattern:
    token = reader.now
    if reader.take(*english.UNITS):
        return _of_unit(reader, english.UNITS[token.plain], every, at)
    if not _day_begins(token):
        raise _unknown(reader, _A_UNIT)
    if token.plain.startswith("weekday") and every != 1:
        reader.take()
        message = "Monday to Friday repeat every week only"
        fix = 'write "every weekday", or "every 2 weeks on weekdays"'
        raise reader.wrong(reader.since(at), "repeat_interval", "words", message, fix)
    return _of_unit(reader, "weekly", every, at)


def _every_nth(reader: Reader, nth: int, at: Token) -> Pattern:
    """Read `every last Friday`; `every 2nd Tuesday` has two meanings and is refused."""
    day = english.weekday(reader.ahead(1).word)
    if day is None:
        reader.take()
        raise _unknown(reader, f"day, week, month, or {_A_DAY}")
    if nth > 0 and reader.ahead(2).plain not in ("of", "in"):
        reader.take()
        reader.take()
        readings = [f'"every {nth} weeks on {day.full_name}"']
        if nth in english.WEEKS:
            readings.append(f'"every month on the {english.WEEKS[nth]} {day.full_name}"')
        message, fix = "this can mean a week or a place in the month", " or ".join(readings)
        where = reader.since(at)
        raise reader.wrong(where, "repeat_interval", "words-ambiguous", message, f"write {fix}")
    return _monthly(reader, 1)


def _of_unit(reader: Reader, unit: Unit, every: int, at: Token) -> Pattern:
    token = reader.now
    with reader.pointing(at, "write a number in that range"):
        limits.interval_limit(unit, every)
    if unit == "daily":
        if token.plain == "on":
            message = "a daily pattern has no days of the week"
            fix = 'write "every week on Monday and Friday"'
            raise reader.wrong(token, "weekly_days", "words", message, fix)
        return Daily(every)
    if unit == "weekly":
        if not reader.take("on") and not _day_begins(token):
            message = "the days of the week are missing, and Zoom would take Sundays"
            fix = f'write "on Monday"; here may stand: "on" and {_A_DAY}'
            raise reader.wrong(token, "weekly_days", "weekly-needs-days", message, fix)
        return _weekly(reader, every)
    if not reader.take("on"):
        message = "the day of the month is missing, and Zoom would take the first"
        fix = f'here may stand: "on" and {_A_PLACE}'
        raise reader.wrong(token, "monthly_day", "monthly-needs-day", message, fix)
    return _monthly(reader, every)


def _weekly(reader: Reader, every: int) -> Weekly:
    days = list(_day_range(reader))
    while True:
        commas = list(iter(lambda: reader.take(",", "and", "&", "+", "/"), None))
        if not _day_begins(reader.now):
            break
        days += _day_range(reader)
    if commas and commas[-1].plain != ",":
        raise reader.expected(_A_DAY, "weekly_days")
    # A comma that is no part of the list belongs to the end.
    reader.position -= len(commas)
    return Weekly(every, tuple(days))


def _day_begins(token: Token) -> bool:
    return token.plain in english.DAY_GROUPS or english.weekday(token.word) is not None


def _day_range(reader: Reader) -> tuple[Weekday, ...]:
    """Read a day, a range of days, or a word for several."""
    token = reader.now
    if reader.take(*english.DAY_GROUPS):
        return english.DAY_GROUPS[token.plain]
    first = english.weekday(token.word)
    if first is None:
        raise _unknown(reader, _A_DAY, "weekly_days")
    reader.take()
    last = english.weekday(reader.ahead(1).word)
    if last is None or not reader.take("-", "–", "to", "through", "thru"):
        return (first,)
    reader.take()
    steps = (last.iso - first.iso) % 7
    return tuple(Weekday.from_python((first.python + step) % 7) for step in range(steps + 1))


def _monthly(reader: Reader, every: int) -> MonthlyOnDay | MonthlyOnWeekday:
    begin = reader.now
    reader.take("the")
    if reader.take("day"):
        begin = reader.now
    token = reader.now
    which, place = english.number(token.plain), english.ordinal(token.plain)
    if which is None:
        raise _unknown(reader, _A_PLACE, "monthly_day")
    reader.take()
    day = None if place is None else english.weekday(reader.now.word)
    if day is not None:
        reader.take()
        if which not in english.WEEKS:
            said = f"{token.word} {day.full_name}"
            message = f"Zoom knows no {said} of a month, since not all have one"
            fix = f'write "on the last {day.full_name}", or first, second, third, fourth'
            raise reader.wrong(reader.since(begin), "monthly_week", "words", message, fix)
    elif reader.now.plain in english.DAY_GROUPS:
        said = reader.now.word
        reader.take()
        message = f"Zoom has no word for the {token.word} {said} of a month"
        fix = f'write "on the {token.word} Friday", or another day of the week'
        raise reader.wrong(reader.since(begin), "monthly_week_day", "words", message, fix)
    elif reader.now.plain in (",", "and", "&") and english.ordinal(reader.ahead(1).plain):
        reader.take()
        reader.take()
        message = "Zoom repeats on one place of a month"
        fix = 'make a series for each, such as "every month on the second Wednesday"'
        raise reader.wrong(reader.since(begin), "monthly_week", "words", message, fix)
    elif which < 0:
        reader.take("day")
        message = "Zoom has no word for the last day of a month"
        fix = 'write "on the last Friday" or "on day 28"; "on day 31" skips months without one'
        raise reader.wrong(reader.since(begin), "monthly_day", "words", message, fix)
    elif place is not None:
        reader.take("day")  # the first day of the month
    if reader.take("of", "in"):
        reader.take("the", "each", "every", "a")
        if not reader.take("month"):
            raise reader.expected('"the month"', "repeat_interval")
    if day is not None:
        return MonthlyOnWeekday(every, which, day)
    with reader.pointing(token, 'write "on day 15"'):
        return MonthlyOnDay(every, which)


def _end(reader: Reader) -> End:
    first = reader.now
    if not first.word:
        message = "the end is missing, and Zoom would make one meeting"
        fix = f"here may stand: {_AN_END}"
        raise reader.wrong(first, "end_times", "no-end-means-one", message, fix)
    if reader.take(*english.UNTIL):
        return _until(reader)
    if reader.take(*english.ENDLESS):
        return Forever()
    if reader.take("without", "with"):
        if first.plain == "with" and not reader.take("no"):
            raise reader.expected('"no end"', "end_times")
        reader.take("an")
        if not reader.take("end"):
            raise reader.expected('"end"', "end_times")
        return Forever()
    if reader.take("once", "twice"):
        return Count(1 if first.plain == "once" else 2)
    return _times(reader)


def _times(reader: Reader) -> Count | Forever:
    reader.take("for")
    if reader.take("ever"):
        return Forever()
    token = reader.now
    short = token.plain.endswith("x") and token.plain[:-1].isdigit()
    number = english.cardinal(token.plain[:-1] if short else token.plain)
    if number is None:
        raise _surplus(reader, _AN_END)
    reader.take()
    if not short:
        if reader.now.plain in english.UNITS:
            message = "a length of time is no end that Zoom knows"
            fix = f'write "{number} times", or "until" and {_A_DATE}'
            raise reader.wrong(reader.now, "end_times", "words", message, fix)
        if not reader.take(*english.TIMES):
            raise reader.expected('"times"', "end_times")
    fix = 'write fewer times, or "until" and a date, and a second series after it'
    with reader.pointing(token, fix):
        end = Count(number)
        limits.count_limit(number)
        return end


def _until(reader: Reader) -> Until | UntilInstant:
    first = reader.now
    word = first.word
    if "-" in word[1:]:
        reader.take()
        if ":" in word:
            return _until_instant(reader, first)
        year, month, day = map(int, word.split("-"))
        return Until(_date(reader, first, year, month, day))
    if "." in word or "/" in word:
        numbers = [int(part) for part in re.split("[./]", word) if part]
        raise _numbers_only(reader, first, numbers)
    return Until(_written_date(reader))


def _until_instant(reader: Reader, token: Token) -> UntilInstant:
    try:
        moment = datetime.fromisoformat(token.word.upper())
        if moment.utcoffset() is not None:
            return UntilInstant(moment)
        message = "could be in any time zone"
        fix = f'write the last day, "until {moment.date()}", or add Z for UTC'
    except ValueError:
        message = "is not a moment"
        fix = "write 2027-06-30T21:59:59Z, or only the last day: 2027-06-30"
    except OverflowError:
        message, fix = "is beyond the calendar", "choose another year"
    message = f"{token.word!r:.40} {message}"
    raise reader.wrong(token, "end_date_time", "words", message, fix)


def _written_date(reader: Reader) -> date:
    """Read 30 June 2027, June 30 2027, or 30th of June, 2027."""
    first = reader.now
    reader.take("the")
    number = _day_number(reader)
    while reader.take("of", "."):
        pass
    month = english.month(reader.now.plain)
    if month is None:
        raise _surplus(reader, _A_DATE if number is None else "a month", "end_date_time")
    reader.take()
    if number is None and (number := _day_number(reader)) is None:
        raise reader.expected("a day of the month", "end_date_time")
    reader.take(",")
    year = english.cardinal(reader.now.plain)
    if year is None or len(reader.now.word) != 4:
        raise reader.expected("a year in four digits", "end_date_time")
    reader.take()
    return _date(reader, reader.since(first), year, month, number)


def _day_number(reader: Reader) -> int | None:
    number = english.number(reader.now.plain)
    if number is not None:
        reader.take()
    return number


def _date(reader: Reader, at: Token, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        message = f"{at.word!r:.40} is not in the calendar: {error}"
        raise reader.wrong(at, "end_date_time", "words", message, f"write {_A_DATE}") from None


def _numbers_only(reader: Reader, at: Token, numbers: list[int]) -> WordsError:
    readings = []
    if len(numbers) == 3 and numbers[2] > 31:
        for day, month in (numbers[:2], numbers[1::-1]):
            with suppress(ValueError):
                readings.append(date(numbers[2], month, day).isoformat())
    choice = " or ".join(dict.fromkeys(readings)) or _A_DATE
    message = "a date in numbers is read differently from country to country"
    return reader.wrong(at, "end_date_time", "words-ambiguous", message, f"write {choice}")


def _surplus(reader: Reader, allowed: str, field: str = "") -> WordsError:
    """Return the error for a word that goes on after what is known."""
    token = reader.now
    known = english.NOT_PART_OF_IT
    hint = known.get(token.plain) or (known["at"] if ":" in token.word else None)
    if hint is None:
        return reader.expected(allowed, field)
    return reader.wrong(token, field, "words", f"{token.word!r:.40} is no part of it", hint)


def _unknown(reader: Reader, allowed: str, field: str = "") -> WordsError:
    """Return the error for a word that begins nothing that is known."""
    token = reader.now
    if token.plain in english.TWO_MEANINGS:
        message, fix = f"{token.word!r} has two meanings", english.TWO_MEANINGS[token.plain]
        return reader.wrong(token, field, "words-ambiguous", message, f"write {fix}")
    if token.plain in english.NOT_ZOOMS:
        message = "Zoom repeats by the day, the week, or the month"
        return reader.wrong(token, field, "words", message, english.NOT_ZOOMS[token.plain])
    return reader.expected(allowed, field)
