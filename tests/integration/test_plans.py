"""Plans over real HTTP: what they cost, what they send, and when they refuse."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from callers import Caller
from rezoom import (
    FRI,
    MON,
    Bearer,
    FieldChange,
    InvalidChange,
    NotFoundError,
    Plan,
    PlanError,
    PlanStale,
    Recurrence,
    Series,
    Zoom,
    check,
)
from rezoom._change.files import seal
from rezoom._paths import put
from rezoom.simulator import Simulator

Calling = Callable[..., Caller]
WEEKLY = {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 12}


def series(sim: Simulator, **fields: Any) -> int:
    """Add twelve Mondays at nine in Berlin, from January 2027."""
    given: dict[str, Any] = {
        "topic": "Stand-up",
        "start_time": "2027-01-04T09:00:00",
        "timezone": "Europe/Berlin",
        "duration": 60,
        "recurrence": WEEKLY,
    }
    return sim.add_meeting(**given | fields)


def methods_called(sim: Simulator) -> list[str]:
    """List the methods of the API that were called."""
    return [request.method for request in sim.requests if request.method != "POST"]


def sent(sim: Simulator) -> Any:
    """Return the body of the last update."""
    return sim.updates()[-1].body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("start_time", "2037-01-05T09:00:00+01:00"),
        ("start_time", "20370105T090000Z"),
        ("settings.alternative_hosts", ["ada@example.com"]),
    ],
)
def test_a_plan_sends_only_what_is_judged(
    path: str, value: object, sim: Simulator, calling: Calling
) -> None:
    """A file with new digests and a value in no form of Zoom's is refused; nothing is sent."""
    caller, meeting = calling(), sim.add_meeting(topic="Stand-up")
    plan = caller.plan(meeting, start_time="2037-01-05T09:00:00Z", topic="Other")
    file = json.loads(plan.to_json())
    del file["digests"]
    put(file["body"], path, value)
    change = {"path": path, "before": None, "after": value}
    file["changes"] = [one for one in file["changes"] if one["path"] != path] + [change]
    forged = Plan.from_json(seal(file.pop("schema"), file))

    with pytest.raises(PlanError, match=path) as refused:
        caller.apply(forged)

    assert refused.value.sent is False
    assert "PATCH" not in methods_called(sim)


@pytest.mark.smoke
def test_a_plan_costs_one_read(sim: Simulator, calling: Calling) -> None:
    """And none of the hundred."""
    caller, meeting = calling(), series(sim)

    plan = caller.plan(meeting, topic="Daily", recurrence={"end_times": 15})

    assert (methods_called(sim), plan.empty, plan.price) == (["GET"], False, 1)
    assert caller.quota(meeting).remaining == 100


def test_what_is_already_so_is_not_sent(sim: Simulator, calling: Calling) -> None:
    """Only what differs is in the request."""
    caller, meeting = calling(), series(sim)

    plan = caller.plan(meeting, topic="Stand-up", duration=45, settings={"waiting_room": True})

    assert plan.body == {"duration": 45}
    assert [(one.path, one.before, one.after) for one in plan.changes] == [("duration", 60, 45)]


