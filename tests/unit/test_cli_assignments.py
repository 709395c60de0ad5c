"""`--set path=value`: what the words mean, by the spec's own description of the field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from limits import most
from rezoom._cli.exit_codes import UsageError
from rezoom._cli.flags import FieldOptions
from rezoom._cli.input import Fields, read_fields
from rezoom._wire import facts

pytestmark = pytest.mark.smoke


def change(*sets: str, body: str | None = None, extras: tuple[str, ...] = ()) -> Fields:
    """Read a change from `--set` options."""
    return read_fields(FieldOptions(body=body, sets=list(sets), extra=list(extras)))


def written(value: Any) -> str:
    """Write a value the way a person would behind the equals sign."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def found(body: Any, path: str) -> Any:
    """Look up a path such as `a.b[0].c`."""
    for step in path.replace("[", ".[").split("."):
        body = body[int(step[1:-1])] if step.startswith("[") else body[step]
    return body


@pytest.mark.parametrize("path", sorted(facts.BODIES["updateMeeting"]))
def test_every_field_of_the_spec_can_be_set(path: str) -> None:
    """Each property path takes its own example and holds exactly that value."""
    address = path.replace("[]", "[0]")

    for example in facts.BODIES["updateMeeting"][path].examples:
        read = change(f"{address}={written(example)}")

        value = found(read.body, address)
        joined = facts.BODIES["updateMeeting"][path].separator
        assert not read.problems
        assert (joined.join(value) if joined else value) == example


@pytest.mark.parametrize("word", ["true", "yes", "on", "ON", " True "])
def test_words_for_true(word: str) -> None:
    """Every usual word switches on."""
    assert change(f"settings.waiting_room={word}").body == {"settings": {"waiting_room": True}}


@pytest.mark.parametrize("word", ["false", "no", "off", "Off"])
def test_words_for_false(word: str) -> None:
    """Every usual word switches off."""
    assert change(f"settings.waiting_room={word}").body == {"settings": {"waiting_room": False}}


@pytest.mark.parametrize("word", ["", "maybe", "1", "null"])
def test_a_boolean_is_never_guessed(word: str) -> None:
    """Anything else is a problem of that field, with the words that are understood."""
    (problem,) = change(f"settings.waiting_room={word}").problems

    assert problem.path == "settings.waiting_room"
    assert problem.fix == "write true or false"


@pytest.mark.parametrize("word", ["", "abc", "1.5", "1e3", "٣", "0x10", "9" * 5000])
def test_a_number_is_digits(word: str) -> None:
    """Fractions, exponents, and other alphabets are problems, and say which range is meant."""
    (problem,) = change(f"duration={word}").problems

    assert "not a whole number" in problem.message
    assert problem.fix == f"write a number from 1 to {most('duration')}"


@pytest.mark.parametrize("list_", ["a@x.org;b@x.org", "a@x.org, b@x.org", '["a@x.org","b@x.org"]'])
def test_either_sign_separates_a_list_that_zoom_reads_as_text(list_: str) -> None:
    """Zoom wants semicolons here and commas there; the caller need not know where."""
    body = change(f"settings.alternative_hosts={list_}").body

    assert body == {"settings": {"alternative_hosts": ["a@x.org", "b@x.org"]}}


def test_an_empty_text_empties_the_field() -> None:
    """An empty value is a value."""
    read = change("agenda=", "settings.alternative_hosts=", "settings.global_dial_in_countries=")

    assert read.body["agenda"] == ""
    assert read.body["settings"] == {"alternative_hosts": "", "global_dial_in_countries": []}


def test_text_keeps_what_looks_like_something_else() -> None:
    """A topic may look like JSON, a number, a path, or an assignment."""
    for topic in ('{"a": 1}', "42", "true", "a=b=c", " spaced ", "null"):
        assert change(f"topic={topic}").body == {"topic": topic}


def test_items_of_lists_are_set_one_by_one() -> None:
    """An index makes the item it names."""
    rooms = "settings.breakout_room.rooms"

    read = change(
        f"{rooms}[0].name=North", f"{rooms}[1].name=South", f"{rooms}[0].participants=a@x"
    )

    assert read.body == {
        "settings": {
            "breakout_room": {
                "rooms": [{"name": "North", "participants": ["a@x"]}, {"name": "South"}]
            }
        }
    }


def test_members_are_laid_over_a_whole_object() -> None:
    """What comes first is the ground for what follows."""
    read = change('settings={"waiting_room": true}', "settings.host_video=on")

    assert read.body == {"settings": {"waiting_room": True, "host_video": True}}


def test_an_unknown_path_is_left_for_the_judge() -> None:
    """Its nearest name is found where all bodies are judged, together with every other problem."""
    assert change("topc=x", "settings.waitingroom=on").body == {
        "topc": "x",
        "settings": {"waitingroom": "on"},
    }


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["topic=a", "topic=b"], "topic is given twice"),
        (["settings.host_video=on", "settings={}"], "settings comes after settings.host_video"),
        (["settings.breakout_room.rooms[1].name=x"], "item 1 of a list that has 0"),
        (["topic=a", "topic.b=c"], "leads into a value that is not an object"),
        (["settings.breakout_room.rooms[].name=x"], "is not the path of a field"),
        (["settings..host_video=on"], "is not the path of a field"),
        (["Blue-42"], "--set has no value"),
        (["password"], "--set has no value for password"),
        (["=Blue-42"], "--set has no field"),
    ],
)
def test_a_path_that_cannot_be_followed_stops_the_command(sets: list[str], words: str) -> None:
    """The message names the path; what may be a passcode is not repeated."""
    with pytest.raises(UsageError) as stopped:
        change(*sets)

    assert words in str(stopped.value)
    assert "Blue-42" not in str(stopped.value)


@pytest.mark.parametrize(
    "value", ['{"password": "Blue-42"', '["Blue-42"]', "Blue-42", "[" * 99_999]
)
def test_half_an_object_is_not_quoted(value: str) -> None:
    """JSON that does not parse may hold a passcode, and an example says what is meant."""
    (problem,) = change(f"settings={value}").problems

    assert problem.message == "the value is not an object in JSON"
    assert '{"waiting_room": true' in problem.fix


def test_what_the_spec_does_not_know_is_json_or_text() -> None:
    """`--extra` cannot convert by the spec, so JSON counts, and anything else is text."""
    read = change(extras=("settings.brand_new=true", "label=blue", "duration=45", "list=[1]"))

    assert read.body == {}
    assert read.extra == {
        "settings": {"brand_new": True},
        "label": "blue",
        "duration": 45,
        "list": [1],
    }
