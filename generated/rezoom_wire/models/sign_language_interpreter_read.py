# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="SignLanguageInterpreterRead")


@_attrs_define(repr=False)
class SignLanguageInterpreterRead:
    """One sign language interpreter."""

    email: str | Unset = UNSET
    """ E-mail address of the interpreter. """
    sign_language: str | Unset = UNSET
    """ The sign language this person interprets, one of those set up in the account's sign language view. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        sign_language = self.sign_language

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if email is not UNSET:
            field_dict["email"] = email
        if sign_language is not UNSET:
            field_dict["sign_language"] = sign_language

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        email = d.pop("email", UNSET)

        sign_language = d.pop("sign_language", UNSET)

        sign_language_interpreter_read = cls(
            email=email,
            sign_language=sign_language,
        )

        sign_language_interpreter_read.additional_properties = {**d, **odd}
        return sign_language_interpreter_read

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
