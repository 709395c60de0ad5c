# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="ContinuousMeetingChatRead")


@_attrs_define(repr=False)
class ContinuousMeetingChatRead:
    """The continuous chat as Zoom reports it."""

    auto_add_invited_external_users: bool | Unset = UNSET
    """ Whether invited people from outside the account are added to the chat. Deprecated by Zoom in March 2025,
    with no replacement left in the update. """
    auto_add_meeting_participants: bool | Unset = UNSET
    """ Whether everybody who joins is added to the chat. Deprecated by Zoom in March 2025, with no replacement left
    in the update. """
    enable: bool | Unset = UNSET
    """ Whether the meeting has a continuous chat. With people from outside the account Zoom may refuse the update.
    """
    who_is_added: str | Unset = UNSET
    """ Who is added to the chat: everybody, invitees and participants of the own organisation, or its invitees
    only. It was part of the update from March to September 2025 and is gone from the newest documents, so Zoom may
    ignore or refuse it. """
    channel_id: str | Unset = UNSET
    """ The chat channel that belongs to the meeting. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        auto_add_invited_external_users = self.auto_add_invited_external_users

        auto_add_meeting_participants = self.auto_add_meeting_participants

        enable = self.enable

        who_is_added = self.who_is_added

        channel_id = self.channel_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if auto_add_invited_external_users is not UNSET:
            field_dict["auto_add_invited_external_users"] = auto_add_invited_external_users
        if auto_add_meeting_participants is not UNSET:
            field_dict["auto_add_meeting_participants"] = auto_add_meeting_participants
        if enable is not UNSET:
            field_dict["enable"] = enable
        if who_is_added is not UNSET:
            field_dict["who_is_added"] = who_is_added
        if channel_id is not UNSET:
            field_dict["channel_id"] = channel_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        auto_add_invited_external_users = d.pop("auto_add_invited_external_users", UNSET)

        auto_add_meeting_participants = d.pop("auto_add_meeting_participants", UNSET)

        enable = d.pop("enable", UNSET)

        who_is_added = d.pop("who_is_added", UNSET)

        channel_id = d.pop("channel_id", UNSET)

        continuous_meeting_chat_read = cls(
            auto_add_invited_external_users=auto_add_invited_external_users,
            auto_add_meeting_participants=auto_add_meeting_participants,
            enable=enable,
            who_is_added=who_is_added,
            channel_id=channel_id,
        )

        continuous_meeting_chat_read.additional_properties = {**d, **odd}
        return continuous_meeting_chat_read

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
