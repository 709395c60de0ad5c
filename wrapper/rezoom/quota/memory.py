"""A ledger that lives in one process."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from ..errors import QuotaExceeded, StateLost
from .gauge import Gauge, Quota, read_gauge
from .instants import SECOND, instant, micros
from .machine import MACHINE, Time
from .pacing import UNPACED, Pace, Stored, lesson, rate_now, turn
from .pot import Pot
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
        self._base, self._steady = micros(clock.now()), clock.monotonic()
        self._lock = threading.Lock()
        self._forked = False
        self._pots: dict[str, Pot] = {}
        # Until when a token's turn to send lasts, while no answer has come.
        self._turns: dict[str, int] = {}
        self._paces: dict[str, Stored] = {}
        self._hosts: dict[tuple[str, int], str] = {}
        self._sweep_in = _SWEEP_EVERY
        _mark_when_forked(self)

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
            if token in self._turns:
                return self._again(reservation, token, wall, now)
            pots = []
            full = False
            for scope in reservation.scopes:
                pot = self._pots.get(scope.key)
                if pot is None:
                    pot = self._pots[scope.key] = Pot()
                elif pot.due <= now:
                    pot.purge(now)
                full = full or _full(scope, pot, now)
                pots.append(pot)
            at, stored = now, None
            if reservation.pace is not None:
                at, stored = self._turn(reservation.pace, now)
                full = full or at - now > wait * SECOND
            if full:
                raise self._refusal(reservation, pots, now, ahead, wait)
            if reservation.pace is not None and stored is not None:
                self._paces[reservation.pace.key] = stored
            latest = at + lease.horizon
            self._turns[token] = send_by = at + lease.send_within
            places = []
            for scope, pot in zip(reservation.scopes, pots, strict=True):
                pot.waiting[token] = free_at = scope.free_at(latest, lease.margin, ahead)
                if free_at < pot.due:
                    pot.due = free_at
                if scope.exclusive:
                    pot.pilot, pot.flying = token, send_by
                places.append(free_at)
            self._sweep_in -= 1
            if not self._sweep_in:
                self._sweep(now)
            return Grant(token, reservation, wall, (at - now) / SECOND, tuple(places))

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        margin = grant.reservation.lease.margin
        with self._lock:
            if self._turns.pop(grant.token, None) is None:
                return
            now, ahead = self._read()
            for scope, pot in self._pots_of(grant):
                # Without a limit a place is there as long as the request is under way.
                pot.settle(
                    grant.token,
                    None if scope.limit is None else scope.settled_at(now, margin, ahead),
                )

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with self._lock:
            if self._turns.pop(grant.token, None) is None:
                return  # what was answered is spent
            for _, pot in self._pots_of(grant):
                pot.settle(grant.token, None)

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with self._lock:
            if grant.token not in self._turns:
                return
            self._turns[grant.token] = 0  # known still, so that the token is not used again
            for _, pot in self._pots_of(grant):
                pot.abandon(grant.token)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        del why  # nobody else reads this ledger
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
            missing = min(used, scope.limit) - pot.count()
            if missing > 0:
                pot.spend(scope.settled_at(now, reservation.lease.margin, ahead), missing)

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        pace = reservation.pace
        if pace is None:
            return
        with self._lock:
            now, _ = self._read()
            after, learned, since = self._paces.get(pace.key, UNPACED)
            rate = lesson(pace, learned, since, now, limit)
            if rate is not None:
                self._paces[pace.key] = (after, rate, now)

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope."""
        with self._lock:
            now, ahead = self._read()
            return Quota.of({
                scope.name: _gauge(scope, self._pots.get(scope.key) or Pot(), now, ahead)
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
            self._turns.clear()
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
        del durable  # nothing here ever waits
        return call()

    def _read(self) -> tuple[int, int]:
        now = self._base + round((self._clock.monotonic() - self._steady) * SECOND)
        return now, micros(self._clock.now()) - now

    def _turn(self, pace: Pace, now: int) -> tuple[int, Stored | None]:
        after, learned, since = self._paces.get(pace.key, UNPACED)
        rate = rate_now(pace, learned, since, now)
        if rate is None:
            return now, None
        at, after = turn(pace, rate, after, now)
        return at, (after, learned, since)

    def _pots_of(self, grant: Grant) -> Iterator[tuple[Scope, Pot]]:
        for scope in grant.reservation.scopes:
            if scope.key in self._pots:
                yield scope, self._pots[scope.key]

    def _again(self, reservation: Reservation, token: str, wall: datetime, now: int) -> Grant:
        pots = [self._pots.get(scope.key) or Pot() for scope in reservation.scopes]
        if not all(token in pot.waiting and token not in pot.unknown for pot in pots):
            raise spent(token)
        pause = max(0, self._turns[token] - reservation.lease.send_within - now)
        places = tuple(pot.waiting[token] for pot in pots)
        return Grant(token, reservation, wall, pause / SECOND, places)

    def _refusal(
        self, reservation: Reservation, pots: list[Pot], now: int, ahead: int, wait: float
    ) -> QuotaExceeded:
        refusals = []
        for scope, pot in zip(reservation.scopes, pots, strict=True):
            if _full(scope, pot, now):
                gauge = _gauge(scope, pot, now, ahead, forecast=False)
                refusals.append(scope_refusal(scope.name, gauge))
            if scope.exclusive and pot.flying > now:
                refusals.append(flying_refusal(instant(pot.flying + ahead)))
        if reservation.pace is not None:
            stored = self._paces.get(reservation.pace.key, UNPACED)
            refusals.append(pace_refusal(reservation.pace, stored, now, ahead, wait))
        return last(refusals)

    def _sweep(self, now: int) -> None:
        """Drop what nobody asks for any more."""
        self._sweep_in = _SWEEP_EVERY
        for key, pot in list(self._pots.items()):
            pot.purge(now)
            if not pot.count() and pot.blocked <= now:
                del self._pots[key]
        pending = {token for pot in self._pots.values() for token in pot.waiting}
        self._turns = {token: at for token, at in self._turns.items() if token in pending}

    def _after_fork(self) -> None:
        self._forked = True
        self._lock = threading.Lock()  # the parent's may have been held by a thread that is gone


def _full(scope: Scope, pot: Pot, now: int) -> bool:
    if pot.blocked > now or (scope.exclusive and pot.flying > now):
        return True
    return scope.limit is not None and pot.count() >= scope.limit


def _gauge(scope: Scope, pot: Pot, now: int, ahead: int, *, forecast: bool = True) -> Gauge:
    pot.purge(now)
    return read_gauge(
        scope.limit, pot.places(), pot.blocked if pot.blocked > now else 0,
        lambda free_at: instant(free_at + ahead), forecast=forecast,
    )  # fmt: skip


def _mark_when_forked(ledger: MemoryLedger) -> None:
    alive = weakref.WeakMethod(ledger._after_fork)  # noqa: SLF001 - a function of this class

    def forked() -> None:
        if (call := alive()) is not None:
            call()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forked)
