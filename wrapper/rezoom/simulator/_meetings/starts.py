"""The starts of a series, as far as they are known: pure calendar arithmetic.

Where Zoom says nothing the quirks decide; weeks begin on Sunday, as in the rules Zoom writes into
calendars (https://github.com/w3c/calendar/issues/32).
"""

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

from ..._wire import facts

MOST = facts.BODIES["updateMeeting"]["recurrence.end_times"].maximum or 1
DAILY, WEEKLY, MONTHLY = 1, 2, 3
_LAST_YEAR = 9999


def with_defaults(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what a pattern leaves out with the defaults that Zoom's endpoint document prints."""
    full: dict[str, Any] = {"repeat_interval": 1, **pattern}
    if full["type"] == WEEKLY:
        full.setdefault("weekly_days", "1")
    if full["type"] == MONTHLY and not {"monthly_week", "monthly_week_day"} <= full.keys():
        full.setdefault("monthly_day", 1)
    if "end_date_time" not in full:
        full.setdefault("end_times", 1)
    return full


def starts_in_utc(
    pattern: Mapping[str, Any],
    first: datetime,
    place: ZoneInfo,
    *,
    now: datetime,
    horizon: int = facts.ENDLESS.other,
    clamp: bool = False,
) -> list[datetime]:
    """List the starts of a series in UTC; the first is the earliest match on or after `first`.

    `first` is a wall clock in `place`. A series with `end_times` 0 gets `horizon` starts counted
    from `now`. With `clamp` a day that a month lacks becomes the month's last day.
    """
    instants = _in_utc(starts(pattern, first, clamp=clamp), place)
    end = pattern.get("end_date_time")
    if end is not None:
        last = datetime.fromisoformat(end)
        instants = takewhile(lambda instant: instant <= last, instants)
    times = pattern.get("end_times")
    if times == 0 and end is None:
        return list(islice((instant for instant in instants if instant >= now), horizon))
    # A request cannot ask for more than 60, but an endless series is stored with its horizon.
    return list(islice(instants, times or MOST))


def starts(
    pattern: Mapping[str, Any], first: datetime, *, clamp: bool = False
) -> Iterator[datetime]:
    """Yield the wall-clock starts of a pattern from `first` on, whatever its end says."""
    kind, interval = pattern["type"], pattern.get("repeat_interval", 1)
    if kind == DAILY:
        days: Iterator[date] = (first.date() + timedelta(days=n) for n in count(0, interval))
    elif kind == WEEKLY:
        numbers = {int(number) for number in pattern["weekly_days"].split(",")}
        days = _weekly(first.date(), interval, sorted(numbers))
    else:
        days = _monthly(first.date(), interval, pattern, clamp=clamp)
    try:
        for day in days:
            if day >= first.date():
                yield datetime.combine(day, first.time())
    except OverflowError:
        return  # past the calendar's last day


def _weekly(first: date, interval: int, numbers: list[int]) -> Iterator[date]:
    sunday = first - timedelta(days=first.isoweekday() % 7)
    for week in count(0, interval):
        for number in numbers:
            yield sunday + timedelta(weeks=week, days=number - 1)


def _monthly(
    first: date, interval: int, pattern: Mapping[str, Any], *, clamp: bool
) -> Iterator[date]:
    for month in count(first.year * 12 + first.month - 1, interval):
        year, index = divmod(month, 12)
        if year > _LAST_YEAR:
            return
        day = _day_of_month(year, index + 1, pattern, clamp=clamp)
        if day is not None:
            yield date(year, index + 1, day)


def _day_of_month(year: int, month: int, pattern: Mapping[str, Any], *, clamp: bool) -> int | None:
    first_weekday, length = calendar.monthrange(year, month)
    if "monthly_week" in pattern and "monthly_week_day" in pattern:
        week: int = pattern["monthly_week"]
        weekday: int = (pattern["monthly_week_day"] + 5) % 7  # Monday is 0 in Python
        first_match = 1 + (weekday - first_weekday) % 7
        last_match = first_match + (length - first_match) // 7 * 7
        return last_match if week == -1 else first_match + (week - 1) * 7
    wanted: int = pattern.get("monthly_day", 1)
    if wanted > length and not clamp:
        return None
    return min(wanted, length)


def _in_utc(wall_clocks: Iterator[datetime], place: ZoneInfo) -> Iterator[datetime]:
    for wall_clock in wall_clocks:
        try:
            yield wall_clock.replace(tzinfo=place).astimezone(UTC)
        except OverflowError:
            return
