"""A ledger in a file: shared by all processes of a machine, and safe from crashes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote

import anyio
import anyio.lowlevel
import anyio.to_thread

from ..errors import ConfigError, QuotaExceeded
from . import sqlite_sql as sql
from .gauge import Quota
from .instants import micros
from .machine import Boot, Time, machine_boot, machine_wall
from .rail import Anchor, Rail
from .reservation import Grant, Reservation
from .sqlite_book import FIRST_NUMBER, Book
from .sqlite_pool import Busy, Kind, Pool
from .sqlite_refusals import Refusals, stamp
from .tolerance import Tolerant
from .twins import Twins

T = TypeVar("T")
Durability = Literal["full", "normal"]
# How many answers between two moves of what was answered, and moves between two steps of the sweep;
# how many async calls between two chances for a checkpoint.
_MOVE_EVERY = 16
_SWEEP_EVERY = 4
_STEP_ASIDE_EVERY = 256
# How many names and tokens are remembered.
_MOST = 8192
_ANSWER = Tolerant("an answer")
_aside: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("rezoom.quota")


class SQLiteLedger(Twins):
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
                f"durability is {durability!r}", field="durability",
                next_step='Give "full" or "normal".',
            )  # fmt: skip
        self._find, self._patience = path, patience
        self._durable = Kind.FULL if durability == "full" else Kind.NORMAL
        if clock is None:
            self._rail = Rail(machine_wall, boot or machine_boot())
        else:
            self._rail = Rail(lambda: micros(clock.now()), boot)
        self._anchored = False
        self._opened: Pool | None = None
        self._refusals = Refusals()
        # Scopes whose names are written down, and tokens that were granted and not settled.
        self._named: set[str] = set()
        self._pending: set[str] = set()
        self._answers, self._calls, self._swept = 0, 0, FIRST_NUMBER

    @property
    def url(self) -> str:
        """Name the file."""
        return f"sqlite://{quote(self._pool.path.absolute().as_posix())}"

    @property
    def _pool(self) -> Pool:
        if self._opened is None:
            path = self._find() if callable(self._find) else Path(self._find)
            self._opened = Pool(path, self._patience)
        return self._opened

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Take one place in every scope and a turn, or nothing."""
        self._anchor()
        if self._refusals.known(reservation) and token not in self._pending:
            self._check(reservation, token, wait)
        keys = [scope.key for scope in reservation.scopes]
        try:
            with self._pool.begin(self._durable) as db:
                self._pool.verify()
                now, ahead = self._rail.read()
                if self._rail.stale(now):
                    db.execute(sql.LAST, (now,))
                book = Book(db, now, ahead)
                grant = book.reserve(reservation, token, wait)
                if not self._named.issuperset(keys):
                    book.name(reservation)
        except QuotaExceeded as error:
            self._refusals.remember(None, reservation, wait, error)
            raise
        self._refusals.forget(reservation)
        if len(self._named) > _MOST:
            self._named.clear()
        self._named.update(keys)
        if len(self._pending) > _MOST:
            self._pending.clear()
        self._pending.add(token)
        return grant

    def _check(self, reservation: Reservation, token: str, wait: float) -> None:
        """Refuse once more without a lock, if there is no place yet."""
        with self._pool.begin(Kind.NORMAL, write=None) as db:
            now, ahead = self._rail.read()
            self._refusals.recall(db, reservation, wait, now + ahead)
        with self._pool.begin(Kind.NORMAL, write=False) as db:
            self._pool.verify()
            seen = stamp(db)
            try:
                Book(db, *self._rail.read()).check(reservation, token, wait)
            except QuotaExceeded as error:
                self._refusals.remember(seen, reservation, wait, error)
                raise

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        # What one statement does needs no transaction; and the answer is older than the lock.
        self._pending.discard(grant.token)
        with _ANSWER:
            self._anchor()
            with self._pool.begin(Kind.NORMAL, write=None) as db:
                Book(db, *self._rail.read()).settle(grant)
        self._answers += 1
        if self._answers % _MOVE_EVERY == 0:
            self._improve("what has expired", self._move)

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        self._pending.discard(grant.token)
        self._improve("an unused place", lambda book: book.end(grant, sql.release), write=None)

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        self._improve("a missing answer", lambda book: book.end(grant, sql.abandon), write=None)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        scope = reservation.scope(name)
        if scope is not None:
            self._improve("a limit of Zoom's", lambda book: book.block(scope, until, why))

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Make up for what others have spent."""
        scope, margin = reservation.scope(name), reservation.lease.margin
        if scope is None or not scope.counted:
            return 0
        work = partial(Book.external, scope=scope, used=used, margin=margin)
        return self._improve("what others spent", work) or 0

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        self._improve("a slower pace", lambda book: book.slow_down(reservation, limit))

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope."""
        self._anchor()
        with self._pool.begin(Kind.NORMAL, write=False) as db:
            return Book(db, *self._rail.read()).usage(reservation)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        self._anchor()
        with self._pool.begin(Kind.NORMAL, write=False) as db:
            bounds = (prefix, f"{prefix}\U0010ffff", self._rail.read()[0])
            return tuple(key for (key,) in db.execute(sql.KEYS, bounds))

    def reset(self) -> None:
        """Forget what was counted, in the file as it stands: other processes go on with it."""
        with self._pool.begin(Kind.FULL) as db:
            for statement in sql.RESET:
                db.execute(statement)

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

    def _move(self, book: Book) -> None:
        book.move()
        if self._answers % (_MOVE_EVERY * _SWEEP_EVERY) == 0:
            self._swept = book.sweep(self._swept)

    def _improve(
        self, what: str, work: Callable[[Book], T], *, write: bool | None = True
    ) -> T | None:
        with Tolerant(what):
            self._anchor()
            with self._pool.begin(Kind.NORMAL, write=write) as db:
                return work(Book(db, *self._rail.read()))
        return None

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        # A hop to a thread takes longer than the whole transaction, unless that one syncs.
        self._calls += 1
        if not (durable and self._durable is Kind.FULL) and self._calls % _STEP_ASIDE_EVERY:
            with suppress(Busy), self._pool.without_waiting():
                return call()
        try:
            limiter = _aside.get()
        except LookupError:
            limiter = anyio.CapacityLimiter(1)
            _aside.set(limiter)
        return await anyio.to_thread.run_sync(call, limiter=limiter)
