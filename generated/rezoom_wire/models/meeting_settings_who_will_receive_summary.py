# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsWhoWillReceiveSummary = Literal[1, 2, 3, 4]

MEETING_SETTINGS_WHO_WILL_RECEIVE_SUMMARY_VALUES: set[MeetingSettingsWhoWillReceiveSummary] = {
    1,
    2,
    3,
    4,
}


def check_meeting_settings_who_will_receive_summary(
    value: int,
) -> MeetingSettingsWhoWillReceiveSummary:
    if value in MEETING_SETTINGS_WHO_WILL_RECEIVE_SUMMARY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_WHO_WILL_RECEIVE_SUMMARY_VALUES!r}"
    )
