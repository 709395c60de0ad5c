"""From what a person wrote to the one dict that is judged and sent.

Whatever needs a second look raises `Odd`; `draft` then goes through it with care.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from .._paths import pattern_path
from .._times import WireTimeError, is_instant, is_wall_clock, start_fields, utc_instant, zone
from .._wire import UNSET, Unset, facts, source
from ..errors import Problem

# Below what `draft` allows: what is deeper is looked at there.
_DEEPEST = 10


class Odd(Exception):
    """Something that is not in Zoom's forms, or cannot be sent at all."""


class Level(NamedTuple):
    """The members of one object that are not taken as they come, and the objects below."""

    instants: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    below: Mapping[str, Level] = {}


_PLAIN = Level()
_NAMES = facts.MEMBERS


@cache
def top() -> Level:
    """Read from the spec which members are times, and which lists Zoom wants as text."""
    return _level(facts.FORMS)


def copied(raw: Mapping[Any, Any], level: Level = _PLAIN, depth: int = 0) -> dict[str, Any]:
    """Copy an object whose members are text, whole numbers, booleans, lists, and objects."""
    if depth > _DEEPEST:
        raise Odd
    instants, starts, lists, below = level
    body = dict(raw)
    for key, value in raw.items():
        if key not in _NAMES and (type(key) is not str or not key.isascii()):
            raise Odd
        kind = type(value)
        if kind is bool or kind is int:
            if key in instants:
                raise Odd
        elif kind is str:
            if not value.isascii():
                _encode(value)
            if key in instants:
                body[key] = _instant(value)
        elif kind is dict:
            body[key] = copied(value, below.get(key, _PLAIN), depth + 1)
        elif kind is list and key not in lists:
            body[key] = _items(value, below.get(key, _PLAIN), depth + 1)
        elif value is UNSET:
            del body[key]
        elif kind is not datetime or key not in starts:
            raise Odd
    return body


def _items(values: list[Any], level: Level, depth: int) -> list[Any]:
    items = list(values)
    for index, value in enumerate(values):
        kind = type(value)
        if kind is dict:
            items[index] = copied(value, level, depth + 1)
        elif kind is str:
            if not value.isascii():
                _encode(value)
        elif kind is not bool and kind is not int:
            raise Odd
    return items


def _encode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Odd from None


def _instant(text: str) -> str:
    if is_instant(text):
        return text
    try:
        return utc_instant(text)
    except WireTimeError:
        raise Odd from None


def _level(special: Mapping[str, facts.Form], prefix: str = "") -> Level:
    here = {
        path.removeprefix(prefix): known
        for path, known in special.items()
        if path.startswith(prefix)
    }
    below = {name.partition(".")[0] for name in here if "." in name}
    own = {name: known for name, known in here.items() if "." not in name}
    return Level(
        frozenset(name for name, known in own.items() if known.time == "utc"),
        frozenset(name for name, known in own.items() if known.time not in (None, "utc")),
        frozenset(name for name, known in own.items() if known.separator),
        {name.removesuffix("[]"): _level(special, f"{prefix}{name}.") for name in below},
    )


# Deeper than any body Zoom knows: a structure that contains itself ends here.
_DEEPEST_BODY = 12
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
            "",
            "change-and-fields",
            "a whole change and single fields were given together",
            "pass either one body or keywords, not both",
        )
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
        clean = _value(value, f"{prefix}.{key}" if prefix else key, out, depth + 1)
        if clean is not _DROP:
            body[key] = clean
    return body


def _value(value: Any, path: str, out: Draft, depth: int) -> Any:
    known = facts.FIELDS.get(pattern_path(path))
    if isinstance(value, Unset):
        return _DROP
    if value is None:
        out.refuse(
            path,
            "null",
            "None is never sent, and never dropped in silence",
            "leave the field out, or write UNSET; to empty a text, send ''",
        )
        return _DROP
    if depth > _DEEPEST_BODY:
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
            path,
            "not-json",
            "half a surrogate pair cannot be written as UTF-8",
            "repair the text first, for example value.encode('utf-16', 'surrogatepass')"
            ".decode('utf-16', 'replace')",
        )
    elif isinstance(value, bool):
        return value
    elif isinstance(value, int):
        return int(value)
    elif isinstance(value, float):
        whole = math.isfinite(value) and value.is_integer()
        out.refuse(
            path,
            "not-an-integer",
            f"{shown(path, value)} is not a whole number",
            f"write {int(value)}" if whole else "Zoom's numbers are whole numbers",
        )
    elif isinstance(value, datetime | date | time):
        out.refuse(
            path,
            "not-json",
            f"a {type(value).__name__} means nothing here",
            "only start_time and recurrence.end_date_time are times; elsewhere send text",
        )
    else:
        out.refuse(
            path,
            "not-json",
            f"a {type(value).__name__} cannot be sent as JSON",
            "send text, a whole number, a boolean, a list, or a mapping",
        )
    return _DROP


def _join(values: list[Any] | tuple[Any, ...], separator: str, path: str, out: Draft) -> Any:
    words = [str(value) if isinstance(value, int) else value for value in values]
    for index, word in enumerate(words):
        if not isinstance(word, str) or not _encodable(word) or separator in word:
            out.refuse(
                f"{path}[{index}]",
                "not-a-list-item",
                f"{shown(path, word)} cannot stand in a list that Zoom reads as text",
                f"give single values; they are joined with {separator!r}",
            )
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
