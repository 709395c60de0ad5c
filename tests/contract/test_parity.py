"""Three readings of one spec: JSON Schema in Rust and in Python, and the pydantic contract.

They must agree on every shape. Rules between fields (`x-rule`) stand in JSON Schema alone, so they
are left out here; what else the readings do not share is named, with its reason, at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rezoom._rules.judge import judge
from rezoom_contract import MeetingUpdate
from rezoom_wire import facts

WIRE = files("rezoom_wire")
BODY: dict[str, Any] = json.loads(
    WIRE.joinpath("schemas", "updateMeeting", "body.json").read_bytes()
)
REQUIRED = {
    "recurrence.type",
    "settings.auto_add_recording_to_video_management.enable",
    "settings.auto_add_recording_to_video_management.channels[].channel_id",
    "settings.waiting_room_options.mode",
}
# Lone surrogates are no Unicode and never reach a reading: the facade refuses them.
TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
ODD = st.sampled_from(
    [None, 1.5, {}, [], "", 0, True, False, {"type": 2}, ["x"], [None], "2", -1, 10**20]
)


def shape(node: Any) -> Any:
    """Leave of a schema what the contract states as well: no rules, no formats."""
    if isinstance(node, list):
        return [shape(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: shape(inner) for name, inner in value.items()}
        if key == "properties"
        else shape(value)
        for key, value in node.items()
        if key not in ("allOf", "x-rule", "format")
    }


RUST = jsonschema_rs.Draft202012Validator(shape(BODY))
PYTHON = jsonschema.Draft202012Validator(shape(BODY))


def contract_accepts(body: object) -> bool:
    """Tell whether the pydantic contract takes a body."""
    try:
        MeetingUpdate.model_validate(body)
    except ValidationError:
        return False
    return True


READINGS: dict[str, Callable[[object], bool]] = {
    "jsonschema_rs": RUST.is_valid,
    "jsonschema": PYTHON.is_valid,
    "contract": contract_accepts,
}


def verdicts(body: object) -> dict[str, bool]:
    """Return the verdict of every reading."""
    return {name: accepts(body) for name, accepts in READINGS.items()}


@cache
def right(path: str) -> st.SearchStrategy[Any]:
    """Draw values that the facts allow for one field."""
    field = facts.BODIES["updateMeeting"][path]
    if field.enum:
        return st.sampled_from(field.enum)
    match field.kind:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(field.minimum, field.maximum)
        case "object":
            return members(path)
        case "array" | "array[string]":
            items = TEXT if field.kind != "array" else members(f"{path}[]")
            most = min(field.max_items or 3, 3)
            return st.lists(items, min_size=field.min_items or 0, max_size=most)
    if field.pattern:
        inside = st.from_regex(field.pattern.strip("^$"), fullmatch=True)
        return inside.filter(lambda text: len(text) <= (field.max_length or len(text)))
    # The limit itself, in characters that take four bytes and two UTF-16 units each.
    return st.one_of(TEXT, st.just("🎈" * (field.max_length or 1)))


@cache
def wrong(path: str) -> st.SearchStrategy[Any]:
    """Draw values near the edge of what the facts allow for one field, on either side of it."""
    field = facts.BODIES["updateMeeting"][path]
    near: list[Any] = []
    for value in field.enum:
        near += [
            str(value),
            str(value).upper(),
            value + 1 if isinstance(value, int) else f"{value} ",
        ]
    if field.minimum is not None:
        near += [field.minimum, field.minimum - 1]
    if field.maximum is not None:
        near += [field.maximum, field.maximum + 1]
    if field.max_length:
        near += ["🎈" * field.max_length, "🎈" * (field.max_length + 1)]
    if field.max_items:
        near += [[{}] * field.max_items, [{}] * (field.max_items + 1)]
    if field.pattern:
        good = field.examples[0]
        near += [f" {good}", f"{good}x", f"x{good}", f"{good}{good}", "１", "é"]
    return st.one_of(ODD, st.sampled_from(near)) if near else ODD


@cache
def members(parent: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw objects with some of the members the facts know under `parent`."""
    known = {
        path.rpartition(".")[2]: right(path)
        for path in facts.BODIES["updateMeeting"]
        if path.rpartition(".")[0] == parent
    }
    needed = {name: known.pop(name) for name in list(known) if f"{parent}.{name}" in REQUIRED}
    return st.fixed_dictionaries(needed, optional=known)


