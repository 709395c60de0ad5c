# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="LanguageInterpreter")


@_attrs_define(repr=False)
class LanguageInterpreter:
    """One interpreter and the two languages between which this person interprets."""

    email: str | Unset = UNSET
    """ E-mail address of the interpreter. """
    interpreter_languages: str | Unset = UNSET
    """ The two languages by name, joined by a comma. Takes the place of `languages`. """
    languages: str | Unset = UNSET
    """ The two languages as country codes, joined by a comma. Deprecated by Zoom in March 2025; write
    `interpreter_languages` instead. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        interpreter_languages = self.interpreter_languages

        languages = self.languages

        field_dict: dict[str, Any] = {}

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
        email = d.pop("email", UNSET)

        interpreter_languages = d.pop("interpreter_languages", UNSET)

        languages = d.pop("languages", UNSET)

        language_interpreter = cls(
            email=email,
            interpreter_languages=interpreter_languages,
            languages=languages,
        )

        return language_interpreter
