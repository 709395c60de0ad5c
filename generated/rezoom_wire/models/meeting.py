# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset, are_mappings, shown

if TYPE_CHECKING:
    from ..models.meeting_occurrence import MeetingOccurrence
    from ..models.meeting_recurrence_read import MeetingRecurrenceRead
    from ..models.meeting_settings_read import MeetingSettingsRead
    from ..models.tracking_field_read import TrackingFieldRead


T = TypeVar("T", bound="Meeting")


@_attrs_define(repr=False)
class Meeting:
    """A meeting as Zoom reports it. Nothing is promised to be there."""

    id: int | Unset = UNSET
    """ The meeting number. It can have more than ten digits. """
    uuid: str | Unset = UNSET
    """ Identifies one held session of the meeting. In a path it must be URL-encoded twice if it starts with a slash
    or holds two in a row. """
    host_id: str | Unset = UNSET
    """ The user who hosts the meeting. Compare it to see whether a change of host took effect. """
    host_email: str | Unset = UNSET
    """ The e-mail address of the host. """
    assistant_id: str | Unset = UNSET
    """ The user who scheduled the meeting on behalf of the host. """
    topic: str | Unset = UNSET
    """ The title of the meeting. """
    type_: int | Unset = UNSET
    """ The kind of meeting. 1 instant, 2 scheduled, 3 recurring without fixed time, 4 personal meeting room, 8
    recurring with fixed time, 10 screen share only. An update does not accept 4. """
    status: str | Unset = UNSET
    """ Whether the meeting is running. Seen are waiting and started. A running one changes on its restart. """
    start_time: str | Unset = UNSET
    """ The start in UTC, also when it was sent as wall-clock time. Missing for an instant meeting. """
    duration: int | Unset = UNSET
    """ The planned length in minutes. """
    timezone: str | Unset = UNSET
    """ The zone in which Zoom shows the meeting, by its tz database name. """
    agenda: str | Unset = UNSET
    """ The description of the meeting. """
    created_at: str | Unset = UNSET
    """ When the meeting was created, in UTC. """
    start_url: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ Starts the meeting as its host. Whoever holds it is the host, for about two hours (90 days for users made
    through the API), so never log or share it. """
    join_url: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ Lets a participant join. It carries the passcode, so older links fail after a passcode change. """
    chat_join_url: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ Lets a person join the chat of the meeting. """
    registration_url: str | Unset = UNSET
    """ Where people register for the meeting. """
    password: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The passcode. Seen as an empty text for a meeting without one. """
    h323_password: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The passcode to type on a room system. """
    pstn_password: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The passcode to type on a telephone. """
    encrypted_password: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The passcode in the form that links carry. It opens the meeting like the passcode itself. """
    dynamic_host_key: str | Unset = _attrs_field(default=UNSET, repr=False)
    """ The key with which a participant becomes host. """
    pmi: str | Unset = UNSET
    """ The personal meeting ID, for a meeting that uses it. """
    pre_schedule: bool | Unset = UNSET
    """ Whether the meeting was pre-scheduled by the calendar add-on. """
    creation_source: str | Unset = UNSET
    """ Where the meeting was made. Seen are other, open_api and web_portal. """
    template_id: str | Unset = UNSET
    """ The template the meeting was made from. Only newer answers carry it. """
    sensitivity_label_id: str | Unset = UNSET
    """ The sensitivity label on the meeting. Answers carry it since 2026. """
    tracking_fields: list[TrackingFieldRead] | Unset = UNSET
    """ The account's own tracking fields and their values. """
    occurrences: list[MeetingOccurrence] | Unset = UNSET
    """ The dates of a recurring meeting. Past ones are there only if the read asked for them. """
    recurrence: MeetingRecurrenceRead | Unset = UNSET
    """ The pattern as Zoom reports it. Do not expect the numbers that were sent: an endless series comes back with
    a count. """
    settings: MeetingSettingsRead | Unset = UNSET
    """ The settings as Zoom reports them. They are those of an update plus a few that only a read shows. """
    # Whatever the server added after this was generated; not shown, since it may hold secrets.
    additional_properties: dict[str, Any] = _attrs_field(
        init=False, factory=dict[str, Any], repr=False
    )

    def __repr__(self) -> str:
        return shown(self)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        uuid = self.uuid

        host_id = self.host_id

        host_email = self.host_email

        assistant_id = self.assistant_id

        topic = self.topic

        type_ = self.type_

        status = self.status

        start_time = self.start_time

        duration = self.duration

        timezone = self.timezone

        agenda = self.agenda

        created_at = self.created_at

        start_url = self.start_url

        join_url = self.join_url

        chat_join_url = self.chat_join_url

        registration_url = self.registration_url

        password = self.password

        h323_password = self.h323_password

        pstn_password = self.pstn_password

        encrypted_password = self.encrypted_password

        dynamic_host_key = self.dynamic_host_key

        pmi = self.pmi

        pre_schedule = self.pre_schedule

        creation_source = self.creation_source

        template_id = self.template_id

        sensitivity_label_id = self.sensitivity_label_id

        tracking_fields: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tracking_fields, Unset):
            tracking_fields = []
            for tracking_fields_item_data in self.tracking_fields:
                tracking_fields_item = tracking_fields_item_data.to_dict()
                tracking_fields.append(tracking_fields_item)

        occurrences: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.occurrences, Unset):
            occurrences = []
            for occurrences_item_data in self.occurrences:
                occurrences_item = occurrences_item_data.to_dict()
                occurrences.append(occurrences_item)

        recurrence: dict[str, Any] | Unset = UNSET
        if not isinstance(self.recurrence, Unset):
            recurrence = self.recurrence.to_dict()

        settings: dict[str, Any] | Unset = UNSET
        if not isinstance(self.settings, Unset):
            settings = self.settings.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if uuid is not UNSET:
            field_dict["uuid"] = uuid
        if host_id is not UNSET:
            field_dict["host_id"] = host_id
        if host_email is not UNSET:
            field_dict["host_email"] = host_email
        if assistant_id is not UNSET:
            field_dict["assistant_id"] = assistant_id
        if topic is not UNSET:
            field_dict["topic"] = topic
        if type_ is not UNSET:
            field_dict["type"] = type_
        if status is not UNSET:
            field_dict["status"] = status
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if duration is not UNSET:
            field_dict["duration"] = duration
        if timezone is not UNSET:
            field_dict["timezone"] = timezone
        if agenda is not UNSET:
            field_dict["agenda"] = agenda
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if start_url is not UNSET:
            field_dict["start_url"] = start_url
        if join_url is not UNSET:
            field_dict["join_url"] = join_url
        if chat_join_url is not UNSET:
            field_dict["chat_join_url"] = chat_join_url
        if registration_url is not UNSET:
            field_dict["registration_url"] = registration_url
        if password is not UNSET:
            field_dict["password"] = password
        if h323_password is not UNSET:
            field_dict["h323_password"] = h323_password
        if pstn_password is not UNSET:
            field_dict["pstn_password"] = pstn_password
        if encrypted_password is not UNSET:
            field_dict["encrypted_password"] = encrypted_password
        if dynamic_host_key is not UNSET:
            field_dict["dynamic_host_key"] = dynamic_host_key
        if pmi is not UNSET:
            field_dict["pmi"] = pmi
        if pre_schedule is not UNSET:
            field_dict["pre_schedule"] = pre_schedule
        if creation_source is not UNSET:
            field_dict["creation_source"] = creation_source
        if template_id is not UNSET:
            field_dict["template_id"] = template_id
        if sensitivity_label_id is not UNSET:
            field_dict["sensitivity_label_id"] = sensitivity_label_id
        if tracking_fields is not UNSET:
            field_dict["tracking_fields"] = tracking_fields
        if occurrences is not UNSET:
            field_dict["occurrences"] = occurrences
        if recurrence is not UNSET:
            field_dict["recurrence"] = recurrence
        if settings is not UNSET:
            field_dict["settings"] = settings

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.meeting_occurrence import MeetingOccurrence  # noqa: PLC0415
        from ..models.meeting_recurrence_read import MeetingRecurrenceRead  # noqa: PLC0415
        from ..models.meeting_settings_read import MeetingSettingsRead  # noqa: PLC0415
        from ..models.tracking_field_read import TrackingFieldRead  # noqa: PLC0415

        d = dict(src_dict)
        # Members of another shape than documented stay readable as they came, in additional_properties.
        odd: dict[str, Any] = {}
        if not isinstance(d.get("recurrence", {}), Mapping):
            odd["recurrence"] = d.pop("recurrence")
        if not isinstance(d.get("settings", {}), Mapping):
            odd["settings"] = d.pop("settings")
        if not are_mappings(d.get("tracking_fields", [])):
            odd["tracking_fields"] = d.pop("tracking_fields")
        if not are_mappings(d.get("occurrences", [])):
            odd["occurrences"] = d.pop("occurrences")
        id = d.pop("id", UNSET)

        uuid = d.pop("uuid", UNSET)

        host_id = d.pop("host_id", UNSET)

        host_email = d.pop("host_email", UNSET)

        assistant_id = d.pop("assistant_id", UNSET)

        topic = d.pop("topic", UNSET)

        type_ = d.pop("type", UNSET)

        status = d.pop("status", UNSET)

        start_time = d.pop("start_time", UNSET)

        duration = d.pop("duration", UNSET)

        timezone = d.pop("timezone", UNSET)

        agenda = d.pop("agenda", UNSET)

        created_at = d.pop("created_at", UNSET)

        start_url = d.pop("start_url", UNSET)

        join_url = d.pop("join_url", UNSET)

        chat_join_url = d.pop("chat_join_url", UNSET)

        registration_url = d.pop("registration_url", UNSET)

        password = d.pop("password", UNSET)

        h323_password = d.pop("h323_password", UNSET)

        pstn_password = d.pop("pstn_password", UNSET)

        encrypted_password = d.pop("encrypted_password", UNSET)

        dynamic_host_key = d.pop("dynamic_host_key", UNSET)

        pmi = d.pop("pmi", UNSET)

        pre_schedule = d.pop("pre_schedule", UNSET)

        creation_source = d.pop("creation_source", UNSET)

        template_id = d.pop("template_id", UNSET)

        sensitivity_label_id = d.pop("sensitivity_label_id", UNSET)

        _tracking_fields = d.pop("tracking_fields", UNSET)
        tracking_fields: list[TrackingFieldRead] | Unset = UNSET
        if _tracking_fields is not UNSET:
            tracking_fields = []
            for tracking_fields_item_data in _tracking_fields:
                tracking_fields_item = TrackingFieldRead.from_dict(tracking_fields_item_data)

                tracking_fields.append(tracking_fields_item)

        _occurrences = d.pop("occurrences", UNSET)
        occurrences: list[MeetingOccurrence] | Unset = UNSET
        if _occurrences is not UNSET:
            occurrences = []
            for occurrences_item_data in _occurrences:
                occurrences_item = MeetingOccurrence.from_dict(occurrences_item_data)

                occurrences.append(occurrences_item)

        _recurrence = d.pop("recurrence", UNSET)
        recurrence: MeetingRecurrenceRead | Unset
        if isinstance(_recurrence, Unset):
            recurrence = UNSET
        else:
            recurrence = MeetingRecurrenceRead.from_dict(_recurrence)

        _settings = d.pop("settings", UNSET)
        settings: MeetingSettingsRead | Unset
        if isinstance(_settings, Unset):
            settings = UNSET
        else:
            settings = MeetingSettingsRead.from_dict(_settings)

        meeting = cls(
            id=id,
            uuid=uuid,
            host_id=host_id,
            host_email=host_email,
            assistant_id=assistant_id,
            topic=topic,
            type_=type_,
            status=status,
            start_time=start_time,
            duration=duration,
            timezone=timezone,
            agenda=agenda,
            created_at=created_at,
            start_url=start_url,
            join_url=join_url,
            chat_join_url=chat_join_url,
            registration_url=registration_url,
            password=password,
            h323_password=h323_password,
            pstn_password=pstn_password,
            encrypted_password=encrypted_password,
            dynamic_host_key=dynamic_host_key,
            pmi=pmi,
            pre_schedule=pre_schedule,
            creation_source=creation_source,
            template_id=template_id,
            sensitivity_label_id=sensitivity_label_id,
            tracking_fields=tracking_fields,
            occurrences=occurrences,
            recurrence=recurrence,
            settings=settings,
        )

        meeting.additional_properties = {**d, **odd}
        return meeting

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
