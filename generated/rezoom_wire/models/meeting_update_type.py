# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingUpdateType = Literal[1, 2, 3, 8, 10]

MEETING_UPDATE_TYPE_VALUES: set[MeetingUpdateType] = {
    1,
    2,
    3,
    8,
    10,
}


def check_meeting_update_type(value: int) -> MeetingUpdateType:
    if value in MEETING_UPDATE_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MEETING_UPDATE_TYPE_VALUES!r}")
