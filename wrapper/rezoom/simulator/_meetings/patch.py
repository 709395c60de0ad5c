"""What an update, a start, an end or a deletion makes of a meeting: pure functions of its state."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ..._paths import at, put
from ..._times import utc_instant
from ..._wire import facts
from .._account import EVERYBODY, People
from .._quirks import Quirks
from .._store import State
from .members import made_passcode, occurrence, passcode_members, personal_number
from .rescheduling import (
    MEMBERS,
    NO_FIXED_TIME,
    SCHEDULED,
    SERIES,
    drop,
    read_start,
    retime,
)
from .validation import without_nulls


def cloned(value: Any) -> Any:
    """Return a copy of JSON data that shares nothing with it."""
    if isinstance(value, dict):
        return {name: cloned(item) for name, item in value.items()}
    if isinstance(value, list):
        return [cloned(item) for item in value]
    return value


MemberFilter = Callable[[str, Any], bool]
# What needs a licence: registration, at once or after approval, and recording in the cloud.
_REGISTRATION, _NONE = "settings.approval_type", 2
_LICENSED: Mapping[str, tuple[Any, ...]] = {
    _REGISTRATION: (0, 1),
    "settings.auto_recording": ("cloud",),
}
_INTERPRETATION = ("settings.language_interpretation", "settings.sign_language_interpretation")
_OBJECTS = {
    path.rpartition(".")[0] for path in facts.OPERATIONS["updateMeeting"].honours["occurrence_id"]
} - {""}
FOR_ONE = frozenset(facts.OPERATIONS["updateMeeting"].honours["occurrence_id"]) | _OBJECTS
# What end-to-end encryption does not go with, and what it becomes; "none" only from "cloud".
_OFF_WITH_E2EE = {
    "settings.join_before_host": False,
    "settings.auto_recording": "none",
    "settings.breakout_room.enable": False,
}


def _member_filter(state: State, quirks: Quirks, *, licensed: bool, for_one: bool) -> MemberFilter:
    """Return the test whether a member, by its dotted path and value, passes.

    `for_one` is for a single occurrence, for which Zoom honours only the members in `x-honours`.
    """
    known = FOR_ONE if for_one else facts.BODIES["updateMeeting"].keys()
    pmi = at(state, "settings.use_pmi") or False

    def passes(path: str, value: Any) -> bool:
        if path not in known or path in quirks.locked:
            return False
        if not licensed and quirks.basic_host == "ignore" and value in _LICENSED.get(path, ()):
            return False
        if path == "settings.use_pmi":
            return bool(value == pmi) or quirks.pmi_conversion == "take"
        return path not in _INTERPRETATION or quirks.interpretation == "take"

    return passes


def _switch_off_for_e2ee(state: State, body: Mapping[str, Any]) -> list[str]:
    """Switch off what end-to-end encryption excludes; return what the body wanted otherwise."""
    if at(state, "settings.encryption_type") != "e2ee":
        return []
    switched = [path for path in _OFF_WITH_E2EE if at(state, path) in (True, "cloud")]
    for path in switched:
        put(state, path, _OFF_WITH_E2EE[path])
    return [path for path in switched if at(body, path) is not None]


_SECURITY = ("password", "settings.waiting_room", "settings.meeting_authentication")


def apply(
    state: State,
    body: Mapping[str, Any],
    *,
    occurrence_id: str | None = None,
    now: datetime,
    quirks: Quirks,
    people: People = EVERYBODY,
) -> tuple[State, tuple[str, ...]]:
    """Return the meeting after an update, and the members of the body that were ignored.

    Objects are merged, arrays and `recurrence` replaced whole. With `occurrence_id` only that date
    changes, by the few members Zoom honours there; LookupError when the series has no such date.
    """
    new = cloned(state)
    body, ignored = without_nulls(body)
    licensed = people.host(state).licensed
    passes = _member_filter(state, quirks, licensed=licensed, for_one=occurrence_id is not None)
    wanted = _sift(body, passes, ignored)
    if occurrence_id is not None:
        ignored += _edit_occurrence(new, occurrence_id, wanted, now, quirks)
        return new, tuple(dict.fromkeys(ignored))
    if wanted.get("type") == SERIES and state["type"] == SCHEDULED:
        ignored += drop(wanted, "type") if quirks.single_to_series == "ignore" else []
    timing = {member: wanted.pop(member) for member in MEMBERS if member in wanted}
    host = wanted.pop("schedule_for", None)
    ignored += _settle_passcode(new, wanted, now, quirks)
    if quirks.alternative_hosts == "drop-outsiders":
        ignored += _drop_outsiders(wanted, people)
    _merge(new, wanted, extend=quirks.arrays == "extend")
    if host is not None:
        new |= people.members(host)
    _change_room(new, state, wanted, now)
    ignored += retime(new, timing, now=now, quirks=quirks)
    if quirks.registration == "needs-start":
        ignored += _settle_registration(new, state, wanted, now)
    if quirks.e2ee == "switch-off":
        ignored += _switch_off_for_e2ee(new, wanted)
    ignored += _keep_one_lock(new, body, quirks)
    return new, tuple(dict.fromkeys(ignored))


def _sift(
    body: Mapping[str, Any], passes: MemberFilter, ignored: list[str], prefix: str = ""
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
            target[name] = [*known, *(item for item in value if item not in known)]
        else:
            target[name] = value


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
    date["start_time"] = utc_instant(now if rewritten else instant)
    return []


def _settle_passcode(
    new: State, wanted: dict[str, Any], now: datetime, quirks: Quirks
) -> list[str]:
    ignored = []
    if wanted.get("password") == "" and new.get("password") and quirks.empty_passcode == "keep":
        ignored = drop(wanted, "password")
    passcode = str(wanted.get("password", new.get("password", "")))
    if not passcode and quirks.passcode == "required":
        ignored += drop(wanted, "password")
        wanted["password"] = passcode = made_passcode(_number(new), now)
    if "password" in wanted:
        new |= passcode_members(_number(new), passcode)
    return ignored


def _change_room(new: State, old: State, wanted: Mapping[str, Any], now: datetime) -> None:
    """Give a meeting that moves to its host's personal room, or back, its number and passcode."""
    personal = at(new, "settings.use_pmi")
    if bool(personal) == bool(at(old, "settings.use_pmi")):
        return
    if personal:
        new["pmi"] = str(personal_number(new["host_id"]))
    else:
        new.pop("pmi", None)
    number = _number(new)
    new["password"] = wanted.get("password") or made_passcode(number, now)
    new |= passcode_members(number, new["password"])


