"""How a member that was sent is seen again in a read: the spec's `x-read-back`, by path."""

from __future__ import annotations

from functools import cache
from typing import Any

from .._wire import facts, load_schema
from ..body import pattern_path


def volatile(member: str) -> bool:
    """Tell whether a top-level member of an answer changes although nobody changed it."""
    return member in facts.VOLATILE


def elsewhere(path: str) -> tuple[str, ...]:
    """Name the members of an answer that show what became of `path`; empty: `path` itself."""
    row = facts.READ_BACK.get(path)
    return row.look if row is not None else ()


def proves_nothing(path: str, shown: object) -> bool:
    """Tell whether a read that does not show the asked value says nothing about it."""
    row = facts.READ_BACK.get(pattern_path(path))
    if row is None:
        return False
    return row.kind == "filled" or (row.kind == "newer" and shown is None)


@cache
def separator(path: str) -> str | None:
    """Return what stands between the items of a list that Zoom reads as text."""
    known = facts.FIELDS.get(pattern_path(path))
    return known.separator if known else None


@cache
def has_order(path: str) -> bool:
    """Tell whether a list with its items in another order is another list."""
    row = facts.READ_BACK.get(pattern_path(path))
    return row is None or row.kind not in ("set", "items")


@cache
def has_time(path: str) -> bool:
    """Tell whether the text is an instant or a wall-clock time."""
    known = facts.FIELDS.get(pattern_path(path))
    return known is not None and known.time is not None


@cache
def is_whole(path: str) -> bool:
    """Tell whether an object is sent whole: without some member it would be refused."""
    node: Any = load_schema("update")
    for name in path.split("."):
        node = node.get("properties", {}).get(name, {})
    return bool(node.get("required"))


def writable(path: str) -> bool:
    """Tell whether an update knows the member."""
    return pattern_path(path) in facts.FIELDS
