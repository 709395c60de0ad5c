"""Counting in a SQLite ledger: what is done inside one transaction, at one reading of the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ..errors import QuotaExceeded
from . import sqlite_sql as sql
from .gauge import EXTERNAL, SETTLED, Gauge, Quota, forecast, nth_free, read_gauge
from .instants import SECOND, instant, micros
from .pacing import UNPACED, Stored, lesson, turn
from .rail import shown
from .refusal import flying_refusal, last, pace_refusal, scope_refusal, spent
from .reservation import Grant, Reservation, Scope

# Of one scope: places, until when one is under way, where the token's own place stands and its
# state in one number, the block, and when the first place frees or has freed.
_Row = tuple[int, int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Book:
    """The ledger's rows as of `now`; the wall clock is `ahead` of it."""

    db: sqlite3.Connection
    now: int
    ahead: int

    def reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        """Take a place in every scope and a turn, or raise QuotaExceeded."""
        now, scopes, lease, pace = (
            self.now, reservation.scopes, reservation.lease, reservation.pace,
        )  # fmt: skip
        rows, stored = self._survey(reservation, token)
        if any(row[2] is not None for row in rows):
            return self._again(reservation, token, rows)
        for scope, row in zip(scopes, rows, strict=True):
            if row[4] is not None and row[4] <= now:
                self.db.execute(sql.PURGE, (scope.key, now))
        at, following = (now, None) if pace is None else turn(pace, stored, now)
        closed = any(map(self._closed, scopes, rows))
        if closed or at - now > wait * SECOND:
            raise self._refusal(reservation, rows, stored, wait)
        if pace is not None and following is not None:
            self.db.execute(sql.SET_PACE, (pace.key, *following))
        latest, send_by = at + lease.horizon, at + lease.send_within
        places = tuple(scope.free_at(latest, lease.margin, self.ahead) for scope in scopes)
        try:
            self.db.executemany(
                sql.INSERT,
                [(scope.key, at, token, send_by) for scope, at in zip(scopes, places, strict=True)],
            )
        except sqlite3.IntegrityError:
            raise spent(token) from None
        return Grant(token, reservation, now + self.ahead, at - now, places)

    def check(self, reservation: Reservation, token: str, wait: float) -> None:
        """Raise QuotaExceeded where `reserve` would; write nothing."""
        rows, stored = self._survey(reservation, token)
        pace = reservation.pace
        late = pace is not None and turn(pace, stored, self.now)[0] - self.now > wait * SECOND
        if not any(row[2] is not None for row in rows) and (
            late or any(map(self._closed, reservation.scopes, rows))
        ):
            raise self._refusal(reservation, rows, stored, wait)

    def settle(self, grant: Grant) -> None:
        """Shorten the places to what an answer proves."""
        margin = grant.reservation.lease.margin
        for scope, place in zip(grant.reservation.scopes, grant.places, strict=True):
            where = (scope.key, place, grant.token)
            free_at = scope.settled_at(self.now, margin, self.ahead)
            if scope.limit is not None and not scope.bundled:
                self.db.execute(sql.SETTLE, (free_at, *where))
            elif self.db.execute(sql.RELEASE, where).rowcount and scope.limit is not None:
                self.db.execute(sql.ADD, (scope.key, free_at, sql.BUNDLE, 1, SETTLED))

    def change(self, grant: Grant, statement: str) -> None:
        """Release or abandon the places of `grant` that are pending."""
        self.db.executemany(
            statement,
            [
                (scope.key, place, grant.token)
                for scope, place in zip(grant.reservation.scopes, grant.places, strict=True)
            ],
        )

    def block(self, scope: Scope, until: datetime, why: str) -> None:
        """Close a scope."""
        self.db.execute(sql.BLOCK, (scope.key, micros(until) - self.ahead, why, self.now))

    def external(self, scope: Scope, used: int, margin: int) -> None:
        """Make up for what others have spent."""
        counted: int = self.db.execute(sql.TOTAL, (scope.key, self.now)).fetchone()[0]
        missing = min(used, scope.most) - counted
        if missing > 0:
            free_at = scope.settled_at(self.now, margin, self.ahead)
            self.db.execute(sql.ADD, (scope.key, free_at, sql.OTHERS, missing, EXTERNAL))

    def slow_down(self, reservation: Reservation, limit: float | None) -> None:
        """Pace more slowly."""
        pace = reservation.pace
        if pace is not None:
            stored: Stored = self.db.execute(sql.PACE, (pace.key,)).fetchone() or UNPACED
            learned = lesson(pace, stored, self.now, limit)
            if learned is not None:
                self.db.execute(sql.SET_PACE, (pace.key, *learned))

    def usage(self, reservation: Reservation) -> Quota:
        """Read all gauges, with what frees when."""
        gauges = {}
        for scope in reservation.scopes:
            if scope.limit is not None:
                gauge = self._gauge(scope)
                places = self.db.execute(sql.PLACES, (scope.key, self.now, -1))
                gauges[scope.name] = replace(gauge, frees=forecast(places, self._show))
        return Quota.of(gauges)

    def sweep(self, after: str) -> str:
        """Drop what expired in the next few hundred rows; return where to go on."""
        step = self.db.execute(sql.STEP, (after,)).fetchone()
        until = "\U0010ffff" if step is None else step[0]
        self.db.execute(sql.SWEEP, (after, until, self.now))
        return "" if step is None else until

    def _survey(self, reservation: Reservation, token: str) -> tuple[list[_Row], Stored]:
        scopes, pace = reservation.scopes, reservation.pace
        keys = [scope.key for scope in scopes]
        rows = self.db.execute(
            sql.survey(len(scopes)), (self.now, token, *keys, pace and pace.key)
        ).fetchall()
        stored = rows.pop()[:3] if len(rows) > len(scopes) else UNPACED
        return rows, stored

    def _closed(self, scope: Scope, row: _Row) -> bool:
        count, flying, _, blocked, _ = row
        return (
            count >= scope.most
            or (blocked is not None and blocked > self.now)
            or (scope.exclusive and flying is not None and flying > self.now)
        )

    def _again(self, reservation: Reservation, token: str, rows: list[_Row]) -> Grant:
        places = []
        send_by = 0
        for scope, row in zip(reservation.scopes, rows, strict=True):
            free_at, state = divmod(row[2] or sql.STATES - 1, sql.STATES)
            if state:
                raise spent(token)
            places.append(free_at)
            (send_by,) = self.db.execute(sql.SEND_BY, (scope.key, free_at, token)).fetchone()
        delay = max(0, send_by - reservation.lease.send_within - self.now)
        return Grant(token, reservation, self.now + self.ahead, delay, tuple(places))

    def _refusal(
        self, reservation: Reservation, rows: list[_Row], stored: Stored, wait: float
    ) -> QuotaExceeded:
        return last(self._refusals(reservation, rows, stored, wait))

    def _refusals(
        self, reservation: Reservation, rows: list[_Row], stored: Stored, wait: float
    ) -> Iterator[QuotaExceeded | None]:
        for scope, (count, flying, _, blocked, _) in zip(reservation.scopes, rows, strict=True):
            if count >= scope.most or (blocked is not None and blocked > self.now):
                yield scope_refusal(scope.name, self._gauge(scope))
            if scope.exclusive and flying is not None and flying > self.now:
                yield flying_refusal(self._show(flying))
        if reservation.pace is not None:
            yield pace_refusal(reservation.pace, stored, self.now, wait, self._show)

    def _gauge(self, scope: Scope) -> Gauge:
        counts = self.db.execute(sql.COUNTS, (scope.key, self.now)).fetchone()
        blocked = self.db.execute(sql.BLOCKED, (scope.key, self.now)).fetchone()

        def free_at(wanted: int) -> int:
            # A row is at least one place.
            return nth_free(self.db.execute(sql.PLACES, (scope.key, self.now, wanted)), wanted)

        return read_gauge(scope.limit, counts, free_at, blocked[0] if blocked else 0, self._show)

    def _show(self, at: int) -> datetime:
        return instant(shown(at, self.ahead))
