"""A ledger in a file: shared by all processes of a machine, and safe from crashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote

import anyio.to_thread

from ..._clock import Boot, Time, machine_boot, machine_wall
from ..._public import public
from ..._times import SECOND, micros
from ...errors import ConfigError, LedgerError, QuotaExceeded
from ..boot_clock import Anchor, AnchoredClock
from ..gauge import Quota, Reading
from ..model import Grant, Reservation
from ..protocol import BlockingLedger, Tolerant
from . import counting as quick
from . import schema as sql
from .counting import FIRST_NUMBER, STALE, LedgerStep, fold, sweep
from .journal import ABANDONED, ANSWERED, RELEASED
from .pool import Busy, Kind, Pool

# How many refusals are remembered.
_MOST = 1024


@dataclass(frozen=True, slots=True)
class _Refusal:
    reservation: Reservation
    wait: float
    seen: int
    until: int
    error: QuotaExceeded


class Refusals:
    """The last refusal for each set of scopes.

    Nothing but time passing and an event can end it, and events have numbers.
    """

    def __init__(self) -> None:
        self.by_key: dict[str, _Refusal] = {}

    def known(self, reservation: Reservation) -> bool:
        """Tell whether these scopes were full when last asked for."""
        return _key(reservation) in self.by_key

    def recall(self, seen: int, reservation: Reservation, wait: float, wall: int) -> None:
        """Raise the refusal again if it holds; `seen` is the number of the last event."""
        old = self.by_key.get(_key(reservation))
        if (
            old is not None
            and wall < old.until
            and wait == old.wait
            and old.seen == seen
            and (reservation is old.reservation or reservation == old.reservation)
        ):
            error = old.error
            raise QuotaExceeded(
                limit=error.limit,
                used=error.used,
                pending=error.pending,
                unknown=error.unknown,
                external=error.external,
                scope=error.scope,
                retry_at=error.retry_at,
            )

    def remember(
        self, seen: int, reservation: Reservation, wait: float, error: QuotaExceeded
    ) -> None:
        """Keep a refusal, as of the event `seen`."""
        if len(self.by_key) >= _MOST:
            self.by_key.clear()
        # Two clocks that tremble: retry_at is up to a millisecond late (see boot_clock.shown).
        until = micros(error.retry_at) - SECOND // 1000
        self.by_key[_key(reservation)] = _Refusal(reservation, wait, seen, until, error)

    def forget(self, reservation: Reservation) -> None:
        """Drop a refusal: there was a place."""
        self.by_key.pop(_key(reservation), None)


def _key(reservation: Reservation) -> str:
    return "\n".join([scope.key for scope in reservation.scopes])


T = TypeVar("T")
_limiter: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("rezoom.quota")


async def in_thread(pool: Pool, call: Callable[[], T]) -> T:
    """Run `call` in a thread, one at a time for each loop; and make ready what inline calls use."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(1)
        _limiter.set(limiter)

    def waiting() -> T:
        with suppress(LedgerError):  # the call itself says what is wrong
            pool.prepare_inline()
        return call()

    return await anyio.to_thread.run_sync(waiting, limiter=limiter)


Durability = Literal["full", "normal"]
# How many async calls between two chances for a checkpoint.
_STEP_ASIDE_EVERY = 256
_NORMAL = Kind.NORMAL  # looked up once: an enum's attributes are slow
_ANSWER, _FOLDED = Tolerant("an answer"), Tolerant("a summary of the last answers")


