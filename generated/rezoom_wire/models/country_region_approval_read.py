# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="CountryRegionApprovalRead")


@_attrs_define(repr=False)
class CountryRegionApprovalRead:
    """A list of countries or regions from which joining is allowed, or one from which it is not. `method` says which list
    counts.

    """

    approved_list: list[str] | Unset = UNSET
    """ Countries or regions from which people may join. Counts only with `method` approve. """
    denied_list: list[str] | Unset = UNSET
    """ Countries or regions from which nobody may join. Counts only with `method` deny. """
    enable: bool | Unset = UNSET
    """ Whether the lists are used at all. """
    method: str | Unset = UNSET
    """ Which list counts: approve lets in only the approved ones, deny lets in all but the denied ones. It must
    match the list that is sent. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        approved_list: list[str] | Unset = UNSET
        if not isinstance(self.approved_list, Unset):
            approved_list = self.approved_list

        denied_list: list[str] | Unset = UNSET
        if not isinstance(self.denied_list, Unset):
            denied_list = self.denied_list

        enable = self.enable

        method = self.method

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if approved_list is not UNSET:
            field_dict["approved_list"] = approved_list
        if denied_list is not UNSET:
            field_dict["denied_list"] = denied_list
        if enable is not UNSET:
            field_dict["enable"] = enable
        if method is not UNSET:
            field_dict["method"] = method

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        if not isinstance(d.get("approved_list", []), list):
            odd["approved_list"] = d.pop("approved_list")
        if not isinstance(d.get("denied_list", []), list):
            odd["denied_list"] = d.pop("denied_list")
        approved_list = cast(list[str], d.pop("approved_list", UNSET))

        denied_list = cast(list[str], d.pop("denied_list", UNSET))

        enable = d.pop("enable", UNSET)

        method = d.pop("method", UNSET)

        country_region_approval_read = cls(
            approved_list=approved_list,
            denied_list=denied_list,
            enable=enable,
            method=method,
        )

        country_region_approval_read.additional_properties = {**d, **odd}
        return country_region_approval_read

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
