# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

if TYPE_CHECKING:
    from ..models.sign_language_interpreter import SignLanguageInterpreter


T = TypeVar("T", bound="SignLanguageInterpretation")


@_attrs_define(repr=False)
class SignLanguageInterpretation:
    """Sign language interpretation by people named in advance."""

    enable: bool | Unset = UNSET
    """ Whether the meeting has sign language interpretation. """
    interpreters: list[SignLanguageInterpreter] | Unset = UNSET
    """ The interpreters, at most 20. Whether a shorter list removes those it does not name is not documented, so
    send all of them. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        enable = self.enable

        interpreters: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.interpreters, Unset):
            interpreters = []
            for interpreters_item_data in self.interpreters:
                interpreters_item = interpreters_item_data.to_dict()
                interpreters.append(interpreters_item)

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if enable is not UNSET:
            field_dict["enable"] = enable
        if interpreters is not UNSET:
            field_dict["interpreters"] = interpreters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sign_language_interpreter import SignLanguageInterpreter  # noqa: PLC0415

        d = dict(src_dict)
        enable = d.pop("enable", UNSET)

        _interpreters = d.pop("interpreters", UNSET)
        interpreters: list[SignLanguageInterpreter] | Unset = UNSET
        if _interpreters is not UNSET:
            interpreters = []
            for interpreters_item_data in _interpreters:
                interpreters_item = SignLanguageInterpreter.from_dict(interpreters_item_data)

                interpreters.append(interpreters_item)

        sign_language_interpretation = cls(
            enable=enable,
            interpreters=interpreters,
        )

        return sign_language_interpretation
