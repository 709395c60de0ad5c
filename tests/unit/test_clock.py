"""The clock is a shape; what reads the time is handed in."""

from datetime import UTC, datetime

from rezoom import _clock as clock


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
