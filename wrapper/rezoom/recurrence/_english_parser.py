"""English words to a recurrence: a pattern, then its end.

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

from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from . import _english_words as english_words
from ._english_words import EXAMPLE, Reader, Token
from ._pattern import Nth
from ._problems import RecurrenceError, refusal
from ._series import Recurrence, Unbounded
from ._weekday import Weekday

if TYPE_CHECKING:
    from collections.abc import Callable

_AN_END = '"until 2027-06-30", "12 times", or "forever"'
_A_DATE = "a date such as 2027-06-30 or 30 June 2027"


def read_end(reader: Reader, pattern: Unbounded) -> Recurrence:
    """Read the end of the words, after which nothing may follow."""
    reader.take(",")
    found = _end(reader, pattern)
    if reader.now.word:
        raise _surplus(reader, "nothing more: the recurrence is complete")
    return found


def _end(reader: Reader, pattern: Unbounded) -> Recurrence:
    first = reader.now
    if not first.word:
        raise reader.wrong(
            first, "end_times", "no-end-means-one",
            "the end is missing, and Zoom would make one meeting", f"here may stand: {_AN_END}",
        )  # fmt: skip
    if reader.take(*english_words.UNTIL):
        return _until(reader, pattern)
    if reader.take(*english_words.ENDLESS):
        return pattern.forever()
    if reader.take("without", "with"):
        if first.plain == "with" and not reader.take("no"):
            raise reader.expected('"no end"', "end_times")
        reader.take("an")
        if not reader.take("end"):
            raise reader.expected('"end"', "end_times")
        return pattern.forever()
    if reader.take("once"):
        return pattern.times(1)
    if reader.take("twice"):
        return pattern.times(2)
    return _times(reader, pattern)


def _times(reader: Reader, pattern: Unbounded) -> Recurrence:
    reader.take("for")
    if reader.take("ever"):
        return pattern.forever()
    token = reader.now
    word = token.plain
    if word.endswith("x") and word[:-1].isdigit():
        number = english_words.cardinal(Token(word[:-1], token.begin, token.end))
        reader.take()
    else:
        number = english_words.cardinal(token)
        if number is None:
            raise _surplus(reader, _AN_END)
        reader.take()
        if reader.now.plain in english_words.UNITS:
            raise reader.wrong(
                reader.now, "end_times", "words", "a length of time is no end that Zoom knows",
                f'write "{number} times", or "until" and {_A_DATE}',
            )  # fmt: skip
        if not reader.take(*english_words.TIMES):
            raise reader.expected('"times"', "end_times")
    try:
        return pattern.times(number or 0)
    except RecurrenceError as error:
        found = error.problems[0]
        fix = 'write fewer times, or "until" and a date, and a second series after it'
        raise reader.wrong(token, "end_times", found.rule, found.message, fix) from None


def _until(reader: Reader, pattern: Unbounded) -> Recurrence:
    first = reader.now
    word = first.word.upper()
    if first.plain and first.plain[0].isdigit() and "T" in word and "-" in word:
        reader.take()
        return _until_instant(reader, pattern, first)
    if "-" in word and len(word) > 1:
        reader.take()
        year, month, day = map(int, word.split("-"))
        return pattern.until(_date(reader, first, year, month, day))
    if "." in word or "/" in word:
        numbers = [int(part) for part in word.replace(".", "/").split("/") if part.isdigit()]
        raise _numbers_only(reader, first, numbers)
    return pattern.until(_written_date(reader))


def _until_instant(reader: Reader, pattern: Unbounded, token: Token) -> Recurrence:
    try:
        moment = datetime.fromisoformat(token.word.upper())
    except ValueError:
        message = f"{token.word!r:.40} is not a moment"
        fix = "write 2027-06-30T21:59:59Z, or only the last day: 2027-06-30"
        raise reader.wrong(token, "end_date_time", "words", message, fix) from None
    if moment.utcoffset() is None:
        message = f"{token.word!r:.40} could be in any time zone"
        fix = f'write the last day, "until {moment.date()}", or add Z for UTC'
        raise reader.wrong(token, "end_date_time", "words", message, fix)
    try:
        return pattern.until_instant(moment)
    except OverflowError:
        message = f"{token.word!r:.40} is beyond the calendar"
        raise reader.wrong(
            token, "end_date_time", "words", message, "choose another year"
        ) from None


def _written_date(reader: Reader) -> date:
    """Read 30 June 2027, June 30 2027, or 30th of June, 2027."""
    first = reader.now
    reader.take("the")
    number = _day_number(reader)
    while reader.take("of", "."):
        pass
    month = english_words.month(reader.now)
    if month is None:
        raise _surplus(reader, _A_DATE if number is None else "a month", "end_date_time")
    reader.take()
    if number is None:
        number = _day_number(reader)
        if number is None:
            raise reader.expected("a day of the month", "end_date_time")
    reader.take(",")
    year = english_words.cardinal(reader.now)
    if year is None or len(reader.now.word) != 4:
        raise reader.expected("a year in four digits", "end_date_time")
    reader.take()
    return _date(reader, reader.span(first), year, month, number)


def _day_number(reader: Reader) -> int | None:
    place = english_words.ordinal(reader.now)
    number = place.number if place else english_words.cardinal(reader.now)
    if number is not None:
        reader.take()
    return number


def _date(reader: Reader, at: Token, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        message = f"{at.word!r:.40} is not in the calendar: {error}"
        raise reader.wrong(at, "end_date_time", "words", message, f"write {_A_DATE}") from None


def _numbers_only(reader: Reader, at: Token, numbers: list[int]) -> RecurrenceError:
    readings = []
    if len(numbers) == 3 and numbers[2] > 31:
        for day, month in (numbers[:2], numbers[1::-1]):
            try:
                readings.append(date(numbers[2], month, day).isoformat())
            except ValueError:
                continue
    choice = " or ".join(dict.fromkeys(readings)) or _A_DATE
    message = "a date in numbers is read differently from country to country"
    return reader.wrong(at, "end_date_time", "words-ambiguous", message, f"write {choice}")


def _surplus(reader: Reader, allowed: str, field: str = "") -> RecurrenceError:
    token = reader.now
    hint = english_words.NOT_PART_OF_IT.get(token.plain)
    if hint is None and ":" in token.word:
        hint = english_words.NOT_PART_OF_IT["at"]
    if hint is None:
        return reader.expected(allowed, field)
    return reader.wrong(token, field, "words", f"{token.word!r:.40} is no part of it", hint)


Step = TypeVar("Step")

_NTH: dict[int, Nth] = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_A_PATTERN = '"every day", "every 2 weeks on Tuesday", "every month on the last Friday"'
_A_DAY = "a day of the week: mon, tue, wed, thu, fri, sat, sun"
_SMALLER = "write a number in that range"
_A_UNIT = "day, week, month, weekday, or " + _A_DAY
_A_PLACE = '"day 15", or "the last Friday"'


def parse(words: object) -> Recurrence:
    """Read a recurrence said in words; a WordsError points at what cannot be read."""
    if not isinstance(words, str):
        raise refusal("", "words", f"{words!r:.40} is not a text", EXAMPLE)
    reader = Reader.over(words)
    if not reader.tokens:
        raise reader.expected(_A_PATTERN)
    return read_end(reader, _pattern(reader))


def _pattern(reader: Reader) -> Unbounded:
    first = reader.now
    if reader.take(*english_words.ADVERBS):
        unit, every = english_words.ADVERBS[first.plain]
        return _of_unit(reader, unit, every, first)
    if reader.take("every", "each"):
        return _after_every(reader)
    reader.take("on")
    if reader.now.plain == "the" or english_words.ordinal(reader.now):
        return _on_place(reader, 1, first)
    if _day_begins(reader.now):
        return _weekly(reader, 1, first)
    raise _unknown(reader, _A_PATTERN)


def _after_every(reader: Reader) -> Unbounded:
    first = reader.now
    if reader.take("other"):
        return _counted(reader, 2, first)
    place = english_words.ordinal(first)
    if place is not None and place.number > 0 and reader.ahead(1).plain in english_words.UNITS:
        reader.take()
        return _counted(reader, place.number, first)
    if place is not None:
        return _every_nth(reader, place.number, first)
    number = english_words.cardinal(first)
    if number is None:
        return _counted(reader, 1, first)
    reader.take()
    return _counted(reader, number, first)


def _counted(reader: Reader, every: int, at: Token) -> Unbounded:
    token = reader.now
    if reader.take(*english_words.UNITS):
        return _of_unit(reader, english_words.UNITS[token.plain], every, at)
    if _day_begins(token):
        if token.plain.startswith("weekday") and every != 1:
            reader.take()
            raise reader.wrong(
                reader.span(at), "repeat_interval", "words",
                "Monday to Friday repeat every week only",
                'write "every weekday", or "every 2 weeks on weekdays"',
            )  # fmt: skip
        return _weekly(reader, every, at)
    raise _unknown(reader, _A_UNIT)


def _every_nth(reader: Reader, nth: int, at: Token) -> Unbounded:
    """Read `every last Friday`; `every 2nd Tuesday` has two meanings and is refused."""
    day = english_words.weekday(reader.ahead(1))
    if day is None:
        reader.take()
        raise _unknown(reader, f"day, week, month, or {_A_DAY}")
    if nth > 0 and reader.ahead(2).plain not in ("of", "in"):
        reader.take()
        reader.take()
        readings = [f'"every {nth} weeks on {day.full_name}"']
        if nth in _NTH:
            readings.append(f'"every month on the {_NTH[nth]} {day.full_name}"')
        raise reader.wrong(
            reader.span(at), "repeat_interval", "words-ambiguous",
            "this can mean a week or a place in the month", f"write {' or '.join(readings)}",
        )  # fmt: skip
    return _on_place(reader, 1, at)


def _of_unit(reader: Reader, unit: str, every: int, at: Token) -> Unbounded:
    if unit == "day":
        if reader.now.plain == "on":
            raise reader.wrong(
                reader.now, "weekly_days", "words", "a daily pattern has no days of the week",
                'write "every week on Monday and Friday"',
            )  # fmt: skip
        return _built(reader, at, _SMALLER, lambda: Recurrence.daily(every=every))
    if unit == "week":
        if not reader.take("on") and not _day_begins(reader.now):
            raise reader.wrong(
                reader.now, "weekly_days", "weekly-needs-days",
                "the days of the week are missing, and Zoom would take Sundays",
                f'write "on Monday"; here may stand: "on" and {_A_DAY}',
            )  # fmt: skip
        return _weekly(reader, every, at)
    if not reader.take("on"):
        raise reader.wrong(
            reader.now, "monthly_day", "monthly-needs-day",
            "the day of the month is missing, and Zoom would take the first",
            f'here may stand: "on" and {_A_PLACE}',
        )  # fmt: skip
    return _on_place(reader, every, at)


def _weekly(reader: Reader, every: int, at: Token) -> Unbounded:
    days = list(_day_range(reader))
    while True:
        commas = list(iter(lambda: reader.take(",", "and", "&", "+", "/"), None))
        if not _day_begins(reader.now):
            break
        days += _day_range(reader)
    if commas and commas[-1].plain != ",":
        raise reader.expected(_A_DAY, "weekly_days")
    # A comma that is no part of the list belongs to the end.
    reader.place -= len(commas)
    return _built(reader, at, _SMALLER, lambda: Recurrence.weekly(*days, every=every))


def _day_range(reader: Reader) -> tuple[Weekday, ...]:
    """Read a day, a range of days, or a word for several."""
    token = reader.now
    if reader.take("weekday", "weekdays", "workdays"):
        return english_words.WORKING_DAYS
    if reader.take("weekend", "weekends"):
        return english_words.FREE_DAYS
    first = None if token.plain in ("and", "on") else english_words.weekday(token)
    if first is None:
        raise _unknown(reader, _A_DAY, "weekly_days")
    reader.take()
    last = english_words.weekday(reader.ahead(1))
    if last is None or not reader.take("-", "–", "to", "through", "thru"):
        return (first,)
    reader.take()
    span = (last.iso - first.iso) % 7
    return tuple(Weekday((first.python + step) % 7 + 1) for step in range(span + 1))


def _on_place(reader: Reader, every: int, at: Token) -> Unbounded:
    begin = reader.now
    reader.take("the")
    if reader.take("day"):
        begin = reader.now
    token = reader.now
    place, number = english_words.ordinal(token), english_words.cardinal(token)
    if place is None and number is None:
        raise _unknown(reader, _A_PLACE, "monthly_day")
    reader.take()
    day = english_words.weekday(reader.now) if place else None
    if place and day is not None:
        reader.take()
        if place.number not in _NTH:
            raise reader.wrong(
                reader.span(begin), "monthly_week", "words",
                f"Zoom knows no {token.word} {day.full_name} of a month, since not all have one",
                f'write "on the last {day.full_name}", or first, second, third, fourth',
            )  # fmt: skip
        _of_the_month(reader)
        monthly = _built(reader, at, _SMALLER, lambda: Recurrence.monthly(every=every))
        return monthly.on_the(_NTH[place.number], day)
    if place and place.number < 0:
        reader.take("day")
        raise reader.wrong(
            reader.span(begin), "monthly_day", "words",
            "Zoom has no word for the last day of a month",
            'write "on the last Friday" or "on day 28"; "on day 31" skips months without one',
        )  # fmt: skip
    _of_the_month(reader)
    monthly = _built(reader, at, _SMALLER, lambda: Recurrence.monthly(every=every))
    which = place.number if place else number or 0
    return _built(reader, token, 'write "on day 15"', lambda: monthly.on_day(which))


def _of_the_month(reader: Reader) -> None:
    if reader.take("of", "in"):
        reader.take("the", "each", "every", "a")
        if not reader.take("month"):
            raise reader.expected('"the month"', "repeat_interval")


def _day_begins(token: Token) -> bool:
    groups = ("weekday", "weekdays", "workdays", "weekend", "weekends")
    return token.plain in groups or english_words.weekday(token) is not None


def _built(reader: Reader, at: Token, fix: str, build: Callable[[], Step]) -> Step:
    """Let the builders judge; what they refuse is pointed at."""
    try:
        return build()
    except RecurrenceError as error:
        found = error.problems[0]
        field = found.path.removeprefix("recurrence").lstrip(".")
        raise reader.wrong(at, field, found.rule, found.message, fix) from None


def _unknown(reader: Reader, allowed: str, field: str = "") -> RecurrenceError:
    token = reader.now
    if token.plain in english_words.TWO_MEANINGS:
        readings = english_words.TWO_MEANINGS[token.plain]
        message = f"{token.word!r} has two meanings"
        return reader.wrong(token, field, "words-ambiguous", message, f"write {readings}")
    if token.plain in english_words.NOT_ZOOMS:
        message = "Zoom repeats by the day, the week, or the month"
        return reader.wrong(token, field, "words", message, english_words.NOT_ZOOMS[token.plain])
    return reader.expected(allowed, field)
