"""Rules about a change to a meeting as it is: what makes them hold, and what they explain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom import ConfigError, Meeting, check
from rezoom._rules.in_context import build_case, judge_situation, likely_reason, still_open
from rezoom._wire import facts
from situation_table import (
    NOW,
    SERIES,
    SINGLE,
    SITUATIONS,
    Situation,
    dates,
    edited,
    of_type,
    recurrence,
    series,
    settings,
    with_settings,
)

# What no meeting has, and what the calendar can hardly bear.
MALFORMED = st.sampled_from(
    [
        None,
        True,
        -1,
        10**12,
        "",
        "x",
        "1,9",
        "Europe/Berlin",
        "deleted",
        *(
            f"{day}T{clock}"
            for day in ("0001-01-01", "2030-03-31", "2030-02-30", "9999-12-31")
            for clock in ("00:00:00Z", "02:30:00", "23:59:59+01:00")
        ),
    ]
)
ANSWER = [
    "type",
    "status",
    "start_time",
    "timezone",
    "duration",
    "password",
    "recurrence.type",
    "recurrence.weekly_days",
    "recurrence.end_date_time",
    "occurrences",
    "settings.alternative_hosts",
    "settings.meeting_invitees",
    "settings.breakout_room.rooms",
]
ROWS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("occurrence_id", "start_time", "duration", "status", "email"), MALFORMED
    ),
)
REASONS = [rule for rule in facts.RULES.values() if rule.kind == "reason"]


def malformed(paths: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a document with any values at some of these paths, and at what lies above them."""
    value = st.integers(1, 10) | MALFORMED | st.lists(ROWS | MALFORMED, max_size=3)
    above = {path.partition(".")[0] for path in paths}
    pairs = st.tuples(st.sampled_from(sorted({*above, *paths})), value)
    return st.lists(pairs, max_size=6).map(nested)


