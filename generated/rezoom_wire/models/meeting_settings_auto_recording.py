# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsAutoRecording = Literal["cloud", "local", "none"]

MEETING_SETTINGS_AUTO_RECORDING_VALUES: set[MeetingSettingsAutoRecording] = {
    "cloud",
    "local",
    "none",
}


def check_meeting_settings_auto_recording(value: str) -> MeetingSettingsAutoRecording:
    if value in MEETING_SETTINGS_AUTO_RECORDING_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_AUTO_RECORDING_VALUES!r}"
    )
