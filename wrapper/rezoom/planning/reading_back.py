"""How a member that was sent is seen again in a read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from .._wire import facts, schemas
from ..body import pattern_path

# Where the answer shows what the body's own member does not.
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {"schedule_for": ("host_id", "host_email")}
_NEWER = frozenset({"template_id", "sensitivity_label_id"})
_VOLATILE = frozenset({"start_url", "status", "uuid", "dynamic_host_key", "assistant_id"})


def volatile(member: str) -> bool:
    """Tell whether a top-level member of an answer changes although nobody changed it."""
    return member in _VOLATILE


def elsewhere(path: str) -> tuple[str, ...]:
    """Name the members of an answer that show what became of `path`; empty: `path` itself."""
    return _ELSEWHERE.get(path, ())


def may_be_missing(path: str) -> bool:
    """Tell whether an answer without this member says nothing about it."""
    return path in _NEWER


def is_joined(path: str) -> bool:
    """Tell whether the text is a list, in which order and case mean nothing."""
    known = facts.FIELDS.get(pattern_path(path))
    return known is not None and known.separator is not None


def separator(path: str) -> str:
    """Return what stands between the items of a list that Zoom reads as text."""
    known = facts.FIELDS.get(pattern_path(path))
    return (known and known.separator) or ","


@cache
def is_whole(path: str) -> bool:
    """Tell whether an object is sent whole: without some member it would be refused."""
    node: Any = schemas()["update"]
    for name in path.split("."):
        node = node.get("properties", {}).get(name, {})
    return bool(node.get("required"))


@cache
def has_time(path: str) -> bool:
    """Tell whether the text is an instant or a wall-clock time."""
    known = facts.FIELDS.get(pattern_path(path))
    return known is not None and known.time is not None


def writable(path: str) -> bool:
    """Tell whether an update knows the member."""
    return pattern_path(path) in facts.FIELDS


__all__ = [
    "elsewhere", "has_time", "is_joined", "is_whole", "may_be_missing", "separator", "volatile",
    "writable",
]  # fmt: skip
