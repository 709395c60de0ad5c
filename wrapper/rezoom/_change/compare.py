"""Compare a requested value with what a read shows: by meaning, not by spelling."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from .. import _paths
from .._paths import last_name, pattern_path, under
from .._times import in_utc, read_time
from .._wire import facts, is_whole
from .._zone_names import same_zone

instant = read_time

# Members, or lists, of e-mail addresses: in these, capitals mean nothing.
_ADDRESSES = ("email", "participants")
_TAG = re.compile(r"<[^<>]*>")
# What has been seen where an emoji was.
_INSTEAD = frozenset("-?\ufffd")
_JOINERS = frozenset("\u200d\ufe0f")


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
    if _is_id(path):
        return str(requested).strip() == str(shown).strip()
    if not isinstance(requested, str):
        return bool(requested == shown)
    if not isinstance(shown, str | int):
        return False
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    if known is not None and known.time_zone:
        return same_zone(requested, shown)
    if known is not None and known.time is not None:
        # Some times are in UTC, Z or not; two wall clocks are compared as such.
        walls = not in_utc(requested) and not in_utc(shown)
        clock = UTC if known.time == "utc" or walls else place
        meant = read_time(requested, clock)
        return meant is not None and meant == read_time(shown, clock)
    if known is not None and known.separator is not None:
        return _items(requested, known.separator) == _items(str(shown), known.separator)
    if known is None and (moment := read_time(requested, None)) is not None:
        return moment == read_time(shown, None)
    if last_name(path).endswith(_ADDRESSES):
        return requested.strip().casefold() == str(shown).strip().casefold()
    return requested == shown


def shown_at(path: str, view: Mapping[str, Any]) -> Any:
    """Return what a read shows of a member, also where another member shows it."""
    places = elsewhere(path)
    if not places:
        return _paths.at(view, path)
    return next(filter(None, (_paths.at(view, name) for name in places[::-1])), None)


def form_of(path: str, requested: Any, found: Any, place: ZoneInfo | None = None) -> str | None:
    """Name the form of its own in which Zoom shows a value (`x-case`); None: another value."""
    if not isinstance(requested, str) or not isinstance(found, str) or requested == found:
        return None
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    if known is not None and known.time is not None:
        sent, seen = read_time(requested, place), read_time(found, place)
        return "minute" if sent and seen == sent.replace(second=0) != sent else None
    old, new = (text.replace("\r\n", "\n").replace("\r", "\n") for text in (requested, found))
    if old == new:
        return "line-ends"
    old, new = (" ".join(text.split()) for text in (requested, found))
    if old == new:
        return "blanks"
    if " ".join(html.unescape(_TAG.sub("", old)).split()) == new:
        return "markup"
    lost = any(map(_is_emoji, old)) and not any(map(_is_emoji, new))
    # Without a sign in its place it may be what was there before.
    signs = [sum(one in _INSTEAD for one in text) for text in (old, new)]
    return "emoji" if lost and signs[0] < signs[1] and _letters(old) == _letters(new) else None


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) == "So" or character > "\uffff"


def _letters(text: str) -> str:
    return "".join(
        one
        for one in text
        if not (_is_emoji(one) or one.isspace() or one in _INSTEAD or one in _JOINERS)
    )


def _is_id(path: str) -> bool:
    name = last_name(path)
    return name in {"id", "pmi"} or name.endswith("_id")


def unchanged(path: str, old: Any, new: Any, place: ZoneInfo | None) -> bool:
    """Tell whether two reads show the same value: either way round, since absence proves little."""
    return same(path, old, new, place) and same(path, new, old, place)


def leaves(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every member that is set or kept by itself; what is sent whole is one of them."""
    return _paths.leaves(body, is_whole)


def _same_list(path: str, requested: list[Any], shown: list[Any], place: ZoneInfo | None) -> bool:
    item, kind = f"{path}[]", _kind(path)
    if kind == "set":
        return all(
            any(same(item, one, other, place) for other in others)
            for ones, others in ((requested, shown), (shown, requested))
            for one in ones
        )
    if len(requested) != len(shown):
        return False
    if kind not in ("items", "filled"):
        # In another order it is another list.
        return all(same(item, *pair, place) for pair in zip(requested, shown, strict=True))
    left = list(shown)
    # Who says most chooses first.
    for one in sorted(requested, key=lambda one: -len(str(one))):
        found = next((n for n, other in enumerate(left) if same(item, one, other, place)), None)
        if found is None:
            return False
        del left[found]
    return True


def _items(text: str, between: str) -> set[str]:
    return {item.strip().casefold() for item in text.split(between) if item.strip()}


def _blank(value: Any) -> bool:
    return value is None or value in ("", [], {})
