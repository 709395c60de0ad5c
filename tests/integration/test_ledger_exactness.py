"""A hundred in any 24 hours, and never one too few: measured on a greedy client, at five phases."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from clocks import MONDAY_NOON, FakeClock
from ledgers import LEDGERS, asking
from rezoom import QuotaExceeded
from rezoom.quota import Lease

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
MARGIN = timedelta(microseconds=Lease().margin)
LIMIT = 100
PATTERNS = ("steady", "bursts", "walls")
# From the start of a day: where the windows of others begin and end.
PHASES = [timedelta(hours=hours) for hours in (0, 6, 12, 18)] + [DAY - timedelta(seconds=61)]

Admit = Callable[[], bool]


def gaps(pattern: str) -> Iterator[timedelta]:
    """Give the gaps between the asks of a greedy client over five days."""
    if pattern == "steady":
        yield from (timedelta(minutes=9) for _ in range(5 * 160))
    elif pattern == "bursts":
        for _ in range(15):
            yield from (timedelta(seconds=1) for _ in range(60))
            yield timedelta(hours=8)
    else:
        for _ in range(5):
            yield from (timedelta(0) for _ in range(220))
            yield timedelta(hours=23, minutes=59, seconds=59)


class Score(NamedTuple):
    """How many were admitted in the fullest 24 hours, and how often wrongly nobody was."""

    most: int
    wrong: int


def measure(admit: Admit, clock: FakeClock, pattern: str, *, window: timedelta = DAY) -> Score:
    """Ask as a pattern does; refusing is wrong below a hundred in the `window` that is over."""
    admitted: list[datetime] = []
    wrong = 0
    for gap in gaps(pattern):
        clock.advance(gap)
        if admit():
            admitted.append(clock.now())
        else:
            wrong += len(admitted) - bisect_right(admitted, clock.now() - window) < LIMIT
    most = max(bisect_left(admitted, at + DAY) - number for number, at in enumerate(admitted))
    return Score(most, wrong)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("name", LEDGERS)
def test_a_hundred_in_every_24_hours_and_never_a_wrong_refusal(
    name: str, pattern: str, tmp_path: Path
) -> None:
    """At every phase, in every ledger; the margin for clocks that differ is part of its window."""
    phases = PHASES[-2:] if name.startswith("redis") else PHASES
    for number, phase in enumerate(phases):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        clock, asked = FakeClock(MONDAY_NOON - timedelta(hours=12) + phase), 0
        with LEDGERS[name](folder, clock) as ledger:

            def admit() -> bool:
                nonlocal asked
                asked += 1
                try:
                    ledger.settle(ledger.reserve(asking(limit=LIMIT), f"{asked}"))
                except QuotaExceeded:
                    return False
                return True

            assert measure(admit, clock, pattern, window=DAY + MARGIN) == Score(LIMIT, 0)


def fixed_window(clock: FakeClock) -> Admit:
    """Count from midnight to midnight, as most do."""
    counts: dict[date, int] = {}

    def admit() -> bool:
        today = clock.now().date()
        counts[today] = counts.get(today, 0) + 1
        return counts[today] <= LIMIT

    return admit


def token_bucket(clock: FakeClock) -> Admit:
    """Refill a hundred tokens a day, little by little."""
    tokens, last = float(LIMIT), clock.now()

    def admit() -> bool:
        nonlocal tokens, last
        tokens = min(LIMIT, tokens + (clock.now() - last) / DAY * LIMIT)
        last = clock.now()
        if tokens < 1:
            return False
        tokens -= 1
        return True

    return admit


def sliding_counter(clock: FakeClock) -> Admit:
    """Weigh yesterday's count by what is left of it."""
    counts: dict[int, int] = {}

    def admit() -> bool:
        day, into = divmod(clock.now() - datetime.min.replace(tzinfo=clock.now().tzinfo), DAY)
        weighed = counts.get(day - 1, 0) * (1 - into / DAY) + counts.get(day, 0)
        if weighed + 1 > LIMIT:
            return False
        counts[day] = counts.get(day, 0) + 1
        return True

    return admit


@pytest.mark.parametrize("make", [fixed_window, token_bucket, sliding_counter])
def test_the_measure_finds_what_others_let_through(make: Callable[[FakeClock], Admit]) -> None:
    """Nearly two hundred in some 24 hours; the sliding counter refuses wrongly besides."""
    scores = []
    for pattern in PATTERNS:
        for phase in PHASES:
            clock = FakeClock(MONDAY_NOON - timedelta(hours=12) + phase)
            scores.append(measure(make(clock), clock, pattern))

    assert max(score.most for score in scores) >= 199
    assert any(score.wrong for score in scores) is (make is sliding_counter)
