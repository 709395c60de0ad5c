"""Laws of planning: for any two states of a meeting, over HTTP against the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from meeting_states import NOW, changes, meetings
from rezoom import InvalidChange, Limits, Plan, Zoom
from rezoom.simulator import SimClock, Simulator

State = dict[str, Any]
# What follows from a passcode, whatever else was asked.
LINKS = {"join_url", "encrypted_password", "h323_password", "pstn_password"}
SIM = Simulator(clock=SimClock(NOW), limits=False)
LOCKS = ("topic", "settings.host_video", "settings.focus_mode", "settings.auto_recording")
SIMPLE = {"agenda", "duration", "password", "settings.watermark", "settings.mute_upon_entry"}
LOCKED = Simulator(clock=SimClock(NOW), limits=False, quirks={"locked": LOCKS})
PATIENT = settings(max_examples=50, deadline=None)


@pytest.fixture(scope="module", autouse=True)
def simulator() -> Iterator[None]:
    """Run one simulator for all examples."""
    with SIM:
        yield


@pytest.fixture(scope="module")
def zoom(simulator: None) -> Iterator[Zoom]:
    """Give one client for all examples."""
    with SIM.zoom(limits=Limits(meeting=None, host=None)) as client:
        yield client


@pytest.fixture(scope="module")
def strict_zoom() -> Iterator[Zoom]:
    """Give a client of a Zoom in which an administrator has locked some things."""
    with LOCKED, LOCKED.zoom(limits=Limits(meeting=None, host=None)) as client:
        yield client


def planned(zoom: Zoom, meeting: int, change: State) -> Plan:
    """Plan it, unless the rules forbid it."""
    try:
        return zoom.plan(meeting, change)
    except InvalidChange:
        assume(False)
        raise


def read(zoom: Zoom, meeting: int) -> State:
    """Read what an undo can be held to."""
    return zoom.get(meeting).to_dict()


@pytest.mark.slow
@given(first=meetings(), change=changes())
@PATIENT
def test_what_a_plan_asks_is_there_afterwards(zoom: Zoom, first: State, change: State) -> None:
    """Unless the plan has warned of it; and nothing else changes but what follows from it."""
    plan = planned(zoom, SIM.add_meeting(**first), change)

    receipt = plan.apply(verify=True)

    warned = {problem.path for problem in plan.problems}
    assert receipt.ignored.keys() <= warned
    assert dict(receipt.unseen) == {}
    effects = {effect.path for effect in receipt.side_effects}
    assert effects <= (LINKS if "password" in plan.body else set())


@pytest.mark.slow
@given(first=meetings(), change=changes())
@PATIENT
def test_the_same_change_again_is_empty(zoom: Zoom, first: State, change: State) -> None:
    """By what is read, not by what was remembered; applying it sends nothing."""
    meeting = SIM.add_meeting(**first)
    first_time = planned(zoom, meeting, change).apply(verify=True)

    again = zoom.plan(meeting, change)

    assert {path for path, _ in members(dict(again.body))} <= first_time.ignored.keys()
    assert again.empty or first_time.ignored
    assert again.apply().sent is not again.empty


@pytest.mark.slow
@given(first=meetings(), change=changes())
@PATIENT
def test_undoing_brings_back_what_it_says(zoom: Zoom, first: State, change: State) -> None:
    """Whatever is not named as lost is as it was, and is seen to be."""
    meeting = SIM.add_meeting(**first)
    before = read(zoom, meeting)
    receipt = planned(zoom, meeting, change).apply(verify=True)
    undo = receipt.undo()

    undone = undo.apply(verify=True)

    assert dict(undone.ignored) == {}
    assert kept(read(zoom, meeting), undo) == kept(before, undo)


@pytest.mark.slow
@given(first=meetings(), change=changes())
@PATIENT
def test_a_verdict_is_true(strict_zoom: Zoom, first: State, change: State) -> None:
    """What it calls applied is there, and what it calls ignored is as it was."""
    meeting = LOCKED.add_meeting(**first)
    plan = planned(strict_zoom, meeting, change)
    before = dict(members(read(strict_zoom, meeting)))

    receipt = plan.apply(verify=True)

    after = dict(members(read(strict_zoom, meeting)))
    locked = {path for path in LOCKS if path in dict(members(dict(plan.body)))}
    plain = {path for path in receipt.applied if path in SIMPLE}
    assert locked <= receipt.ignored.keys()
    assert receipt.ignored.keys() - locked <= {problem.path for problem in plan.problems}
    assert {path: after.get(path) for path in receipt.ignored} == {
        path: before.get(path) for path in receipt.ignored
    }
    assert {path: after[path] for path in plain} == {path: receipt.applied[path] for path in plain}


def kept(state: Mapping[str, Any], undo: Plan) -> State:
    """Leave out what the undo says it cannot bring back."""
    reported = {problem.rule for problem in undo.problems}
    lost = {problem.path for problem in undo.problems if problem.rule.startswith("undo-")}
    # More dates than an update may ask for are reported by that rule.
    lost |= {"recurrence"} if "recurrence.end_times.maximum" in reported else set()
    if "undo-series-goes-on" in reported:
        lost |= {"recurrence.end_times"}
    elif {"start_time", "recurrence", "recurrence.end_times"} & lost:
        # "With the whole timing", says the rule.
        lost |= {"start_time", "timezone", "recurrence", "occurrences", "type"}
    flat = dict(members(state))
    return {path: flat[path] for path in flat if not {path, path.partition(".")[0]} & lost}


def members(state: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a meeting has by its dotted path; an empty list is as good as none."""
    for name, value in state.items():
        if isinstance(value, dict):
            yield from members(value, f"{prefix}{name}.")
        elif value != []:
            yield f"{prefix}{name}", value
