# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="WaitingRoomOptionsRead")


@_attrs_define(repr=False)
class WaitingRoomOptionsRead:
    """Who has to pass through the waiting room."""

    mode: str | Unset = UNSET
    """ Whether the account's setting decides (follow_setting) or this meeting has its own (custom). Zoom demands it
    whenever the object is sent. """
    who_goes_to_waiting_room: str | Unset = UNSET
    """ The people who wait: everyone, or those outside the account, the allowed domains, the invitation or the
    organisation. Needed with `mode` custom; with follow_setting the account's setting counts instead. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        mode = self.mode

        who_goes_to_waiting_room = self.who_goes_to_waiting_room

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if mode is not UNSET:
            field_dict["mode"] = mode
        if who_goes_to_waiting_room is not UNSET:
            field_dict["who_goes_to_waiting_room"] = who_goes_to_waiting_room

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        mode = d.pop("mode", UNSET)

        who_goes_to_waiting_room = d.pop("who_goes_to_waiting_room", UNSET)

        waiting_room_options_read = cls(
            mode=mode,
            who_goes_to_waiting_room=who_goes_to_waiting_room,
        )

        waiting_room_options_read.additional_properties = {**d, **odd}
        return waiting_room_options_read

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
