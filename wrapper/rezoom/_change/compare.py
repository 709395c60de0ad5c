"""Compare a requested value with what a read shows: by meaning, not by spelling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from .. import _paths
from .._paths import pattern_path, under
from .._times import read_time
from .._wire import facts, is_whole

instant = read_time


def elsewhere(path: str) -> tuple[str, ...]:
    """Name the members of an answer that show what became of `path`; empty: `path` itself."""
    row = facts.READ_BACKS["updateMeeting"].get(path)
    return row.look if row is not None else ()


def proves_nothing(path: str, shown: object) -> bool:
    """Tell whether a read that does not show the requested value says nothing about it."""
    kind = _kind(path)
    return kind == "filled" or (kind == "newer" and shown is None)


def _kind(path: str) -> str:
    row = facts.READ_BACKS["updateMeeting"].get(pattern_path(path))
    return "" if row is None else row.kind


def writable(path: str) -> bool:
    """Tell whether an update knows the member."""
    return pattern_path(path) in facts.BODIES["updateMeeting"]


def same(path: str, requested: Any, shown: Any, place: ZoneInfo | None = None) -> bool:
    """Tell whether a read that shows `shown` has the `requested` value.

    An empty text and a missing one are the same; a missing boolean is not known to be false.
    `place` tells which instant a wall-clock time means.
    """
    if _blank(requested) and _blank(shown):
        return True
    if isinstance(requested, dict):
        return isinstance(shown, dict) and all(
            same(under(path, name), value, shown.get(name), place)
            for name, value in requested.items()
        )
    if isinstance(requested, list):
        return isinstance(shown, list) and _same_list(path, requested, shown, place)
    if isinstance(requested, bool) or isinstance(shown, bool):
        return requested is shown
    if not isinstance(requested, str):
        return bool(requested == shown)
    if not isinstance(shown, str | int):
        return False
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    if known is not None and known.time is not None:
        # Some times are in UTC, Z or not; where no zone is known, so is everything.
        clock = UTC if known.time == "utc" else place or UTC
        meant = read_time(requested, clock)
        return meant is not None and meant == read_time(shown, clock)
    if known is not None and known.separator is not None:
        return _items(requested, known.separator) == _items(str(shown), known.separator)
    return requested == shown


def unchanged(path: str, old: Any, new: Any, place: ZoneInfo | None) -> bool:
    """Tell whether two reads show the same value: either way round, since absence proves little."""
    return same(path, old, new, place) and same(path, new, old, place)


def leaves(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every member that is set or kept by itself; what is sent whole is one of them."""
    return _paths.leaves(body, is_whole)


def _same_list(path: str, requested: list[Any], shown: list[Any], place: ZoneInfo | None) -> bool:
    if len(requested) != len(shown):
        return False
    item = f"{path}[]"
    if _kind(path) not in ("set", "items"):
        # In another order it is another list.
        return all(same(item, *pair, place) for pair in zip(requested, shown, strict=True))
    left = list(shown)
    for one in requested:
        found = next((n for n, other in enumerate(left) if same(item, one, other, place)), None)
        if found is None:
            return False
        del left[found]
    return True


def _items(text: str, between: str) -> list[str]:
    return sorted(item.strip().casefold() for item in text.split(between) if item.strip())


def _blank(value: Any) -> bool:
    return value is None or value in ("", [], {})
