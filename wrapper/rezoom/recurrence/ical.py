"""A series as text that calendars read: a VEVENT, or a whole file with its time zone (RFC 5545)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, TypedDict

from . import rrule, vtimezone
from .pattern import Count, Forever
from .refusal import refusal
from .wire import first_wall_clock

if TYPE_CHECKING:
    from .occurrence import Occurrence
    from .series import Series

_OCTETS = 75
_SPELLED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
# Control characters, and half surrogate pairs, which UTF-8 cannot hold.
_UNSENDABLE = ("Cc", "Cs")
# For how long an endless series is searched for starts that the clocks jump over.
_AHEAD = timedelta(days=3653)


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


def vevent(series: Series, event: Event) -> str:
    """Write the VEVENT; its times refer to a time zone that `calendar` also writes."""
    return _folded(_event_lines(series, event))


def calendar(series: Series, event: Event) -> str:
    """Write a whole calendar file, with the time zone's rules for as long as the series lasts."""
    first = next(iter(series.not_empty()))
    endless = isinstance(series.recurrence.end, Forever)
    last = None if endless else _last(series).utc
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//rezoom//recurrence//EN"]
    if not vtimezone.is_utc(series.tz):
        lines += vtimezone.lines(series.tz, first.utc, last)
    return _folded([*lines, *_event_lines(series, event), "END:VCALENDAR"])


def _event_lines(series: Series, event: Event) -> Iterator[str]:
    first = next(iter(series.not_empty()))
    stamp = (event.stamp or first.utc).astimezone(UTC)
    yield "BEGIN:VEVENT"
    yield f"UID:{_escaped(event.uid or _made_uid(series, event))}"
    yield f"DTSTAMP:{_written(stamp)}Z"
    yield f"DTSTART{_at(series, first_wall_clock(series))}"
    if event.duration is not None:
        yield f"DURATION:{_length(event.duration)}"
    moved = _moved(series)
    yield f"RRULE:{_rule(series, moved)}"
    # A calendar drops starts that do not exist; here they took place later.
    yield from (f"RDATE{_at(series, start.local)}" for start in moved)
    for name in ("summary", "description", "location"):
        words = _escaped(getattr(event, name))
        if words:
            yield f"{name.upper()}:{words}"
    yield "END:VEVENT"


def _moved(series: Series) -> list[Occurrence]:
    """List the starts that moved across a clock gap, but for the first, which is DTSTART."""
    found = iter(series)
    horizon = next(found).utc + _AHEAD
    if isinstance(series.recurrence.end, Forever):
        found = takewhile(lambda start: start.utc < horizon, found)
    return [start for start in found if start.local.time() != series.start.time()]


def _rule(series: Series, moved: list[Occurrence]) -> str:
    counted = isinstance(series.recurrence.end, Count)
    # Dropped starts would not be counted, and others would come in at the end.
    return rrule.write_rule(series, by_time=_last(series).utc if moved and counted else None)


def _last(series: Series) -> Occurrence:
    return max(series.occurrences(), key=lambda start: start.utc)


def _at(series: Series, wall: datetime) -> str:
    if vtimezone.is_utc(series.tz):
        return f":{_written(wall)}Z"
    return f";TZID={series.tz.key}:{_written(wall)}"


def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None, microsecond=0).isoformat().replace("-", "").replace(":", "")


def _length(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n]
    return f"PT{''.join(parts)}"


def _made_uid(series: Series, event: Event) -> str:
    content = (series.recurrence, series.start.isoformat(), series.tz.key, event.summary)
    return f"{hashlib.sha256(repr(content).encode()).hexdigest()[:32]}@rezoom"


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
