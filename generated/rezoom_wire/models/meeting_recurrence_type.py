# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingRecurrenceType = Literal[1, 2, 3]

MEETING_RECURRENCE_TYPE_VALUES: set[MeetingRecurrenceType] = {
    1,
    2,
    3,
}


def check_meeting_recurrence_type(value: int) -> MeetingRecurrenceType:
    if value in MEETING_RECURRENCE_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_RECURRENCE_TYPE_VALUES!r}"
    )
