# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, are_mappings, shown

if TYPE_CHECKING:
    from ..models.video_management_channel_read import VideoManagementChannelRead


T = TypeVar("T", bound="VideoManagementRead")


@_attrs_define(repr=False)
class VideoManagementRead:
    """Channels of Zoom Video Management the recording goes to. Ignored where the account lacks the product."""

    channels: list[VideoManagementChannelRead] | Unset = UNSET
    """ The channels, one to five. """
    enable: bool | Unset = UNSET
    """ Whether the recording is added to the channels. Zoom demands it whenever the object is sent. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        channels: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.channels, Unset):
            channels = []
            for channels_item_data in self.channels:
                channels_item = channels_item_data.to_dict()
                channels.append(channels_item)

        enable = self.enable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if channels is not UNSET:
            field_dict["channels"] = channels
        if enable is not UNSET:
            field_dict["enable"] = enable

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.video_management_channel_read import VideoManagementChannelRead  # noqa: PLC0415

        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        if not are_mappings(d.get("channels", [])):
            odd["channels"] = d.pop("channels")
        _channels = d.pop("channels", UNSET)
        channels: list[VideoManagementChannelRead] | Unset = UNSET
        if _channels is not UNSET:
            channels = []
            for channels_item_data in _channels:
                channels_item = VideoManagementChannelRead.from_dict(channels_item_data)

                channels.append(channels_item)

        enable = d.pop("enable", UNSET)

        video_management_read = cls(
            channels=channels,
            enable=enable,
        )

        video_management_read.additional_properties = {**d, **odd}
        return video_management_read

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
