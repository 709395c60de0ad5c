"""What happened since the last fold, as a process remembers it: read once, row by row.

The rows of `event` are all there is to know of the requests under way. Whoever holds the file's
lock, or a snapshot of it, reads what was added since; so all processes remember the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from . import sqlite_sql as sql
from .pot import NEVER
from .sqlite_event import (
    ABANDONED,
    ANSWERED,
    CHANGED,
    FOLDED,
    GRANTED_PACED,
    KEPT,
    RELEASED,
    RESET,
    Event,
    Request,
    packer,
)
from .sqlite_weight import SETTLED_REQUEST, UNKNOWN_REQUEST, Held, Weight

# How many events are worth a fold, and how many scopes are remembered.
_MANY = 1800
_MOST = 16384
# After how many scopes that were read one by one all are read, if they have few rows.
_SINGLY, _FEW = 16, 4096


class Tail:
    """The events up to `last`, and the weight of every scope that was asked for."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing: the next look reads all that is there."""
        # The last event, how many the last fold has kept, and after which one to fold again.
        self.last = self._kept = 0
        self._fold_after = _MANY
        self.requests: dict[str, Request] = {}
        self.weights: dict[int, Weight] = {}
        # Whether what is not among them holds nothing, and how many were read one by one.
        self.all, self.singly = False, 0
        # By pace: when its next call may go; what was learned of its rate, and when.
        self.turns: dict[int, int] = {}
        self.lessons: dict[int, tuple[float | None, int]] = {}
        # Whether the table of what was left unanswered has to be asked for a token.
        self.left = False
        # Whether nobody else has written lately, and when all that was written was last known.
        self.alone, self.seen = True, 0
        # What was written and is not committed.
        self.staged: list[Event] = []
        # What numbers stand for, as long as only the events say it.
        self.names: dict[int, str] = {}

    @property
    def long(self) -> bool:
        """Whether it is time to fold."""
        return self.last > self._fold_after

    @property
    def unread(self) -> bool:
        """Whether it is time to read all scopes at once."""
        return self.singly > _SINGLY

    @property
    def restless(self) -> bool:
        """Whether it is time for anything that nobody waits for."""
        return self.last > self._fold_after or self.singly > _SINGLY

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Read what others have added."""
        if len(self.weights) > _MOST:
            # Only here, where nobody has one in hand.
            held = {weight for one in self.requests.values() for weight in one.weights}
            self.weights = {weight.scope: weight for weight in held}
            self.all, self.singly = False, -_MOST
        last = self.last
        if last < 0:
            self.forget()  # something broke in the middle of a row
            last = 0
        rows = db.execute(sql.NEWS, (last,)).fetchall()
        self.alone = not rows
        if not rows:
            return
        if last and rows[0][0] != last + 1:  # folded away before it was read
            self.forget()
            rows = db.execute(sql.NEWS, (0,)).fetchall()
        for row, kind, token, send_by, keys, packed in rows:
            numbers = packer(len(packed) // 8).unpack(packed)
            self._take(Event(row, kind, token, send_by, numbers, keys))

    def write(
        self,
        db: sqlite3.Connection,
        kind: int,
        token: str,
        send_by: int,
        numbers: Sequence[int],
        *,
        keys: str | None = None,
    ) -> None:
        """Add an event; what it says holds once it is confirmed."""
        values = (None, kind, token, send_by, keys, packer(len(numbers)).pack(*numbers))
        row = db.execute(sql.EVENT, values).lastrowid or 0
        self.staged.append(Event(row, kind, token, send_by, numbers, keys))

    def fold(self, db: sqlite3.Connection, kept: Iterable[tuple[str, Request]], left: bool) -> None:
        """Replace all events by those `kept`."""
        db.execute(sql.EMPTY)
        row = self.last + 1
        db.execute(sql.EVENT, (row, FOLDED, "", left, None, b""))
        self.staged.append(Event(row, FOLDED, "", left, ()))
        for token, request in kept:
            pairs = zip(request.weights, request.frees, strict=True)
            numbers = [number for weight, free_at in pairs for number in (weight.scope, free_at)]
            self.write(db, KEPT, token, request.send_by, numbers)

    def reset(self, db: sqlite3.Connection) -> None:
        """Tell everybody that there is nothing any more."""
        db.execute(sql.EVENT, (self.last + 1, RESET, "", 0, None, b""))

    def confirm(self) -> None:
        """Remember what was written: it was committed."""
        staged, self.staged = self.staged, []
        for event in staged:
            if event.row != self.last + 1:
                return  # someone was faster: the next look brings both, in order
            self._take(event)

    def withdraw(self) -> None:
        """Forget what was written: it was rolled back."""
        self.staged = []

    def weigh(self, db: sqlite3.Connection, scope: int, now: int) -> Weight:
        """Give all that a scope holds."""
        weight = self.weights.get(scope) or Weight(scope)
        if weight.due <= now:
            if weight.whole:
                weight.purge(now)
            else:
                self.read(db, weight, now)
                self.adopt(weight)
        return weight

    def read(self, db: sqlite3.Connection, weight: Weight, now: int) -> None:
        """Complete a scope by what its tables say."""
        if self.all and weight.scope not in self.weights:
            weight.whole, weight.due = True, NEVER  # and empty
        else:
            self.singly += 1
            weight.complete(db.execute(sql.LOAD, (now, weight.scope) * 3), now)

    def gather(self, db: sqlite3.Connection, now: int) -> None:
        """Read all scopes, if they have few rows."""
        self.singly = -_MOST
        if db.execute(sql.FEW, (_FEW,) * 3).fetchone()[0] >= _FEW:
            return
        rows: dict[int, list[Held]] = {}
        for row in db.execute(sql.GATHER, (now,) * 3):
            rows.setdefault(row[0], []).append(row)
        for scope in {*rows, *self.weights}:
            weight = self.weights.get(scope) or self.adopt(Weight(scope))
            if not weight.whole:
                weight.complete(rows.get(scope, ()), now)
        self.all = True

    def adopt(self, weight: Weight) -> Weight:
        """Remember a scope, in place of what was known of it."""
        self.weights[weight.scope] = weight
        return weight

    def flying(self, weight: Weight) -> int:
        """Tell until when a request of a scope is under way."""
        requests = self.requests
        return max(
            (requests[token].send_by for token in weight.waiting if token in requests), default=0
        )

    def name(self, keys: str) -> None:
        """Remember what numbers stand for: an event has said it."""
        for key in keys.split("\n"):
            scope = sql.number(key)
            self.names[scope] = key
            if (weight := self.weights.get(scope)) is not None:
                weight.named = True

    def grant(
        self, row: int, token: str, send_by: int, weights: Sequence[Weight], frees: Sequence[int]
    ) -> None:
        """Remember a place that was granted by the event `row`."""
        self.last = -1  # until it is done
        self.requests[token] = Request(weights, frees, send_by)
        for weight, free_at in zip(weights, frees, strict=True):
            weight.waiting[token] = free_at
            weight.count += 1
            if free_at < weight.due:  # noqa: PLR1730 - min() takes three times as long
                weight.due = free_at
        self.last = row

    def answer(self, row: int, token: str, request: Request, frees: Sequence[int]) -> None:
        """Remember an answer that was written as the event `row`."""
        self.last = -1
        request.send_by = SETTLED_REQUEST
        for weight, leased, free_at in zip(request.weights, request.frees, frees, strict=False):
            if not free_at:
                weight.release(token)
                continue
            weight.settle(token, free_at)
            if free_at > leased:  # an answer only ever improves it
                frees = list(map(min, request.frees, frees))
        request.frees = frees
        self.last = row

    def _take(self, event: Event) -> None:
        row, kind, token, send_by, numbers, _ = event
        self.last = -1
        if kind <= KEPT:
            self._grant(event)
        elif kind <= ABANDONED:
            request = self.requests.get(token)
            if request is not None and request.send_by > 0:  # the first ending stands
                if kind == ANSWERED:
                    self.answer(row, token, request, numbers)
                else:
                    self._end(kind, token, request)
        elif kind == CHANGED:
            self._doubt(numbers)
        elif kind == FOLDED:
            # Nothing counts differently now, but what is not whole knew the events alone.
            for weight in {weight for one in self.requests.values() for weight in one.weights}:
                if not weight.whole:
                    self.adopt(Weight(weight.scope))
            self.requests.clear()
            self.names.clear()
            self.left, self._kept = bool(send_by), 0
        else:
            self.forget()
        if kind in {KEPT, FOLDED, RESET}:
            self._fold_after = row + max(_MANY, self._kept)
        self.last = row

    def _grant(self, event: Event) -> None:
        row, kind, token, send_by, numbers, keys = event
        scopes, frees = numbers[::2], numbers[1::2]
        if kind == GRANTED_PACED:
            self.turns[scopes[-1]] = frees[-1]
            scopes, frees = scopes[:-1], frees[:-1]
        weights = [self.weights.get(scope) or self.adopt(Weight(scope)) for scope in scopes]
        if kind == KEPT:
            self._kept += 1
            self.requests[token] = Request(weights, frees, send_by)
            for weight, free_at in zip(weights, frees, strict=True):
                weight.waiting[token] = free_at  # and is counted already
            return
        if keys:
            self.name(keys)
        self.grant(row, token, send_by, weights, frees)

    def _doubt(self, scopes: Sequence[int]) -> None:
        """Go back to what the events say of these: what the tables say has changed."""
        anew: dict[int, Weight] = {}
        for scope in scopes:
            self.lessons.pop(scope, None)
            weight = self.weights.get(scope)
            if weight is None or weight.whole:
                anew[scope] = self.adopt(Weight(scope))
                anew[scope].named = weight is not None and weight.named
        for token, request in self.requests.items() if anew else ():
            weights = request.weights = [anew.get(one.scope, one) for one in request.weights]
            for weight, free_at in zip(weights, request.frees, strict=True):
                if weight.scope in anew and free_at:
                    weight.remember(token, free_at, request.send_by)

    def _end(self, kind: int, token: str, request: Request) -> None:
        for weight in request.weights:
            if kind == ABANDONED:
                weight.abandon(token)
            else:
                weight.release(token)
        request.send_by = UNKNOWN_REQUEST
        if kind == RELEASED:
            del self.requests[token]
