"""The order in which faults happen, held against a model that is too simple to be wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom.simulator import Fault, RandomFaults
from rezoom.simulator._fault_plan import FaultPlan, Faults

pytestmark = pytest.mark.smoke

REQUESTS = [("PATCH", "/v2/meetings/1"), ("GET", "/v2/meetings/1"), ("GET", "/v2/meetings/11")]
matches = st.sampled_from(["/v2/", "PATCH", "GET", "/v2/meetings/1", "GET /v2/meetings/11"])
faults = st.builds(
    lambda status, match, nth, times: Fault(status=status, match=match, nth=nth, times=times),
    st.integers(200, 599),
    matches,
    st.integers(1, 4),
    st.none() | st.integers(1, 3),
)
requests = st.lists(st.sampled_from(REQUESTS), max_size=30)


def planned(*faults: Fault, lottery: RandomFaults | None = None) -> FaultPlan:
    """Return a plan with these faults and this lottery."""
    plan = FaultPlan()
    plan.add(Faults(faults, lottery))
    return plan


def fits(match: str, method: str, path: str) -> bool:
    """Say it again, for these few requests, without the code under test."""
    found = {"/v2/": True, "PATCH": method == "PATCH", "GET": method == "GET"}
    found["/v2/meetings/1"] = path == "/v2/meetings/1"
    found["GET /v2/meetings/11"] = method == "GET" and path == "/v2/meetings/11"
    return found[match]


@given(st.lists(faults, max_size=4), requests)
def test_each_fault_waits_for_its_nth_request_and_its_turn(
    armed: list[Fault], requests: list[tuple[str, str]]
) -> None:
    """It is passed over nth - 1 times; from then on the first in the list that fits is taken."""
    plan = planned(*armed)
    seen = [0] * len(armed)
    left: list[Any] = [fault.times for fault in armed]
    for method, path in requests:
        expected = None
        for index, fault in enumerate(armed):
            if left[index] == 0 or not fits(fault.match, method, path):
                continue
            seen[index] += 1
            if expected is None and seen[index] >= fault.nth:
                expected = fault
                left[index] = None if left[index] is None else left[index] - 1
        assert plan.take(method, path) is expected
    still = [fault for fault, times in zip(armed, left, strict=True) if times != 0]
    assert list(plan.remaining().listed) == still


@given(st.integers(), requests, st.lists(faults, max_size=3))
def test_a_lottery_is_decided_by_its_seed(
    seed: int, requests: list[tuple[str, str]], others: list[Fault]
) -> None:
    """The nth request that fits draws the same in every run, whatever else is armed."""
    chances = {"reset": 0.3, "html-502": 0.3}
    alone, beside = (
        planned(*faults, lottery=RandomFaults(chances, seed=seed, match="GET"))
        for faults in ([], others)
    )
    for method, path in requests:
        drawn, taken = alone.take(method, path), beside.take(method, path)
        assert drawn is None or method == "GET"
        assert taken in others or (taken and taken.kind) == (drawn and drawn.kind)


@given(st.integers())
def test_a_lottery_that_is_added_again_draws_from_the_beginning(seed: int) -> None:
    """A reset of the simulator draws the same faults again."""
    plan = planned(lottery=RandomFaults({"reset": 0.5}, seed=seed))

    def run(drawing: FaultPlan) -> list[bool]:
        return [drawing.take("GET", "/v2/") is not None for _ in range(20)]

    first = run(plan)
    again = planned(lottery=plan.remaining().lottery)
    assert run(again) == first


def test_what_remains_keeps_a_body_of_bytes() -> None:
    """The body stays as it was, although JSON could not carry it."""
    fault = Fault(body=b"\xff\x00", times=2, nth=2)
    assert planned(fault).remaining().listed == (fault,)
