"""What a difference between two builds means for callers: kind, and whether it breaks them."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
from rezoom._builds import BuildChange, changelog, compare_builds, version_step

BUNDLE: dict[str, Any] = json.loads(files("rezoom_wire").joinpath("openapi.json").read_bytes())
BODY = "components.schemas.MeetingUpdate"
FIELDS = f"{BODY}.properties"
SETTINGS = "components.schemas.MeetingSettings.properties"
RECURRENCE = "components.schemas.MeetingRecurrence.properties"
ANSWER = "components.schemas.Meeting.properties"
GONE = object()
FLAG = {"type": "boolean", "description": "A flag.", "examples": [True]}
RULE = {
    "x-rule": {"id": "no-topic", "field": "topic", "sentence": "No topic.", "fix": "Leave it out."},
    "not": {"required": ["topic"]},
}
QUOTA = BUNDLE["x-quotas"][0]

# Where, what is there then, and the change that it is: what, kind, name, breaking.
CASES: dict[str, tuple[str, Any, tuple[str, str, str, bool]]] = {
    "keyword gone": (f"{FIELDS}.agenda", GONE, ("keyword", "gone", "agenda", True)),
    "keyword new": (f"{FIELDS}.flag", FLAG, ("keyword", "new", "flag", False)),
    "nested keyword gone": (
        f"{SETTINGS}.watermark",
        GONE,
        ("keyword", "gone", "settings.watermark", True),
    ),
    "type": (f"{FIELDS}.duration.type", "string", ("keyword", "changed", "duration", True)),
    "limit lowered": (f"{FIELDS}.topic.maxLength", 100, ("keyword", "narrower", "topic", True)),
    "limit raised": (f"{FIELDS}.topic.maxLength", 300, ("keyword", "wider", "topic", False)),
    "limit new": (f"{FIELDS}.timezone.maxLength", 300, ("keyword", "narrower", "timezone", True)),
    "limit gone": (f"{FIELDS}.topic.maxLength", GONE, ("keyword", "wider", "topic", False)),
    "lower limit raised": (
        f"{FIELDS}.duration.minimum",
        5,
        ("keyword", "narrower", "duration", True),
    ),
    "lower limit lowered": (
        f"{FIELDS}.duration.minimum",
        0,
        ("keyword", "wider", "duration", False),
    ),
    "enum smaller": (f"{FIELDS}.type.enum", [2, 3, 8], ("keyword", "narrower", "type", True)),
    "enum larger": (
        f"{FIELDS}.type.enum",
        [1, 2, 3, 4, 8, 10],
        ("keyword", "wider", "type", False),
    ),
    "enum gone": (f"{FIELDS}.type.enum", GONE, ("keyword", "wider", "type", False)),
    "pattern new": (f"{FIELDS}.topic.pattern", "^a$", ("keyword", "narrower", "topic", True)),
    "pattern gone": (
        f"{FIELDS}.start_time.pattern",
        GONE,
        ("keyword", "wider", "start_time", False),
    ),
    "list no longer taken": (
        f"{SETTINGS}.alternative_hosts.x-separator",
        GONE,
        ("keyword", "narrower", "settings.alternative_hosts", True),
    ),
    "needed now": (f"{BODY}.required", ["topic"], ("keyword", "narrower", "topic", True)),
    "deprecated": (f"{FIELDS}.agenda.deprecated", True, ("keyword", "changed", "agenda", False)),
    "answer gone": (f"{ANSWER}.host_email", GONE, ("answer", "gone", "host_email", True)),
    "answer new": (f"{ANSWER}.flag", FLAG, ("answer", "new", "flag", False)),
    "rule new": (f"{BODY}.allOf.+", RULE, ("rule", "new", "no-topic", True)),
    "warning new": (f"{BODY}.x-advice.+", RULE, ("rule", "new", "no-topic", False)),
    "rule gone": (f"{BODY}.allOf.0", GONE, ("rule", "gone", "recurrence-only-type-8", False)),
    "rule of other cases": (
        f"{BODY}.allOf.0.not.properties.type.enum",
        [1, 2],
        ("rule", "changed", "recurrence-only-type-8", True),
    ),
    "rule reworded": (
        f"{BODY}.allOf.0.x-rule.sentence",
        "Said otherwise.",
        ("rule", "changed", "recurrence-only-type-8", False),
    ),
    "warning becomes an error": (
        "x-situations.0.severity",
        "error",
        ("rule", "narrower", BUNDLE["x-situations"][0]["id"], True),
    ),
    "error of another kind": (
        "x-errors.0.kind",
        "server",
        ("error", "changed", BUNDLE["x-errors"][0]["id"], True),
    ),
    "error explained otherwise": (
        "x-errors.0.meaning",
        "Said otherwise.",
        ("error", "changed", BUNDLE["x-errors"][0]["id"], False),
    ),
    "429 sent again": (
        "x-throttles.0.retry",
        not BUNDLE["x-throttles"][0]["retry"],
        ("429", "changed", BUNDLE["x-throttles"][0]["id"], True),
    ),
    "scope gone": (
        "paths./meetings/{meetingId}.patch.security.0",
        GONE,
        ("scope", "gone", "meeting:update:meeting", True),
    ),
    "quota lowered": (
        "x-quotas.0.limit",
        QUOTA["limit"] - 1,
        ("quota", "narrower", QUOTA["id"], True),
    ),
    "quota raised": (
        "x-quotas.0.limit",
        QUOTA["limit"] + 1,
        ("quota", "wider", QUOTA["id"], False),
    ),
    "operation gone": (
        "paths./meetings/{meetingId}.get",
        GONE,
        ("operation", "gone", "getMeeting", True),
    ),
}


def changed(where: str, value: object) -> dict[str, Any]:
    """Give the present build with another value at one place of it."""
    document = deepcopy(BUNDLE)
    *path, last = where.split(".")
    node: Any = document
    for step in path:
        node = node[int(step) if isinstance(node, list) else step]
    if last == "+":
        node.append(value)
    elif value is GONE:
        del node[int(last) if isinstance(node, list) else last]
    else:
        node[last] = value
    return document


def shape(change: BuildChange) -> tuple[str, str, str, bool]:
    """Reduce a change to what callers are told first."""
    return change.what, change.kind, change.name, change.breaking


@pytest.mark.parametrize("case", CASES)
def test_each_difference_is_told_for_what_it_is(case: str) -> None:
    """Gone, new, narrower or wider; breaking or not for callers."""
    where, value, expected = CASES[case]

    changes = compare_builds(BUNDLE, changed(where, value))

    assert expected in map(shape, changes)
    if case != "operation gone":
        assert [shape(change) for change in changes] == [expected]


@pytest.mark.parametrize("where", [f"{FIELDS}.agenda.description", f"{FIELDS}.agenda.examples"])
def test_other_words_are_no_change(where: str) -> None:
    """Nor is another example."""
    assert compare_builds(BUNDLE, changed(where, ["other"])) == []
    assert compare_builds(BUNDLE, BUNDLE) == []


def test_a_new_object_that_needs_a_member_breaks_nobody() -> None:
    """Who never sent it cannot have left its member out."""
    part = {"type": "object", "required": ["mode"], "properties": {"mode": FLAG}}

    changes = compare_builds(BUNDLE, changed(f"{SETTINGS}.lobby", part))

    assert [(change.name, change.breaking) for change in changes] == [
        ("settings.lobby", False),
        ("settings.lobby.mode", False),
    ]


@pytest.mark.parametrize(
    ("where", "value", "step"),
    [
        (f"{FIELDS}.agenda", GONE, "major"),
        (f"{FIELDS}.flag", FLAG, "minor"),
        (f"{BODY}.allOf.0.x-rule.sentence", "Said otherwise.", "patch"),
        (f"{FIELDS}.agenda.description", "Said otherwise.", "none"),
    ],
)
def test_the_step_of_the_version_follows(where: str, value: object, step: str) -> None:
    """What breaks callers is a major step, what they gain a minor one."""
    assert version_step(compare_builds(BUNDLE, changed(where, value))) == step


def test_the_paragraph_tells_first_what_breaks() -> None:
    """Each change by its name, and with what it was and is."""
    changes = [
        *compare_builds(BUNDLE, changed(f"{FIELDS}.flag", FLAG)),
        *compare_builds(BUNDLE, changed(f"{FIELDS}.topic.maxLength", 100)),
    ]

    limit = BUNDLE["components"]["schemas"]["MeetingUpdate"]["properties"]["topic"]["maxLength"]
    narrower = f"keyword `topic` of updateMeeting is narrower: maxLength {limit} → 100"
    assert changelog(changes).splitlines() == [
        f"- **Breaking for callers**: {narrower}.",
        "- The wire: keyword `flag` of updateMeeting is new.",
    ]
