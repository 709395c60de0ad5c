"""What became of an update: read before, sent, read after; and the way back."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from callers import Caller
from clocks import FakeClock
from rezoom import (
    AsyncZoom,
    Bearer,
    CannotUndo,
    Gauge,
    InvalidChange,
    NotApplied,
    NotVerified,
    PlanError,
    PlanStale,
    Receipt,
    RefusedError,
    RezoomError,
    Series,
    ServerError,
)
from rezoom.simulator import Simulator
from wire import ACCEPTED, SILENCE, Wire, answer

Calling = Callable[..., Caller]
SEEN = ("applied", "ignored", "altered", "unseen", "side_effects")
MEETING = {"id": 85746065, "topic": "Old", "type": 2, "host_id": "host-1", "settings": {}}


def reads(*topics: str) -> list[Any]:
    """Write answers of a meeting with these topics."""
    return [answer(200, MEETING | {"topic": topic}) for topic in topics]


def methods(wire: Wire) -> list[str]:
    """List what the API was asked."""
    return [sent.method for sent in wire.calls]


@pytest.mark.smoke
def test_what_zoom_did_is_reported_field_by_field(sim: Simulator, calling: Calling) -> None:
    """Two reads and one update; a passcode is told as applied and never shown."""
    caller, meeting = calling(), sim.add_meeting()

    receipt = caller.update(meeting, topic="New", password="S3cret-x", verify=True)

    assert receipt.applied == {"topic": "New", "password": "S3cret-x"}
    assert (receipt.verified, receipt.ignored, receipt.unseen) == (True, {}, {})
    assert receipt.side_effects[0].path == "join_url"
    assert "S3cret-x" not in f"{receipt!r} {receipt.to_dict()} {receipt.side_effects}"


@pytest.mark.smoke
@pytest.mark.parametrize("sim_options", [{"quirks": {"locked": ("settings.host_video",)}}])
def test_what_zoom_ignored_has_a_reason_with_its_source(sim: Simulator, calling: Calling) -> None:
    """A locked member, and a 204 all the same."""
    receipt = calling().update(
        sim.add_meeting(), topic="New", settings={"host_video": True}, verify=True
    )

    assert receipt.applied == {"topic": "New"}
    ((path, problem),) = receipt.ignored.items()
    assert (path, problem.path) == ("settings.host_video", "settings.host_video")
    assert all((problem.message, problem.fix, problem.source))
    with pytest.raises(NotApplied, match=r"settings\.host_video") as caught:
        receipt.raise_if_ignored()
    assert caught.value.receipt is receipt
    assert pickle.loads(pickle.dumps(caught.value)).receipt == receipt


def test_an_unverified_receipt_does_not_answer(sim: Simulator, calling: Calling) -> None:
    """Nothing was read back, so it is not known."""
    receipt = calling().update(sim.add_meeting(), topic="New")

    assert not receipt.verified
    for question in SEEN:
        with pytest.raises(NotVerified, match="Nothing was read back"):
            getattr(receipt, question)
    with pytest.raises(NotVerified):
        receipt.raise_if_ignored()


def test_a_late_read_is_waited_for_once(
    wire: Wire, call: Callable[..., Caller], clock: FakeClock
) -> None:
    """One more look after a second; what is there by then counts."""
    wire.says(*reads("Old"), ACCEPTED, *reads("Old", "New"))

    receipt = call().update(85746065, topic="New", verify=True)

    assert (receipt.applied, receipt.ignored) == ({"topic": "New"}, {})
    assert (methods(wire), clock.slept) == (["GET", "PATCH", "GET", "GET"], [1.0])


def test_a_change_that_does_not_come_is_ignored(wire: Wire, call: Callable[..., Caller]) -> None:
    """After the second look the call waits no longer."""
    wire.says(*reads("Old"), ACCEPTED, *reads("Old", "Old", "Old"))

    assert list(call().update(85746065, topic="New", verify=True).ignored) == ["topic"]
    assert methods(wire) == ["GET", "PATCH", "GET", "GET"]


def test_without_time_there_is_no_second_look(
    wire: Wire, call: Callable[..., Caller], clock: FakeClock
) -> None:
    """`wait` is all the sleeping that a call may do."""
    wire.says(*reads("Old"), ACCEPTED, *reads("Old"))

    receipt = call().update(85746065, topic="New", verify=True, wait=0)

    assert (list(receipt.ignored), clock.slept) == (["topic"], [])


@pytest.mark.parametrize(
    "last",
    [answer(500), answer(200, b"<html>"), answer(404, {"code": 3001, "message": "gone"})],
    ids=["down", "not JSON", "gone"],
)
def test_a_read_back_that_fails_does_not_raise(
    wire: Wire, call: Callable[..., Caller], last: Any
) -> None:
    """The change is out, and its receipt must not be lost."""
    wire.says(*reads("Old"), ACCEPTED, last)

    receipt = call(retries=0).update(85746065, topic="New", verify=True)

    assert (receipt.sent, receipt.verified) == (True, False)
    assert isinstance(receipt.verify_error, RezoomError)
    with pytest.raises(NotVerified, match="read-back failed"):
        _ = receipt.ignored
    assert receipt.undo().body == {"topic": "Old"}


@pytest.mark.parametrize(
    "malformed",
    [
        {"id": 1, "topic": ["a"], "settings": "none", "occurrences": [7, {"start_time": 5}]},
        {"id": 1, "type": "x", "recurrence": [], "timezone": 5, "occurrences": "none"},
    ],
)
def test_a_malformed_answer_does_not_cost_the_receipt(
    wire: Wire, call: Callable[..., Caller], malformed: dict[str, Any]
) -> None:
    """Whatever Zoom writes there."""
    wire.says(answer(200, malformed), ACCEPTED, answer(200, malformed), answer(200, malformed))

    receipt = call().update(85746065, topic="New", settings={"host_video": True}, verify=True)

    assert receipt.sent
    assert set(receipt.ignored) == {"topic", "settings.host_video"}


def test_a_read_before_that_fails_sends_nothing(wire: Wire, call: Callable[..., Caller]) -> None:
    """The error says that nothing was sent."""
    wire.says(answer(500))

    with pytest.raises(ServerError) as caught:
        call(retries=0).update(85746065, topic="New", verify=True)

    assert (caught.value.sent, methods(wire)) == (False, ["GET"])


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((400, 3000, "Cannot access webinar info."), "webinar"),
        ((404, 3001, "Meeting does not exist: 85746065."), "3001"),
        ((400, 4711, "Invalid access token, does not contain scopes:[meeting:read]."), "scope"),
    ],
    ids=["webinar", "gone", "scope"],
)
def test_a_meeting_that_cannot_be_planned_has_a_next_step(
    wire: Wire, call: Callable[..., Caller], refusal: tuple[int, int, str], said: str
) -> None:
    """A typed error in Zoom's words and ours; no change was sent."""
    status, code, message = refusal
    wire.says(answer(status, {"code": code, "message": message}))

    with pytest.raises(RefusedError, match=said) as caught:
        call().plan(85746065, topic="New")

    assert (caught.value.sent, bool(caught.value.next_step)) == (False, True)
    assert methods(wire) == ["GET"]


