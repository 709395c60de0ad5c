"""The file of an SQLite ledger: made once, checked whenever it is used."""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from ..._visible import visible
from ...errors import LedgerError, LedgerUnavailable, StateLost
from ..location import filesystem, refuse_network
from .tables import SCHEMA
from .upgrade import upgrade

_log = logging.getLogger("rezoom.quota")
T = TypeVar("T")
APPLICATION_ID = 0x525A4D51  # "RZMQ"
VERSION = 4
_OTHER = "name another file in REZOOM_LEDGER"
_RESTART = (
    "What was spent in the last 24 hours may be unknown. Begin a new count with `rezoom ledger"
    " reset`, and start the processes again that still hold the old file."
)
# Reading behind the end of the file or its journal; and a first page that is not there.
_CUT = {sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOTADB}
# How far the log may grow before SQLite copies it into the file, in pages of a kilobyte.
_CHECKPOINT = 4096
# Seconds between two tries for the lock, at random: SQLite's own waiting is not fair to those who
# wait beside a tight writer, and cannot be interrupted.
_LOOK_AGAIN = 0.0002, 0.002
# For how long a fork waits for the steps of other threads, in seconds.
_LONGEST_STEP = 10.0
# Connections of a parent process: SQLite forbids to use and to close them in the child
# (https://www.sqlite.org/howtocorrupt.html#_carrying_an_open_database_across_a_fork_).
_INHERITED: list[object] = []


class Connection(sqlite3.Connection):
    """A connection that closes when it is lost, and knows the journals it has opened."""

    pid = 0  # of nobody, until it is being opened

    def __init__(self, *args: object, **options: object) -> None:
        """Open the file in this process."""
        self.pid = os.getpid()
        self.journals: object = None
        super().__init__(*args, **options)  # type: ignore[arg-type]  # what sqlite3.connect passes on

    def __del__(self) -> None:
        """Close it, but never in a forked child."""
        if self.pid not in (0, os.getpid()):
            _INHERITED.append(self)
            return
        with suppress(sqlite3.Error):  # it may never have been opened
            self.close()


# Threads that are amid a step, and those that are forking. A fork copies SQLite's own locks: if a
# thread held one, the child could never take it. So a fork waits for the steps, and they for it.
_STEPPING: list[int] = []
_FORKING: list[int] = []


def _before_fork() -> None:
    _FORKING.append(threading.get_ident())
    deadline, me = time.monotonic() + _LONGEST_STEP, threading.get_ident()
    while any(thread != me for thread in _STEPPING) and time.monotonic() < deadline:
        time.sleep(_LOOK_AGAIN[0])


def _after_fork() -> None:
    _FORKING.pop()


def _in_child() -> None:
    _FORKING.clear()  # the other threads are not there
    _STEPPING.clear()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)


