"""What an update makes of a simulated meeting."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from rezoom._wire import facts
from rezoom.simulator import Quirks
from rezoom.simulator._meetings.members import view
from rezoom.simulator._meetings.patch import apply
from rezoom.simulator._seeds import WEEKLY, new_meeting

pytestmark = pytest.mark.smoke

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
PLAIN = Quirks()


def meeting(**fields: Any) -> dict[str, Any]:
    return new_meeting(fields, taken=(), now=NOW, quirks=PLAIN, random=Random(1))  # noqa: S311 - repeatable


def series(**fields: Any) -> dict[str, Any]:
    given = {"start_time": "2030-01-07T09:00:00", "timezone": "Europe/Berlin", "recurrence": WEEKLY}
    return meeting(**given | fields)


def patched(
    state: dict[str, Any], body: dict[str, Any], quirks: Quirks = PLAIN, **more: Any
) -> tuple[dict[str, Any], tuple[str, ...]]:
    return apply(state, body, now=NOW, quirks=quirks, **more)


def test_objects_merge_and_arrays_are_replaced() -> None:
    """A nested object keeps the members that were not sent; a list is taken whole."""
    before = meeting(
        settings={"breakout_room": {"enable": True, "rooms": [{"name": "a"}, {"name": "b"}]}},
        tracking_fields=[{"field": "x", "value": "1"}],
    )
    after, ignored = patched(
        before,
        {
            "settings": {"breakout_room": {"rooms": [{"name": "c"}]}},
            "tracking_fields": [{"field": "y", "value": "2"}],
        },
    )
    assert after["settings"]["breakout_room"] == {"enable": True, "rooms": [{"name": "c"}]}
    assert after["tracking_fields"] == [{"field": "y", "value": "2"}]
    assert after["settings"]["waiting_room"] is before["settings"]["waiting_room"]
    assert not ignored


def test_the_state_that_came_in_stays_as_it_was() -> None:
    """The function `apply` is pure."""
    before = series()
    copy = view(before, now=NOW)
    patched(before, {"topic": "new", "settings": {"waiting_room": False}, "duration": 5})
    assert view(before, now=NOW) == copy


def test_recurrence_is_replaced_whole_with_the_documented_defaults() -> None:
    """A partial recurrence loses its days and its end: one meeting, on a Sunday."""
    after, _ = patched(series(), {"recurrence": {"type": 2}})
    assert after["recurrence"] == {
        "type": 2,
        "repeat_interval": 1,
        "weekly_days": "1",
        "end_times": 1,
    }
    assert [date["start_time"] for date in after["occurrences"]] == ["2030-01-13T08:00:00Z"]


def test_occurrence_ids_are_epoch_milliseconds_of_the_start() -> None:
    """An occurrence is addressed by its original start."""
    first = series()["occurrences"][0]
    moment = datetime.fromisoformat(first["start_time"])
    assert first["occurrence_id"] == str(int(moment.timestamp() * 1000))


def test_a_local_start_comes_back_in_utc() -> None:
    """A wall clock is read in `timezone` and answered with a Z."""
    after, _ = patched(
        meeting(), {"start_time": "2030-07-01T09:00:00", "timezone": "Europe/Berlin"}
    )
    assert (after["start_time"], after["timezone"]) == ("2030-07-01T07:00:00Z", "Europe/Berlin")


def test_a_start_inside_a_clock_gap_moves_only_that_date() -> None:
    """Half past two does not exist on 31 March 2030 in Berlin; the next dates keep it."""
    pattern = {"type": 1, "end_times": 2}
    after, _ = patched(series(), {"start_time": "2030-03-31T02:30:00", "recurrence": pattern})
    starts = [date["start_time"] for date in after["occurrences"]]
    assert starts == ["2030-03-31T01:30:00Z", "2030-04-01T00:30:00Z"]


@pytest.mark.parametrize(
    ("quirk", "timezone", "ignored"),
    [("ignore", "UTC", ("timezone",)), ("keep", "Asia/Tokyo", ())],
)
def test_z_against_timezone(quirk: Any, timezone: str, ignored: tuple[str, ...]) -> None:
    """By default a timezone beside a start in UTC is ignored."""
    body = {"start_time": "2030-07-01T09:00:00Z", "timezone": "Asia/Tokyo"}
    after, left_out = patched(meeting(), body, Quirks(timezone_with_z=quirk))
    assert (after["start_time"], after["timezone"]) == ("2030-07-01T09:00:00Z", timezone)
    assert left_out == ignored


def test_an_offset_is_read_as_utc() -> None:
    """The offset of a start is dropped, not applied."""
    after, _ = patched(meeting(), {"start_time": "2030-07-01T09:00:00+02:00"})
    assert after["start_time"] == "2030-07-01T09:00:00Z"


def test_null_clears_nothing() -> None:
    """A member that is null is ignored, wherever it stands."""
    before = meeting()
    after, ignored = patched(before, {"agenda": None, "settings": {"alternative_hosts": None}})
    assert (after, set(ignored)) == (before, {"agenda", "settings.alternative_hosts"})


def test_a_past_start_leaves_a_series_alone() -> None:
    """The start and the pattern sent with it are ignored; the topic is not."""
    before = series()
    body = {"topic": "new", "start_time": "2029-01-01T09:00:00", "recurrence": {"type": 1}}
    after, ignored = patched(before, body)
    assert set(ignored) == {"start_time", "recurrence"}
    assert after == before | {"topic": "new"}


def test_a_past_start_can_be_rewritten_to_now() -> None:
    """The other observation: the start becomes the present."""
    quirks = Quirks(past_start="rewrite-to-now")
    after, ignored = patched(meeting(), {"start_time": "2029-01-01T09:00:00Z"}, quirks)
    assert (after["start_time"], ignored) == ("2030-01-01T12:00:00Z", ())


@pytest.mark.parametrize(
    ("quirk", "first", "ignored"),
    [
        ("keep", "2030-01-07T08:00:00Z", ()),
        ("last-occurrence", "2030-03-25T08:00:00Z", ()),
        ("ignore", "2030-01-07T08:00:00Z", ("recurrence",)),
    ],
)
def test_a_recurrence_without_a_start(quirk: Any, first: str, ignored: tuple[str, ...]) -> None:
    """By default the series goes on from its own start."""
    body = {"recurrence": {**WEEKLY, "end_times": 3}}
    after, left_out = patched(series(), body, Quirks(missing_start=quirk))
    assert (after["start_time"], left_out) == (first, ignored)
    assert len(after["occurrences"]) == (12 if ignored else 3)


@pytest.mark.parametrize(
    ("pattern", "quirk", "count"),
    [
        ({"type": 2, "weekly_days": "2"}, "horizon", facts.ENDLESS.weekly),
        ({"type": 3, "monthly_day": 1}, "horizon", facts.ENDLESS.other),
        ({"type": 2, "weekly_days": "2"}, "sixty", facts.ENDLESS.other),
    ],
)
def test_an_endless_series_comes_back_with_a_count(
    pattern: dict[str, Any], quirk: Any, count: int
) -> None:
    """An end_times of 0 is read back as the number of meetings that were made."""
    body = {"recurrence": {**pattern, "end_times": 0}}
    after, _ = patched(series(), body, Quirks(endless=quirk))
    assert after["recurrence"]["end_times"] == len(after["occurrences"]) == count


def test_one_occurrence_takes_only_the_members_zoom_honours() -> None:
    """Everything else is ignored in silence, and the series stays as it is."""
    before = series()
    one = before["occurrences"][1]["occurrence_id"]
    body = {
        "topic": "no",
        "timezone": "Asia/Tokyo",
        "agenda": "yes",
        "duration": 15,
        "start_time": "2030-01-15T10:00:00Z",
        "settings": {"waiting_room": False, "jbh_time": 5},
    }
    after, ignored = patched(before, body, occurrence_id=one)
    assert set(ignored) == {"topic", "timezone", "settings.jbh_time"}
    assert {name: after[name] for name in after if name != "occurrences"} == {
        name: before[name] for name in before if name != "occurrences"
    }
    shown = view(after, occurrence_id=one, now=NOW)
    assert (shown["agenda"], shown["duration"]) == ("yes", 15)
    assert shown["settings"]["waiting_room"] is False
    assert view(after, now=NOW)["occurrences"][1] == {
        "occurrence_id": one,
        "start_time": "2030-01-15T10:00:00Z",
        "duration": 15,
        "status": "available",
    }


def test_an_occurrence_that_is_not_there_is_a_lookup_error() -> None:
    """Unknown and deleted dates cannot be edited."""
    state = series()
    state["occurrences"][0]["status"] = "deleted"
    for one in ("1", state["occurrences"][0]["occurrence_id"]):
        with pytest.raises(LookupError):
            patched(state, {"duration": 5}, occurrence_id=one)


def test_moving_the_series_resets_single_dates() -> None:
    """A new pattern makes all dates again."""
    state = series()
    edited, _ = patched(
        state, {"duration": 5}, occurrence_id=state["occurrences"][0]["occurrence_id"]
    )
    after, _ = patched(edited, {"recurrence": WEEKLY})
    assert {date["duration"] for date in after["occurrences"]} == {60}


def test_a_new_passcode_changes_the_links() -> None:
    """Old links stop working; without a passcode the link carries none."""
    before = meeting(password="old")
    after, _ = patched(before, {"password": "new"})
    assert "?pwd=" in after["join_url"]
    assert after["join_url"] != before["join_url"]
    assert after["encrypted_password"] != before["encrypted_password"]
    opened, _ = patched(before, {"password": ""}, Quirks(empty_passcode="clear"))
    assert "pwd" not in opened["join_url"]


def test_schedule_for_moves_the_host_and_cannot_be_read_back() -> None:
    """Only host_id and host_email tell."""
    after, _ = patched(meeting(), {"schedule_for": "grace@example.com"})
    assert after["host_email"] == "grace@example.com"
    assert "schedule_for" not in after


def test_one_door_stays_shut() -> None:
    """Without passcode, waiting room and sign-in Zoom switches the waiting room on."""
    body = {"password": "", "settings": {"waiting_room": False}}
    clears = Quirks(empty_passcode="clear")
    after, ignored = patched(meeting(password="x"), body, clears)
    assert after["settings"]["waiting_room"] is True
    assert ignored == ("settings.waiting_room",)
    free, _ = patched(meeting(password="x"), body, replace(clears, security_floor="none"))
    assert free["settings"]["waiting_room"] is False


def test_locked_and_unknown_members_are_ignored_in_silence() -> None:
    """What an administrator locked, or Zoom does not know, changes nothing."""
    before = meeting()
    quirks = Quirks(locked=("settings.join_before_host",))
    body = {
        "auto_recording": "cloud",
        "settings": {"join_before_host": True, "colour": 1, "custom_keys": [{"key": "a", "b": 1}]},
    }
    after, ignored = patched(before, body, quirks)
    assert set(ignored) == {
        "auto_recording",
        "settings.join_before_host",
        "settings.colour",
        "settings.custom_keys[].b",
    }
    assert after["settings"] == before["settings"] | {"custom_keys": [{"key": "a"}]}


@pytest.mark.parametrize("kind", [1, 3, 10])
def test_a_meeting_without_fixed_times_has_none(kind: int) -> None:
    """Start, pattern and dates go away with the type."""
    after, ignored = patched(series(), {"type": kind, "duration": 5})
    assert not {"start_time", "recurrence", "occurrences"} & after.keys()
    assert ignored == ("duration",)


def test_a_meeting_without_fixed_times_can_become_a_series() -> None:
    """Type 3 to 8 keeps number and passcode."""
    before = meeting(type=3)
    after, ignored = patched(
        before,
        {"type": 8, "start_time": "2030-01-07T09:00:00", "timezone": "UTC", "recurrence": WEEKLY},
    )
    assert (after["id"], after["password"]) == (before["id"], before["password"])
    assert (len(after["occurrences"]), ignored) == (12, ())


def test_recurrence_means_nothing_outside_a_series() -> None:
    """A single meeting ignores a pattern."""
    after, ignored = patched(meeting(), {"recurrence": {"type": 1}})
    assert ("recurrence" in after, ignored) == (False, ("recurrence",))


def test_past_dates_are_shown_only_on_request() -> None:
    """A GET lists what is still to come, running meetings included."""
    state = series()
    during_third = datetime(2030, 1, 21, 8, 30, tzinfo=UTC)
    assert len(view(state, now=during_third, previous=False)["occurrences"]) == 10
    assert len(view(state, now=during_third, previous=True)["occurrences"]) == 12
