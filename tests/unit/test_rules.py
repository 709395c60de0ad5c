"""Every rule of the spec: what breaks it, what almost does, and how it is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rezoom import UNSET, ConfigError, Problem, check
from rezoom._wire import facts
from rezoom.rules import judge

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
    return settings(language_interpretation={"interpreters": [{"email": "i@example.org"} | members]})


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
        settings(registration_type=2),
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
        {"type": 1, "schedule_for": "ada@example.org"},
        "schedule_for",
    ),
    "one-protection-stays": (
        OPEN,
        {**OPEN, "password": "x"},
        "password",
    ),
    "passcode-characters": ({"password": "a b"}, {"password": "aB3@-_*xyz"}, "password"),
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
        series(**DAILY, repeat_interval=100),
        series(**DAILY, repeat_interval=99),
        "recurrence.repeat_interval",
    ),
    "weekly-interval-limit": (
        series(**WEEKLY, repeat_interval=51),
        series(**WEEKLY, repeat_interval=50),
        "recurrence.repeat_interval",
    ),
    "monthly-interval-limit": (
        series(**MONTHLY, repeat_interval=11),
        series(**MONTHLY, repeat_interval=10),
        "recurrence.repeat_interval",
    ),
    "over-count": (
        series(**{**DAILY, "end_times": 51}),
        series(**{**DAILY, "end_times": 50}),
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
        series(**DAILY, repeat_interval=91),
        series(**DAILY, repeat_interval=90),
        "recurrence.repeat_interval",
    ),
    "weekly-interval-older-limit": (
        series(**WEEKLY, repeat_interval=13),
        series(**WEEKLY, repeat_interval=12),
        "recurrence.repeat_interval",
    ),
    "monthly-interval-older-limit": (
        series(**MONTHLY, repeat_interval=4),
        series(**MONTHLY, repeat_interval=3),
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
        series(**{**MONTHLY, "monthly_day": 29}),
        series(**{**MONTHLY, "monthly_day": 28}),
        "recurrence.monthly_day",
    ),
    "jbh-time-needs-join-before-host": (
        settings(jbh_time=5, join_before_host=False),
        settings(jbh_time=5, join_before_host=True),
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


def ids(problems: list[Problem]) -> list[str]:
    """Name the rules that were broken."""
    return [problem.rule for problem in problems]


def test_the_table_has_every_rule() -> None:
    """A rule without a body that breaks it may as well not exist."""
    assert RULES.keys() == facts.RULES.keys()


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_told_with_its_words_and_path(rule: str) -> None:
    """Severity, sentence and fix come from the spec, and the member to blame is named."""
    broken, _, path = RULES[rule]

    found = [problem for problem in check(broken) if problem.rule == rule]

    known = facts.RULES[rule]
    assert [(p.path, p.severity, p.message, p.fix) for p in found] == [
        (path, known.severity, known.sentence, known.fix)
    ]
    assert found[0].source


@pytest.mark.parametrize("rule", RULES)
def test_a_near_miss_does_not_break_a_rule(rule: str) -> None:
    """The nearest body that is right has no error at all, and nothing to do with this rule."""
    problems = check(RULES[rule][1])

    assert rule not in ids(problems)
    assert [problem for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_allowed(rule: str) -> None:
    """Whoever knows better says so by the rule's id, and only that rule is silent."""
    broken = RULES[rule][0]

    assert rule not in ids(check(broken, allow=[rule]))
    assert len(check(broken, allow=[rule])) == len(check(broken)) - 1


