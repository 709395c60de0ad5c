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
from ..model import Grant, Reservation, Scope, granted_before
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
    Journal,
    ScopeMirror,
    packer,
)
from .schema import scope_number

# A reservation, its token, and how long its turn may be away.
Request: TypeAlias = tuple[Reservation, str, float]

# How old a receipt's reading may be.
_MOMENT = SECOND // 128


def placed(reservation: Reservation) -> list[Scope]:
    """List the scopes that a request takes a place in."""
    return [scope for scope in reservation.scopes if not scope.gate]


def grant(  # noqa: PLR0912, PLR0915 - one step, as short as the transaction allows
    db: sqlite3.Connection, journal: Journal, request: Request, now: int, ahead: int
) -> Grant | None:
    """Take a place in every scope and a turn; None where that has to be looked at closely."""
    reservation, token, wait = request
    if token in journal.requests or journal.left:
        return None
    lease, pace = reservation.lease, reservation.pace
    at, kind, key, following = now, GRANTED, 0, None
    if pace is not None:
        key = scope_number(pace.key)
        after, learned = journal.turns.get(key), journal.lessons.get(key)
        if after is None or learned is None:
            return None
        at, following = turn(pace, (after, *learned), now)
        if at - now > wait * SECOND:
            return None
    latest, margin, known, day = at + lease.horizon, lease.margin, journal.mirrors, 0
    mirrors: list[ScopeMirror] = []
    frees: list[int] = []
    numbers: list[int] = []
    fresh: list[ScopeMirror] = []
    unnamed: list[str] = []
    for scope in reservation.scopes:
        name = scope_number(scope.key)
        mirror = known.get(name)
        if mirror is None:
            # If anything is written about it before our row is, there will be no row.
            mirror = ScopeMirror(name)
            journal.read(db, mirror, now)
            fresh.append(mirror)
        elif mirror.due <= now:
            if not mirror.whole:
                return None
            mirror.purge(now)
        if (
            mirror.count >= scope.most
            or mirror.blocked > now
            or (scope.exclusive and mirror.waiting and journal.flying(mirror) > now)
        ):
            return None
        if scope.gate:
            continue
        if scope.rolling:
            free_at = latest + scope.span + margin
        elif not (free_at := day):  # the same for all scopes that are counted by the day
            free_at = day = scope.free_at(latest, margin, ahead)
        mirrors.append(mirror)
        frees.append(free_at)
        numbers += (name, free_at)
        if not mirror.named:
            unnamed.append(scope.key)
    if not mirrors:
        return None
    if following is not None:
        kind = GRANTED_PACED
        numbers += (key, following[0])
    last, send_by = journal.last, at + lease.send_within
    keys = "\n".join(unnamed) if unnamed else None
    values = (last, last, kind, token, send_by, keys, packer(len(numbers)).pack(*numbers))
    if db.execute(sql.NEXT, values).rowcount != 1:
        journal.alone = False
        return None
    for mirror in fresh:
        journal.adopt(mirror)
    if keys:
        journal.name(keys)
    journal.grant(last + 1, token, send_by, mirrors, frees)
    journal.seen = now
    if kind == GRANTED_PACED:
        journal.turns[key] = numbers[-1]
    return Grant(token, reservation, now + ahead, at - now)


def answer(db: sqlite3.Connection, journal: Journal, given: Grant, now: int, ahead: int) -> None:
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
    row, following = db.execute(sql.ANSWER, values).lastrowid, journal.last + 1
    request = journal.requests.get(token)
    if row == following and request is not None and request.send_by > 0:
        journal.answer(following, token, request, frees)
        journal.seen = now
    else:
        journal.seen = 0


def recent(journal: Journal, now: int) -> bool:
    """Tell whether what is remembered was all there was a moment ago."""
    return 0 <= now - journal.seen < _MOMENT


def read(journal: Journal, reservation: Reservation, now: int, ahead: int) -> Reading | None:
    """Read scopes from memory, with what frees when; None where they are not known."""
    known, rows = journal.mirrors, []
    for scope in reservation.scopes:
        mirror = known.get(scope_number(scope.key))
        if mirror is None:
            return None
        if mirror.due <= now:
            if not mirror.whole:
                return None
            mirror.purge(now)
        if scope.limit is not None and (not scope.gate or mirror.blocked > now):
            rows.append(mirror.row(scope, now))
    return Reading(shown(0, ahead), rows)


# How long after its time to be sent a request stays among the events.
STALE = HOUR
_LEFT = {ABANDONED: sql.ABANDON_LEFT, RELEASED: sql.RELEASE_LEFT}


