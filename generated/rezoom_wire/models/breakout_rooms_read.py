# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, are_mappings, shown

if TYPE_CHECKING:
    from ..models.breakout_room_read import BreakoutRoomRead


T = TypeVar("T", bound="BreakoutRoomsRead")


@_attrs_define(repr=False)
class BreakoutRoomsRead:
    """Breakout rooms prepared before the meeting. End-to-end encryption turns them off."""

    enable: bool | Unset = UNSET
    """ Whether the prepared rooms are used. """
    rooms: list[BreakoutRoomRead] | Unset = UNSET
    """ The rooms and who is in them. Whether a shorter list removes the rooms it does not name is not documented,
    so send all of them. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        enable = self.enable

        rooms: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.rooms, Unset):
            rooms = []
            for rooms_item_data in self.rooms:
                rooms_item = rooms_item_data.to_dict()
                rooms.append(rooms_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if enable is not UNSET:
            field_dict["enable"] = enable
        if rooms is not UNSET:
            field_dict["rooms"] = rooms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.breakout_room_read import BreakoutRoomRead  # noqa: PLC0415

        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        if not are_mappings(d.get("rooms", [])):
            odd["rooms"] = d.pop("rooms")
        enable = d.pop("enable", UNSET)

        _rooms = d.pop("rooms", UNSET)
        rooms: list[BreakoutRoomRead] | Unset = UNSET
        if _rooms is not UNSET:
            rooms = []
            for rooms_item_data in _rooms:
                rooms_item = BreakoutRoomRead.from_dict(rooms_item_data)

                rooms.append(rooms_item)

        breakout_rooms_read = cls(
            enable=enable,
            rooms=rooms,
        )

        breakout_rooms_read.additional_properties = {**d, **odd}
        return breakout_rooms_read

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