def test_reading_first_also_judges_by_what_is_there(sim: Simulator, calling: Calling) -> None:
    """An update that verifies knows the meeting, so it refuses what the meeting forbids."""
    caller, meeting = calling(), sim.add_meeting()

    with pytest.raises(InvalidChange, match="registration_type"):
        caller.update(meeting, settings={"registration_type": 1}, verify=True)

    assert sim.updates() == ()


@pytest.mark.parametrize(
    "sim_options", [{"users": [{"email": "grace@example.com", "scheduled_by": ["*"]}]}]
)
def test_a_new_host_is_seen_where_a_read_shows_it(sim: Simulator, calling: Calling) -> None:
    """`schedule_for` itself never comes back."""
    caller, meeting = calling(), sim.add_meeting()

    receipt = caller.update(meeting, schedule_for="grace@example.com", verify=True)

    assert receipt.applied == {"schedule_for": "grace@example.com"}
    assert receipt.side_effects == ()


def test_a_switch_that_zoom_throws_by_itself_is_a_side_effect(
    sim: Simulator, calling: Calling
) -> None:
    """One protection stays on, whatever was asked."""
    caller = calling()
    meeting = sim.add_meeting(password="", settings={"waiting_room": True})

    receipt = caller.update(
        meeting, settings={"waiting_room": False, "host_video": True}, verify=True
    )

    assert list(receipt.ignored) == ["settings.waiting_room"]
    assert receipt.ignored["settings.waiting_room"].rule == "last-protection-off"


def test_a_length_of_one_date_that_goes_with_the_series_is_reported(
    sim: Simulator, calling: Calling
) -> None:
    """The series takes a date with it that had its own; undoing does not bring that back."""
    caller, meeting = calling(), sim.add_series()
    first, second = (one["occurrence_id"] for one in sim.meeting(meeting)["occurrences"][:2])
    caller.update(meeting, occurrence=first, duration=20)

    receipt = caller.update(meeting, duration=45, verify=True)

    assert list(receipt.applied) == ["duration"]
    assert [change.path for change in receipt.side_effects] == ["occurrences"]
    (problem,) = receipt.undo().problems
    assert (problem.rule, len(problem.dates)) == ("undo-edited-dates", 1)
    caller.update(meeting, occurrence=second, duration=45)
    again = caller.update(meeting, duration=50, verify=True)
    assert [change.path for change in again.side_effects] == []


