"""A series in Zoom's own form, as documented."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from ..times import utc_instant
from . import zones
from .pattern import (
    Count,
    Daily,
    End,
    Forever,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Pattern,
    Recurrence,
    Until,
    UntilInstant,
    Weekly,
)
from .series import Series

SERIES_TYPE = 8
DAILY, WEEKLY, MONTHLY = 1, 2, 3


def write_recurrence(recurrence: Recurrence, tz: ZoneInfo) -> dict[str, Any]:
    """Return the whole `recurrence` object; a last day ends with its last second in `tz`."""
    return {**_write_pattern(recurrence.pattern), **_write_end(recurrence.end, tz)}


def write_series(series: Series) -> dict[str, Any]:
    """Return type, start_time, timezone and recurrence, all that one update needs."""
    return {
        "type": SERIES_TYPE,
        # Local: with a Z at its end, Zoom has been seen to ignore the time zone.
        "start_time": first_wall_clock(series).isoformat(timespec="seconds"),
        "timezone": series.tz.key,
        "recurrence": write_recurrence(series.recurrence, series.tz),
    }


def first_wall_clock(series: Series) -> datetime:
    """Return the first start as the pattern has it."""
    first = next(iter(series))
    # A start in a clock gap is written as meant, or the whole series would move with it.
    day = next(islice(series.days(), first.index, None))
    return datetime.combine(date.fromordinal(day), series.start.time())


def _write_pattern(pattern: Pattern) -> dict[str, Any]:
    match pattern:
        case Daily(every):
            return {"type": DAILY, "repeat_interval": every}
        case Weekly(every, days):
            numbers = ",".join(str(number) for number in sorted(day.zoom for day in days))
            return {"type": WEEKLY, "repeat_interval": every, "weekly_days": numbers}
        case MonthlyOnDay(every, day):
            return {"type": MONTHLY, "repeat_interval": every, "monthly_day": day}
        case MonthlyOnWeekday(every, nth, weekday):
            return {
                "type": MONTHLY, "repeat_interval": every,
                "monthly_week": nth, "monthly_week_day": weekday.zoom,
            }  # fmt: skip


def _write_end(end: End, tz: ZoneInfo) -> dict[str, Any]:
    match end:
        case Count(times):
            return {"end_times": times}
        case Forever():
            return {"end_times": 0}
        case Until(last_day):
            return {"end_date_time": utc_instant(zones.last_instant(last_day, tz))}
        case UntilInstant(instant):
            return {"end_date_time": utc_instant(instant)}
