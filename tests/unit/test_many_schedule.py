"""Which of many changes goes next: none is lost, none goes twice, a meeting's keep their order."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._client.schedule import Schedule, needed


@dataclass(eq=False)
class Row:
    """A change of the meeting `lane`."""

    number: int
    lane: int
    last: bool = False


ROWS = st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=30)


@given(ROWS, st.integers(1, 8), st.integers(1, 6), st.randoms(use_true_random=False))
def test_every_row_goes_once_and_behind_those_of_its_meeting(
    given_rows: list[tuple[int, bool]], window: int, most: int, chance: Random
) -> None:
    """However many are under way, whatever waits, and in whatever order they end."""
    rows = [Row(number, lane, last) for number, (lane, last) in enumerate(given_rows)]
    schedule: Schedule[Row] = Schedule(window)
    source, now = iter(rows), 0.0
    flying: list[Row] = []
    ended: list[Row] = []
    drained = False
    while not (drained and not schedule.held):
        row = schedule.take(now, drained=drained) if len(flying) < most else None
        if row is not None:
            assert row.lane not in {one.lane for one in flying}
            flying.append(row)
            assert schedule.in_flight == len(flying)
        elif not drained and not schedule.full:
            following = next(source, None)
            if following is None:
                drained = True
            else:
                schedule.add(following)
                assert schedule.held <= window
        elif flying:
            row = flying.pop(chance.randrange(len(flying)))
            if chance.random() < 0.3:
                schedule.postpone(row, now + chance.randrange(3))
            else:
                schedule.end(row)
                ended.append(row)
        else:
            assert schedule.wakes_at is not None
            now = max(now, schedule.wakes_at)

    assert sorted(row.number for row in ended) == list(range(len(rows)))
    for lane in {row.lane for row in rows}:
        numbers = [row.number for row in ended if row.lane == lane]
        assert numbers == sorted(numbers)
    assert schedule.in_flight == 0


def test_what_is_looked_at_last_waits_for_the_end_of_the_input() -> None:
    """It may be under way still, in the hands of a process that has died."""
    schedule: Schedule[Row] = Schedule(9)
    schedule.add(Row(1, lane=1, last=True))
    schedule.add(Row(2, lane=2))

    order = [schedule.take(0, drained=False), schedule.take(0, drained=False)]
    late = schedule.take(0, drained=True)

    assert [row and row.number for row in (*order, late)] == [2, None, 1]


def test_a_full_window_does_not_wait_for_an_input_that_it_cannot_read() -> None:
    """Otherwise the rows behind one that is looked at last would stop the run."""
    schedule: Schedule[Row] = Schedule(2)
    schedule.add(Row(1, lane=1, last=True))
    schedule.add(Row(2, lane=1))

    taken = schedule.take(0, drained=False)

    assert taken is not None
    assert taken.number == 1


@pytest.mark.parametrize(
    ("rate", "latency", "most", "calls"),
    [(80, 0.3, 96, 32), (80, 3.0, 96, 96), (30, 0.3, 96, 14), (2, 0.1, 96, 3), (None, 9.0, 8, 8)],
)
def test_as_many_are_in_flight_as_rate_and_latency_need(
    rate: float | None, latency: float, most: int, calls: int
) -> None:
    """Little's law, a quarter more and two; never above the bound, and all of it at no rate."""
    assert needed(rate, latency, most) == calls
