"""Warnings about a series: each with its dates, its fix, and where it is documented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice, takewhile

from .._times import clock_gap, clock_overlap, zulu
from .._wire import facts
from ..errors import Problem
from . import _limits as limits
from . import _zones as zones
from ._expand import dates, no_start, occurrences, pattern_days, starts_after, starts_between
from ._limits import problem, until_call
from ._pattern import MonthlyOnDay, MonthlyOnWeekday
from ._timeline import Count, Forever, Timeline, UntilInstant
from ._zones import Occurrence

# More than the longest list of occurrences that Zoom has been seen to make.
_LOOK_AHEAD = 120
_FOURTH = 4
_SHORTEST = 28
_AN_HOUR_AWAY = "move the series by an hour with at(…)"
_UNSAID = "and Zoom does not say what it does"


def surprises(timeline: Timeline, now: datetime | None) -> Iterator[Problem]:
    """Find everything that is doubtful or impossible about a series, errors included."""
    yield from _intervals(timeline)
    ahead = tuple(islice(occurrences(timeline), _LOOK_AHEAD))
    if not ahead:
        yield from no_start(timeline).problems
        return
    yield from _counts(timeline, ahead)
    yield from _firsts(timeline, ahead[0], now)
    yield from _months(timeline, ahead)
    yield from _clocks(timeline, ahead)
    yield from _instants(timeline)


def left_out(excluded: Sequence[date]) -> Iterator[Problem]:
    """Say that the days a calendar leaves out are made by Zoom, as an update deletes nothing."""
    if excluded:
        days = "a day" if len(excluded) == 1 else f"{len(excluded)} days"
        message = f"the calendar leaves out {days} on which Zoom makes a meeting all the same"
        fix = "delete each afterwards: DELETE /meetings/{meetingId}?occurrence_id=…, with the ids "
        fix += "that `rezoom show` prints"
        yield problem("", "excluded-dates", message, fix, excluded, of="")


def _intervals(timeline: Timeline) -> Iterator[Problem]:
    pattern = timeline.pattern
    unit = pattern.unit
    newest, older = f"{unit}-interval-limit", f"{unit}-interval-older-limit"
    most, advised = (limits.rule_bound(rule, "repeat_interval") for rule in (newest, older))
    if pattern.every > most:
        message = f"every={pattern.every} is over {most}, and Zoom refuses it"
        fix = f"repeat every {most} at most"
        yield problem("repeat_interval", newest, message, fix)
    elif pattern.every > advised:
        message = f"every={pattern.every} is over {advised}, the most in an older page of Zoom's"
        fix = f"repeat every {advised} at most, or read the meeting to see what came of it"
        yield problem("repeat_interval", older, message, fix)


def _counts(timeline: Timeline, ahead: Sequence[Occurrence]) -> Iterator[Problem]:
    end = timeline.end
    if isinstance(end, Forever):
        seen = facts.ENDLESS
        found = f"about {seen.weekly} weekly or {seen.other} other meetings were seen"
        message = f"no series is endless: {found}"
        fix = "say until(…) or times(…), or update the series again before its end"
        yield problem("end_times", "endless", message, fix)
        return
    field = "end_times" if isinstance(end, Count) else "end_date_time"
    most = limits.field_limits("end_times")[1]
    advised = limits.rule_bound("over-count", "end_times")
    number = f"{len(ahead)}" if len(ahead) < _LOOK_AHEAD else f"{len(ahead)} or more"
    # Of an end by date no source names a limit.
    if len(ahead) > most and isinstance(end, Count):
        message, rule = f"{number} meetings are over {most}", "recurrence.end_times.maximum"
        fix = f"write {until_call(ahead[most - 1].local)}, and a second series after it"
        yield problem(field, rule, message, fix, _days(ahead[most:]), severity="error")
    elif len(ahead) > advised:
        message = f"{number} meetings are over {advised}, the most in an older page of Zoom's"
        until = until_call(ahead[advised - 1].local)
        fix = f"write {until}, or compare with diff() what came of it"
        yield problem(field, "over-count", message, fix, _days(ahead[advised:]))


def _firsts(timeline: Timeline, first: Occurrence, now: datetime | None) -> Iterator[Problem]:
    if first.local.date() != timeline.start.date():
        begin = _day(timeline.start)
        message = f"{begin} is not on the pattern: the first meeting is {_day(first)}"
        fix = f"start on {first.local:%Y-%m-%d %H:%M}"
        yield problem("start_time", "first-differs", message, fix, _days([first]), of="")
    if now is not None and first.utc <= now:
        later = next(starts_after(timeline, now), None)
        fix = f"start on {later.local:%Y-%m-%d %H:%M}" if later else "choose a later end too"
        message = f"{_day(first)} is past, and Zoom ignores such a start with the whole update"
        yield problem("start_time", "past-start", message, fix, _days([first]), of="")


def _months(timeline: Timeline, ahead: Sequence[Occurrence]) -> Iterator[Problem]:
    pattern = timeline.pattern
    start, last = timeline.start.date(), ahead[-1].local.date().toordinal()
    if isinstance(pattern, MonthlyOnDay) and pattern.day > _SHORTEST:
        # The last days of all its months; the short ones end before the day.
        clamped = dates(pattern, start, start, "clamp")[1]
        ends = [date.fromordinal(day) for day in takewhile(last.__ge__, clamped)]
        short = tuple(day for day in ends if day.day < pattern.day)
        if short:
            done = "left out" if timeline.short_months == "skip" else "moved to their last day"
            message = f"{len(short)} months have no day {pattern.day}; here they are {done}, "
            message += _UNSAID
            fix = 'write on_the("last", FRI), or on_day(28)'
            yield problem("monthly_day", "short-month", message, fix, short)
    if isinstance(pattern, MonthlyOnWeekday) and pattern.nth == _FOURTH:
        week = timedelta(days=7)
        starts = [start for start in ahead if (start.local + week).month == start.local.month]
        if starts:
            day = pattern.day.full_name
            message = f"the fourth {day} is not the last one in {len(starts)} months"
            fix = f'if the last one is meant, write on_the("last", {pattern.day.name})'
            yield problem("monthly_week", "fourth-not-last", message, fix, _days(starts))


def _clocks(timeline: Timeline, ahead: Sequence[Occurrence]) -> Iterator[Problem]:
    last, clock = ahead[-1].local.date().toordinal(), timeline.start.time()
    days = map(date.fromordinal, takewhile(last.__ge__, pattern_days(timeline)))
    walls = [datetime.combine(day, clock) for day in days]
    skipped = [wall.date() for wall in walls if clock_gap(wall, timeline.tz)]
    twice = [wall.date() for wall in walls if clock_overlap(wall, timeline.tz)]
    hour = f"{clock:%H:%M}"
    if skipped:
        done = "moved forward" if timeline.clock_gaps == "move" else "left out"
        message = f"the clocks jump over {hour} on {_listed(skipped)}; here it is {done}, {_UNSAID}"
        yield problem("start_time", "clock-gap", message, _AN_HOUR_AWAY, skipped, of="")
    if twice:
        message = f"the clocks show {hour} twice on {_listed(twice)}; the first is meant here"
        yield problem("start_time", "clock-overlap", message, _AN_HOUR_AWAY, twice, of="")


def _instants(timeline: Timeline) -> Iterator[Problem]:
    end = timeline.end
    if not isinstance(end, UntilInstant):
        return
    written, local = end.instant.date(), zones.local(end.instant, timeline.tz).date()
    start = next(starts_after(replace(timeline, end=Forever()), end.instant), None)
    if start is not None and start.local.date() in (written, local):
        message = f"the end comes before the meeting of that day, {_day(start)}"
        fix = _right_instant(start.local.date(), timeline)
        yield problem("end_date_time", "utc-cutoff", message, fix, _days([start]))
    last = tuple(starts_between(timeline, end.instant - timedelta(days=1), end.instant))
    if last and last[-1].utc == end.instant:
        message = f"the end is the very start of {_day(last[-1])}, and Zoom does not say whether "
        message += "that meeting still takes place"
        fix = _right_instant(last[-1].local.date(), timeline)
        yield problem("end_date_time", "utc-cutoff", message, fix, _days(last[-1:]))
    extra = [start for start in last if start.local.date() > written]
    if extra:
        message = f"the end in UTC leaves room for a meeting of the next day, {_day(extra[-1])}"
        fix = _right_instant(written, timeline)
        yield problem("end_date_time", "utc-extra", message, fix, _days(extra))


def _right_instant(day: date, timeline: Timeline) -> str:
    instant = zones.last_instant(day, timeline.tz)
    return f"write {until_call(day)}, which ends at {zulu(instant)}"


def _day(start: Occurrence | datetime) -> str:
    return f"{start.local if isinstance(start, Occurrence) else start:%a %Y-%m-%d %H:%M}"


def _days(starts: Iterable[Occurrence]) -> tuple[date, ...]:
    return tuple(start.local.date() for start in starts)


def _listed(days: Sequence[date]) -> str:
    shown = ", ".join(day.isoformat() for day in days[:3])
    return shown if len(days) <= 3 else f"{shown} and {len(days) - 3} more"
