# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.meeting_update_type import MeetingUpdateType, check_meeting_update_type
from ..types import UNSET, Unset, shown

if TYPE_CHECKING:
    from ..models.meeting_recurrence import MeetingRecurrence
    from ..models.meeting_settings import MeetingSettings
    from ..models.tracking_field import TrackingField


T = TypeVar("T", bound="MeetingUpdate")


@_attrs_define(repr=False)
class MeetingUpdate:
    """The members of a meeting to change. Zoom merges them into the meeting: what is not sent stays as it is, except that
    `recurrence` is replaced whole.

    """

    agenda: str | Unset = UNSET
    """ What the meeting is about, in free text. Can also be changed for one occurrence of a series. """
    duration: int | Unset = UNSET
    """ Planned length in minutes, at most one day. Only scheduled meetings (type 2) and series with fixed times
    (type 8) have one; it is a plan, Zoom does not end the meeting when it is over. """
    password: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The passcode people type to join. The account may demand a longer or harder one, and generates one itself
    when a passcode is required and that setting is locked. A new passcode changes `join_url`, so links already sent
    out stop working. """
    pre_schedule: bool | Unset = UNSET
    """ Whether the Google Workspace add-on created the meeting ahead of its calendar event. Only for scheduled
    meetings (type 2) and series without fixed times (type 3); for any other type Zoom refuses the update. """
    recurrence: MeetingRecurrence | Unset = UNSET
    """ How a series repeats. Zoom replaces the stored one with what is sent, so every member that matters must be
    there. Write weekdays as 1 for Sunday to 7 for Saturday. """
    schedule_for: str | Unset = UNSET
    """ E-mail address or user ID of the person who becomes the host. That person must have given the scheduling
    privilege to the present scheduler, and both need a licence. Not for instant meetings (type 1), and not readable
    afterwards: look at the host of the meeting instead. """
    sensitivity_label_id: str | Unset = UNSET
    """ ID of the sensitivity label the meeting carries. Labels come from the account; an ID the account does not
    know has no documented effect. """
    settings: MeetingSettings | Unset = UNSET
    """ Options of a meeting. Zoom changes only the ones sent, and answers 204 even where plan, licence or a locked
    account setting keeps one as it was. """
    start_time: str | Unset = UNSET
    """ When the meeting starts: UTC when it ends in Z, otherwise local time in `timezone`. Only for scheduled
    meetings (type 2) and series with fixed times (type 8). It must lie in the future: Zoom documents that it
    ignores a past or missing start and then leaves a series alone, and has been seen to move it instead. For a
    series prefer local time, which keeps its hour when the clocks change. """
    template_id: str | Unset = UNSET
    """ ID of the meeting template to take settings from. Zoom returns it only in newer answers, so a change may not
    be visible when read back. """
    timezone: str | Unset = UNSET
    """ Name of the time zone `start_time` is written in, as in the tz database. Only for scheduled meetings (type
    2) and series with fixed times (type 8); it does not shift a `start_time` that ends in Z. """
    topic: str | Unset = UNSET
    """ The name of the meeting, shown in invitations and in the client. """
    tracking_fields: list[TrackingField] | Unset = UNSET
    """ Values for the tracking fields the account has defined. Whether a shorter list removes the fields it does
    not name is not documented, so send all of them. """
    type_: MeetingUpdateType | Unset = UNSET
    """ Kind of meeting: 1 instant, 2 scheduled, 3 series without fixed times, 8 series with fixed times, 10 screen
    sharing only. Leave it out to keep the present kind; a read may also show 4 (personal meeting room), which
    cannot be sent. """

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        agenda = self.agenda

        duration = self.duration

        password = self.password

        pre_schedule = self.pre_schedule

        recurrence: dict[str, Any] | Unset = UNSET
        if not isinstance(self.recurrence, Unset):
            recurrence = self.recurrence.to_dict()

        schedule_for = self.schedule_for

        sensitivity_label_id = self.sensitivity_label_id

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        start_time = self.start_time

        template_id = self.template_id

        timezone = self.timezone

        topic = self.topic

        tracking_fields: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tracking_fields, Unset):
            tracking_fields = []
            for tracking_fields_item_data in self.tracking_fields:
                tracking_fields_item = tracking_fields_item_data.to_dict()
                tracking_fields.append(tracking_fields_item)

        type_: int | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if agenda is not UNSET:
            field_dict["agenda"] = agenda
        if duration is not UNSET:
            field_dict["duration"] = duration
        if password is not UNSET:
            field_dict["password"] = password
        if pre_schedule is not UNSET:
            field_dict["pre_schedule"] = pre_schedule
        if recurrence is not UNSET:
            field_dict["recurrence"] = recurrence
        if schedule_for is not UNSET:
            field_dict["schedule_for"] = schedule_for
        if sensitivity_label_id is not UNSET:
            field_dict["sensitivity_label_id"] = sensitivity_label_id
        if settings is not UNSET:
            field_dict["settings"] = settings
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if template_id is not UNSET:
            field_dict["template_id"] = template_id
        if timezone is not UNSET:
            field_dict["timezone"] = timezone
        if topic is not UNSET:
            field_dict["topic"] = topic
        if tracking_fields is not UNSET:
            field_dict["tracking_fields"] = tracking_fields
        if type_ is not UNSET:
            field_dict["type"] = type_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.meeting_recurrence import MeetingRecurrence  # noqa: PLC0415
        from ..models.meeting_settings import MeetingSettings  # noqa: PLC0415
        from ..models.tracking_field import TrackingField  # noqa: PLC0415

        d = dict(src_dict)
        agenda = d.pop("agenda", UNSET)

        duration = d.pop("duration", UNSET)

        password = d.pop("password", UNSET)

        pre_schedule = d.pop("pre_schedule", UNSET)

        _recurrence = d.pop("recurrence", UNSET)
        recurrence: MeetingRecurrence | Unset
        if isinstance(_recurrence, Unset):
            recurrence = UNSET
        else:
            recurrence = MeetingRecurrence.from_dict(_recurrence)

        schedule_for = d.pop("schedule_for", UNSET)

        sensitivity_label_id = d.pop("sensitivity_label_id", UNSET)

        _settings = d.pop("settings", UNSET)
        settings: MeetingSettings | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = MeetingSettings.from_dict(_settings)

        start_time = d.pop("start_time", UNSET)

        template_id = d.pop("template_id", UNSET)

        timezone = d.pop("timezone", UNSET)

        topic = d.pop("topic", UNSET)

        _tracking_fields = d.pop("tracking_fields", UNSET)
        tracking_fields: list[TrackingField] | Unset = UNSET
        if _tracking_fields is not UNSET:
            tracking_fields = []
            for tracking_fields_item_data in _tracking_fields:
                tracking_fields_item = TrackingField.from_dict(tracking_fields_item_data)

                tracking_fields.append(tracking_fields_item)

        _type_ = d.pop("type", UNSET)
        type_: MeetingUpdateType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = check_meeting_update_type(_type_)

        meeting_update = cls(
            agenda=agenda,
            duration=duration,
            password=password,
            pre_schedule=pre_schedule,
            recurrence=recurrence,
            schedule_for=schedule_for,
            sensitivity_label_id=sensitivity_label_id,
            settings=settings,
            start_time=start_time,
            template_id=template_id,
            timezone=timezone,
            topic=topic,
            tracking_fields=tracking_fields,
            type_=type_,
        )

        return meeting_update
