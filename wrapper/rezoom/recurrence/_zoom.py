"""Recurrences and series in Zoom's form, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .._times import WireTimeError, place_of, start_fields, utc_instant
from .._wire import facts
from ..errors import Problem
from . import _zones as zones
from ._expand import first_start, wall_clock
from ._limits import field_limits, problem, refusal
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekday, Weekly
from ._timeline import Count, End, Forever, Timeline, Until

SERIES_TYPE = 8
DAILY, WEEKLY, MONTHLY = 1, 2, 3
_SEND_BOTH = "send timezone together with start_time"
_SAY_BOTH = "write Recurrence.from_zoom(meeting['recurrence'], tz=…).starting(…, tz=…)"


def write_recurrence(pattern: Pattern, end: End, tz: ZoneInfo) -> dict[str, Any]:
    """Return the whole `recurrence` object; a last day ends with its last second in `tz`."""
    written = _write_pattern(pattern)
    last = zones.cutoff(end, tz)
    if last is not None:
        return written | {"end_date_time": utc_instant(last)}
    return written | {"end_times": end.times if isinstance(end, Count) else 0}


def write_series(timeline: Timeline) -> dict[str, Any]:
    """Return type, start_time, timezone and recurrence, all that one update needs."""
    return {
        "type": SERIES_TYPE,
        # Local: with a Z at its end, Zoom has been seen to ignore the time zone.
        "start_time": first_wall_clock(timeline).isoformat(timespec="seconds"),
        "timezone": timeline.tz.key,
        "recurrence": write_recurrence(timeline.pattern, timeline.end, timeline.tz),
    }


def first_wall_clock(timeline: Timeline) -> datetime:
    """Return the first start as it is written: as the pattern has it, even in a clock gap.

    Written as the clocks move it, it would move the whole series.
    """
    return wall_clock(timeline, first_start(timeline))


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
            week = {"monthly_week": nth, "monthly_week_day": weekday.zoom}
            return {"type": MONTHLY, "repeat_interval": every, **week}


def read_recurrence(obj: object, tz: ZoneInfo) -> tuple[Pattern, End, tuple[Problem, ...]]:
    """Return the pattern and the end of an answer, and what had to be guessed."""
    given = members(obj)
    if not given:
        fix = "read a meeting of type 8; others do not repeat at fixed times"
        raise refusal("", "no-recurrence", "the answer holds no recurrence", fix)
    guesses: list[Problem] = []
    return _read_pattern(given, guesses), _read_end(given, tz, guesses), tuple(guesses)


def read_series(meeting: object) -> tuple[Timeline, tuple[Problem, ...]]:
    """Return the series of a meeting that Zoom returned, and what had to be guessed."""
    given = members(meeting)
    tz = zone_of(given, _SAY_BOTH)
    pattern, end, guesses = read_recurrence(given.get("recurrence"), tz)
    listed = given.get("occurrences")
    items = map(members, listed if isinstance(listed, list | tuple) else ())
    starts = (item["start_time"] for item in items if "start_time" in item)
    start = given.get("start_time") or next(starts, None)
    if start is None:
        message = "the answer holds no start_time and no occurrences"
        raise refusal("start_time", "no-start", message, _SAY_BOTH, of="")
    read = moment(start, tz, utc_only=False)
    # A wall clock stays as it is written: one in a clock gap is that of all other starts.
    wall = read if read.tzinfo is None else zones.local(read, tz)
    return Timeline(pattern, end, wall, tz), guesses


def zone_of(answer: Mapping[str, Any], way_out: str = _SEND_BOTH) -> ZoneInfo:
    """Return the time zone of a meeting that was read; one that is not known is never guessed."""
    place, key = place_of(answer), answer.get("timezone")
    if place is not None:
        return place
    if isinstance(key, str) and key.strip():
        message = (
            f"the meeting's time zone {key[:60]!r} is not in the time zone database here, and UTC"
            " would be a guess"
        )
        way_out = f"update the database (pip install --upgrade tzdata), or {way_out}"
    else:
        message = "the answer names no time zone, and UTC would be a guess"
    raise refusal("timezone", "no-time-zone", message, way_out, of="")


def is_horizon(count: object) -> bool:
    """Tell whether only Zoom writes such a count: that of a series without an end."""
    return isinstance(count, int) and count > field_limits("end_times")[1]


def count_or_endless(recurrence: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Warn of the one count that a series without an end has too, unless it is weekly."""
    count, kind = _number(recurrence, "end_times"), _number(recurrence, "type")
    if count != facts.ENDLESS.other or kind == WEEKLY:
        return ()
    message = f"{count} is what a daily or monthly series without an end was seen to read as, too"
    fix = "taken as a count; if it has no end, say forever(), or send end_times of 0"
    return (_guess("end_times", "count-or-endless", message, fix),)


