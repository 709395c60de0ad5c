# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

WaitingRoomOptionsWhoGoesToWaitingRoom = Literal[
    "everyone",
    "users_not_in_account",
    "users_not_in_account_or_whitelisted_domains",
    "users_not_in_org",
    "users_not_on_invite",
]

WAITING_ROOM_OPTIONS_WHO_GOES_TO_WAITING_ROOM_VALUES: set[
    WaitingRoomOptionsWhoGoesToWaitingRoom
] = {
    "everyone",
    "users_not_in_account",
    "users_not_in_account_or_whitelisted_domains",
    "users_not_in_org",
    "users_not_on_invite",
}


def check_waiting_room_options_who_goes_to_waiting_room(
    value: str,
) -> WaitingRoomOptionsWhoGoesToWaitingRoom:
    if value in WAITING_ROOM_OPTIONS_WHO_GOES_TO_WAITING_ROOM_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {WAITING_ROOM_OPTIONS_WHO_GOES_TO_WAITING_ROOM_VALUES!r}"
    )