def test_an_empty_plan_sends_nothing_and_spends_nothing(sim: Simulator, calling: Calling) -> None:
    """Not even a second read."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Stand-up", recurrence={"weekly_days": "2"})

    receipt = caller.send(plan, verify=True)

    assert (plan.empty, plan.price, receipt.sent, methods_called(sim)) == (True, 0, False, ["GET"])
    assert receipt.quota.remaining == 100
    assert (receipt.applied, receipt.ignored, receipt.undo().empty) == ({}, {}, True)


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"end_times": 15}, {**WEEKLY, "end_times": 15}),
        (
            {"end_date_time": "2027-06-30T21:59:59Z"},
            {"type": 2, "repeat_interval": 1, "weekly_days": "2"}
            | {"end_date_time": "2027-06-30T21:59:59Z"},
        ),
        ({"weekly_days": "2,4"}, {**WEEKLY, "weekly_days": "2,4"}),
        ({"type": 1}, {"type": 1, "repeat_interval": 1, "end_times": 12}),
        (
            {"type": 3, "monthly_day": 15},
            {"type": 3, "repeat_interval": 1, "monthly_day": 15, "end_times": 12},
        ),
    ],
)
def test_a_part_of_a_recurrence_is_completed(
    sim: Simulator, calling: Calling, change: dict[str, Any], wanted: dict[str, Any]
) -> None:
    """What the changed members exclude is dropped, and a start still to come goes with it."""
    plan = calling().plan(series(sim), recurrence=change)

    assert plan.body["recurrence"] == wanted
    assert plan.body["start_time"] >= "2027-01-04T09:00:00"
    assert plan.body["timezone"] == "Europe/Berlin"


def test_a_series_goes_on_from_its_next_meeting(sim: Simulator, calling: Calling) -> None:
    """Those that are over are neither counted again nor sent as a start."""
    meeting = series(sim, start_time="2026-11-02T09:00:00")

    plan = calling().plan(meeting, recurrence={"weekly_days": "2,4"})

    assert plan.body["start_time"] == "2026-11-30T09:00:00"
    assert plan.body["recurrence"]["end_times"] == 8


def test_a_series_that_is_over_goes_on(sim: Simulator, calling: Calling) -> None:
    """From the next date of its pattern, not from the start that is past."""
    meeting = series(sim, start_time="2026-06-01T09:00:00")

    plan = calling().plan(meeting, recurrence={"end_date_time": "2026-12-31T22:59:59Z"})

    assert plan.body["start_time"] == "2026-11-30T09:00:00"
    assert plan.dates is not None
    assert (len(plan.dates.before), len(plan.dates.after)) == (0, 5)


def test_a_series_without_a_meeting_is_refused(sim: Simulator, calling: Calling) -> None:
    """Zoom would take it, and nothing would be left."""
    meeting = series(sim)

    with pytest.raises(InvalidChange, match="before it starts"):
        calling().plan(meeting, recurrence={"end_date_time": "2026-12-31T22:59:59Z"})


def test_the_next_meeting_that_somebody_moved_does_not_move_the_series(
    sim: Simulator, calling: Calling
) -> None:
    """The start that is sent is one of the pattern."""
    caller, meeting = calling(), series(sim)
    caller.update(meeting, occurrence=date(2027, 1, 4), start_time="2027-01-05T14:00:00Z")

    plan = caller.plan(meeting, recurrence={"end_times": 15})

    assert plan.body["start_time"] == "2027-01-11T09:00:00"
    assert plan.dates is not None
    assert len(plan.dates.edited) == 1
    assert "edited-dates-reset" in {problem.rule for problem in plan.problems}


def test_a_live_series_is_changed_and_says_which_meetings_move(
    sim: Simulator, calling: Calling
) -> None:
    """Moved, new, and gone."""
    caller, meeting = calling(), series(sim)
    live = Series.from_zoom(caller.get(meeting)).at(time(10, 15)).until(date(2027, 2, 1))

    plan = caller.plan(meeting, schedule=live)

    assert plan.dates is not None
    assert (len(plan.dates.moved), len(plan.dates.disappears), plan.dates.appears) == (5, 7, ())
    receipt = caller.send(plan, verify=True).raise_if_ignored()
    assert receipt.applied["start_time"] == "2027-01-04T10:15:00"


def test_a_series_that_has_begun_is_planned_from_now_on(sim: Simulator, calling: Calling) -> None:
    """Zoom takes no start in the past; the count leaves out what is over."""
    caller = calling()
    meeting = series(sim, start_time="2026-11-02T09:00:00")
    wanted = (
        Recurrence.weekly(MON, FRI).times(12).starting(datetime(2026, 11, 2, 9), tz="Europe/Berlin")
    )

    plan = caller.plan(meeting, schedule=wanted)

    assert plan.body["start_time"] == "2026-11-27T09:00:00"
    assert plan.body["recurrence"]["end_times"] == 5
    caller.send(plan)
    assert caller.plan(meeting, schedule=wanted).empty


def test_an_endless_series_is_planned_once(sim: Simulator, calling: Calling) -> None:
    """Zoom shows a number for it; the same wish again changes nothing that day."""
    caller, meeting = calling(), series(sim)
    caller.send(caller.plan(meeting, recurrence={"end_times": 0}))

    assert caller.plan(meeting, recurrence={"end_times": 0}).empty
    assert (
        caller.plan(meeting, recurrence={"weekly_days": "3"}).body["recurrence"]["end_times"] == 0
    )


def test_a_naive_start_is_in_the_meetings_own_zone(sim: Simulator, calling: Calling) -> None:
    """A plan has read it, so it need not be said again."""
    meeting = sim.add_meeting(start_time="2027-01-04T09:00:00", timezone="Asia/Kolkata")

    plan = calling().plan(meeting, start_time=datetime(2027, 1, 5, 9))

    assert plan.body == {"start_time": "2027-01-05T09:00:00", "timezone": "Asia/Kolkata"}


def test_another_time_zone_moves_nobody(sim: Simulator, calling: Calling) -> None:
    """The whole series goes with it, at the same instants as far as the clocks agree."""
    caller, meeting = calling(), series(sim)

    plan = caller.plan(meeting, timezone="Africa/Lagos")

    assert plan.body["start_time"] == "2027-01-04T09:00:00"
    assert plan.body["recurrence"] == WEEKLY
    assert plan.dates is not None
    assert plan.dates.before == plan.dates.after
    assert caller.send(plan, verify=True).raise_if_ignored().applied["timezone"] == "Africa/Lagos"


@pytest.mark.smoke
def test_applying_reads_once_more(sim: Simulator, calling: Calling) -> None:
    """Then sends; a read costs none of the hundred."""
    caller, meeting = calling(), series(sim)

    receipt = caller.send(caller.plan(meeting, topic="Daily"))

    assert methods_called(sim) == ["GET", "GET", "PATCH"]
    assert receipt.quota.used == 1


@pytest.mark.smoke
def test_a_stale_plan_says_what_has_changed(sim: Simulator, calling: Calling) -> None:
    """Before and now; nothing is sent."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Daily", duration=30)
    caller.update(meeting, topic="Somebody else's")

    with pytest.raises(PlanStale, match="Somebody else") as caught:
        caller.send(plan)

    (change,) = caught.value.changes
    assert (change.path, change.before, change.after) == ("topic", "Stand-up", "Somebody else's")
    assert (caught.value.sent, len(sim.updates())) == (False, 1)


