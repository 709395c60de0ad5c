# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsEncryptionType = Literal["e2ee", "enhanced_encryption"]

MEETING_SETTINGS_ENCRYPTION_TYPE_VALUES: set[MeetingSettingsEncryptionType] = {
    "e2ee",
    "enhanced_encryption",
}


def check_meeting_settings_encryption_type(value: str) -> MeetingSettingsEncryptionType:
    if value in MEETING_SETTINGS_ENCRYPTION_TYPE_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_ENCRYPTION_TYPE_VALUES!r}"
    )
