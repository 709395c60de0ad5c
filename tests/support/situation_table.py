"""For every rule about a situation a case in which it holds, and one in which it almost does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rezoom._rules.in_context import Case, build_case

Body = dict[str, Any]

NOW = datetime(2030, 3, 1, 12, 0, tzinfo=UTC)
WEEKLY: Body = {"type": 2, "repeat_interval": 2, "weekly_days": "2,4", "end_times": 20}


def dates(count: int = 6) -> list[Body]:
    """List the first Mondays of the series, as Zoom does."""
    first = datetime(2030, 3, 4, 8, 0, tzinfo=UTC)
    starts = [first + timedelta(days=14 * index) for index in range(count)]
    return [
        {
            "occurrence_id": str(int(start.timestamp()) * 1000),
            # Nine o'clock in Berlin, before and after the clocks move.
            "start_time": f"{start - timedelta(hours=start.month > 3):%FT%TZ}",
            "duration": 45,
            "status": "available",
        }
        for start in starts
    ]


SERIES: Body = {
    "type": 8,
    "status": "waiting",
    "start_time": "2030-03-04T08:00:00Z",
    "timezone": "Europe/Berlin",
    "duration": 45,
    "password": "before",
    "recurrence": WEEKLY,
    "occurrences": dates(2),
    "settings": {"waiting_room": True, "join_before_host": False, "approval_type": 2},
}
SINGLE: Body = {
    name: value for name, value in SERIES.items() if name not in ("recurrence", "occurrences")
} | {"type": 2}
SERIES_START: Body = {"start_time": "2030-03-18T09:00:00", "timezone": "Europe/Berlin"}


@dataclass(frozen=True)
class Situation:
    """What a case is made of."""

    change: Body = field(default_factory=dict)
    meeting: Body = field(default_factory=lambda: SERIES)
    occurrence: Body | bool = False

    def case(self) -> Case:
        """Build the case, at the fixed moment of this table."""
        return build_case(self.change, self.meeting, now=NOW, occurrence=self.occurrence)


def of_type(kind: int, **members: Any) -> Body:
    """Return the meeting with another type, and with other members."""
    return {**SINGLE, "type": kind, **members}


def series(**members: Any) -> Body:
    """Return the series with other members."""
    return {**SERIES, **members}


def with_settings(meeting: Body = SERIES, /, **settings: Any) -> Body:
    """Return the meeting with other settings."""
    return {**meeting, "settings": {**meeting["settings"], **settings}}


def settings(**members: Any) -> Body:
    """Write an update of settings alone."""
    return {"settings": members}


def recurrence(**members: Any) -> Body:
    """Write an update of the whole series; None takes a member out."""
    pattern = {name: value for name, value in {**WEEKLY, **members}.items() if value is not None}
    return {**SERIES_START, "type": 8, "recurrence": pattern}


def edited(index: int, **members: Any) -> list[Body]:
    """List the dates, one of them changed."""
    return [row | members if place == index else row for place, row in enumerate(dates(2))]


TOPIC: Body = {"topic": "x"}
OPEN: Body = settings(waiting_room=False, meeting_authentication=False) | {"password": ""}
MUTE, ASK = "allow_host_control_participant_mute_state", "request_permission_to_unmute_participants"
ENDS_EARLY, ENDS_LATE = "2030-06-03T05:00:00Z", "2030-06-03T21:59:59Z"
INVITED = with_settings(meeting_invitees=[{"email": "a@example.org"}, {"email": "b@example.org"}])

# rule id: a case in which it holds, one in which it almost does, and the path that is blamed
SITUATIONS: dict[str, tuple[Situation, Situation, str]] = {
    "running-meeting": (
        Situation(TOPIC, series(status="started")),
        Situation(TOPIC, series(status="waiting")),
        "",
    ),
    "meeting-is-over": (
        Situation(TOPIC, of_type(2, start_time="2030-03-01T11:15:00Z")),
        Situation(TOPIC, of_type(2, start_time="2030-03-01T11:15:01Z")),
        "start_time",
    ),
    "personal-room": (Situation(TOPIC, of_type(4)), Situation(TOPIC, of_type(3)), "type"),
    "past-start": (
        Situation({"start_time": "2030-03-01T13:00:00", "timezone": "Europe/Berlin"}, SINGLE),
        Situation({"start_time": "2030-03-01T13:00:01", "timezone": "Europe/Berlin"}, SINGLE),
        "start_time",
    ),
    "clock-gap": (
        Situation({"start_time": "2030-03-31T02:30:00"}, SINGLE),
        Situation({"start_time": "2030-03-31T03:00:00"}, SINGLE),
        "start_time",
    ),
    "clock-overlap": (
        Situation({"start_time": "2030-10-27T02:30:00"}, SINGLE),
        Situation({"start_time": "2030-10-27T00:30:00Z"}, SINGLE),
        "start_time",
    ),
    "series-start-in-utc": (
        Situation({"start_time": "2030-03-18T08:00:00Z"}),
        Situation({"start_time": "2030-03-18T08:00:00Z"}, series(timezone="Africa/Lagos")),
        "start_time",
    ),
    "start-needs-fixed-time": (
        Situation({"start_time": "2030-03-18T08:00:00Z"}, of_type(3)),
        Situation({"start_time": "2030-03-18T08:00:00Z", "type": 2}, of_type(3)),
        "start_time",
    ),
    "duration-needs-fixed-time": (
        Situation({"duration": 30}, of_type(3)),
        Situation({"duration": 30}, of_type(2)),
        "duration",
    ),
    "timezone-needs-fixed-time": (
        Situation({"timezone": "UTC"}, of_type(3)),
        Situation({"timezone": "UTC"}, of_type(2)),
        "timezone",
    ),
    "recurrence-needs-series": (
        Situation({"recurrence": WEEKLY}, of_type(3)),
        Situation({"recurrence": WEEKLY}, SERIES),
        "recurrence",
    ),
    "series-start-without-recurrence": (
        Situation(SERIES_START),
        Situation(SERIES_START, SINGLE),
        "recurrence",
    ),
    "recurrence-member-dropped": (
        Situation(recurrence(repeat_interval=None)),
        Situation(recurrence(repeat_interval=3)),
        "recurrence.repeat_interval",
    ),
    "fewer-weekdays": (
        Situation(recurrence(weekly_days="2")),
        Situation(recurrence(weekly_days="3")),
        "recurrence.weekly_days",
    ),
    "utc-cutoff": (
        Situation(recurrence(end_times=None, end_date_time=ENDS_EARLY)),
        Situation(recurrence(end_times=None, end_date_time=ENDS_LATE)),
        "recurrence.end_date_time",
    ),
    "edited-dates-reset": (
        Situation(recurrence(), series(occurrences=edited(1, duration=30))),
        Situation({"topic": "x"}, series(occurrences=edited(1, duration=30))),
        "recurrence",
    ),
    "deleted-dates-return": (
        Situation(recurrence(), series(occurrences=edited(1, status="deleted"))),
        Situation({"topic": "x"}, series(occurrences=edited(1, status="deleted"))),
        "recurrence",
    ),
    "occurrence-of-no-series": (
        Situation({"duration": 30}, of_type(3), occurrence=True),
        Situation({"duration": 30}, SERIES, occurrence=True),
        "type",
    ),
    "occurrence-is-deleted": (
        Situation({"duration": 30}, occurrence=edited(0, status="deleted")[0]),
        Situation({"duration": 30}, occurrence=dates()[0]),
        "",
    ),
    "occurrence-is-past": (
        Situation({"duration": 30}, occurrence=edited(0, start_time="2030-03-01T11:15:00Z")[0]),
        Situation({"duration": 30}, occurrence=edited(0, start_time="2030-03-01T11:15:01Z")[0]),
        "",
    ),
    "single-becomes-series": (
        Situation(recurrence(), SINGLE),
        Situation(recurrence(), of_type(3)),
        "type",
    ),
    "series-without-pattern": (
        Situation({"type": 8}, of_type(3)),
        Situation({"type": 8}, SERIES),
        "recurrence",
    ),
    "series-ends": (Situation({"type": 2}, SERIES), Situation({"type": 2}, of_type(2)), "type"),
    "type-change-unverified": (
        Situation({"type": 2}, of_type(3)),
        Situation({"type": 3}, of_type(2)),
        "type",
    ),
    "pre-schedule-needs-type": (
        Situation({"pre_schedule": True}, SERIES),
        Situation({"pre_schedule": False}, SERIES),
        "pre_schedule",
    ),
    "use-pmi-needs-type": (
        Situation(settings(use_pmi=True), SERIES),
        Situation(settings(use_pmi=True), of_type(3)),
        "settings.use_pmi",
    ),
    "registration-type-needs-series": (
        Situation(settings(registration_type=2), SINGLE),
        Situation(settings(registration_type=2), SERIES),
        "settings.registration_type",
    ),
    "continuous-chat-needs-type": (
        Situation(settings(continuous_meeting_chat={"enable": True}), of_type(10)),
        Situation(settings(continuous_meeting_chat={"enable": False}), of_type(10)),
        "settings.continuous_meeting_chat",
    ),
    "instant-meeting-keeps-host": (
        Situation({"schedule_for": "ada@example.org"}, of_type(1)),
        Situation({"schedule_for": "ada@example.org"}, of_type(2)),
        "schedule_for",
    ),
    "last-protection-off": (
        Situation(OPEN),
        Situation({**OPEN, "password": "kept"}),
        "settings",
    ),
    "passcode-changes-links": (
        Situation({"password": "after"}),
        Situation({"password": "before"}),
        "password",
    ),
    "passcode-emptied": (
        Situation({"password": ""}),
        Situation({"password": ""}, series(password="")),
        "password",
    ),
    "waiting-room-beside-join-before-host": (
        Situation(settings(join_before_host=True)),
        Situation(settings(join_before_host=True, waiting_room=False)),
        "settings.join_before_host",
    ),
    "registration-lost": (
        Situation({"type": 3}, with_settings(SINGLE, approval_type=0)),
        Situation({"type": 3, **settings(approval_type=2)}, with_settings(SINGLE, approval_type=0)),
        "type",
    ),
    "registration-needs-fixed-start": (
        Situation(settings(approval_type=0), of_type(3)),
        Situation(settings(approval_type=0), SINGLE),
        "settings.approval_type",
    ),
    "registration-needs-own-number": (
        Situation(settings(approval_type=0), with_settings(SINGLE, use_pmi=True)),
        Situation(settings(approval_type=0, use_pmi=False), with_settings(SINGLE, use_pmi=True)),
        "settings.approval_type",
    ),
    "registrants-not-told": (
        Situation({"start_time": "2030-03-18T09:00:00Z"}, with_settings(approval_type=1)),
        Situation({"start_time": "2030-03-18T08:00:00Z"}, with_settings(approval_type=1)),
        "start_time",
    ),
    "registered-dates-are-made-anew": (
        Situation(recurrence(), with_settings(approval_type=0, registration_type=2)),
        Situation(recurrence(), with_settings(approval_type=0, registration_type=1)),
        "recurrence",
    ),
    "registration-needs-licence": (
        Situation(settings(approval_type=0)),
        Situation(settings(approval_type=0), with_settings(approval_type=1)),
        "settings.approval_type",
    ),
    "pmi-opens-room": (
        Situation(settings(use_pmi=True), with_settings(SINGLE, use_pmi=False, waiting_room=False)),
        Situation(settings(use_pmi=True), with_settings(SINGLE, use_pmi=False)),
        "settings.use_pmi",
    ),
    "pmi-changes-links": (
        Situation(settings(use_pmi=True), with_settings(SINGLE, use_pmi=False)),
        Situation(settings(use_pmi=True), with_settings(SINGLE, use_pmi=True)),
        "settings.use_pmi",
    ),
    "pmi-conversion": (
        Situation(settings(use_pmi=False), with_settings(SINGLE, use_pmi=True)),
        Situation(settings(use_pmi=False), with_settings(SINGLE, use_pmi=False)),
        "settings.use_pmi",
    ),
    "cloud-recording-needs-paid-host": (
        Situation(settings(auto_recording="cloud"), with_settings(auto_recording="none")),
        Situation(settings(auto_recording="cloud"), with_settings(auto_recording="cloud")),
        "settings.auto_recording",
    ),
    "interpretation-needs-feature": (
        Situation(settings(language_interpretation={"enable": True})),
        Situation(
            settings(language_interpretation={"enable": True}),
            with_settings(language_interpretation={"enable": True}),
        ),
        "settings.language_interpretation",
    ),
    "sign-language-needs-feature": (
        Situation(settings(sign_language_interpretation={"enable": True})),
        Situation(settings(sign_language_interpretation={"enable": False})),
        "settings.sign_language_interpretation",
    ),
    "jbh-time-while-nobody-joins-early": (
        Situation(settings(jbh_time=5)),
        Situation(settings(jbh_time=5), with_settings(join_before_host=True)),
        "settings.jbh_time",
    ),
    "confirmation-while-not-notified": (
        Situation(
            settings(registrants_confirmation_email=True),
            with_settings(registrants_email_notification=False),
        ),
        Situation(
            settings(registrants_confirmation_email=False),
            with_settings(registrants_email_notification=False),
        ),
        "settings.registrants_confirmation_email",
    ),
    "multiple-devices-while-no-registration": (
        Situation(settings(allow_multiple_devices=True)),
        Situation(settings(allow_multiple_devices=True), with_settings(approval_type=0)),
        "settings.allow_multiple_devices",
    ),
    "share-button-while-no-registration": (
        Situation(settings(show_share_button=True)),
        Situation(settings(show_share_button=False)),
        "settings.show_share_button",
    ),
    "summary-readers-while-no-summary": (
        Situation(
            settings(who_will_receive_summary=1), with_settings(auto_start_meeting_summary=False)
        ),
        Situation(
            settings(who_will_receive_summary=1), with_settings(auto_start_meeting_summary=True)
        ),
        "settings.who_will_receive_summary",
    ),
    "question-askers-while-no-questions": (
        Situation(
            settings(who_can_ask_questions=1),
            with_settings(auto_start_ai_companion_questions=False),
        ),
        Situation(
            settings(who_can_ask_questions=1),
            with_settings(auto_start_ai_companion_questions=True),
        ),
        "settings.who_can_ask_questions",
    ),
    "other-unmute-way-is-on": (
        Situation(settings(**{ASK: True}), with_settings(**{MUTE: True})),
        Situation(settings(**{ASK: True, MUTE: False}), with_settings(**{MUTE: True})),
        "settings",
    ),
    "pause-needs-cloud-recording": (
        Situation(settings(host_pause_stop_recording=True), with_settings(auto_recording="local")),
        Situation(
            settings(host_pause_stop_recording=True, auto_recording="cloud"),
            with_settings(auto_recording="cloud"),
        ),
        "settings.host_pause_stop_recording",
    ),
    "conference-info-needs-third-party": (
        Situation(settings(audio_conference_info="ask"), with_settings(audio="voip")),
        Situation(settings(audio_conference_info="ask"), with_settings(audio="thirdParty")),
        "settings.audio_conference_info",
    ),
    "e2ee-forbids": (
        Situation(settings(audio="both"), with_settings(encryption_type="e2ee")),
        Situation(settings(audio="voip"), with_settings(encryption_type="e2ee")),
        "settings.encryption_type",
    ),
    "e2ee-turns-off": (
        Situation(settings(encryption_type="e2ee"), with_settings(auto_recording="cloud")),
        Situation(settings(encryption_type="e2ee"), with_settings(auto_recording="local")),
        "settings.encryption_type",
    ),
    "list-leaves-out": (
        Situation(settings(meeting_invitees=[{"email": "a@example.org"}]), INVITED),
        Situation(
            settings(
                meeting_invitees=[*INVITED["settings"]["meeting_invitees"], {"email": "c@d.e"}]
            ),
            INVITED,
        ),
        "settings.meeting_invitees",
    ),
}
