# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

if TYPE_CHECKING:
    from ..models.video_management_channel import VideoManagementChannel


T = TypeVar("T", bound="VideoManagement")


@_attrs_define(repr=False)
class VideoManagement:
    """Channels of Zoom Video Management the recording goes to. Ignored where the account lacks the product."""

    enable: bool
    """ Whether the recording is added to the channels. Zoom demands it whenever the object is sent. """
    channels: list[VideoManagementChannel] | Unset = UNSET
    """ The channels, one to five. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        enable = self.enable

        channels: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.channels, Unset):
            channels = []
            for channels_item_data in self.channels:
                channels_item = channels_item_data.to_dict()
                channels.append(channels_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "enable": enable,
            }
        )
        if channels is not UNSET:
            field_dict["channels"] = channels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.video_management_channel import VideoManagementChannel  # noqa: PLC0415

        d = dict(src_dict)
        enable = d.pop("enable")

        _channels = d.pop("channels", UNSET)
        channels: list[VideoManagementChannel] | Unset = UNSET
        if _channels is not UNSET:
            channels = []
            for channels_item_data in _channels:
                channels_item = VideoManagementChannel.from_dict(channels_item_data)

                channels.append(channels_item)

        video_management = cls(
            enable=enable,
            channels=channels,
        )

        return video_management
