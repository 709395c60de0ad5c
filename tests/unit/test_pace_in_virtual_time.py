"""Calls of many processes at Zoom's door, in virtual time: near the limit, and never above it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from random import Random

import pytest
from clocks import MONDAY_NOON, FakeClock
from rezoom._http.flow import Await, Reserve, turn
from rezoom._wire import facts
from rezoom.quota import MemoryLedger, Policy

# How long a process stands still now, in seconds.
Stall = Callable[[], float]


def arrivals(
    plan: str, count: int, *, processes: int, stall: Stall, refused: int = 0
) -> list[float]:
    """Send `count` requests from some processes that are always ready; tell when they left.

    Each asks for its turn as soon as the one before has left, and may be stalled on the way: before
    the ledger's answer reaches it, and when its turn has come. One request may be `refused`.
    """
    clock = FakeClock()
    asked = Policy(account_plan=plan).reading("account")
    assert asked is not None
    left: list[float] = []
    with closing(MemoryLedger(clock=clock)) as ledger:

        def process() -> Callable[[], float]:
            """Return a function that goes on to its next pause, and tells how long that is."""
            now, turn_at, steps, grants = clock.monotonic, 0.0, turn(asked, 30), 0
            step = next(steps)

            def go_on() -> float:
                nonlocal turn_at, steps, step, grants
                while True:
                    match step:
                        case Reserve(wanted, wait):
                            grants += 1
                            grant = ledger.reserve(wanted, f"{id(go_on)}-{grants}", wait=wait)
                            turn_at = now() + grant.pause
                            step = steps.send(grant)
                            return max(grant.pause, stall()) + stall()
                        case Await():
                            try:
                                step = steps.send(now() - turn_at)
                            except StopIteration:
                                left.append(now())
                                if len(left) == refused:
                                    ledger.slow_down(asked)
                                steps = turn(asked, 30)
                                step = next(steps)
                        case _:  # given back
                            step = next(steps)

            return go_on

        ready = [(0.0, number, process()) for number in range(processes)]
        while len(left) < count:
            at, number, go_on = heapq.heappop(ready)
            clock.jump(MONDAY_NOON + timedelta(seconds=at))
            heapq.heappush(ready, (at + go_on(), number, go_on))
    return left


def share(left: list[float], limit: int) -> float:
    """Tell how much of the limit was used."""
    return (len(left) - 1) / (left[-1] - left[0]) / limit


def most_in_a_second(left: list[float]) -> int:
    """Count the requests of the fullest second, wherever it begins."""
    left = sorted(left)
    return max(sum(at <= one < at + 1 for one in left[n : n + 200]) for n, at in enumerate(left))


CASES = [(plan, processes) for plan in facts.RATES for processes in (1, 4)]


@pytest.mark.parametrize(("plan", "processes"), CASES)
def test_the_allowed_rate_is_filled(plan: str, processes: int) -> None:
    """By one process and by four: 95 % of it, in every second less than all of it."""
    limit = facts.RATES[plan].per_second

    left = arrivals(plan, 20 * limit, processes=processes, stall=lambda: 0.0)

    assert share(left, limit) >= 0.95
    assert most_in_a_second(left) <= limit


@pytest.mark.parametrize(("plan", "processes"), CASES)
@pytest.mark.parametrize("seed", range(3))
def test_stalls_cost_little_and_make_no_burst(plan: str, processes: int, seed: int) -> None:
    """One turn in two hundred comes up to 150 ms late: 90 % are used, and no second is overfull."""
    limit = facts.RATES[plan].per_second
    random = Random(seed)  # noqa: S311 - repeatable

    left = arrivals(
        plan,
        20 * limit,
        processes=processes,
        stall=lambda: random.uniform(0, 0.15) if random.random() < 1 / 400 else 0.0,
    )

    assert share(left, limit) >= 0.9
    assert most_in_a_second(left) <= limit


@pytest.mark.parametrize("plan", ["pro", "business"])
def test_a_stray_refusal_costs_little(plan: str) -> None:
    """Of 2 400 calls one is refused: still more than 93 % of the limit is used."""
    limit = facts.RATES[plan].per_second

    left = arrivals(plan, 2400, processes=1, stall=lambda: 0.0, refused=600)

    assert 0.93 <= share(left, limit) < share(left[:600], limit)
