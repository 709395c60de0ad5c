"""The real time; everything else gets its clock handed in."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import anyio


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Read the wall clock, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Read the clock that never goes back and, where there is one, runs in sleep too."""
        boot = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boot is None else time.clock_gettime(boot)

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Let other tasks run."""
        await anyio.sleep(seconds)
