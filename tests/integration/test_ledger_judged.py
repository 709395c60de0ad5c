"""Zoom as the judge: whatever clients and network do, it never counts one too many."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from ledger_judge import MUTANTS, Judged, TooMany
from ledgers import LEDGERS

_SETTINGS = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


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