def nested(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Write values at their dotted paths."""
    body: dict[str, Any] = {}
    for path, value in pairs:
        *parents, name = path.split(".")
        place = body
        for parent in parents:
            if not isinstance(place.get(parent), dict):
                place[parent] = {}
            place = place[parent]
        place[name] = value
    return body


def ids(situation: Situation) -> list[str]:
    """Name the rules that hold."""
    return [problem.rule for problem in judge_situation(situation.case())]


def reason(path: str, change: dict[str, Any], meeting: dict[str, Any] = SERIES) -> str:
    """Name the likely reason why a member did not take."""
    return likely_reason(path, Situation(change, meeting).case()).rule


def test_the_table_has_every_rule_about_a_situation() -> None:
    """A rule that no case makes hold may as well not exist."""
    situations = {rule.id for rule in facts.RULES.values() if rule.kind == "situation"}
    assert SITUATIONS.keys() == situations


@pytest.mark.parametrize("rule", SITUATIONS)
def test_a_rule_that_holds_is_reported_with_its_words_and_path(rule: str) -> None:
    """Severity, sentence, fix and source come from the spec, and the member to blame is named."""
    holds, _, path = SITUATIONS[rule]

    found = [problem for problem in judge_situation(holds.case()) if problem.rule == rule]

    known = facts.RULES[rule]
    assert [(p.path, p.severity, p.message, p.fix) for p in found] == [
        (path, known.severity, known.sentence, known.fix)
    ]
    assert facts.SOURCES[known.source].title in found[0].source


@pytest.mark.parametrize("rule", SITUATIONS)
def test_a_near_miss_does_not_make_a_rule_hold(rule: str) -> None:
    """The nearest case that is right has nothing to do with this rule."""
    assert rule not in ids(SITUATIONS[rule][1])


@pytest.mark.parametrize("rule", SITUATIONS)
def test_every_rule_can_be_allowed(rule: str) -> None:
    """Whoever knows better says so by the rule's id, and only that rule is silent."""
    case = SITUATIONS[rule][0].case()

    reported = [problem.rule for problem in judge_situation(case)]
    lifted = [problem.rule for problem in judge_situation(case, allow=[rule])]

    assert lifted == [other for other in reported if other != rule]
    check(topic="x", allow=[rule])


def test_a_reason_cannot_be_allowed() -> None:
    """A reason explains what has happened already."""
    with pytest.raises(ConfigError, match="locked-or-gated"):
        check(topic="x", allow=["locked-or-gated"])


def test_a_harmless_change_has_no_problems() -> None:
    """Another title for a series to come: no rule holds."""
    assert ids(Situation({"topic": "x", "agenda": "y"})) == []


@pytest.mark.parametrize("change", [{}, {"topic": "x"}, recurrence(), settings(jbh_time=5)])
def test_nothing_is_held_against_a_meeting_of_which_nothing_is_known(
    change: dict[str, Any],
) -> None:
    """What is missing from a read is unknown, not false."""
    assert [
        p for p in judge_situation(build_case(change, {}, now=NOW)) if p.severity == "error"
    ] == []


@given(change=malformed(facts.BODIES["updateMeeting"]), meeting=malformed(ANSWER))
def test_malformed_answers_are_judged_all_the_same(
    change: dict[str, Any], meeting: dict[str, Any]
) -> None:
    """Whatever Zoom sends, a case can be built, judged and explained."""
    case = build_case(change, meeting, now=NOW)

    assert all(problem.rule in facts.RULES for problem in judge_situation(case))
    assert likely_reason("topic", case).rule in facts.RULES


def test_a_case_leaves_its_parts_as_they_were() -> None:
    """Laying the change over the meeting writes into neither."""
    change = settings(language_interpretation={"enable": True})
    meeting = with_settings(language_interpretation={"enable": False, "interpreters": []})

    case = build_case(change, meeting, now=NOW)

    after = case["after"]["settings"]["language_interpretation"]
    assert after == {"enable": True, "interpreters": []}
    assert meeting["settings"]["language_interpretation"] == {"enable": False, "interpreters": []}
    assert change == settings(language_interpretation={"enable": True})


def test_a_recurrence_replaces_the_present_one_whole() -> None:
    """As Zoom does it."""
    case = build_case({"recurrence": {"type": 1}}, SERIES, now=NOW)

    assert case["after"]["recurrence"] == {"type": 1}


def test_a_model_is_read_like_a_mapping() -> None:
    """What `get` returns can be passed as it is."""
    change = {"password": "after"}

    assert build_case(change, Meeting.from_dict(SERIES), now=NOW) == build_case(
        change, SERIES, now=NOW
    )


@pytest.mark.parametrize(
    ("occurrences", "edits"),
    [
        (dates(2), 0),
        (edited(1, duration=30), 1),
        (edited(1, start_time="2030-03-18T10:00:00Z"), 1),
        # Ids that are no times: then the usual hour of the series decides.
        ([row | {"occurrence_id": "7"} for row in dates(6)], 0),
        (
            [row | {"occurrence_id": "7"} for row in dates(5)]
            + [dates(6)[5] | {"occurrence_id": "7", "start_time": "2030-05-13T11:00:00Z"}],
            1,
        ),
        ([{"start_time": "soon"}, {}], 0),
    ],
)
def test_edited_dates_are_counted(occurrences: list[dict[str, Any]], edits: int) -> None:
    """By their length, and by where they stand, also across a change of the clocks."""
    case = build_case(recurrence(), series(occurrences=occurrences), now=NOW)

    assert case["derived"]["edited_occurrences"] == edits


@pytest.mark.parametrize(
    ("path", "change", "meeting"),
    [
        (
            "settings.alternative_hosts",
            settings(alternative_hosts="a"),
            {"alternative_hosts": "a;b"},
        ),
        (
            "settings.custom_keys",
            settings(custom_keys=[{"key": "k", "value": "new"}]),
            {"custom_keys": [{"key": "k", "value": "v"}, {"key": "l", "value": "v"}]},
        ),
        (
            "settings.breakout_room.rooms",
            settings(breakout_room={"rooms": []}),
            {"breakout_room": {"rooms": [{"name": "North"}]}},
        ),
    ],
)
def test_a_list_that_leaves_something_out_is_named(
    path: str, change: dict[str, Any], meeting: dict[str, Any]
) -> None:
    """Joined texts and nested lists too; an item that only changed in part is still there."""
    found = judge_situation(Situation(change, with_settings(**meeting)).case())

    assert [p.path for p in found if p.rule == "list-leaves-out"] == [path]


def test_an_item_that_changes_is_not_left_out() -> None:
    """The interpreter is the same person with other languages."""
    change = settings(custom_keys=[{"key": "k", "value": "new"}])
    meeting = with_settings(custom_keys=[{"key": "k", "value": "old"}])

    assert "list-leaves-out" not in ids(Situation(change, meeting))


@pytest.mark.parametrize(
    ("advice", "change"),
    [
        ("recurrence-without-type", {"recurrence": {"type": 1, "end_times": 3}}),
        ("jbh-time-without-join-before-host", settings(jbh_time=5)),
        ("multiple-devices-without-registration", settings(allow_multiple_devices=True)),
    ],
)
def test_a_read_settles_the_advice_that_needed_it(advice: str, change: dict[str, Any]) -> None:
    """What counts "only if the meeting already" has something is moot once it is known."""
    problems = check(change)

    known = still_open(problems, build_case(change, SERIES, now=NOW))
    unknown = still_open(problems, build_case(change, {"settings": {}}, now=NOW))

    assert advice in [problem.rule for problem in problems]
    assert known == [problem for problem in problems if problem.rule != advice]
    assert unknown == problems


@pytest.mark.parametrize(
    ("path", "change", "meeting", "rule"),
    [
        # A rule that holds in this case is better than any guess.
        ("start_time", {"start_time": "2029-01-01T00:00:00Z"}, SERIES, "past-start"),
        ("recurrence.end_times", {"start_time": "2029-01-01T00:00:00Z"}, SERIES, "past-start"),
        ("topic", {"topic": "x"}, series(status="started"), "running-meeting"),
        ("settings.approval_type", settings(approval_type=0), SERIES, "registration-needs-licence"),
        # What the meeting itself shows is likelier than a licence that no read shows.
        (
            "settings.approval_type",
            settings(approval_type=0),
            of_type(3),
            "registration-needs-fixed-start",
        ),
        (
            "settings.close_registration",
            settings(close_registration=True),
            of_type(3),
            "registration-without-start",
        ),
        (
            "settings.close_registration",
            settings(close_registration=True),
            SERIES,
            "registration-gated",
        ),
        ("settings.jbh_time", settings(jbh_time=5), SERIES, "jbh-time-while-nobody-joins-early"),
        ("password", {"password": ""}, SERIES, "passcode-emptied"),
        (
            "settings.waiting_room",
            {**settings(waiting_room=False), "password": ""},
            with_settings(meeting_authentication=False),
            "last-protection-off",
        ),
        (
            "settings.auto_recording",
            settings(auto_recording="cloud"),
            SERIES,
            "cloud-recording-needs-paid-host",
        ),
        (
            "settings.use_pmi",
            settings(use_pmi=True),
            with_settings(SINGLE, use_pmi=False),
            "pmi-conversion",
        ),
        (
            "settings.language_interpretation.interpreters[0].email",
            settings(language_interpretation={"enable": True}),
            SERIES,
            "interpretation-needs-feature",
        ),
        ("join_url", {"password": "after"}, SERIES, "passcode-changes-links"),
        (
            "occurrences",
            recurrence(),
            series(occurrences=edited(1, duration=30)),
            "edited-dates-reset",
        ),
        # Then the one that names the member best.
        (
            "settings.join_before_host",
            settings(join_before_host=True),
            with_settings(waiting_room=False),
            "join-before-host-locked",
        ),
        ("password", {"topic": "x"}, SERIES, "passcode-policy"),
        ("schedule_for", {"schedule_for": "ada@example.org"}, SERIES, "host-keeps-meeting"),
        (
            "timezone",
            {"start_time": "2030-03-18T08:00:00Z", "timezone": "UTC"},
            SINGLE,
            "start-decides-over-timezone",
        ),
        ("recurrence.end_times", {**recurrence(end_times=0)}, SERIES, "endless-gets-an-end"),
        # Then the last one.
        ("topic", {"topic": "x"}, SERIES, "locked-or-gated"),
        ("settings.watermark", settings(watermark=True), SERIES, "locked-or-gated"),
        # What the spec does not know was never sure to be read.
        ("settings.newer", settings(newer=True), SERIES, "extra"),
    ],
)
def test_the_likely_reason(
    path: str, change: dict[str, Any], meeting: dict[str, Any], rule: str
) -> None:
    """What holds before what may be; what names the member before what is about many."""
    assert reason(path, change, meeting) == rule


# What a read may show in place of a value (x-case).
FOUND = ("line-ends", "blanks", "markup", "emoji", "minute", "other")


@pytest.mark.parametrize("rule", REASONS, ids=lambda rule: rule.id)
def test_every_reason_explains_something(rule: facts.Rule) -> None:
    """A reason that is never the likeliest explains nothing."""
    changes = [
        {"topic": "x"},
        settings(auto_recording="cloud"),
        recurrence(end_times=0),
        {"recurrence": {"type": 1, "end_times": 3}},
        {"start_time": "2030-03-18T08:00:00Z", "timezone": "UTC"},
    ]
    kinds = (SINGLE, SERIES, of_type(3))
    meetings = [with_settings(kind, auto_recording="cloud") for kind in kinds]
    paths = [path if path != "*" else "topic" for path in rule.explains]

    assert rule.id in {
        likely_reason(path, Situation(change, meeting).case(), found).rule
        for path in paths
        for change in changes
        for meeting in meetings
        for found in (None, *FOUND)
    }


@pytest.mark.parametrize("path", facts.BODIES["updateMeeting"])
def test_every_member_has_a_reason_with_a_source(path: str) -> None:
    """Nothing that Zoom ignores goes without a word about why."""
    problem = likely_reason(path, Situation({"topic": "x"}).case())

    assert (problem.path, problem.severity) == (path, "warning")
    assert all((problem.message, problem.fix, problem.source))
