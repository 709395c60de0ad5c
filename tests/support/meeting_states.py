"""Meetings and changes of them, drawn at random, for laws that hold of any two."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Lord_Howe")
SWITCHES = ("host_video", "participant_video", "mute_upon_entry", "focus_mode", "watermark")
WORDS = st.text("abc äß✓", min_size=1, max_size=8)


def _starts(first: datetime) -> st.SearchStrategy[datetime]:
    """Draw whole hours: no zone moves its clocks between nine and five."""
    moments = st.datetimes(first.replace(tzinfo=None), datetime(2027, 12, 1))
    return moments.map(lambda moment: datetime.combine(moment, time(9 + moment.hour % 8)))


LATER = _starts(NOW + timedelta(days=3))
# A series may have begun.
SOME_TIME = _starts(NOW - timedelta(days=99)) | LATER


def _ends(start: datetime) -> st.SearchStrategy[dict[str, Any]]:
    last = start + timedelta(days=200)
    end = f"{last.replace(hour=22, minute=59, second=59).isoformat()}Z"
    counts = st.integers(1, 20).map(lambda count: {"end_times": count})
    return counts | st.just({"end_date_time": end}) | st.just({"end_times": 0})


def _patterns() -> st.SearchStrategy[dict[str, Any]]:
    days = st.sets(st.integers(1, 7), min_size=1).map(
        lambda found: ",".join(map(str, sorted(found)))
    )
    every = st.integers(1, 3)
    return (
        st.fixed_dictionaries({"type": st.just(1), "repeat_interval": st.integers(4, 9)})
        | st.fixed_dictionaries(
            {"type": st.just(2), "repeat_interval": st.integers(2, 8), "weekly_days": days}
        )
        | st.fixed_dictionaries(
            {"type": st.just(3), "repeat_interval": every, "monthly_day": st.integers(1, 28)}
        )
        | st.fixed_dictionaries(
            {
                "type": st.just(3),
                "repeat_interval": every,
                "monthly_week": st.sampled_from([-1, 1, 2, 3, 4]),
                "monthly_week_day": st.integers(1, 7),
            }
        )
    )


@st.composite
def schedules(draw: st.DrawFn, starts: st.SearchStrategy[datetime] = LATER) -> dict[str, Any]:
    """Draw start, zone and kind of a meeting: single, a series, or without a fixed time."""
    kind = draw(st.sampled_from([2, 8, 8, 8, 3]))
    if kind == 3:
        return {"type": 3}
    start = draw(starts)
    timed: dict[str, Any] = {
        "type": kind,
        "start_time": start.isoformat(),
        "timezone": draw(st.sampled_from(ZONES)),
        "duration": draw(st.integers(1, 120)),
    }
    if kind == 8:
        timed["recurrence"] = draw(_patterns()) | draw(_ends(start))
    return timed


def plain_members() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what has nothing to do with time."""
    hosts = st.lists(st.sampled_from(["a@example.org", "b@example.org"]), unique=True)
    fields = st.lists(st.sampled_from(["team", "cost"]), unique=True)
    return st.fixed_dictionaries(
        {},
        optional={
            "topic": WORDS,
            "agenda": st.just("") | WORDS,
            "password": st.text("abc123", min_size=1, max_size=8),
            "tracking_fields": fields.map(
                lambda names: [{"field": name, "value": "x"} for name in names]
            ),
            "settings": st.fixed_dictionaries(
                {},
                optional={
                    **{name: st.booleans() for name in SWITCHES},
                    "waiting_room": st.just(True),
                    "alternative_hosts": hosts.map(";".join),
                    "auto_recording": st.sampled_from(["none", "local", "cloud"]),
                },
            ).filter(bool),
        },
    )


@st.composite
def meetings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the members with which a meeting is made."""
    return draw(plain_members()) | draw(schedules(SOME_TIME))


def parts_of_a_schedule() -> st.SearchStrategy[dict[str, Any]]:
    """Draw a part of a recurrence, another zone, or another start: a plan completes it."""
    late = datetime(2027, 12, 1)
    parts = st.sampled_from(
        [
            {"repeat_interval": 2},
            {"type": 2, "weekly_days": "3,5"},
            {"type": 3, "monthly_day": 15},
            {"type": 3, "monthly_week": -1, "monthly_week_day": 6},
            {"type": 1, "repeat_interval": 7},
        ]
    )
    ends = _ends(late)
    return (
        st.builds(lambda part: {"recurrence": part}, parts | ends)
        | st.builds(lambda place: {"timezone": place}, st.sampled_from(ZONES))
        | st.builds(lambda start: {"start_time": start.isoformat()}, LATER)
    )


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a change: some members of another meeting, its schedule as a whole or a part of one."""
    change = draw(plain_members())
    if draw(st.booleans()) or not change:
        change |= draw(schedules() | parts_of_a_schedule())
    return change