@public("rezoom.quota")
class SQLiteLedger(BlockingLedger):
    """A ledger in a SQLite file on a local disk; opens nothing before its first use.

    With durability "full" a reservation survives a power cut, with "normal" any crash of processes.
    What cannot be written is not granted: LedgerUnavailable, after `patience` seconds for a lock.
    A `clock` of your own needs a `boot` beside it, or its steps forward go unnoticed.
    """

    def __init__(
        self,
        path: str | PathLike[str] | Callable[[], Path],
        *,
        durability: Durability = "full",
        patience: float = 5.0,
        clock: Time | None = None,
        boot: Boot | None = None,
    ) -> None:
        """Count in the file at `path`, or at the path that a function finds at the first use."""
        if durability not in ("full", "normal"):
            raise ConfigError(
                f"durability is {durability!r}",
                field="durability",
                next_step='Give "full" or "normal".',
            )
        self._find, self._patience = path, patience
        self._durable = Kind.FULL if durability == "full" else Kind.NORMAL
        if clock is None:
            self._rail = AnchoredClock(machine_wall, boot or machine_boot())
        else:
            self._rail = AnchoredClock(lambda: micros(clock.now()), boot)
        self._anchored = False
        self._opened: Pool | None = None
        self._refusals = Refusals()
        self._calls, self._swept = 0, FIRST_NUMBER

    @property
    def url(self) -> str:
        """Give the address of the file."""
        return f"sqlite://{quote(self._pool.path.absolute().as_posix())}"

    @property
    def _pool(self) -> Pool:
        if self._opened is None:
            path = self._find() if callable(self._find) else Path(self._find)
            self._opened = Pool(path, self._patience)
        return self._opened

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Take one place in every scope and a turn, or nothing."""
        if not self._anchored:
            self._anchor()
        refusals, pool, grant = self._refusals, self._opened or self._pool, None
        if refusals.by_key and refusals.known(reservation):
            self._check(reservation, token, wait)
        if pool.journal.alone:
            with pool.begin(self._durable, write=None) as db:
                pool.verify()
                now, ahead = self._rail.read()
                if not self._rail.late(now):
                    grant = quick.grant(db, pool.journal, (reservation, token, wait), now, ahead)
        if grant is None:
            grant = self._reserve(reservation, token, wait)
        if refusals.by_key:
            refusals.forget(reservation)
        if pool.journal.restless and not pool.inline:
            self._tidy()
        return grant

    def _reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        pool = self._pool
        try:
            with pool.begin(self._durable) as db:
                pool.verify()
                journal = pool.journal
                journal.catch_up(db)
                now, ahead = self._rail.read()
                if self._rail.stale(now):
                    db.execute(sql.LAST, (now,))
                return LedgerStep(db, journal, now, ahead).reserve(reservation, token, wait)
        except QuotaExceeded as error:
            self._refusals.remember(pool.journal.last, reservation, wait, error)
            raise

    def _check(self, reservation: Reservation, token: str, wait: float) -> None:
        """Refuse once more without a lock, if there is no place yet."""
        if token not in self._pool.journal.requests:
            with self._pool.begin(Kind.NORMAL, write=None) as db:
                journal = self._pool.journal
                journal.catch_up(db)
                now, ahead = self._rail.read()
                self._refusals.recall(journal.last, reservation, wait, now + ahead)
        with self._read() as step:
            self._pool.verify()
            try:
                step.check(reservation, token, wait)
            except QuotaExceeded as error:
                self._refusals.remember(step.journal.last, reservation, wait, error)
                raise

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        try:
            self._end(ANSWERED, grant)
        except LedgerError as error:
            _ANSWER.log(error)

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with Tolerant("an unused place"):
            self._end(RELEASED, grant)

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with Tolerant("a missing answer"):
            self._end(ABANDONED, grant)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        scope = reservation.scope(name)
        if scope is not None:
            self._improve("a limit of Zoom's", lambda step: step.block(scope, until, why))

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Make up for what others have spent."""
        scope, margin = reservation.scope(name), reservation.lease.margin
        if scope is None or not scope.counted:
            return 0
        work = partial(LedgerStep.external, scope=scope, used=used, margin=margin)
        return self._improve("what others spent", work) or 0

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        self._improve("a slower pace", lambda step: step.slow_down(reservation, limit))

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        with self._read() as step:
            return step.reading(reservation).quota()

    def reading(self, reservation: Reservation) -> Reading:
        """As `usage`, not yet written out; what others wrote in the last 8 ms may be missing.

        It is the receipt's, right behind one's own answer: as of that answer it is exact.
        """
        if (pool := self._opened) is not None and pool.journal.seen:
            with pool.begin(_NORMAL, write=None):
                now, ahead = self._rail.read()
                if quick.recent(pool.journal, now) and (
                    found := quick.read(pool.journal, reservation, now, ahead)
                ):
                    return found
        with self._read() as step:
            return step.reading(reservation)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        with self._read() as step:
            return step.keys(prefix)

    def reset(self) -> None:
        """Forget what was counted, in the file as it stands: other processes go on with it."""
        with self._pool.begin(Kind.FULL) as db:
            journal = self._pool.journal
            journal.catch_up(db)
            for statement in sql.RESET:
                db.execute(statement)
            journal.reset(db)

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """Remember the host of `meeting`."""
        with Tolerant("whose meeting it is"):
            if self.host_of(account, meeting) != host:
                with self._pool.begin(Kind.NORMAL) as db:
                    db.execute(sql.SET_HOST, (account, meeting, host))

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host of `meeting`."""
        with self._pool.begin(Kind.NORMAL, write=False) as db:
            row = db.execute(sql.HOST, (account, meeting)).fetchone()
        return None if row is None else str(row[0])

    def forget_host(self, account: str, meeting: int) -> None:
        """Drop the host of `meeting`."""
        with Tolerant("a new host"), self._pool.begin(Kind.NORMAL) as db:
            db.execute(sql.DROP_HOST, (account, meeting))

    def close(self) -> None:
        """Close this process's connections."""
        if self._opened is not None:
            self._opened.close()

    def _anchor(self) -> None:
        if not self._anchored:
            with self._pool.begin(Kind.NORMAL) as db:
                row = db.execute(sql.ANCHOR).fetchone()
                stored = None if row is None else Anchor(*row)
                kept = self._rail.anchor(stored)
                if kept != stored:
                    db.execute(sql.SET_ANCHOR, kept)
            self._anchored = True

    @contextmanager
    def _read(self) -> Iterator[LedgerStep]:
        self._anchor()
        with self._pool.begin(Kind.NORMAL, write=False) as db:
            journal = self._pool.journal
            journal.catch_up(db)
            yield LedgerStep(db, journal, *self._rail.read())

    @contextmanager
    def _write(self) -> Iterator[LedgerStep]:
        self._anchor()
        with self._pool.begin(Kind.NORMAL) as db:
            journal = self._pool.journal
            journal.catch_up(db)
            yield LedgerStep(db, journal, *self._rail.read())

    def _end(self, kind: int, grant: Grant) -> None:
        if not self._anchored:
            self._anchor()
        pool = self._opened or self._pool
        request = pool.journal.requests.get(grant.token)
        # The answer is older than the lock.
        now, ahead = self._rail.read()
        if request is not None and request.send_by > now - STALE // 2:
            # Nobody has set it aside, so one row says it all.
            with pool.begin(_NORMAL, write=None) as db:
                if kind == ANSWERED:
                    quick.answer(db, pool.journal, grant, now, ahead)
                else:
                    LedgerStep(db, pool.journal, now, ahead).end(kind, grant)
        elif request is None or request.send_by > 0:
            with self._write() as step:
                step.end_late(kind, grant)

    def _tidy(self) -> None:
        with _FOLDED, self._write() as step:
            if step.journal.unread:
                step.journal.gather(step.db, step.now)
            if not step.journal.long:  # or somebody was faster
                return
            fold(step)
            self._swept = sweep(step, self._swept)
        with _FOLDED, self._pool.begin(_NORMAL, write=None) as db:
            db.execute(sql.CHECKPOINT)

    def _improve(self, what: str, work: Callable[[LedgerStep], T]) -> T | None:
        with Tolerant(what), self._write() as step:
            return work(step)
        return None

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        # A hop to a thread takes longer than the whole transaction, unless that one syncs.
        self._calls += 1
        aside = self._calls % _STEP_ASIDE_EVERY == 0 or self._pool.journal.restless
        if not aside and not (durable and self._durable is Kind.FULL):
            with suppress(Busy), self._pool.without_waiting():
                return call()
        return await in_thread(self._pool, call)