def test_what_a_plan_does_not_touch_may_change(sim: Simulator, calling: Calling) -> None:
    """Somebody else's agenda is not overwritten by it."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Daily")
    caller.update(meeting, agenda="x", duration=30)

    assert caller.send(plan).sent


def test_a_stale_plan_can_be_forced(sim: Simulator, calling: Calling) -> None:
    """On purpose, by name."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Daily")
    caller.update(meeting, topic="Somebody else's")

    caller.send(plan, force=True)

    assert sim.meeting(meeting)["topic"] == "Daily"


def test_dates_that_went_by_are_no_change(sim: Simulator, calling: Calling) -> None:
    """Only the start that has become past is."""
    caller, meeting = calling(), series(sim, start_time="2026-11-02T09:00:00")
    topic = caller.plan(meeting, topic="Daily")
    timing = caller.plan(meeting, recurrence={"end_times": 15})
    sim.clock.sleep(timedelta(days=8).total_seconds())

    assert caller.send(topic).sent
    with pytest.raises(PlanStale, match="past by now"):
        caller.send(timing)


def test_a_plan_of_another_account_is_refused(sim: Simulator, calling: Calling) -> None:
    """A number means another meeting there."""
    plan = calling().plan(series(sim), topic="Daily")

    stranger = Zoom(Bearer("t", account="other"), base_url=sim.url)
    with stranger, pytest.raises(PlanError, match="was made for"):
        stranger.apply(plan)


@pytest.mark.smoke
def test_a_plan_survives_a_file(sim: Simulator, calling: Calling) -> None:
    """The same plan, but for the client that made it."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Daily", recurrence={"weekly_days": "3"})

    again = Plan.from_json(plan.to_json())

    assert (again, str(again)) == (plan, str(plan))
    with pytest.raises(PlanError, match=r"zoom\.apply"):
        again.apply()
    assert caller.apply(again, verify=True).raise_if_ignored().sent


def test_a_plan_file_of_ones_own_is_judged(sim: Simulator, calling: Calling) -> None:
    """Digests show damage; they prove nothing about who wrote the file."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Daily")
    changes = (FieldChange("topic", "Daily", "x" * 9000),)
    forged = replace(plan, body={"topic": "x" * 9000}, changes=changes)

    with pytest.raises(InvalidChange, match="topic"):
        caller.apply(Plan.from_json(forged.to_json()))


