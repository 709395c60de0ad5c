# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, are_mappings, shown

if TYPE_CHECKING:
    from ..models.language_interpreter_read import LanguageInterpreterRead


T = TypeVar("T", bound="LanguageInterpretationRead")


@_attrs_define(repr=False)
class LanguageInterpretationRead:
    """Spoken interpretation by people named in advance."""

    enable: bool | Unset = UNSET
    """ Whether the meeting has spoken interpretation. """
    interpreters: list[LanguageInterpreterRead] | Unset = UNSET
    """ The interpreters and their languages. Whether a shorter list removes those it does not name is not
    documented, so send all of them. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

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
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if enable is not UNSET:
            field_dict["enable"] = enable
        if interpreters is not UNSET:
            field_dict["interpreters"] = interpreters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.language_interpreter_read import LanguageInterpreterRead  # noqa: PLC0415

        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        if not are_mappings(d.get("interpreters", [])):
            odd["interpreters"] = d.pop("interpreters")
        enable = d.pop("enable", UNSET)

        _interpreters = d.pop("interpreters", UNSET)
        interpreters: list[LanguageInterpreterRead] | Unset = UNSET
        if _interpreters is not UNSET:
            interpreters = []
            for interpreters_item_data in _interpreters:
                interpreters_item = LanguageInterpreterRead.from_dict(interpreters_item_data)

                interpreters.append(interpreters_item)

        language_interpretation_read = cls(
            enable=enable,
            interpreters=interpreters,
        )

        language_interpretation_read.additional_properties = {**d, **odd}
        return language_interpretation_read

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
