"""Ledger decorator that reports each step to a listener and survives its failures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from .._clock import MACHINE, Time
from .._times import SECOND, micros
from ..errors import LedgerError, QuotaExceeded
from . import events
from .decorators import Around
from .events import Event, OnEvent
from .model import Grant, Reservation, account_of, read_key
from .protocol import Ledger

_log = logging.getLogger("rezoom.quota")
# How fast a wall clock is steered without being set: NTP slews by at most 500 in a million.
_SLEW = 500e-6


class Observed(Around):
    """Calls `on_event` after every step; what it raises is logged once and goes no further."""

    def __init__(self, inner: Ledger, on_event: OnEvent, *, clock: Time | None = None) -> None:
        """Report to `on_event` what happens in `inner`; `clock` measures how long it took."""
        super().__init__(inner)
        self._on_event, self._clock = on_event, clock or MACHINE
        self._failed = False
        self._looking = threading.Lock()
        self._seen = self._clocks()

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Reserve a slot and report the grant or the refusal."""
        with _Step(self, reservation) as step:
            return step.granted(self.inner.reserve(reservation, token, wait=wait))

    def settle(self, grant: Grant) -> None:
        """Settle the slot and report it."""
        with _Step(self, grant.reservation, events.Settled if grant.counted else None):
            self.inner.settle(grant)

    def release(self, grant: Grant) -> None:
        """Release the slot and report it."""
        with _Step(self, grant.reservation, events.Released if grant.counted else None):
            self.inner.release(grant)

    def abandon(self, grant: Grant) -> None:
        """Mark the request as unanswered and report it."""
        with _Step(self, grant.reservation, events.Unknown if grant.counted else None):
            self.inner.abandon(grant)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Block the scope and report it."""
        with _Step(self, reservation) as step:
            self.inner.block(reservation, name, until, why)
            step.blocked(name, until, why)

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Count what other clients have used and report how much it was."""
        with _Step(self, reservation) as step:
            return step.added(name, self.inner.external(reservation, name, used))

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Slow the pace down and report it."""
        with _Step(self, reservation, events.SlowedDown, limit=limit):
            self.inner.slow_down(reservation, limit)

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        with _Step(self, reservation) as step:
            return step.granted(await self.inner.areserve(reservation, token, wait=wait))

    async def asettle(self, grant: Grant) -> None:
        with _Step(self, grant.reservation, events.Settled if grant.counted else None):
            await self.inner.asettle(grant)

    async def arelease(self, grant: Grant) -> None:
        with _Step(self, grant.reservation, events.Released if grant.counted else None):
            await self.inner.arelease(grant)

    async def aabandon(self, grant: Grant) -> None:
        with _Step(self, grant.reservation, events.Unknown if grant.counted else None):
            await self.inner.aabandon(grant)

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        with _Step(self, reservation) as step:
            await self.inner.ablock(reservation, name, until, why)
            step.blocked(name, until, why)

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        with _Step(self, reservation) as step:
            return step.added(name, await self.inner.aexternal(reservation, name, used))

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        with _Step(self, reservation, events.SlowedDown, limit=limit):
            await self.inner.aslow_down(reservation, limit)

    def tell(self, event: Event) -> None:
        """Call the listener; a call of the caller's must not fail for it."""
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - a listener may fail in any way
            if not self._failed:
                self._failed = True
                _log.exception("on_event failed; this is said once, and its events go on")

    def read(self) -> float:
        """Read the seconds that never run backwards."""
        return self._clock.monotonic()

    def stepped(self) -> float:
        """Tell by how many seconds the wall clock was set since the last look; 0.0 if it was not.

        One thread looks at a time, and the others do not wait for it.
        """
        if not self._looking.acquire(blocking=False):
            return 0.0
        try:
            (wall, steady), now = self._seen, self._clocks()
            self._seen = now
        finally:
            self._looking.release()
        passed = now[1] - steady
        moved = (now[0] - wall) / SECOND - passed
        return moved if abs(moved) > 1 + passed * _SLEW else 0.0

    def _clocks(self) -> tuple[int, float]:
        return micros(self._clock.now()), self._clock.monotonic()


class _Step:
    """One call of the ledger: timed, and reported when it has ended."""

    def __init__(
        self,
        observed: Observed,
        reservation: Reservation,
        event: Callable[..., Event] | None = None,
        **more: Any,
    ) -> None:
        self._observed, self._reservation = observed, reservation
        self._event = event
        self._more: dict[str, Any] = more

    def granted(self, grant: Grant) -> Grant:
        """Note a place, or that there is none and the request leaves all the same."""
        if grant.counted:
            self._event, self._more = events.Granted, {"pause": grant.pause}
        else:
            self._event = events.Uncounted
        return grant

    def blocked(self, name: str, until: datetime, why: str) -> None:
        """Note a block; a scope that is not claimed cannot be closed."""
        if self._reservation.scope(name) is not None:
            self._event, self._more = events.Blocked, {"scope": name, "until": until, "why": why}

    def added(self, name: str, number: int) -> int:
        """Note what others have spent."""
        if number:
            self._event, self._more = events.ExternalAdded, {"scope": name, "number": number}
        return number

    def __enter__(self) -> _Step:
        self._started = self._observed.read()
        return self

    def __exit__(self, kind: object, error: BaseException | None, tb: object) -> None:
        match error:
            case QuotaExceeded():
                self._event = events.Refused
                names = ("scope", "limit", "retry_at")
                self._more = {name: getattr(error, name) for name in names}
            case LedgerError():
                self._event, self._more = events.LedgerFailed, {"error": type(error).__name__}
            case BaseException():
                return
        observed = self._observed
        about = _about(self._reservation)
        about["took"] = max(0.0, observed.read() - self._started)
        if seconds := observed.stepped():
            observed.tell(events.ClockStepped(**about, seconds=seconds))
        if self._event is not None:
            observed.tell(self._event(**about, **self._more))


def _about(reservation: Reservation) -> dict[str, Any]:
    """Read whose quota it is from the keys."""
    about: dict[str, Any] = {"account": "", "meeting": None, "host": None}
    if reservation.pace is not None:
        about["account"] = account_of(reservation.pace.key)
    for scope in reservation.scopes:
        key = read_key(scope.key)
        if key is not None:
            about["account"] = key.account
            match key.scope:
                case "meeting":
                    about["meeting"] = int(key.name)
                case "host":
                    about["host"] = key.name
    return about
