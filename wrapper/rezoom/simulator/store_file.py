"""A store in an SQLite file: meetings, their history, and the clock survive a restart."""

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from .store import HISTORY, Change, Edit, State, taken

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


class FileStore:
    """Keeps meetings in an SQLite file that one simulator at a time may have open.

    ConfigError when the file is another program's, damaged, from a newer rezoom, or in use. Tokens
    are not kept. Passcodes are, as they stand in the meetings: the file is for its owner alone.
    """

    def __init__(self, path: str | Path) -> None:
        self.file = Path(path)
        self._lock = threading.RLock()
        self._db = self._opened()

    def add(self, meeting: int, state: State) -> None:
        """Keep a new meeting; ValueError when the number is taken."""
        try:
            with self._writing():
                self._db.execute(
                    "INSERT INTO meetings (number, state) VALUES (?, ?)", (meeting, _text(state))
                )
        except sqlite3.IntegrityError:
            raise taken(meeting) from None

    def read(self, meeting: int) -> State | None:
        """Return a copy of a meeting's state, or None."""
        with self._lock:
            try:
                row = self._db.execute(
                    "SELECT state FROM meetings WHERE number = ?", (meeting,)
                ).fetchone()
            except OverflowError:  # a number beyond all that a file can hold
                return None
        return None if row is None else json.loads(row[0])

    def change(
        self,
        meeting: int,
        edit: Edit,
        *,
        at: datetime,
        body: Mapping[str, Any],
        occurrence_id: str | None,
    ) -> Change:
        """Replace the state by what `edit` makes of it, with no other change between."""
        with self._writing():
            old = self.read(meeting)
            if old is None:
                raise KeyError(meeting)
            state, ignored = edit(old)
            done = Change(at, json.loads(_text(body)), occurrence_id, ignored)
            self._db.execute(
                "UPDATE meetings SET state = ? WHERE number = ?", (_text(state), meeting)
            )
            self._db.execute(
                "INSERT INTO changes (meeting, at, body, occurrence_id, ignored) "
                "VALUES (?, ?, ?, ?, ?)",
                (meeting, at.isoformat(), _text(body), occurrence_id, _text(ignored)),
            )
            self._db.execute(
                "DELETE FROM changes WHERE meeting = ? AND id <= "
                "(SELECT id FROM changes WHERE meeting = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (meeting, meeting, HISTORY),
            )
            return done

    def history(self, meeting: int) -> Sequence[Change]:
        """Return the changes a meeting took, oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT at, body, occurrence_id, ignored FROM changes WHERE meeting = ? "
                "ORDER BY id",
                (meeting,),
            ).fetchall()
        return tuple(
            Change(datetime.fromisoformat(at), json.loads(body), one, tuple(json.loads(ignored)))
            for at, body, one, ignored in rows
        )

    def meetings(self) -> Sequence[int]:
        """Return every number, in the order the meetings were added."""
        with self._lock:
            rows = self._db.execute("SELECT number FROM meetings ORDER BY position").fetchall()
        return tuple(number for (number,) in rows)

    def clear(self) -> None:
        """Forget every meeting and its history."""
        with self._writing():
            self._db.execute("DELETE FROM changes")
            self._db.execute("DELETE FROM meetings")

    def recall(self, name: str) -> Any:
        """Return the JSON value that was remembered under a name, or None."""
        with self._lock:
            row = self._db.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value under a name."""
        with self._writing():
            self._db.execute("REPLACE INTO notes (name, value) VALUES (?, ?)", (name, _text(value)))

    def notes(self, prefix: str) -> Mapping[str, Any]:
        """Return what was remembered under names that begin so, without that beginning."""
        with self._lock:
            # Not LIKE: it takes an underscore for any character.
            rows = self._db.execute(
                "SELECT name, value FROM notes WHERE substr(name, 1, length(?)) = ?", (prefix,) * 2
            )
            return {name.removeprefix(prefix): json.loads(value) for name, value in rows}

    def forget(self, prefix: str) -> None:
        """Remember nothing more under names that begin so."""
        with self._writing():
            self._db.execute(
                "DELETE FROM notes WHERE substr(name, 1, length(?)) = ?", (prefix,) * 2
            )

    def open(self) -> None:
        """Take the file again after `close`, with whatever has become of it since."""
        with self._lock:
            if self._in_memory():
                file = self._opened()
                self._db.close()
                self._db = file

    def close(self) -> None:
        """Let another simulator have the file; what it held can still be read here."""
        with self._lock:
            if not self._in_memory():
                copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
                # Nobody closes a store twice, and Python 3.13 warns of connections left open.
                weakref.finalize(self, copy.close)
                self._db.backup(copy)
                self._db.close()
                self._db = copy

    def _in_memory(self) -> bool:
        return not self._db.execute("PRAGMA database_list").fetchone()[2]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _opened(self) -> sqlite3.Connection:
        try:
            # Made by hand, so that nobody else may read it.
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
            with self.file.open("rb") as file:
                begins = file.read(len(_MAGIC))
        except OSError as error:
            raise self._refused(
                f"cannot be opened: {error.strerror or error}",
                "Name a file in a folder that exists and can be written.",
            ) from None
        if begins not in {b"", _MAGIC}:
            # SQLite would take the shortest of files for empty ones, and write over them.
            raise self._refused("is not an SQLite file", "Name another file.")
        db = sqlite3.connect(self.file, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            self._check(db)
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
        except ConfigError:  # a ValueError too
            db.close()
            raise
        except (sqlite3.Error, ValueError) as error:
            db.close()
            raise self._unusable(error) from None
        return db

    def _check(self, db: sqlite3.Connection) -> None:
        ((application,), (version,)) = (
            db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        tables = db.execute("SELECT 1 FROM sqlite_master").fetchone()
        if not (tables or application or version):
            for statement in _TABLES.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
            db.execute(f"PRAGMA user_version = {_VERSION}")
            return
        if application != _APPLICATION:
            raise self._refused("belongs to another program", "Name another file.")
        if version > _VERSION:
            raise self._refused(
                f"was written by a newer rezoom (its version is {version}, ours {_VERSION})",
                "Upgrade rezoom, or name another file.",
            )
        found = [word for (word,) in db.execute("PRAGMA quick_check")]
        if found != ["ok"]:
            raise sqlite3.DatabaseError(found[0])
        for source in ("state FROM meetings", "body FROM changes", "value FROM notes"):
            for (text,) in db.execute(f"SELECT {source}"):
                json.loads(text)

    def _unusable(self, error: Exception) -> ConfigError:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return self._refused(
                "is in use by another simulator", "Stop that one, or name another file."
            )
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            return self._refused("is not an SQLite file", "Name another file.")
        return self._refused(
            f"is damaged: {str(error).splitlines()[-1]}",
            "Delete it to begin anew, or name another file.",
        )

    def _refused(self, reason: str, next_step: str) -> ConfigError:
        return ConfigError(f"db: {self.file} {reason}", field="db", next_step=next_step)


def _text(value: object) -> str:
    # ASCII only: half a surrogate pair cannot be written any other way.
    return json.dumps(value, separators=(",", ":"))
