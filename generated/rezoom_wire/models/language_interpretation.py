# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset, shown

if TYPE_CHECKING:
    from ..models.language_interpreter import LanguageInterpreter


T = TypeVar("T", bound="LanguageInterpretation")


@_attrs_define(repr=False)
class LanguageInterpretation:
    """Spoken interpretation by people named in advance."""

    enable: bool | Unset = UNSET
    """ Whether the meeting has spoken interpretation. """
    interpreters: list[LanguageInterpreter] | Unset = UNSET
    """ The interpreters and their languages. Whether a shorter list removes those it does not name is not
    documented, so send all of them. """

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
        from ..models.language_interpreter import LanguageInterpreter  # noqa: PLC0415

        d = dict(src_dict)
        enable = d.pop("enable", UNSET)

        _interpreters = d.pop("interpreters", UNSET)
        interpreters: list[LanguageInterpreter] | Unset = UNSET
        if _interpreters is not UNSET:
            interpreters = []
            for interpreters_item_data in _interpreters:
                interpreters_item = LanguageInterpreter.from_dict(interpreters_item_data)

                interpreters.append(interpreters_item)

        language_interpretation = cls(
            enable=enable,
            interpreters=interpreters,
        )

        return language_interpretation
