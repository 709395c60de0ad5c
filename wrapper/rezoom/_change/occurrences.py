"""The occurrences of a series: as Zoom makes and lists them, and the one that is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from .._paths import Body, objects
from .._public import public
from .._redaction import MaskedRepr
from .._rules.normalize import as_mapping
from .._times import place_of, read_time, zulu
from .._wire import facts, source
from ..errors import OccurrenceError, Problem
from ..recurrence import Occurrence, Series
from ..recurrence._pattern import Weekly
from ..recurrence._timeline import Forever
from ..recurrence._zoom import zone_of

if TYPE_CHECKING:
    from .._wire import MeetingOccurrence

    # What names an occurrence: its id, its day, its start, or the occurrence itself.
    When: TypeAlias = "str | date | datetime | Occurrence | MeetingOccurrence | Listed"

# Longer than any list of occurrences that Zoom makes.
_LOOK_AHEAD = 2 * facts.ENDLESS.weekly
_THERE, _DELETED = "available", "deleted"
_YEAR = timedelta(days=366)
# Digits of an id that may be an instant.
_LONGEST_ID = 16
# What the list of occurrences shows of each of them.
LISTED = ("start_time", "duration")
_SAY_WHICH = "name the occurrence by its id, or by an aware datetime"
_FIX = "take occurrence_id from the occurrences of a GET, such as '1648194360000'"


def expected(series: Series | None, now: datetime) -> tuple[datetime, ...]:
    """List the starts that Zoom makes of a series, as instants still to come."""
    if series is None:
        return ()
    return tuple(start.utc for start in bounded(series, now) if start.utc > now)


def bounded(series: Series, now: datetime) -> Iterator[Occurrence]:
    """Yield the starts of a series as far as Zoom makes them."""
    if isinstance(series.recurrence.end, Forever):
        weekly = isinstance(series.recurrence.pattern, Weekly)
        made = facts.ENDLESS.weekly if weekly else facts.ENDLESS.other
        yield from series.next(made, after=now)
    else:
        yield from islice(series, _LOOK_AHEAD)


@public("rezoom")
@dataclass(frozen=True, slots=True)
class Listed:
    """One occurrence as a read lists it; `utc` is its start, `place` the meeting's time zone."""

    id: str
    utc: datetime
    place: tzinfo
    duration: int | None = None
    status: str = _THERE

    @property
    def zoned(self) -> datetime:
        """The start in the meeting's time zone."""
        return self.utc.astimezone(self.place)

    @property
    def deleted(self) -> bool:
        """Whether somebody has deleted it."""
        return self.status == _DELETED

    def __str__(self) -> str:
        gone = ", deleted" if self.deleted else ""
        return f"{self.zoned:%a %Y-%m-%d %H:%M} (id {self.id}{gone})"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready data; the start in UTC."""
        known: dict[str, Any] = {
            "occurrence_id": self.id,
            "start_time": zulu(self.utc),
            "status": self.status,
        }
        return known if self.duration is None else known | {"duration": self.duration}


def listed(answer: Body) -> tuple[Listed, ...]:
    """Read the occurrences of an answer, in time; what cannot be read is left out."""
    # Where no zone is known, instants are shown in UTC, and no day is looked for.
    place = place_of(answer) or UTC
    found = (_listed(item, place) for item in objects(answer.get("occurrences")))
    return tuple(sorted(filter(None, found), key=attrgetter("utc")))


def _listed(item: Body, place: tzinfo) -> Listed | None:
    start, number = read_time(item.get("start_time"), place), item.get("occurrence_id")
    if start is None or not isinstance(number, str | int):
        return None
    length, status = item.get("duration"), item.get("status")
    known = length if type(length) is int else None
    return Listed(str(number), start, place, known, status if isinstance(status, str) else _THERE)


def view_of(answer: Body, occurrence: Listed | None) -> Body:
    """Show the meeting as one of its occurrences."""
    if occurrence is None:
        return answer
    known = occurrence.to_dict()
    return {**answer, **{name: known[name] for name in LISTED if name in known}}


def planned_start(item: Listed) -> datetime:
    """Return where the series had put an occurrence, wherever somebody has moved it since.

    Its id is its first start, in milliseconds since 1970; one that is not is as good as unknown.
    """
    known = item.id.isascii() and item.id.isdigit() and len(item.id) <= _LONGEST_ID
    seconds = int(item.id) // 1000 if known else 0
    near = abs(item.utc.timestamp() - seconds) < _YEAR.total_seconds()
    return datetime.fromtimestamp(seconds, UTC) if near else item.utc


def filled(answer: Body) -> Body:
    """Fill in start and length of a series from its dates, where an answer leaves them out."""
    missing = [name for name in LISTED if answer.get(name) is None]
    items = listed(answer) if missing and answer.get("recurrence") else ()
    if not items:
        return answer
    lengths = Counter(item.duration for item in items if item.duration is not None)
    usual = lengths.most_common(1)
    known = {
        "start_time": zulu(planned_start(items[0])),
        "duration": usual[0][0] if usual else None,
    }
    more = {name: known[name] for name in missing if known[name] is not None}
    return MaskedRepr({**answer, **more})


def upcoming(items: Sequence[Listed], now: datetime) -> tuple[Listed, ...]:
    """List the occurrences that have not begun yet."""
    return tuple(item for item in items if item.utc > now)


def nearest(items: Sequence[Listed], when: date | datetime | None, count: int = 3) -> list[Listed]:
    """Choose the occurrences that a caller may have meant, in the order of their starts."""
    there = [item for item in items if not item.deleted]
    if when is None:
        return there[:count]
    noon = when if isinstance(when, datetime) else datetime.combine(when, time(12))
    place = there[0].place if there else UTC
    aware = noon if noon.tzinfo is not None else noon.replace(tzinfo=place)
    there.sort(key=lambda item: abs(item.utc - aware))
    return sorted(there[:count], key=lambda item: item.utc)


def known_id(when: object) -> str | None:
    """Return the id that `when` itself names; None where the meeting has to be read for it."""
    if isinstance(when, date | Occurrence):
        return None
    if isinstance(when, Listed):
        if when.deleted:
            raise _refused(f"{when} cannot be changed any more", "choose another one")
        return when.id
    item = as_mapping(when)
    if item is not None:
        if item.get("status") == _DELETED:
            raise _refused(f"{item.get('start_time')} was deleted", "choose another occurrence")
        when = item.get("occurrence_id")
    if isinstance(when, str) and when.isascii() and when.isdigit():
        return when
    kind = repr(when)[:40] if isinstance(when, str | None) else type(when).__name__
    raise _refused(
        f"{kind} is not an occurrence id, which is all digits, as text",
        f"{_FIX}; or pass a date, a datetime, or an Occurrence",
    )


def choose(when: date | datetime | Occurrence, answer: Body) -> Listed:
    """Find the one occurrence that is meant among those of a read."""
    items = listed(answer)
    if not items:
        raise _refused(
            "the meeting has no occurrences that are still to come",
            "leave occurrence out to change the meeting itself",
        )
    moment = when.utc if isinstance(when, Occurrence) else when
    place = None if getattr(moment, "tzinfo", None) else zone_of(answer, _SAY_WHICH)
    found = [item for item in items if _is_meant(item, moment)]
    there = [item for item in found if not item.deleted]
    if len(there) == 1:
        return there[0]
    if there:
        fix = "pass the id of one of them, or a datetime"
        raise _refused(f"{_words(moment)} has {len(there)} occurrences", fix, there)
    near = nearest(items, moment)
    if found:
        raise _refused(f"the occurrence of {_words(moment)} was deleted", "choose another", near)
    where = "" if place is None else f" in {place.key}"
    raise _refused(f"there is no occurrence on {_words(moment)}{where}", "choose another", near)


def choose_id(number: str, answer: Body) -> Listed | None:
    """Find an occurrence by its id; None where the read does not list it."""
    items = listed(answer)
    for item in items:
        if item.id == number:
            if item.deleted:
                message = f"the occurrence {item} cannot be changed any more"
                raise _refused(message, "choose another", nearest(items, item.utc))
            return item
    return None


def not_there(number: str, answer: Body) -> OccurrenceError:
    """Return the error that no occurrence has the id, with those that there are."""
    return _refused(
        f"the meeting has no occurrence {number}: it is over, was deleted, or never was",
        _FIX,
        nearest(listed(answer), None),
    )


def _is_meant(item: Listed, when: date | datetime) -> bool:
    if not isinstance(when, datetime):
        return item.zoned.date() == when
    if when.tzinfo is None:
        return item.zoned.replace(tzinfo=None) == when
    return item.utc == when


def _words(when: date | datetime) -> str:
    if not isinstance(when, datetime):
        return f"{when:%a %Y-%m-%d}"
    key = when.tzinfo.key if isinstance(when.tzinfo, ZoneInfo) else when.tzinfo
    return f"{when:%a %Y-%m-%d %H:%M}" + (f" {key}" if key else "")


def _refused(message: str, fix: str, near: Sequence[Listed] = ()) -> OccurrenceError:
    problem = Problem("occurrence", "error", "occurrence-id", message, fix, source("C25"))
    return OccurrenceError([problem], candidates=near)
