"""Whether a meeting has the requested value: by meaning, not by letters."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._change.compare import leaves, same
from rezoom._change.diff import is_so
from rezoom._paths import at, drop, filtered, merged, objects, put
from rezoom._wire import is_whole

BERLIN = ZoneInfo("Europe/Berlin")
SAME: list[tuple[str, Any, Any]] = [
    ("start_time", "2027-01-04T09:00:00", "2027-01-04T08:00:00Z"),
    ("start_time", "2027-07-05T09:00:00", "2027-07-05T07:00:00Z"),
    ("start_time", "2027-01-04T08:00:00Z", "2027-01-04T08:00:00Z"),
    ("recurrence.end_date_time", "2027-01-04T08:00:00Z", "2027-01-04T08:00:00.000Z"),
    ("recurrence.end_date_time", "2027-01-04T08:00:00Z", "2027-01-04T08:00:00"),
    ("recurrence.weekly_days", "2,4", "4, 2"),
    ("password", "", None),
    ("agenda", "", None),
    ("tracking_fields", [], None),
    ("settings.alternative_hosts", "a@x.org;B@x.org", "b@x.org; a@x.org;"),
    ("settings.alternative_hosts", "", ""),
    ("settings.global_dial_in_countries", ["DE", "US"], ["US", "DE"]),
    ("tracking_fields", [{"field": "f"}], [{"field": "f", "visible": True}]),
    (
        "settings.meeting_invitees",
        [{"email": "a@x.org"}, {"email": "b@x.org"}],
        [{"email": "b@x.org", "internal_user": False}, {"email": "a@x.org"}],
    ),
    ("duration", 45, 45),
    ("settings.host_video", False, False),
]
OTHER: list[tuple[str, Any, Any]] = [
    ("start_time", "2027-01-04T09:00:00", "2027-01-04T09:00:00Z"),
    ("start_time", "2027-01-04T09:00:00", None),
    ("start_time", "2027-01-04T09:00:00", "yesterday"),
    ("topic", "a", "A"),
    ("topic", "a b", "b a"),
    ("settings.host_video", False, None),
    ("settings.host_video", True, 1),
    ("duration", 45, "45"),
    ("tracking_fields", [{"field": "f", "value": "v"}], []),
    ("tracking_fields", [{"field": "f", "value": "v"}] * 2, [{"field": "f", "value": "v"}] * 3),
    ("settings.alternative_hosts", "a@x.org", "a@x.org;b@x.org"),
    ("password", "a", None),
    ("recurrence", {"type": 2}, "2"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(("path", "requested", "shown"), SAME)
def test_what_means_the_same_is_the_same(path: str, requested: Any, shown: Any) -> None:
    """Times by instant, lists by their items, empty as missing."""
    assert same(path, requested, shown, BERLIN)


@pytest.mark.parametrize(("path", "requested", "shown"), OTHER)
def test_what_means_something_else_is_not(path: str, requested: Any, shown: Any) -> None:
    """A missing switch is not known to be off; a number is not its text."""
    assert not same(path, requested, shown, BERLIN)


@given(st.sampled_from(["start_time", "topic", "settings.alternative_hosts", "x"]), JSON, JSON)
def test_no_answer_is_too_malformed_to_compare(path: str, requested: Any, shown: Any) -> None:
    """Whatever Zoom writes, comparing tells yes or no."""
    assert same(path, requested, shown, BERLIN) in (True, False)


@given(st.sampled_from(["topic", "agenda", "x", "settings"]), JSON)
def test_a_value_is_the_same_as_itself(path: str, value: Any) -> None:
    """But for times, which must be times."""
    assert same(path, value, value)


def test_a_host_is_seen_elsewhere() -> None:
    """`schedule_for` takes an address or an id; a read shows both."""
    shown = {"host_id": "30R7", "host_email": "Ada@example.com"}

    assert is_so("schedule_for", "ada@example.com", shown, None)
    assert is_so("schedule_for", "30R7", shown, None)
    assert not is_so("schedule_for", "grace@example.com", shown, None)


@pytest.mark.parametrize(
    "shown",
    [{"join_url": "https://x/j/1?pwd=abc"}, {"encrypted_password": "abc"}, {"password": "a"}],
)
def test_a_passcode_that_is_not_shown_is_still_there(shown: dict[str, Any]) -> None:
    """Taking it away is a change; without any sign of one it is none."""
    assert not is_so("password", "", shown, None)
    assert is_so("password", "", {"join_url": "https://x/j/1", "encrypted_password": ""}, None)


def test_what_is_sent_whole_is_one_leaf() -> None:
    """A recurrence, and whatever would be refused without one of its members."""
    options = {"mode": "custom", "who_goes_to_waiting_room": "everyone"}
    body = {
        "recurrence": {"type": 1},
        "settings": {"waiting_room_options": options, "audio": "both"},
    }

    assert dict(leaves(body)) == {
        "recurrence": {"type": 1},
        "settings.waiting_room_options": options,
        "settings.audio": "both",
    }


def test_members_are_set_and_taken_out_by_path() -> None:
    """Objects on the way are made; a list goes as a whole."""
    body: dict[str, Any] = {}
    put(body, "settings.breakout_room.rooms", [{"name": "a"}])
    put(body, "topic", "x")

    assert at(body, "settings.breakout_room.rooms") == [{"name": "a"}]
    assert at(body, "topic.of") is None
    drop(body, "settings.breakout_room.rooms[0].name")
    assert body == {"settings": {"breakout_room": {}}, "topic": "x"}


def test_a_change_is_laid_over_a_meeting_as_zoom_does_it() -> None:
    """Objects go together member by member; a recurrence, and what is sent whole, is replaced."""
    options = {"mode": "custom", "who_goes_to_waiting_room": "everyone"}
    before = {
        "topic": "x",
        "recurrence": {"type": 1, "end_times": 3},
        "settings": {"audio": "both", "watermark": True, "waiting_room_options": options},
    }
    follow = {"mode": "follow_setting"}
    change = {
        "recurrence": {"type": 1},
        "settings": {"audio": "voip", "waiting_room_options": follow},
    }

    after = merged(before, change, is_whole)

    assert after == {
        "topic": "x",
        "recurrence": {"type": 1},
        "settings": {"audio": "voip", "watermark": True, "waiting_room_options": follow},
    }
    assert before["settings"]["audio"] == "both"  # type: ignore[index]  # it is an object
    assert merged(before, change)["recurrence"] == {"type": 1, "end_times": 3}


def test_a_copy_leaves_out_what_is_not_kept() -> None:
    """In the items of lists too; what is None is never kept."""
    value = {"a": None, "rooms": [{"name": "x", "id": 1}, "y"], "id": 2}

    copy = filtered(value, lambda path: not path.endswith("id"))

    assert copy == {"rooms": [{"name": "x"}, "y"]}


@pytest.mark.parametrize("given", [None, "x", {"a": 1}, [1, None, "x"]])
def test_what_is_no_list_of_objects_has_none(given: object) -> None:
    """An answer that is malformed has no occurrences."""
    assert objects(given) == []
