"""Members of a body: their dotted paths, and one body laid over another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """Read a JSON object; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def pattern_path(path: str) -> str:
    """Turn `rooms[0].name` into the `rooms[].name` under which the spec knows it."""
    return re.sub(r"\[[0-9]+\]", "[]", path) if "[" in path else path


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


def at_steps(node: Any, steps: Iterable[str | int]) -> Any:
    """Return what stands at the end of some names and indexes, all of which are there."""
    for step in steps:
        node = node[step]
    return node


def dotted(steps: Iterable[str | int]) -> str:
    """Write names and indexes as a dotted path: `rooms[0].name`."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def merge(target: dict[str, Any], added: Mapping[str, Any]) -> None:
    """Lay `added` over `target`: objects member by member, everything else whole."""
    for key, value in added.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value
