"""What of a change is not so already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from .._paths import at, put
from .._wire import facts
from . import compare
from .compare import instant, leaves, same
from .occurrences import place_of, zulu
from .plan_data import FieldChange
from .timing import TIMED, Timing

# What the list of occurrences shows of each of them.
_LISTED = frozenset({"start_time", "duration"})


def reduce(
    body: Mapping[str, Any], view: Mapping[str, Any], timing: Timing | None, *, seen: bool
) -> tuple[dict[str, Any], list[FieldChange]]:
    """Drop what is already so; start, zone and recurrence go together, or not at all."""
    kept: dict[str, Any] = {}
    changes: list[FieldChange] = []
    place = place_of(body) or place_of(view)
    differing = {
        path for path, value in leaves(body)
        if not is_so(path, value, view, place, body) or (not seen and path not in _LISTED)
    }  # fmt: skip
    if timing is not None:
        whole = set(timing.body) if timing.changes else set()
        told = {path for path in whole & differing if path != "start_time" or _moves(timing)}
        differing = (differing - set(TIMED)) | whole
    else:
        told = set(differing)
        if "start_time" in differing and "timezone" in body:
            differing.add("timezone")
        if {"start_time", "timezone"} <= body.keys() and "timezone" in differing:
            differing.add("start_time")
    for path, value in leaves(body):
        if path not in differing:
            continue
        put(kept, path, value)
        if path in told or path not in TIMED:
            changes += _told(path, value, view, timing)
    return kept, changes


def is_so(
    path: str,
    value: Any,
    view: Mapping[str, Any],
    place: ZoneInfo | None,
    body: Mapping[str, Any] | None = None,
) -> bool:
    """Tell whether the meeting has the asked value already."""
    places = compare.elsewhere(path)
    if places:
        wanted = str(value).casefold()
        return any(str(at(view, name)).casefold() == wanted for name in places)
    if path == "password" and not value and has_passcode(view):
        return False
    if path == "start_time" and body is not None:
        return same(path, value, at(view, path), place_of(body) or place)
    return same(path, value, at(view, path), place)


def has_passcode(view: Mapping[str, Any]) -> bool:
    """Tell whether a meeting has a passcode, also where a read does not show it itself."""
    others = (view.get(name) for name in facts.SECRET_NAMES if name.endswith("password"))
    return any(others) or "pwd=" in str(view.get("join_url"))


def _moves(timing: Timing) -> bool:
    first = timing.dates.after[:1]
    return timing.start_asked and first != timing.dates.before[:1]


def _told(
    path: str, value: Any, view: Mapping[str, Any], timing: Timing | None
) -> list[FieldChange]:
    before = at(view, path)
    if path == "recurrence" and isinstance(value, dict):
        old = before if isinstance(before, Mapping) else {}
        names = dict.fromkeys([*value, *(name for name in old if old[name] not in (None, ""))])
        return [
            FieldChange(f"{path}.{name}", old.get(name), value.get(name))
            for name in names
            if not same(f"{path}.{name}", value.get(name), old.get(name))
        ]
    if compare.elsewhere(path):
        places = (at(view, name) for name in compare.elsewhere(path)[::-1])
        before = next(filter(None, places), None)
    if path == "start_time":
        before = _local(before, view, timing, value)
    return [FieldChange(path, before, value)]


def _local(before: Any, view: Mapping[str, Any], timing: Timing | None, value: Any) -> Any:
    """Write a start that was read as the one that is sent: in UTC, or on the meeting's clock."""
    place = place_of(view)
    moment = timing.dates.before[0] if timing and timing.dates.before else instant(before, place)
    if moment is not None and str(value).endswith("Z"):
        return zulu(moment)
    if moment is None or place is None:
        return before
    return moment.astimezone(place).replace(tzinfo=None).isoformat(timespec="seconds")
