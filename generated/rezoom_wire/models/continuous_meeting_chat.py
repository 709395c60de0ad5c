# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.continuous_meeting_chat_who_is_added import (
    ContinuousMeetingChatWhoIsAdded,
    check_continuous_meeting_chat_who_is_added,
)
from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="ContinuousMeetingChat")


@_attrs_define(repr=False)
class ContinuousMeetingChat:
    """The chat that stays open between the meetings. Only for meetings of type 2, 3 and 8."""

    auto_add_invited_external_users: bool | Unset = UNSET
    """ Whether invited people from outside the account are added to the chat. Deprecated by Zoom in March 2025,
    with no replacement left in the update. """
    auto_add_meeting_participants: bool | Unset = UNSET
    """ Whether everybody who joins is added to the chat. Deprecated by Zoom in March 2025, with no replacement left
    in the update. """
    enable: bool | Unset = UNSET
    """ Whether the meeting has a continuous chat. With people from outside the account Zoom may refuse the update.
    """
    who_is_added: ContinuousMeetingChatWhoIsAdded | Unset = UNSET
    """ Who is added to the chat: everybody, invitees and participants of the own organisation, or its invitees
    only. It was part of the update from March to September 2025 and is gone from the newest documents, so Zoom may
    ignore or refuse it. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        auto_add_invited_external_users = self.auto_add_invited_external_users

        auto_add_meeting_participants = self.auto_add_meeting_participants

        enable = self.enable

        who_is_added: str | Unset = UNSET
        if not isinstance(self.who_is_added, Unset):
            who_is_added = self.who_is_added

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if auto_add_invited_external_users is not UNSET:
            field_dict["auto_add_invited_external_users"] = auto_add_invited_external_users
        if auto_add_meeting_participants is not UNSET:
            field_dict["auto_add_meeting_participants"] = auto_add_meeting_participants
        if enable is not UNSET:
            field_dict["enable"] = enable
        if who_is_added is not UNSET:
            field_dict["who_is_added"] = who_is_added

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        auto_add_invited_external_users = d.pop("auto_add_invited_external_users", UNSET)

        auto_add_meeting_participants = d.pop("auto_add_meeting_participants", UNSET)

        enable = d.pop("enable", UNSET)

        _who_is_added = d.pop("who_is_added", UNSET)
        who_is_added: ContinuousMeetingChatWhoIsAdded | Unset
        if isinstance(_who_is_added, Unset):
            who_is_added = UNSET
        else:
            who_is_added = check_continuous_meeting_chat_who_is_added(_who_is_added)

        continuous_meeting_chat = cls(
            auto_add_invited_external_users=auto_add_invited_external_users,
            auto_add_meeting_participants=auto_add_meeting_participants,
            enable=enable,
            who_is_added=who_is_added,
        )

        return continuous_meeting_chat