@pytest.mark.parametrize(
    ("body", "rule", "message", "fix"),
    [
        ({"topic": 5}, "topic.type", "5 is a whole number", "give text"),
        ({"duration": "5"}, "duration.type", "'5' is text", "give a whole number"),
        ({"duration": True}, "duration.type", "True is a boolean", "give a whole number"),
        ({"settings": "on"}, "settings.type", "'on' is text", "give an object"),
        ({"tracking_fields": "a"}, "tracking_fields.type", "'a' is text", "give a list"),
        (settings(waiting_room=1), "settings.waiting_room.type", "1 is a whole", "give a boolean"),
        ({"type": 4}, "type.enum", "4 is not one of", "choose from 1, 2, 3, 8, 10"),
        ({"duration": 0}, "duration.minimum", "0 is below 1", "give 1 to 1440"),
        ({"duration": 1441}, "duration.maximum", "1441 is above 1440", "give 1 to 1440"),
        ({"topic": "x" * 201}, "topic.maxLength", "201 characters are too many", "at most 200"),
        (
            settings(custom_keys=[{"key": "k", "value": "v"}] * 11),
            "settings.custom_keys.maxItems",
            "11 items are too many",
            "at most 10",
        ),
        (
            settings(auto_add_recording_to_video_management={"enable": True, "channels": []}),
            "settings.auto_add_recording_to_video_management.channels.minItems",
            "0 items are too few",
            "at least 1",
        ),
        (
            series(**{**WEEKLY, "weekly_days": "8"}),
            "recurrence.weekly_days.pattern",
            "'8' has not the form",
            "1 to 7 joined by commas",
        ),
        (
            settings(meeting_invitees=[{"email": "nobody"}]),
            "settings.meeting_invitees[].email.format",
            "'nobody' is not an email",
            "ada@example.com",
        ),
        (
            settings(waiting_room_options={"who_goes_to_waiting_room": "everyone"}),
            "settings.waiting_room_options.mode.required",
            "is missing",
            "'follow_setting', 'custom'",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_limit_is_told_with_value_and_allowed(
    body: Body, rule: str, message: str, fix: str
) -> None:
    """The problem names the field, the value, what is allowed, and what to write."""
    (problem,) = [problem for problem in check(body) if problem.severity == "error"]

    assert problem.rule == rule
    assert re.sub(r"\[\d+\]", "[]", problem.path) == rule.rpartition(".")[0]
    assert message in problem.message
    assert fix in problem.fix


def test_all_problems_come_at_once() -> None:
    """Nobody repairs a body one refusal at a time."""
    body = {
        "topic": None,
        "agenda": "\ud800",
        "duration": 1.5,
        "start_time": "2030-02-30T09:00:00Z",
        "waiting_room": True,
        **series(type=2, repeat_interval=99, end_times=61),
        "settings": {"audio": "loud", "jbh_time": 5, "join_before_host": False},
    }
    body["start_time"] = "2030-02-30T09:00:00Z"

    errors = {(p.path, p.rule) for p in check(body) if p.severity == "error"}

    assert errors == {
        ("topic", "null"),
        ("agenda", "not-json"),
        ("duration", "not-an-integer"),
        ("start_time", "time"),
        ("waiting_room", "unknown-field"),
        ("recurrence.weekly_days", "weekly-needs-days"),
        ("recurrence.repeat_interval", "weekly-interval-limit"),
        ("recurrence.end_times", "recurrence.end_times.maximum"),
        ("settings.audio", "settings.audio.enum"),
        ("settings.jbh_time", "jbh-time-needs-join-before-host"),
    }


def test_a_field_in_the_wrong_place_is_sent_home() -> None:
    """Zoom ignores `waiting_room` beside `topic` in silence; the fix names where it belongs."""
    (problem,) = check({"waiting_room": True})

    assert (problem.path, problem.rule) == ("waiting_room", "unknown-field")
    assert "settings.waiting_room" in problem.fix


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ({"topik": "x"}, "topic"),
        (settings(waitingroom=True), "waiting_room"),
        (series(**DAILY, repeat_intervall=2), "repeat_interval"),
    ],
)
def test_a_misspelt_field_is_asked_back(body: Body, meant: str) -> None:
    """The nearest name that Zoom knows is offered."""
    (problem,) = [problem for problem in check(body) if problem.severity == "error"]

    assert f"did you mean {meant}" in problem.fix


def test_a_field_like_no_other_is_refused() -> None:
    """It may be newer than the spec: the fix names the way to send it all the same."""
    (problem,) = check({"zzz": 1})

    assert (problem.rule, "extra=" in problem.fix) == ("unknown-field", True)


def test_extra_is_sent_with_a_warning() -> None:
    """What Zoom has added since goes out as given, merged last and unchecked."""
    body, problems = judge(
        None,
        {"topic": "x", "settings": {"audio": "voip"}},
        extra={"later": 1, "settings": {"newer": [{"a": "b"}]}},
    )

    assert body == {
        "topic": "x",
        "later": 1,
        "settings": {"audio": "voip", "newer": [{"a": "b"}]},
    }
    assert [(p.path, p.severity, p.rule) for p in problems] == [
        ("settings.newer", "warning", "extra"),
        ("later", "warning", "extra"),
    ]


def test_extra_does_not_lift_the_rules_it_meets() -> None:
    """A field the spec knows is judged wherever it came from."""
    assert ids(check(topic="x", extra={"duration": 0})) == ["duration.minimum"]


@pytest.mark.parametrize("extra", ["topic", [("topic", "x")], 7])
def test_extra_that_is_no_mapping_is_a_problem(extra: Any) -> None:
    """Not an exception from inside."""
    assert ids(check(topic="x", extra=extra)) == ["not-a-body"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"topic": None}, "null"),
        ({"topic": b"x"}, "not-json"),
        ({"duration": 1.5}, "not-an-integer"),
        ({}, "nothing-to-change"),
        ({"start_time": "tomorrow"}, "time"),
    ],
)
def test_what_cannot_be_sent_cannot_be_allowed(body: Body, rule: str) -> None:
    """No permission makes None into JSON."""
    with pytest.raises(ConfigError, match=rule):
        check(body, allow=[rule])


