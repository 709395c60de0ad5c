"""Pace: turns in order, below the limit in every second, and lessons that fade."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._ledger.pacing import HELD, LONE, REPEATED, SHARE, UNPACED, Pace, lesson, rate_now, turn
from rezoom._times import SECOND

PACE = Pace("key", SHARE * 80, 80)


@given(st.floats(0.5, 100), st.lists(st.integers(0, 2 * SECOND), min_size=1, max_size=80))
def test_turns_are_evenly_apart(rate: float, gaps: list[int]) -> None:
    """However the callers come; so no second holds more than the rate and one."""
    pace = Pace("key", rate, rate)
    now, stored, turns = 0, UNPACED, []
    for gap in gaps:
        now += gap
        at, following = turn(pace, stored, now)
        assert following is not None
        stored = following
        turns.append(at)

    apart = [later - earlier for earlier, later in pairwise(turns)]
    assert all(one >= SECOND / rate for one in apart)


def test_an_idle_hour_earns_no_burst() -> None:
    """The first goes at once, and the next waits."""
    _, stored = turn(PACE, UNPACED, 0)
    assert stored is not None
    at, stored = turn(PACE, stored, 3600 * SECOND)
    assert stored is not None

    assert (at, turn(PACE, stored, at)[0]) == (3600 * SECOND, at + PACE.gap)


def test_a_lone_refusal_costs_a_twentieth_for_ten_seconds() -> None:
    """So that one stray 429 in a minute is not felt."""
    once = lesson(PACE, UNPACED, 0)
    assert once is not None

    assert once[1] == pytest.approx(76.4 * LONE)
    assert rate_now(PACE, once[1], 0, 9 * SECOND) != PACE.rate
    assert rate_now(PACE, once[1], 0, 10 * SECOND + 1) == PACE.rate


def test_where_one_call_in_a_hundred_is_refused_the_rate_is_cut() -> None:
    """Eight of the calls of ten seconds; until then each one costs a little."""
    stored, rates = UNPACED, [76.4]
    for second in range(8):
        stored = lesson(PACE, stored, second * SECOND) or stored
        rates.append(stored[1] or 0.0)

    # With what comes back in the second between.
    costs = [
        later / min(76.4, earlier + (number > 0) * 76.4 * 0.005)
        for number, (earlier, later) in enumerate(pairwise(rates))
    ]
    assert costs[:5] == pytest.approx([LONE] * 5)
    assert costs[-1] == pytest.approx(REPEATED)


def test_on_a_small_plan_the_second_refusal_cuts() -> None:
    """One alone would be more than a hundredth of its calls."""
    small = Pace("key", 3.82, 4)
    once = lesson(small, UNPACED, 0)
    assert once is not None
    twice = lesson(small, once, 2 * SECOND)
    assert twice is not None

    assert once[1] == pytest.approx(3.82 * LONE)
    assert twice[1] == pytest.approx((3.82 * LONE + 3.82 * 0.01) * REPEATED)


def test_one_herd_is_one_lesson() -> None:
    """Calls that were sent together are refused together."""
    once = lesson(PACE, UNPACED, 0)
    assert once is not None

    assert lesson(PACE, once, SECOND - 1) is None


def test_a_lower_limit_that_zoom_names_is_believed() -> None:
    """The plan was named wrongly, or others have their share."""
    named = lesson(PACE, UNPACED, 0, 30)
    assert named is not None

    assert named[1] == pytest.approx(30 * SHARE)
    assert rate_now(PACE, named[1], named[2], HELD) == named[1]
    assert lesson(PACE, named, SECOND - 1, 30) is None


def test_our_own_limit_in_an_answer_is_no_news() -> None:
    """It costs what an answer costs that names none."""
    assert lesson(PACE, UNPACED, 0, 80) == lesson(PACE, UNPACED, 0)


def test_what_is_not_paced_is_paced_by_any_limit_that_zoom_names() -> None:
    """Also by the largest there is."""
    named = lesson(Pace("key", None, 80), UNPACED, 0, 80)
    assert named is not None

    assert turn(Pace("key", None, 80), named, SECOND)[1] == (SECOND + 13090, *named[1:])


def test_a_rate_never_falls_to_nothing() -> None:
    """Somebody has to find out when it is over."""
    stored = UNPACED
    for number in range(100):
        stored = lesson(PACE, stored, number * SECOND) or stored

    assert 0.1 <= (stored[1] or 0.0) < 1
