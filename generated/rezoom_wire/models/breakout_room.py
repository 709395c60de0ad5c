# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="BreakoutRoom")


@_attrs_define(repr=False)
class BreakoutRoom:
    """One prepared breakout room."""

    name: str | Unset = UNSET
    """ Name of the room. """
    participants: list[str] | Unset = UNSET
    """ E-mail addresses of the people assigned to the room. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        participants: list[str] | Unset = UNSET
        if not isinstance(self.participants, Unset):
            participants = self.participants

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if participants is not UNSET:
            field_dict["participants"] = participants

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        participants = cast(list[str], d.pop("participants", UNSET))

        breakout_room = cls(
            name=name,
            participants=participants,
        )

        return breakout_room
