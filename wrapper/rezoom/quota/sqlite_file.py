"""The file of a SQLite ledger: made once under a lock, checked whenever it is opened."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..errors import LedgerUnavailable
from .location import filesystem, refuse_network
from .sqlite_sql import BEGINNING, SCHEMA
from .sqlite_upgrade import upgrade

APPLICATION_ID = 0x525A4D51  # "RZMQ"
VERSION = 3
_OTHER = "name another file in REZOOM_LEDGER"

Identity = tuple[int, int]


def identity(path: Path | str) -> Identity | None:
    """Name the file that `path` leads to now."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, in every reservation
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file if it is there; waits `patience` seconds for a lock."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip


def prepare(path: Path, patience: float) -> Identity:
    """Make the file if it is not there, check that it is ours, and name it."""
    refuse_network(path, filesystem(path))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = identity(path)
        if path.is_dir():
            raise LedgerUnavailable(
                f"The ledger {path} is a folder", next_step="Name a file in REZOOM_LEDGER."
            )
        if found is None or not _ready(path, patience):
            with _locked(path.with_name(f"{path.name}.lock"), path, patience):
                _make(path, patience)
            found = identity(path)
    except sqlite3.Error as error:
        raise broken(path, error) from error
    except OSError as error:
        said = error.strerror or str(error)
        raise LedgerUnavailable(f"The ledger {path} cannot be opened: {said}") from error
    if found is None:
        raise LedgerUnavailable(f"The ledger {path} was deleted while it was opened")
    return found


def broken(path: Path, error: sqlite3.Error) -> LedgerUnavailable:
    """Say what is wrong with the file, and what to do about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    what, fix = {
        sqlite3.SQLITE_BUSY: ("is locked by another process", "See who holds it, then try again."),
        sqlite3.SQLITE_LOCKED: ("is locked", "Try again."),
        sqlite3.SQLITE_FULL: ("is on a full disk", f"Make room there, or {_OTHER}."),
        sqlite3.SQLITE_READONLY: ("cannot be written", f"Change its owner or mode, or {_OTHER}."),
        sqlite3.SQLITE_CANTOPEN: ("cannot be opened", None),
        sqlite3.SQLITE_NOTADB: ("is not a database", "Name another file in REZOOM_LEDGER."),
        sqlite3.SQLITE_CORRUPT: (
            "is damaged",
            f"Move it away, or {_OTHER}; what was spent in the last 24 hours is then unknown.",
        ),
    }.get(code, ("failed", None))
    return LedgerUnavailable(f"The ledger {path} {what} ({error})", next_step=fix)


def _ready(path: Path, patience: float) -> bool:
    with closing(connect(path, patience)) as db:
        # In this order: who is making the file now writes all three at once.
        empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        application, version = (
            db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        )
        if application == 0 and empty:
            return False
        if application != APPLICATION_ID:
            raise LedgerUnavailable(
                f"The file {path} is a database of something else",
                next_step="Name another file in REZOOM_LEDGER; this one is left as it is.",
            )
        if version > VERSION:
            raise LedgerUnavailable(
                f"The ledger {path} was written by a newer release (format {version})",
                next_step="Upgrade rezoom here too, or name another file in REZOOM_LEDGER.",
            )
        return bool(version == VERSION)


def _make(path: Path, patience: float) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if _ready(path, patience):
        return  # made by the one before us
    with closing(connect(path, patience)) as db:
        if db.execute("PRAGMA user_version").fetchone()[0]:
            upgrade(db, VERSION)
            return
        # A commit writes whole pages: almost always a single one, and small ones are quick.
        db.execute("PRAGMA page_size = 1024")
        # Under our lock, because SQLite does not wait for anybody during this change of mode.
        mode = db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise LedgerUnavailable(f"The file system of {path} cannot share memory (mode {mode})")
        db.executescript(
            f"BEGIN IMMEDIATE; {SCHEMA} {BEGINNING}; PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {VERSION}; COMMIT;"
        )


@contextmanager
def _locked(lock: Path, path: Path, patience: float) -> Iterator[None]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + patience
        while not _try_lock(descriptor):
            if time.monotonic() > deadline:
                raise LedgerUnavailable(
                    f"The ledger {path} is being made by another process for {patience:g} s",
                    next_step=f"See who holds {lock}, then try again.",
                )
            time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)  # which unlocks it; the file stays: deleting it would split the lock


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
