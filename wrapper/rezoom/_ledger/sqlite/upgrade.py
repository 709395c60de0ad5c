"""Files of earlier formats, brought up to date with all that counts.

Formats 1 to 3 named scopes by numbers, and kept what happened to a request as a row of packed
numbers; format 1 had a table of leases instead. Their releases find their tables gone, and reserve
nothing more.
"""

# ruff: noqa: S608 - the texts hold our own words, and values are always bound
from __future__ import annotations

import sqlite3
from hashlib import blake2b
from struct import Struct
from typing import TypeAlias

from ...errors import LedgerUnavailable
from ..gauge import EXTERNAL, PENDING, SETTLED, UNKNOWN
from ..model import pace_key

# What rows of the table `event` said.
_GRANTED, _GRANTED_PACED, _KEPT, _ANSWERED, _RELEASED, _ABANDONED = range(6)
# In `lease` and `unanswered`: the outcome is unknown, was answered, or it is a turn of the pace.
_UNKNOWN, _ANSWERED_LATE, _TURN = 0, -1, -2
_STATE = f"""CASE WHEN send_by > 0 THEN '{PENDING}' WHEN send_by = {_UNKNOWN} THEN '{UNKNOWN}'
ELSE '{SETTLED}' END"""
_OLD = ("event", "lease", "unanswered", "place", "pace", "block", "name", "host", "anchor")

# By token: scope and instant at which it frees, for each of its scopes; state, and send_by.
_Requests: TypeAlias = dict[str, tuple[list[tuple[int, int]], str, int]]


def upgrade(db: sqlite3.Connection, schema: str, version: int) -> None:
    """Rewrite the file in the tables of `schema`; what has freed since stays behind."""
    db.execute("BEGIN IMMEDIATE")
    try:
        found = db.execute("PRAGMA user_version").fetchone()[0]
        if found < version:
            old = _rename_tables(db)
            for statement in schema.split(";"):
                db.execute(statement)
            _copy(db, found)
            for table in old:
                db.execute(f"DROP TABLE old_{table}")
            db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def number_of(key: str) -> int:
    """Return the number that formats 2 and 3 had for a key, and format 1 for all but meetings."""
    made = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
    return (1 << 63) - 1 - made % (1 << 56) if "/meeting/" in key else made


def _rename_tables(db: sqlite3.Connection) -> list[str]:
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = [name for (name,) in found if name in _OLD]
    for name in tables:
        db.execute(f"ALTER TABLE {name} RENAME TO old_{name}")
    return tables


def _copy(db: sqlite3.Connection, found: int) -> None:
    rows = db.execute("SELECT boot, since_boot, counted, last FROM old_anchor").fetchall()
    db.executemany("INSERT INTO anchor VALUES (1, ?, ?, ?, ?, 0)", rows)
    now = rows[0][3] if rows else 0
    requests, turns, keys = _read_events(db, found)
    left = "old_lease" if found == 1 else "old_unanswered"
    _name(db, keys, requests, left, now)
    db.execute("INSERT INTO host SELECT account, CAST(meeting AS TEXT), host FROM old_host")
    db.execute(
        "INSERT INTO block SELECT key, until, why, seen FROM old_block JOIN old_name USING (scope)"
    )
    db.execute(
        f"INSERT INTO tally SELECT key, free_at, CASE state WHEN 1 THEN '{SETTLED}'"
        f" ELSE '{EXTERNAL}' END, number FROM old_place JOIN old_name USING (scope)"
        " WHERE free_at > ?",
        (now,),
    )
    db.execute(
        f"INSERT INTO slot SELECT key, token, {_STATE}, free_at, max(send_by, 0)"
        f" FROM {left} JOIN old_name USING (scope) WHERE free_at > ? AND send_by > {_TURN}",
        (now,),
    )
    for token, (places, state, send_by) in requests.items():
        db.executemany(
            "INSERT OR REPLACE INTO slot SELECT key, ?, ?, ?, ? FROM old_name WHERE scope = ?",
            [(token, state, free_at, send_by, scope) for scope, free_at in places if free_at > now],
        )
    after = "0" if found == 1 else "after"
    db.execute(
        f"INSERT INTO pace SELECT key, {after}, learned, since FROM old_pace"
        " JOIN old_name USING (scope)"
    )
    db.executemany(
        "INSERT INTO pace SELECT key, ?, NULL, 0 FROM old_name WHERE scope = ? ON CONFLICT (scope)"
        " DO UPDATE SET after = max(after, excluded.after)",
        [(after, scope) for scope, after in turns],
    )


def _name(db: sqlite3.Connection, keys: set[str], requests: _Requests, left: str, now: int) -> None:
    """Complete what numbers stand for: paces were not named. Refuse a count without a name."""
    known = dict(db.execute("SELECT key, scope FROM old_name"))
    missing = {key: number_of(key) for key in keys if key not in known}
    for account in {_account(key) for key in {*known, *keys}}:
        missing.setdefault(pace_key(account), number_of(pace_key(account)))
    db.executemany("INSERT OR IGNORE INTO old_name (key, scope) VALUES (?, ?)", missing.items())
    named = {*known.values(), *missing.values()}
    held = db.execute(
        f"SELECT DISTINCT scope FROM (SELECT scope, free_at FROM old_place UNION ALL SELECT scope,"
        f" free_at FROM {left} WHERE send_by > {_TURN}) WHERE free_at > ?",
        (now,),
    )
    counted = {scope for (scope,) in held}
    for places, _, _ in requests.values():
        counted.update(scope for scope, free_at in places if free_at > now)
    if counted - named:
        raise LedgerUnavailable(
            f"The ledger counts in {len(counted - named)} scopes that it does not name",
            next_step="Go on with the release that wrote it for a day, or move the file away.",
        )


def _account(key: str) -> str:
    for scope in ("/meeting/", "/host/", "/day"):
        key = key.partition(scope)[0]
    return key


def _read_events(
    db: sqlite3.Connection, found: int
) -> tuple[_Requests, list[tuple[int, int]], set[str]]:
    """Read what became of each request, the turns that were given, and the keys that are named."""
    requests: _Requests = {}
    if found == 1:
        leases = db.execute("SELECT scope, free_at FROM old_lease WHERE send_by = ?", (_TURN,))
        return requests, leases.fetchall(), set()
    keys: set[str] = set()
    turns: list[tuple[int, int]] = []
    named = "keys" if found == 3 else "NULL"
    events = f"SELECT kind, token, send_by, numbers, {named} FROM old_event ORDER BY id"
    for kind, token, send_by, packed, lines in db.execute(events):
        numbers = Struct(f"<{len(packed) // 8}q").unpack(packed)
        keys.update(lines.split("\n") if lines else ())
        if kind in (_GRANTED, _GRANTED_PACED, _KEPT):
            places = list(zip(numbers[::2], numbers[1::2], strict=True))
            if kind == _GRANTED_PACED:
                turns.append(places.pop())
            ended = UNKNOWN if send_by == 0 else SETTLED
            requests[token] = places, PENDING if send_by > 0 else ended, max(0, send_by)
        elif token in requests and requests[token][1] == PENDING:  # the first ending stands
            places = requests.pop(token)[0]
            if kind == _ANSWERED:
                frees = [
                    (scope, min(leased, free_at))
                    for (scope, leased), free_at in zip(places, numbers, strict=True)
                ]
                requests[token] = frees, SETTLED, 0
            elif kind == _ABANDONED:
                requests[token] = places, UNKNOWN, 0
    return requests, turns, keys
