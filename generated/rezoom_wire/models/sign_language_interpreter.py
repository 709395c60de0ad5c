# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="SignLanguageInterpreter")


@_attrs_define(repr=False)
class SignLanguageInterpreter:
    """One sign language interpreter."""

    email: str | Unset = UNSET
    """ E-mail address of the interpreter. """
    sign_language: str | Unset = UNSET
    """ The sign language this person interprets, one of those set up in the account's sign language view. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        sign_language = self.sign_language

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if email is not UNSET:
            field_dict["email"] = email
        if sign_language is not UNSET:
            field_dict["sign_language"] = sign_language

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email", UNSET)

        sign_language = d.pop("sign_language", UNSET)

        sign_language_interpreter = cls(
            email=email,
            sign_language=sign_language,
        )

        return sign_language_interpreter
