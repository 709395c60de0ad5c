# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsJbhTime = Literal[0, 5, 10, 15]

MEETING_SETTINGS_JBH_TIME_VALUES: set[MeetingSettingsJbhTime] = {
    0,
    5,
    10,
    15,
}


def check_meeting_settings_jbh_time(value: int) -> MeetingSettingsJbhTime:
    if value in MEETING_SETTINGS_JBH_TIME_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_JBH_TIME_VALUES!r}"
    )