@st.composite
def doubtful(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a right body and put one doubtful thing into it, anywhere."""
    path = draw(st.sampled_from(sorted(facts.BODIES["updateMeeting"])))
    *above, name = path.replace("[]", ".[]").split(".")
    body = draw(members(""))
    node: Any = body
    walked = ""
    for step in above:
        if step == "[]":
            walked += "[]"
            node[:] = node[:1] or [draw(members(walked))]
            node = node[0]
        else:
            walked = f"{walked}.{step}".lstrip(".")
            node = node.setdefault(step, draw(right(walked)))
    match draw(st.sampled_from(["value", "missing", "stranger"])):
        case "value":
            node[name] = draw(wrong(path))
        case "missing":
            node.pop(name, None)
        case _:
            stranger = st.sampled_from([f"{name}_", name.upper(), "", "model_config", "__class__"])
            node[draw(stranger)] = draw(ODD)
    return body


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(members(""))
def test_what_the_facts_allow_is_accepted_by_all(body: dict[str, Any]) -> None:
    """Any body within the limits that the facts print is a right one to every reading."""
    assert verdicts(body) == dict.fromkeys(READINGS, True)


@pytest.mark.smoke
@pytest.mark.parametrize(
    "path", [p for p, f in facts.BODIES["updateMeeting"].items() if f.kind == "integer"]
)
@pytest.mark.parametrize("value", [True, False])
def test_readings_agree_that_a_boolean_is_no_number(path: str, value: bool) -> None:
    """True equals 1 in Python, and so a twin that compares by equality would take it."""
    body: Any = value
    for step in reversed(path.replace("[]", ".[]").split(".")):
        body = [body] if step == "[]" else {step: body}
    if path.startswith("recurrence."):
        body["recurrence"].setdefault("type", 1)

    assert verdicts(body) == dict.fromkeys(READINGS, False)


@pytest.mark.slow
@settings(max_examples=600, deadline=None, derandomize=True)
@given(doubtful())
def test_readings_agree_on_doubtful_bodies(body: dict[str, Any]) -> None:
    """Whatever is put into a right body, all three accept it or all three refuse it."""
    seen = verdicts(body)
    assert set(seen.values()) in ({True}, {False}), seen


@pytest.mark.smoke
@pytest.mark.parametrize("body", [None, [], "topic", 1, True])
def test_readings_agree_that_a_body_is_an_object(body: object) -> None:
    """Nothing but an object is a body."""
    assert verdicts(body) == dict.fromkeys(READINGS, False)


def test_whole_numbers_written_as_fractions_are_known_to_differ() -> None:
    """JSON Schema counts 45.0 as an integer; the contract is strict, and so is the facade."""
    assert verdicts({"duration": 45.0}) == {
        "jsonschema_rs": True,
        "jsonschema": True,
        "contract": False,
    }
    _, problems = judge(None, {"duration": 45.0})
    assert [problem.rule for problem in problems] == ["not-an-integer"]


def test_newline_at_the_end_is_known_to_differ() -> None:
    """Python's `$` matches before a last newline, ECMA's and Rust's do not; we judge with Rust."""
    assert verdicts({"recurrence": {"type": 2, "weekly_days": "2\n"}}) == {
        "jsonschema_rs": False,
        "jsonschema": True,
        "contract": False,
    }


def test_addresses_are_known_to_differ() -> None:
    """The contract does not read `format: email`, which would cost it one more dependency."""
    body = {"settings": {"meeting_invitees": [{"email": "ada"}]}}
    assert contract_accepts(body)
    assert not jsonschema_rs.Draft202012Validator(BODY, validate_formats=True).is_valid(body)
