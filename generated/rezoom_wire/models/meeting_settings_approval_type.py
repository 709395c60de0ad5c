# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsApprovalType = Literal[0, 1, 2]

MEETING_SETTINGS_APPROVAL_TYPE_VALUES: set[MeetingSettingsApprovalType] = {
    0,
    1,
    2,
}


def check_meeting_settings_approval_type(value: int) -> MeetingSettingsApprovalType:
    if value in MEETING_SETTINGS_APPROVAL_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_APPROVAL_TYPE_VALUES!r}"
    )
