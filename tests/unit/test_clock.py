"""The clock is a shape; what reads the time is handed in."""

import gc
import tracemalloc
from datetime import UTC, datetime

from rezoom import _clock as clock
from rezoom.quota import MemoryLedger


class FrozenClock:
    """A clock that tests turn by hand; mypy checks it against the protocol."""

    def __init__(self) -> None:
        self.slept = 0.0

    def now(self) -> datetime:
        return datetime(2026, 12, 7, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    async def asleep(self, seconds: float) -> None:
        self.slept += seconds


def test_any_object_with_the_four_methods_is_a_clock() -> None:
    """Nothing has to be inherited to bring one's own time."""
    given: clock.Clock = FrozenClock()

    given.sleep(1.5)

    assert given.monotonic() == 1.5


def test_what_is_gone_leaves_nothing_behind_for_children() -> None:
    """A process that makes a ledger for each request keeps none of them, nor a hook of it."""
    MemoryLedger()
    tracemalloc.start()
    for _ in range(2000):
        MemoryLedger()
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert grown < 50_000