class LedgerFile:
    """The connections of one process to a ledger's file: each step borrows one and gives it back.

    Nothing is locked but by SQLite itself, and a connection on which anything went wrong, an
    interrupt included, is closed: SQLite then rolls back and unlocks.
    """

    def __init__(self, path: Path, patience: float, boot: str) -> None:
        """Wait `patience` seconds for a lock; opens nothing yet. `boot` names this boot."""
        # Descriptors that hold the file, so that no other one gets its number. Closing them drops
        # no lock of SQLite's (O_PATH: https://man7.org/linux/man-pages/man2/open.2.html).
        self._held: list[int] = []
        self.path, self._patience, self._boot = path, patience, boot
        self._last_use = last_use(path)
        self._names = [f"{path}{suffix}" for suffix in ("", "-wal", "-shm")]
        self._identity: tuple[int, int] | None = None
        self._start()

    def __del__(self) -> None:
        """Let go of the file."""
        for held in getattr(self, "_held", ()):  # an interrupt may have come before it was made
            os.close(held)

    def _start(self) -> None:
        self._pid = os.getpid()
        # By whether a commit waits for the disk.
        self._idle: dict[bool, list[Connection]] = {False: [], True: []}

    def step(
        self, work: Callable[[sqlite3.Connection], T], *, write: bool = True, durable: bool = False
    ) -> T:
        """Do `work` in one transaction, which survives a power cut if it is `durable`."""
        me = threading.get_ident()
        try:
            _STEPPING.append(me)
            while _FORKING:
                _STEPPING.remove(me)
                time.sleep(_LOOK_AGAIN[0])
                _STEPPING.append(me)
            return self._step(work, write, durable)
        finally:
            if me in _STEPPING:
                _STEPPING.remove(me)

    def _step(self, work: Callable[[sqlite3.Connection], T], write: bool, durable: bool) -> T:
        db = self._borrow(durable)
        try:
            self._begin(db, write)
            self._verify(db)
            result = work(db)
            db.execute("COMMIT")
        except BaseException as error:
            db.close()
            if isinstance(error, sqlite3.Error):
                raise self._failed(error) from error
            raise
        self._idle[durable].append(db)
        return result

    def _failed(self, error: sqlite3.Error) -> LedgerError:
        """Tell a count that is lost from one that cannot be reached now."""
        code = getattr(error, "sqlite_errorcode", 0)
        if code in _CUT or "no such table" in str(error):
            what = "was emptied, cut short or rewritten while it was in use"
            return self._lost(f"{what} ({error})")
        return broken(self.path, error)

    def _lost(self, what: str, fix: str = _RESTART) -> StateLost:
        return StateLost(f"The ledger {self.path} {what}", next_step=fix)

    def close(self) -> None:
        """Close the connections that are not in use; the next step opens one."""
        if self._pid == os.getpid():
            for idle in self._idle.values():
                while idle:
                    idle.pop().close()

    def start_over(self) -> None:
        """Take the file that is there now for ours, whatever was counted before."""
        self.close()
        self._identity = None
        try:
            self._last_use.unlink(missing_ok=True)
        except OSError as error:
            raise LedgerUnavailable(f"The ledger {self.path} cannot be reset: {error}") from error

    def note(self, last: int) -> None:
        """Note beside the file until when it was counted in, so that an older one is noticed."""
        try:
            descriptor = os.open(self._last_use, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, f"{last:020d} {self._boot}\n".encode(), 0)
            finally:
                os.close(descriptor)
        except OSError as error:
            _log.warning("the time of the last use was not written down: %s", visible(error))

    def _borrow(self, durable: bool) -> Connection:
        if self._pid != os.getpid():
            _INHERITED.append(self._idle)
            self._start()
        try:
            return self._idle[durable].pop()
        except IndexError:
            return self._open(durable)

    def _open(self, durable: bool) -> Connection:
        if self._identity is None:
            held = prepare(self.path, self._patience)
            self._held.append(held)
            self._identity = _node(os.fstat(held))
        self._verify(None)
        noted = self._noted()  # first, because others go on counting
        db: Connection | None = None
        try:
            db = connect(self.path, 0.0)
            opened = db  # for the functions below
            how = f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}"
            retried(lambda: opened.execute(how), self._patience)
            db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
            self._begin(db, write=False)  # which opens the journals
            row = db.execute("SELECT last FROM anchor").fetchone()
            db.execute("COMMIT")
        except BaseException as error:
            if db is not None:
                db.close()
            if isinstance(error, sqlite3.Error):
                raise self._failed(error) from error
            raise
        db.journals = [_node(_status(name)) for name in self._names[1:]]
        if noted > (0 if row is None else row[0]):
            raise self._lost(
                "is older than what was counted in it: its journal was deleted, it was emptied, or"
                " an earlier copy was put in its place",
                "What was spent in the last 24 hours is unknown. When they are over, or if you know"
                " better: `rezoom ledger reset`.",
            )
        return db

    def _begin(self, db: Connection, write: bool) -> None:
        if write:
            retried(lambda: db.execute("BEGIN IMMEDIATE"), self._patience)
        else:
            db.execute("BEGIN")
            retried(lambda: db.execute("SELECT 1 FROM anchor"), self._patience)

    def _verify(self, db: Connection | None) -> None:
        """Raise StateLost unless the path leads to the file, and the journals, that are open."""
        file, *journals = map(_status, self._names)
        if file is None:
            raise self._lost("was deleted while it was in use")
        if _node(file) != self._identity:
            raise self._lost("was replaced while it was in use")
        if not file.st_size:
            raise self._lost("was emptied while it was in use")
        if file.st_nlink > 1:
            raise self._lost(
                "has a second name (a hard link), under which others would count apart",
                "Remove the other name.",
            )
        if db is not None and [*map(_node, journals)] != db.journals:
            raise self._lost("was parted from its journal (-wal, -shm) while it was in use")

    def _noted(self) -> int:
        """Read until when the file was counted in since this boot of the machine."""
        try:
            last, _, boot = self._last_use.read_text("utf-8").strip().partition(" ")
        except (FileNotFoundError, PermissionError, ValueError):
            return 0
        except OSError as error:
            raise LedgerUnavailable(f"The file {self._last_use} cannot be read: {error}") from error
        return int(last) if last.isdecimal() and boot == self._boot else 0


def _status(name: str | Path) -> os.stat_result | None:
    try:
        return os.stat(name)  # noqa: PTH116 - three of these are in every step, and Path takes twice as long
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise LedgerUnavailable(f"The ledger {name} cannot be looked at: {error}") from error


def _node(found: os.stat_result | None) -> tuple[int, int] | None:
    return None if found is None else (found.st_dev, found.st_ino)


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def retried(call: Callable[[], T], patience: float) -> T:
    """Make a call again and again, for `patience` seconds, while another process has the lock."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return call()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(*_LOOK_AGAIN))  # noqa: S311 - no secret


def last_use(path: Path) -> Path:
    """Name the file that notes when the ledger at `path` was last counted in."""
    return path.with_name(f"{path.name}-last")


def connect(path: Path, patience: float) -> Connection:
    """Open the file if it is there; waits `patience` seconds for a lock."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )


def prepare(path: Path, patience: float) -> int:
    """Make the file if it is not there, check that it is ours; return what holds it."""
    try:
        refuse_network(path, filesystem(path))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = _status(path)
        if path.is_dir():
            raise LedgerUnavailable(
                f"The ledger {path} is a folder", next_step="Name a file in REZOOM_LEDGER."
            )
        if found is None:
            last_use(path).unlink(missing_ok=True)  # of a file that was here before
        if found is None or not _ready(path, patience):
            _make(path, patience)
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except sqlite3.Error as error:
        raise broken(path, error) from error
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the path; a loop of links
        said = getattr(error, "strerror", None) or str(error)
        raise LedgerUnavailable(f"The ledger {path} cannot be opened: {said}") from error


def broken(path: Path, error: sqlite3.Error) -> LedgerUnavailable:
    """Say what is wrong with the file, and what to do about it."""
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
    }.get(_code(error), ("failed", None))
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
    db = connect(path, patience)
    try:
        if db.execute("PRAGMA user_version").fetchone()[0]:
            upgrade(db, SCHEMA, VERSION)
            return
        # A commit writes whole pages: small ones are quick.
        db.execute("PRAGMA page_size = 1024")
        # SQLite itself does not wait for others who change the mode.
        (mode,) = retried(lambda: db.execute("PRAGMA journal_mode = WAL").fetchone(), patience)
        if mode != "wal":
            raise LedgerUnavailable(f"The file system of {path} cannot share memory (mode {mode})")
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    finally:
        db.close()
