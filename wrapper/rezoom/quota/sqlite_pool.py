"""Connections to a SQLite ledger: lent to one thread at a time, never carried over a fork."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from types import TracebackType

from ..errors import StateLost
from .machine import in_forked_child
from .sqlite_file import Identity, broken, connect, identity, prepare

# Connections of a parent process: SQLite forbids to use and to close them in the child.
_INHERITED: list[object] = []


class Kind(Enum):
    """FULL survives a power cut, NORMAL a crash; INLINE is NORMAL and waits for nobody."""

    FULL = "FULL"
    NORMAL = "NORMAL"
    INLINE = "INLINE"


class Busy(Exception):
    """An inline call met a lock: it is made again where it may wait."""


class _Here(threading.local):
    inline = False


class Pool:
    """Open connections that nobody uses, by kind."""

    def __init__(self, path: Path, patience: float) -> None:
        self.path, self._patience = path, patience
        self._name = str(path)
        self._opening = threading.Lock()
        self._here = _Here()
        self._identity: Identity | None = None
        in_forked_child(self._fork)
        self._start()

    def _start(self) -> None:
        self._pid, self._forked = os.getpid(), False
        self._idle: dict[Kind, list[sqlite3.Connection]] = {kind: [] for kind in Kind}
        self._all: list[sqlite3.Connection] = []
        self._finalizer = weakref.finalize(self, _close, self._all, self._pid)

    def begin(self, kind: Kind, *, write: bool | None = True) -> Transaction:
        """Open a transaction, as a context manager; with None, only borrow a connection."""
        return Transaction(self, Kind.INLINE if self._here.inline else kind, write)

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

    def take(self, kind: Kind) -> sqlite3.Connection:
        """Borrow a connection."""
        if self._forked:
            self._leave_to_parent()
        try:
            return self._idle[kind].pop()
        except IndexError:
            return self._open(kind)

    def give_back(self, kind: Kind, db: sqlite3.Connection) -> None:
        """Return what was borrowed."""
        self._idle[kind].append(db)

    def discard(self, db: sqlite3.Connection) -> None:
        """Close a connection that has failed."""
        with suppress(sqlite3.Error):
            db.close()
        with self._opening, suppress(ValueError):
            self._all.remove(db)

    def close(self) -> None:
        """Close what this process has opened."""
        if self._pid == os.getpid():
            self._finalizer()
            self._start()

    def _fork(self) -> None:
        self._forked = True

    def _leave_to_parent(self) -> None:
        _INHERITED.append((self._all, self._idle))
        self._finalizer.detach()
        self._opening = threading.Lock()
        self._here = _Here()
        self._start()

    def _open(self, kind: Kind) -> sqlite3.Connection:
        if kind is Kind.INLINE and self._identity is None:
            raise Busy  # making the file takes longer than an event loop may stand still
        with self._opening:
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
            if kind is Kind.INLINE:
                # A checkpoint writes and syncs.
                db.execute("PRAGMA wal_autocheckpoint = 0")
        except sqlite3.Error:
            db.close()
            raise
        self._all.append(db)
        return db


class Transaction:
    """BEGIN … COMMIT on a borrowed connection; rolled back by any exception."""

    __slots__ = ("_begin", "_db", "_kind", "_pool")

    def __init__(self, pool: Pool, kind: Kind, write: bool | None) -> None:
        self._pool, self._kind = pool, kind
        self._begin = "BEGIN IMMEDIATE" if write else "BEGIN" if write is False else ""

    def __enter__(self) -> sqlite3.Connection:
        self._db = self._pool.take(self._kind)
        if not self._begin:
            return self._db
        try:
            self._db.execute(self._begin)
        except sqlite3.Error as error:
            self._fail(error)
        return self._db

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        try:
            if error is None and self._begin:
                self._db.execute("COMMIT")
            elif self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error as failure:
            self._fail(failure)
        if error is not None and isinstance(error, sqlite3.Error):
            self._fail(error)
        self._pool.give_back(self._kind, self._db)

    def _fail(self, error: sqlite3.Error) -> None:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
        if busy and not self._db.in_transaction:
            self._pool.give_back(self._kind, self._db)
        else:
            self._pool.discard(self._db)
        if busy and self._kind is Kind.INLINE:
            raise Busy from error
        raise broken(self._pool.path, error) from error


def _close(connections: list[sqlite3.Connection], pid: int) -> None:
    if pid == os.getpid():
        for db in connections:
            with suppress(sqlite3.Error):
                db.close()
        connections.clear()