def test_what_zoom_added_after_the_spec_can_be_planned(sim: Simulator, calling: Calling) -> None:
    """With a warning, in the diff, and through a file."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, topic="Daily", extra={"settings": {"brand_new": True}})

    assert plan.body == {"topic": "Daily", "settings": {"brand_new": True}}
    assert "extra" in {problem.rule for problem in plan.problems}
    receipt = caller.apply(Plan.from_json(plan.to_json()), verify=True)
    assert list(receipt.ignored) == ["settings.brand_new"]


def test_a_plan_can_be_pickled(sim: Simulator, calling: Calling) -> None:
    """Its client stays here."""
    plan = calling().plan(series(sim), topic="Daily")

    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_plan_with_a_passcode_hides_it_by_default(sim: Simulator, calling: Calling) -> None:
    """In text, in data, and in a file; a file that must hold it says so."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, password="S3cret-x")

    assert "S3cret-x" not in f"{plan} {plan!r} {plan.to_dict()} {plan.changes}"
    with pytest.raises(PlanError, match=r"password.*secrets=True"):
        plan.to_json()
    written = plan.to_json(secrets=True)
    assert (json.loads(written)["secrets"], "S3cret-x" in written) == (True, True)
    assert sim.meeting(meeting)["password"] not in written
    caller.apply(Plan.from_json(written))
    assert sim.meeting(meeting)["password"] == "S3cret-x"


def test_a_file_without_secrets_says_only_whether_there_was_a_passcode(
    sim: Simulator, calling: Calling
) -> None:
    """Six digits are guessed from a digest in a second."""
    caller, meeting = calling(), sim.add_meeting(password="482915")
    plan = caller.plan(meeting, password="")

    written = plan.to_json()

    assert "digest:" not in written + repr(plan.to_dict())
    assert (json.loads(written)["read"], json.loads(written)["secrets"]) == (
        {"password": "(hidden)"},
        False,
    )
    whole = json.loads(plan.to_json(secrets=True))
    assert (whole["read"] == plan.read, whole["secrets"], "482915" in repr(whole)) == (
        True,
        True,
        False,
    )


def test_a_plan_without_secrets_is_stale_once_there_is_no_passcode(
    sim: Simulator, calling: Calling
) -> None:
    """Another passcode it cannot tell from the first; a plan in memory, or with secrets, can."""
    caller, meeting = calling(), sim.add_meeting(password="482915")
    plan = caller.plan(meeting, password="", settings={"waiting_room": True})
    blind, seeing = Plan.from_json(plan.to_json()), Plan.from_json(plan.to_json(secrets=True))
    caller.update(meeting, password="777777")

    for one in (plan, seeing):
        with pytest.raises(PlanStale, match="password"):
            caller.apply(one)
    assert caller.apply(blind).sent
    sim.set_quirks({"empty-passcode": "clear"})
    caller.update(meeting, password="")
    with pytest.raises(PlanStale, match=r"password.*nothing|password.*empty"):
        caller.apply(replace(blind, body={"password": "771100"}))


def test_a_link_in_a_text_is_kept_without_its_passcode(sim: Simulator, calling: Calling) -> None:
    """The rest of the text still tells whether somebody has changed it."""
    caller = calling()
    meeting = sim.add_meeting(agenda="Join: https://zoom.us/j/1?pwd=482915 (Monday)")
    written = caller.plan(meeting, agenda="Tuesday").to_json()

    assert json.loads(written)["read"] == {
        "agenda": "Join: https://zoom.us/j/1?pwd=(hidden) (Monday)"
    }
    caller.update(meeting, agenda="Join: https://zoom.us/j/1?pwd=482915 (Wednesday)")
    with pytest.raises(PlanStale, match="agenda"):
        caller.apply(Plan.from_json(written))


