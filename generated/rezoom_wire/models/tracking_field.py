# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="TrackingField")


@_attrs_define(repr=False)
class TrackingField:
    """One tracking field and the value this meeting has for it."""

    field: str | Unset = UNSET
    """ Name of the tracking field, as the account has defined it. """
    value: str | Unset = UNSET
    """ What this meeting has in that field. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        field = self.field

        value = self.value

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if field is not UNSET:
            field_dict["field"] = field
        if value is not UNSET:
            field_dict["value"] = value

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        field = d.pop("field", UNSET)

        value = d.pop("value", UNSET)

        tracking_field = cls(
            field=field,
            value=value,
        )

        return tracking_field
