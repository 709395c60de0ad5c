"""Where the simulated meetings live: in memory and, with `db=`, in an SQLite file too."""

import json
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .._times import zulu
from ..errors import ConfigError
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


def cloned(value: Any) -> Any:
    """Return a copy of JSON data that shares nothing with it."""
    if isinstance(value, dict):
        return {name: cloned(item) for name, item in value.items()}
    if isinstance(value, list):
        return [cloned(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, repr=False)
class TakenUpdate:
    """One update a meeting took, and which members of it were ignored."""

    at: datetime
    body: Mapping[str, Any]
    occurrence_id: str | None
    ignored: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the update as a dictionary for JSON."""
        return {
            "at": zulu(self.at),
            "body": self.body,
            "occurrence_id": self.occurrence_id,
            "ignored": list(self.ignored),
        }

    def __repr__(self) -> str:
        return f"<TakenUpdate {self.at:%Y-%m-%dT%H:%M:%SZ} {shown(self.body)!r}>"


class Store:
    """Keeps meetings by number, the last thousand updates of each, and named JSON notes.

    States are JSON data; several threads may use a store. With a path all of it is read from an
    SQLite file, and every change is committed to the file before it returns, so that it survives a
    kill. One simulator at a time may have the file; it holds passcodes, so only its owner may read
    it. ConfigError when the file is another program's, damaged, from a newer rezoom, or in use.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = None if path is None else Path(path)
        self._db: sqlite3.Connection | None = None
        self._lock = threading.RLock()
        self._states: dict[int, State] = {}
        self._history: dict[int, deque[TakenUpdate]] = {}
        self._notes: dict[str, Any] = {}
        self.open()

    def add(self, meeting: int, state: State) -> None:
        """Keep a new meeting; ValueError when the number is taken."""
        with self._lock:
            if meeting in self._states:
                raise ConfigError(
                    f"seed: there is already a meeting {meeting}",
                    field="seed",
                    next_step="Leave `id` out, and the next free number is taken.",
                )
            if self._db is not None:
                with self._db as db:
                    row = (meeting, _text(state))
                    db.execute("INSERT INTO meetings (number, state) VALUES (?, ?)", row)
            self._states[meeting] = cloned(state)
            self._history[meeting] = deque(maxlen=HISTORY)

    def read(self, meeting: int) -> State | None:
        """Return a copy of a meeting's state, or None."""
        with self._lock:
            state: State | None = cloned(self._states.get(meeting))
            return state

    def change(
        self,
        meeting: int,
        edit: Edit,
        *,
        at: datetime,
        body: Mapping[str, Any],
        occurrence_id: str | None,
    ) -> TakenUpdate:
        """Replace the state by what `edit` makes of it, with no other change between.

        `edit` returns a new state and leaves the one it is given; when it raises, nothing changes.
        """
        with self._lock:
            state, ignored = edit(self._states[meeting])
            done = TakenUpdate(at, cloned(body), occurrence_id, ignored)
            if self._db is not None:
                with self._db as db:
                    db.execute(
                        "UPDATE meetings SET state = ? WHERE number = ?", (_text(state), meeting)
                    )
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
            self._states[meeting] = state
            self._history[meeting].append(done)
            return done

    def history(self, meeting: int) -> Sequence[TakenUpdate]:
        """Return the updates a meeting took, oldest first."""
        with self._lock:
            return tuple(self._history.get(meeting, ()))

    def meetings(self) -> Sequence[int]:
        """Return every number, in the order the meetings were added."""
        with self._lock:
            return tuple(self._states)

    def clear(self) -> None:
        """Forget every meeting and its history; notes stay."""
        with self._lock:
            if self._db is not None:
                with self._db as db:
                    db.execute("DELETE FROM changes")
                    db.execute("DELETE FROM meetings")
            self._states.clear()
            self._history.clear()

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value under a name: the clock, what was counted."""
        with self._lock:
            if self._db is not None:
                with self._db as db:
                    row = (name, _text(value))
                    db.execute("REPLACE INTO notes (name, value) VALUES (?, ?)", row)
            self._notes[name] = cloned(value)

    def notes(self, prefix: str) -> Mapping[str, Any]:
        """Return the notes whose names begin so, under the rest of their names."""
        with self._lock:
            found = {n: v for n, v in self._notes.items() if n.startswith(prefix)}
            return {name.removeprefix(prefix): cloned(value) for name, value in found.items()}

    def forget(self, prefix: str) -> None:
        """Remove the notes whose names begin so."""
        with self._lock:
            names = [name for name in self._notes if name.startswith(prefix)]
            if self._db is not None:
                with self._db as db:
                    db.executemany("DELETE FROM notes WHERE name = ?", [(name,) for name in names])
            for name in names:
                del self._notes[name]

    @property
    def in_file(self) -> bool:
        """Whether there is a file, so that a later run can read what is remembered."""
        return self._path is not None

    def open(self) -> None:
        """Take the file again after `close`, with whatever has become of it since."""
        with self._lock:
            if self._path is None or self._db is not None:
                return
            db = _connected(self._path)
            try:
                _check(db, self._path)
                self._load(db)
                db.commit()
                # What is committed survives the end of the process, though not of the machine.
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
            except (sqlite3.Error, ValueError) as error:
                db.close()
                raise _unusable(self._path, error) from None
            self._db = db

    def close(self) -> None:
        """Let another simulator have the file; what was kept can still be read here."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _load(self, db: sqlite3.Connection) -> None:
        meetings = db.execute("SELECT number, state FROM meetings ORDER BY position")
        states = {number: json.loads(state) for number, state in meetings}
        history = {number: deque[TakenUpdate](maxlen=HISTORY) for number in states}
        changes = "SELECT meeting, at, body, occurrence_id, ignored FROM changes ORDER BY id"
        for meeting, at, body, occurrence_id, ignored in db.execute(changes):
            when, names = datetime.fromisoformat(at), tuple(json.loads(ignored))
            done = TakenUpdate(when, json.loads(body), occurrence_id, names)
            history.setdefault(meeting, deque(maxlen=HISTORY)).append(done)
        notes = db.execute("SELECT name, value FROM notes")
        self._notes = {name: json.loads(value) for name, value in notes}
        self._states, self._history = states, history


def _connected(path: Path) -> sqlite3.Connection:
    try:
        # Made by hand, so that only its owner can read it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with path.open("rb") as file:
            begins = file.read(len(_MAGIC))
    except OSError as error:
        raise _refused(
            path,
            f"cannot be opened: {error.strerror or error}",
            "Name a file in a folder that exists and can be written.",
        ) from None
    if begins not in {b"", _MAGIC}:
        # SQLite would take the shortest of files for empty ones, and write over them.
        raise _refused(path, "is not an SQLite file", "Name another file.")
    return sqlite3.connect(path, timeout=0, check_same_thread=False)


def _check(db: sqlite3.Connection, path: Path) -> None:
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
        raise _refused(
            path,
            f"was written by a newer rezoom (its version is {version}, ours {_VERSION})",
            "Upgrade rezoom, or name another file.",
        )
    found = [word for (word,) in db.execute("PRAGMA quick_check")]
    if found != ["ok"]:
        raise sqlite3.DatabaseError(found[0])


def _unusable(path: Path, error: Exception) -> ConfigError:
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


def _refused(path: Path, reason: str, next_step: str) -> ConfigError:
    return ConfigError(f"db: {path} {reason}", field="db", next_step=next_step)


def _text(value: object) -> str:
    # ASCII only: half a surrogate pair cannot be written any other way.
    return json.dumps(value, separators=(",", ":"))
