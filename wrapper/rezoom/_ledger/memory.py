"""The ledger of one process, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from .._clock import MACHINE, Time, check_clock, in_forked_child
from .._public import public
from .._times import SECOND, micros
from ..errors import StateLost
from .boot_clock import shown
from .gauge import EXTERNAL, PENDING, SETTLED, UNKNOWN, Held, Quota, read_quota, refusal, spent
from .model import Grant, Reservation, Scope, granted_before
from .pacing import UNPACED, Pace, Stored, lesson, turn
from .protocol import BlockingLedger

T = TypeVar("T")
_NEVER = 1 << 62


class _Slot(NamedTuple):
    """The slot of one request; it may be sent until `send_by`, which is 0 once that has ended."""

    state: str
    free_at: int
    send_by: int = 0


class _ScopeSlots:
    """The slots of one scope: in `slots` those without an answer, the others in `tally`.

    Nothing frees before `due`. CPython looks for signals after calls and at the end of loops, so
    statements that follow one another without a call are never torn apart by an interrupt.
    """

    __slots__ = ("blocked", "due", "slots", "tally")

    def __init__(self) -> None:
        self.slots: dict[str, _Slot] = {}
        # By state and instant, how many.
        self.tally: dict[tuple[str, int], int] = {}
        self.blocked, self.due = 0, _NEVER

    def purge(self, now: int) -> None:
        """Let go of what counts no longer."""
        if self.due > now:
            return
        slots = {token: slot for token, slot in self.slots.items() if slot.free_at > now}
        tally = {what: number for what, number in self.tally.items() if what[1] > now}
        frees = [*(slot.free_at for slot in slots.values()), *(at for _, at in tally)]
        due = min(frees, default=_NEVER)
        self.slots, self.tally, self.due = slots, tally, due

    def count(self) -> int:
        """Count the slots, answered or not."""
        return len(self.slots) + (sum(self.tally.values()) if self.tally else 0)

    def in_flight(self, now: int) -> int:
        """Tell until when a request is in flight; 0: none is."""
        latest = 0
        for slot in self.slots.values():
            latest = max(latest, slot.send_by)
        return latest if latest > now else 0

    def is_full(self, scope: Scope, now: int) -> bool:
        """Tell whether nothing more may be sent now."""
        if self.due <= now:
            self.purge(now)
        if self.count() >= scope.most or self.blocked > now:
            return True
        return scope.exclusive and bool(self.slots) and self.in_flight(now) > 0

    def take(self, token: str, slot: _Slot) -> None:
        """Take a slot for the request of a token."""
        self.due = min(self.due, slot.free_at)
        self.slots[token] = slot

    def settle(self, token: str, free_at: int) -> None:
        """Count a request as answered."""
        slot = self.slots.get(token)
        if slot is None or slot.state != PENDING:
            return  # the first ending stands
        free_at = min(free_at, slot.free_at)  # an answer only ever improves it
        self.due = min(self.due, free_at)
        number = self.tally.get((SETTLED, free_at), 0) + 1
        self.tally[SETTLED, free_at] = number
        del self.slots[token]

    def release(self, token: str) -> None:
        """Forget a request that was not sent."""
        slot = self.slots.get(token)
        if slot is not None and slot.state == PENDING:
            del self.slots[token]

    def abandon(self, token: str) -> None:
        """Count a request as unanswered."""
        slot = self.slots.get(token)
        if slot is not None and slot.state == PENDING:
            self.slots[token] = _Slot(UNKNOWN, slot.free_at)

    def held(self, now: int) -> Held:
        """Write out what counts now."""
        self.purge(now)
        one_by_one = [(slot.state, slot.free_at, 1) for slot in self.slots.values()]
        many = [(state, free_at, number) for (state, free_at), number in self.tally.items()]
        blocked = self.blocked if self.blocked > now else 0
        return Held([*one_by_one, *many], blocked, self.in_flight(now))


def _without(prefix: str, entries: dict[str, T]) -> dict[str, T]:
    return {key: one for key, one in entries.items() if not key.startswith(prefix)}


# How many answers between two sweeps through scopes that are not asked for any more.
_SWEEP_EVERY = 4096


@public("rezoom.quota")
class MemoryLedger(BlockingLedger):
    """A ledger for one process: exact, thread-safe, and gone when the process ends.

    It counts by the clock that never jumps. After a fork the child refuses to reserve: two copies
    would spend everything twice.
    """

    def __init__(self, *, clock: Time = MACHINE) -> None:
        """Make an empty ledger that counts by `clock`."""
        check_clock(clock)
        self._clock = clock
        self._base, self._steady = micros(clock.now()), clock.monotonic()
        self._ahead, self._look_at = 0, 0
        self._lock = threading.Lock()
        self._forked = False
        self._scopes: dict[str, _ScopeSlots] = {}
        self._paces: dict[str, Stored] = {}
        self._hosts: dict[tuple[str, int | str], str] = {}
        self._sweep_in = _SWEEP_EVERY
        in_forked_child(self._after_fork)

    @property
    def url(self) -> str:
        """Say that nothing is written anywhere."""
        return "memory:"

    def _reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        if self._forked:
            raise StateLost(
                "This process was forked from the one that counts in memory",
                next_step="Make the client after the fork, or use a ledger in a file.",
            )
        lease, pace = reservation.lease, reservation.pace
        scopes, counted = reservation.scopes, reservation.counted
        with self._lock:
            now, ahead = self._now()
            before = [self._scope(scope).slots.get(token) for scope in counted]
            if any(before):
                latest = min(0 if slot is None else slot.send_by for slot in before)
                if latest < now:
                    raise spent(token)
                return granted_before(reservation, token, latest, now, ahead)
            stored = UNPACED if pace is None else self._paces.get(pace.key, UNPACED)
            at, following = (now, None) if pace is None else turn(pace, stored, now)
            full = at - now > wait * SECOND
            for scope in scopes:
                full = full or self._scope(scope).is_full(scope, now)
            if full:
                held = [self._scope(scope).held(now) for scope in scopes]
                refused = refusal(reservation, held, stored, (now, shown(0, ahead)), wait)
                if refused is not None:
                    raise refused
            latest, margin, send_by = at + lease.horizon, lease.margin, at + lease.send_within
            for scope in counted:
                free_at = scope.free_at(latest, margin, ahead)
                self._scope(scope).take(token, _Slot(PENDING, free_at, send_by))
            if following is not None and pace is not None:
                self._paces[pace.key] = following
        return Grant(token, reservation, now + ahead, at - now)

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        margin = grant.reservation.lease.margin

        def settle(scope: Scope, slots: _ScopeSlots) -> None:
            if scope.limit is None:
                slots.release(grant.token)  # only there as long as it is in flight
            else:
                slots.settle(grant.token, scope.settled_at(now, margin, ahead))

        with self._lock:
            now, ahead = self._now()
            self._end(grant, settle)
            self._sweep_in -= 1
            if self._sweep_in <= 0:
                self._sweep(now)

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with self._lock:
            self._end(grant, lambda _, slots: slots.release(grant.token))

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with self._lock:
            self._end(grant, lambda _, slots: slots.abandon(grant.token))

    def _block(self, scope: Scope, until: int, why: str) -> None:
        del why  # nobody else reads this ledger
        with self._lock:
            _, ahead = self._now()
            slots = self._scope(scope)
            slots.blocked = max(slots.blocked, until - ahead)

    def _external(self, scope: Scope, used: int, margin: int) -> int:
        with self._lock:
            now, ahead = self._now()
            slots = self._scope(scope)
            slots.purge(now)
            missing = max(0, used - slots.count())
            if missing:
                free_at = scope.settled_at(now, margin, ahead)
                slots.due = min(slots.due, free_at)
                number = slots.tally.get((EXTERNAL, free_at), 0) + missing
                slots.tally[EXTERNAL, free_at] = number
        return missing

    def _slow_down(self, pace: Pace, limit: float | None) -> None:
        with self._lock:
            stored = self._paces.get(pace.key, UNPACED)
            self._paces[pace.key] = lesson(pace, stored, self._now()[0], limit) or stored

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        with self._lock:
            now, ahead = self._now()
            held = [self._scope(scope).held(now) for scope in reservation.scopes]
        return read_quota(reservation.scopes, held, shown(0, ahead))

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        with self._lock:
            self._sweep(self._now()[0])
            return tuple(sorted(key for key in self._scopes if key.startswith(prefix)))

    def reset(self, prefix: str = "") -> None:
        """Forget what was counted."""
        with self._lock:
            self._scopes, self._paces = (
                _without(prefix, self._scopes),
                _without(prefix, self._paces),
            )

    def _learn_host(self, account: str, meeting: int | str, host: str) -> None:
        self._hosts[account, meeting] = host

    def host_of(self, account: str, meeting: int | str) -> str | None:
        """Look up the host of `meeting`."""
        return self._hosts.get((account, meeting))

    def forget_host(self, account: str, meeting: int | str) -> None:
        """Drop the host of `meeting`."""
        self._hosts.pop((account, meeting), None)

    def close(self) -> None:
        """Do nothing: no file or connection is open."""

    async def _away(self, call: Callable[[], T], *, always: bool = True) -> T:
        del always  # nothing here ever waits
        return call()

    def _now(self) -> tuple[int, int]:
        """Return the time to count by, and how far the wall clock is ahead of it."""
        now = self._base + round((self._clock.monotonic() - self._steady) * SECOND)
        if now >= self._look_at:  # the wall clock is rarely set
            self._ahead, self._look_at = micros(self._clock.now()) - now, now + SECOND
        return now, self._ahead

    def _scope(self, scope: Scope) -> _ScopeSlots:
        found = self._scopes.get(scope.key)
        if found is None:
            found = self._scopes[scope.key] = _ScopeSlots()
        return found

    def _end(self, grant: Grant, end: Callable[[Scope, _ScopeSlots], None]) -> None:
        """End a request in each of its scopes; again, where an interrupt came between two."""
        found = [
            (scope, slots)
            for scope in grant.reservation.scopes
            if (slots := self._scopes.get(scope.key)) is not None
        ]
        try:
            for one in found:
                end(*one)
        except BaseException:
            for one in found:
                end(*one)
            raise

    def _sweep(self, now: int) -> None:
        """Drop scopes that count nothing any more."""
        self._sweep_in = _SWEEP_EVERY
        for key, slots in list(self._scopes.items()):
            slots.purge(now)
            if not slots.count() and slots.blocked <= now:
                del self._scopes[key]

    def _after_fork(self) -> None:
        self._forked = True
        self._lock = threading.Lock()  # the parent's may have been held by a thread that is gone