def members(obj: object) -> Mapping[str, Any]:
    """Read a mapping or a generated model as a mapping, without what is not set."""
    to_dict = getattr(obj, "to_dict", None)
    found = to_dict() if callable(to_dict) and not isinstance(obj, Mapping) else obj
    if not isinstance(found, Mapping):
        return {}
    return {name: value for name, value in found.items() if value is not None and value != ""}


def moment(
    value: object, tz: ZoneInfo, path: str = "start_time", *, utc_only: bool = True
) -> datetime:
    """Return the time that Zoom wrote: an instant, or the wall clock if that is wanted."""
    try:
        read = start_fields(value, tz, utc_only=utc_only)  # type: ignore[arg-type]  # it refuses
    except WireTimeError as error:
        raise refusal(path, "time", error.message, error.fix, of="") from None
    return datetime.fromisoformat(read["start_time"])


def _read_pattern(given: Mapping[str, Any], guesses: list[Problem]) -> Pattern:
    kind, every = _number(given, "type"), _number(given, "repeat_interval") or 1
    if kind == DAILY:
        return Daily(every)
    if kind == WEEKLY:
        return Weekly(every, _read_days(given, guesses))
    if kind == MONTHLY:
        return _read_month(given, every, guesses)
    message = f"{given.get('type')!r:.40} is not a type of recurrence"
    raise refusal("type", "recurrence.type.enum", message, "1 is daily, 2 weekly, 3 monthly")


def _read_days(given: Mapping[str, Any], guesses: list[Problem]) -> tuple[Weekday, ...]:
    days = given.get("weekly_days", [])
    listed = days.split(",") if isinstance(days, str) else days
    listed = listed if isinstance(listed, list | tuple) else [listed]
    found = tuple(Weekday.from_zoom(day) for day in listed if str(day).strip())
    if found:
        return found
    message = "missing: read as Sunday, Zoom's default"
    fix = "name the days: Recurrence.weekly(MON, WED)"
    guesses.append(_guess("weekly_days", "weekly-needs-days", message, fix))
    return (Weekday.SUN,)


def _read_month(given: Mapping[str, Any], every: int, guesses: list[Problem]) -> Pattern:
    # 0 is how some answers write "not set".
    day, nth = _number(given, "monthly_day"), _number(given, "monthly_week")
    weekday = _number(given, "monthly_week_day")
    if nth and weekday:
        if day:
            message = "beside a week and its day: the weekday was taken"
            fix = "choose one of the forms"
            guesses.append(_guess("monthly_day", "monthly-one-form", message, fix))
        return MonthlyOnWeekday(every, nth, Weekday.from_zoom(weekday))
    message = "alone says nothing: the day of the month was taken"
    fix = 'write monthly().on_the("last", FRI)'
    if nth:
        guesses.append(_guess("monthly_week", "monthly-week-needs-week-day", message, fix))
    if weekday:
        guesses.append(_guess("monthly_week_day", "monthly-week-day-needs-week", message, fix))
    if not day:
        message = "missing: read as the first of the month, Zoom's default"
        fix = "write monthly().on_day(1)"
        guesses.append(_guess("monthly_day", "monthly-needs-day", message, fix))
    return MonthlyOnDay(every, day or 1)


def _read_end(given: Mapping[str, Any], tz: ZoneInfo, guesses: list[Problem]) -> End:
    count, end = _number(given, "end_times"), given.get("end_date_time")
    if end is not None:
        if count is not None:
            message = f"both ends are there: the date was taken, not the count of {count}"
            fix = "choose one: Series.until() or Series.with_count()"
            guesses.append(_guess("end_times", "both-ends", message, fix))
        return _read_end_date(end, tz)
    if count is None:
        message = "no end is there: read as one meeting, Zoom's documented default"
        fix = "say until(date(2027, 6, 30)), times(12) or forever()"
        guesses.append(_guess("end_times", "no-end-means-one", message, fix))
        return Count(1)
    guesses += count_or_endless(given)
    return Forever() if count == 0 or is_horizon(count) else Count(count)


def _read_end_date(end: object, tz: ZoneInfo) -> End:
    if isinstance(end, str):
        with suppress(ValueError):  # it is a time too, as documented
            return Until(date.fromisoformat(end))
    # Zoom documents UTC for it, Z or not.
    return zones.end_at(moment(end, ZoneInfo("UTC"), "recurrence.end_date_time"), tz)


def _number(given: Mapping[str, Any], member: str) -> int | None:
    value = given.get(member)
    if value is None:
        return None
    try:
        if not isinstance(value, bool) and int(value) == float(value):
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass  # not a number, as said below
    message = f"{value!r:.40} is not a whole number"
    fix = "look at the answer: Zoom writes whole numbers here"
    raise refusal(member, f"recurrence.{member}.type", message, fix)


def _guess(member: str, rule: str, message: str, fix: str) -> Problem:
    return problem(member, rule, message, fix, severity="warning")
