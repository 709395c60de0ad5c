# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

ContinuousMeetingChatWhoIsAdded = Literal[
    "all_users", "org_invitees", "org_invitees_and_participants"
]

CONTINUOUS_MEETING_CHAT_WHO_IS_ADDED_VALUES: set[ContinuousMeetingChatWhoIsAdded] = {
    "all_users",
    "org_invitees",
    "org_invitees_and_participants",
}


def check_continuous_meeting_chat_who_is_added(value: str) -> ContinuousMeetingChatWhoIsAdded:
    if value in CONTINUOUS_MEETING_CHAT_WHO_IS_ADDED_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {CONTINUOUS_MEETING_CHAT_WHO_IS_ADDED_VALUES!r}"
    )