@pytest.mark.parametrize("quirk", [{"short-month": "clamp"}, {"clock-change": "utc"}])
def test_dates_that_zoom_makes_otherwise_are_no_lock(
    sim: Simulator, calling: Calling, quirk: dict[str, Any]
) -> None:
    """The reason is the dates that Zoom makes, and no locked setting."""
    sim.set_quirks(quirk)
    caller = calling()
    meeting = sim.add_series(start_time="2027-01-31T09:00:00", timezone="Europe/Berlin")

    plan = caller.plan(meeting, recurrence={"type": 3, "monthly_day": 31, "end_times": 6})
    receipt = caller.send(plan, verify=True)

    assert {path: one.problem.rule for path, one in receipt.altered.items()} == {
        "occurrences": "dates-made-otherwise"
    }


@pytest.mark.smoke
def test_undoing_puts_everything_back(sim: Simulator, calling: Calling) -> None:
    """Passcode and links too; the plan is applied like any other."""
    caller, meeting = calling(), sim.add_meeting(topic="Old", agenda="", password="first")
    before = sim.meeting(meeting)
    change: dict[str, Any] = {"topic": "New", "agenda": "x", "password": "second"}
    receipt = caller.update(meeting, change, verify=True)

    undo = receipt.undo()
    caller.apply(undo, verify=True).raise_if_ignored()

    assert sim.meeting(meeting) == before
    assert (undo.price, "first" in f"{undo} {undo!r}") == (1, False)
    assert "undo-passcode-links" in {problem.rule for problem in undo.problems}


