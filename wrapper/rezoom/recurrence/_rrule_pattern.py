"""Rules of RFC 5545 read as patterns of Zoom's, with exactly the same dates or not at all.

A rule without a start is read for a start that lies on it, as RFC 5545 §3.8.5.3 asks for.

A month has 28 to 31 days and begins on one of seven weekdays: 28 shapes, and all of them occur. Two
rules that pick the same days in all 28 are the same rule, however differently they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import islice, zip_longest
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from . import _limits as limits
from . import _zones as zones
from ._limits import NTH, RecurrenceError, refusal
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekday, Weekly
from ._rrule import (
    AFTERWARDS,
    NotExpressible,
    Rule,
    malformed,
    read_moment,
    read_text,
    write_pattern,
)
from ._timeline import ClockGaps, Count, End, Forever, ShortMonths, Timeline, Until

T = TypeVar("T")

# The number of days of a month, and the weekday of its first, 0 for Monday.
_SHAPES = tuple((length, first) for length in range(28, 32) for first in range(7))
# The days of the month that a rule picks in each of the shapes.
_Picks: TypeAlias = tuple[frozenset[int], ...]

_LONGEST = 31
_MONTHS = 12
# More dates than can differ.
_MANY = 1000
_EACH_YEAR = "schedule each year's meetings on their own"
_CLOCK = {"BYHOUR": "hour", "BYMINUTE": "minute", "BYSECOND": "second"}
_CLOCK_FREQUENCIES = ("HOURLY", "MINUTELY", "SECONDLY")


class _Unsayable(Exception):
    """A part that Zoom cannot say, and a rule to try in its place."""

    def __init__(self, part: str, why: str, instead: Rule | None = None, *, fix: str = "") -> None:
        super().__init__(part, why)
        self.part, self.why, self.instead, self.fix = part, why, instead, fix


def read_rule(
    text: object,
    tz: str | ZoneInfo,
    start: datetime | None = None,
    short_months: ShortMonths = "skip",
) -> tuple[Pattern, End]:
    """Read a rule as a pattern and its end; NotExpressible if Zoom has none with these dates."""
    place = zones.named(tz)
    rule, _ = read_text(text, place)
    if rule.dates:
        fix = f"{AFTERWARDS}: Series.from_rrule lists them as excluded"
        raise NotExpressible(rule.dates[0].name, "a recurrence has a pattern alone", fix=fix)
    if start is not None:
        rule = replace(rule, start=zones.placed(start, place)[0])
    return _read(rule, place, short_months)


def read_timeline(
    rule: Rule, place: ZoneInfo | None, short_months: ShortMonths, clock_gaps: ClockGaps
) -> Timeline:
    """Read a rule with its start as a timeline; NotExpressible if Zoom has none like it."""
    if rule.start is None:
        message = "the text has no DTSTART, and a series starts somewhere"
        fix = "write Recurrence.from_rrule(text, tz=…).starting(datetime(…), tz=…)"
        raise refusal("start_time", "rrule", message, fix, of="")
    if place is None:
        fix = 'write tz="Europe/Berlin"'
        raise refusal("timezone", "rrule", "DTSTART names no time zone", fix, of="")
    pattern, end = _read(rule, place, short_months)
    start, place = zones.placed(rule.start, place)
    return Timeline(pattern, end, start, place, short_months, clock_gaps)


def _read(rule: Rule, tz: ZoneInfo, short_months: ShortMonths) -> tuple[Pattern, End]:
    try:
        end = _read_end(rule, tz)
        cutoff = zones.cutoff(end, tz)
        last = None if cutoff is None else zones.local(cutoff, tz)
        return _read_pattern(rule, last, clamp=short_months == "clamp"), end
    except _Unsayable as found:
        nearest = _readable(found.instead, tz, short_months)
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
            raise _Unsayable(rule.said("COUNT"), why, rule.without("COUNT", COUNT=limit))
        return Count(count)
    if "UNTIL" not in rule.parts:
        return Forever()
    found = read_moment(rule.parts["UNTIL"], "UNTIL")
    if not isinstance(found, datetime):
        return Until(found)
    return zones.end_at(zones.instant(found, tz), tz)


def _read_pattern(rule: Rule, last: datetime | None, *, clamp: bool) -> Pattern:
    """Return the pattern; `last` is the wall clock time after which the rule has no dates."""
    _refuse_foreign_parts(rule)
    rule = _without_months(rule)
    every = rule.number("INTERVAL", 1)
    match rule.parts["FREQ"]:
        case "DAILY" if every == 1 and "BYMONTHDAY" in rule.parts:
            # Every day that is such a day of the month: the same thing said from the other side.
            rule.weekdays()  # refuses 2TU, which a month would take
            found = _monthly(_without_places(rule).without(FREQ="MONTHLY"), 1, clamp=clamp)
        case "DAILY":
            found = _daily(_without_places(rule), every)
        case "WEEKLY":
            found = _weekly(rule, every, last)
        case _:
            found = _monthly(rule, every, clamp=clamp)
    limit = limits.rule_bound(f"{found.unit}-interval-limit", "repeat_interval")
    if found.every > limit:
        why = f"Zoom's longest {found.unit} interval is {limit}"
        raise _Unsayable(rule.said("INTERVAL"), why, rule.without(INTERVAL=limit))
    return found


def _refuse_foreign_parts(rule: Rule) -> None:
    frequency = rule.parts["FREQ"]
    if frequency in _CLOCK_FREQUENCIES:
        why = "a series has one start a day"
        raise _Unsayable(f"FREQ={frequency}", why, fix="write one rule for each time of day")
    for name in ("BYWEEKNO", "BYYEARDAY"):
        if name in rule.parts:
            raise _Unsayable(rule.said(name), "Zoom does not count in years", rule.without(name))
    for name, unit in _CLOCK.items():
        hours = rule.numbers(name)
        if hours and (rule.start is None or hours != (getattr(rule.start, unit),)):
            why = "a series has one start a day, at the time of its start_time"
            raise _Unsayable(rule.said(name), why, rule.without(name))
    if rule.parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise _Unsayable(rule.said("RSCALE"), "Zoom's calendar is the Gregorian one")
    if rule.parts.get("SKIP", "OMIT") != "OMIT":
        raise _Unsayable(rule.said("SKIP"), "Zoom takes no such word", rule.without("SKIP"))


def _without_months(rule: Rule) -> Rule:
    """Return the rule without BYMONTH if a monthly interval from the start says the same."""
    frequency, months = rule.parts["FREQ"], sorted(rule.numbers("BYMONTH"))
    if months and not 1 <= months[0] <= months[-1] <= _MONTHS:
        raise malformed(f"{rule.said('BYMONTH')} is not a list of months, 1 to {_MONTHS}")
    if frequency != "YEARLY" and len(months) in (0, _MONTHS):
        return rule.without("BYMONTH")
    step = _MONTHS // max(1, len(months))
    monthly = None
    if (
        len(months) > 1
        and frequency in ("MONTHLY", "YEARLY")
        and months == list(range(months[0], _MONTHS + 1, step))
    ):
        monthly = rule.without("BYMONTH", FREQ="MONTHLY", INTERVAL=step)
        # In a year's set of dates BYSETPOS counts differently than in a month's.
        exact = frequency == "MONTHLY" or "BYSETPOS" not in rule.parts
        starts_there = step == 1 or (rule.start is not None and rule.start.month in months)
        if exact and starts_there and rule.number("INTERVAL", 1) == 1:
            return monthly
    if frequency == "YEARLY":
        why = "Zoom repeats by the day, the week, or the month"
        raise _Unsayable("FREQ=YEARLY", why, monthly, fix="" if monthly else _EACH_YEAR)
    why = "Zoom leaves out no months but by an interval"
    raise _Unsayable(rule.said("BYMONTH"), why, monthly or rule.without("BYMONTH"))


def _daily(rule: Rule, every: int) -> Pattern:
    days = rule.weekdays()
    if "BYMONTHDAY" in rule.parts:
        why = "Zoom takes a day of the month only without skipping days"
        raise _Unsayable(rule.said("BYMONTHDAY"), why, rule.without("INTERVAL"))
    if days and len(days) < len(Weekday):
        if every > 1:
            why = "Zoom takes weekdays only in a weekly pattern, which skips whole weeks"
            raise _Unsayable(rule.said("BYDAY"), why, rule.without("INTERVAL", FREQ="WEEKLY"))
        return Weekly(1, days)
    longest = limits.rule_bound("daily-interval-limit", "repeat_interval")
    if every > longest and every % 7 == 0 and rule.start is not None:
        return Weekly(every // 7, (Weekday(rule.start.isoweekday()),))
    return Daily(every)


def _weekly(rule: Rule, every: int, last: datetime | None) -> Pattern:
    if "BYMONTHDAY" in rule.parts:
        raise malformed("BYMONTHDAY is not allowed beside FREQ=WEEKLY")
    days: Sequence[Weekday] = rule.weekdays()
    if not days:
        if rule.start is None:
            raise malformed("without BYDAY the day of the week is DTSTART's, which is not there")
        days = [Weekday(rule.start.isoweekday())]
    if places := rule.places():
        week = sorted(days, key=lambda day: (day.iso - rule.week_start().iso) % 7)
        days = _nth_of(week, places)
        if not days:
            raise malformed(f"{rule.said('BYSETPOS')} leaves no dates")
    pattern = Weekly(every, tuple(days))
    if every > 1:
        _same_week_start(rule, pattern, last)
    return pattern


def _same_week_start(rule: Rule, pattern: Weekly, last: datetime | None) -> None:
    """Refuse another first day of the week than Sunday, unless the dates are the same."""
    monday = datetime(2027, 1, 4)  # noqa: DTZ001  # any Monday will do
    starts = [rule.start] if rule.start else [monday + _days(day.python) for day in pattern.days]
    for start in starts:
        end = last if rule.start else None
        theirs, ours = (
            [day for day in _two_rounds(pattern, start, first) if not end or day <= end]
            for first in (rule.week_start(), Weekday.SUN)
        )
        pairs = islice(zip_longest(theirs, ours), rule.number("COUNT", _MANY))
        differing = next((a or b for a, b in pairs if a != b), None)
        if differing is not None:
            said = (
                rule.said("WKST") if "WKST" in rule.parts else "WKST=MO, meant where it is left out"
            )
            why = "Zoom's weeks begin on Sunday, which gives other dates"
            fix = "add DTSTART: with some starts the dates are the same"
            if rule.start:
                why, fix = f"{why} from {differing:%Y-%m-%d} on", ""
            raise _Unsayable(said, why, rule.without(WKST="SU"), fix=fix)


def _two_rounds(pattern: Weekly, start: datetime, week_start: Weekday) -> list[datetime]:
    """List the dates of two rounds of the interval, after which nothing new comes."""
    begin = start - _days((start.isoweekday() - week_start.iso) % 7)
    places = sorted((day.iso - week_start.iso) % 7 for day in pattern.days)
    weeks = (begin + _days(7 * pattern.every * n) for n in range(3))
    return [day for week in weeks for place in places if (day := week + _days(place)) >= start]


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def _monthly(rule: Rule, every: int, *, clamp: bool) -> Pattern:
    days, month_days, places = rule.days(), rule.numbers("BYMONTHDAY"), rule.places()
    if any(not 1 <= abs(day) <= _LONGEST for day in month_days):
        raise malformed(f"{rule.said('BYMONTHDAY')} is not a list of days of a month")
    if not days and not month_days:
        if places:
            raise malformed("BYSETPOS stands only beside another part that begins with BY")
        if rule.start is None:
            raise malformed("without BYMONTHDAY the day is DTSTART's, which is not there")
        rule = rule.without(BYMONTHDAY=rule.start.day)
    picks = _picks(rule)
    if not any(picks):
        raise malformed("the parts together leave no dates")

    patterns = _patterns(picks, every, clamp)
    if picks in patterns:
        return replace(patterns[picks], every=every)

    def likeness(others: _Picks) -> float:
        pairs = list(zip(picks, others, strict=True))
        return sum(len(a & b) for a, b in pairs) / sum(len(a | b) for a, b in pairs)

    nearest = replace(patterns[max(patterns, key=likeness)], every=every)
    ends = {name: rule.parts[name] for name in ("COUNT", "UNTIL") if name in rule.parts}
    raise _Unsayable(*_blame(rule), Rule(write_pattern(nearest, clamp=clamp) | ends))


def _blame(rule: Rule) -> tuple[str, str]:
    """Name the part of a monthly rule that stands in the way."""
    days, month_days = rule.days(), rule.numbers("BYMONTHDAY")
    if "BYSETPOS" in rule.parts:
        return rule.said("BYSETPOS"), "no day of the month, and no weekday of it, has these dates"
    for nth, day in days:
        if nth not in (None, *NTH.values()):
            why = "Zoom knows the first to fourth and the last of a weekday"
            return f"BYDAY={nth}{day.rrule}", why
    if days and month_days:
        return f"{rule.said('BYDAY')} with {rule.said('BYMONTHDAY')}", "Zoom takes one of the two"
    if len(month_days) > 1:
        return rule.said("BYMONTHDAY"), "Zoom takes one day of the month"
    if month_days:
        why = "Zoom counts from the front, and does not say what it does in shorter months"
        return f"BYMONTHDAY={month_days[0]}", why
    return rule.said("BYDAY"), "Zoom takes one weekday of the month, such as the last Friday"


def _patterns(picks: _Picks, every: int, clamp: bool) -> dict[_Picks, Pattern]:
    """Return the patterns of Zoom's that may pick these days, by what they pick."""
    if every > 1:
        return _monthly_patterns(clamp)  # weekly and daily ones leave no month out
    pairs = zip(_SHAPES, picks, strict=True)
    weekdays = {(first + day - 1) % 7 for (_, first), mine in pairs for day in mine}
    weekly = Weekly(1, tuple(map(Weekday.from_python, weekdays)))
    found = Daily(1) if len(weekdays) == len(Weekday) else weekly
    return _monthly_patterns(clamp) | {_picks(Rule(write_pattern(found))): found}


