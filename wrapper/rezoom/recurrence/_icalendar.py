"""A series as iCalendar text: VEVENT, VTIMEZONE, and the whole file (RFC 5545).

Each change of the clocks becomes a yearly rule as long as it comes at the same place in the year,
and a rule ends where the zone changes its mind.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import takewhile
from typing import NamedTuple, TypeAlias, TypedDict
from zoneinfo import ZoneInfo

from ._expand import first_start, occurrences
from ._limits import refusal
from ._pattern import Count, Forever, Timeline, Weekday
from ._rrule import write_rule
from ._zones import Occurrence, first_second
from ._zoom import first_wall_clock

_DAY = timedelta(days=1)
# Far enough back to see a change before the first start, far enough on to tell a rule from chance.
_BEFORE, _AHEAD = timedelta(days=500), timedelta(days=3653)
_NEXT_YEAR = timedelta(days=400)
_A_RULE = 5
_UTC_KEYS = frozenset(("UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Universal"))
_EARLIEST, _LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)

# What a clock shows: its offset, how much of that is summer time, and its name.
State: TypeAlias = tuple[timedelta, timedelta, str]


class Change(NamedTuple):
    """The clocks change: at `wall` on the clock before."""

    instant: datetime
    before: State
    after: State

    @property
    def wall(self) -> datetime:
        """The time that the old clock would have shown."""
        return self.instant.replace(tzinfo=None) + self.before[0]

    @property
    def places(self) -> frozenset[int]:
        """Which of its weekday the day is in its month: from the front, and -1 if the last."""
        wall = self.wall
        nth = (wall.day - 1) // 7 + 1
        last = (wall + timedelta(weeks=1)).month != wall.month
        return frozenset((nth, -1) if last else (nth,))

    def continues(self, earlier: Change) -> bool:
        """Tell whether this is the same change a year later."""
        a, b = self.wall, earlier.wall
        same = (a.year - 1, a.month, a.weekday(), a.time(), self.before, self.after)
        return same == (b.year, b.month, b.weekday(), b.time(), earlier.before, earlier.after)


def _is_utc(tz: ZoneInfo) -> bool:
    """Tell whether the zone is UTC, which needs no rules."""
    return tz.key in _UTC_KEYS


def _timezone_lines(tz: ZoneInfo, first: datetime, last: datetime | None) -> Iterator[str]:
    """Write VTIMEZONE for starts from `first` to `last`, or from `first` on."""
    begin = max(first - _BEFORE, _EARLIEST)
    end = min(max(first + _AHEAD, last or first), _LATEST)
    changes = list(_changes(tz, begin, end))
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{tz.key}"
    if not changes or changes[0].instant > first:
        state = _state(tz, begin)
        yield from _observance(state, state, begin.replace(tzinfo=None) + state[0])
    # What comes after the last start is of no interest, but for telling rules from chance.
    limit = last or end
    for run in _runs(changes):
        if run[0].instant <= limit:
            known = run[-1].instant + _NEXT_YEAR > end and len(run) >= _A_RULE
            opening = run[0]
            yield from _observance(
                opening.before, opening.after, opening.wall, _yearly(run, open_ended=known)
            )
    yield "END:VTIMEZONE"


def _changes(tz: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Change]:
    day, before = begin, _state(tz, begin)
    while day < end:
        after = _state(tz, day + _DAY)
        if after != before:
            yield Change(_end_of(before, tz, day), before, after)
        day, before = day + _DAY, after


def _end_of(state: State, tz: ZoneInfo, day: datetime) -> datetime:
    return first_second(day, day + _DAY, lambda then: _state(tz, then) != state)


def _state(tz: ZoneInfo, instant: datetime) -> State:
    local = instant.astimezone(tz)
    none = timedelta()
    return local.utcoffset() or none, local.dst() or none, local.tzname() or tz.key


def _runs(changes: Sequence[Change]) -> list[list[Change]]:
    """Put changes together that one yearly rule can say."""
    runs: list[list[Change]] = []
    for change in changes:
        for run in runs:
            places = frozenset.intersection(change.places, *(one.places for one in run))
            if change.continues(run[-1]) and places:
                run.append(change)
                break
        else:
            runs.append([change])
    return runs


def _yearly(run: Sequence[Change], *, open_ended: bool) -> str:
    if len(run) == 1:
        return ""
    wall = run[0].wall
    place = min(frozenset.intersection(*(change.places for change in run)))
    day = f"{place}{Weekday.from_python(wall.weekday()).rrule}"
    until = "" if open_ended else f";UNTIL={run[-1].instant:%Y%m%dT%H%M%SZ}"
    return f"FREQ=YEARLY;BYMONTH={wall.month};BYDAY={day}{until}"


def _observance(before: State, after: State, wall: datetime, rule: str = "") -> Iterator[str]:
    # Not by the sign of the summer time alone: Ireland's is negative, and in winter.
    summer = bool(before[1] or after[1]) and after[0] > before[0]
    kind = "DAYLIGHT" if summer or (before == after and after[1] > timedelta()) else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{wall:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(before[0])}"
    yield f"TZOFFSETTO:{_offset(after[0])}"
    yield f"TZNAME:{after[2]}"
    if rule:
        yield f"RRULE:{rule}"
    yield f"END:{kind}"


def _offset(offset: timedelta) -> str:
    return f"{_EARLIEST.replace(tzinfo=timezone(offset)):%z}"


_OCTETS = 75
_SPELLED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
# Control characters, and half surrogate pairs, which UTF-8 cannot hold.
_UNSENDABLE = ("Cc", "Cs")
# For how long an endless series is searched for starts that the clocks jump over.
_WRITTEN_AHEAD = timedelta(days=3653)


class EventWords(TypedDict, total=False):
    """What `Event` takes, for the methods that hand it on."""

    summary: str
    duration: timedelta | None
    uid: str | None
    stamp: datetime | None
    description: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a calendar shows beside the times.

    Without a `uid` it is made from the series: give one of your own, such as the meeting number, if
    a calendar is to replace an older version. `stamp` is when the text was made; without it, the
    first start, so that the same series always has the same text.
    """

    summary: str = "Zoom meeting"
    duration: timedelta | None = None
    uid: str | None = None
    stamp: datetime | None = None
    description: str = ""
    location: str = ""

    def __post_init__(self) -> None:
        if self.duration is not None and self.duration <= timedelta():
            message = f"a meeting of {self.duration} is none"
            raise refusal("duration", "duration", message, "write timedelta(minutes=45)", of="")
        if self.stamp is not None and self.stamp.utcoffset() is None:
            message = f"stamp {self.stamp.isoformat()} could be in any time zone"
            raise refusal("stamp", "stamp", message, "write datetime.now(UTC)", of="")


