"""Bringing the file of a SQLite ledger up to this release: nothing that counts is lost."""

from __future__ import annotations

import sqlite3

from . import sqlite_sql as sql
from .sqlite_event import KEPT, packer


def upgrade(db: sqlite3.Connection, version: int) -> None:
    """Bring a file of an earlier format to `version`.

    A process of the release that wrote it finds its table `lease` gone, or `event` of another
    shape, and reserves nothing more.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found == 1:
            _renumber(db)
            _split_leases(db)
        elif found != version:
            db.execute("ALTER TABLE event ADD COLUMN keys TEXT")
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _renumber(db: sqlite3.Connection) -> None:
    """Give meetings the numbers that they have now."""
    for old, key in db.execute("SELECT scope, key FROM name").fetchall():
        new = sql.number(key)
        for table in ("lease", "place", "block", "name") if new != old else ():
            db.execute(f"UPDATE {table} SET scope = ? WHERE scope = ?", (new, old))  # noqa: S608 - our own names


def _split_leases(db: sqlite3.Connection) -> None:
    """Part what format 1 kept in `lease`: answered (-1), unknown (0), pace (-2), under way."""
    db.execute("ALTER TABLE pace RENAME TO pace_1")
    for statement in sql.SCHEMA.split(";"):
        if any(f"TABLE {name} " in statement for name in ("event", "unanswered", "pace")):
            db.execute(statement)
    db.execute(sql.BEGINNING)
    db.execute("INSERT INTO pace SELECT scope, 0, learned, since FROM pace_1")
    under_way: dict[tuple[str, int], list[int]] = {}
    for scope, token, free_at, send_by in db.execute("SELECT * FROM lease").fetchall():
        if send_by > 0:
            under_way.setdefault((token, send_by), []).extend((scope, free_at))
        elif send_by == 0:
            db.execute(sql.LEFT, (scope, token, free_at, send_by))
        elif token:
            db.execute(sql.SETTLED_PLACE, (scope, free_at, 1))
        else:
            db.execute(sql.AFTER, (scope, free_at))
    for (token, send_by), numbers in under_way.items():
        packed = packer(len(numbers)).pack(*numbers)
        db.execute(sql.EVENT, (None, KEPT, token, send_by, None, packed))
    db.execute("DROP TABLE lease")
    db.execute("DROP TABLE pace_1")
    any_left = db.execute(sql.ANY_LEFT).fetchone()[0]
    db.execute("UPDATE event SET send_by = ? WHERE id = 1", (any_left,))
