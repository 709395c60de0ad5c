"""Dotted paths of members in a body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def pattern_path(path: str) -> str:
    """Turn `rooms[0].name` into the `rooms[].name` under which the spec knows it."""
    return re.sub(r"\[[0-9]+\]", "[]", path)


def at(node: Any, path: str) -> Any:
    """Return what stands at a dotted path; None where there is nothing."""
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set the member at a dotted path, and the objects on the way to it."""
    *objects, name = path.split(".")
    for key in objects:
        body = body.setdefault(key, {})
    body[name] = value


def drop(body: dict[str, Any], path: str) -> None:
    """Take out the member at a path; of a list the whole list."""
    *objects, name = path.partition("[")[0].split(".")
    node: Any = body
    for key in objects:
        node = node.get(key, {})
    node.pop(name, None)
