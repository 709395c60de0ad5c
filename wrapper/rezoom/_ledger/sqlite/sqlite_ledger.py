"""A ledger in a file: shared by all processes of a machine, and safe from crashes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote

from ..._clock import Boot, Time, check_clock, machine_boot, machine_wall, seconds
from ..._public import public
from ..._times import micros
from ...errors import QuotaExceeded, SlotExpired
from ..boot_clock import Anchor, AnchoredClock
from ..gauge import Quota
from ..model import Grant, Reservation, Scope, wrong
from ..pacing import Pace
from ..protocol import BlockingLedger, tolerant
from .database_file import LedgerFile
from .tables import Step

T = TypeVar("T")
Durability = Literal["full", "normal"]
# How many reservations of a process between two looks for what has freed elsewhere in the file.
_SWEEP_EVERY = 512
_ANCHOR = "SELECT boot, since_boot, counted, last, ahead FROM anchor"
_SET_ANCHOR = "INSERT OR REPLACE INTO anchor VALUES (1, ?, ?, ?, ?, ?)"
_HOST = "SELECT host FROM host WHERE account = ? AND meeting = ?"
_SET_HOST = "INSERT OR REPLACE INTO host VALUES (?, ?, ?)"
_DROP_HOST = "DELETE FROM host WHERE account = ? AND meeting = ?"


@public("rezoom.quota")
class SQLiteLedger(BlockingLedger):
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
        check_clock(clock)
        if durability not in ("full", "normal"):
            raise wrong("durability", durability, 'Give "full" or "normal".')
        if not callable(path) and not _names_file(path):
            raise wrong("path", path, "Give a file, such as /var/lib/app/quota.sqlite3.")
        self._find, self._patience = path, seconds(patience, "patience")
        self.durability = durability
        if clock is None:
            self._clock = AnchoredClock(machine_wall, boot or machine_boot())
        else:
            self._clock = AnchoredClock(lambda: micros(clock.now()), boot)
        self._anchored = False
        self._opened: LedgerFile | None = None
        self._reserved, self._swept = 0, ""

    @property
    def url(self) -> str:
        """Give the address of the file."""
        return f"sqlite://{quote(os.fsencode(self._file.path.absolute()))}"

    @property
    def _file(self) -> LedgerFile:
        if self._opened is None:
            path = self._find() if callable(self._find) else Path(self._find)
            self._opened = LedgerFile(path, self._patience, self._clock.boot)
        return self._opened

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        with tolerant("an answer"):
            self._step(lambda step: step.settle(grant))

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with tolerant("an unused place"):
            self._step(lambda step: step.release(grant))

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with tolerant("a missing answer"):
            self._step(lambda step: step.abandon(grant))

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        return self._step(lambda step: step.usage(reservation), write=False)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        return self._step(lambda step: step.keys(prefix), write=False)

    def reset(self, prefix: str = "") -> None:
        """Forget what was counted, in the file as it stands: other processes go on with it."""
        if not prefix:
            self._file.start_over()
        self._step(lambda step: step.reset(prefix), durable=True)

    def host_of(self, account: str, meeting: int | str) -> str | None:
        """Look up the host of `meeting`."""
        row = self._file.step(
            lambda db: db.execute(_HOST, (account, str(meeting))).fetchone(), write=False
        )
        return None if row is None else str(row[0])

    def forget_host(self, account: str, meeting: int | str) -> None:
        """Drop the host of `meeting`."""
        with tolerant("a new host"):
            self._file.step(lambda db: db.execute(_DROP_HOST, (account, str(meeting))))

    def close(self) -> None:
        """Close this process's connections."""
        if self._opened is not None:
            self._opened.close()

    def _reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        def take(step: Step) -> tuple[Grant | QuotaExceeded | SlotExpired, int]:
            answer = step.reserve(reservation, token, wait)
            if isinstance(answer, Grant):
                step.note_time()
            return answer, step.now

        answer, counted_at = self._step(take, durable=self.durability == "full")
        if not isinstance(answer, Grant):
            raise answer
        self._file.note(counted_at)
        self._reserved += 1
        if self._reserved % _SWEEP_EVERY == 0:
            with tolerant("what has freed"):
                self._swept = self._step(lambda step: step.sweep(self._swept))
        return answer

    def _block(self, scope: Scope, until: int, why: str) -> None:
        self._step(lambda step: step.block(scope, until, why))

    def _external(self, scope: Scope, used: int, margin: int) -> int:
        return self._step(lambda step: step.external(scope, used, margin))

    def _slow_down(self, pace: Pace, limit: float | None) -> None:
        self._step(lambda step: step.slow_down(pace, limit))

    def _learn_host(self, account: str, meeting: int | str, host: str) -> None:
        if self.host_of(account, meeting) != host:
            self._file.step(lambda db: db.execute(_SET_HOST, (account, str(meeting), host)))

    def _step(self, work: Callable[[Step], T], *, write: bool = True, durable: bool = False) -> T:
        if not self._anchored:
            self._file.step(self._anchor)
            self._anchored = True
        return self._file.step(
            lambda db: work(Step(db, *self._clock.read())), write=write, durable=durable
        )

    def _anchor(self, db: sqlite3.Connection) -> None:
        row = db.execute(_ANCHOR).fetchone()
        stored = None if row is None else Anchor(*row)
        kept = self._clock.anchor(stored)
        if kept != stored:
            db.execute(_SET_ANCHOR, kept)


def _names_file(path: object) -> bool:
    """Tell whether this may be the name of a file, as the system writes names."""
    try:
        return isinstance(path, str | PathLike) and bool(Path(os.fsdecode(os.fsencode(path))).name)
    except ValueError:  # half a surrogate pair
        return False
