"""For every rule of the spec a body that breaks it, and one that almost does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from limits import rule_most
from rezoom import UNSET
from rezoom._wire import facts

Body = dict[str, Any]

DAILY: Body = {"type": 1, "end_times": 7}
WEEKLY: Body = {"type": 2, "weekly_days": "2", "end_times": 7}
MONTHLY: Body = {"type": 3, "monthly_day": 1, "end_times": 7}
DATED: Body = {"type": 3, "end_times": 7}
UNTIL = "2030-06-30T22:00:00Z"
OPEN: Body = {"password": "", "settings": {"waiting_room": False, "meeting_authentication": False}}


def series(**members: Any) -> Body:
    """Write a whole series, so that only what a rule is about can be wrong with it."""
    pattern = {name: value for name, value in members.items() if value is not UNSET}
    start = {"start_time": "2030-03-04T09:00:00Z", "timezone": "Europe/Berlin"}
    return {"type": 8, **start, "recurrence": pattern}


def settings(**members: Any) -> Body:
    """Write an update of settings alone."""
    return {"settings": members}


def interpreter(**members: Any) -> Body:
    """Write an update with one interpreter."""
    return settings(
        language_interpretation={"interpreters": [{"email": "i@example.org"} | members]}
    )


def countries(**members: Any) -> Body:
    """Write an update of the countries from which people may join."""
    return settings(approved_or_denied_countries_or_regions=members)


# rule id: the body that breaks it, the nearest one that does not, and the path that is blamed
RULES: dict[str, tuple[Body, Body, str]] = {
    "recurrence-only-type-8": (
        {**series(**DAILY), "type": 2},
        series(**DAILY),
        "recurrence",
    ),
    "pre-schedule-only-types-2-3": (
        {"type": 8, "pre_schedule": True},
        {"type": 8, "pre_schedule": False},
        "pre_schedule",
    ),
    "use-pmi-only-types-2-3": (
        {"type": 8, **settings(use_pmi=True)},
        {"type": 3, **settings(use_pmi=True)},
        "settings.use_pmi",
    ),
    "registration-type-only-type-8": (
        {"type": 2, **settings(registration_type=2)},
        {"type": 2, **settings(registration_type=1)},
        "settings.registration_type",
    ),
    "continuous-chat-only-types-2-3-8": (
        {"type": 10, **settings(continuous_meeting_chat={"enable": True})},
        {"type": 10, **settings(continuous_meeting_chat={"enable": False})},
        "settings.continuous_meeting_chat.enable",
    ),
    "schedule-for-not-instant": (
        {"type": 1, "schedule_for": "ada@example.org"},
        {"type": 2, "schedule_for": "ada@example.org"},
        "schedule_for",
    ),
    "local-start-needs-timezone": (
        {"start_time": "2030-03-04T09:00:00"},
        {"start_time": "2030-03-04T09:00:00Z"},
        "timezone",
    ),
    "utc-start-with-timezone": (
        # An hour that the clocks of Berlin show twice: only UTC can say which one is meant.
        {"start_time": "2030-10-27T00:30:00Z", "timezone": "Europe/Berlin"},
        {"start_time": "2030-10-27T00:30:00Z"},
        "timezone",
    ),
    "recurrence-without-type": (
        {**series(**DAILY), "type": UNSET},
        series(**DAILY),
        "type",
    ),
    "recurrence-without-start-time": (
        {**series(**DAILY), "start_time": UNSET},
        series(**DAILY),
        "start_time",
    ),
    "series-change-needs-recurrence": (
        {"type": 8, "timezone": "Europe/Berlin"},
        {"type": 3, "timezone": "Europe/Berlin"},
        "recurrence",
    ),
    "schedule-for-needs-privilege": (
        {"schedule_for": "ada@example.org"},
        settings(alternative_hosts="ada@example.org"),
        "schedule_for",
    ),
    "one-protection-stays": (
        OPEN,
        {**OPEN, "password": "x"},
        "password",
    ),
    "passcode-characters": ({"password": "a b"}, {"password": "aB3@-_*xyz"}, "password"),
    "recurrence-is-whole": (
        {"recurrence": {"end_times": 5}},
        {"recurrence": DAILY},
        "recurrence.type",
    ),
    "both-ends": (
        series(**DAILY, end_date_time=UNTIL),
        series(**{**DAILY, "end_times": UNSET}, end_date_time=UNTIL),
        "recurrence.end_times",
    ),
    "weekly-needs-days": (
        series(**{**WEEKLY, "weekly_days": UNSET}),
        series(**WEEKLY),
        "recurrence.weekly_days",
    ),
    "monthly-needs-day": (series(**DATED), series(**MONTHLY), "recurrence.monthly_day"),
    "monthly-week-needs-week-day": (
        series(**DATED, monthly_week=-1),
        series(**DATED, monthly_week=-1, monthly_week_day=6),
        "recurrence.monthly_week_day",
    ),
    "monthly-week-day-needs-week": (
        series(**DATED, monthly_week_day=6),
        series(**DATED, monthly_week=1, monthly_week_day=6),
        "recurrence.monthly_week",
    ),
    "monthly-one-form": (
        series(**MONTHLY, monthly_week=1, monthly_week_day=6),
        series(**MONTHLY),
        "recurrence.monthly_day",
    ),
    "daily-interval-limit": (
        series(**DAILY, repeat_interval=rule_most("daily-interval-limit") + 1),
        series(**DAILY, repeat_interval=rule_most("daily-interval-limit")),
        "recurrence.repeat_interval",
    ),
    "weekly-interval-limit": (
        series(**WEEKLY, repeat_interval=rule_most("weekly-interval-limit") + 1),
        series(**WEEKLY, repeat_interval=rule_most("weekly-interval-limit")),
        "recurrence.repeat_interval",
    ),
    "monthly-interval-limit": (
        series(**MONTHLY, repeat_interval=rule_most("monthly-interval-limit") + 1),
        series(**MONTHLY, repeat_interval=rule_most("monthly-interval-limit")),
        "recurrence.repeat_interval",
    ),
    "over-count": (
        series(**{**DAILY, "end_times": rule_most("over-count") + 1}),
        series(**{**DAILY, "end_times": rule_most("over-count")}),
        "recurrence.end_times",
    ),
    "endless": (
        series(**{**DAILY, "end_times": 0}),
        series(**{**DAILY, "end_times": 1}),
        "recurrence.end_times",
    ),
    "no-end-means-one": (
        series(type=1),
        series(type=1, end_date_time=UNTIL),
        "recurrence.end_times",
    ),
    "daily-interval-older-limit": (
        series(**DAILY, repeat_interval=rule_most("daily-interval-older-limit") + 1),
        series(**DAILY, repeat_interval=rule_most("daily-interval-older-limit")),
        "recurrence.repeat_interval",
    ),
    "weekly-interval-older-limit": (
        series(**WEEKLY, repeat_interval=rule_most("weekly-interval-older-limit") + 1),
        series(**WEEKLY, repeat_interval=rule_most("weekly-interval-older-limit")),
        "recurrence.repeat_interval",
    ),
    "monthly-interval-older-limit": (
        series(**MONTHLY, repeat_interval=rule_most("monthly-interval-older-limit") + 1),
        series(**MONTHLY, repeat_interval=rule_most("monthly-interval-older-limit")),
        "recurrence.repeat_interval",
    ),
    "weekly-days-only-weekly": (
        series(**DAILY, weekly_days="2"),
        series(**WEEKLY),
        "recurrence.weekly_days",
    ),
    "monthly-day-only-monthly": (
        series(**DAILY, monthly_day=1),
        series(**MONTHLY),
        "recurrence.monthly_day",
    ),
    "monthly-week-only-monthly": (
        series(**WEEKLY, monthly_week=1),
        series(**DATED, monthly_week=1, monthly_week_day=2),
        "recurrence.monthly_week",
    ),
    "monthly-week-day-only-monthly": (
        series(**WEEKLY, monthly_week_day=2),
        series(**DATED, monthly_week=1, monthly_week_day=2),
        "recurrence.monthly_week_day",
    ),
    "short-month": (
        series(**{**MONTHLY, "monthly_day": rule_most("short-month") + 1}),
        series(**{**MONTHLY, "monthly_day": rule_most("short-month")}),
        "recurrence.monthly_day",
    ),
    "jbh-time-needs-join-before-host": (
        settings(jbh_time=5, join_before_host=False),
        settings(jbh_time=0, join_before_host=False),  # as reads have it
        "settings.jbh_time",
    ),
    "confirmation-needs-notification": (
        settings(registrants_confirmation_email=True, registrants_email_notification=False),
        settings(registrants_confirmation_email=False, registrants_email_notification=False),
        "settings.registrants_confirmation_email",
    ),
    "multiple-devices-need-registration": (
        settings(allow_multiple_devices=True, approval_type=2),
        settings(allow_multiple_devices=True, approval_type=1),
        "settings.allow_multiple_devices",
    ),
    "share-button-needs-registration": (
        settings(show_share_button=True, approval_type=2),
        settings(show_share_button=False, approval_type=2),
        "settings.show_share_button",
    ),
    "summary-readers-need-summary": (
        settings(who_will_receive_summary=1, auto_start_meeting_summary=False),
        settings(who_will_receive_summary=1, auto_start_meeting_summary=True),
        "settings.who_will_receive_summary",
    ),
    "question-askers-need-questions": (
        settings(who_can_ask_questions=1, auto_start_ai_companion_questions=False),
        settings(who_can_ask_questions=1, auto_start_ai_companion_questions=True),
        "settings.who_can_ask_questions",
    ),
    "one-unmute-way": (
        settings(
            allow_host_control_participant_mute_state=True,
            request_permission_to_unmute_participants=True,
        ),
        settings(
            allow_host_control_participant_mute_state=True,
            request_permission_to_unmute_participants=False,
        ),
        "settings.request_permission_to_unmute_participants",
    ),
    "jbh-time-without-join-before-host": (
        settings(jbh_time=5),
        settings(jbh_time=5, join_before_host=True),
        "settings.jbh_time",
    ),
    "confirmation-without-notification": (
        settings(registrants_confirmation_email=True),
        settings(registrants_confirmation_email=False),
        "settings.registrants_confirmation_email",
    ),
    "multiple-devices-without-registration": (
        settings(allow_multiple_devices=True),
        settings(allow_multiple_devices=True, approval_type=0),
        "settings.allow_multiple_devices",
    ),
    "share-button-without-registration": (
        settings(show_share_button=True),
        settings(show_share_button=False),
        "settings.show_share_button",
    ),
    "summary-readers-without-summary": (
        settings(who_will_receive_summary=1),
        settings(who_will_receive_summary=1, auto_start_meeting_summary=True),
        "settings.who_will_receive_summary",
    ),
    "question-askers-without-questions": (
        settings(who_can_ask_questions=1),
        settings(who_can_ask_questions=1, auto_start_ai_companion_questions=True),
        "settings.who_can_ask_questions",
    ),
    "alternative-hosts-comma": (
        settings(alternative_hosts="a@example.org,b@example.org"),
        settings(alternative_hosts="a@example.org;b@example.org"),
        "settings.alternative_hosts",
    ),
    "e2ee-stops-join-before-host": (
        settings(encryption_type="e2ee", join_before_host=True),
        settings(encryption_type="enhanced_encryption", join_before_host=True),
        "settings.join_before_host",
    ),
    "e2ee-stops-cloud-recording": (
        settings(encryption_type="e2ee", auto_recording="cloud"),
        settings(encryption_type="e2ee", auto_recording="local"),
        "settings.auto_recording",
    ),
    "e2ee-stops-breakout-rooms": (
        settings(encryption_type="e2ee", breakout_room={"enable": True}),
        settings(encryption_type="e2ee", breakout_room={"enable": False}),
        "settings.breakout_room.enable",
    ),
    "e2ee-stops-polls": (
        settings(encryption_type="e2ee", alternative_host_update_polls=True),
        settings(alternative_host_update_polls=True),
        "settings.alternative_host_update_polls",
    ),
    "e2ee-stops-dial-in": (
        settings(encryption_type="e2ee", audio="both"),
        settings(encryption_type="e2ee", audio="voip"),
        "settings.audio",
    ),
    "approve-looks-at-approved-list": (
        countries(method="approve", denied_list=["US"]),
        countries(method="approve", approved_list=["US"]),
        "settings.approved_or_denied_countries_or_regions.denied_list",
    ),
    "deny-looks-at-denied-list": (
        countries(method="deny", approved_list=["US"]),
        countries(method="deny", denied_list=["US"]),
        "settings.approved_or_denied_countries_or_regions.approved_list",
    ),
    "deprecated-cn-meeting": (
        settings(cn_meeting=False),
        settings(focus_mode=False),
        "settings.cn_meeting",
    ),
    "deprecated-auto-add-invited-external-users": (
        settings(continuous_meeting_chat={"auto_add_invited_external_users": True}),
        settings(continuous_meeting_chat={"enable": True}),
        "settings.continuous_meeting_chat.auto_add_invited_external_users",
    ),
    "deprecated-auto-add-meeting-participants": (
        settings(continuous_meeting_chat={"auto_add_meeting_participants": True}),
        settings(continuous_meeting_chat={"enable": True}),
        "settings.continuous_meeting_chat.auto_add_meeting_participants",
    ),
    "deprecated-who-is-added": (
        settings(continuous_meeting_chat={"who_is_added": "all_users"}),
        settings(continuous_meeting_chat={"enable": True}),
        "settings.continuous_meeting_chat.who_is_added",
    ),
    "deprecated-enforce-login": (
        settings(enforce_login=True),
        settings(meeting_authentication=True),
        "settings.enforce_login",
    ),
    "deprecated-enforce-login-domains": (
        settings(enforce_login_domains="example.org"),
        settings(authentication_domains="example.org"),
        "settings.enforce_login_domains",
    ),
    "deprecated-in-meeting": (
        settings(in_meeting=False),
        settings(focus_mode=False),
        "settings.in_meeting",
    ),
    "deprecated-languages": (
        interpreter(languages="US,CN"),
        interpreter(interpreter_languages="English,Chinese"),
        "settings.language_interpretation.interpreters[0].languages",
    ),
    "custom-waiting-room-needs-who": (
        settings(waiting_room_options={"mode": "custom"}),
        settings(waiting_room_options={"mode": "follow_setting"}),
        "settings.waiting_room_options.who_goes_to_waiting_room",
    ),
}


def _in_the_spec(node: Any) -> Iterator[tuple[str, tuple[Body, Body, str]]]:
    """Yield the rules of the document that carry their own bodies."""
    if isinstance(node, list):
        for item in node:
            yield from _in_the_spec(item)
    elif isinstance(node, dict):
        if {"id", "breaks", "passes"} <= node.keys():
            known = facts.RULES[node["id"]]
            path = ".".join(filter(None, (known.path, known.field)))
            yield node["id"], (node["breaks"], node["passes"], path)
        for value in node.values():
            yield from _in_the_spec(value)


RULES.update(_in_the_spec(json.loads(files("rezoom_wire").joinpath("openapi.json").read_bytes())))
