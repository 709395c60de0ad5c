"""Series as calendars write them: a rule, the dates it leaves out, and events of whole files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .._secret import masked_links
from ..errors import Problem
from . import _zones as zones
from ._content_lines import Component, ContentLine, read_components
from ._expand import day_begins, starts_between
from ._limits import RecurrenceError, problem, refusal
from ._rrule import NotExpressible, Rule, read_lines, read_text, read_times
from ._rrule_pattern import read_timeline
from ._timeline import ClockGaps, ShortMonths, Timeline
from ._zones import Occurrence

_WHEN = ("DTSTART", "RRULE", "EXDATE", "RDATE", "EXRULE")
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A series, the local days on which it has no meeting, and what else was read."""

    timeline: Timeline
    excluded: tuple[date, ...] = ()
    notes: tuple[Problem, ...] = ()


def read_rule_text(
    text: object, tz: str | ZoneInfo | None, short_months: ShortMonths, clock_gaps: ClockGaps
) -> Reading:
    """Read DTSTART and RRULE, and EXDATE and RDATE beside them."""
    rule, place = read_text(text, None if tz is None else zones.named(tz))
    return _with_dates(rule, read_timeline(rule, place, short_months, clock_gaps))


def read_calendar(
    text: object,
    uid: str | None,
    tz: str | ZoneInfo | None,
    short_months: ShortMonths,
    clock_gaps: ClockGaps,
) -> Reading:
    """Read the event of a calendar, or the one with that `uid`."""
    if not isinstance(text, str):
        message = f"a calendar is text, not {text!r:.40}"
        raise _unusable(message, 'write Path("series.ics").read_text("utf-8")')
    components = read_components(text.removeprefix("\ufeff"))
    events = _events(components)
    event = _chosen([one for one in events if not one.first("RECURRENCE-ID")], uid)
    if not event.first("RRULE"):
        fix = "for a single meeting write start_time and timezone"
        raise _unusable("the event has no RRULE: it does not repeat", fix)
    place = None if tz is None else zones.named(tz)
    rule, place = read_lines((line for line in event.lines if line.name in _WHEN), place)
    calendar = next((one for one in components if one.name == "VCALENDAR"), Component(""))
    if place is None and (name := calendar.text("X-WR-TIMEZONE")):
        place = zones.calendar_zone(name)
    found = _with_dates(rule, read_timeline(rule, place, short_months, clock_gaps))
    own = [one for one in events if one.text("UID") == event.text("UID")]
    return _with_changes(found, [one for one in own if one.first("RECURRENCE-ID")])


def _events(components: Iterable[Component]) -> list[Component]:
    """Return the events, their times in the zones that the calendar's own names stand for."""
    places = {
        one.text("TZID"): {"TZID": location}
        for one in components
        if one.name == "VTIMEZONE" and (location := one.text("X-LIC-LOCATION"))
    }

    def moved(line: ContentLine) -> ContentLine:
        place = places.get(line.parameters.get("TZID", ""), {})
        return replace(line, parameters={**line.parameters, **place})

    return [
        replace(one, lines=list(map(moved, one.lines)))
        for one in components
        if one.name == "VEVENT"
    ]


def _chosen(events: Sequence[Component], uid: str | None) -> Component:
    """Return the one event, or the one with that `uid`; a refusal names those there are."""
    named = [one for one in events if uid is None or one.text("UID") == uid]
    if len(named) == 1:
        return named[0]
    if not events:
        fix = "give a calendar file or a VEVENT; Series.from_rrule reads a rule alone"
        raise _unusable("the text holds no event: no BEGIN:VEVENT", fix)
    shown = ", ".join(f"uid={one.text('UID')!r:.60} ({_titled(one)})" for one in events[:_LISTED])
    more = f" and {len(events) - _LISTED} more" if len(events) > _LISTED else ""
    if uid is None:
        message, fix = f"{len(events)} events", "choose one by its uid="
    elif named:
        message, fix = f"{len(named)} events with the uid {uid!r:.60}", "keep one of them"
    else:
        message, fix = f"no event with the uid {uid!r:.60}", "choose one of these"
    raise _unusable(f"the text holds {message}: {shown}{more}", fix)


def _unusable(message: str, fix: str) -> RecurrenceError:
    return refusal("", "calendar", message, fix, of="")


def _titled(event: Component) -> str:
    start = event.first("DTSTART")
    summary = masked_links(event.text("SUMMARY") or "no summary")
    return f"{summary!r:.40}, {start.value if start else 'no start'}"


def _with_dates(rule: Rule, timeline: Timeline) -> Reading:
    """Read EXDATE as days without a meeting; an RDATE must be a date that there is already."""
    excluded: set[date] = set()
    strange: list[date] = []
    for line in rule.dates:
        for moment in read_times(line, timeline.tz):
            found = _at(moment, timeline)
            if line.name == "RDATE" and found is None:
                fix = "leave it out, and make that meeting by itself"
                why = "a series at Zoom has the dates of its pattern and no others"
                raise NotExpressible(f"RDATE:{line.value:.40}", why, fix=fix)
            if line.name == "EXDATE":
                excluded |= {found.local.date()} if found else set()
                strange += [] if found else [_day(moment, timeline.tz)]
    notes = []
    if strange:
        message = "EXDATE names dates that the series does not have"
        fix = "compare them with the dates of the series"
        notes.append(problem("", "no-such-date", message, fix, strange, of=""))
    return Reading(timeline, tuple(sorted(excluded)), tuple(notes))


def _with_changes(found: Reading, changed: Iterable[Component]) -> Reading:
    """Add what a calendar says of single dates: cancelled ones, and others to be told of."""
    timeline, excluded, moved = found.timeline, set(found.excluded), list[date]()
    for event in changed:
        line = event.first("RECURRENCE-ID")
        for moment in read_times(line, timeline.tz) if line else ():
            day = _day(moment, timeline.tz)
            if event.text("STATUS").strip().upper() != "CANCELLED":
                moved.append(day)
            elif _at(moment, timeline):
                excluded.add(day)
    notes = list(found.notes)
    if moved:
        message = "the calendar has other times or words for single dates, which are not in a rule"
        fix = "change each by itself: update(meeting, occurrence=date(…), start_time=…)"
        notes.append(problem("", "changed-dates", message, fix, moved, of=""))
    return Reading(timeline, tuple(sorted(excluded)), tuple(notes))


def _at(moment: date | datetime, timeline: Timeline) -> Occurrence | None:
    """Find the meeting that starts at a moment, or on a day."""
    if isinstance(moment, datetime):
        begin = end = zones.instant(moment, timeline.tz)
    else:
        begin, end = day_begins(moment, timeline), zones.last_instant(moment, timeline.tz)
    return next(iter(starts_between(timeline, begin, end)), None)


def _day(moment: date | datetime, tz: ZoneInfo) -> date:
    return moment.astimezone(tz).date() if isinstance(moment, datetime) else moment
