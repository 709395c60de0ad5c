"""A meeting in words, and odd answers that must not stop it."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._cli.commands.show import print_meeting, series_words
from rezoom._cli.console import Console
from rezoom._cli.views import printed_number

BERLIN = ZoneInfo("Europe/Berlin")
SERIES = {
    "id": 85746065012,
    "topic": "Stand-up",
    "type": 8,
    "start_time": "2027-03-22T08:00:00Z",
    "duration": 45,
    "timezone": "Europe/Berlin",
    "join_url": "https://zoom.example/j/85746065012?pwd=Blue-42",
    "password": "Blue-42",
    "recurrence": {"type": 2, "repeat_interval": 2, "weekly_days": "2,4", "end_times": 12},
    "occurrences": [
        {"occurrence_id": "1", "start_time": "2027-03-22T08:00:00Z", "duration": 45},
        {"occurrence_id": "2", "start_time": "2027-04-05T07:00:00Z", "status": "deleted"},
    ],
    "settings": {"waiting_room": True, "host_video": False, "audio": "both"},
}


def view(meeting: dict[str, Any], *, reveal: bool = False) -> str:
    """Print a meeting into a string."""
    out = io.StringIO()
    print_meeting(Console(file=out, width=200, highlight=False), meeting, reveal=reveal)
    return out.getvalue()


def test_a_series_is_shown_on_its_own_clock() -> None:
    """Nine o'clock in Berlin stays nine o'clock when the clocks change; UTC stands beside it."""
    text = view(SERIES)

    assert "857 4606 5012" in text
    assert "Mon 22 Mar 2027, 09:00–09:45 (45 min) Europe/Berlin, 08:00 UTC" in text
    assert "Mon 5 Apr 2027, 09:00" in text
    assert "every 2 weeks on Monday and Wednesday, 12 times" in text


def test_settings_that_are_on_are_shown() -> None:
    """What is off fills a page and tells nothing."""
    text = view(SERIES)

    assert "waiting_room" in text
    assert "host_video" not in text


def test_secrets_show_on_request_only() -> None:
    """The link without its passcode is no secret."""
    assert "Blue-42" not in view(SERIES)
    assert "https://zoom.example/j/85746065012 (asks for the passcode)" in view(SERIES)
    assert "join_url, password (--reveal shows them)" in view(SERIES)
    assert "?pwd=Blue-42" in view(SERIES, reveal=True)


def test_a_title_cannot_steer_the_terminal() -> None:
    """Titles come from strangers; escape sequences are shown as a mark."""
    assert "\x1b" not in view({"topic": "\x1b]0;owned\x07", "agenda": "\x9b2J\r"})


@pytest.mark.parametrize(
    ("recurrence", "words"),
    [
        ({"type": 1}, "every day, 1 time"),
        ({"type": 1, "repeat_interval": 3, "end_times": 0}, "every 3 days forever"),
        ({"type": 2, "weekly_days": "1", "end_times": 3}, "every week on Sunday, 3 times"),
        ({"type": 3, "monthly_day": 15, "end_times": 7}, "every month on day 15, 7 times"),
        (
            {"type": 3, "monthly_week": -1, "monthly_week_day": 6, "end_times": 0},
            "every month on the last Friday forever",
        ),
        (
            {"type": 1, "end_date_time": "2027-06-30T21:59:59Z"},
            "every day until 2027-06-30",
        ),
        ({"type": 9}, '{"type": 9}'),
    ],
)
def test_patterns_in_words(recurrence: dict[str, Any], words: str) -> None:
    """In the words that --repeat reads; a pattern from the future is shown as it came."""
    assert series_words(recurrence, BERLIN) == words


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (123456789, "123 456 789"),
        (1234567890, "123 456 7890"),
        (12345678901, "123 4567 8901"),
        (85746065, "85746065"),
        (None, "unknown"),
    ],
)
def test_numbers_are_grouped_as_zoom_prints_them(number: object, printed: str) -> None:
    """So that they can be compared with an invitation."""
    assert printed_number(number) == printed


# A short alphabet: building that of all of Unicode takes seconds on a fresh machine.
WORDS = st.text("a1-:TZ,\x1b\n\ud800", max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 10**20) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*SERIES, "agenda", "status", "host_email", "type", "end_times"])


@given(st.dictionaries(NAMES, json_values | st.dictionaries(NAMES, json_values), max_size=6))
def test_no_answer_is_too_strange_to_be_shown(meeting: dict[str, Any]) -> None:
    """Zoom's answers keep no promise; showing one never fails."""
    assert view(meeting)