def vevent(timeline: Timeline, event: Event) -> str:
    """Write the VEVENT; its times refer to a time zone that `calendar` also writes."""
    return _folded(_event_lines(timeline, event))


def calendar(timeline: Timeline, event: Event) -> str:
    """Write a whole calendar file, with the time zone's rules for as long as the series lasts."""
    first = first_start(timeline)
    endless = isinstance(timeline.end, Forever)
    last = None if endless else _last(timeline).utc
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rezoom//recurrence//EN"]
    if not _is_utc(timeline.tz):
        lines += _timezone_lines(timeline.tz, first.utc, last)
    return _folded([*lines, *_event_lines(timeline, event), "END:VCALENDAR"])


def _event_lines(timeline: Timeline, event: Event) -> Iterator[str]:
    first = first_start(timeline)
    stamp = (event.stamp or first.utc).astimezone(UTC)
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(event.uid or _made_uid(timeline, event))}"
    yield f"DTSTAMP:{_written(stamp)}Z"
    yield f"DTSTART{_at(timeline, first_wall_clock(timeline))}"
    if event.duration is not None:
        yield f"DURATION:{_length(event.duration)}"
    moved = _moved(timeline)
    yield f"RRULE:{_rule(timeline, moved)}"
    # A calendar drops starts that do not exist; here they took place later.
    yield from (f"RDATE{_at(timeline, start.local)}" for start in moved)
    for name in ("summary", "description", "location"):
        words = _escaped(getattr(event, name))
        if words:
            yield f"{name.upper()}:{words}"
    yield "END:VEVENT"


def _moved(timeline: Timeline) -> list[Occurrence]:
    """List the starts that moved across a clock gap, but for the first, which is DTSTART."""
    found = occurrences(timeline)
    horizon = next(found).utc + _WRITTEN_AHEAD
    if isinstance(timeline.end, Forever):
        found = takewhile(lambda start: start.utc < horizon, found)
    return [start for start in found if start.local.time() != timeline.start.time()]


def _rule(timeline: Timeline, moved: list[Occurrence]) -> str:
    counted = isinstance(timeline.end, Count)
    # Dropped starts would not be counted, and others would come in at the end.
    return write_rule(timeline, by_time=_last(timeline).utc if moved and counted else None)


def _last(timeline: Timeline) -> Occurrence:
    return max(occurrences(timeline), key=lambda start: start.utc)


def _at(timeline: Timeline, wall: datetime) -> str:
    if _is_utc(timeline.tz):
        return f":{_written(wall)}Z"
    return f";TZID={timeline.tz.key}:{_written(wall)}"


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None, microsecond=0).isoformat().replace("-", "").replace(":", "")


def _length(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n]
    return f"PT{''.join(parts)}"


def _made_uid(timeline: Timeline, event: Event) -> str:
    # As in every release: a calendar takes another uid for another meeting.
    recurrence = f"Recurrence(pattern={timeline.pattern!r}, end={timeline.end!r})"
    rest = f"{timeline.start.isoformat()!r}, {timeline.tz.key!r}, {event.summary!r}"
    content = f"({recurrence}, {rest})"
    return f"{hashlib.sha256(content.encode()).hexdigest()[:32]}@rezoom"


def _escaped(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (char for char in lines if char == "\n" or unicodedata.category(char) not in _UNSENDABLE)
    return "".join(_SPELLED.get(char, char) for char in kept)


def _folded(lines: Iterable[str]) -> str:
    """Break lines after 75 octets at most, never within a character."""
    out: list[str] = []
    for line in lines:
        octets, kept = 0, ""
        for char in line:
            size = len(char.encode())
            if octets + size > _OCTETS:
                out.append(kept)
                octets, kept = 1, " "
            octets, kept = octets + size, kept + char
        out.append(kept)
    return "".join(f"{line}\r\n" for line in out)
