# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingResourceResourceType = Literal["whiteboard"]

MEETING_RESOURCE_RESOURCE_TYPE_VALUES: set[MeetingResourceResourceType] = {
    "whiteboard",
}


def check_meeting_resource_resource_type(value: str) -> MeetingResourceResourceType:
    if value in MEETING_RESOURCE_RESOURCE_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_RESOURCE_RESOURCE_TYPE_VALUES!r}"
    )
