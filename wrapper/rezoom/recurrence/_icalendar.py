"""A series as iCalendar text: VEVENT, VTIMEZONE, and the whole file (RFC 5545).

Each change of the clocks becomes a yearly rule as long as it comes at the same place in the year,
and a rule ends where the zone changes its mind.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple, TypedDict, Unpack
from zoneinfo import ZoneInfo

from ._expand import first_start, occurrences
from ._limits import refusal
from ._pattern import Weekday
from ._rrule import write_rule, written
from ._timeline import Count, Forever, Timeline
from ._zones import Occurrence, first_second
from ._zoom import first_wall_clock

_DAY = timedelta(days=1)
# Far enough back to see a change before the first start, far enough on to tell a rule from chance,
# and how far an endless series is searched for starts that the clocks jump over.
_BEFORE, _AHEAD = timedelta(days=500), timedelta(days=3653)
_NEXT_YEAR = timedelta(days=400)
_A_RULE = 5
_UTC_KEYS = frozenset(("UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Universal"))
_EARLIEST, _LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
_OCTETS = 75
_SPELLED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
# Control characters, and half surrogate pairs, which UTF-8 cannot hold.
_UNSENDABLE = ("Cc", "Cs")


class Event(TypedDict, total=False):
    """What a calendar shows beside the times.

    Without a `uid` it is made from the series: give one of your own, such as the meeting number, if
    a calendar is to replace an older version. `stamp` is when the text was made; without it, the
    first start, so that the same series always has the same text.
    """

    summary: str
    duration: timedelta | None
    uid: str | None
    stamp: datetime | None
    description: str
    location: str


def vevent(timeline: Timeline, excluded: Sequence[date] = (), **event: Unpack[Event]) -> str:
    """Write the VEVENT; its times refer to a time zone that `calendar` also writes.

    The `excluded` days are left out with EXDATE.
    """
    return _folded(_event_lines(timeline, excluded, **event))


def calendar(timeline: Timeline, excluded: Sequence[date] = (), **event: Unpack[Event]) -> str:
    """Write a whole calendar file, with the time zone's rules for as long as the series lasts."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rezoom//recurrence//EN"]
    event_lines = list(_event_lines(timeline, excluded, **event))
    if timeline.tz.key not in _UTC_KEYS:
        last = None if isinstance(timeline.end, Forever) else _last(timeline)
        lines += _timezone_lines(timeline.tz, first_start(timeline).utc, last)
    return _folded([*lines, *event_lines, "END:VCALENDAR"])


def _event_lines(
    timeline: Timeline,
    excluded: Sequence[date],
    *,
    summary: str = "Zoom meeting",
    duration: timedelta | None = None,
    uid: str | None = None,
    stamp: datetime | None = None,
    description: str = "",
    location: str = "",
) -> Iterator[str]:
    if duration is not None and duration <= timedelta():
        message = f"a meeting of {duration} is none"
        raise refusal("duration", "duration", message, "write timedelta(minutes=45)", of="")
    if stamp is not None and stamp.utcoffset() is None:
        message = f"stamp {stamp.isoformat()} could be in any time zone"
        raise refusal("stamp", "stamp", message, "write datetime.now(UTC)", of="")
    made = (stamp or first_start(timeline).utc).astimezone(UTC)
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(uid or _made_uid(timeline, summary))}"
    yield f"DTSTAMP:{written(made)}Z"
    yield f"DTSTART{_at(timeline, first_wall_clock(timeline))}"
    if duration is not None:
        yield f"DURATION:{_length(duration)}"
    moved = _moved(timeline)
    # Dropped starts would not be counted, and others would come in at the end.
    counted = moved and isinstance(timeline.end, Count)
    yield f"RRULE:{write_rule(timeline, by_time=_last(timeline) if counted else None)}"
    # A calendar drops starts that do not exist; here they took place later.
    yield from (f"RDATE{_at(timeline, start.local)}" for start in moved)
    yield from (f"EXDATE{_at(timeline, start.local)}" for start in _on(timeline, excluded))
    texts = {"SUMMARY": summary, "DESCRIPTION": description, "LOCATION": location}
    yield from (f"{name}:{said}" for name, text in texts.items() if (said := _escaped(text)))
    yield "END:VEVENT"


def _moved(timeline: Timeline) -> list[Occurrence]:
    """List the starts that moved across a clock gap, but for the first, which is DTSTART."""
    found = occurrences(timeline)
    horizon = next(found).utc + _AHEAD
    if isinstance(timeline.end, Forever):
        found = takewhile(lambda start: start.utc < horizon, found)
    return [start for start in found if start.local.time() != timeline.start.time()]


def _on(timeline: Timeline, days: Sequence[date]) -> Iterator[Occurrence]:
    """Yield the starts on some local days."""
    wanted, last = frozenset(days), max(days, default=date.min)
    found = takewhile(lambda start: start.local.date() <= last, occurrences(timeline))
    return (start for start in found if start.local.date() in wanted)


def _last(timeline: Timeline) -> datetime:
    return max(start.utc for start in occurrences(timeline))


def _at(timeline: Timeline, wall: datetime) -> str:
    if timeline.tz.key in _UTC_KEYS:
        return f":{written(wall)}Z"
    return f";TZID={timeline.tz.key}:{written(wall)}"


def _length(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n]
    return f"PT{''.join(parts)}"


def _made_uid(timeline: Timeline, summary: str) -> str:
    # As in every release: a calendar takes another uid for another meeting.
    recurrence = f"Recurrence(pattern={timeline.pattern!r}, end={timeline.end!r})"
    content = f"({recurrence}, {timeline.start.isoformat()!r}, {timeline.tz.key!r}, {summary!r})"
    return f"{hashlib.sha256(content.encode()).hexdigest()[:32]}@rezoom"


