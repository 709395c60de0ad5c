# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="LanguageInterpreterRead")


@_attrs_define(repr=False)
class LanguageInterpreterRead:
    """One interpreter and the two languages between which this person interprets."""

    email: str | Unset = UNSET
    """ E-mail address of the interpreter. """
    interpreter_languages: str | Unset = UNSET
    """ The two languages by name, joined by a comma. Takes the place of `languages`. """
    languages: str | Unset = UNSET
    """ The two languages as country codes, joined by a comma. Deprecated by Zoom in March 2025; write
    `interpreter_languages` instead. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        interpreter_languages = self.interpreter_languages

        languages = self.languages

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if email is not UNSET:
            field_dict["email"] = email
        if interpreter_languages is not UNSET:
            field_dict["interpreter_languages"] = interpreter_languages
        if languages is not UNSET:
            field_dict["languages"] = languages

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        email = d.pop("email", UNSET)

        interpreter_languages = d.pop("interpreter_languages", UNSET)

        languages = d.pop("languages", UNSET)

        language_interpreter_read = cls(
            email=email,
            interpreter_languages=interpreter_languages,
            languages=languages,
        )

        language_interpreter_read.additional_properties = {**d, **odd}
        return language_interpreter_read

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
