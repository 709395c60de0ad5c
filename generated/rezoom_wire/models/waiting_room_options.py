# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.waiting_room_options_mode import (
    WaitingRoomOptionsMode,
    check_waiting_room_options_mode,
)
from ..models.waiting_room_options_who_goes_to_waiting_room import (
    WaitingRoomOptionsWhoGoesToWaitingRoom,
    check_waiting_room_options_who_goes_to_waiting_room,
)
from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="WaitingRoomOptions")


@_attrs_define(repr=False)
class WaitingRoomOptions:
    """Who has to pass through the waiting room."""

    mode: WaitingRoomOptionsMode
    """ Whether the account's setting decides (follow_setting) or this meeting has its own (custom). Zoom demands it
    whenever the object is sent. """
    who_goes_to_waiting_room: WaitingRoomOptionsWhoGoesToWaitingRoom | Unset = UNSET
    """ The people who wait: everyone, or those outside the account, the allowed domains, the invitation or the
    organisation. Needed with `mode` custom; with follow_setting the account's setting counts instead. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        mode: str = self.mode

        who_goes_to_waiting_room: str | Unset = UNSET
        if not isinstance(self.who_goes_to_waiting_room, Unset):
            who_goes_to_waiting_room = self.who_goes_to_waiting_room

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "mode": mode,
            }
        )
        if who_goes_to_waiting_room is not UNSET:
            field_dict["who_goes_to_waiting_room"] = who_goes_to_waiting_room

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        mode = check_waiting_room_options_mode(d.pop("mode"))

        _who_goes_to_waiting_room = d.pop("who_goes_to_waiting_room", UNSET)
        who_goes_to_waiting_room: WaitingRoomOptionsWhoGoesToWaitingRoom | Unset
        if isinstance(_who_goes_to_waiting_room, Unset):
            who_goes_to_waiting_room = UNSET
        else:
            who_goes_to_waiting_room = check_waiting_room_options_who_goes_to_waiting_room(
                _who_goes_to_waiting_room
            )

        waiting_room_options = cls(
            mode=mode,
            who_goes_to_waiting_room=who_goes_to_waiting_room,
        )

        return waiting_room_options
