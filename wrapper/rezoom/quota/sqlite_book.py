"""Counting in a SQLite ledger: what is done inside one transaction, at one reading of the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NoReturn

from ..errors import QuotaExceeded
from . import sqlite_sql as sql
from .gauge import EXTERNAL, Forecast, Gauge, Quota, nth_free, read_gauge
from .instants import SECOND, instant, micros
from .pacing import UNPACED, Pace, Stored, lesson, turn
from .rail import shown
from .refusal import flying_refusal, last, pace_refusal, scope_refusal, spent
from .reservation import Grant, Reservation, Scope

# Of one scope: leases, until when one is under way, places, the block.
_Row = tuple[int, int | None, int | None, int | None]

FIRST_NUMBER, _LAST_NUMBER = -(1 << 63), (1 << 63) - 1
_number = lru_cache(8192)(sql.number)


class Book:
    """The ledger's rows as of `now`; the wall clock is `ahead` of it."""

    __slots__ = ("ahead", "db", "now")

    def __init__(self, db: sqlite3.Connection, now: int, ahead: int) -> None:
        self.db, self.now, self.ahead = db, now, ahead

    def reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        """Take a place in every scope and a turn, or raise QuotaExceeded."""
        now, ahead, scopes = self.now, self.ahead, reservation.scopes
        lease, pace = reservation.lease, reservation.pace
        numbers = [_number(scope.key) for scope in scopes]
        rows, stored = self._survey(pace, numbers)
        at, following = (now, None) if pace is None else turn(pace, stored, now)
        if at - now > wait * SECOND or self._closed(scopes, rows):
            return self._again(reservation, token) or self._refuse(reservation, rows, stored, wait)
        latest, send_by = at + lease.horizon, at + lease.send_within
        values: list[int | str] = []
        for scope, number in zip(scopes, numbers, strict=True):
            if not scope.gate:
                values += (number, token, scope.free_at(latest, lease.margin, ahead), send_by)
        if pace is not None and following is not None:
            values += (_number(pace.key), "", following[0], sql.PACED)
        count = len(values) // 4
        if count and self.db.execute(sql.lease(count), values).rowcount != count:
            again = self._again(reservation, token)
            if again is None:
                raise spent(token)
            return again
        return Grant(token, reservation, now + ahead, at - now)

    def check(self, reservation: Reservation, token: str, wait: float) -> None:
        """Raise QuotaExceeded where `reserve` would; write nothing."""
        pace, scopes = reservation.pace, reservation.scopes
        rows, stored = self._survey(pace, [_number(scope.key) for scope in scopes])
        late = pace is not None and turn(pace, stored, self.now)[0] - self.now > wait * SECOND
        if (late or self._closed(scopes, rows)) and self._again(reservation, token) is None:
            self._refuse(reservation, rows, stored, wait)

    def name(self, reservation: Reservation) -> None:
        """Write down what the numbers stand for, for people."""
        scopes = reservation.scopes
        self.db.executemany(sql.NAME, [(_number(scope.key), scope.key) for scope in scopes])

    def settle(self, grant: Grant) -> None:
        """Shorten the places to what an answer proves."""
        margin = grant.reservation.lease.margin
        scopes = [scope for scope in grant.reservation.scopes if not scope.gate]
        values: list[int | str] = [grant.token]
        now, ahead = self.now, self.ahead
        for scope in scopes:
            # Without a limit a place is only there as long as the request is under way.
            free_at = now if scope.limit is None else scope.settled_at(now, margin, ahead)
            values += (_number(scope.key), free_at)
        if scopes:
            self.db.execute(sql.answer(len(scopes)), values)

    def end(self, grant: Grant, statement: Callable[[int], str]) -> None:
        """Release or abandon what is under way."""
        numbers = [_number(scope.key) for scope in grant.reservation.scopes]
        self.db.execute(statement(len(numbers)), (grant.token, *numbers))

    def block(self, scope: Scope, until: datetime, why: str) -> None:
        """Close a scope."""
        self.db.execute(sql.BLOCK, (_number(scope.key), micros(until) - self.ahead, why, self.now))

    def external(self, scope: Scope, used: int, margin: int) -> int:
        """Make up for what others have spent."""
        counts, _, _ = self._tally(scope)
        missing = max(0, min(used, scope.most) - sum(counts))
        if missing:
            free_at = scope.settled_at(self.now, margin, self.ahead)
            self.db.execute(sql.PLACE, (_number(scope.key), free_at, EXTERNAL, missing))
        return missing

    def slow_down(self, reservation: Reservation, limit: float | None) -> None:
        """Pace more slowly."""
        pace = reservation.pace
        if pace is not None:
            number = _number(pace.key)
            learned, since = self.db.execute(sql.LEARNED, (number,)).fetchone() or (None, 0)
            taught = lesson(pace, (0, learned, since), self.now, limit)
            if taught is not None:
                self.db.execute(sql.LEARN, (number, *taught[1:]))

    def usage(self, reservation: Reservation) -> Quota:
        """Read all gauges, with what frees when."""
        gauges = {}
        for scope in reservation.scopes:
            if scope.limit is not None and (not scope.gate or self._tally(scope)[2]):
                places = self.db.execute(sql.PLACES, (_number(scope.key), self.now))
                later = Forecast(tuple(places), shown(0, self.ahead))
                gauges[scope.name] = replace(self._gauge(scope), forecast=later)
        return Quota.of(gauges)

    def move(self) -> None:
        """Move what was answered to where it stays, and drop what has expired on the way."""
        move, drop = sql.MOVE
        self.db.execute(move)
        self.db.execute(drop, (self.now,))

    def sweep(self, after: int) -> int:
        """Drop what expired in the next few hundred rows; return where to go on."""
        step = self.db.execute(sql.STEP, (after,)).fetchone()
        until = _LAST_NUMBER if step is None else step[0]
        self.db.execute(sql.SWEEP, (after, until, self.now))
        return FIRST_NUMBER if step is None else until

    def _survey(self, pace: Pace | None, numbers: list[int]) -> tuple[list[_Row], Stored]:
        if pace is None:
            if not numbers:
                return [], UNPACED
            text = sql.survey(len(numbers), paced=False)
            return self.db.execute(text, (self.now, *numbers)).fetchall(), UNPACED
        text = sql.survey(len(numbers), paced=True)
        rows = self.db.execute(text, (self.now, *numbers, _number(pace.key))).fetchall()
        after, learned, since, _ = rows.pop()
        return rows, (after or 0, learned, since or 0)

    def _closed(self, scopes: Iterable[Scope], rows: list[_Row]) -> bool:
        now = self.now
        for scope, (leases, flying, places, until) in zip(scopes, rows, strict=True):
            if leases + (places or 0) >= scope.most or (until is not None and until > now):
                return True
            if scope.exclusive and flying is not None and flying > now:
                return True
        return False

    def _again(self, reservation: Reservation, token: str) -> Grant | None:
        """Find the place that `token` has, if it has one; raise SlotExpired if it was used."""
        keys = [scope.key for scope in reservation.scopes if not scope.gate]
        found = [self.db.execute(sql.LEASED, (_number(key), token)).fetchone() for key in keys]
        if not any(found):
            return None
        if not all(row and row[0] > 0 for row in found):
            raise spent(token)
        delay = max(0, found[0][0] - reservation.lease.send_within - self.now)
        return Grant(token, reservation, self.now + self.ahead, delay)

    def _refuse(
        self, reservation: Reservation, rows: list[_Row], stored: Stored, wait: float
    ) -> NoReturn:
        raise last(self._refusals(reservation, rows, stored, wait))

    def _refusals(
        self, reservation: Reservation, rows: list[_Row], stored: Stored, wait: float
    ) -> Iterator[QuotaExceeded | None]:
        for scope, (leases, flying, places, until) in zip(reservation.scopes, rows, strict=True):
            if until is not None or leases + (places or 0) >= scope.most:
                yield scope_refusal(scope.name, self._gauge(scope))
            if scope.exclusive and flying is not None and flying > self.now:
                yield flying_refusal(self._show(flying))
        if reservation.pace is not None:
            yield pace_refusal(reservation.pace, stored, self.now, wait, self._show)

    def _tally(self, scope: Scope) -> tuple[tuple[int, int, int, int], int, int]:
        where = (_number(scope.key), self.now)
        pending, answered, unknown, *rest = self.db.execute(sql.TALLY, where).fetchone()
        leased, places, external, first, until = rest
        firsts = [at for at in (leased, first) if at is not None]
        external = external or 0
        counts = (pending, answered + (places or 0) - external, external, unknown)
        return counts, min(firsts, default=0), until or 0

    def _gauge(self, scope: Scope) -> Gauge:
        counts, first, until = self._tally(scope)

        def free_at(wanted: int) -> int:
            if wanted == 1:
                return first
            return nth_free(self.db.execute(sql.PLACES, (_number(scope.key), self.now)), wanted)

        return read_gauge(scope.limit, counts, free_at, until, self._show)

    def _show(self, at: int) -> datetime:
        return instant(shown(at, self.ahead))
