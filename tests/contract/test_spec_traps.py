"""Zoom's own document has mistakes that must not be copied: what is compiled here has none.

That a spec which has one is refused is tested in `test_spec_refusals.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from compiler.document import walk
from rezoom_contract import MeetingUpdate as Contract
from rezoom_wire import facts
from rezoom_wire.models import Meeting, MeetingSettings, MeetingUpdate

WIRE = files("rezoom_wire")
BUNDLE: dict[str, Any] = json.loads(WIRE.joinpath("openapi.json").read_bytes())
BODY: dict[str, Any] = json.loads(
    WIRE.joinpath("schemas", "updateMeeting", "body.json").read_bytes()
)
VALID = jsonschema_rs.Draft202012Validator(BODY)


def schemas(node: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield every mapping of a document that can be a schema, with its path."""
    for path, found in walk(node):
        if isinstance(found, dict) and path[-1:] != ("properties",) and "examples" not in path:
            yield path, found


def test_empty_update_sends_nothing() -> None:
    """A model without values serialises to `{}`: no default resets the live meeting."""
    assert MeetingUpdate().to_dict() == {}
    assert MeetingUpdate(settings=MeetingSettings()).to_dict() == {"settings": {}}
    assert Contract().model_dump() == {}


def test_no_schema_has_a_default() -> None:
    """Zoom prints the defaults of *create*; here there is none to be sent."""
    assert [path for path, schema in schemas(BUNDLE) if "default" in schema] == []


def test_no_time_is_a_date_time() -> None:
    """`format: date-time` forbids the wall clock that Zoom documents."""
    assert [p for p, schema in schemas(BUNDLE) if schema.get("format") == "date-time"] == []
    assert VALID.is_valid({"start_time": "2030-03-04T09:00:00", "timezone": "Europe/Berlin"})
    assert not VALID.is_valid({"start_time": "2030-03-04T09:00:00+01:00"})


@pytest.mark.parametrize("days", ["1", "2,4", "1,2,3,4,5,6,7"])
def test_weekly_days_may_be_several(days: str) -> None:
    """The published enum knows single days only; both of our readings take a list."""
    body = {"recurrence": {"type": 2, "weekly_days": days}}
    assert VALID.is_valid(body)
    Contract.model_validate(body)


def test_array_limits_count_items() -> None:
    """`maximum` on an array limits nothing: the interpreters are limited by `maxItems`."""
    arrays = [schema for _, schema in schemas(BUNDLE) if schema.get("type") == "array"]
    assert arrays
    assert [schema for schema in arrays if {"minimum", "maximum"} & set(schema)] == []
    field = facts.BODIES["updateMeeting"]["settings.sign_language_interpretation.interpreters"]
    assert (field.kind, field.max_items) == ("array", 20)


def test_text_limits_count_characters() -> None:
    """`minimum: 8` on a text limits nothing, and a length on an integer neither."""
    for path, schema in schemas(BUNDLE):
        if schema.get("type") == "string":
            assert not {"minimum", "maximum"} & set(schema), path
        if schema.get("type") in ("integer", "boolean"):
            assert not {"minLength", "maxLength", "pattern"} & set(schema), path


@pytest.mark.parametrize(("low", "high"), [("minimum", "maximum"), ("min_length", "max_length")])
def test_limits_leave_something_between(low: str, high: str) -> None:
    """No field has a lower limit above its upper one."""
    for field in facts.BODIES["updateMeeting"].values():
        bottom, top = getattr(field, low), getattr(field, high)
        assert bottom is None or top is None or bottom <= top, field.path


def test_limits_that_zoom_gives_in_prose_are_limits_here() -> None:
    """Zoom's text says 1 to 31, at least 0, certain characters; its schema says nothing."""
    day, count = (
        facts.BODIES["updateMeeting"]["recurrence.monthly_day"],
        facts.BODIES["updateMeeting"]["recurrence.end_times"],
    )
    assert (day.minimum, day.maximum) == (1, 31)
    assert (count.minimum, count.maximum) == (0, 60)
    assert facts.BODIES["updateMeeting"]["recurrence.repeat_interval"].minimum == 1
    assert facts.BODIES["updateMeeting"]["password"].pattern
    bounds = {rule: facts.RULES[rule].bounds for rule in facts.RULES if "interval-limit" in rule}
    tops = {rule: limit["repeat_interval"]["maximum"] for rule, limit in bounds.items()}
    assert tops == {
        "daily-interval-limit": 99,
        "weekly-interval-limit": 50,
        "monthly-interval-limit": 10,
    }


