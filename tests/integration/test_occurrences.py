"""One occurrence of a series: which one is meant, where it is said, and what it honours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from callers import Caller
from rezoom import InvalidChange, OccurrenceError, Series
from rezoom.simulator import Simulator

Calling = Callable[..., Caller]
MONDAYS: dict[str, Any] = {
    "topic": "Stand-up",
    "start_time": "2027-01-04T09:00:00",
    "timezone": "Europe/Berlin",
    "duration": 60,
    "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 4},
}
SECOND = "1799654400000"
WHEN = {
    "id": SECOND,
    "date": date(2027, 1, 11),
    "wall clock": datetime(2027, 1, 11, 9),
    "instant": datetime(2027, 1, 11, 8, tzinfo=UTC),
    "other zone": datetime(2027, 1, 11, 13, 30, tzinfo=ZoneInfo("Asia/Kolkata")),
}


def calls_made(sim: Simulator) -> list[tuple[str, str | None]]:
    """List the method and the occurrence of each call."""
    return [
        (request.method, request.query.get("occurrence_id"))
        for request in sim.requests
        if request.method != "POST"
    ]


def ids(error: OccurrenceError) -> list[str]:
    """List the ids of the candidates."""
    candidates: list[Any] = list(error.candidates)
    return [item.id for item in candidates]


@pytest.mark.parametrize("when", WHEN.values(), ids=WHEN)
def test_an_occurrence_is_found_by_whatever_names_it(
    sim: Simulator, calling: Calling, when: Any
) -> None:
    """An id needs no read, everything else one; it goes to the query."""
    meeting = sim.add_meeting(**MONDAYS)

    calling().update(meeting, occurrence=when, duration=30)

    reads = [] if isinstance(when, str) else [("GET", None)]
    assert calls_made(sim) == [*reads, ("PATCH", SECOND)]
    assert sim.updates()[-1].body == {"duration": 30}
    lengths = [row["duration"] for row in sim.meeting(meeting)["occurrences"]]
    assert lengths == [60, 30, 60, 60]


@pytest.mark.parametrize("kind", ["model", "mapping", "our own"])
def test_an_occurrence_that_was_read_names_itself(
    sim: Simulator, calling: Calling, kind: str
) -> None:
    """An item of a meeting's occurrences, or of a series that was read from it."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)
    read = caller.get(meeting)
    assert isinstance(read.occurrences, list)
    when = {
        "model": read.occurrences[1],
        "mapping": read.occurrences[1].to_dict(),
        "our own": Series.from_zoom(read).occurrences()[1],
    }[kind]

    caller.update(meeting, occurrence=when, duration=30)

    assert calls_made(sim)[-1] == ("PATCH", SECOND)


def test_an_occurrence_is_read_by_its_day(sim: Simulator, calling: Calling) -> None:
    """`get` takes what `update` takes."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)
    caller.update(meeting, occurrence=date(2027, 1, 11), agenda="Only today")

    assert caller.get(meeting, occurrence=date(2027, 1, 11)).agenda == "Only today"
    assert caller.get(meeting, occurrence=SECOND).agenda == "Only today"


def test_a_day_without_one_names_the_nearest(sim: Simulator, calling: Calling) -> None:
    """As candidates, with their ids; nothing is sent."""
    meeting = sim.add_meeting(**MONDAYS)

    with pytest.raises(OccurrenceError, match="no occurrence on Tue 2027-01-12") as caught:
        calling().update(meeting, occurrence=date(2027, 1, 12), duration=30)

    assert SECOND in ids(caught.value)
    assert SECOND in str(caught.value)
    assert (caught.value.sent, sim.updates()) == (False, ())


def test_a_day_with_two_is_ambiguous(sim: Simulator, calling: Calling) -> None:
    """Somebody has moved a meeting onto the day of another; an id or a time decides."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)
    caller.update(meeting, occurrence=SECOND, start_time="2027-01-18T12:00:00Z")

    with pytest.raises(OccurrenceError, match="has 2 occurrences") as caught:
        caller.update(meeting, occurrence=date(2027, 1, 18), duration=30)

    assert len(caught.value.candidates) == 2
    caller.update(meeting, occurrence=datetime(2027, 1, 18, 13), duration=30)
    assert calls_made(sim)[-1] == ("PATCH", SECOND)


