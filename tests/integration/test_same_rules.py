"""What body and clock decide is judged on every path, and every warning is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from callers import Caller
from clocks import FakeClock
from rezoom import InvalidChange, check
from wire import ACCEPTED, Wire, answer

Call = Callable[..., Caller]
NUMBER = 85746065
WEEKLY: dict[str, Any] = {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 4}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an instant that is past": ({"start_time": "2020-01-06T09:00:00Z"}, "past-start"),
    "a wall clock that is past": (
        {"start_time": "2020-01-06T09:00:00", "timezone": "Asia/Tokyo"},
        "past-start",
    ),
    "an aware datetime that is past": (
        {"start_time": datetime(2020, 1, 6, tzinfo=UTC)},
        "past-start",
    ),
    "a series that is past": (
        {
            "type": 8,
            "start_time": "2020-01-06T09:00:00",
            "timezone": "Asia/Tokyo",
            "recurrence": WEEKLY,
        },
        "past-start",
    ),
    "an end before the start": (
        {
            "type": 8,
            "start_time": "2090-01-02T09:00:00",
            "timezone": "Asia/Tokyo",
            "recurrence": {
                "type": 2,
                "repeat_interval": 1,
                "weekly_days": "2",
                "end_date_time": "2089-12-01T00:00:00Z",
            },
        },
        "end-before-start",
    ),
    "an end before an instant": (
        {
            "type": 8,
            "start_time": "2090-01-02T09:00:00Z",
            "recurrence": {
                "type": 1,
                "repeat_interval": 1,
                "end_date_time": "2089-12-01T00:00:00Z",
            },
        },
        "end-before-start",
    ),
}
OFF_PATTERN: dict[str, Any] = {
    "type": 8,
    "start_time": "2090-01-03T09:00:00",  # a Tuesday
    "timezone": "Asia/Tokyo",
    "recurrence": WEEKLY,
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_update_alone_is_judged_by_the_clock(wire: Wire, call: Call, name: str) -> None:
    """Nothing is sent, and nothing is spent."""
    change, rule = REFUSED[name]

    with pytest.raises(InvalidChange) as caught:
        call().update(NUMBER, change)

    assert [problem.rule for problem in caught.value.problems] == [rule]
    assert wire.calls == []


@pytest.mark.parametrize("name", REFUSED)
def test_check_alone_says_the_same(name: str) -> None:
    """Without the meeting, too."""
    change, rule = REFUSED[name]

    errors = [one.rule for one in check(change) if one.severity == "error"]

    assert errors == [rule]


def test_a_past_start_of_one_occurrence_is_refused_too(wire: Wire, call: Call) -> None:
    """An id needs no read, and the start is an instant."""
    with pytest.raises(InvalidChange, match="past"):
        call().update(NUMBER, occurrence="1648194360000", start_time="2020-01-06T09:00:00Z")

    assert wire.calls == []


def test_a_rule_can_still_be_lifted(wire: Wire, call: Call) -> None:
    """Whoever means it says so."""
    wire.says(ACCEPTED)

    assert call().update(NUMBER, start_time="2020-01-06T09:00:00Z", allow=["past-start"]).sent


def test_a_start_off_the_pattern_is_told_and_sent(wire: Wire, call: Call) -> None:
    """A warning, in the receipt."""
    wire.says(ACCEPTED)

    receipt = call().update(NUMBER, OFF_PATTERN)

    assert "first-differs" in [problem.rule for problem in receipt.warnings]


def test_what_only_the_meeting_decides_is_left_to_a_read(wire: Wire, call: Call) -> None:
    """A start to come, and a recurrence without one, are sent."""
    wire.says(ACCEPTED, ACCEPTED)
    caller = call()

    caller.update(NUMBER, start_time="2090-01-02T09:00:00Z")
    caller.update(NUMBER, recurrence=WEEKLY)

    assert [sent.method for sent in wire.calls] == ["PATCH", "PATCH"]


def test_each_warning_is_logged_once_with_rule_and_field(
    wire: Wire, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    """Who never looks at a receipt finds it in the log."""
    wire.says(ACCEPTED)

    with caplog.at_level(logging.WARNING, logger="rezoom"):
        receipt = call().update(NUMBER, OFF_PATTERN)

    logged = [record for record in caplog.records if record.name == "rezoom"]
    assert [(vars(one)["rule"], vars(one)["field"]) for one in logged] == [
        (problem.rule, problem.path) for problem in receipt.warnings
    ]
    assert all(one.levelno == logging.WARNING for one in logged)
    assert all(str(NUMBER) in one.getMessage() for one in logged)


def test_a_verified_update_logs_no_warning_twice(
    wire: Wire, call: Call, caplog: pytest.LogCaptureFixture, clock: FakeClock
) -> None:
    """The read before and the judgement after it add nothing to what was said."""
    there = answer(200, {"id": NUMBER, "type": 2, "host_id": "h", "password": "a", "topic": "x"})
    wire.says(there, ACCEPTED, *[there] * 2)

    with caplog.at_level(logging.WARNING, logger="rezoom"):
        receipt = call().update(NUMBER, password="secret-b", verify=True)

    rules = [vars(record)["rule"] for record in caplog.records if record.name == "rezoom"]
    assert rules == [problem.rule for problem in receipt.warnings]
    assert len(set(rules)) == len(rules) > 0
    assert "secret-b" not in caplog.text
    assert clock.slept
