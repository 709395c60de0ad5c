"""What an update makes of a meeting: pure, and as silent about what it ignores as Zoom is."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from .._wire import facts
from .derived import host_members, passcode_members
from .judge import without_nulls
from .quirks import Quirks
from .store import State
from .timing import MEMBERS, read_start, retime, zulu

OCCURRENCE_MEMBERS = ("occurrence_id", "start_time", "duration", "status")
_DOORS = ("password", "settings.waiting_room", "settings.meeting_authentication")


def apply(
    state: State,
    body: Mapping[str, Any],
    *,
    occurrence_id: str | None = None,
    now: datetime,
    quirks: Quirks,
) -> tuple[State, tuple[str, ...]]:
    """Return the meeting after an update, and the members of the body that were ignored.

    Objects are merged, arrays and `recurrence` replaced whole. With `occurrence_id` only that date
    changes, by the few members Zoom honours there; LookupError when the series has no such date.
    """
    new = deepcopy(state)
    body, ignored = without_nulls(body)
    if occurrence_id is not None:
        wanted = _sift(body, _honoured_for_one(quirks), ignored)
        ignored += _edit_occurrence(new, occurrence_id, wanted, now, quirks)
        return new, tuple(dict.fromkeys(ignored))
    wanted = _sift(body, _honoured(quirks), ignored)
    timing = {member: wanted.pop(member) for member in MEMBERS if member in wanted}
    host = wanted.pop("schedule_for", None)
    _merge(new, wanted)
    if host is not None:
        new |= host_members(host)
    if "password" in wanted:
        new |= passcode_members(new["id"], new["password"])
    ignored += retime(new, timing, now=now, quirks=quirks)
    ignored += _lock_one_door(new, body, quirks)
    return new, tuple(dict.fromkeys(ignored))


def occurrence(state: State, occurrence_id: str) -> dict[str, Any]:
    """Return that date of the series, as it is stored; LookupError when there is none."""
    for date in state.get("occurrences", ()):
        if date["occurrence_id"] == occurrence_id and date["status"] != "deleted":
            found: dict[str, Any] = date
            return found
    raise LookupError(occurrence_id)


def view(
    state: State, *, occurrence_id: str | None = None, now: datetime, previous: bool = True
) -> dict[str, Any]:
    """Return a meeting as a GET answers it: of past dates only those that were asked for."""
    shown = deepcopy(state)
    if occurrence_id is not None:
        date = occurrence(shown, occurrence_id)
        shown |= {name: date[name] for name in ("start_time", "duration", "agenda") if name in date}
        _merge(shown, {"settings": date.get("settings", {})})
    if "occurrences" in shown:
        shown["occurrences"] = [
            {name: date[name] for name in OCCURRENCE_MEMBERS}
            for date in shown["occurrences"]
            if previous or not _is_over(date, now)
        ]
    return shown


def _is_over(date: Mapping[str, Any], now: datetime) -> bool:
    begun = (now - datetime.fromisoformat(date["start_time"])).total_seconds()
    return begun >= 60 * int(date["duration"])


def _honoured(quirks: Quirks) -> Callable[[str], bool]:
    return lambda path: path in facts.FIELDS and path not in quirks.locked


def _honoured_for_one(quirks: Quirks) -> Callable[[str], bool]:
    objects = {path.rpartition(".")[0] for path in facts.OCCURRENCE_FIELDS} - {""}
    known = objects | set(facts.OCCURRENCE_FIELDS) - set(quirks.locked)
    return lambda path: path in known


def _sift(
    body: Mapping[str, Any], honoured: Callable[[str], bool], ignored: list[str], prefix: str = ""
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in body.items():
        path = prefix + name
        if not honoured(path):
            ignored.append(path)
        elif isinstance(value, Mapping):
            kept[name] = _sift(value, honoured, ignored, f"{path}.")
        elif isinstance(value, list):
            kept[name] = [
                _sift(item, honoured, ignored, f"{path}[].") if isinstance(item, Mapping) else item
                for item in value
            ]
        else:
            kept[name] = value
    return kept


def _merge(target: dict[str, Any], change: Mapping[str, Any]) -> None:
    for name, value in change.items():
        if isinstance(value, Mapping) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        else:
            target[name] = deepcopy(value)


def _edit_occurrence(
    new: State, occurrence_id: str, wanted: dict[str, Any], now: datetime, quirks: Quirks
) -> list[str]:
    date = occurrence(new, occurrence_id)
    start = wanted.pop("start_time", None)
    _merge(date, wanted)
    if start is None:
        return []
    instant = read_start(start, new.get("timezone", "UTC")).instant
    if instant <= now and quirks.past_start == "ignore":
        return ["start_time"]
    date["start_time"] = zulu(now if instant <= now and _rewrites(quirks) else instant)
    return []


def _rewrites(quirks: Quirks) -> bool:
    return quirks.past_start == "rewrite-to-now"


def _lock_one_door(new: State, body: Mapping[str, Any], quirks: Quirks) -> list[str]:
    touched = [path for path in _DOORS if _at(body, path) is not None]
    open_doors = [path for path in _DOORS if not _at(new, path)]
    if quirks.security_floor == "none" or not touched or len(open_doors) < len(_DOORS):
        return []
    new.setdefault("settings", {})["waiting_room"] = True
    return ["settings.waiting_room"] if "settings.waiting_room" in touched else []


def _at(node: Any, path: str) -> Any:
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node
