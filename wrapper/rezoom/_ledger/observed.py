"""Ledger decorator that reports each step to a listener and survives its failures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .._clock import MACHINE, Time
from .._times import SECOND, micros
from ..errors import LedgerError, QuotaExceeded
from . import events
from .decorators import Around, Call
from .events import Event, OnEvent
from .model import Reservation, account_of, read_key
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
        self._seen = self._clocks()

    @contextmanager
    def around(self, call: Call) -> Iterator[Call]:
        """Time one call, and report what came of it."""
        if call.reservation is None or call.name == "usage":
            yield call
            return
        started = self._clock.monotonic()
        try:
            yield call
        except QuotaExceeded as error:
            more = {"scope": error.scope, "limit": error.limit, "retry_at": error.retry_at}
            self._report(call.reservation, started, events.Refused, more)
            raise
        except LedgerError as error:
            more = {"error": type(error).__name__}
            self._report(call.reservation, started, events.LedgerFailed, more)
            raise
        self._report(call.reservation, started, *_event(call, call.reservation))

    def _report(
        self,
        reservation: Reservation,
        started: float,
        event: Callable[..., Event] | None,
        more: Mapping[str, Any],
    ) -> None:
        about = _about(reservation)
        about["took"] = max(0.0, self._clock.monotonic() - started)
        if seconds := self.stepped():
            self.tell(events.ClockStepped(**about, seconds=seconds))
        if event is not None:
            self.tell(event(**about, **more))

    def tell(self, event: Event) -> None:
        """Call the listener; a call of the caller's must not fail for it."""
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - a listener may fail in any way
            if not self._failed:
                self._failed = True
                _log.exception("on_event failed; this is said once, and its events go on")

    def stepped(self) -> float:
        """Tell by how many seconds the wall clock was set since the last look, mostly 0.0."""
        now = self._clocks()
        (wall, steady), self._seen = self._seen, now
        passed = now[1] - steady
        moved = (now[0] - wall) / SECOND - passed
        return moved if abs(moved) > 1 + passed * _SLEW else 0.0

    def _clocks(self) -> tuple[int, float]:
        return micros(self._clock.now()), self._clock.monotonic()


_ENDED = {"settle": events.Settled, "release": events.Released, "abandon": events.Unknown}


def _event(
    call: Call, reservation: Reservation
) -> tuple[Callable[..., Event] | None, Mapping[str, Any]]:
    """Choose the event that tells of a call that has ended well; None: nothing is to be told."""
    match call.name:
        case "reserve" if call.result.counted:
            return events.Granted, {"pause": call.result.pause}
        case "reserve":
            return events.Uncounted, {}
        case "settle" | "release" | "abandon" if call.grant is not None and call.grant.counted:
            return _ENDED[call.name], {}
        case "block" if reservation.scope(call.about["scope"]) is not None:
            return events.Blocked, call.about
        case "external" if call.result:
            return events.ExternalAdded, {**call.about, "number": call.result}
        case "slow_down":
            return events.SlowedDown, call.about
    return None, {}


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
