"""From what a person wrote to the one dict that is judged and sent."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from ._wire import Unset, facts, source
from .errors import Problem
from .plain import Odd, copied, top
from .times import WireTimeError, is_wall_clock, start_fields, utc_instant, zone

# Deeper than any body Zoom knows: a structure that contains itself ends here.
_DEEPEST = 12
_DEEPEST_SHOWN = 3
_DROP = object()


@dataclass(slots=True)
class Draft:
    """A body in Zoom's wire forms, and everything that could not be put into one."""

    body: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, rule: str, message: str, fix: str) -> None:
        """Note one problem that stops the update."""
        known = facts.FIELDS.get(pattern_path(path))
        self.problems.append(
            Problem(path, "error", rule, message, fix, source(known.source) if known else "")
        )


def draft(change: object, fields: Mapping[str, object], *, occurrence: bool) -> Draft:
    """Write `change` or `fields` in Zoom's wire forms; nothing is judged by the spec yet.

    Times become Zoom's own forms, lists that Zoom reads as text are joined, UNSET members are
    dropped, and `None`, lone surrogates, or anything that JSON cannot carry become problems.
    """
    out = Draft()
    if change is not None and fields:
        out.refuse(
            "", "change-and-fields", "a whole change and single fields were given together",
            "pass either one body or keywords, not both",
        )  # fmt: skip
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
    try:
        body = copied(raw, top())
    except Odd:
        body = _mapping(raw, "", out, 0)
    _write_start(body, out, occurrence=occurrence)
    out.body = body
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


def pattern_path(path: str) -> str:
    """Turn `rooms[0].name` into the `rooms[].name` under which the spec knows it."""
    return re.sub(r"\[[0-9]+\]", "[]", path)


def shown(path: str, value: object) -> str:
    """Quote `value` for a message: short, and masked where the spec marks a secret."""
    if path.rpartition(".")[2].partition("[")[0] in facts.SECRET_NAMES:
        return "(hidden)"
    text = repr(_masked(value))
    return text if len(text) <= 60 else f"{text[:57]}…"


def _masked(value: object, depth: int = 0) -> object:
    """Hide what stands under a secret's name in a value that is in the wrong place itself."""
    if isinstance(value, Mapping | list | tuple) and depth > _DEEPEST_SHOWN:
        return ...
    if isinstance(value, Mapping):
        hidden = {key: "(hidden)" for key in value if key in facts.SECRET_NAMES}
        return {key: _masked(item, depth + 1) for key, item in value.items()} | hidden
    if isinstance(value, list | tuple):
        return [_masked(item, depth + 1) for item in value]
    return value


def _mapping(raw: Mapping[Any, Any], prefix: str, out: Draft, depth: int) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for key, value in raw.items():
        if not isinstance(key, str) or not _encodable(key):
            out.refuse(prefix, "not-json", f"{key!r} is not a field name", "use text for names")
            continue
        clean = _value(value, f"{prefix}.{key}" if depth else key, out, depth + 1)
        if clean is not _DROP:
            body[key] = clean
    return body


def _value(value: Any, path: str, out: Draft, depth: int) -> Any:
    known = facts.FIELDS.get(pattern_path(path))
    if isinstance(value, Unset):
        return _DROP
    if value is None:
        out.refuse(
            path, "null", "None is never sent, and never dropped in silence",
            "leave the field out, or write UNSET; to empty a text, send ''",
        )  # fmt: skip
        return _DROP
    if depth > _DEEPEST:
        out.refuse(path, "not-json", "nested deeper than any Zoom body", "send plain values")
        return _DROP
    if known is not None and known.time == "utc":
        return _time(lambda: utc_instant(value), path, out)
    if known is not None and known.time is not None and isinstance(value, str | datetime):
        return value  # together with `timezone`, in `_write_start`
    if known is not None and known.time_zone and not isinstance(value, str):
        from zoneinfo import ZoneInfo

        if isinstance(value, ZoneInfo):
            return value.key or _unnamed_zone(path, out)
    if isinstance(value, list | tuple):
        if known is not None and known.separator:
            return _join(value, known.separator, path, out)
        items = (_value(item, f"{path}[{i}]", out, depth + 1) for i, item in enumerate(value))
        return [item for item in items if item is not _DROP]
    nested = as_mapping(value)
    if nested is not None:
        return _mapping(nested, path, out, depth)
    return _scalar(value, path, out)


def _scalar(value: Any, path: str, out: Draft) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        if _encodable(value):
            return str(value)
        out.refuse(
            path, "not-json", "half a surrogate pair cannot be written as UTF-8",
            "repair the text first, for example value.encode('utf-16', 'surrogatepass')"
            ".decode('utf-16', 'replace')",
        )  # fmt: skip
    elif isinstance(value, bool):
        return value
    elif isinstance(value, int):
        return int(value)
    elif isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer()
        out.refuse(
            path, "not-an-integer", f"{shown(path, value)} is not a whole number",
            f"write {int(value)}" if whole else "Zoom's numbers are whole numbers",
        )  # fmt: skip
    elif isinstance(value, datetime | date | time):
        out.refuse(
            path, "not-json", f"a {type(value).__name__} means nothing here",
            "only start_time and recurrence.end_date_time are times; elsewhere send text",
        )  # fmt: skip
    else:
        out.refuse(
            path, "not-json", f"a {type(value).__name__} cannot be sent as JSON",
            "send text, a whole number, a boolean, a list, or a mapping",
        )  # fmt: skip
    return _DROP


def _join(values: list[Any] | tuple[Any, ...], separator: str, path: str, out: Draft) -> Any:
    words = [str(value) if isinstance(value, int) else value for value in values]
    for index, word in enumerate(words):
        if not isinstance(word, str) or not _encodable(word) or separator in word:
            out.refuse(
                f"{path}[{index}]", "not-a-list-item",
                f"{shown(path, word)} cannot stand in a list that Zoom reads as text",
                f"give single values; they are joined with {separator!r}",
            )  # fmt: skip
            return _DROP
    return separator.join(words)


def _write_start(body: dict[str, Any], out: Draft, *, occurrence: bool) -> None:
    start, place = body.get("start_time"), body.get("timezone")
    if not isinstance(start, str | datetime | None) or not isinstance(place, str | None):
        return  # not a time at all: the schema says so better
    if start is None:
        if place is not None:
            _time(lambda: zone(place), "timezone", out)
        return
    if not occurrence and isinstance(start, str) and is_wall_clock(start) and _named(place):
        return
    written = _time(lambda: start_fields(start, place, utc_only=occurrence), "start_time", out)
    if written is _DROP:
        del body["start_time"]
    else:
        body |= written  # in its old place: the stub sends members in the order they were given
    if occurrence:
        body.pop("timezone", None)  # it has said what the start means, and Zoom would ignore it


def _named(place: str | None) -> bool:
    try:
        return place is None or zone(place).key == place
    except WireTimeError:
        return False


def _time(write: Callable[[], Any], path: str, out: Draft) -> Any:
    try:
        return write()
    except WireTimeError as error:
        out.refuse(path, "time", error.message, error.fix)
    return _DROP


def _unnamed_zone(path: str, out: Draft) -> Any:
    out.refuse(path, "time", "this ZoneInfo has no name", "give a name such as 'Europe/Berlin'")
    return _DROP


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
