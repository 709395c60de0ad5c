"""Counting in a SQLite ledger: what is done inside one transaction, at one reading of the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import cast

from ..errors import QuotaExceeded
from . import sqlite_sql as sql
from .gauge import EXTERNAL, Gauge, Reading
from .instants import HOUR, SECOND, instant, micros
from .pacing import UNPACED, Pace, Stored, lesson, turn
from .rail import shown
from .refusal import flying_refusal, last, pace_refusal, scope_refusal, spent
from .reservation import Grant, Reservation, Scope, granted_before
from .sqlite_event import ABANDONED, ANSWERED, CHANGED, GRANTED, GRANTED_PACED, RELEASED
from .sqlite_quick import answer, placed, read
from .sqlite_sql import number as _number
from .sqlite_tail import Tail
from .sqlite_weight import Weight

# How long after its time to be sent a request stays among the events.
STALE = HOUR
_LEFT = {ABANDONED: sql.ABANDON_LEFT, RELEASED: sql.RELEASE_LEFT}


class Book:
    """The ledger's rows as of `now`; the wall clock is `ahead` of it."""

    __slots__ = ("ahead", "db", "now", "tail")

    def __init__(self, db: sqlite3.Connection, tail: Tail, now: int, ahead: int) -> None:
        self.db, self.tail, self.now, self.ahead = db, tail, now, ahead

    def reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        """Take a place in every scope and a turn, or raise QuotaExceeded."""
        now, ahead, tail, scopes = self.now, self.ahead, self.tail, reservation.scopes
        again = self._again(reservation, token)
        if again is not None:
            return again
        numbers = [_number(scope.key) for scope in scopes]
        weights = [tail.weigh(self.db, number, now) for number in numbers]
        lease, pace = reservation.lease, reservation.pace
        stored = UNPACED if pace is None else self._stored(pace)
        at, following = (now, None) if pace is None else turn(pace, stored, now)
        if at - now > wait * SECOND or self._closed(scopes, weights):
            raise last(self._refusals(reservation, weights, stored, wait))
        latest, margin = at + lease.horizon, lease.margin
        written: list[int] = []
        for number, scope in zip(numbers, scopes, strict=True):
            if not scope.gate:
                written += (number, scope.free_at(latest, margin, ahead))
        kind = GRANTED
        if pace is not None and following is not None:
            kind = GRANTED_PACED
            written += (_number(pace.key), following[0])
        if written:
            unnamed = [
                scope.key
                for weight, scope in zip(weights, scopes, strict=True)
                if not (weight.named or scope.gate)
            ]
            send_by, keys = at + lease.send_within, "\n".join(unnamed) or None
            tail.write(self.db, kind, token, send_by, written, keys=keys)
        return Grant(token, reservation, now + ahead, at - now)

    def check(self, reservation: Reservation, token: str, wait: float) -> None:
        """Raise QuotaExceeded where `reserve` would; write nothing."""
        pace, scopes = reservation.pace, reservation.scopes
        weights = [self.tail.weigh(self.db, _number(scope.key), self.now) for scope in scopes]
        stored = UNPACED if pace is None else self._stored(pace)
        late = pace is not None and turn(pace, stored, self.now)[0] - self.now > wait * SECOND
        if (late or self._closed(scopes, weights)) and self._again(reservation, token) is None:
            raise last(self._refusals(reservation, weights, stored, wait))

    def end(self, kind: int, grant: Grant) -> None:
        """Note how a request under way ended; one row, and no transaction is needed."""
        if kind == ANSWERED:
            answer(self.db, self.tail, grant, self.now, self.ahead)
        else:
            self.tail.write(self.db, kind, grant.token, 0, ())

    def end_late(self, kind: int, grant: Grant) -> None:
        """Note how a request ended that may not be among the events any more."""
        request = self.tail.requests.get(grant.token)
        if request is not None:
            if request.send_by > 0:
                self.end(kind, grant)
            return
        margin, changed = grant.reservation.lease.margin, []
        for scope in placed(grant.reservation):
            where: tuple[int | str, ...] = (_number(scope.key), grant.token)
            statement = _LEFT.get(kind)
            if statement is None:
                where = (scope.settled_at(self.now, margin, self.ahead), *where)
                statement = sql.RELEASE_LEFT if scope.limit is None else sql.ANSWER_LEFT
                where = where[1:] if scope.limit is None else where
            if self.db.execute(statement, where).rowcount:
                changed.append(_number(scope.key))
        self._change(*changed)

    def block(self, scope: Scope, until: datetime, why: str) -> None:
        """Close a scope."""
        number = _number(scope.key)
        self.db.execute(sql.BLOCK, (number, micros(until) - self.ahead, why, self.now))
        self.db.execute(sql.NAME, (number, scope.key))
        self._change(number)

    def external(self, scope: Scope, used: int, margin: int) -> int:
        """Make up for what others have spent."""
        number = _number(scope.key)
        held = self.tail.weigh(self.db, number, self.now).count
        missing = max(0, min(used, scope.most) - held)
        if missing:
            free_at = scope.settled_at(self.now, margin, self.ahead)
            self.db.execute(sql.PLACE, (number, free_at, EXTERNAL, missing))
            self.db.execute(sql.NAME, (number, scope.key))
            self._change(number)
        return missing

    def slow_down(self, reservation: Reservation, limit: float | None) -> None:
        """Pace more slowly."""
        pace = reservation.pace
        if pace is not None:
            taught = lesson(pace, self._stored(pace), self.now, limit)
            if taught is not None:
                self.db.execute(sql.LEARN, (_number(pace.key), *taught))
                self._change(_number(pace.key))

    def reading(self, reservation: Reservation) -> Reading:
        """Read all scopes, with what frees when."""
        for scope in reservation.scopes:
            self.tail.weigh(self.db, _number(scope.key), self.now)
        return cast("Reading", read(self.tail, reservation, self.now, self.ahead))

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        bounds = (prefix, f"{prefix}\U0010ffff", *(self.now,) * 3)
        found = {key for (key,) in self.db.execute(sql.KEYS, bounds)}
        for number, weight in self.tail.weights.items():
            if any(at > self.now for at, _ in weight.places()):
                key = self.tail.names.get(number)
                if key is None:
                    row = self.db.execute(sql.NAMED, (number,)).fetchone()
                    key = "" if row is None else row[0]
                if key.startswith(prefix):
                    found.add(key)
        return tuple(sorted(found))

    def _change(self, *numbers: int) -> None:
        """Tell everybody to read again what is written about these scopes."""
        if numbers:
            self.tail.write(self.db, CHANGED, "", 0, numbers)

    def _stored(self, pace: Pace) -> Stored:
        number, tail = _number(pace.key), self.tail
        after, learned = tail.turns.get(number), tail.lessons.get(number)
        if after is None or learned is None:
            row = self.db.execute(sql.PACE, (number,)).fetchone() or UNPACED
            learned = tail.lessons[number] = row[1:]
            # What stands in the events is the later one.
            after = tail.turns.setdefault(number, row[0])
        rate, when = learned
        return after, rate, when

    def _closed(self, scopes: Iterable[Scope], weights: list[Weight]) -> bool:
        now = self.now
        for scope, weight in zip(scopes, weights, strict=True):
            if weight.count >= scope.most or weight.blocked > now:
                return True
            if scope.exclusive and weight.waiting and self.tail.flying(weight) > now:
                return True
        return False

    def _again(self, reservation: Reservation, token: str) -> Grant | None:
        """Find the place that `token` has, if it has one; raise SlotExpired if it was used."""
        request = self.tail.requests.get(token)
        if request is None:
            if self.tail.left:
                for scope in placed(reservation):
                    where = (_number(scope.key), token)
                    if self.db.execute(sql.IS_LEFT, where).fetchone():
                        raise spent(token)
            return None
        held = {weight.scope for weight in request.weights}
        if request.send_by <= 0 or held != {_number(one.key) for one in placed(reservation)}:
            raise spent(token)
        return granted_before(reservation, token, request.send_by, self.now, self.ahead)

    def _refusals(
        self, reservation: Reservation, weights: list[Weight], stored: Stored, wait: float
    ) -> Iterator[QuotaExceeded | None]:
        for scope, weight in zip(reservation.scopes, weights, strict=True):
            if weight.count >= scope.most or weight.blocked > self.now:
                yield scope_refusal(scope.name, self._gauge(scope))
            if scope.exclusive and (flying := self.tail.flying(weight)) > self.now:
                yield flying_refusal(self._show(flying))
        if reservation.pace is not None:
            yield pace_refusal(reservation.pace, stored, self.now, wait, self._show)

    def _gauge(self, scope: Scope) -> Gauge:
        weight = self.tail.weigh(self.db, _number(scope.key), self.now)
        row = weight.row(scope, self.now)
        return Reading(shown(0, self.ahead), (row,)).gauges()[scope.name]

    def _show(self, at: int) -> datetime:
        return instant(shown(at, self.ahead))
