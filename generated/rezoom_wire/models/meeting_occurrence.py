# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="MeetingOccurrence")


@_attrs_define(repr=False)
class MeetingOccurrence:
    """One date of a recurring meeting."""

    occurrence_id: str | Unset = UNSET
    """ Addresses this date in the query parameter of the same name. """
    start_time: str | Unset = UNSET
    """ The start of this date in UTC. """
    duration: int | Unset = UNSET
    """ The planned length of this date in minutes. """
    status: str | Unset = UNSET
    """ Whether this date still stands. Seen are available and deleted. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        occurrence_id = self.occurrence_id

        start_time = self.start_time

        duration = self.duration

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if occurrence_id is not UNSET:
            field_dict["occurrence_id"] = occurrence_id
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if duration is not UNSET:
            field_dict["duration"] = duration
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        occurrence_id = d.pop("occurrence_id", UNSET)

        start_time = d.pop("start_time", UNSET)

        duration = d.pop("duration", UNSET)

        status = d.pop("status", UNSET)

        meeting_occurrence = cls(
            occurrence_id=occurrence_id,
            start_time=start_time,
            duration=duration,
            status=status,
        )

        meeting_occurrence.additional_properties = {**d, **odd}
        return meeting_occurrence

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
