# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsRegistrationType = Literal[1, 2, 3]

MEETING_SETTINGS_REGISTRATION_TYPE_VALUES: set[MeetingSettingsRegistrationType] = {
    1,
    2,
    3,
}


def check_meeting_settings_registration_type(value: int) -> MeetingSettingsRegistrationType:
    if value in MEETING_SETTINGS_REGISTRATION_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_REGISTRATION_TYPE_VALUES!r}"
    )