def test_an_unknown_permission_is_asked_back() -> None:
    """A misspelt id would otherwise seem to have been lifted."""
    with pytest.raises(ConfigError, match="did you mean weekly-needs-days") as caught:
        check(topic="x", allow=["weekly-need-days"])

    assert caught.value.field == "allow"


def test_a_limit_can_be_allowed_by_its_path_and_keyword() -> None:
    """Zoom moves its limits before the spec does."""
    assert check(duration=1500, allow=["duration.maximum"]) == []


def test_a_lifted_type_reaches_the_wire_as_it_is() -> None:
    """Even where our own code would look inside."""
    body, problems = judge(None, {"recurrence": "later"}, allow=["recurrence.type"])

    assert body == {"recurrence": "later"}
    assert "error" not in [problem.severity for problem in problems]


@pytest.mark.parametrize("wrong", [[{"cn_meeting": True}], "x", 3])
def test_what_is_no_object_is_not_asked_for_its_members(wrong: Any) -> None:
    """One problem, its type; not a row of members it cannot have."""
    assert ids(check({"settings": wrong})) == ["settings.type"]


def test_only_the_ten_fields_change_one_occurrence() -> None:
    """Zoom ignores any other in silence, so each one is refused with the list of those it takes."""
    problems = check(topic="x", duration=30, settings={"audio": "voip", "watermark": True}, occurrence=True)

    assert [(p.path, p.rule) for p in problems] == [
        ("topic", "occurrence-field"),
        ("settings.audio", "occurrence-field"),
    ]
    assert all("settings.auto_recording" in problem.fix for problem in problems)


@pytest.mark.parametrize("field", facts.OCCURRENCE_FIELDS)
def test_an_occurrence_takes_every_field_zoom_honours(field: str) -> None:
    """The spec's own example of it passes."""
    value = facts.FIELDS[field].examples[0]
    *parents, name = field.split(".")
    body = {name: value} if not parents else {parents[0]: {name: value}}
    if field == "start_time":
        body = {"start_time": "2030-03-04T09:00:00Z"}

    assert [p for p in check(body, occurrence=True) if p.severity == "error"] == []


def test_every_example_of_the_spec_passes() -> None:
    """What a description shows can be sent."""
    paths = (path for path, field in facts.FIELDS.items() if "[" not in path and field.examples)
    wrong = []
    for path in paths:
        body: Any = facts.FIELDS[path].examples[0]
        for name in reversed(path.split(".")):
            body = {name: body}
        own = [p for p in check(body) if p.path.startswith(path) and p.severity == "error"]
        wrong += [f"{path}: {p.rule}" for p in own if p.rule.startswith(path) or "." not in p.rule]

    assert wrong == []
