"""Folding: the events of a SQLite ledger become a count, and what has expired goes."""

from __future__ import annotations

from collections import Counter

from . import sqlite_sql as sql
from .sqlite_book import STALE, Book
from .sqlite_weight import SETTLED_REQUEST

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
