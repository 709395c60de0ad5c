"""What happened since the last fold, as a process remembers it: read once, row by row.

The rows of `event` are all there is to know of the requests under way. Whoever holds the file's
lock, or a snapshot of it, reads what was added since; so all processes remember the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from struct import Struct

from . import sqlite_sql as sql

# What an event says: a place was granted (and the next turn of the pace stands behind the places),
# or it was kept by a fold; a request was answered, never left, or has an unknown outcome; the rest
# was folded; everything was forgotten; something else was written about these scopes.
GRANTED, GRANTED_PACED, KEPT, ANSWERED, RELEASED, ABANDONED, FOLDED, RESET, CHANGED = range(9)

# Of a request that is not under way any more, in place of `send_by`.
SETTLED_REQUEST, UNKNOWN_REQUEST = -1, 0

_NEVER = 1 << 62
# How many events are worth a fold, and how many scopes are remembered.
_MANY = 1800
_MOST = 16384


class Weight:
    """What one scope holds: `count` places, exact until `due`, when the first of them frees.

    The three parts name what of it stands in the events: by token, and when they free.
    """

    __slots__ = (
        "answered", "blocked", "count", "due", "named", "pending", "scope", "unknown",
    )  # fmt: skip

    def __init__(self, scope: int) -> None:
        self.scope = scope
        self.pending: dict[str, int] = {}
        self.answered: list[int] = []
        self.unknown: list[int] = []
        self.count = self.blocked = 0
        self.due = 0  # which is always over: nothing was counted yet
        # Whether what the number stands for is known to be written down.
        self.named = False

    def frees(self) -> list[int]:
        """List when the places that stand in the events free."""
        return [*self.pending.values(), *self.answered, *self.unknown]


class Request:
    """A request since the last fold; under way until `send_by` if that is above 0.

    Its places are in `weights`, and free at `frees`; 0 is where nothing stays counted.
    """

    __slots__ = ("frees", "send_by", "weights")

    def __init__(self, weights: Sequence[Weight], frees: Sequence[int], send_by: int) -> None:
        self.weights, self.frees, self.send_by = weights, frees, send_by


class Tail:
    """The events up to `last`, and the weight of every scope that was asked for."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing: the next look reads all that is there."""
        # The last event, the last one of the last fold, and how many that has kept.
        self.last = self._folded = self._kept = 0
        self.requests: dict[str, Request] = {}
        self.weights: dict[int, Weight] = {}
        # By pace: when its next call may go; what was learned of its rate, and when.
        self.turns: dict[int, int] = {}
        self.lessons: dict[int, tuple[float | None, int]] = {}
        # Whether the table of what was left unanswered has to be asked for a token.
        self.left = False
        # Whether nobody else has written lately.
        self.alone = True
        # What was written and is not committed.
        self.staged: list[tuple[int, int, str, int, Sequence[int]]] = []
        self._named: list[Weight] = []

    @property
    def long(self) -> bool:
        """Whether it is time to fold."""
        return self.last - self._folded > max(_MANY, self._kept)

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Read what others have added."""
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
        for row, kind, token, send_by, packed in rows:
            self._take(row, kind, token, send_by, packer(len(packed) // 8).unpack(packed))

    def write(
        self, db: sqlite3.Connection, kind: int, token: str, send_by: int, numbers: Sequence[int]
    ) -> None:
        """Add an event; what it says holds once it is confirmed."""
        values = (None, kind, token, send_by, packer(len(numbers)).pack(*numbers))
        self.staged.append((db.execute(sql.EVENT, values).lastrowid or 0, *values[1:4], numbers))

    def fold(self, db: sqlite3.Connection, kept: Iterable[tuple[str, Request]], left: bool) -> None:
        """Replace all events by those `kept`."""
        db.execute(sql.EMPTY)
        row = self.last + 1
        db.execute(sql.EVENT, (row, FOLDED, "", left, b""))
        self.staged.append((row, FOLDED, "", left, ()))
        for token, request in kept:
            pairs = zip(request.weights, request.frees, strict=True)
            numbers = [number for weight, free_at in pairs for number in (weight.scope, free_at)]
            self.write(db, KEPT, token, request.send_by, numbers)

    def reset(self, db: sqlite3.Connection) -> None:
        """Tell everybody that there is nothing any more."""
        db.execute(sql.EVENT, (self.last + 1, RESET, "", 0, b""))

    def name(self, db: sqlite3.Connection, named: Sequence[tuple[Weight, str]]) -> None:
        """Write down what the numbers of scopes stand for, for people."""
        db.executemany(sql.NAME, [(weight.scope, key) for weight, key in named])
        self._named = [weight for weight, _ in named]

    def confirm(self) -> None:
        """Remember what was written: it was committed."""
        for weight in self._named:
            weight.named = True
        staged, self.staged, self._named = self.staged, [], []
        for event in staged:
            if event[0] != self.last + 1:
                return  # someone was faster: the next look brings both, in order
            self._take(*event)

    def withdraw(self) -> None:
        """Forget what was written: it was rolled back."""
        self.staged, self._named = [], []

    def weigh(self, db: sqlite3.Connection, scope: int, now: int) -> Weight:
        """Count what a scope holds; from memory, as long as that is exact."""
        weight = self.weights.get(scope)
        if weight is not None and weight.due > now:
            return weight
        if weight is None:
            if len(self.weights) >= _MOST:
                self.weights = {key: one for key, one in self.weights.items() if one.frees()}
            weight = self._weight(scope)
        places, first, left, left_first, until = db.execute(sql.WEIGH, (scope, now)).fetchone()
        frees = [at for at in weight.frees() if at > now]
        weight.count = (places or 0) + left + len(frees)
        weight.due = min(*frees, first or _NEVER, left_first or _NEVER)
        weight.blocked = until or 0
        return weight

    def own(self, scope: int) -> Weight:
        """Give what stands in the events about a scope."""
        return self.weights.get(scope) or Weight(scope)

    def flying(self, weight: Weight) -> int:
        """Tell until when a request of a scope is under way."""
        requests = self.requests
        return max((requests[token].send_by for token in weight.pending), default=0)

    def grant(
        self, row: int, token: str, send_by: int, weights: Sequence[Weight], frees: Sequence[int]
    ) -> None:
        """Remember a place that was granted by the event `row`."""
        self.last = -1  # until it is done
        self.requests[token] = Request(weights, frees, send_by)
        for weight, free_at in zip(weights, frees, strict=True):
            weight.pending[token] = free_at
            weight.count += 1
            if free_at < weight.due:  # noqa: PLR1730 - min() takes three times as long
                weight.due = free_at
        self.last = row

    def answer(self, row: int, token: str, request: Request, frees: Sequence[int]) -> None:
        """Remember an answer that was written as the event `row`."""
        self.last = -1
        request.send_by = SETTLED_REQUEST
        for weight, leased, free_at in zip(request.weights, request.frees, frees, strict=False):
            weight.pending.pop(token, None)
            if free_at > leased:  # an answer only ever improves it
                frees = list(map(min, request.frees, frees))
                free_at = leased  # noqa: PLW2901 - as now in the list
            if not free_at:
                weight.count -= 1
                continue
            weight.answered.append(free_at)
            if free_at < weight.due:  # noqa: PLR1730 - min() takes three times as long
                weight.due = free_at
        request.frees = frees
        self.last = row

    def _take(self, row: int, kind: int, token: str, send_by: int, numbers: Sequence[int]) -> None:
        self.last = -1
        if kind <= KEPT:
            self._grant(row, kind, token, send_by, numbers)
        elif kind <= ABANDONED:
            request = self.requests.get(token)
            if request is not None and request.send_by > 0:  # the first ending stands
                if kind == ANSWERED:
                    self.answer(row, token, request, numbers)
                else:
                    self._end(kind, token, request)
        elif kind == CHANGED:
            for scope in numbers:
                self.lessons.pop(scope, None)
                if (weight := self.weights.get(scope)) is not None:
                    weight.due = 0
        elif kind == FOLDED:
            for weight in {weight for one in self.requests.values() for weight in one.weights}:
                weight.pending, weight.answered, weight.unknown = {}, [], []
            self.requests.clear()
            self.left, self._kept = bool(send_by), 0
        else:
            self.forget()
        if kind in {KEPT, FOLDED, RESET}:
            self._folded = row
        self.last = row

    def _grant(self, row: int, kind: int, token: str, send_by: int, numbers: Sequence[int]) -> None:
        scopes, frees = numbers[::2], numbers[1::2]
        if kind == GRANTED_PACED:
            self.turns[scopes[-1]] = frees[-1]
            scopes, frees = scopes[:-1], frees[:-1]
        weights = [self.weights.get(scope) or self._weight(scope) for scope in scopes]
        if kind != KEPT:
            self.grant(row, token, send_by, weights, frees)
            return
        self.requests[token] = Request(weights, frees, send_by)
        for weight, free_at in zip(weights, frees, strict=True):
            weight.pending[token] = free_at  # and is counted already
        self._kept += 1

    def _weight(self, scope: int) -> Weight:
        weight = self.weights[scope] = Weight(scope)
        return weight

    def _end(self, kind: int, token: str, request: Request) -> None:
        for weight, free_at in zip(request.weights, request.frees, strict=True):
            weight.pending.pop(token, None)
            if kind == ABANDONED:
                weight.unknown.append(free_at)
            else:
                weight.count -= 1
        request.send_by = UNKNOWN_REQUEST
        if kind == RELEASED:
            del self.requests[token]


@cache
def packer(numbers: int) -> Struct:
    """Write and read that many numbers as SQLite keeps them."""
    return Struct(f"<{numbers}q")
