"""A clock that tests and seasons of a year can be moved by, shared by client and simulator."""

import threading
import time
from datetime import UTC, datetime, timedelta


class SimClock:
    """A `rezoom.Clock` that is set and advanced by hand; sleeping on it advances it at once.

    Given a start it stands still until it is moved. Without one it starts at the present and runs.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._runs = start is None
        self._shown = datetime.now(UTC) if start is None else _utc(start)
        self._elapsed = 0.0
        self._read_at = time.monotonic()

    def __repr__(self) -> str:
        return f"SimClock({self.now():%Y-%m-%dT%H:%M:%SZ})"

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        with self._lock:
            self._run_on()
            return self._shown

    def monotonic(self) -> float:
        """Return the seconds gone by; setting the clock back does not take any away."""
        with self._lock:
            self._run_on()
            return self._elapsed

    def set(self, instant: datetime) -> None:
        """Show `instant` from now on, earlier or later."""
        moment = _utc(instant)
        with self._lock:
            self._run_on()
            self._elapsed += max((moment - self._shown).total_seconds(), 0.0)
            self._shown = moment

    def advance(self, by: timedelta | float) -> None:
        """Let that much time go by in an instant; a bare number is seconds."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if step < timedelta():
            raise ValueError(f"a clock advances by a positive time, not {step}; use set() instead")
        with self._lock:
            self._run_on()
            self._shown += step
            self._elapsed += step.total_seconds()

    def sleep(self, seconds: float) -> None:
        """Advance instead of blocking."""
        self.advance(max(seconds, 0.0))

    async def asleep(self, seconds: float) -> None:
        """Advance instead of suspending, and let other tasks run once."""
        from anyio.lowlevel import checkpoint

        self.advance(max(seconds, 0.0))
        await checkpoint()

    def _run_on(self) -> None:
        if self._runs:
            read_at = time.monotonic()
            self._shown += timedelta(seconds=read_at - self._read_at)
            self._elapsed += read_at - self._read_at
            self._read_at = read_at


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"the clock needs an aware datetime, and {instant} has no time zone")
    return instant.astimezone(UTC)
