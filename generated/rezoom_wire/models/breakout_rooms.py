# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

if TYPE_CHECKING:
    from ..models.breakout_room import BreakoutRoom


T = TypeVar("T", bound="BreakoutRooms")


@_attrs_define(repr=False)
class BreakoutRooms:
    """Breakout rooms prepared before the meeting. End-to-end encryption turns them off."""

    enable: bool | Unset = UNSET
    """ Whether the prepared rooms are used. """
    rooms: list[BreakoutRoom] | Unset = UNSET
    """ The rooms and who is in them. Whether a shorter list removes the rooms it does not name is not documented,
    so send all of them. """

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

        field_dict.update({})
        if enable is not UNSET:
            field_dict["enable"] = enable
        if rooms is not UNSET:
            field_dict["rooms"] = rooms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.breakout_room import BreakoutRoom  # noqa: PLC0415

        d = dict(src_dict)
        enable = d.pop("enable", UNSET)

        _rooms = d.pop("rooms", UNSET)
        rooms: list[BreakoutRoom] | Unset = UNSET
        if _rooms is not UNSET:
            rooms = []
            for rooms_item_data in _rooms:
                rooms_item = BreakoutRoom.from_dict(rooms_item_data)

                rooms.append(rooms_item)

        breakout_rooms = cls(
            enable=enable,
            rooms=rooms,
        )

        return breakout_rooms
