# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.dial_in_number_type import DialInNumberType, check_dial_in_number_type
from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="DialInNumber")


@_attrs_define(repr=False)
class DialInNumber:
    """One dial-in number. Zoom seems to fill these itself."""

    city: str | Unset = UNSET
    """ City the number belongs to, where it has one. """
    country: str | Unset = UNSET
    """ Code of the country or region. """
    country_name: str | Unset = UNSET
    """ Full name of the country or region. """
    number: str | Unset = UNSET
    """ The telephone number. """
    type_: DialInNumberType | Unset = UNSET
    """ Whether the caller pays (toll) or not (tollfree). """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        city = self.city

        country = self.country

        country_name = self.country_name

        number = self.number

        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_

        field_dict: dict[str, Any] = {}

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
        city = d.pop("city", UNSET)

        country = d.pop("country", UNSET)

        country_name = d.pop("country_name", UNSET)

        number = d.pop("number", UNSET)

        _type_ = d.pop("type", UNSET)
        type_: DialInNumberType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = check_dial_in_number_type(_type_)

        dial_in_number = cls(
            city=city,
            country=country,
            country_name=country_name,
            number=number,
            type_=type_,
        )

        return dial_in_number
