"""Which members of an update have no effect: gated by plan, locked, or switched off."""

from collections.abc import Callable, Mapping
from typing import Any

from .._wire import facts
from .quirks import Quirks
from .store import State

Gate = Callable[[str, Any], bool]
_REGISTRATION = (0, 1)  # approval_type: at once, or after approval
_INTERPRETATION = ("settings.language_interpretation", "settings.sign_language_interpretation")
_OBJECTS = {path.rpartition(".")[0] for path in facts.OCCURRENCE_FIELDS} - {""}
FOR_ONE = frozenset(facts.OCCURRENCE_FIELDS) | _OBJECTS
# What end-to-end encryption does not go with, and what it becomes; "none" only from "cloud".
_OFF_WITH_E2EE: tuple[tuple[str, Any], ...] = (
    ("join_before_host", False),
    ("auto_recording", "none"),
)


def gate(state: State, quirks: Quirks, *, licensed: bool, for_one: bool) -> Gate:
    """Return the test whether a member, by its dotted path and value, passes.

    `for_one` is for a single occurrence, for which Zoom honours only the members in `x-honours`.
    """
    known = FOR_ONE if for_one else facts.FIELDS.keys()
    pmi = state.get("settings", {}).get("use_pmi", False)

    def passes(path: str, value: Any) -> bool:
        if path not in known or path in quirks.locked:
            return False
        if not licensed and quirks.basic_host == "ignore" and _needs_licence(path, value):
            return False
        if path == "settings.use_pmi":
            return bool(value == pmi) or quirks.pmi_conversion == "take"
        return path not in _INTERPRETATION or quirks.interpretation == "take"

    return passes


def switch_off_for_e2ee(state: State, body: Mapping[str, Any]) -> list[str]:
    """Switch off what end-to-end encryption excludes; return what the body wanted otherwise."""
    settings = state.get("settings", {})
    if settings.get("encryption_type") != "e2ee":
        return []
    wanted = body.get("settings", {})
    undone = []
    for name, off in _OFF_WITH_E2EE:
        if settings.get(name) in (True, "cloud"):
            settings[name] = off
            if name in wanted:
                undone.append(f"settings.{name}")
    rooms = settings.get("breakout_room", {})
    if rooms.get("enable"):
        rooms["enable"] = False
        if wanted.get("breakout_room", {}).get("enable"):
            undone.append("settings.breakout_room.enable")
    return undone


def _needs_licence(path: str, value: Any) -> bool:
    if path == "settings.approval_type":
        return value in _REGISTRATION
    return path == "settings.auto_recording" and value == "cloud"
