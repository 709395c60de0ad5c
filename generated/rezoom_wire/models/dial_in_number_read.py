# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="DialInNumberRead")


@_attrs_define(repr=False)
class DialInNumberRead:
    """One dial-in number. Zoom seems to fill these itself."""

    city: str | Unset = UNSET
    """ City the number belongs to, where it has one. """
    country: str | Unset = UNSET
    """ Code of the country or region. """
    country_name: str | Unset = UNSET
    """ Full name of the country or region. """
    number: str | Unset = UNSET
    """ The telephone number. """
    type_: str | Unset = UNSET
    """ Whether the caller pays (toll) or not (tollfree). """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        city = self.city

        country = self.country

        country_name = self.country_name

        number = self.number

        type_ = self.type_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if city is not UNSET:
            field_dict["city"] = city
        if country is not UNSET:
            field_dict["country"] = country
        if country_name is not UNSET:
            field_dict["country_name"] = country_name
        if number is not UNSET:
            field_dict["number"] = number
        if type_ is not UNSET:
            field_dict["type"] = type_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        city = d.pop("city", UNSET)

        country = d.pop("country", UNSET)

        country_name = d.pop("country_name", UNSET)

        number = d.pop("number", UNSET)

        type_ = d.pop("type", UNSET)

        dial_in_number_read = cls(
            city=city,
            country=country,
            country_name=country_name,
            number=number,
            type_=type_,
        )

        dial_in_number_read.additional_properties = {**d, **odd}
        return dial_in_number_read

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
