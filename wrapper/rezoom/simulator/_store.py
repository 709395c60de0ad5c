"""Where the simulated meetings live: in memory and, with `db=`, in an SQLite file too."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .._times import zulu
from ..errors import ConfigError
from ._checked import wrong
from ._request_log import shown

State = dict[str, Any]
# From a state to the new one, and the members of the update that were ignored.
Edit = Callable[[State], tuple[State, tuple[str, ...]]]

# Of each meeting; a soak test must fill neither the memory nor the disk.
HISTORY = 1_000

# "rzsi" in ASCII: the file says whose it is.
_APPLICATION = 0x727A7369
_VERSION = 1
_MAGIC = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html#magic_header_string
_TABLES = """
CREATE TABLE meetings (position INTEGER PRIMARY KEY, number INTEGER UNIQUE NOT NULL,
                       state TEXT NOT NULL);
CREATE TABLE changes (id INTEGER PRIMARY KEY, meeting INTEGER NOT NULL, at TEXT NOT NULL,
                      body TEXT NOT NULL, occurrence_id TEXT, ignored TEXT NOT NULL);
CREATE INDEX changes_of_a_meeting ON changes (meeting, id);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True, repr=False)
class TakenUpdate:
    """One update a meeting took, and which members of it were ignored."""

    at: datetime
    body: Mapping[str, Any]
    occurrence_id: str | None
    ignored: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the update as a dictionary for JSON."""
        return asdict(self) | {"at": zulu(self.at), "ignored": list(self.ignored)}

    def __repr__(self) -> str:
        return f"<TakenUpdate {self.at:%Y-%m-%dT%H:%M:%SZ} {shown(self.body)!r}>"


class Store:
    """Keeps meetings by number, the last thousand updates of each, and named JSON notes.

    States are JSON data; several threads may use a store. With a path all of it is in an SQLite
    file, and every change is committed to the file before it returns, so that it survives a kill;
    without one SQLite has it in memory. One simulator at a time may have the file; it holds
    passcodes, so only its owner may read it. ConfigError when the file is another program's,
    damaged, from a newer rezoom, or in use.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._db, self._is_open = _connected(None), False
        self._lock = threading.RLock()
        self._path = None if path is None else Path(path)
        # So that a later run can read what is remembered.
        self.in_file = path is not None
        self.open()

    def __del__(self) -> None:
        # Only here: what was kept can be read as long as there is a store.
        self._db.close()

    def add(self, meeting: int, state: State) -> None:
        """Keep a new meeting; ConfigError when the number is taken."""
        try:
            with self._lock, self._db as db:
                row = (meeting, _text(state))
                db.execute("INSERT INTO meetings (number, state) VALUES (?, ?)", row)
        except sqlite3.IntegrityError:
            step = "Leave `id` out, and the next free number is taken."
            raise wrong("seed", f"seed: there is already a meeting {meeting}", step) from None

    def read(self, meeting: int) -> State | None:
        """Return a copy of a meeting's state, or None."""
        rows = self._rows("SELECT state FROM meetings WHERE number = ?", meeting)
        return json.loads(rows[0][0]) if rows else None

    def change(
        self,
        meeting: int,
        edit: Edit,
        *,
        at: datetime,
        body: Mapping[str, Any],
        occurrence_id: str | None,
    ) -> tuple[str, ...]:
        """Replace the state by what `edit` makes of it, with no other change between.

        Return the members that were ignored. When `edit` raises, nothing changes.
        """
        with self._lock, self._db as db:
            known = self.read(meeting)
            if known is None:
                raise KeyError(meeting)
            state, ignored = edit(known)
            db.execute("UPDATE meetings SET state = ? WHERE number = ?", (_text(state), meeting))
            db.execute(
                "INSERT INTO changes (meeting, at, body, occurrence_id, ignored) "
                "VALUES (?, ?, ?, ?, ?)",
                (meeting, at.isoformat(), _text(body), occurrence_id, _text(ignored)),
            )
            db.execute(
                "DELETE FROM changes WHERE meeting = ? AND id <= (SELECT id FROM changes "
                "WHERE meeting = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (meeting, meeting, HISTORY),
            )
            return ignored

    def history(self, meeting: int) -> tuple[TakenUpdate, ...]:
        """Return the updates a meeting took, oldest first."""
        rows = self._rows(
            "SELECT at, body, occurrence_id, ignored FROM changes WHERE meeting = ? ORDER BY id",
            meeting,
        )
        return tuple(
            TakenUpdate(datetime.fromisoformat(at), json.loads(body), date, (*json.loads(ignored),))
            for at, body, date, ignored in rows
        )

    def meetings(self) -> tuple[int, ...]:
        """Return every number, in the order the meetings were added."""
        rows = self._rows("SELECT number FROM meetings ORDER BY position")
        return tuple(number for (number,) in rows)

    def clear(self) -> None:
        """Forget every meeting and its history; notes stay."""
        with self._lock, self._db as db:
            db.execute("DELETE FROM changes")
            db.execute("DELETE FROM meetings")

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value under a name: the clock, what was counted."""
        with self._lock, self._db as db:
            db.execute("REPLACE INTO notes (name, value) VALUES (?, ?)", (name, _text(value)))

    def notes(self, prefix: str) -> Mapping[str, Any]:
        """Return the notes whose names begin so, under the rest of their names."""
        rows = self._rows("SELECT name, value FROM notes")
        found = {name: json.loads(value) for name, value in rows if name.startswith(prefix)}
        return {name.removeprefix(prefix): value for name, value in found.items()}

    def forget(self, prefix: str) -> None:
        """Remove the notes whose names begin so."""
        with self._lock, self._db as db:
            size = len(prefix)
            db.execute("DELETE FROM notes WHERE substr(name, 1, ?) = ?", (size, prefix))

    def open(self) -> None:
        """Take the file again after `close`, with whatever has become of it since."""
        with self._lock:
            if self._is_open:
                return
            db = _connected(self._path)
            try:
                _check(db, self._path)
                db.commit()
                # What is committed survives the end of the process, though not of the machine.
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
            except (sqlite3.Error, ValueError) as error:
                db.close()
                raise _unusable(self._path, error) from None
            self._put(db, is_open=True)

    def close(self) -> None:
        """Let another simulator have the file; what was kept can still be read here."""
        with self._lock:
            if self._is_open and self._path is not None:
                copy = _connected(None)
                self._db.backup(copy)
                self._put(copy, is_open=False)

    def _put(self, db: sqlite3.Connection, *, is_open: bool) -> None:
        self._db.close()
        self._db, self._is_open = db, is_open

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except OverflowError:  # a number beyond an int64, as no meeting has one
                return []


def _connected(path: Path | None) -> sqlite3.Connection:
    if path is None:
        return sqlite3.connect(":memory:", check_same_thread=False)
    try:
        # Made by hand, so that only its owner can read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with path.open("rb") as file:
            begins = file.read(len(_MAGIC))
    except OSError as error:
        step = "Name a file in a folder that exists and can be written."
        raise _refused(path, f"cannot be opened: {error.strerror or error}", step) from None
    if begins not in {b"", _MAGIC}:
        # SQLite would take the shortest of files for empty ones, and write over them.
        raise _refused(path, "is not an SQLite file", "Name another file.")
    return sqlite3.connect(path, timeout=0, check_same_thread=False)


def _check(db: sqlite3.Connection, path: Path | None) -> None:
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("BEGIN EXCLUSIVE")
    ((application,), (version,)) = (
        db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    tables = db.execute("SELECT 1 FROM sqlite_master").fetchone()
    if not (tables or application or version):
        for statement in _TABLES.split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {_APPLICATION}")
        db.execute(f"PRAGMA user_version = {_VERSION}")
    elif application != _APPLICATION:
        raise _refused(path, "belongs to another program", "Name another file.")
    elif version > _VERSION:
        reason = f"was written by a newer rezoom (its version is {version}, ours {_VERSION})"
        raise _refused(path, reason, "Upgrade rezoom, or name another file.")
    found = [word for (word,) in db.execute("PRAGMA quick_check")]
    if found != ["ok"]:
        raise sqlite3.DatabaseError(found[0])
    for column in ("state FROM meetings", "body FROM changes", "value FROM notes"):
        for (text,) in db.execute(f"SELECT {column}"):
            json.loads(text)


def _unusable(path: Path | None, error: Exception) -> ConfigError:
    if isinstance(error, ConfigError):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_BUSY:
        step = "Stop that one, or name another file."
        return _refused(path, "is in use by another simulator", step)
    if code == sqlite3.SQLITE_NOTADB:
        return _refused(path, "is not an SQLite file", "Name another file.")
    reason = f"is damaged: {str(error).splitlines()[-1]}"
    return _refused(path, reason, "Delete it to start over, or name another file.")


def _refused(path: Path | None, reason: str, next_step: str) -> ConfigError:
    return wrong("db", f"db: {path} {reason}", next_step)


def _text(value: object) -> str:
    # ASCII only: half a surrogate pair cannot be written any other way.
    return json.dumps(value, separators=(",", ":"))
