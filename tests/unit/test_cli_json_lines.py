"""Lines of a pipe, whatever stands in them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom import Change
from rezoom._cli.exit_codes import UsageError
from rezoom._cli.rows import read_tasks
from rezoom.errors import RezoomError

MEMBERS = ("meeting", "body", "occurrence", "host", "repeat", "rrule", "allow", "extra", "other")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["topic", "start_time", "timezone"]), inside, max_size=3)
    ),
    max_leaves=6,
)


def tried(line: bytes) -> list[Any]:
    """Return what each task of a line comes to: the change that would be sent, or the error."""
    found: list[Any] = []
    for task in read_tasks(io.BytesIO(line)):
        try:
            found.append(task.change or task.send(None))  # type: ignore[arg-type]  # a refused line needs no client
        except RezoomError as error:
            found.append(error)
    return found


@given(st.binary(max_size=80).filter(lambda line: b"\n" not in line))
def test_any_line_is_one_task_that_is_sent_or_refused(line: bytes) -> None:
    """No line is passed over but a blank one, and none is a bug."""
    assert len(tried(line)) == bool(line.strip())


@given(st.dictionaries(st.sampled_from(MEMBERS), VALUES))
def test_any_object_is_sent_or_refused(members: dict[str, Any]) -> None:
    """Whatever its members hold."""
    assert len(tried(json.dumps(members).encode())) == 1


@given(st.integers(1, 2**53), st.text(max_size=20), st.text(max_size=8))
def test_what_is_sent_is_what_was_written(meeting: int, topic: str, host: str) -> None:
    """Fields as they stand, options by their names, and none that was not given."""
    line = {"meeting": meeting, "body": {"topic": topic}, "host": host, "allow": None}
    assert tried(json.dumps(line).encode()) == [
        Change(meeting, key="1", host=host, body={"topic": topic})
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"meeting": 1, "meeting": 2, "body": {}}', "'meeting' stands twice"),
        ('{"meeting": 1, "body": {"topic": "a", "topic": "b"}}', "'topic' stands twice"),
        ('{"meeting": 1, "allow": [1]}', "allow must be"),
        ('{"meeting": 1, "occurrence": [1]}', "occurrence must be a whole number or text"),
        ('{"meeting": 1, "repeat": "daily, 2 times", "body": {"start_time": 9}}', "start_time"),
    ],
)
def test_what_is_wrong_is_named(line: str, said: str) -> None:
    """The member, not its value."""
    (error,) = tried(line.encode())

    assert isinstance(error, UsageError)
    assert said in str(error)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{}", "body.start_time is missing"),
        ('{"start_time": "9"}', "body.timezone is missing"),
        ('{"start_time": "nine", "timezone": "UTC"}', "body.start_time nine: not a time"),
    ],
)
def test_an_error_speaks_in_the_words_of_lines(body: str, said: str) -> None:
    """It has members and no options."""
    (error,) = tried(f'{{"meeting": 1, "repeat": "daily, 2 times", "body": {body}}}'.encode())

    assert said in str(error)
    assert "--" not in str(error)
