"""Small things that a person meets at the terminal: pipes, narrow screens, codes, words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from callers import Caller
from rezoom import FieldChange, ServerError
from rezoom._catalog import find_error
from rezoom._change.plan_data import Dates
from rezoom._change.text import date_lines
from rezoom.simulator import Simulator
from wire import Wire, answer

COMMAND = [sys.executable, "-m", "rezoom.cli"]


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


def environment(**more: str) -> dict[str, str]:
    """Return this environment with all that we import."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZOOM_")}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path)} | more


@pytest.mark.parametrize(
    "words",
    [
        ["explain", "429"],
        ["explain"],
        ["explain", "300", "--json"],
        ["--help"],
        ["plan", "--help"],
        [
            "preview",
            "--repeat",
            "daily, 50 times",
            "--start",
            "2035-01-01T09:00",
            "--timezone",
            "Asia/Tokyo",
        ],
    ],
)
def test_a_reader_who_has_read_enough_is_no_error(words: list[str]) -> None:
    """`rezoom explain 429 | head -1`: nothing was sent, so nothing is to be said."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [*COMMAND, *words],
            env=environment(),
            stdout=write,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(write)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_meeting_is_shown_on_sixty_columns_whole(sim: Simulator) -> None:
    """Long words are folded, and no name of a setting is cut off."""
    number = sim.add_series(
        topic="A topic that is " + "long " * 20,
        agenda="word " * 40,
        settings={"continuous_meeting_chat": {"auto_add_invited_external_users": True}},
    )

    shown = subprocess.run(
        [*COMMAND, "show", str(number)],
        env=environment(COLUMNS="60", **sim.env()),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout

    assert max(map(len, shown.splitlines())) <= 60
    assert "…" not in shown
    assert "Dates, in Europe/Berlin" in shown


@pytest.mark.parametrize(
    ("path", "before", "after", "said"),
    [
        ("recurrence.weekly_days", "2", "1,7", "Mon → Sun, Sat"),
        ("recurrence.monthly_week_day", 6, 3, "Fri → Tue"),
        ("recurrence", {"type": 2, "weekly_days": "4"}, None, "weekly_days Wed"),
        ("recurrence.weekly_days", "9", None, "“9”"),
    ],
)
def test_weekdays_are_named(path: str, before: Any, after: Any, said: str) -> None:
    """Zoom counts from Sunday, and hardly anybody knows."""
    assert said in str(FieldChange(path, before, after))


def test_a_plan_of_many_edited_dates_is_short() -> None:
    """A list of dates is cut off, whatever they are."""
    starts = tuple(datetime(2035, 1, 1, 9, tzinfo=UTC) + timedelta(days=day) for day in range(110))

    lines = list(date_lines(Dates(starts, starts, ZoneInfo("Asia/Tokyo"), starts, starts)))

    assert len(lines) < 25
    assert any("and 102 more, the last" in line for line in lines)


@pytest.mark.parametrize(
    ("status", "code", "message", "rule"),
    [
        (404, 1001, "Meeting does not exist: 123456789.", "meeting-not-found-old-code"),
        (404, 1001, "User does not exist: x@example.org.", "user-not-found"),
        (404, 2300, "This API endpoint is not recognized.", "endpoint-unknown"),
        (400, 124, "Invalid access token.", "token-rejected"),
    ],
)
def test_a_code_is_read_with_its_words(status: int, code: int, message: str, rule: str) -> None:
    """One code has been seen for two things."""
    row = find_error(status, code, message)

    assert row is not None
    assert row.id == rule


@pytest.mark.parametrize("word", ["200", "520", "2300"])
def test_what_people_ask_about_is_explained(word: str) -> None:
    """A status that no page describes says at least that."""
    done = subprocess.run(
        [*COMMAND, "explain", word],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, "means" in done.stdout) == (0, True)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_that_fails_does_not_speak_of_an_update(
    wire: Wire, call: Callable[..., Caller], status: int
) -> None:
    """Nothing was to be changed, so nothing may have been."""
    wire.says(*[answer(status)] * 3)

    with pytest.raises(ServerError) as caught:
        call(retries=0).get(85746065)

    assert "may or may not" not in str(caught.value)
    assert "the update again" not in str(caught.value)


def test_a_rejected_token_of_ones_own_keeps_the_status_it_came_with(
    wire: Wire, call: Callable[..., Caller]
) -> None:
    """A 400 is told as a 400."""
    wire.says(*[answer(400, {"code": 124, "message": "Invalid access token."})] * 3)

    with pytest.raises(Exception, match="HTTP 400, code 124") as caught:
        call().update(85746065, topic="New")

    assert "401" not in str(caught.value)
