"""From what a person wrote to the one dict that is judged and sent: Zoom's forms, or problems."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from .._paths import encodable, pattern_path
from .._redaction import HIDDEN, masked
from .._times import WireTimeError, start_fields, start_on, utc_instant, wall, zone
from .._wire import Unset, facts, source
from ..errors import Problem

# Deeper than any body Zoom knows: a structure that contains itself ends here.
DEEPEST_BODY = 12
_DROP = object()
_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Draft:
    """A body in Zoom's wire forms, and everything that could not be put into one.

    What is refused stands there as None, so that no rule takes its member for a missing one.
    """

    body: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, rule: str, message: str, fix: str) -> None:
        """Note one problem that stops the update."""
        self.problems.append(field_problem(path, rule, message, fix))


def field_problem(path: str, rule: str, message: str, fix: str) -> Problem:
    """Make an error at a path, with the source of what is known of its field."""
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    return Problem(path, "error", rule, message, fix, source(known.source) if known else "")


def draft(change: object, fields: Mapping[str, object], *, occurrence: bool) -> Draft:
    """Write `change` or `fields` in Zoom's wire forms; nothing is judged by the spec yet.

    Times become Zoom's own forms, lists that Zoom reads as text are joined, UNSET members are
    dropped, and `None`, lone surrogates, or anything that JSON cannot carry become problems.
    """
    out = Draft()
    if change is not None and fields:
        message = "a whole change and single fields were given together"
        out.refuse("", "change-and-fields", message, "pass either one body or keywords, not both")
        return out
    raw = fields if change is None else as_mapping(change)
    if raw is None:
        kind = type(change).__name__
        if hasattr(change, "__attrs_attrs__"):
            message = f"this {kind} holds a member of a wrong type"
            fix = "nest models, as in settings=MeetingSettings(...), or pass plain mappings"
        else:
            message = f"a {kind} is not a meeting update"
            fix = "pass a MeetingUpdate, a mapping, or keywords"
        out.refuse("", "not-a-body", message, fix)
        return out
    out.body = _mapping(raw, "", out, 0)
    _write_start(out.body, out, occurrence=occurrence)
    return out


def as_mapping(value: object) -> Mapping[Any, Any] | None:
    """Read a mapping, or a generated model, as a mapping; None for anything else."""
    if isinstance(value, Mapping):
        return value
    to_dict: Callable[[], Mapping[str, Any]] | None = getattr(value, "to_dict", None)
    if not callable(to_dict) or not hasattr(value, "__attrs_attrs__"):
        return None
    try:
        return to_dict()
    except (AttributeError, TypeError, ValueError):
        return None  # the generated code trusts its members' types


def shown(path: str, value: object) -> str:
    """Quote `value` for a message: short, and masked where the spec marks a secret."""
    kept = masked(value, path)
    text = HIDDEN if kept == HIDDEN else repr(kept)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _mapping(raw: Mapping[Any, Any], prefix: str, out: Draft, depth: int) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for key, value in raw.items():
        if not isinstance(key, str) or not encodable(key):
            out.refuse(prefix, "not-json", f"{key!r} is not a field name", "use text for names")
            continue
        clean = _value(value, f"{prefix}.{key}" if depth else key, out, depth + 1)
        if clean is not _DROP:
            body[key] = clean
    return body


def _value(value: Any, path: str, out: Draft, depth: int) -> Any:
    """Write one value in Zoom's form; `_DROP` for UNSET, and None for what is refused."""
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    if isinstance(value, Unset):
        return _DROP
    if value is None:
        fix = "leave the field out, or write UNSET; to empty a text, send ''"
        return out.refuse(path, "null", "None is never sent, and never dropped in silence", fix)
    if depth > DEEPEST_BODY:
        message = "nested deeper than any Zoom body"
        return out.refuse(path, "not-json", message, "send plain values")
    if known is not None and known.time == "utc":
        return _time(lambda: utc_instant(value), path, out)
    if known is not None and known.time is not None and isinstance(value, str | datetime):
        return value  # together with `timezone`, in `_write_start`
    if known is not None and known.time_zone and isinstance(value, ZoneInfo):
        return _time(lambda: zone(value).key, path, out)
    if known is not None and known.separator and (isinstance(value, list | tuple) or _day(value)):
        return _join([value] if _day(value) else value, known.separator, path, out)
    if isinstance(value, str | int | Enum):
        return _scalar(value, path, out)
    if isinstance(value, list | tuple):
        items = (_value(item, f"{path}[{i}]", out, depth + 1) for i, item in enumerate(value))
        return [item for item in items if item is not _DROP]
    nested = as_mapping(value)
    return _scalar(value, path, out) if nested is None else _mapping(nested, path, out, depth)


