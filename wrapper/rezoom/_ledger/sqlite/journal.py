"""The events of an SQLite ledger, and what a process remembers of them.

The rows of `event` are all there is to know of the requests under way. Whoever holds the file's
lock, or a snapshot of it, reads what was added since; so all processes remember the same.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from struct import Struct
from typing import NamedTuple, TypeAlias

from ..gauge import EXTERNAL, SETTLED, UNKNOWN
from ..memory import NEVER, ScopeState
from . import schema as sql
from .schema import BLOCKED

# A row of the tables: scope, state, when it frees, how many, and its token.
Held: TypeAlias = tuple[int, int, int, int, str]

# Of a request that is not under way any more, in place of `send_by`.
SETTLED_REQUEST, UNKNOWN_REQUEST = -1, 0


class ScopeMirror(ScopeState):
    """What one scope holds: all of it once it is `whole`, else what stands in the events.

    `due` is 0 until it is whole: nothing may be judged by it before.
    """

    __slots__ = ("named", "scope", "whole")

    def __init__(self, scope: int) -> None:
        super().__init__()
        self.scope = scope
        self.whole = False
        self.due = 0
        # Whether what the number stands for is known to be written down.
        self.named = False

    def complete(self, rows: Iterable[Held], now: int) -> None:
        """Add what stands in the tables."""
        for _, state, free_at, number, token in rows:
            if state == BLOCKED:
                self.block(free_at)
            elif state == SETTLED:
                self.settled.append((free_at, number))
            elif state == EXTERNAL:
                self.external += ((free_at, number),)
            else:
                self.waiting[token] = free_at
                if state == UNKNOWN:
                    self.unknown |= {token}
        self.settled = sorted(self.settled)
        self.answered = sum(number for _, number in self.settled)
        self.whole = True
        self.due = 0
        self.purge(now)

    def remember(self, token: str, free_at: int, send_by: int) -> None:
        """Add what an event says; what is due is seen when the tables are added."""
        if send_by == SETTLED_REQUEST:
            self.settled.append((free_at, 1))
            return
        self.waiting[token] = free_at
        if send_by == UNKNOWN_REQUEST:
            self.unknown |= {token}


# What an event says: a place was granted (and the next turn of the pace stands behind the places),
# or it was kept by a fold; a request was answered, never left, or has an unknown outcome; the rest
# was folded; everything was forgotten; something else was written about these scopes.
GRANTED, GRANTED_PACED, KEPT, ANSWERED, RELEASED, ABANDONED, FOLDED, RESET, CHANGED = range(9)


class Event(NamedTuple):
    """A row: what happened, to the request of a token, about scopes and instants."""

    row: int
    kind: int
    token: str
    send_by: int
    numbers: Sequence[int]
    keys: str | None = None


class Request:
    """A request since the last fold; under way until `send_by` if that is above 0.

    Its places are in `mirrors`, and free at `frees`; 0 is where nothing stays counted.
    """

    __slots__ = ("frees", "mirrors", "send_by")

    def __init__(self, mirrors: Sequence[ScopeMirror], frees: Sequence[int], send_by: int) -> None:
        self.mirrors, self.frees, self.send_by = mirrors, frees, send_by


@cache
def packer(numbers: int) -> Struct:
    """Write and read that many numbers as SQLite keeps them."""
    return Struct(f"<{numbers}q")


# How many events are worth a fold, and how many scopes are remembered.
_MANY = 1800
_MOST = 16384
# After how many scopes that were read one by one all are read, if they have few rows.
_SINGLY, _FEW = 16, 4096


class Journal:
    """The events up to `last`, and the mirror of every scope that was asked for."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know nothing: the next look reads all that is there."""
        # The last event, how many the last fold has kept, and after which one to fold again.
        self.last = self._kept = 0
        self._fold_after = _MANY
        self.requests: dict[str, Request] = {}
        self.mirrors: dict[int, ScopeMirror] = {}
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
        """Whether it is time for work that no caller waits for."""
        return self.last > self._fold_after or self.singly > _SINGLY

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Read what others have added."""
        if len(self.mirrors) > _MOST:
            # Only here, where nobody has one in hand.
            held = {mirror for one in self.requests.values() for mirror in one.mirrors}
            self.mirrors = {mirror.scope: mirror for mirror in held}
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
            pairs = zip(request.mirrors, request.frees, strict=True)
            numbers = [number for mirror, free_at in pairs for number in (mirror.scope, free_at)]
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

    def weigh(self, db: sqlite3.Connection, scope: int, now: int) -> ScopeMirror:
        """Give all that a scope holds."""
        mirror = self.mirrors.get(scope) or ScopeMirror(scope)
        if mirror.due <= now:
            if mirror.whole:
                mirror.purge(now)
            else:
                self.read(db, mirror, now)
                self.adopt(mirror)
        return mirror

    def read(self, db: sqlite3.Connection, mirror: ScopeMirror, now: int) -> None:
        """Complete a scope by what its tables say."""
        if self.all and mirror.scope not in self.mirrors:
            mirror.whole, mirror.due = True, NEVER  # and empty
        else:
            self.singly += 1
            mirror.complete(db.execute(sql.LOAD, (now, mirror.scope) * 3), now)

    def gather(self, db: sqlite3.Connection, now: int) -> None:
        """Read all scopes, if they have few rows."""
        self.singly = -_MOST
        if db.execute(sql.FEW, (_FEW,) * 3).fetchone()[0] >= _FEW:
            return
        rows: dict[int, list[Held]] = {}
        for row in db.execute(sql.GATHER, (now,) * 3):
            rows.setdefault(row[0], []).append(row)
        for scope in {*rows, *self.mirrors}:
            mirror = self.mirrors.get(scope) or self.adopt(ScopeMirror(scope))
            if not mirror.whole:
                mirror.complete(rows.get(scope, ()), now)
        self.all = True

    def adopt(self, mirror: ScopeMirror) -> ScopeMirror:
        """Remember a scope, in place of what was known of it."""
        self.mirrors[mirror.scope] = mirror
        return mirror

    def flying(self, mirror: ScopeMirror) -> int:
        """Tell until when a request of a scope is under way."""
        requests = self.requests
        return max(
            (requests[token].send_by for token in mirror.waiting if token in requests), default=0
        )

    def name(self, keys: str) -> None:
        """Remember what numbers stand for: an event has said it."""
        for key in keys.split("\n"):
            scope = sql.scope_number(key)
            self.names[scope] = key
            if (mirror := self.mirrors.get(scope)) is not None:
                mirror.named = True

    def grant(
        self,
        row: int,
        token: str,
        send_by: int,
        mirrors: Sequence[ScopeMirror],
        frees: Sequence[int],
    ) -> None:
        """Remember a place that was granted by the event `row`."""
        self.last = -1  # until it is done
        self.requests[token] = Request(mirrors, frees, send_by)
        for mirror, free_at in zip(mirrors, frees, strict=True):
            mirror.waiting[token] = free_at
            mirror.count += 1
            mirror.due = min(mirror.due, free_at)
        self.last = row

    def answer(self, row: int, token: str, request: Request, frees: Sequence[int]) -> None:
        """Remember an answer that was written as the event `row`."""
        self.last = -1
        request.send_by = SETTLED_REQUEST
        for mirror, leased, free_at in zip(request.mirrors, request.frees, frees, strict=False):
            if not free_at:
                mirror.release(token)
                continue
            mirror.settle(token, free_at)
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
            for mirror in {mirror for one in self.requests.values() for mirror in one.mirrors}:
                if not mirror.whole:
                    self.adopt(ScopeMirror(mirror.scope))
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
        mirrors = [self.mirrors.get(scope) or self.adopt(ScopeMirror(scope)) for scope in scopes]
        if kind == KEPT:
            self._kept += 1
            self.requests[token] = Request(mirrors, frees, send_by)
            for mirror, free_at in zip(mirrors, frees, strict=True):
                mirror.waiting[token] = free_at  # and is counted already
            return
        if keys:
            self.name(keys)
        self.grant(row, token, send_by, mirrors, frees)

    def _doubt(self, scopes: Sequence[int]) -> None:
        """Go back to what the events say of these: what the tables say has changed."""
        renewed: dict[int, ScopeMirror] = {}
        for scope in scopes:
            self.lessons.pop(scope, None)
            mirror = self.mirrors.get(scope)
            if mirror is None or mirror.whole:
                renewed[scope] = self.adopt(ScopeMirror(scope))
                renewed[scope].named = mirror is not None and mirror.named
        for token, request in self.requests.items() if renewed else ():
            mirrors = request.mirrors = [renewed.get(one.scope, one) for one in request.mirrors]
            for mirror, free_at in zip(mirrors, request.frees, strict=True):
                if mirror.scope in renewed and free_at:
                    mirror.remember(token, free_at, request.send_by)

    def _end(self, kind: int, token: str, request: Request) -> None:
        for mirror in request.mirrors:
            if kind == ABANDONED:
                mirror.abandon(token)
            else:
                mirror.release(token)
        request.send_by = UNKNOWN_REQUEST
        if kind == RELEASED:
            del self.requests[token]
