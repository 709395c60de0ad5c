"""How the words of a recurrence end: at a date, after a number of meetings, or never."""

from __future__ import annotations

from datetime import date, datetime

from . import vocabulary
from .pattern import Recurrence, Unbounded
from .refusal import RecurrenceError
from .tokens import Reader, Token

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
    if reader.take(*vocabulary.UNTIL):
        return _until(reader, pattern)
    if reader.take(*vocabulary.ENDLESS):
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
        number = vocabulary.cardinal(Token(word[:-1], token.begin, token.end))
        reader.take()
    else:
        number = vocabulary.cardinal(token)
        if number is None:
            raise _surplus(reader, _AN_END)
        reader.take()
        if reader.now.plain in vocabulary.UNITS:
            raise reader.wrong(
                reader.now, "end_times", "words", "a length of time is no end that Zoom knows",
                f'write "{number} times", or "until" and {_A_DATE}',
            )  # fmt: skip
        if not reader.take(*vocabulary.TIMES):
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
    month = vocabulary.month(reader.now)
    if month is None:
        raise _surplus(reader, _A_DATE if number is None else "a month", "end_date_time")
    reader.take()
    if number is None:
        number = _day_number(reader)
        if number is None:
            raise reader.expected("a day of the month", "end_date_time")
    reader.take(",")
    year = vocabulary.cardinal(reader.now)
    if year is None or len(reader.now.word) != 4:
        raise reader.expected("a year in four digits", "end_date_time")
    reader.take()
    return _date(reader, reader.span(first), year, month, number)


def _day_number(reader: Reader) -> int | None:
    place = vocabulary.ordinal(reader.now)
    number = place.number if place else vocabulary.cardinal(reader.now)
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
    hint = vocabulary.NOT_PART_OF_IT.get(token.plain)
    if hint is None and ":" in token.word:
        hint = vocabulary.NOT_PART_OF_IT["at"]
    if hint is None:
        return reader.expected(allowed, field)
    return reader.wrong(token, field, "words", f"{token.word!r:.40} is no part of it", hint)
