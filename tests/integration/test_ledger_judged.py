"""Zoom as the judge: whatever clients and network do, it never counts one too many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from clocks import FakeClock
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from ledger_judge import MUTANTS, Judged, TooMany
from ledgers import LEDGERS, asking
from rezoom import QuotaExceeded
from rezoom.quota import Lease, Ledger

_SETTINGS = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
WINDOW = timedelta(days=1, microseconds=Lease().margin)


@pytest.mark.slow
@pytest.mark.parametrize("exclusive", [False, True], ids=["many at once", "one at a time"])
@pytest.mark.parametrize("name", LEDGERS)
def test_zoom_never_counts_one_too_many(name: str, exclusive: bool) -> None:
    """And nobody who comes back when told to is refused."""
    members = {"factory": staticmethod(LEDGERS[name]), "exclusive": exclusive}

    run_state_machine_as_test(type("Machine", (Judged,), members), settings=_SETTINGS)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_judge_catches_what_is_wrong(mutant: str) -> None:
    """Three ways to count that others have shipped, and each is found out."""
    members = {
        "factory": staticmethod(LEDGERS["memory"]),
        "mutant": staticmethod(MUTANTS[mutant]),
    }
    hunting = settings(_SETTINGS, max_examples=500, phases=[Phase.generate])

    with pytest.raises(TooMany):
        run_state_machine_as_test(type("Machine", (Judged,), members), settings=hunting)


def _pattern(name: str) -> Iterator[timedelta]:
    """Give the gaps between the asks of a greedy client over five days."""
    if name == "steady":
        yield from (timedelta(minutes=9) for _ in range(5 * 160))
    elif name == "bursts":
        for _ in range(15):
            yield from (timedelta(seconds=1) for _ in range(60))
            yield timedelta(hours=8)
    else:
        for _ in range(5):
            yield from (timedelta(0) for _ in range(120))
            yield timedelta(hours=23, minutes=59, seconds=59)


@pytest.fixture(params=list(LEDGERS))
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    """Every ledger."""
    with LEDGERS[request.param](tmp_path, clock) as made:
        yield made


@pytest.mark.parametrize("pattern", ["steady", "bursts", "walls"])
def test_a_hundred_in_every_24_hours_and_never_a_wrong_refusal(
    ledger: Ledger, clock: FakeClock, pattern: str
) -> None:
    """Admitted exactly when fewer than a hundred were counted in the window."""
    admitted: list[datetime] = []
    fullest = 0
    for number, gap in enumerate(_pattern(pattern)):
        clock.advance(gap)
        recent = [at for at in admitted if at > clock.now() - WINDOW]
        fullest = max(fullest, len(recent))
        try:
            ledger.settle(ledger.reserve(asking(limit=100), f"{number}"))
        except QuotaExceeded:
            assert len(recent) == 100
        else:
            assert len(recent) < 100
            admitted.append(clock.now())

    assert fullest == 100
