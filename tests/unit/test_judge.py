"""Every rule of the spec: what breaks it, what almost does, and how it is reported."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from limits import most
from rezoom import ConfigError, Problem, check
from rezoom._rules.judge import judge
from rezoom._wire import facts
from rule_table import DAILY, RULES, WEEKLY, Body, series, settings

pytestmark = pytest.mark.smoke

MINUTES, LETTERS = most("duration"), most("topic")
KEYS, MEETINGS = most("settings.custom_keys"), most("recurrence.end_times")


def ids(problems: list[Problem]) -> list[str]:
    """Name the rules that were broken."""
    return [problem.rule for problem in problems]


def test_the_table_has_every_rule() -> None:
    """A rule without a body that breaks it may as well not exist."""
    kinds = ("body", "advice")
    assert RULES.keys() == {rule.id for rule in facts.RULES.values() if rule.kind in kinds}


# Of a series with its start, with its own days and numbers.
SAID_NEARER = (
    "over-count",
    "endless",
    "daily-interval-older-limit",
    "weekly-interval-older-limit",
    "monthly-interval-older-limit",
)


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_reported_with_its_words_and_path(rule: str) -> None:
    """Severity, sentence and fix come from the spec, and the member to blame is named."""
    broken, _, path = RULES[rule]

    found = [problem for problem in check(broken) if problem.rule == rule]

    known = facts.RULES[rule]
    (problem,) = found
    assert (problem.path, problem.severity) == (path, known.severity)
    assert problem.source
    if rule not in SAID_NEARER:
        assert problem.fix == known.fix
        # What of a text broke the rule may follow.
        assert problem.message.startswith(known.sentence)


@pytest.mark.parametrize("rule", RULES)
def test_a_near_miss_does_not_break_a_rule(rule: str) -> None:
    """The nearest body that is right has no error at all, and nothing to do with this rule."""
    problems = check(RULES[rule][1])

    assert rule not in ids(problems)
    assert [problem for problem in problems if problem.severity == "error"] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_allowed(rule: str) -> None:
    """Whoever knows better says so by the rule's id, and only that rule is silent.

    What is no longer wrong in its form is looked at for its days: there may be more to say then.
    """
    broken = RULES[rule][0]

    allowed = ids(check(broken, allow=[rule]))
    assert rule not in allowed
    assert set(ids(check(broken))) - {rule} <= set(allowed)


@pytest.mark.parametrize(
    ("body", "rule", "message", "fix"),
    [
        ({"topic": 5}, "topic.type", "5 is a whole number", 'write "5"'),
        ({"duration": "5"}, "duration.type", "'5' is text", "write 5"),
        ({"duration": True}, "duration.type", "True is a boolean", "give a whole number"),
        ({"settings": "on"}, "settings.type", "'on' is text", "give an object"),
        ({"tracking_fields": "a"}, "tracking_fields.type", "'a' is text", "give a list"),
        (settings(waiting_room=1), "settings.waiting_room.type", "1 is a whole", "give a boolean"),
        ({"type": 4}, "type.enum", "4 is not one of", "choose from 1, 2, 3, 8, 10"),
        ({"duration": 0}, "duration.minimum", "0 is below 1", f"give 1 to {MINUTES}"),
        (
            {"duration": MINUTES + 1},
            "duration.maximum",
            f"{MINUTES + 1} is above {MINUTES}",
            f"give 1 to {MINUTES}",
        ),
        (
            {"topic": "x" * (LETTERS + 1)},
            "topic.maxLength",
            f"{LETTERS + 1} characters are too many",
            f"at most {LETTERS}",
        ),
        (
            settings(custom_keys=[{"key": "k", "value": "v"}] * (KEYS + 1)),
            "settings.custom_keys.maxItems",
            f"{KEYS + 1} items are too many",
            f"at most {KEYS}",
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
def test_a_limit_is_reported_with_value_and_allowed(
    body: Body, rule: str, message: str, fix: str
) -> None:
    """The problem names the field, the value, what is allowed, and what to write."""
    (problem,) = [problem for problem in check(body) if problem.severity == "error"]

    assert problem.rule == rule
    assert re.sub(r"\[\d+\]", "[]", problem.path) == rule.rpartition(".")[0]
    assert message in problem.message
    assert fix in problem.fix


def test_all_problems_come_at_once() -> None:
    """A body can be repaired in one go."""
    body = {
        "topic": None,
        "agenda": "\ud800",
        "duration": 1.5,
        "start_time": "2030-02-30T09:00:00Z",
        "waiting_room": True,
        **series(type=2, repeat_interval=999, end_times=MEETINGS + 1),
        "settings": {"audio": "loud"},
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
    }


@pytest.mark.parametrize("name", facts.ANNOUNCED)
@pytest.mark.parametrize("place", [lambda body: body, lambda body: {"settings": body}])
def test_an_announced_field_is_said_to_be_one(name: str, place: Callable[[Body], Body]) -> None:
    """With the day and the page; `extra` sends it, for no source says where it belongs."""
    (problem,) = check(place({name: True}))

    row = facts.ANNOUNCED[name]
    assert (problem.rule, problem.severity) == ("announced-field", "error")
    assert row.date in problem.message
    assert facts.SOURCES[row.source].title in problem.source
    assert "extra=" in problem.fix
    (warning,) = check({}, extra=place({name: True}))
    assert (warning.rule, warning.severity) == ("extra", "warning")


def test_a_field_in_the_wrong_place_is_sent_home() -> None:
    """Zoom ignores `waiting_room` beside `topic` in silence; the fix names where it belongs."""
    (problem,) = check({"waiting_room": True})

    assert (problem.path, problem.rule) == ("waiting_room", "unknown-field")
    assert "settings.waiting_room" in problem.fix


@pytest.mark.parametrize(
    ("body", "rule", "fix"),
    [
        ({"occurrence_id": "1648194360000"}, "occurrence-in-body", "occurrence="),
        (settings(show_join_info=True), "create-only-field", "create the meeting anew"),
        ({"default_password": True}, "create-only-field", "create the meeting anew"),
        ({"join_url": "https://zoom.example/j/1?pwd=x"}, "answer-only-field", "Leave it out"),
        ({"host_email": "ada@example.org"}, "answer-only-field", "write schedule_for"),
        (
            settings(meeting_invitees=[{"email": "a@b.org", "internal_user": True}]),
            "answer-only-field",
            "Leave it out",
        ),
    ],
)
def test_a_field_of_another_operation_is_reported_as_such(body: Body, rule: str, fix: str) -> None:
    """Most of all the id of an occurrence, which in the body would change the whole series."""
    (problem,) = check({"topic": "x", **body})

    assert (problem.severity, problem.rule) == ("error", rule)
    assert fix in problem.fix
    assert "pwd" not in str(problem)


def test_every_field_that_only_an_answer_has_is_reported() -> None:
    """Whoever sends back what was read learns which members are not for sending."""
    answers = facts.RULES["answer-only-field"].names
    reported = {
        path: ids([p for p in check({path: 1}) if p.path == path])
        for path in answers
        if "." not in path
    }

    assert reported == {path: ["answer-only-field"] for path in reported}
    assert {"id", "host_id", "start_url", "occurrences"} <= reported.keys()


def test_a_dotted_name_is_nested_instead() -> None:
    """Paths are how problems are reported, not how bodies are written."""
    (problem,) = check({"settings.waiting_room": True})

    assert problem.fix == "it belongs at settings.waiting_room"


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ({"topik": "x"}, "topic"),
        (settings(waitingroom=True), "waiting_room"),
        (series(**DAILY, repeat_intervall=2), "repeat_interval"),
    ],
)
def test_a_misspelt_field_brings_the_nearest_names(body: Body, meant: str) -> None:
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


def test_an_unknown_permission_brings_the_nearest_rules() -> None:
    """A misspelt id would otherwise seem to have been lifted."""
    with pytest.raises(ConfigError, match="Did you mean weekly-needs-days") as caught:
        check(topic="x", allow=["weekly-need-days"])

    assert caught.value.field == "allow"


@pytest.mark.parametrize("strange", ["past-start", "", b"x", 5, None, [5], [["past-start"]]])
def test_what_is_no_list_of_rules_cannot_be_allowed(strange: Any) -> None:
    """A single text above all: it is not taken letter by letter."""
    with pytest.raises(ConfigError, match="is no list of rules") as caught:
        check(topic="x", allow=strange)

    assert (caught.value.field, "allow=[" in caught.value.next_step) == ("allow", True)


@pytest.mark.parametrize("strange", [123456, True, ["123456"]])
def test_a_passcode_that_is_no_text_is_reported_as_that(strange: Any) -> None:
    """Its characters are not the problem; what was given is not shown."""
    (problem,) = check({"password": strange})

    assert (problem.rule, "text" in problem.fix) == ("password.type", True)
    assert "123456" not in str(problem)


def test_a_limit_can_be_allowed_by_its_path_and_keyword() -> None:
    """Zoom moves its limits before the spec does."""
    assert check(duration=1500, allow=["duration.maximum"]) == []


def test_a_lifted_type_reaches_the_wire_as_it_is() -> None:
    """Even where our own code would look inside."""
    body, problems = judge(None, {"recurrence": "later"}, allow=["recurrence.type"])

    assert body == {"recurrence": "later"}
    assert "error" not in [problem.severity for problem in problems]


@pytest.mark.parametrize("wrong", [[{"cn_meeting": True}], "x", 3])
def test_what_is_no_object_is_not_searched_for_members(wrong: Any) -> None:
    """One problem, its type; not a row of members it cannot have."""
    assert ids(check({"settings": wrong})) == ["settings.type"]


def test_only_the_ten_fields_change_one_occurrence() -> None:
    """Zoom ignores any other in silence, so each one is refused with the list of those it takes."""
    problems = check(
        topic="x", duration=30, settings={"audio": "voip", "watermark": True}, occurrence=True
    )

    assert [(p.path, p.rule) for p in problems] == [
        ("topic", "occurrence-field"),
        ("settings.audio", "occurrence-field"),
    ]
    assert all("settings.auto_recording" in problem.fix for problem in problems)


@pytest.mark.parametrize("field", facts.OPERATIONS["updateMeeting"].honours["occurrence_id"])
def test_an_occurrence_takes_every_field_zoom_honours(field: str) -> None:
    """The spec's own example of it passes."""
    value = facts.BODIES["updateMeeting"][field].examples[0]
    *parents, name = field.split(".")
    # The example of a start is a wall clock, and an occurrence cannot say in which zone.
    member = {name: "2030-03-04T09:00:00Z" if field == "start_time" else value}
    body: Body = {parents[0]: member} if parents else member

    assert [p for p in check(body, occurrence=True) if p.severity == "error"] == []


def test_every_example_of_the_spec_passes() -> None:
    """What a description shows can be sent."""
    paths = (
        path
        for path, field in facts.BODIES["updateMeeting"].items()
        if "[" not in path and field.examples
    )
    wrong = []
    for path in paths:
        body: Any = facts.BODIES["updateMeeting"][path].examples[0]
        for name in reversed(path.split(".")):
            body = {name: body}
        wrong += [p.rule for p in check(body) if p.path == path and p.severity == "error"]

    assert wrong == []
