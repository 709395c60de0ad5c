# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="AuthenticationExceptionRead")


@_attrs_define(repr=False)
class AuthenticationExceptionRead:
    """One person who may join without signing in."""

    email: str | Unset = UNSET
    """ E-mail address of the person. """
    join_url: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The person's own link into the meeting, with the passcode in it. Zoom makes it; sending one seems to have no
    effect. """
    name: str | Unset = UNSET
    """ Name of the person. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        join_url = self.join_url

        name = self.name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if email is not UNSET:
            field_dict["email"] = email
        if join_url is not UNSET:
            field_dict["join_url"] = join_url
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        email = d.pop("email", UNSET)

        join_url = d.pop("join_url", UNSET)

        name = d.pop("name", UNSET)

        authentication_exception_read = cls(
            email=email,
            join_url=join_url,
            name=name,
        )

        authentication_exception_read.additional_properties = {**d, **odd}
        return authentication_exception_read

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
