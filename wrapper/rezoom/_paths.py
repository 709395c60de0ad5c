"""Members of a body: their dotted paths, and one body laid over another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

# A JSON object: a body that is sent or was read, or a part of one.
Body: TypeAlias = Mapping[str, Any]


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """Read a JSON object; None for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


class DoubledName(ValueError):
    """A JSON object names a member twice, and one reader would take the one, another the other."""

    def __init__(self, name: str) -> None:
        super().__init__(f"it names {name!r} twice in one object")
        self.name = name


def encodable(text: str) -> bool:
    """Tell whether a text can be written as UTF-8: half a surrogate pair cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def deeper_than(value: object, most: int) -> bool:
    """Tell whether plain data is nested deeper than `most` objects and lists."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return most < 0 or any(deeper_than(item, most - 1) for item in inner)


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read the members of an object, as `object_pairs_hook`; DoubledName for one named twice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise DoubledName(name)
        found[name] = value
    return found


def pattern_path(path: str) -> str:
    """Turn `rooms[0].name` into the `rooms[].name` under which the spec knows it."""
    return re.sub(r"\[[0-9]+\]", "[]", path) if "[" in path else path


def under(path: str, name: str) -> str:
    """Write the path of a member of what stands at `path`."""
    return f"{path}.{name}" if path else name


def first_name(path: str) -> str:
    """Return the first name of a path, without an index."""
    return path.partition(".")[0].partition("[")[0]


def last_name(path: str) -> str:
    """Return the last name of a path, without an index."""
    return path.rpartition(".")[2].partition("[")[0]


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


# Tells of a path whether its object counts as one value.
Whole: TypeAlias = Callable[[str], bool]


def _never(_: str) -> bool:
    return False


def leaves(body: Body, whole: Whole = _never, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every member by its path: objects by their members, empty and `whole` ones as such."""
    for name, value in body.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and value and not whole(path):
            yield from leaves(value, whole, f"{path}.")
        else:
            yield path, value


def merged(base: Body, added: Body, whole: Whole = _never, prefix: str = "") -> dict[str, Any]:
    """Lay `added` over `base`: objects member by member, everything else and `whole` ones whole."""
    result = dict(base)
    for name, value in added.items():
        path, old = f"{prefix}{name}", base.get(name)
        if isinstance(value, dict) and isinstance(old, dict) and not whole(path):
            result[name] = merged(old, value, whole, f"{path}.")
        else:
            result[name] = value
    return result


def filtered(value: Any, keep: Callable[[str], bool], path: str = "") -> Any:
    """Copy a value with the members whose paths are kept and that are not None, in lists too."""
    if isinstance(value, list):
        return [filtered(item, keep, f"{path}[]") for item in value]
    if not isinstance(value, Mapping):
        return value
    members = ((name, item, under(path, name)) for name, item in value.items())
    return {
        name: filtered(item, keep, of)
        for name, item, of in members
        if item is not None and keep(of)
    }


def objects(value: object) -> list[dict[str, Any]]:
    """List the objects in a list of an answer; none where it is no list."""
    items = value if isinstance(value, list | tuple) else ()
    return [item for item in items if isinstance(item, dict)]
