# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingSettingsWhoCanAskQuestions = Literal[1, 2, 3, 4, 5]

MEETING_SETTINGS_WHO_CAN_ASK_QUESTIONS_VALUES: set[MeetingSettingsWhoCanAskQuestions] = {
    1,
    2,
    3,
    4,
    5,
}


def check_meeting_settings_who_can_ask_questions(value: int) -> MeetingSettingsWhoCanAskQuestions:
    if value in MEETING_SETTINGS_WHO_CAN_ASK_QUESTIONS_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_SETTINGS_WHO_CAN_ASK_QUESTIONS_VALUES!r}"
    )
