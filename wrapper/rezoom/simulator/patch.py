"""What an update makes of a meeting: pure, and as silent about what it ignores as Zoom is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .derived import host_members, made_passcode, passcode_members
from .gates import Gate, gate, switch_off_for_e2ee
from .judge import without_nulls
from .people import People
from .quirks import Quirks
from .store import State, cloned
from .timing import MEMBERS, SCHEDULED, SERIES, read_start, retime, zulu
from .view import occurrence

_DOORS = ("password", "settings.waiting_room", "settings.meeting_authentication")


def apply(
    state: State,
    body: Mapping[str, Any],
    *,
    occurrence_id: str | None = None,
    now: datetime,
    quirks: Quirks,
    people: People | None = None,
) -> tuple[State, tuple[str, ...]]:
    """Return the meeting after an update, and the members of the body that were ignored.

    Objects are merged, arrays and `recurrence` replaced whole. With `occurrence_id` only that date
    changes, by the few members Zoom honours there; LookupError when the series has no such date.
    `people` knows who has a licence; without it everybody has.
    """
    new = cloned(state)
    body, ignored = without_nulls(body)
    licensed = people is None or people.host(state).licensed
    passes = gate(state, quirks, licensed=licensed, for_one=occurrence_id is not None)
    wanted = _sift(body, passes, ignored)
    if occurrence_id is not None:
        ignored += _edit_occurrence(new, occurrence_id, wanted, now, quirks)
        return new, tuple(dict.fromkeys(ignored))
    if wanted.get("type") == SERIES and state["type"] == SCHEDULED:
        ignored += _drop(wanted, "type") if quirks.single_to_series == "ignore" else []
    timing = {member: wanted.pop(member) for member in MEMBERS if member in wanted}
    host = wanted.pop("schedule_for", None)
    ignored += _settle_passcode(new, wanted, now, quirks)
    if people is not None and quirks.alternative_hosts == "drop-outsiders":
        ignored += _drop_outsiders(wanted, people)
    _merge(new, wanted, extend=quirks.arrays == "extend")
    if host is not None:
        new |= people.members(host) if people else host_members(host)
    ignored += retime(new, timing, now=now, quirks=quirks)
    if quirks.e2ee == "switch-off":
        ignored += switch_off_for_e2ee(new, wanted)
    ignored += _lock_one_door(new, body, quirks)
    return new, tuple(dict.fromkeys(ignored))


def _sift(
    body: Mapping[str, Any], passes: Gate, ignored: list[str], prefix: str = ""
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in body.items():
        path = prefix + name
        if not passes(path, value):
            ignored.append(path)
        elif isinstance(value, Mapping):
            kept[name] = _sift(value, passes, ignored, f"{path}.")
        elif isinstance(value, list):
            kept[name] = [
                _sift(item, passes, ignored, f"{path}[].") if isinstance(item, Mapping) else item
                for item in value
            ]
        else:
            kept[name] = value
    return kept


def _merge(target: dict[str, Any], change: Mapping[str, Any], *, extend: bool = False) -> None:
    for name, value in change.items():
        known = target.get(name)
        if isinstance(value, Mapping) and isinstance(known, dict):
            _merge(known, value, extend=extend)
        elif extend and isinstance(value, list) and isinstance(known, list):
            target[name] = [*known, *(cloned(item) for item in value if item not in known)]
        else:
            target[name] = cloned(value)


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
    rewritten = instant <= now and quirks.past_start == "rewrite-to-now"
    date["start_time"] = zulu(now if rewritten else instant)
    return []


def _settle_passcode(
    new: State, wanted: dict[str, Any], now: datetime, quirks: Quirks
) -> list[str]:
    ignored = []
    if wanted.get("password") == "" and new.get("password") and quirks.empty_passcode == "keep":
        ignored = _drop(wanted, "password")
    passcode = str(wanted.get("password", new.get("password", "")))
    if not passcode and quirks.passcode == "required":
        ignored += _drop(wanted, "password")
        wanted["password"] = passcode = made_passcode(new["id"], now)
    if "password" in wanted:
        new |= passcode_members(new["id"], passcode)
    return ignored


def _drop_outsiders(wanted: dict[str, Any], people: People) -> list[str]:
    named = wanted.get("settings", {}).get("alternative_hosts")
    if not named:
        return []
    users = {name: people.find(name) for name in named.split(";")}
    kept = [name for name, user in users.items() if user is not None and user.licensed]
    wanted["settings"]["alternative_hosts"] = ";".join(kept)
    return [] if len(kept) == len(users) else ["settings.alternative_hosts"]


def _lock_one_door(new: State, body: Mapping[str, Any], quirks: Quirks) -> list[str]:
    touched = [path for path in _DOORS if _at(body, path) is not None]
    open_doors = [path for path in _DOORS if not _at(new, path)]
    if quirks.security_floor == "none" or not touched or len(open_doors) < len(_DOORS):
        return []
    new.setdefault("settings", {})["waiting_room"] = True
    return ["settings.waiting_room"] if "settings.waiting_room" in touched else []


def _drop(wanted: dict[str, Any], *members: str) -> list[str]:
    return [member for member in members if wanted.pop(member, None) is not None]


def _at(node: Any, path: str) -> Any:
    for name in path.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node
