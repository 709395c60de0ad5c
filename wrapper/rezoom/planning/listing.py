"""The occurrences of a read: which there are, and which one a caller means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from ..times import WireTimeError, zone
from .comparing import instant

_DELETED = "deleted"
_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Listed:
    """One occurrence as a read lists it; `utc` is its start, `place` the meeting's time zone."""

    id: str
    utc: datetime
    place: ZoneInfo
    duration: int | None = None
    status: str = "available"

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
            "occurrence_id": self.id, "start_time": zulu(self.utc), "status": self.status,
        }  # fmt: skip
        return known if self.duration is None else known | {"duration": self.duration}


def place_of(answer: Mapping[str, Any]) -> ZoneInfo | None:
    """Return the meeting's time zone; None where the answer names none that exists."""
    try:
        return zone(answer.get("timezone") or "")
    except WireTimeError:
        return None


def listed(answer: Mapping[str, Any]) -> tuple[Listed, ...]:
    """Read the occurrences of an answer, in time; what cannot be read is left out."""
    given = answer.get("occurrences")
    place = place_of(answer) or ZoneInfo("UTC")
    found = _read(given, place) if isinstance(given, list | tuple) else ()
    return tuple(sorted(found, key=attrgetter("utc")))


def slot(item: Listed) -> datetime:
    """Return where the series had put an occurrence, wherever somebody has moved it since.

    Its id is its first start, in milliseconds since 1970; one that is not is as good as unknown.
    """
    seconds = int(item.id) // 1000 if item.id.isascii() and item.id.isdigit() else 0
    near = abs(item.utc.timestamp() - seconds) < _YEAR.total_seconds()
    return datetime.fromtimestamp(seconds, UTC) if near else item.utc


def filled(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fill in start and length of a series from its dates, where an answer leaves them out."""
    missing = {name for name in ("start_time", "duration") if answer.get(name) is None}
    items = listed(answer) if missing and answer.get("recurrence") else ()
    if not items:
        return answer
    usual = Counter(item.duration for item in items if item.duration is not None).most_common(1)
    known = {"start_time": zulu(slot(items[0])), "duration": usual[0][0] if usual else None}
    return {**answer, **{name: known[name] for name in missing if known[name] is not None}}


def zulu(moment: datetime) -> str:
    """Write an instant as Zoom does."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def upcoming(items: Sequence[Listed], now: datetime) -> tuple[Listed, ...]:
    """Leave out what has begun."""
    return tuple(item for item in items if item.utc > now)


def nearest(items: Sequence[Listed], when: date | datetime | None, count: int = 3) -> list[Listed]:
    """Choose those that a caller may have meant, in time."""
    there = [item for item in items if not item.deleted]
    if when is None:
        return there[:count]
    place = there[0].place if there else UTC
    if isinstance(when, datetime):
        aware = when if when.tzinfo is not None else when.replace(tzinfo=place)
    else:
        aware = datetime(when.year, when.month, when.day, 12, tzinfo=place)
    there.sort(key=lambda item: abs(item.utc - aware))
    return sorted(there[:count], key=lambda item: item.utc)


def _read(given: Sequence[Any], place: ZoneInfo) -> Iterator[Listed]:
    for item in given:
        if not isinstance(item, dict):
            continue
        start = instant(item.get("start_time"), place)
        number, length = item.get("occurrence_id"), item.get("duration")
        if start is None or not isinstance(number, str | int):
            continue
        whole = isinstance(length, int) and not isinstance(length, bool)
        status = item.get("status")
        yield Listed(
            str(number), start, place, length if whole else None,
            status if isinstance(status, str) else "available",
        )  # fmt: skip