class Clock(NamedTuple):
    """What a clock shows: its offset, how much of that is summer time, and its name."""

    offset: timedelta
    summer: timedelta
    name: str


class Change(NamedTuple):
    """The clocks change: at `wall` on the clock before."""

    instant: datetime
    before: Clock
    after: Clock

    @property
    def wall(self) -> datetime:
        """The time that the old clock would have shown."""
        return self.instant.replace(tzinfo=None) + self.before.offset

    def continues(self, earlier: Change) -> bool:
        """Tell whether this is the same change a year later."""
        a, b = self.wall, earlier.wall
        same = (a.year - 1, a.month, a.weekday(), a.time(), self.before, self.after)
        return same == (b.year, b.month, b.weekday(), b.time(), earlier.before, earlier.after)


def _timezone_lines(tz: ZoneInfo, first: datetime, last: datetime | None) -> Iterator[str]:
    """Write VTIMEZONE for starts from `first` to `last`, or from `first` on."""
    begin = max(first - _BEFORE, _EARLIEST)
    end = min(max(first + _AHEAD, last or first), _LATEST)
    changes = list(_changes(tz, begin, end))
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{tz.key}"
    if not changes or changes[0].instant > first:
        clock = _clock(tz, begin)
        yield from _observance(Change(begin, clock, clock))
    for run in _runs(changes):
        # What comes after the last start is of no interest, but for telling rules from chance.
        if run[0].instant <= (last or end):
            yield from _observance(run[0], _yearly(run, end))
    yield "END:VTIMEZONE"


def _changes(tz: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Change]:
    for year in range(begin.year, end.year + 1):
        yield from (change for change in _changes_in(tz, year) if begin < change.instant <= end)


# Day by day, since clocks have changed twice in a month: worth keeping for the next series.
@lru_cache(maxsize=500)
def _changes_in(tz: ZoneInfo, year: int) -> tuple[Change, ...]:
    day = max(datetime(year, 1, 1, tzinfo=UTC), _EARLIEST)
    end = datetime(year + 1, 1, 1, tzinfo=UTC) if year < _LATEST.year else _LATEST
    found: list[Change] = []
    before = _clock(tz, day)
    while day < end:
        after = _clock(tz, day + _DAY)
        if after != before:
            found.append(Change(_end_of(before, tz, day), before, after))
        day, before = day + _DAY, after
    return tuple(found)


def _end_of(clock: Clock, tz: ZoneInfo, day: datetime) -> datetime:
    return first_second(day, day + _DAY, lambda then: _clock(tz, then) != clock)


def _clock(tz: ZoneInfo, instant: datetime) -> Clock:
    local, none = instant.astimezone(tz), timedelta()
    return Clock(local.utcoffset() or none, local.dst() or none, local.tzname() or tz.key)


def _runs(changes: Iterable[Change]) -> list[list[Change]]:
    """Put changes together that one yearly rule can say."""
    runs: list[list[Change]] = []
    for change in changes:
        for run in runs:
            if change.continues(run[-1]) and _places([*run, change]):
                run.append(change)
                break
        else:
            runs.append([change])
    return runs


def _places(run: Iterable[Change]) -> set[int]:
    """Return which of its weekday in the month all days are: from the front, and -1 for last."""
    found = {1, 2, 3, 4, 5, -1}
    for wall in (change.wall for change in run):
        last = (wall + timedelta(weeks=1)).month != wall.month
        found &= {(wall.day - 1) // 7 + 1, -1 if last else 0}
    return found


def _yearly(run: Sequence[Change], end: datetime) -> str:
    """Write the rule of a run; it has no end if it holds up to the end of what was looked at."""
    if len(run) == 1:
        return ""
    wall, last = run[0].wall, run[-1].instant
    day = f"{min(_places(run))}{Weekday.from_python(wall.weekday()).rrule}"
    known = last + _NEXT_YEAR > end and len(run) >= _A_RULE
    until = "" if known else f";UNTIL={written(last)}Z"
    return f"RRULE:FREQ=YEARLY;BYMONTH={wall.month};BYDAY={day}{until}"


def _observance(change: Change, rule: str = "") -> Iterator[str]:
    _, before, after = change
    # Not by the sign of the summer time alone: Ireland's is negative, and in winter.
    summer = bool(before.summer or after.summer) and after.offset > before.offset
    summer = summer or (before == after and after.summer > timedelta())
    kind = "DAYLIGHT" if summer else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{written(change.wall)}"
    yield f"TZOFFSETFROM:{_offset(before)}"
    yield f"TZOFFSETTO:{_offset(after)}"
    yield f"TZNAME:{after.name}"
    if rule:
        yield rule
    yield f"END:{kind}"


def _offset(clock: Clock) -> str:
    return f"{_EARLIEST.replace(tzinfo=timezone(clock.offset)):%z}"


def _escaped(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in lines if char == "\n" or unicodedata.category(char) not in _UNSENDABLE)
    return "".join(_SPELLED.get(char, char) for char in kept)


def _folded(lines: Iterable[str]) -> str:
    """Break lines after 75 octets at most, never within a character."""
    out: list[str] = []
    for line in lines:
        rest = line
        while len(octets := rest.encode()) > _OCTETS:
            # What is ignored is a character that was cut in two.
            out.append(octets[:_OCTETS].decode(errors="ignore"))
            rest = f" {rest[len(out[-1]) :]}"
        out.append(rest)
    return "".join(f"{line}\r\n" for line in out)
