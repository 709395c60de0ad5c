"""Time that only a test can move."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

MONDAY_NOON = datetime(2026, 12, 7, 12, 0, tzinfo=UTC)


class FakeClock:
    """A `rezoom.Clock` that stands still until a test, or a sleeper, moves it on."""

    def __init__(self, start: datetime = MONDAY_NOON) -> None:
        self._start = self._now = start
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the instant the test has chosen."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds that were let go by."""
        return (self._now - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Note the wish, and let the time go by at once."""
        with self._lock:
            self.slept.append(seconds)
            self._now += timedelta(seconds=seconds)

    async def asleep(self, seconds: float) -> None:
        """Let the time go by as `sleep` does."""
        self.sleep(seconds)

    def advance(self, by: timedelta) -> None:
        """Let time go by without anybody sleeping."""
        self._now += by

    def jump(self, instant: datetime) -> None:
        """Show `instant` from now on."""
        self._now = instant
