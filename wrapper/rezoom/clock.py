"""The clock that drivers, ledgers and tests hand in; the system's own lives with the drivers."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time to read and time to wait."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Suspend this task."""
        ...
