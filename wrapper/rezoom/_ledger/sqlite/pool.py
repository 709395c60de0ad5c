"""Connections to a SQLite ledger and what is remembered of it: never carried over a fork."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import cast

from ..._clock import in_forked_child
from ...errors import LedgerUnavailable, StateLost
from .database_file import Identity, broken, connect, identity, prepare
from .journal import Journal

# How far the log may grow where nothing is folded.
_PAGES = 4096
# Connections of a parent process: SQLite forbids to use and to close them in the child.
_INHERITED: list[object] = []


class Kind(IntEnum):
    """FULL survives a power cut, NORMAL a crash; INLINE is NORMAL and never waits."""

    FULL = 0
    NORMAL = 1
    INLINE = 2


class Busy(Exception):
    """An inline call met a lock: it is made again where it may wait."""


class _Here(threading.local):
    inline = False


class Pool:
    """A connection of each kind, and one turn at a time with any of them.

    SQLite lets one thread write at a time anyway; and `journal` is read and written in a turn.
    """

    def __init__(self, path: Path, patience: float) -> None:
        self.path, self._patience = path, patience
        self._name = str(path)
        self._here = _Here()
        self.lock = threading.Lock()
        self._identity: Identity | None = None
        in_forked_child(self._fork)
        self._start()
        begins = ("", "BEGIN", "BEGIN IMMEDIATE")
        self._turns = [[Turn(self, kind, begin) for begin in begins] for kind in Kind]

    def _start(self) -> None:
        self._pid, self._forked = os.getpid(), False
        self._all: dict[Kind, sqlite3.Connection] = {}
        self.open: list[sqlite3.Connection | None] = [None] * len(Kind)
        self.journal = Journal()
        self._finalizer = weakref.finalize(self, _close, self._all, self._pid)

    @property
    def inline(self) -> bool:
        """Whether this thread may not wait for a lock."""
        return self._here.inline

    def begin(self, kind: Kind, *, write: bool | None = True) -> Turn:
        """Open a transaction, as a context manager; with None, only borrow a connection."""
        kind = Kind.INLINE if self._here.inline else kind
        return self._turns[kind][0 if write is None else 1 + write]

    def verify(self) -> None:
        """Raise StateLost unless the path still leads to the file that was opened first."""
        found = identity(self._name)
        if self._identity is not None and found != self._identity:
            what = "deleted" if found is None else "replaced"
            raise StateLost(f"The ledger {self.path} was {what} while it was in use")

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Raise Busy in this thread instead of waiting for a lock."""
        self._here.inline = True
        try:
            yield
        finally:
            self._here.inline = False

    def wait_for_turn(self) -> None:
        """Wait until no other thread of this process is at work."""
        if self._here.inline:
            raise Busy
        if not self.lock.acquire(timeout=self._patience):
            raise LedgerUnavailable(
                f"The ledger {self.path} is locked by another thread of this process",
                next_step="See what that thread waits for, then try again.",
            )

    def connect(self, kind: Kind) -> sqlite3.Connection:
        """Give the connection of a kind; the turn is ours."""
        if self._forked:
            _INHERITED.append(self._all)
            self._finalizer.detach()
            self._start()
        db = self.open[kind]
        if db is None:
            db = self.open[kind] = self._all[kind] = self._open(kind)
        return db

    def discard(self, kind: Kind) -> None:
        """Close a connection that has failed."""
        db, self.open[kind] = self.open[kind], None
        self._all.pop(kind, None)
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()

    def close(self) -> None:
        """Close what this process has opened."""
        if self._pid == os.getpid():
            self._finalizer()
            self._start()

    def prepare_inline(self) -> None:
        """Open what inline calls use: that takes longer than an event loop may stand still."""
        if self.open[Kind.INLINE] is None:
            with self.begin(Kind.NORMAL, write=None):
                self.connect(Kind.INLINE)

    def _fork(self) -> None:
        self.open = [None] * len(Kind)
        self._forked = True
        self._here = _Here()
        self.lock = threading.Lock()  # the parent's may be held by a thread that is gone

    def _open(self, kind: Kind) -> sqlite3.Connection:
        if self._here.inline:
            raise Busy
        if self._identity is None:
            self._identity = prepare(self.path, self._patience)
        self.verify()
        try:
            return self._connect(kind)
        except sqlite3.Error as error:
            raise broken(self.path, error) from error

    def _connect(self, kind: Kind) -> sqlite3.Connection:
        db = connect(self.path, 0.0 if kind is Kind.INLINE else self._patience)
        try:
            db.execute(f"PRAGMA synchronous = {'FULL' if kind is Kind.FULL else 'NORMAL'}")
            # Checkpoints come with the folds: they write and wait for the disk.
            pages = 0 if kind is Kind.INLINE else _PAGES
            db.execute(f"PRAGMA wal_autocheckpoint = {pages}")
        except sqlite3.Error:
            db.close()
            raise
        return db


class Turn:
    """A turn with a connection, in a transaction if it begins one; any exception rolls that back.

    Made once and used again and again, because it costs half a reservation to make it.
    """

    __slots__ = ("_begin", "_db", "_kind", "_of", "_pool")

    def __init__(self, pool: Pool, kind: Kind, begin: str) -> None:
        # Whoever begins a turn holds the pool.
        self._of = cast("Callable[[], Pool]", weakref.ref(pool))
        self._kind, self._begin = kind, begin

    def __enter__(self) -> sqlite3.Connection:
        pool = self._of()
        if not pool.lock.acquire(blocking=False):
            pool.wait_for_turn()
        try:
            self._pool = pool
            db = self._db = pool.open[self._kind] or pool.connect(self._kind)
            if self._begin:
                try:
                    db.execute(self._begin)
                except sqlite3.Error as error:
                    self._fail(error)
        except BaseException:
            del self._pool
            pool.lock.release()
            raise
        return db

    def __exit__(self, kind: object, error: BaseException | None, tb: object) -> None:
        pool = self._pool
        try:
            if error is None:
                if self._begin:
                    self._db.execute("COMMIT")
                if pool.journal.staged:
                    pool.journal.confirm()
            else:
                self._withdraw(error)
        except sqlite3.Error as failure:
            self._withdraw(failure)
        finally:
            del self._pool  # or it would hold itself
            pool.lock.release()

    def _withdraw(self, error: BaseException) -> None:
        self._pool.journal.withdraw()
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error as failure:
            self._fail(failure)
        if isinstance(error, sqlite3.Error):
            self._fail(error)

    def _fail(self, error: sqlite3.Error) -> None:
        pool = self._pool
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
        if not busy or self._db.in_transaction:
            pool.discard(self._kind)
        if busy and self._kind is Kind.INLINE:
            raise Busy from error
        raise broken(pool.path, error) from error


def _close(connections: dict[Kind, sqlite3.Connection], pid: int) -> None:
    if pid == os.getpid():
        for db in connections.values():
            with suppress(sqlite3.Error):
                db.close()
        connections.clear()
