"""Which occurrence is meant: by its id, its day, its time, or as a read or a series gave it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from .._wire import source
from ..errors import OccurrenceError, Problem
from ..recurrence import Occurrence
from .listing import Listed, listed, nearest, place_of

if TYPE_CHECKING:
    from .._wire import MeetingOccurrence

    When: TypeAlias = str | date | datetime | Occurrence | MeetingOccurrence | Listed

_FIX = "take occurrence_id from the occurrences of a GET, such as '1648194360000'"


def known_id(when: object) -> str | None:
    """Return the id that `when` itself names; None where the meeting has to be read for it."""
    if isinstance(when, date | Occurrence):
        return None
    if isinstance(when, Listed):
        if when.deleted:
            raise _refused(f"{when} cannot be changed any more", "choose another one")
        return when.id
    item = _item(when)
    if item is not None:
        if item.get("status") == "deleted":
            raise _refused(f"{item.get('start_time')} was deleted", "choose another occurrence")
        when = item.get("occurrence_id")
    if isinstance(when, str) and when.isascii() and when.isdigit():
        return when
    kind = repr(when)[:40] if isinstance(when, str | None) else type(when).__name__
    raise _refused(
        f"{kind} is not an occurrence id, which is all digits, as text",
        f"{_FIX}; or pass a date, a datetime, or an Occurrence",
    )


def choose(when: date | datetime | Occurrence, answer: Mapping[str, Any]) -> Listed:
    """Find the one occurrence that is meant among those of a read."""
    items = listed(answer)
    if not items:
        raise _refused(
            "the meeting has no occurrences that are still to come",
            "leave occurrence out to change the meeting itself",
        )
    moment = when.utc if isinstance(when, Occurrence) else when
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
    where = "" if place_of(answer) is None else f" in {items[0].place.key}"
    raise _refused(f"there is no occurrence on {_words(moment)}{where}", "choose another", near)


def choose_id(number: str, answer: Mapping[str, Any]) -> Listed | None:
    """Find an occurrence by its id; None where the read does not list it."""
    items = listed(answer)
    for item in items:
        if item.id == number:
            if item.deleted:
                message = f"the occurrence {item} cannot be changed any more"
                raise _refused(message, "choose another", nearest(items, item.utc))
            return item
    return None


def not_there(number: str, answer: Mapping[str, Any]) -> OccurrenceError:
    """Say that no occurrence has the id, and which ones there are."""
    return _refused(
        f"the meeting has no occurrence {number}: it is over, was deleted, or never was",
        _FIX, nearest(listed(answer), None),
    )  # fmt: skip


def _is_meant(item: Listed, when: date | datetime) -> bool:
    if not isinstance(when, datetime):
        return item.zoned.date() == when
    if when.tzinfo is None:
        return item.zoned.replace(tzinfo=None) == when
    return item.utc == when


def _item(when: object) -> Mapping[str, Any] | None:
    to_dict = getattr(when, "to_dict", None)
    found = to_dict() if callable(to_dict) and not isinstance(when, Mapping) else when
    return found if isinstance(found, Mapping) else None


def _words(when: date | datetime) -> str:
    if not isinstance(when, datetime):
        return f"{when:%a %Y-%m-%d}"
    key = when.tzinfo.key if isinstance(when.tzinfo, ZoneInfo) else when.tzinfo
    return f"{when:%a %Y-%m-%d %H:%M}" + (f" {key}" if key else "")


def _refused(message: str, fix: str, near: Sequence[Listed] = ()) -> OccurrenceError:
    problem = Problem("occurrence", "error", "occurrence-id", message, fix, source("C25"))
    return OccurrenceError([problem], candidates=near)
