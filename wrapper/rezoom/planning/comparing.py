"""Whether a member has the asked value: by meaning, as Zoom writes it differently when read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import reading_back


def same(path: str, asked: Any, shown: Any, place: ZoneInfo | None = None) -> bool:
    """Tell whether a read that shows `shown` has the `asked` value.

    An empty text and a missing one are the same; a missing boolean is not known to be false.
    `place` tells which instant a wall-clock time means.
    """
    if _blank(asked) and _blank(shown):
        return True
    if isinstance(asked, dict):
        return isinstance(shown, dict) and all(
            same(f"{path}.{name}", value, shown.get(name), place) for name, value in asked.items()
        )
    if isinstance(asked, list):
        return isinstance(shown, list) and _same_list(path, asked, shown, place)
    if isinstance(asked, bool) or isinstance(shown, bool):
        return asked is shown
    if not isinstance(asked, str):
        return bool(asked == shown)
    if not isinstance(shown, str | int):
        return False
    if reading_back.has_time(path):
        meant = instant(asked, place)
        return meant is not None and meant == instant(str(shown), place)
    between = reading_back.separator(path)
    if between is not None:
        return _items(asked, between) == _items(str(shown), between)
    return asked == shown


def instant(text: object, place: ZoneInfo | None) -> datetime | None:
    """Return the instant of a time as Zoom reads and writes it; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=place or UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def at(node: Any, path: str) -> Any:
    """Return what stands at a dotted path; None where there is nothing."""
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def leaves(body: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every member that is set or kept by itself; what is sent whole is one of them."""
    for name, value in body.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and value and not reading_back.is_whole(path):
            yield from leaves(value, f"{path}.")
        else:
            yield path, value


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


def _same_list(path: str, asked: list[Any], shown: list[Any], place: ZoneInfo | None) -> bool:
    if len(asked) != len(shown):
        return False
    item = f"{path}[]"
    if reading_back.has_order(path):
        return all(same(item, *pair, place) for pair in zip(asked, shown, strict=True))
    left = list(shown)
    for one in asked:
        found = next((n for n, other in enumerate(left) if same(item, one, other, place)), None)
        if found is None:
            return False
        del left[found]
    return True


def _items(text: str, between: str) -> list[str]:
    return sorted(item.strip().casefold() for item in text.split(between) if item.strip())


def _blank(value: Any) -> bool:
    return value is None or value in ("", [], {})