@cache
def _monthly_patterns(clamp: bool) -> dict[_Picks, Pattern]:
    found: list[Pattern] = [
        *(MonthlyOnWeekday(1, nth, day) for day in Weekday for nth in NTH.values()),
        *(MonthlyOnDay(1, day) for day in range(1, _LONGEST + 1)),
    ]
    return {_picks(Rule(write_pattern(one, clamp=clamp))): one for one in found}


def _picks(rule: Rule) -> _Picks:
    """Return what BYDAY, BYMONTHDAY and BYSETPOS pick."""
    days, month_days, places = rule.days(), rule.numbers("BYMONTHDAY"), rule.places()
    picks: list[frozenset[int]] = []
    for length, first in _SHAPES:
        month = range(1, length + 1)
        found = set(month)
        if days:
            weeks = ((nth, month[(day.python - first) % 7 :: 7]) for nth, day in days)
            found = {day for nth, week in weeks for day in (_nth_of(week, [nth]) if nth else week)}
        if month_days:
            found &= {day if day > 0 else length + 1 + day for day in month_days}
        picks.append(frozenset(_nth_of(sorted(found), places) if places else found))
    return tuple(picks)


def _without_places(rule: Rule) -> Rule:
    if rule.places() and not {1, -1} & set(rule.places()):
        raise malformed(f"{rule.said('BYSETPOS')} leaves no dates: a day has one start")
    return rule.without("BYSETPOS")


def _nth_of(days: Sequence[T], places: Sequence[int]) -> list[T]:
    """Return the items at places that count from 1, or from -1 at the end."""
    indexes = {place - 1 if place > 0 else len(days) + place for place in places}
    return [days[index] for index in indexes if 0 <= index < len(days)]
