# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, are_mappings, shown

if TYPE_CHECKING:
    from ..models.zoom_error_detail import ZoomErrorDetail


T = TypeVar("T", bound="ZoomError")


@_attrs_define(repr=False)
class ZoomError:
    """What Zoom says when it refuses. Zoom publishes no schema for it, and a gateway may answer with something else, so
    read it defensively.

    """

    code: int | Unset = UNSET
    """ Zoom's own number, which is not the HTTP status. The same number can stand for several reasons. """
    message: str | Unset = UNSET
    """ The reason in words. For some codes it is the only way to tell the reasons apart. """
    errors: list[ZoomErrorDetail] | Unset = UNSET
    """ The members that were not accepted. Only a failed validation has them. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        errors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.errors, Unset):
            errors = []
            for errors_item_data in self.errors:
                errors_item = errors_item_data.to_dict()
                errors.append(errors_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if code is not UNSET:
            field_dict["code"] = code
        if message is not UNSET:
            field_dict["message"] = message
        if errors is not UNSET:
            field_dict["errors"] = errors

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.zoom_error_detail import ZoomErrorDetail  # noqa: PLC0415

        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        if not are_mappings(d.get("errors", [])):
            odd["errors"] = d.pop("errors")
        code = d.pop("code", UNSET)

        message = d.pop("message", UNSET)

        _errors = d.pop("errors", UNSET)
        errors: list[ZoomErrorDetail] | Unset = UNSET
        if _errors is not UNSET:
            errors = []
            for errors_item_data in _errors:
                errors_item = ZoomErrorDetail.from_dict(errors_item_data)

                errors.append(errors_item)

        zoom_error = cls(
            code=code,
            message=message,
            errors=errors,
        )

        zoom_error.additional_properties = {**d, **odd}
        return zoom_error

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
