"""A clock that tests set and advance, shared by client and simulator."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from .._public import public
from ..errors import ConfigError

# Room on both sides for whatever adds days or months to it, or takes a day away.
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@public("rezoom.simulator")
class SimClock:
    """A `rezoom.Clock` that is set and advanced by hand; sleeping on it advances it at once.

    Given a start it stands still until it is moved. Without one it starts at the present and runs.
    `runs` says otherwise: a clock that starts elsewhere and runs, or stands still at the present.
    """

    def __init__(self, start: datetime | None = None, *, runs: bool | None = None) -> None:
        self._lock = threading.Lock()
        self._runs = start is None if runs is None else runs
        self._watchers: list[Callable[[], None]] = []
        self._shown = datetime.now(UTC) if start is None else _utc(start)
        self._elapsed = 0.0
        self._read_at = time.monotonic()

    def __repr__(self) -> str:
        return f"SimClock({self.now():%Y-%m-%dT%H:%M:%SZ})"

    @classmethod
    def restored(cls, memento: Mapping[str, Any]) -> Self:
        """Return a clock as it was when `memento` was taken; a running one has run on since."""
        if "offset" in memento:
            return cls(datetime.now(UTC) + timedelta(seconds=memento["offset"]), runs=True)
        return cls(datetime.fromisoformat(memento["shown"]), runs=False)

    def memento(self) -> dict[str, Any]:
        """Return what a file must keep of it: its distance from real time, or where it stands."""
        shown = self.now()
        if self._runs:
            return {"offset": (shown - datetime.now(UTC)).total_seconds()}
        return {"shown": shown.isoformat()}

    def watch(self, moved: Callable[[], None]) -> None:
        """Call `moved` after every move by hand; not for the time that runs by itself."""
        self._watchers.append(moved)

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
        self._notify()

    def advance(self, by: timedelta | float) -> None:
        """Let that much time go by in an instant; a bare number is seconds."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if step < timedelta():
            raise ValueError(f"a clock advances by a positive time, not {step}; use set() instead")
        with self._lock:
            self._run_on()
            self._shown = _utc(self._shown + step)
            self._elapsed += step.total_seconds()
        self._notify()

    def sleep(self, seconds: float) -> None:
        """Advance instead of blocking."""
        self.advance(max(seconds, 0.0))

    async def asleep(self, seconds: float) -> None:
        """Advance instead of suspending, and let other tasks run once."""
        from anyio.lowlevel import checkpoint

        self.advance(max(seconds, 0.0))
        await checkpoint()

    def _notify(self) -> None:
        for moved in self._watchers:
            moved()

    def _run_on(self) -> None:
        if self._runs:
            read_at = time.monotonic()
            self._shown += timedelta(seconds=read_at - self._read_at)
            self._elapsed += read_at - self._read_at
            self._read_at = read_at


def read_clock(text: str, *, runs: bool = False) -> SimClock:
    """Return a clock that shows the instant, such as 2027-01-01T00:00Z, and stands still there."""
    try:
        return SimClock(datetime.fromisoformat(text.strip()), runs=runs)
    except ValueError as error:  # no date at all, one without a zone, or one too far away
        reason = "" if "isoformat" in str(error) else f": {error}"
        step = "Write date, time and zone: 2027-01-01T00:00Z or 2027-01-01T09:00+01:00."
        message = f"clock: {text!r} is no instant{reason}"
        raise ConfigError(message, field="clock", next_step=step) from None


def _utc(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"the clock needs an aware datetime, and {instant} has no time zone")
    try:
        moment = instant.astimezone(UTC)
    except OverflowError:
        moment = None
    if moment is None or not _FIRST <= moment <= _LAST:
        raise ValueError(
            f"the clock goes from {_FIRST:%Y} to {_LAST:%Y}, and {instant.isoformat()} is outside"
        )
    return moment
