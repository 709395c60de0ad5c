# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="VideoManagementChannelRead")


@_attrs_define(repr=False)
class VideoManagementChannelRead:
    """One channel of Zoom Video Management."""

    channel_id: str | Unset = UNSET
    """ ID of the channel. Zoom demands it for every channel. """
    name: str | Unset = UNSET
    """ Name of the channel; the ID decides which one is meant. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        channel_id = self.channel_id

        name = self.name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if channel_id is not UNSET:
            field_dict["channel_id"] = channel_id
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        channel_id = d.pop("channel_id", UNSET)

        name = d.pop("name", UNSET)

        video_management_channel_read = cls(
            channel_id=channel_id,
            name=name,
        )

        video_management_channel_read.additional_properties = {**d, **odd}
        return video_management_channel_read

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
