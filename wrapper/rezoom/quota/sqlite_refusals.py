"""Refusals that still hold: a full scope is asked for again and again, and says no at once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..errors import QuotaExceeded
from .instants import SECOND, micros
from .reservation import Reservation

# How many refusals are remembered.
_MOST = 1024


@dataclass(frozen=True, slots=True)
class _Refusal:
    reservation: Reservation
    wait: float
    stamp: tuple[int, int, int] | None
    until: int
    error: QuotaExceeded


class Refusals:
    """The last refusal for each set of scopes.

    Nothing but time passing and a change of the file can end it, and SQLite tells whether the file
    was changed (https://www.sqlite.org/pragma.html#pragma_data_version).
    """

    def __init__(self) -> None:
        self._by_key: dict[str, _Refusal] = {}

    def known(self, reservation: Reservation) -> bool:
        """Tell whether these scopes were full when last asked for."""
        return bool(self._by_key) and _key(reservation) in self._by_key

    def recall(
        self, db: sqlite3.Connection, reservation: Reservation, wait: float, wall: int
    ) -> None:
        """Raise the refusal again if it holds."""
        old = self._by_key.get(_key(reservation))
        if (
            old is not None
            and wall < old.until
            and wait == old.wait
            and old.stamp == stamp(db)
            and (reservation is old.reservation or reservation == old.reservation)
        ):
            error = old.error
            raise QuotaExceeded(
                limit=error.limit, used=error.used, pending=error.pending, unknown=error.unknown,
                external=error.external, scope=error.scope, retry_at=error.retry_at,
            )  # fmt: skip

    def remember(
        self,
        seen: tuple[int, int, int] | None,
        reservation: Reservation,
        wait: float,
        error: QuotaExceeded,
    ) -> None:
        """Keep a refusal; `seen` is the stamp of the file it was read from."""
        if len(self._by_key) >= _MOST:
            self._by_key.clear()
        # Two clocks that tremble: retry_at is up to a millisecond late (see rail.shown).
        until = micros(error.retry_at) - SECOND // 1000
        self._by_key[_key(reservation)] = _Refusal(reservation, wait, seen, until, error)

    def forget(self, reservation: Reservation) -> None:
        """Drop a refusal: there was a place."""
        if self._by_key:
            self._by_key.pop(_key(reservation), None)


def stamp(db: sqlite3.Connection) -> tuple[int, int, int]:
    """Name the state of the file, as this connection sees it."""
    version: int = db.execute("PRAGMA data_version").fetchone()[0]
    return id(db), version, db.total_changes


def _key(reservation: Reservation) -> str:
    return "\n".join([scope.key for scope in reservation.scopes])
