# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingResourcePermissionLevel = Literal["commenter", "editor", "viewer"]

MEETING_RESOURCE_PERMISSION_LEVEL_VALUES: set[MeetingResourcePermissionLevel] = {
    "commenter",
    "editor",
    "viewer",
}


def check_meeting_resource_permission_level(value: str) -> MeetingResourcePermissionLevel:
    if value in MEETING_RESOURCE_PERMISSION_LEVEL_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_RESOURCE_PERMISSION_LEVEL_VALUES!r}"
    )
