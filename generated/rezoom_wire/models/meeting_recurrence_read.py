# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, shown

T = TypeVar("T", bound="MeetingRecurrenceRead")


@_attrs_define(repr=False)
class MeetingRecurrenceRead:
    """The pattern as Zoom reports it. Do not expect the numbers that were sent: an endless series comes back with a count."""

    end_date_time: str | Unset = UNSET
    """ When the series ends, in UTC. Not together with `end_times`. Whether a meeting at exactly this instant still
    belongs to the series is not documented, so choose the end of the last local day. """
    end_times: int | Unset = UNSET
    """ How many meetings the series has; 0 asks for a series without end. Not together with `end_date_time`. Zoom
    turns 0 into a limited number of meetings counted from the day of the update. """
    monthly_day: int | Unset = UNSET
    """ Day of the month the meeting falls on. Only for a monthly recurrence (type 3), and instead of `monthly_week`
    with `monthly_week_day`. What happens in a month without that day is not documented. """
    monthly_week: int | Unset = UNSET
    """ Which week of the month the meeting falls in: 1 to 4, or -1 for the last. Only for a monthly recurrence
    (type 3), and only together with `monthly_week_day`. """
    monthly_week_day: int | Unset = UNSET
    """ Weekday of a monthly meeting, from 1 for Sunday to 7 for Saturday. Only for a monthly recurrence (type 3),
    and only together with `monthly_week`. """
    repeat_interval: int | Unset = UNSET
    """ How many days, weeks or months lie between two meetings: 2 with type 2 means every other week. At most 99
    days, 50 weeks or 10 months; an older page of Zoom's says 90, 12 and 3. """
    type_: int | Unset = UNSET
    """ The unit the series repeats in: 1 daily, 2 weekly, 3 monthly. The only member Zoom demands always; not to be
    confused with the type of the meeting. """
    weekly_days: str | Unset = UNSET
    """ Weekdays of a weekly recurrence (type 2), as numbers joined by commas: 1 is Sunday, 2 Monday, 7 Saturday.
    The list replaces the old one; a weekly series sent without it collapses to Sundays. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        end_date_time = self.end_date_time

        end_times = self.end_times

        monthly_day = self.monthly_day

        monthly_week = self.monthly_week

        monthly_week_day = self.monthly_week_day

        repeat_interval = self.repeat_interval

        type_ = self.type_

        weekly_days = self.weekly_days

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if end_date_time is not UNSET:
            field_dict["end_date_time"] = end_date_time
        if end_times is not UNSET:
            field_dict["end_times"] = end_times
        if monthly_day is not UNSET:
            field_dict["monthly_day"] = monthly_day
        if monthly_week is not UNSET:
            field_dict["monthly_week"] = monthly_week
        if monthly_week_day is not UNSET:
            field_dict["monthly_week_day"] = monthly_week_day
        if repeat_interval is not UNSET:
            field_dict["repeat_interval"] = repeat_interval
        if type_ is not UNSET:
            field_dict["type"] = type_
        if weekly_days is not UNSET:
            field_dict["weekly_days"] = weekly_days

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        end_date_time = d.pop("end_date_time", UNSET)

        end_times = d.pop("end_times", UNSET)

        monthly_day = d.pop("monthly_day", UNSET)

        monthly_week = d.pop("monthly_week", UNSET)

        monthly_week_day = d.pop("monthly_week_day", UNSET)

        repeat_interval = d.pop("repeat_interval", UNSET)

        type_ = d.pop("type", UNSET)

        weekly_days = d.pop("weekly_days", UNSET)

        meeting_recurrence_read = cls(
            end_date_time=end_date_time,
            end_times=end_times,
            monthly_day=monthly_day,
            monthly_week=monthly_week,
            monthly_week_day=monthly_week_day,
            repeat_interval=repeat_interval,
            type_=type_,
            weekly_days=weekly_days,
        )

        meeting_recurrence_read.additional_properties = {**d, **odd}
        return meeting_recurrence_read

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