def test_undoing_later_goes_on_from_then(sim: Simulator, calling: Calling) -> None:
    """A series comes back from the next meeting at that time; the rest is told as lost."""
    caller = calling()
    meeting = sim.add_meeting(
        start_time="2026-11-30T09:00:00",
        timezone="Europe/Berlin",
        recurrence={"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 8},
    )
    receipt = caller.update(
        meeting, schedule=Series.from_zoom(sim.meeting(meeting)).at(time(14)), verify=True
    )
    sim.clock.sleep(timedelta(days=15).total_seconds())

    with pytest.raises(PlanStale, match="past by now"):
        caller.apply(receipt.undo())
    undo = receipt.undo(now=sim.clock.now())
    caller.apply(undo, verify=True).raise_if_ignored()

    starts = [row["start_time"] for row in sim.meeting(meeting)["occurrences"]]
    assert (starts[0], len(starts)) == ("2026-12-14T08:00:00Z", 6)
    assert "undo-series-goes-on" in {problem.rule for problem in undo.problems}


def test_the_way_back_has_the_client_of_the_way_there(sim: Simulator, calling: Calling) -> None:
    """Blocking, it is one line; an awaited client is named, so that nothing is left unawaited."""
    caller, meeting = calling(), sim.add_meeting(topic="Old")
    undo = caller.update(meeting, topic="New", verify=True).undo()

    if isinstance(caller.zoom, AsyncZoom):
        with pytest.raises(PlanError, match="await it"):
            undo.apply()
    else:
        assert undo.apply().sent
        assert sim.meeting(meeting)["topic"] == "Old"


def test_undoing_keeps_what_others_have_changed_since(sim: Simulator, calling: Calling) -> None:
    """The plan back rests on what the update left, and is stale otherwise."""
    caller, meeting = calling(), sim.add_meeting(topic="Old")
    receipt = caller.update(meeting, topic="New", verify=True)
    caller.update(meeting, topic="Somebody else's")

    with pytest.raises(PlanError, match="Somebody else"):
        caller.apply(receipt.undo())


def test_what_was_never_read_cannot_be_undone(sim: Simulator, calling: Calling) -> None:
    """And the error says what to do next time."""
    receipt = calling().update(sim.add_meeting(), topic="New")

    with pytest.raises(CannotUndo, match="verify=True"):
        receipt.undo()


@pytest.mark.smoke
def test_a_receipt_survives_a_file(sim: Simulator, calling: Calling) -> None:
    """Without secrets: the topic comes back, and the passcode is named as lost."""
    caller, meeting = calling(), sim.add_meeting(topic="Old", password="first")
    receipt = caller.update(meeting, topic="New", password="second", verify=True)
    written = receipt.to_json()

    again = Receipt.from_json(written)
    undo = again.undo()

    assert not any(secret in written for secret in ("first", "second", "pwd=", "zak="))
    assert (json.loads(written)["schema"], again.tracking_id) == (
        "rezoom.receipt/2",
        receipt.tracking_id,
    )
    assert dict(undo.body) == {"topic": "Old"}
    assert [(p.path, p.rule) for p in undo.problems] == [("password", "undo-hidden")]
    assert caller.apply(undo).sent


def test_a_receipt_can_keep_its_secrets(sim: Simulator, calling: Calling) -> None:
    """For those who ask, and keep the file to themselves."""
    caller, meeting = calling(), sim.add_meeting(password="first")
    receipt = caller.update(meeting, password="second", verify=True)

    written = receipt.to_json(secrets=True)

    assert json.loads(written)["secrets"] is True
    assert Receipt.from_json(written).undo().body == {"password": "first"}


def test_skipping_what_is_unchanged_is_a_plan_in_one_call(sim: Simulator, calling: Calling) -> None:
    """One read instead of an update, where nothing is left to do."""
    caller, meeting = calling(), sim.add_meeting(topic="Old")

    receipt = caller.update(meeting, topic="Old", skip_unchanged=True)

    assert (receipt.sent, receipt.quota.remaining, sim.updates()) == (False, 100, ())
    assert [request.method for request in sim.requests if request.method != "POST"] == ["GET"]
    assert caller.update(meeting, topic="New", duration=60, skip_unchanged=True).sent
    assert sim.updates()[-1].body == {"topic": "New"}


def test_a_client_can_always_skip_what_is_unchanged(sim: Simulator, calling: Calling) -> None:
    """By option, and one call can say otherwise."""
    caller, meeting = calling(skip_unchanged=True), sim.add_meeting(topic="Old")

    assert not caller.update(meeting, topic="Old").sent
    assert caller.update(meeting, topic="Old", skip_unchanged=False).sent


@pytest.mark.parametrize("sim_options", [{"quirks": {"past_start": "ignore"}}])
def test_an_occurrence_is_skipped_by_its_own_state(sim: Simulator, calling: Calling) -> None:
    """Found by its day, then read by itself, so that its own agenda counts."""
    meeting = sim.add_series()
    day = datetime.fromisoformat(sim.meeting(meeting)["occurrences"][1]["start_time"]).date()
    caller = calling()
    caller.update(meeting, occurrence=day, agenda="Only today")

    receipt = caller.update(
        meeting, occurrence=day, agenda="Only today", skip_unchanged=True, verify=True
    )

    assert (receipt.sent, receipt.side_effects) == (False, ())


def test_a_series_without_a_start_of_its_own_is_planned_by_its_dates(
    wire: Wire, call: Callable[..., Caller]
) -> None:
    """Some answers leave start and length to the list of dates; one of them was moved."""
    rows = [
        {"occurrence_id": number, "start_time": start, "duration": 60, "status": "available"}
        for number, start in [
            ("1799049600000", "2027-01-05T14:00:00Z"),
            ("1799654400000", "2027-01-11T08:00:00Z"),
            ("1800259200000", "2027-01-18T08:00:00Z"),
        ]
    ]
    wire.says(
        answer(
            200,
            {
                "id": 85746065,
                "type": 8,
                "topic": "Old",
                "timezone": "Europe/Berlin",
                "recurrence": {
                    "type": 2,
                    "repeat_interval": 1,
                    "weekly_days": "2",
                    "end_times": 3,
                },
                "occurrences": rows,
            },
        )
    )

    plan = call().plan(85746065, duration=60, recurrence={"end_times": 5})

    assert plan.body["start_time"] == "2027-01-11T09:00:00"
    assert "duration" not in plan.body
    assert plan.dates is not None
    assert len(plan.dates.edited) == 1


def test_who_is_cancelled_while_reading_back_has_spent_one(wire: Wire) -> None:
    """The change is out and answered for; nothing is left under way."""
    wire.says(*reads("Old"), ACCEPTED, SILENCE)

    async def run() -> Gauge | None:
        loop, third = asyncio.get_running_loop(), asyncio.Event()

        def arrived(_: object) -> None:
            if len(wire.calls) >= 3:
                loop.call_soon_threadsafe(third.set)

        wire.before = arrived
        async with AsyncZoom(Bearer("token"), base_url=f"{wire.origin}/v2") as zoom:
            updating = asyncio.create_task(zoom.update(85746065, topic="New", verify=True))
            await third.wait()
            updating.cancel()
            with pytest.raises(asyncio.CancelledError):
                await updating
            return (await zoom.quota(85746065)).meeting

    left = asyncio.run(run())

    assert left is not None
    assert (left.used, left.pending, left.unknown) == (1, 0, 0)
