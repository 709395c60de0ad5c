# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

WaitingRoomOptionsMode = Literal["custom", "follow_setting"]

WAITING_ROOM_OPTIONS_MODE_VALUES: set[WaitingRoomOptionsMode] = {
    "custom",
    "follow_setting",
}


def check_waiting_room_options_mode(value: str) -> WaitingRoomOptionsMode:
    if value in WAITING_ROOM_OPTIONS_MODE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WAITING_ROOM_OPTIONS_MODE_VALUES!r}"
    )