def test_no_secret_is_in_the_repr_of_anything_a_plan_or_receipt_has(
    sim: Simulator, calling: Calling
) -> None:
    """The values are there all the same, and JSON has them."""
    caller, meeting = calling(), sim.add_meeting(password="482915")
    plan = caller.plan(meeting, password="771100", topic="New")
    receipt = caller.send(plan, verify=True)

    seen = [plan.body, receipt.applied, pickle.loads(pickle.dumps(receipt)).applied]
    assert [json.loads(json.dumps(one))["password"] for one in seen] == ["771100"] * 3
    undo = receipt.undo()
    shown = (
        *seen,
        plan.read,
        receipt,
        receipt.record,
        receipt.verdict,
        receipt.side_effects,
        undo,
        undo.body,
    )
    text = " ".join(f"{one} {one!r}" for one in shown)
    assert [secret for secret in ("482915", "771100", "digest:", "zak=") if secret in text] == []


def test_what_the_meeting_forbids_is_an_error(sim: Simulator, calling: Calling) -> None:
    """A verdict, because the meeting was read; `allow` lifts it."""
    caller, meeting = calling(), sim.add_meeting()
    with pytest.raises(InvalidChange) as caught:
        caller.plan(meeting, settings={"registration_type": 1})

    (problem,) = caught.value.problems
    assert problem.rule == "registration-type-needs-series"
    allowed = caller.plan(
        meeting, settings={"registration_type": 1}, allow=["registration-type-needs-series"]
    )
    assert allowed.body == {"settings": {"registration_type": 1}}


def test_applying_judges_the_meeting_as_it_is_now(sim: Simulator, calling: Calling) -> None:
    """It may have become a meeting that forbids the change."""
    caller, meeting = calling(), series(sim)
    plan = caller.plan(meeting, settings={"registration_type": 1})
    caller.update(meeting, type=3)

    with pytest.raises(InvalidChange, match="registration_type"):
        caller.send(plan)


def test_a_meeting_that_is_gone_is_reported_and_nothing_sent(
    sim: Simulator, calling: Calling
) -> None:
    """With the next step."""
    with pytest.raises(NotFoundError) as caught:
        calling().plan(123456789, topic="x")

    assert (caught.value.sent, sim.updates()) == (False, ())
    assert caught.value.next_step


def test_a_plan_is_not_made_of_anything_else(sim: Simulator, calling: Calling) -> None:
    """A dict is not a plan."""
    with pytest.raises(PlanError, match="no plan but a dict"):
        calling().apply({"topic": "x"})  # type: ignore[arg-type]  # the error is the test


def test_check_judges_in_view_of_a_meeting(sim: Simulator, calling: Calling) -> None:
    """The same verdict as a plan's, of a meeting that was read before."""
    current, now = calling().get(sim.add_meeting()), sim.clock.now()

    found = check(settings={"registration_type": 1}, current=current, now=now)

    assert [problem.rule for problem in found] == ["registration-type-needs-series"]
    assert check(topic=str(current.topic), current=current, now=now) == []


def test_the_schedule_of_a_series_that_has_begun_goes_on_from_its_next_meeting(
    sim: Simulator, calling: Calling
) -> None:
    """A live series taken from a read may be changed at any time, and says what became of it."""
    caller, meeting = calling(), series(sim)
    sim.clock.set(datetime.fromisoformat("2027-01-20T00:00:00+00:00"))
    live = Series.from_zoom(caller.get(meeting))

    receipt = caller.update(meeting, schedule=live.at(time(10, 15)))

    assert sent(sim)["start_time"] == "2027-01-25T10:15:00"
    assert sent(sim)["recurrence"]["end_times"] == 9
    assert [problem.rule for problem in receipt.warnings] == ["series-goes-on"]


def test_a_pattern_on_other_days_starts_on_the_first_of_them(
    sim: Simulator, calling: Calling
) -> None:
    """Whether Zoom would count a start that is off the pattern is not known."""
    caller, meeting = calling(), series(sim)

    plan = caller.plan(meeting, recurrence={"weekly_days": "4"})

    assert plan.body["start_time"] == "2027-01-06T09:00:00"
    assert plan.problems == ()
