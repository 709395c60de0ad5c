# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.country_region_approval_method import (
    CountryRegionApprovalMethod,
    check_country_region_approval_method,
)
from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="CountryRegionApproval")


@_attrs_define(repr=False)
class CountryRegionApproval:
    """A list of countries or regions from which joining is allowed, or one from which it is not. `method` says which list
    counts.

    """

    approved_list: list[str] | Unset = UNSET
    """ Countries or regions from which people may join. Counts only with `method` approve. """
    denied_list: list[str] | Unset = UNSET
    """ Countries or regions from which nobody may join. Counts only with `method` deny. """
    enable: bool | Unset = UNSET
    """ Whether the lists are used at all. """
    method: CountryRegionApprovalMethod | Unset = UNSET
    """ Which list counts: approve lets in only the approved ones, deny lets in all but the denied ones. It must
    match the list that is sent. """

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

        method: str | Unset = UNSET
        if not isinstance(self.method, Unset):
            method = self.method

        field_dict: dict[str, Any] = {}

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
        approved_list = cast(list[str], d.pop("approved_list", UNSET))

        denied_list = cast(list[str], d.pop("denied_list", UNSET))

        enable = d.pop("enable", UNSET)

        _method = d.pop("method", UNSET)
        method: CountryRegionApprovalMethod | Unset
        if isinstance(_method, Unset):
            method = UNSET
        else:
            method = check_country_region_approval_method(_method)

        country_region_approval = cls(
            approved_list=approved_list,
            denied_list=denied_list,
            enable=enable,
            method=method,
        )

        return country_region_approval
