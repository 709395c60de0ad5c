# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.meeting_resource_permission_level import (
    MeetingResourcePermissionLevel,
    check_meeting_resource_permission_level,
)
from ..models.meeting_resource_resource_type import (
    MeetingResourceResourceType,
    check_meeting_resource_resource_type,
)
from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="MeetingResource")


@_attrs_define(repr=False)
class MeetingResource:
    """One whiteboard attached to the meeting."""

    permission_level: MeetingResourcePermissionLevel | Unset = UNSET
    """ What people in the meeting may do with the whiteboard. """
    resource_id: str | Unset = UNSET
    """ ID of the whiteboard. """
    resource_type: MeetingResourceResourceType | Unset = UNSET
    """ The kind of resource; a whiteboard is the only one so far. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        permission_level: str | Unset = UNSET
        if not isinstance(self.permission_level, Unset):
            permission_level = self.permission_level

        resource_id = self.resource_id

        resource_type: str | Unset = UNSET
        if not isinstance(self.resource_type, Unset):
            resource_type = self.resource_type

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if permission_level is not UNSET:
            field_dict["permission_level"] = permission_level
        if resource_id is not UNSET:
            field_dict["resource_id"] = resource_id
        if resource_type is not UNSET:
            field_dict["resource_type"] = resource_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _permission_level = d.pop("permission_level", UNSET)
        permission_level: MeetingResourcePermissionLevel | Unset
        if isinstance(_permission_level, Unset):
            permission_level = UNSET
        else:
            permission_level = check_meeting_resource_permission_level(_permission_level)

        resource_id = d.pop("resource_id", UNSET)

        _resource_type = d.pop("resource_type", UNSET)
        resource_type: MeetingResourceResourceType | Unset
        if isinstance(_resource_type, Unset):
            resource_type = UNSET
        else:
            resource_type = check_meeting_resource_resource_type(_resource_type)

        meeting_resource = cls(
            permission_level=permission_level,
            resource_id=resource_id,
            resource_type=resource_type,
        )

        return meeting_resource
