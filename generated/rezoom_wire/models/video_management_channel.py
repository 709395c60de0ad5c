# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="VideoManagementChannel")


@_attrs_define(repr=False)
class VideoManagementChannel:
    """One channel of Zoom Video Management."""

    channel_id: str
    """ ID of the channel. Zoom demands it for every channel. """
    name: str | Unset = UNSET
    """ Name of the channel; the ID decides which one is meant. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        channel_id = self.channel_id

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "channel_id": channel_id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        channel_id = d.pop("channel_id")

        name = d.pop("name", UNSET)

        video_management_channel = cls(
            channel_id=channel_id,
            name=name,
        )

        return video_management_channel
