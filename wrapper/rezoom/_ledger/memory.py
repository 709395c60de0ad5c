"""The ledger of one process, and the in-memory state of one quota scope."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from .._clock import MACHINE, Time, in_forked_child
from .._public import public
from .._times import SECOND, instant, micros
from ..errors import QuotaExceeded, StateLost
from .boot_clock import shown
from .gauge import (
    Gauge,
    Quota,
    Reading,
    Row,
    flying_refusal,
    last,
    nth_free,
    pace_refusal,
    scope_refusal,
    spent,
)
from .model import Grant, Reservation, Scope, granted_before
from .pacing import UNPACED, Stored, lesson, turn
from .protocol import BlockingLedger

NO_PLACE = (0, 0)
NEVER = 1 << 62


class ScopeState:
    """Places by state; `due` comes before anything in it frees, `count` is how many there are.

    `flying` is until when a request of an exclusive scope is taken to be under way, sent with the
    token `pilot`; `closed` is the later of that and the block.
    """

    __slots__ = tuple(
        "answered blocked closed count due external flying pilot settled unknown waiting".split()
    )

    def __init__(self) -> None:
        # (free at, how many), in the order in which they free: the clock never runs backwards.
        # Only ever added to, but for the last one: see `row`.
        self.settled: list[tuple[int, int]] = []
        self.answered = 0  # how many those are
        # Places without an answer, by token; `unknown` names those whose outcome nobody knows.
        self.waiting: dict[str, int] = {}
        # Both are rare, and a state is made for every meeting: most share one that is empty.
        self.unknown: frozenset[str] = frozenset()
        self.external: tuple[tuple[int, int], ...] = ()
        self.count = self.blocked = self.flying = self.closed = 0
        self.pilot = ""
        self.due = NEVER

    def settle(self, token: str, free_at: int) -> None:
        """Note the answer to a request that is under way."""
        waiting, settled = self.waiting, self.settled
        worst = waiting.get(token)
        if worst is None or token in self.unknown:
            return
        del waiting[token]
        free_at = min(free_at, worst)  # an answer only ever improves it
        self.answered += 1
        if not settled or free_at > settled[-1][0]:
            settled.append((free_at, 1))
        elif free_at == settled[-1][0]:
            settled[-1] = (free_at, settled[-1][1] + 1)
        else:
            # An answer that was read late, or someone who counts with another margin.
            self.settled = sorted([*settled, (free_at, 1)])  # a row may hold the old ones
        self.due = min(self.due, free_at)
        if token == self.pilot:
            self.flying, self.closed = 0, self.blocked

    def release(self, token: str) -> None:
        """Forget a request that is under way."""
        if token in self.waiting and token not in self.unknown:
            del self.waiting[token]
            self.count -= 1
            self.land(token)

    def abandon(self, token: str) -> None:
        """Note that no answer will come."""
        if token in self.waiting:
            self.unknown |= {token}
            self.land(token)

    def block(self, until: int) -> None:
        """Refuse everything until the latest instant that was named."""
        self.blocked = max(self.blocked, until)
        self.closed = max(self.blocked, self.flying)

    def land(self, token: str) -> None:
        """Let the next request go."""
        if token == self.pilot:
            self.flying, self.closed = 0, self.blocked

    def spend(self, free_at: int, number: int) -> None:
        """Count what others have spent."""
        self.external += ((free_at, number),)
        self.count += number
        self.due = min(self.due, free_at)

    def purge(self, now: int) -> None:
        """Let go of what counts no longer."""
        if self.due > now:
            return
        if self.settled and self.settled[0][0] <= now:
            self.settled = [one for one in self.settled if one[0] > now]
            self.answered = sum(number for _, number in self.settled)
        self.external = tuple(one for one in self.external if one[0] > now)
        for token in [token for token, free_at in self.waiting.items() if free_at <= now]:
            del self.waiting[token]
            self.unknown -= {token}
        self.count = sum(self.counts())
        self.due = self.free_at(1) if self.count else NEVER

    def counts(self) -> tuple[int, int, int, int]:
        """Count the places: pending, settled, external, unknown."""
        unknown = len(self.unknown)
        external = sum(number for _, number in self.external) if self.external else 0
        return len(self.waiting) - unknown, self.answered, external, unknown

    def row(self, scope: Scope, now: int) -> Row:
        """Give the figures of this scope; lists are shared, not copied."""
        settled = self.settled
        return Row(
            scope.name,
            scope.limit,
            self.blocked if self.blocked > now else 0,
            self.answered,
            settled,
            len(settled),
            settled[-1] if settled else NO_PLACE,
            tuple(self.waiting.values()),
            len(self.unknown),
            self.external,
        )

    def free_at(self, wanted: int) -> int:
        """Tell when `wanted` places have freed."""
        if wanted > 1:
            return nth_free(self.places(), wanted)
        first = [self.settled[0][0]] if self.settled else []
        return min(*first, *self.waiting.values(), *(at for at, _ in self.external), NEVER)

    def places(self) -> tuple[tuple[int, int], ...]:
        """List (free at, how many)."""
        waiting = [(free_at, 1) for free_at in self.waiting.values()]
        return (*self.settled, *waiting, *self.external)


T = TypeVar("T")
# How many answers between two sweeps through scopes that nobody asks for any more.
_SWEEP_EVERY = 4096


@public("rezoom.quota")
class MemoryLedger(BlockingLedger):
    """A ledger for one process: exact, thread-safe, and gone when the process ends.

    It counts by the clock that never jumps. After a fork the child refuses to reserve: two copies
    would spend everything twice.
    """

    def __init__(self, *, clock: Time = MACHINE) -> None:
        """Make an empty ledger that counts by `clock`."""
        self._clock = clock
        self._monotonic = clock.monotonic
        self._base, self._steady = micros(clock.now()), clock.monotonic()
        # How far the wall clock is ahead of the count, and when to look at it again.
        self._ahead, self._look_at = 0, 0
        self._lock = threading.Lock()
        self._forked = False
        self._states: dict[str, ScopeState] = {}
        # Until when the turn of a token lasts, 0 once its outcome is unknown.
        self._turns: dict[str, int] = {}
        self._paces: dict[str, Stored] = {}
        self._hosts: dict[tuple[str, int], str] = {}
        self._sweep_in = _SWEEP_EVERY
        in_forked_child(self._after_fork)

    @property
    def url(self) -> str:
        """Say that nothing is written anywhere."""
        return "memory:"

    def reserve(  # noqa: PLR0912 - in one piece, with nothing half-taken between
        self, reservation: Reservation, token: str, *, wait: float = 0.0
    ) -> Grant:
        """Take one place in every scope and a turn, or nothing."""
        if self._forked:
            raise StateLost(
                "This process was forked from the one that counts in memory",
                next_step="Make the client after the fork, or use a ledger in a file.",
            )
        lease, scopes, pace = reservation.lease, reservation.scopes, reservation.pace
        with self._lock:
            at = now = self._base + round((self._monotonic() - self._steady) * SECOND)
            if now >= self._look_at:
                self._look(now)
            if token in self._turns:
                return self._again(reservation, token, now)
            known, stored, full = self._states, None, False
            if pace is not None:
                at, stored = turn(pace, self._paces.get(pace.key, UNPACED), now)
                full = at > now and at - now > wait * SECOND
            latest, margin, send_by = at + lease.horizon, lease.margin, at + lease.send_within
            ahead, day, taken = self._ahead, 0, []
            # Taken in one go and given back when a later scope is full, which is rare.
            for scope in () if full else scopes:
                state = known.get(scope.key)
                if state is None:
                    state = known[scope.key] = ScopeState()
                elif state.due <= now:
                    state.purge(now)
                if state.count >= scope.most or (
                    state.closed > now and (scope.exclusive or state.blocked > now)
                ):
                    full = True
                    break
                if scope.gate:
                    continue
                if scope.rolling:
                    free_at = latest + scope.span + margin
                elif not (free_at := day):  # the same for all scopes that are counted by the day
                    free_at = day = scope.free_at(latest, margin, ahead)
                state.waiting[token] = free_at
                state.count += 1
                state.due = min(state.due, free_at)
                if scope.exclusive:
                    state.pilot, state.flying = token, send_by
                    state.closed = max(state.blocked, send_by)
                taken.append(state)
            if full:
                for state in taken:
                    state.release(token)
                raise self._refusal(reservation, now, wait)
            if stored is not None and pace is not None:
                self._paces[pace.key] = stored
            self._turns[token] = send_by
        return Grant(token, reservation, now + ahead, at - now)

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        token, reservation = grant.token, grant.reservation
        margin, known, day = reservation.lease.margin, self._states, 0
        with self._lock:
            if not self._turns.get(token):
                return  # the first ending stands
            del self._turns[token]
            now = self._now()
            self._sweep_in -= 1
            if not self._sweep_in:
                self._sweep(now)
            for scope in reservation.scopes:
                state = known.get(scope.key)
                if state is None or scope.gate:
                    continue
                if scope.limit is None:
                    state.release(token)  # only there as long as it is under way
                    continue
                if scope.rolling and not scope.bundled:
                    free_at = now + scope.span + margin
                elif scope.rolling:
                    free_at = scope.settled_at(now, margin, self._ahead)
                elif not (free_at := day):
                    free_at = day = scope.settled_at(now, margin, self._ahead)
                state.settle(token, free_at)

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with self._lock:
            if self._turns.get(grant.token):  # what was answered, or may have left, is spent
                del self._turns[grant.token]
                for state in self._states_of(grant):
                    state.release(grant.token)

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with self._lock:
            if self._turns.get(grant.token):
                self._turns[grant.token] = 0  # still known, so that nobody uses it again
                for state in self._states_of(grant):
                    state.abandon(grant.token)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        del why  # nobody else reads this ledger
        scope = reservation.scope(name)
        if scope is not None:
            with self._lock:
                self._now()
                self._states.setdefault(scope.key, ScopeState()).block(micros(until) - self._ahead)

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Make up for what others have spent."""
        scope, margin = reservation.scope(name), reservation.lease.margin
        if scope is None or not scope.counted:
            return 0
        with self._lock:
            now = self._now()
            state = self._states.setdefault(scope.key, ScopeState())
            state.purge(now)
            missing = max(0, min(used, scope.most) - state.count)
            if missing:
                state.spend(scope.settled_at(now, margin, self._ahead), missing)
        return missing

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        if (pace := reservation.pace) is not None:
            with self._lock:
                stored = self._paces.get(pace.key, UNPACED)
                self._paces[pace.key] = lesson(pace, stored, self._now(), limit) or stored

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        return self.reading(reservation).quota()

    def reading(self, reservation: Reservation) -> Reading:
        """Read every scope as it is counted, to be computed when looked at."""
        with self._lock:
            now, rows = self._now(), []
            for scope in reservation.scopes:
                state = self._states.get(scope.key) or ScopeState()
                if state.due <= now:
                    state.purge(now)
                if scope.limit is not None and (not scope.gate or state.blocked > now):
                    rows.append(state.row(scope, now))
            return Reading(shown(0, self._ahead), tuple(rows))

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        with self._lock:
            self._sweep(self._now())
            return tuple(sorted(key for key in self._states if key.startswith(prefix)))

    def reset(self) -> None:
        """Forget what was counted."""
        with self._lock:
            self._states.clear()
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
        """Do nothing: no file or connection is open."""

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        del durable  # nothing here ever waits
        return call()

    def _now(self) -> int:
        now = self._base + round((self._monotonic() - self._steady) * SECOND)
        if now >= self._look_at:
            self._look(now)
        return now

    def _look(self, now: int) -> None:
        self._ahead = micros(self._clock.now()) - now
        self._look_at = now + SECOND

    def _states_of(self, grant: Grant) -> list[ScopeState]:
        found = (self._states.get(scope.key) for scope in grant.reservation.scopes)
        return [state for state in found if state is not None]

    def _show(self, at: int) -> datetime:
        return instant(shown(at, self._ahead))

    def _again(self, reservation: Reservation, token: str, now: int) -> Grant:
        counted = (scope for scope in reservation.scopes if not scope.gate)
        states = [self._states.get(scope.key) or ScopeState() for scope in counted]
        send_by = self._turns[token]
        if not send_by or not all(token in state.waiting for state in states):
            raise spent(token)
        return granted_before(reservation, token, send_by, now, self._ahead)

    def _gauge(self, scope: Scope, state: ScopeState, now: int) -> Gauge:
        state.purge(now)
        return Reading(shown(0, self._ahead), (state.row(scope, now),)).gauges()[scope.name]

    def _refusal(self, reservation: Reservation, now: int, wait: float) -> QuotaExceeded:
        refusals = []
        for scope in reservation.scopes:
            state = self._states.get(scope.key) or ScopeState()
            state.purge(now)
            if state.count >= scope.most or state.blocked > now:
                refusals.append(scope_refusal(scope.name, self._gauge(scope, state, now)))
            if scope.exclusive and state.flying > now:
                refusals.append(flying_refusal(self._show(state.flying)))
        if (pace := reservation.pace) is not None:
            stored = self._paces.get(pace.key, UNPACED)
            refusals.append(pace_refusal(pace, stored, now, wait, self._show))
        return last(refusals)

    def _sweep(self, now: int) -> None:
        """Drop scopes that count nothing any more."""
        self._sweep_in = _SWEEP_EVERY
        for key, state in list(self._states.items()):
            state.purge(now)
            if not state.count and state.blocked <= now:
                del self._states[key]
        waiting = {token for state in self._states.values() for token in state.waiting}
        self._turns = {
            token: at for token, at in self._turns.items() if at > now or token in waiting
        }

    def _after_fork(self) -> None:
        self._forked = True
        self._lock = threading.Lock()  # the parent's may have been held by a thread that is gone