def _number(state: State) -> int:
    """Return the number in the links, which is another one in the personal room."""
    return int(state.get("pmi") or state["id"])


def _settle_registration(
    new: State, old: State, wanted: Mapping[str, Any], now: datetime
) -> list[str]:
    """Take registration from a meeting that has no start to come, or no number of its own."""
    asked, value = at(wanted, _REGISTRATION) is not None, at(new, _REGISTRATION)
    lost = new["type"] == NO_FIXED_TIME or at(new, "settings.use_pmi")
    if value not in _LICENSED[_REGISTRATION] or not (lost or (asked and _is_past(new, now))):
        return []
    kept = _NONE if lost else at(old, _REGISTRATION)
    put(new, _REGISTRATION, kept)
    if lost:
        new.pop("registration_url", None)
    return [_REGISTRATION] if asked and kept != value else []


def _is_past(state: State, now: datetime) -> bool:
    starts = [one.get("start_time") for one in (state, *state.get("occurrences", ()))]
    return state["type"] in {SCHEDULED, SERIES} and not any(
        datetime.fromisoformat(start) > now for start in starts if start
    )


def _drop_outsiders(wanted: dict[str, Any], people: People) -> list[str]:
    named = at(wanted, "settings.alternative_hosts")
    if not named:
        return []
    users = {name: people.find(name) for name in named.split(";")}
    kept = [name for name, user in users.items() if user is not None and user.licensed]
    wanted["settings"]["alternative_hosts"] = ";".join(kept)
    return [] if len(kept) == len(users) else ["settings.alternative_hosts"]


def _keep_one_lock(new: State, body: Mapping[str, Any], quirks: Quirks) -> list[str]:
    touched = [path for path in _SECURITY if at(body, path) is not None]
    switched_off = [path for path in _SECURITY if not at(new, path)]
    if quirks.security_floor == "none" or not touched or len(switched_off) < len(_SECURITY):
        return []
    put(new, "settings.waiting_room", True)
    return ["settings.waiting_room"] if "settings.waiting_room" in touched else []


RUNNING, WAITING = "started", "waiting"
_IN_FORCE = ("topic", "agenda", "duration", "settings")


def start(state: State, now: datetime) -> State:
    """Return the meeting, running; what its participants have is kept beside what it is."""
    in_force = {name: state[name] for name in _IN_FORCE if name in state}
    session = {"started_at": utc_instant(now), **in_force}
    return {**state, "status": RUNNING, "_session": session}


def end(state: State, now: datetime, quirks: Quirks, people: People) -> State:
    """Return the meeting after its end, with the updates that were held meanwhile."""
    new = {name: value for name, value in state.items() if name not in {"_held", "_session"}}
    new |= {"status": WAITING, "_used_at": utc_instant(now)}
    for one in state.get("_held", ()):
        new, _ = apply(
            new,
            one["body"],
            occurrence_id=one["occurrence_id"],
            now=datetime.fromisoformat(one["at"]),
            quirks=quirks,
            people=people,
        )
    return new


def hold(state: State, body: Mapping[str, Any], occurrence_id: str | None, now: datetime) -> State:
    """Return the meeting with an update that waits for its end."""
    one = {"body": body, "occurrence_id": occurrence_id, "at": now.isoformat()}
    return {**state, "_held": [*state.get("_held", ()), one]}


def delete_occurrence(state: State, occurrence_id: str) -> State:
    """Return the series without that date; LookupError when there is none."""
    new: State = cloned(state)
    occurrence(new, occurrence_id)["status"] = "deleted"
    return new
