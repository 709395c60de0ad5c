"""The file of an SQLite ledger: made once under a lock, checked and upgraded when opened."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ...errors import LedgerUnavailable
from ..location import filesystem, refuse_network
from . import schema as sql
from .journal import KEPT, packer
from .schema import BEGINNING, SCHEMA


def upgrade(db: sqlite3.Connection, version: int) -> None:
    """Bring a file of an earlier format to `version`.

    A process of the release that wrote it finds its table `lease` gone, or `event` of another
    shape, and reserves nothing more.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found == 1:
            _renumber(db)
            _split_leases(db)
        elif found != version:
            db.execute("ALTER TABLE event ADD COLUMN keys TEXT")
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _renumber(db: sqlite3.Connection) -> None:
    """Give meetings the numbers that they have now."""
    for old, key in db.execute("SELECT scope, key FROM name").fetchall():
        new = sql.scope_number(key)
        for table in ("lease", "place", "block", "name") if new != old else ():
            db.execute(f"UPDATE {table} SET scope = ? WHERE scope = ?", (new, old))  # noqa: S608 - our own names


def _split_leases(db: sqlite3.Connection) -> None:
    """Part what format 1 kept in `lease`: answered (-1), unknown (0), pace (-2), under way."""
    db.execute("ALTER TABLE pace RENAME TO pace_1")
    for statement in sql.SCHEMA.split(";"):
        if any(f"TABLE {name} " in statement for name in ("event", "unanswered", "pace")):
            db.execute(statement)
    db.execute(sql.BEGINNING)
    db.execute("INSERT INTO pace SELECT scope, 0, learned, since FROM pace_1")
    under_way: dict[tuple[str, int], list[int]] = {}
    for scope, token, free_at, send_by in db.execute("SELECT * FROM lease").fetchall():
        if send_by > 0:
            under_way.setdefault((token, send_by), []).extend((scope, free_at))
        elif send_by == 0:
            db.execute(sql.LEFT, (scope, token, free_at, send_by))
        elif token:
            db.execute(sql.SETTLED_PLACE, (scope, free_at, 1))
        else:
            db.execute(sql.AFTER, (scope, free_at))
    for (token, send_by), numbers in under_way.items():
        packed = packer(len(numbers)).pack(*numbers)
        db.execute(sql.EVENT, (None, KEPT, token, send_by, None, packed))
    db.execute("DROP TABLE lease")
    db.execute("DROP TABLE pace_1")
    any_left = db.execute(sql.ANY_LEFT).fetchone()[0]
    db.execute("UPDATE event SET send_by = ? WHERE id = 1", (any_left,))


APPLICATION_ID = 0x525A4D51  # "RZMQ"
VERSION = 3
_OTHER = "name another file in REZOOM_LEDGER"

Identity = tuple[int, int]


def identity(path: Path | str) -> Identity | None:
    """Name the file that `path` leads to now."""
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """Open the file if it is there; waits `patience` seconds for a lock."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )


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
