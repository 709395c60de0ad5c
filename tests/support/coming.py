"""Dates of a document, to be run next year too: as written while they are to come, then moved."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

# After so many years every date has its weekday again, and every leap year its 29 February.
_YEARS, _DAYS = 28, 10_227
_DATE = re.compile(r"\b(20\d\d)(-|, )(\d\d?)\2(\d\d?)")
_ID = re.compile(r"\b\d{13}\b")


def to_come(text: str, today: date | None = None) -> str:
    """Move all dates of a text on by 28 years, as often as the first of them needs it.

    For documents: a person reads dates, not sums, and what has gone by is refused, as it should be.
    Dates are `2027-03-02` and `2027, 3, 2`; ids of occurrences, which are milliseconds, go along.
    """
    # A day early: it is tomorrow already in some time zone, and a test takes its time.
    tomorrow = (today or datetime.now(UTC).date()) + timedelta(days=1)
    days = [date(int(year), int(month), int(day)) for year, _, month, day in _DATE.findall(text)]
    times = 0
    while days and min(days) + times * timedelta(days=_DAYS) <= tomorrow:
        times += 1
    moved = _DATE.sub(lambda found: f"{int(found[1]) + times * _YEARS}{found[0][4:]}", text)
    return _ID.sub(lambda found: str(int(found[0]) + times * _DAYS * 86_400_000), moved)
