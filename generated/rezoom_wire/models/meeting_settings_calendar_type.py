# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsCalendarType = Literal[1, 2]

MEETING_SETTINGS_CALENDAR_TYPE_VALUES: set[MeetingSettingsCalendarType] = {
    1,
    2,
}


def check_meeting_settings_calendar_type(value: int) -> MeetingSettingsCalendarType:
    if value in MEETING_SETTINGS_CALENDAR_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_CALENDAR_TYPE_VALUES!r}"
    )
