"""Pace: turns in order, below the limit in every second, and lessons that fade."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._ledger.pacing import CUT, UNPACED, Pace, lesson, rate_now, turn
from rezoom._times import MINUTE, SECOND

PACE = Pace("key", 24.0, 3, 24.0)


@given(
    st.integers(1, 10),
    st.floats(0.5, 100),
    st.lists(st.integers(0, 2 * SECOND), min_size=1, max_size=80),
)
def test_no_second_holds_more_than_burst_and_rate(burst: int, rate: float, gaps: list[int]) -> None:
    """However the callers come."""
    pace = Pace("key", rate, burst, rate)
    now, stored, turns = 0, UNPACED, []
    for gap in gaps:
        now += gap
        at, following = turn(pace, stored, now)
        assert following is not None
        stored = following
        turns.append(at)

    assert turns == sorted(turns)
    for start in turns:
        assert sum(start <= at < start + SECOND for at in turns) <= burst + rate + 1e-6


def test_a_burst_goes_out_at_once() -> None:
    """And then one after the other."""
    stored, turns = UNPACED, []
    for _ in range(5):
        at, following = turn(PACE, stored, SECOND)
        assert following is not None
        stored = following
        turns.append(at - SECOND)

    assert turns == [0, 0, 0, PACE.gap, 2 * PACE.gap]


def test_lessons_multiply_down_and_are_forgotten_slowly() -> None:
    """A single one in six minutes."""
    once = lesson(PACE, UNPACED, 0)
    assert once is not None
    twice = lesson(PACE, once, 2 * SECOND)
    assert twice is not None

    assert once[1] == pytest.approx(24 * CUT)
    assert twice[1] == pytest.approx(24 * CUT * CUT, rel=0.01)
    assert rate_now(PACE, once[1], 0, 5 * MINUTE) != PACE.rate
    assert rate_now(PACE, once[1], 0, 6 * MINUTE + SECOND) == PACE.rate


def test_one_herd_is_one_lesson() -> None:
    """Calls that were sent together are refused together."""
    once = lesson(PACE, UNPACED, 0)
    assert once is not None

    assert lesson(PACE, once, SECOND - 1) is None


def test_a_rate_never_falls_to_nothing() -> None:
    """Somebody has to find out when it is over."""
    stored = UNPACED
    for number in range(100):
        stored = lesson(PACE, stored, number * SECOND) or stored

    assert stored[1] == pytest.approx(0.1, rel=0.2)


def test_a_learned_rate_allows_no_burst() -> None:
    """Bursts are what was refused."""
    stored = lesson(PACE, UNPACED, 0)
    assert stored is not None
    _, stored = turn(PACE, stored, 0)
    assert stored is not None

    assert turn(PACE, stored, 0)[0] > 0