def test_a_deleted_one_is_not_changed(sim: Simulator, calling: Calling) -> None:
    """By its day, its item, or its id: the error says what there is."""
    rows = [
        {"occurrence_id": number, "start_time": start, "duration": 60, "status": status}
        for number, start, status in [
            (SECOND, "2027-01-11T08:00:00Z", "deleted"),
            ("1800259200000", "2027-01-18T08:00:00Z", "available"),
        ]
    ]
    caller, meeting = calling(), sim.add_meeting(**MONDAYS, occurrences=rows)

    for when in (date(2027, 1, 11), rows[0]):
        with pytest.raises(OccurrenceError, match="deleted"):
            caller.update(meeting, occurrence=when, duration=30)
    with pytest.raises(OccurrenceError) as caught:
        caller.plan(meeting, occurrence=SECOND, duration=30)
    assert ids(caught.value) == ["1800259200000"]
    assert sim.updates() == ()


def test_a_meeting_without_occurrences_has_none(sim: Simulator, calling: Calling) -> None:
    """A single meeting is changed as a whole."""
    with pytest.raises(OccurrenceError, match="leave occurrence out"):
        calling().update(sim.add_meeting(), occurrence=date(2027, 1, 11), duration=30)


@pytest.mark.parametrize("call", ["update", "plan"])
def test_what_it_does_not_honour_is_refused_before_any_request(
    sim: Simulator, calling: Calling, call: str
) -> None:
    """The spec knows which fields one occurrence takes."""
    ask = getattr(calling(), call)

    with pytest.raises(InvalidChange, match="ignores this field") as caught:
        ask(sim.add_meeting(**MONDAYS), occurrence=date(2027, 1, 11), topic="Only today")

    assert ([p.rule for p in caught.value.problems], calls_made(sim)) == (["occurrence-field"], [])


@pytest.mark.parametrize(
    "where",
    [
        {"change": {"occurrence_id": SECOND, "duration": 30}},
        {"change": {"duration": 30}, "extra": {"occurrence_id": SECOND}},
        {"change": {"duration": 30}, "extra": {"settings": {"occurrence_id": SECOND}}},
        {"change": {"occurrence_id": SECOND}, "allow": ["unknown-field"]},
    ],
)
def test_an_occurrence_never_reaches_the_body(
    sim: Simulator, calling: Calling, where: dict[str, Any]
) -> None:
    """There it would edit the whole series."""
    change, options = where["change"], {k: v for k, v in where.items() if k != "change"}

    with pytest.raises(InvalidChange, match="occurrence="):
        calling().update(sim.add_meeting(**MONDAYS), change, **options)

    assert calls_made(sim) == []


def test_a_plan_for_one_occurrence(sim: Simulator, calling: Calling) -> None:
    """One read by day; its own time and length are compared, the rest is sent."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)

    plan = caller.plan(
        meeting,
        occurrence=date(2027, 1, 11),
        duration=60,
        agenda="Only today",
        start_time="2027-01-11T10:00:00Z",
    )

    assert (plan.occurrence, calls_made(sim)) == (SECOND, [("GET", None)])
    assert plan.body == {"agenda": "Only today", "start_time": "2027-01-11T10:00:00Z"}
    receipt = caller.send(plan, verify=True)
    assert (receipt.ignored, receipt.side_effects) == ({}, ())
    assert caller.plan(meeting, occurrence=SECOND, agenda="Only today").empty


@pytest.mark.smoke
def test_one_occurrence_is_verified_and_undone(sim: Simulator, calling: Calling) -> None:
    """Its own state before, not that of the series."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)
    caller.update(meeting, occurrence=SECOND, agenda="Only today", duration=45)
    before = sim.meeting(meeting)["occurrences"]

    receipt = caller.update(
        meeting, occurrence=date(2027, 1, 11), agenda="Other", duration=30, verify=True
    )

    assert receipt.applied == {"agenda": "Other", "duration": 30}
    assert receipt.side_effects == ()
    caller.apply(receipt.undo(), verify=True).raise_if_ignored()
    assert sim.meeting(meeting)["occurrences"] == before


