"""The journal of many updates (`rezoom.journal/1`): what was sent, and what became of it, on disk.

A line is written before an update leaves and another when it has its answer, so that the same run
can go on after a kill. A power cut may take the last lines: nothing waits for the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from .._paths import encodable, json_object
from .._redaction import masked
from .._rules.judge import Change
from .._rules.normalize import draft
from .._times import zulu
from ..errors import ConfigError, InvalidChange, LedgerError, Problem

SCHEMA: Final = "rezoom.journal/1"
# The update was sent, and its answer is not known.
SENT: Final = "sent"
# Nothing was changed: the same key may be used again, for another change too.
_OPEN = ("refused", "put off")
_TABLE = "CREATE TABLE known (key TEXT PRIMARY KEY, change TEXT, status TEXT) WITHOUT ROWID"
_STEP = "Give the file of an earlier run, or the name of a new one."


class Journal:
    """An open journal, locked for this run; for any thread."""

    def __init__(self, path: str | Path, account: str) -> None:
        """Open or begin a journal; ConfigError for one that is in use or cannot be read."""
        self._lock = threading.Lock()
        try:
            self._path = Path(path)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
            self._file: BinaryIO = open(os.open(path, flags, 0o600), "r+b", buffering=0)  # noqa: PTH123, SIM115 - a number has no path, and `close` closes it
        except TypeError:
            raise ConfigError(
                f"the journal {path!r:.80} is no path", field="journal", next_step=_STEP
            ) from None
        except (OSError, ValueError) as error:  # ValueError: it is no path at all
            reason = getattr(error, "strerror", None) or "it is no path"
            raise self._wrong(f"cannot be opened: {reason}", _STEP) from None
        # A database of its own, which goes to the disk when it grows, and goes with the run.
        self._known = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        try:
            self._known.execute(_TABLE)
            self._take_over(json.dumps({"schema": SCHEMA, "account": account}).encode() + b"\n")
        except BaseException:
            self.close()
            raise

    def find(self, key: str, change: Change) -> tuple[str, str]:
        """Return the change's digest, and its status so far: empty where nothing is known.

        Raises InvalidChange where the key stands for another change.
        """
        if not encodable(key):
            message, fix = f"the key {key[:60]!r} is no text in UTF-8", "give this one another key"
            raise InvalidChange([Problem("", "error", "journal-key", message, fix, "")])
        digest = digest_of(change)
        with self._lock:
            row = self._known.execute("SELECT change, status FROM known WHERE key=?", (key,))
            known, status = row.fetchone() or (digest, "")
        if known != digest:
            message = f"the journal knows another change under the key {key[:60]!r}"
            fix = "give this one a key of its own, or begin another journal"
            raise InvalidChange([Problem("", "error", "journal-key", message, fix, "")])
        return digest, status

    def write(self, key: str, digest: str, status: str, at: datetime) -> None:
        """Append what is known of a change; LedgerError where the disk refuses."""
        line = {"key": key, "change": digest, "status": status, "at": zulu(at)}
        try:
            with self._lock:
                self._append(json.dumps(line).encode() + b"\n")
                self._note(key, digest, status)
        except (OSError, ValueError) as error:  # ValueError: it is closed
            reason = getattr(error, "strerror", None) or error
            raise LedgerError(
                f"the journal {self._path.name!r} cannot be written: {reason}",
                next_step="Free some space, and run the same again with the same journal.",
            ) from None

    def close(self) -> None:
        """Unlock it, and leave the file."""
        self._known.close()
        self._file.close()

    def _append(self, line: bytes) -> None:
        if self._file.write(line) != len(line):
            raise OSError(0, "the disk is full")

    def _note(self, key: str, digest: str, status: str) -> None:
        if status in _OPEN:
            self._known.execute("DELETE FROM known WHERE key=?", (key,))
        else:
            self._known.execute("REPLACE INTO known VALUES (?, ?, ?)", (key, digest, status))

    def _take_over(self, header: bytes) -> None:
        """Lock the file, read what earlier runs have left, and drop a line that was torn."""
        try:
            if not stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                raise self._wrong("is no regular file", _STEP)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            whole = self._read(header)
            self._file.truncate(whole)
            if not whole:
                self._append(header)
        except BlockingIOError:
            raise self._wrong("is in use by another run", "Wait for its end.") from None
        except OSError as error:
            raise self._wrong(f"cannot be used: {error.strerror or error}", _STEP) from None

    def _read(self, header: bytes) -> int:
        """Take in the lines; return the size of those that are whole."""
        size = 0
        self._known.execute("BEGIN")
        for number, line in enumerate(self._lines(), 1):
            if not line.endswith(b"\n") and (number > 1 or header.startswith(line)):
                break
            found = json_object(line) or {}
            if number == 1:
                self._check_header(found, json.loads(header))
            else:
                parts = [found.get(name) for name in ("key", "change", "status")]
                if not all(isinstance(part, str) and encodable(part) for part in parts):
                    raise self._wrong(f"cannot be read: line {number} is damaged", _STEP)
                self._note(*map(str, parts))
            size += len(line)
        self._known.execute("COMMIT")
        return size

    def _lines(self) -> Iterator[bytes]:
        # A file of its own for reading, with a buffer; its end leaves the other and its lock.
        with open(os.dup(self._file.fileno()), "rb") as file:  # noqa: PTH123 - a number has no path
            yield from file

    def _check_header(self, found: dict[str, object], expected: dict[str, object]) -> None:
        if found.get("schema") != SCHEMA:
            raise self._wrong("is no journal of updates", _STEP)
        if found != expected:
            what = f"belongs to {str(found.get('account'))[:80]!r}"
            raise self._wrong(what, f"This run is of {expected['account']!r}: name another file.")

    def _wrong(self, what: str, step: str) -> ConfigError:
        message = f"the journal {str(self._path)!r} {what}"
        return ConfigError(message, field="journal", next_step=step)


def digest_of(change: Change) -> str:
    """Return a digest of what is said; of a secret, only that there is one counts.

    Six digits are soon guessed from a digest.
    """
    whole = {
        "meeting": "".join(str(change.meeting).split()),
        "body": _written(change.fields) | _written(change.body),
        "extra": _written(change.extra),
        "occurrence": repr(change.occurrence),
        "schedule": repr(change.schedule),
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _written(body: object) -> dict[str, object]:
    shown: dict[str, object] = masked(draft(body, {}, occurrence=False).body) if body else {}
    return shown
