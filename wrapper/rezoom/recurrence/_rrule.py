"""Rules of RFC 5545 and recurrences, both ways; a rule is read only with exactly its dates.

A rule without a start is read for a start that lies on it, as RFC 5545 §3.8.5.3 asks for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from . import _limits as limits
from . import _rrule_pattern as rrule_pattern
from . import _zones as zones
from ._pattern import (
    Count,
    Daily,
    End,
    Forever,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Pattern,
    Until,
    UntilInstant,
    Weekly,
)
from ._problems import RecurrenceError, refusal
from ._rrule_text import NotExpressible, Rule, read_moment, read_text
from ._series import Recurrence

if TYPE_CHECKING:
    from ._expand import ShortMonths
    from ._series import Series
    from ._zones import ClockGaps

_SHORTEST = 28


def read_rule(
    text: object,
    tz: str | ZoneInfo,
    start: datetime | None = None,
    short_months: ShortMonths = "skip",
) -> Recurrence:
    """Read a rule as a recurrence; NotExpressible if Zoom has none with the same dates."""
    place = zones.named(tz)
    rule, _ = read_text(text, place)
    if start is not None:
        rule = replace(rule, start=zones.placed(start, place)[0])
    return _read(rule, place, short_months)


def read_series(
    text: object, tz: str | ZoneInfo | None, short_months: ShortMonths, clock_gaps: ClockGaps
) -> Series:
    """Read DTSTART and RRULE as a series."""
    rule, place = read_text(text, None if tz is None else zones.named(tz))
    if rule.start is None:
        raise refusal(
            "start_time", "rrule", "the text has no DTSTART, and a series starts somewhere",
            "write Recurrence.from_rrule(text, tz=…).starting(datetime(…), tz=…)", of="",
        )  # fmt: skip
    if place is None:
        fix = 'write tz="Europe/Berlin"'
        raise refusal("timezone", "rrule", "DTSTART names no time zone", fix, of="")
    found = _read(rule, place, short_months)
    return found.starting(rule.start, tz=place, short_months=short_months, clock_gaps=clock_gaps)


def write_rule(series: Series, *, by_time: datetime | None = None) -> str:
    """Write the rule with the series' dates, to stand beside its first start as DTSTART.

    `by_time` ends it with that instant, whatever end the series has.
    """
    parts = write_pattern(series.recurrence.pattern, clamp=series.short_months == "clamp")
    end, cutoff = series.recurrence.end, by_time or series.cutoff
    if cutoff is not None:
        parts["UNTIL"] = f"{cutoff.isoformat().replace('-', '').replace(':', '')[:15]}Z"
    elif isinstance(end, Count):
        parts["COUNT"] = str(end.times)
    return Rule(parts).text()


def write_pattern(pattern: Pattern, *, clamp: bool = False) -> dict[str, str]:
    """Write the parts of a rule without its end."""
    every = {} if pattern.every == 1 else {"INTERVAL": str(pattern.every)}
    match pattern:
        case Daily():
            return {"FREQ": "DAILY"} | every
        case Weekly(days=days):
            listed = {"BYDAY": ",".join(day.rrule for day in days)}
            # Weeks begin on Monday unless told otherwise, which matters once some are left out.
            return {"FREQ": "WEEKLY"} | every | listed | ({"WKST": "SU"} if every else {})
        case MonthlyOnDay(day=day) if clamp and day > _SHORTEST:
            numbers = ",".join(map(str, range(_SHORTEST, day + 1)))
            return {"FREQ": "MONTHLY"} | every | {"BYMONTHDAY": numbers, "BYSETPOS": "-1"}
        case MonthlyOnDay(day=day):
            return {"FREQ": "MONTHLY"} | every | {"BYMONTHDAY": str(day)}
        case MonthlyOnWeekday(nth=nth, day=weekday):
            return {"FREQ": "MONTHLY"} | every | {"BYDAY": f"{nth}{weekday.rrule}"}


def _read(rule: Rule, tz: ZoneInfo, short_months: ShortMonths) -> Recurrence:
    try:
        end = _read_end(rule, tz)
        last = _last_wall(end, tz)
        pattern = rrule_pattern.read(rule, last, clamp=short_months == "clamp")
        return Recurrence(pattern, end)
    except rrule_pattern.Unsayable as found:
        instead = found.instead
        if instead is not None and not isinstance(instead, Rule):
            ends = {name: rule.parts[name] for name in ("COUNT", "UNTIL") if name in rule.parts}
            instead = Rule(write_pattern(instead, clamp=short_months == "clamp") | ends)
        nearest = _readable(instead, tz, short_months)
        raise NotExpressible(found.part, found.why, nearest=nearest, fix=found.fix) from None


def _readable(rule: Rule | None, tz: ZoneInfo, short_months: ShortMonths) -> str:
    """Return a rule's text if Zoom can say it, else the nearest one to it."""
    if rule is None:
        return ""
    try:
        _read(rule, tz, short_months)
    except NotExpressible as error:
        return error.nearest
    except RecurrenceError:
        return ""
    return rule.text()


def _read_end(rule: Rule, tz: ZoneInfo) -> End:
    if "COUNT" in rule.parts:
        count, limit = rule.number("COUNT", 1), limits.field_limits("end_times")[1]
        if count > limit:
            why = f"Zoom makes {limit} meetings of a series at most"
            fewer = rule.without("COUNT", COUNT=limit)
            raise rrule_pattern.Unsayable(rule.said("COUNT"), why, fewer)
        return Count(count)
    if "UNTIL" not in rule.parts:
        return Forever()
    found = read_moment(rule.parts["UNTIL"], "UNTIL")
    if not isinstance(found, datetime):
        return Until(found)
    instant = zones.instant(found, tz)
    day = instant.astimezone(tz).date()
    return Until(day) if zones.last_instant(day, tz) == instant else UntilInstant(instant)


def _last_wall(end: End, tz: ZoneInfo) -> datetime | None:
    if isinstance(end, Until):
        return datetime.combine(end.last_day, time.max)
    if isinstance(end, UntilInstant):
        return end.instant.astimezone(tz).replace(tzinfo=None)
    return None
