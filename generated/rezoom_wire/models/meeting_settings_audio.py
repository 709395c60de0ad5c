# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsAudio = Literal["both", "telephony", "thirdParty", "voip"]

MEETING_SETTINGS_AUDIO_VALUES: set[MeetingSettingsAudio] = {
    "both",
    "telephony",
    "thirdParty",
    "voip",
}


def check_meeting_settings_audio(value: str) -> MeetingSettingsAudio:
    if value in MEETING_SETTINGS_AUDIO_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_AUDIO_VALUES!r}"
    )