def test_a_plan_for_an_occurrence_goes_stale_with_it(sim: Simulator, calling: Calling) -> None:
    """Somebody moved it in the meantime."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)
    plan = caller.plan(meeting, occurrence=date(2027, 1, 11), duration=30)
    caller.update(meeting, occurrence=SECOND, start_time="2027-01-12T12:00:00Z")

    with pytest.raises(InvalidChange.__mro__[1], match="not as it was"):
        caller.send(plan)


def test_a_split_needs_an_occurrence(sim: Simulator, calling: Calling) -> None:
    """It is refused before any request."""
    with pytest.raises(OccurrenceError, match=r"None is not an occurrence.*pass a date"):
        calling().plan_following(sim.add_meeting(**MONDAYS), None)

    assert list(sim.requests) == []


def test_both_starts_of_a_diff_are_on_one_clock(sim: Simulator, calling: Calling) -> None:
    """As the one that is sent; otherwise a move by an hour could look like none."""
    caller, meeting = calling(), sim.add_meeting(**MONDAYS)
    start = datetime(2027, 1, 18, 9, tzinfo=UTC)

    (change,) = caller.plan(meeting, occurrence=date(2027, 1, 18), start_time=start).changes

    assert (change.before, change.after) == ("2027-01-18T08:00:00Z", "2027-01-18T09:00:00Z")


@pytest.mark.smoke
def test_this_and_the_following(sim: Simulator, calling: Calling) -> None:
    """The old series ends before the split; what a create needs is handed out."""
    caller = calling()
    meeting = sim.add_meeting(**MONDAYS, password="S3cret-x", settings={"approval_type": 0})

    both = caller.plan_following(meeting, date(2027, 1, 18), topic="Later", duration=30)

    assert calls_made(sim) == [("GET", None)]
    assert both.trim.body["recurrence"]["end_date_time"] == "2027-01-11T22:59:59Z"
    new = dict(both.new)
    assert (new["topic"], new["duration"], new["start_time"]) == (
        "Later",
        30,
        "2027-01-18T09:00:00",
    )
    assert (new["type"], new["recurrence"]["end_times"], new["password"]) == (8, 2, "S3cret-x")
    assert "S3cret-x" not in f"{both} {both!r} {both.to_dict()}"
    assert {"following-is-another-meeting", "following-registrants"} <= {
        problem.rule for problem in both.problems
    }
    caller.send(both.trim, verify=True).raise_if_ignored()
    assert len(sim.meeting(meeting)["occurrences"]) == 2
    other = sim.add_meeting(**new)
    assert [row["start_time"] for row in sim.meeting(other)["occurrences"]] == [
        "2027-01-18T08:00:00Z",
        "2027-01-25T08:00:00Z",
    ]


def test_splitting_before_the_first_is_the_whole_series(sim: Simulator, calling: Calling) -> None:
    """Nothing of the old one would be left."""
    with pytest.raises(OccurrenceError, match=r"plan\(\.\.\.\)"):
        calling().plan_following(sim.add_meeting(**MONDAYS), date(2027, 1, 4), topic="Later")


def test_a_single_meeting_cannot_be_split(sim: Simulator, calling: Calling) -> None:
    """It has nothing that follows."""
    with pytest.raises(OccurrenceError):
        calling().plan_following(sim.add_meeting(), date(2027, 1, 4), topic="Later")