def test_older_number_of_occurrences_is_advice() -> None:
    """60 is the newest text and an error bound; 50 is an older one and warns."""
    assert VALID.is_valid({"recurrence": {"type": 1, "end_times": 60}})
    assert not VALID.is_valid({"recurrence": {"type": 1, "end_times": 61}})
    assert facts.RULES["over-count"].severity == "warning"


def test_request_objects_are_closed() -> None:
    """Every object of the body refuses unknown members, however deep."""
    rules = {"allOf", "if", "then", "not", "anyOf"}
    shapes = [(p, s) for p, s in schemas(BODY) if "properties" in s and not rules & set(p)]
    assert len(shapes) > 15
    assert [p for p, schema in shapes if schema.get("additionalProperties") is not False] == []


def test_answers_are_open() -> None:
    """An odd answer is read, and what is unknown in it is kept."""
    odd = {"type": 99, "duration": "soon", "new": [1], "settings": {"audio": "carrier pigeon"}}
    assert Meeting.from_dict(odd).to_dict() == odd


def test_errors_have_a_shape() -> None:
    """Zoom gives no schema for its errors; ours has code, message, and the fields at fault."""
    error = BUNDLE["components"]["schemas"]["ZoomError"]["properties"]
    assert {"code", "message", "errors"} <= set(error)
    assert not {"required", "enum"} & set(BUNDLE["components"]["schemas"]["ZoomError"])


def test_what_does_not_come_back_as_it_was_sent_is_known() -> None:
    """A comparison that knew none of these would cry wolf, or see nothing."""
    kinds = {path: row.kind for path, row in facts.READ_BACKS["updateMeeting"].items()}
    assert kinds["start_time"] == kinds["recurrence.end_date_time"] == "instant"
    assert kinds["recurrence.end_times"] == "expanded"
    assert facts.READ_BACKS["updateMeeting"]["schedule_for"].look == ("host_id", "host_email")
    assert {"start_url", "status"} <= set(facts.OPERATIONS["getMeeting"].volatile)


def test_every_list_says_how_it_comes_back() -> None:
    """Order, and what Zoom adds to an item: without a row it would be compared to the letter."""
    lists = {
        path
        for path, field in facts.BODIES["updateMeeting"].items()
        if field.kind.startswith("array")
    }
    assert lists - facts.READ_BACKS["updateMeeting"].keys() == set()


def test_every_time_comes_back_as_an_instant() -> None:
    """Whatever form it was sent in."""
    times = {path for path, field in facts.BODIES["updateMeeting"].items() if field.time}
    assert {facts.READ_BACKS["updateMeeting"][path].kind for path in times} == {"instant"}


def test_no_secret_is_told_in_a_rule() -> None:
    """Sentences quote members, never their values."""
    assert [
        rule.id for rule in facts.RULES.values() if "pwd=" in f"{rule.sentence}{rule.fix}"
    ] == []


def test_every_rule_names_its_source_and_date() -> None:
    """Provenance, and a link to follow."""
    for rule in facts.RULES.values():
        assert facts.SOURCES[rule.source].url.startswith("http"), rule.id
        assert rule.date[:4].isdigit(), rule.id


def test_rules_without_evidence_say_so() -> None:
    """What only follows from another fact must not read like an observation."""
    for rule in ("edited-dates-reset", "deleted-dates-return"):
        assert "No direct evidence was found" in facts.RULES[rule].sentence
    for rule in ("utc-cutoff", "utc-extra"):
        assert "no report of it was found" in facts.RULES[rule].sentence


def test_the_page_of_rules_has_every_rule_once() -> None:
    """The same rows as the facts."""
    page = WIRE.joinpath("RULES.md").read_text("utf-8")
    listed = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(facts.RULES)
