"""Counting in an SQLite ledger: grants, answers, and the folding of events.

A place is granted from memory, by a row that is only written if the last event is the last one
remembered. If anybody has written anything in the meantime, nothing is granted.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias, cast

from ..._times import HOUR, SECOND, instant, micros
from ...errors import QuotaExceeded
from ..boot_clock import shown
from ..gauge import (
    EXTERNAL,
    Gauge,
    Reading,
    flying_refusal,
    last,
    pace_refusal,
    scope_refusal,
    spent,
)
from ..model import Grant, Reservation, Scope, as_grant, granted_before
from ..pacing import UNPACED, Pace, Stored, lesson, turn
from . import schema as sql
from .journal import (
    ABANDONED,
    ANSWERED,
    CHANGED,
    GRANTED,
    GRANTED_PACED,
    RELEASED,
    SETTLED_REQUEST,
    Tail,
    Weight,
    packer,
)
from .schema import scope_number
from .schema import scope_number as _number

# A reservation, its token, and how long its turn may be away.
Asked: TypeAlias = tuple[Reservation, str, float]

# How old a receipt's reading may be.
_MOMENT = SECOND // 128


def placed(reservation: Reservation) -> list[Scope]:
    """List the scopes that a request takes a place in."""
    return [scope for scope in reservation.scopes if not scope.gate]


def grant(  # noqa: PLR0912, PLR0915 - in one piece: a call costs as much as a scope
    db: sqlite3.Connection, tail: Tail, asked: Asked, now: int, ahead: int
) -> Grant | None:
    """Take a place in every scope and a turn; None where that has to be looked at closely."""
    reservation, token, wait = asked
    if token in tail.requests or tail.left:
        return None
    lease, pace = reservation.lease, reservation.pace
    at, kind, key, following = now, GRANTED, 0, None
    if pace is not None:
        key = scope_number(pace.key)
        after, learned = tail.turns.get(key), tail.lessons.get(key)
        if after is None or learned is None:
            return None
        at, following = turn(pace, (after, *learned), now)
        if at - now > wait * SECOND:
            return None
    latest, margin, known, day = at + lease.horizon, lease.margin, tail.weights, 0
    weights: list[Weight] = []
    frees: list[int] = []
    numbers: list[int] = []
    fresh: list[Weight] = []
    unnamed: list[str] = []
    for scope in reservation.scopes:
        name = scope_number(scope.key)
        weight = known.get(name)
        if weight is None:
            # If anything is written about it before our row is, there will be no row.
            weight = Weight(name)
            tail.read(db, weight, now)
            fresh.append(weight)
        elif weight.due <= now:
            if not weight.whole:
                return None
            weight.purge(now)
        if (
            weight.count >= scope.most
            or weight.blocked > now
            or (scope.exclusive and weight.waiting and tail.flying(weight) > now)
        ):
            return None
        if scope.gate:
            continue
        if scope.rolling:
            free_at = latest + scope.span + margin
        elif not (free_at := day):  # the same for all scopes that are counted by the day
            free_at = day = scope.free_at(latest, margin, ahead)
        weights.append(weight)
        frees.append(free_at)
        numbers += (name, free_at)
        if not weight.named:
            unnamed.append(scope.key)
    if not weights:
        return None
    if following is not None:
        kind = GRANTED_PACED
        numbers += (key, following[0])
    last, send_by = tail.last, at + lease.send_within
    keys = "\n".join(unnamed) if unnamed else None
    values = (last, last, kind, token, send_by, keys, packer(len(numbers)).pack(*numbers))
    if db.execute(sql.NEXT, values).rowcount != 1:
        tail.alone = False
        return None
    for weight in fresh:
        tail.adopt(weight)
    if keys:
        tail.name(keys)
    tail.grant(last + 1, token, send_by, weights, frees)
    tail.seen = now
    if kind == GRANTED_PACED:
        tail.turns[key] = numbers[-1]
    return as_grant(Grant, (token, reservation, now + ahead, at - now, True))


def answer(db: sqlite3.Connection, tail: Tail, given: Grant, now: int, ahead: int) -> None:
    """Shorten the places to what an answer proves."""
    token, reservation = given.token, given.reservation
    margin, frees, day = reservation.lease.margin, [], 0
    for scope in reservation.scopes:
        if scope.gate:
            continue
        if scope.limit is None:
            frees.append(0)  # only there as long as the request is under way
        elif scope.rolling and not scope.bundled:
            frees.append(now + scope.span + margin)
        elif scope.rolling:
            frees.append(scope.settled_at(now, margin, ahead))
        else:
            day = day or scope.settled_at(now, margin, ahead)
            frees.append(day)
    values = (ANSWERED, token, packer(len(frees)).pack(*frees))
    row, following = db.execute(sql.ANSWER, values).lastrowid, tail.last + 1
    request = tail.requests.get(token)
    if row == following and request is not None and request.send_by > 0:
        tail.answer(following, token, request, frees)
        tail.seen = now
    else:
        tail.seen = 0


def recent(tail: Tail, now: int) -> bool:
    """Tell whether what is remembered was all there was a moment ago."""
    return 0 <= now - tail.seen < _MOMENT


def read(tail: Tail, reservation: Reservation, now: int, ahead: int) -> Reading | None:
    """Read scopes from memory, with what frees when; None where they are not known."""
    known, rows = tail.weights, []
    for scope in reservation.scopes:
        weight = known.get(scope_number(scope.key))
        if weight is None:
            return None
        if weight.due <= now:
            if not weight.whole:
                return None
            weight.purge(now)
        if scope.limit is not None and (not scope.gate or weight.blocked > now):
            rows.append(weight.row(scope, now))
    return Reading(shown(0, ahead), rows)


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


FIRST_NUMBER, _LAST_NUMBER = -(1 << 63), (1 << 63) - 1


def fold(book: Book) -> None:
    """Count what was answered, and set aside what nobody waits for; keep what is under way."""
    db, tail, now = book.db, book.tail, book.now
    answered: list[tuple[int, int]] = []
    kept, left = [], []
    for token, request in tail.requests.items():
        places = [
            (weight.scope, free_at)
            for weight, free_at in zip(request.weights, request.frees, strict=True)
            if free_at > now
        ]
        if request.send_by == SETTLED_REQUEST:
            answered += places
        elif request.send_by > now - STALE:
            kept.append((token, request))
        else:
            left += [(scope, token, free_at, request.send_by) for scope, free_at in places]
    # In order: neighbours are on the same page.
    counted = Counter(answered)
    db.executemany(sql.SETTLED_PLACE, [(*place, counted[place]) for place in sorted(counted)])
    db.executemany(sql.LEFT, sorted(left))
    db.executemany(sql.AFTER, tail.turns.items())
    db.executemany(sql.NAME, tail.names.items())
    tail.fold(db, kept, bool(db.execute(sql.ANY_LEFT).fetchone()[0]))


def sweep(book: Book, after: int) -> int:
    """Drop what expired in the next thousand rows; return where to go on."""
    step = book.db.execute(sql.STEP, (after,)).fetchone()
    until = _LAST_NUMBER if step is None else step[0]
    for statement in sql.SWEEP:
        book.db.execute(statement, (after, until, book.now))
    return FIRST_NUMBER if step is None else until