class LedgerStep:
    """The ledger's rows as of `now`; the wall clock is `ahead` of it."""

    __slots__ = ("ahead", "db", "journal", "now")

    def __init__(self, db: sqlite3.Connection, journal: Journal, now: int, ahead: int) -> None:
        self.db, self.journal, self.now, self.ahead = db, journal, now, ahead

    def reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        """Take a place in every scope and a turn, or raise QuotaExceeded."""
        now, ahead, journal, scopes = self.now, self.ahead, self.journal, reservation.scopes
        again = self._again(reservation, token)
        if again is not None:
            return again
        numbers = [scope_number(scope.key) for scope in scopes]
        mirrors = [journal.weigh(self.db, number, now) for number in numbers]
        lease, pace = reservation.lease, reservation.pace
        stored = UNPACED if pace is None else self._stored(pace)
        at, following = (now, None) if pace is None else turn(pace, stored, now)
        if at - now > wait * SECOND or self._closed(scopes, mirrors):
            raise last(self._refusals(reservation, mirrors, stored, wait))
        latest, margin = at + lease.horizon, lease.margin
        written: list[int] = []
        for number, scope in zip(numbers, scopes, strict=True):
            if not scope.gate:
                written += (number, scope.free_at(latest, margin, ahead))
        kind = GRANTED
        if pace is not None and following is not None:
            kind = GRANTED_PACED
            written += (scope_number(pace.key), following[0])
        if written:
            unnamed = [
                scope.key
                for mirror, scope in zip(mirrors, scopes, strict=True)
                if not (mirror.named or scope.gate)
            ]
            send_by, keys = at + lease.send_within, "\n".join(unnamed) or None
            journal.write(self.db, kind, token, send_by, written, keys=keys)
        return Grant(token, reservation, now + ahead, at - now)

    def check(self, reservation: Reservation, token: str, wait: float) -> None:
        """Raise QuotaExceeded where `reserve` would; write nothing."""
        pace, scopes = reservation.pace, reservation.scopes
        mirrors = [self.journal.weigh(self.db, scope_number(one.key), self.now) for one in scopes]
        stored = UNPACED if pace is None else self._stored(pace)
        late = pace is not None and turn(pace, stored, self.now)[0] - self.now > wait * SECOND
        if (late or self._closed(scopes, mirrors)) and self._again(reservation, token) is None:
            raise last(self._refusals(reservation, mirrors, stored, wait))

    def end(self, kind: int, grant: Grant) -> None:
        """Note how a request under way ended; one row, and no transaction is needed."""
        if kind == ANSWERED:
            answer(self.db, self.journal, grant, self.now, self.ahead)
        else:
            self.journal.write(self.db, kind, grant.token, 0, ())

    def end_late(self, kind: int, grant: Grant) -> None:
        """Note how a request ended that may not be among the events any more."""
        request = self.journal.requests.get(grant.token)
        if request is not None:
            if request.send_by > 0:
                self.end(kind, grant)
            return
        margin, changed = grant.reservation.lease.margin, []
        for scope in placed(grant.reservation):
            where: tuple[int | str, ...] = (scope_number(scope.key), grant.token)
            statement = _LEFT.get(kind)
            if statement is None:
                where = (scope.settled_at(self.now, margin, self.ahead), *where)
                statement = sql.RELEASE_LEFT if scope.limit is None else sql.ANSWER_LEFT
                where = where[1:] if scope.limit is None else where
            if self.db.execute(statement, where).rowcount:
                changed.append(scope_number(scope.key))
        self._change(*changed)

    def block(self, scope: Scope, until: datetime, why: str) -> None:
        """Refuse everything in a scope until an instant."""
        number = scope_number(scope.key)
        self.db.execute(sql.BLOCK, (number, micros(until) - self.ahead, why, self.now))
        self.db.execute(sql.NAME, (number, scope.key))
        self._change(number)

    def external(self, scope: Scope, used: int, margin: int) -> int:
        """Make up for what others have spent."""
        number = scope_number(scope.key)
        held = self.journal.weigh(self.db, number, self.now).count
        missing = max(0, min(used, scope.most) - held)
        if missing:
            free_at = scope.settled_at(self.now, margin, self.ahead)
            self.db.execute(sql.PLACE, (number, free_at, EXTERNAL, missing))
            self.db.execute(sql.NAME, (number, scope.key))
            self._change(number)
        return missing

    def slow_down(self, reservation: Reservation, limit: float | None) -> None:
        """Slow the pace of an account down."""
        pace = reservation.pace
        if pace is not None:
            taught = lesson(pace, self._stored(pace), self.now, limit)
            if taught is not None:
                self.db.execute(sql.LEARN, (scope_number(pace.key), *taught))
                self._change(scope_number(pace.key))

    def reading(self, reservation: Reservation) -> Reading:
        """Read all scopes, with what frees when."""
        for scope in reservation.scopes:
            self.journal.weigh(self.db, scope_number(scope.key), self.now)
        return cast("Reading", read(self.journal, reservation, self.now, self.ahead))

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        bounds = (prefix, f"{prefix}\U0010ffff", *(self.now,) * 3)
        found = {key for (key,) in self.db.execute(sql.KEYS, bounds)}
        for number, mirror in self.journal.mirrors.items():
            if any(at > self.now for at, _ in mirror.places()):
                key = self.journal.names.get(number)
                if key is None:
                    row = self.db.execute(sql.NAMED, (number,)).fetchone()
                    key = "" if row is None else row[0]
                if key.startswith(prefix):
                    found.add(key)
        return tuple(sorted(found))

    def _change(self, *numbers: int) -> None:
        """Tell everybody to read again what is written about these scopes."""
        if numbers:
            self.journal.write(self.db, CHANGED, "", 0, numbers)

    def _stored(self, pace: Pace) -> Stored:
        number, journal = scope_number(pace.key), self.journal
        after, learned = journal.turns.get(number), journal.lessons.get(number)
        if after is None or learned is None:
            row = self.db.execute(sql.PACE, (number,)).fetchone() or UNPACED
            learned = journal.lessons[number] = row[1:]
            # What stands in the events is the later one.
            after = journal.turns.setdefault(number, row[0])
        rate, when = learned
        return after, rate, when

    def _closed(self, scopes: Iterable[Scope], mirrors: list[ScopeMirror]) -> bool:
        now = self.now
        for scope, mirror in zip(scopes, mirrors, strict=True):
            if mirror.count >= scope.most or mirror.blocked > now:
                return True
            if scope.exclusive and mirror.waiting and self.journal.flying(mirror) > now:
                return True
        return False

    def _again(self, reservation: Reservation, token: str) -> Grant | None:
        """Find the place that `token` has, if it has one; raise SlotExpired if it was used."""
        request = self.journal.requests.get(token)
        if request is None:
            if self.journal.left:
                for scope in placed(reservation):
                    where = (scope_number(scope.key), token)
                    if self.db.execute(sql.IS_LEFT, where).fetchone():
                        raise spent(token)
            return None
        held = {mirror.scope for mirror in request.mirrors}
        if request.send_by <= 0 or held != {scope_number(one.key) for one in placed(reservation)}:
            raise spent(token)
        return granted_before(reservation, token, request.send_by, self.now, self.ahead)

    def _refusals(
        self, reservation: Reservation, mirrors: list[ScopeMirror], stored: Stored, wait: float
    ) -> Iterator[QuotaExceeded | None]:
        for scope, mirror in zip(reservation.scopes, mirrors, strict=True):
            if mirror.count >= scope.most or mirror.blocked > self.now:
                yield scope_refusal(scope.name, self._gauge(scope))
            if scope.exclusive and (flying := self.journal.flying(mirror)) > self.now:
                yield flying_refusal(self._show(flying))
        if reservation.pace is not None:
            yield pace_refusal(reservation.pace, stored, self.now, wait, self._show)

    def _gauge(self, scope: Scope) -> Gauge:
        mirror = self.journal.weigh(self.db, scope_number(scope.key), self.now)
        row = mirror.row(scope, self.now)
        return Reading(shown(0, self.ahead), (row,)).gauges()[scope.name]

    def _show(self, at: int) -> datetime:
        return instant(shown(at, self.ahead))


FIRST_NUMBER, _LAST_NUMBER = -(1 << 63), (1 << 63) - 1


def fold(step: LedgerStep) -> None:
    """Count what was answered, and put what is unanswered in its table; keep what is under way."""
    db, journal, now = step.db, step.journal, step.now
    answered: list[tuple[int, int]] = []
    kept, left = [], []
    for token, request in journal.requests.items():
        places = [
            (mirror.scope, free_at)
            for mirror, free_at in zip(request.mirrors, request.frees, strict=True)
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
    db.executemany(sql.AFTER, journal.turns.items())
    db.executemany(sql.NAME, journal.names.items())
    journal.fold(db, kept, bool(db.execute(sql.ANY_LEFT).fetchone()[0]))


def sweep(step: LedgerStep, after: int) -> int:
    """Drop what expired in the next thousand rows; return where to go on."""
    row = step.db.execute(sql.STEP, (after,)).fetchone()
    until = _LAST_NUMBER if row is None else row[0]
    for statement in sql.SWEEP:
        step.db.execute(statement, (after, until, step.now))
    return FIRST_NUMBER if row is None else until