def _scalar(value: Any, path: str, out: Draft) -> Any:
    if isinstance(value, Enum):
        return _scalar(_day(value) or value.value, path, out)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and encodable(value):
        return str(value)
    return out.refuse(path, *_why_unsendable(value, path))


def _day(value: object) -> int | None:
    """Return Zoom's number of a Weekday; None for what is none."""
    if not isinstance(value, Enum):
        return None
    from ..recurrence import Weekday  # most updates load nothing of it

    return value.zoom if isinstance(value, Weekday) else None


def _why_unsendable(value: object, path: str) -> tuple[str, str, str]:
    """Say which rule keeps a value out of the JSON of a body, why, and what to do instead."""
    kind = type(value).__name__
    if isinstance(value, str):
        message = "half a surrogate pair cannot be written as UTF-8"
        repair = "value.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')"
        return "not-json", message, f"repair the text first, for example {repair}"
    if isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer()
        fix = f"write {int(value)}" if whole else "Zoom's numbers are whole numbers"
        return "not-an-integer", f"{shown(path, value)} is not a whole number", fix
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    if isinstance(value, datetime | date | time) and (known is None or known.time is None):
        fix = "only start_time and recurrence.end_date_time are times; elsewhere send text"
        return "not-json", f"a {kind} means nothing here", fix
    if isinstance(value, date):
        return "time", f"{value} is a day without a time", f"write {start_on(value)}"
    if isinstance(value, time):
        fix = "write a day too: datetime(2027, 3, 1, 9, 30), with timezone"
        return "time", f"{value} is a time of day alone", fix
    fix = "send text, a whole number, a boolean, a list, or a mapping"
    if isinstance(value, timedelta) and known is not None and "minutes" in known.summary:
        minutes = max(1, round(value / _MINUTE))
        return "not-json", f"{value} is a timedelta", f"write {minutes}, the number of minutes"
    return "not-json", f"a {kind} cannot be sent as JSON", fix


def _join(values: list[Any] | tuple[Any, ...], separator: str, path: str, out: Draft) -> Any:
    numbers = (_day(value) or value for value in values)
    items = [str(value) if isinstance(value, int) else value for value in numbers]
    for index, item in enumerate(items):
        if not isinstance(item, str) or not encodable(item) or separator in item:
            what = shown(path, item) if isinstance(item, str) else f"a {type(item).__name__}"
            message = f"{what} cannot stand in a list that Zoom reads as text"
            fix = f"give single values; they are joined with {separator!r}"
            return out.refuse(f"{path}[{index}]", "not-a-list-item", message, fix)
    return separator.join(items)


def _write_start(body: dict[str, Any], out: Draft, *, occurrence: bool) -> None:
    start, place = body.get("start_time"), body.get("timezone")
    if not isinstance(start, str | datetime | None):
        return  # not a time at all: the schema says so better
    if not isinstance(place, str | None):
        if isinstance(start, datetime):  # only as JSON can it be judged beside that zone
            body["start_time"] = wall(start)
        return
    if isinstance(place, str) and _time(partial(zone, place), "timezone", out) is None:
        body["timezone"] = place = None
    if start is None:
        return
    written = _time(lambda: start_fields(start, place, utc_only=occurrence), "start_time", out)
    if written is None:
        body["start_time"] = None
    else:
        body |= written  # in its old place: the stub sends members in the order they were given
    if occurrence:
        body.pop("timezone", None)  # it has said what the start means, and Zoom would ignore it


def _time(write: Callable[[], Any], path: str, out: Draft) -> Any:
    try:
        return write()
    except WireTimeError as error:
        return out.refuse(path, "time", error.message, error.fix)
