"""Texts of strangers with characters that steer or hide, looked for in all that people read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from callers import Caller
from rezoom import Bearer, Plan, RezoomError
from rezoom._change.plan_data import FieldChange
from rezoom._cli.console import as_text
from rezoom._http.responses import Reply, read
from rezoom._visible import visible
from rezoom.errors import ConfigError, InvalidChange, PlanStale, Problem
from wire import Wire, answer

NOW = datetime(2027, 1, 4, tzinfo=UTC)
# How each reads in the end.
STEERING = {
    "\x1b": r"\x1b",
    "\x00": r"\x00",
    "\x07": r"\x07",
    "\x08": r"\x08",
    "\r": r"\r",
    "\n": r"\n",
    "\t": r"\t",
    "\x7f": r"\x7f",
    "\x9b": r"\x9b",
    "\x85": r"\x85",
    "\u2028": r"\u2028",
    "\u2029": r"\u2029",
    "\u00ad": r"\xad",
    "\u200b": r"\u200b",
    "\u200d": r"\u200d",
    "\u200e": r"\u200e",
    "\u200f": r"\u200f",
    "\u202a": r"\u202a",
    "\u202e": r"\u202e",
    "\u2060": r"\u2060",
    "\u2066": r"\u2066",
    "\u2069": r"\u2069",
    "\u3164": r"\u3164",
    "\ufeff": r"\ufeff",
    "\U000e0041": r"\U000e0041",
}
EVIL = "a" + "".join(STEERING) + "b"
ORDINARY = "Łódź – „Zażółć“ 日本語 ½ €\u00a0100 😀 ❤️ עברית \\n"


def assert_plain(text: str) -> None:
    """Look for every character that steers; a line break of ours may be there."""
    assert [char for char in STEERING if char in text and char != "\n"] == []


@pytest.mark.parametrize("char", STEERING, ids=lambda char: f"U+{ord(char):04X}")
def test_what_steers_becomes_an_escape(char: str) -> None:
    """One that can be read, whoever wrote it."""
    assert visible(f"a{char}b") == f"a{STEERING[char]}b"
    assert as_text(f"a{char}b").plain == f"a{STEERING[char]}b"


def test_half_a_surrogate_pair_becomes_an_escape() -> None:
    """No stream can be sent it."""
    assert visible("a\ud800b") == "a\\ud800b"


def test_ordinary_text_stays_as_it_is() -> None:
    """In every script, and the second time, too."""
    assert visible(ORDINARY) == ORDINARY
    assert visible(visible(EVIL)) == visible(EVIL)


def problem(text: str) -> Problem:
    """Make a problem of such texts."""
    return Problem(text, "error", "rule", text, text, "source")


def refused(text: str) -> RezoomError:
    """Read an answer with the text in all its parts."""
    said = {"code": 300, "message": text, "errors": [{"field": text, "message": text}]}
    headers = {"x-zm-trackingid": text}
    reply = Reply(400, headers, json.dumps(said).encode(), NOW)
    return read(reply, secrets=frozenset(), repeatable=False).error


def page(text: str) -> RezoomError:
    """Read an answer that is no JSON."""
    reply = Reply(502, {}, f"<p>{text}</p>".encode(), NOW)
    return read(reply, secrets=frozenset(), repeatable=False).error


ERRORS: dict[str, Callable[[str], RezoomError]] = {
    "message": lambda text: ConfigError(text, field="x", next_step=text),
    "answer": refused,
    "page": page,
    "problem": lambda text: InvalidChange([problem(text)]),
    "stale": lambda text: PlanStale([FieldChange(text, text, {text: [text]})]),
}


@pytest.mark.parametrize("name", ERRORS)
def test_no_error_can_be_steered(name: str) -> None:
    """Not its text, and no line more is in it than in one of harmless text."""
    evil, harmless = str(ERRORS[name](EVIL)), str(ERRORS[name]("ab"))

    assert_plain(evil)
    assert len(evil.splitlines()) == len(harmless.splitlines())


def test_an_attribute_keeps_what_was_said() -> None:
    """A program compares, and shows nothing to anybody."""
    assert ConfigError(EVIL).message == EVIL


def plans(plan: Callable[..., Plan[Any]]) -> Iterator[Plan[Any]]:
    """Make plans with a text wherever a plan can hold one."""
    yield plan(1, topic="new")
    yield plan(1, topic=f"x{EVIL.encode('utf-8', 'ignore').decode()}")
    yield plan(1, extra={EVIL: EVIL, "odd": {EVIL: [EVIL]}})


def test_no_plan_can_be_steered(wire: Wire, call: Callable[..., Caller]) -> None:
    """The topic is the host's, and so is each value that was read; a file is whoever's."""
    caller = call(Bearer("t0ken"))
    for meeting in range(3):
        wire.says(answer(200, {"id": meeting, "topic": EVIL, "agenda": EVIL}))

    for plan in plans(caller.plan):
        for one in (plan, Plan.from_json(plan.to_json())):
            lines = str(one).split("\n")
            assert_plain(str(one))
            assert_plain(repr(one) + "".join(map(str, one.changes)))
            # The lines begin as ours do, and so does what goes on in a next one.
            ours = ("Plan for meeting 1", "  ", "It spends 1", "…")
            assert [line for line in lines if not line.startswith(ours)] == []


def test_no_log_line_can_be_steered(
    wire: Wire, call: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    """A tracking id is what a server says that it is."""
    caplog.set_level(logging.DEBUG, logger="rezoom")
    wire.says(answer(204, x_zm_trackingid="a\x9b2J\u202e\x85b"))

    receipt = call(Bearer("t0ken")).update(1, topic="x")

    assert_plain(caplog.text + str(receipt))
    assert_plain("".join(str(getattr(one, "tracking_id", "")) for one in caplog.records))
