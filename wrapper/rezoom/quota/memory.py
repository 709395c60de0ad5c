"""A ledger that lives in one process."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from datetime import datetime
from sys import maxsize
from typing import TypeVar

from ..errors import QuotaExceeded, StateLost
from .gauge import EXTERNAL, PENDING, SETTLED, UNKNOWN, Gauge, Quota, read_gauge
from .instants import SECOND, instant, micros
from .machine import MACHINE, Time
from .pacing import UNPACED, Stored, lesson, rate_now, turn
from .pot import Place, Pot
from .refusal import flying_refusal, last, pace_refusal, scope_refusal, spent
from .reservation import Grant, Reservation, Scope
from .twins import Twins

T = TypeVar("T")
# How many reservations between two sweeps through scopes that nobody asks for any more.
_SWEEP_EVERY = 4096


class MemoryLedger(Twins):
    """A ledger for one process: exact, thread-safe, and gone when the process ends.

    It counts by the clock that never jumps. After a fork the child refuses to reserve: two copies
    would spend everything twice.
    """

    def __init__(self, *, clock: Time = MACHINE) -> None:
        """Count by `clock`."""
        self._clock = clock
        self._start = clock.now()
        self._base, self._steady = micros(self._start), clock.monotonic()
        self._lock = threading.Lock()
        self._forked = False
        self._pots: dict[str, Pot] = {}
        self._paces: dict[str, Stored] = {}
        self._hosts: dict[tuple[str, int], str] = {}
        self._sweep_in = _SWEEP_EVERY
        _mark_forked(self)

    @property
    def url(self) -> str:
        """Say that nothing is written anywhere."""
        return "memory:"

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Take one place in every scope and a turn, or nothing."""
        if self._forked:
            raise StateLost(
                "This process was forked from the one that counts in memory",
                next_step="Make the client after the fork, or use a ledger in a file.",
            )
        lease = reservation.lease
        with self._lock:
            wall = self._clock.now()
            now = self._base + round((self._clock.monotonic() - self._steady) * SECOND)
            ahead = micros(wall) - now
            pots = []
            refused = False
            for scope in reservation.scopes:
                pot = self._pots.get(scope.key)
                if pot is None:
                    pot = self._pots[scope.key] = Pot()
                if pot.earliest <= now:
                    pot.purge(now)
                if token in pot.places:
                    return self._again(reservation, token, wall, now)
                if (
                    (scope.limit is not None and pot.count >= scope.limit)
                    or pot.blocked > now
                    or (scope.exclusive and pot.pending and pot.flying_until(now))
                ):
                    refused = True
                pots.append(pot)
            at, after = now, None
            if reservation.pace is not None:
                tat, learned, since = self._paces.get(reservation.pace.key, UNPACED)
                rate = rate_now(reservation.pace, learned, since, now)
                if rate is not None:
                    at, after = turn(reservation.pace, rate, tat, now)
                    if at - now > wait * SECOND:
                        refused = True
            if refused:
                raise self._refusal(reservation, pots, now, ahead, wait)
            if reservation.pace is not None and after is not None:
                self._paces[reservation.pace.key] = (after, learned, since)
            latest, send_by = at + lease.horizon, at + lease.send_within
            places = []
            for scope, pot in zip(reservation.scopes, pots, strict=True):
                free_at = scope.free_at(latest, lease.margin, ahead)
                pot.put(token, Place(free_at, PENDING, 1, send_by))
                places.append(free_at)
            self._sweep_in -= 1
            if not self._sweep_in:
                self._sweep(now)
            return Grant(token, reservation, wall, (at - now) / SECOND, tuple(places))

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        lease = grant.reservation.lease
        with self._lock:
            now, ahead = self._read()
            for scope in grant.reservation.scopes:
                pot = self._pots.get(scope.key)
                place = pot and pot.places.get(grant.token)
                if not pot or not place or place.state != PENDING:
                    continue
                if scope.limit is None:
                    pot.drop(grant.token)  # not counted: it was there as long as it was under way
                    continue
                place.free_at = scope.settled_at(now, lease.margin, ahead)
                place.state = SETTLED
                pot.pending -= 1
                pot.earliest = min(pot.earliest, place.free_at)

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with self._lock:
            for scope in grant.reservation.scopes:
                pot = self._pots.get(scope.key)
                place = pot and pot.places.get(grant.token)
                if pot and place and place.state == PENDING:  # what was answered is spent
                    pot.drop(grant.token)

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with self._lock:
            for scope in grant.reservation.scopes:
                pot = self._pots.get(scope.key)
                place = pot and pot.places.get(grant.token)
                if pot and place and place.state == PENDING:
                    place.state = UNKNOWN
                    pot.pending -= 1

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        scope = reservation.scope(name)
        if scope is None:
            return
        with self._lock:
            _, ahead = self._read()
            pot = self._pots.setdefault(scope.key, Pot())
            pot.blocked = max(pot.blocked, micros(until) - ahead)

    def external(self, reservation: Reservation, name: str, used: int) -> None:
        """Make up for what others have spent."""
        scope = reservation.scope(name)
        if scope is None or scope.limit is None:
            return
        with self._lock:
            now, ahead = self._read()
            pot = self._pots.setdefault(scope.key, Pot())
            pot.purge(now)
            missing = min(used, scope.limit) - pot.count
            if missing > 0:
                free_at = scope.settled_at(now, reservation.lease.margin, ahead)
                pot.add(f"external {free_at}", Place(free_at, EXTERNAL, missing, 0))

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        pace = reservation.pace
        if pace is None:
            return
        with self._lock:
            now, _ = self._read()
            tat, learned, since = self._paces.get(pace.key, UNPACED)
            rate = lesson(pace, learned, since, now, limit)
            if rate is not None:
                self._paces[pace.key] = (tat, rate, now)

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope."""
        with self._lock:
            now, ahead = self._read()
            return Quota.of({
                scope.name: _gauge(scope, self._pots.setdefault(scope.key, Pot()), now, ahead)
                for scope in reservation.scopes
                if scope.limit is not None
            })  # fmt: skip

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        with self._lock:
            self._sweep(self._read()[0])
            return tuple(sorted(key for key in self._pots if key.startswith(prefix)))

    def reset(self) -> None:
        """Forget what was counted."""
        with self._lock:
            self._pots.clear()
            self._paces.clear()

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """Remember the host of `meeting`."""
        self._hosts[account, meeting] = host

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host of `meeting`."""
        return self._hosts.get((account, meeting))

    def forget_host(self, account: str, meeting: int) -> None:
        """Drop the host of `meeting`."""
        self._hosts.pop((account, meeting), None)

    def close(self) -> None:
        """Nothing is open."""

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        return call()  # nothing here ever waits

    def _read(self) -> tuple[int, int]:
        now = self._base + round((self._clock.monotonic() - self._steady) * SECOND)
        return now, micros(self._clock.now()) - now

    def _again(self, reservation: Reservation, token: str, wall: datetime, now: int) -> Grant:
        places = []
        for scope in reservation.scopes:
            place = self._pots[scope.key].places.get(token) if scope.key in self._pots else None
            if place is None or place.state != PENDING:
                raise spent(token)
            places.append(place)
        pause = max(0, places[0].send_by - reservation.lease.send_within - now)
        return Grant(
            token, reservation, wall, pause / SECOND, tuple(place.free_at for place in places)
        )

    def _refusal(
        self, reservation: Reservation, pots: list[Pot], now: int, ahead: int, wait: float
    ) -> QuotaExceeded:
        refusals = []
        for scope, pot in zip(reservation.scopes, pots, strict=True):
            if scope.limit is not None or pot.blocked > now:
                refusals.append(scope_refusal(scope.name, _gauge(scope, pot, now, ahead)))
            if scope.exclusive and (until := pot.flying_until(now)):
                refusals.append(flying_refusal(instant(until + ahead)))
        if reservation.pace is not None:
            stored = self._paces.get(reservation.pace.key, UNPACED)
            refusals.append(pace_refusal(reservation.pace, stored, now, ahead, wait))
        return last(refusals)

    def _sweep(self, now: int) -> None:
        """Drop what nobody asks for any more."""
        self._sweep_in = _SWEEP_EVERY
        for key, pot in list(self._pots.items()):
            pot.purge(now)
            if not pot.places and pot.blocked <= now:
                del self._pots[key]

    def _after_fork(self) -> None:
        self._forked = True
        self._lock = threading.Lock()  # the parent's may have been held by a thread that is gone


def _gauge(scope: Scope, pot: Pot, now: int, ahead: int) -> Gauge:
    pot.purge(now)
    return read_gauge(
        maxsize if scope.limit is None else scope.limit,
        ((instant(at.free_at + ahead), at.state, at.number) for at in pot.places.values()),
        instant(pot.blocked + ahead) if pot.blocked > now else None,
    )


def _mark_forked(ledger: MemoryLedger) -> None:
    alive = weakref.WeakMethod(ledger._after_fork)  # noqa: SLF001 - a function of this class

    def forked() -> None:
        if (call := alive()) is not None:
            call()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
