"""Bodies that are in Zoom's forms already, as most are: copied in one pass, and no more.

Whatever needs a second look raises `Odd`; `body.py` then goes through it with care.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from ._wire import UNSET, facts
from .times import WireTimeError, is_instant, utc_instant

# Below what `body.py` allows: what is deeper is looked at there.
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
