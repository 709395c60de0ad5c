"""The two things that every update waits for, each a single row from what is remembered.

A place is granted from memory, by a row that is only written if the last event is the last one
remembered. If anybody has written anything in the meantime, nothing is granted.
"""

from __future__ import annotations

import sqlite3
from typing import TypeAlias

from . import sqlite_sql as sql
from .gauge import Reading
from .instants import SECOND
from .pacing import turn
from .rail import shown
from .reservation import Grant, Reservation, Scope, as_grant
from .sqlite_event import ANSWERED, GRANTED, GRANTED_PACED, packer
from .sqlite_sql import number
from .sqlite_tail import Tail
from .sqlite_weight import Weight

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
        key = number(pace.key)
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
        name = number(scope.key)
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
        weight = known.get(number(scope.key))
        if weight is None:
            return None
        if weight.due <= now:
            if not weight.whole:
                return None
            weight.purge(now)
        if scope.limit is not None and (not scope.gate or weight.blocked > now):
            rows.append(weight.row(scope, now))
    return Reading(shown(0, ahead), rows)
