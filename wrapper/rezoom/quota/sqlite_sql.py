"""What a SQLite ledger says to SQLite: all that an update waits for goes by primary key."""

# ruff: noqa: S608 - the texts hold our own constants, and values are always bound

from __future__ import annotations

from functools import cache
from hashlib import blake2b

from .gauge import EXTERNAL, SETTLED

# Every commit writes a page for each that it touches, and little else costs time. So what happens
# to a request touches `lease` alone, a few rows on one page: a place is under way until `send_by`,
# of unknown outcome (0) or answered (-1). What is answered moves to `place` in batches, beside what
# others have spent; what is paced waits in `lease` under its own number, without a token, and is
# free when the next call may go (-2). Scopes are numbers made from keys: short rows are quick.
SCHEMA = """
CREATE TABLE lease (scope INTEGER NOT NULL, token TEXT NOT NULL, free_at INTEGER NOT NULL,
  send_by INTEGER NOT NULL, PRIMARY KEY (scope, token)) WITHOUT ROWID;
CREATE TABLE place (scope INTEGER NOT NULL, free_at INTEGER NOT NULL, state INTEGER NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (scope, free_at, state)) WITHOUT ROWID;
CREATE TABLE pace (scope INTEGER PRIMARY KEY, learned REAL NOT NULL, since INTEGER NOT NULL);
CREATE TABLE block (scope INTEGER PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL,
  seen INTEGER NOT NULL);
CREATE TABLE name (scope INTEGER PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE host (account TEXT NOT NULL, meeting INTEGER NOT NULL, host TEXT NOT NULL,
  PRIMARY KEY (account, meeting)) WITHOUT ROWID;
CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL,
  since_boot INTEGER NOT NULL, counted INTEGER NOT NULL, last INTEGER NOT NULL);
"""
UNKNOWN_LEASE, ANSWERED, PACED = 0, -1, -2

# One row per scope: leases, until when one is under way, places, the block. ?1 is the time.
_SCOPE = """
SELECT count(*), max(send_by),
  (SELECT sum(number) FROM place WHERE scope = ?{0} AND free_at > ?1),
  (SELECT until FROM block WHERE scope = ?{0})
FROM lease WHERE scope = ?{0} AND free_at > ?1"""
_PACE = """SELECT (SELECT free_at FROM lease WHERE scope = ?{0} AND token = ''),
  (SELECT learned FROM pace WHERE scope = ?{0}), (SELECT since FROM pace WHERE scope = ?{0}),
  NULL"""

LEASED = "SELECT send_by FROM lease WHERE scope = ? AND token = ?"
_MORE = "ON CONFLICT (scope, free_at, state) DO UPDATE SET number = number + excluded.number"
PLACE = f"INSERT INTO place VALUES (?, ?, ?, ?) {_MORE}"
NAME = "INSERT OR IGNORE INTO name VALUES (?, ?)"

LEARNED = "SELECT learned, since FROM pace WHERE scope = ?"
LEARN = "INSERT OR REPLACE INTO pace VALUES (?, ?, ?)"
BLOCK = """INSERT INTO block VALUES (?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE
SET until = max(until, excluded.until), why = excluded.why, seen = excluded.seen"""

# Leases under way, answered and unknown, and the first to free; places, those spent by others, and
# the first to free; the block. ?1 is the scope, ?2 the time.
TALLY = f"""
SELECT coalesce(sum(send_by > 0), 0), coalesce(sum(send_by = {ANSWERED}), 0),
  coalesce(sum(send_by = {UNKNOWN_LEASE}), 0), min(free_at),
  (SELECT sum(number) FROM place WHERE scope = ?1 AND free_at > ?2),
  (SELECT sum(number) FROM place WHERE scope = ?1 AND free_at > ?2 AND state = {EXTERNAL}),
  (SELECT min(free_at) FROM place WHERE scope = ?1 AND free_at > ?2),
  (SELECT until FROM block WHERE scope = ?1 AND until > ?2)
FROM lease WHERE scope = ?1 AND free_at > ?2"""
PLACES = """SELECT free_at, number FROM place WHERE scope = ?1 AND free_at > ?2
UNION ALL SELECT free_at, 1 FROM lease WHERE scope = ?1 AND free_at > ?2"""
KEYS = """SELECT key FROM name WHERE key >= ?1 AND key < ?2 AND (
  EXISTS (SELECT 1 FROM place WHERE place.scope = name.scope AND free_at > ?3)
  OR EXISTS (SELECT 1 FROM lease WHERE lease.scope = name.scope AND free_at > ?3)
  OR EXISTS (SELECT 1 FROM block WHERE block.scope = name.scope AND until > ?3)) ORDER BY key"""

# Batches: move what was answered, drop what has expired, a few hundred rows at a time.
MOVE = (
    f"""INSERT INTO place SELECT scope, free_at, {SETTLED}, count(*) FROM lease
    WHERE send_by = {ANSWERED} GROUP BY scope, free_at HAVING true {_MORE}""",
    f"DELETE FROM lease WHERE send_by = {ANSWERED} OR free_at <= ?",
)
STEP = "SELECT scope FROM place WHERE scope > ? ORDER BY scope LIMIT 1 OFFSET 256"
SWEEP = "DELETE FROM place WHERE scope > ? AND scope <= ? AND free_at <= ?"

HOST = "SELECT host FROM host WHERE account = ? AND meeting = ?"
SET_HOST = "INSERT OR REPLACE INTO host VALUES (?, ?, ?)"
DROP_HOST = "DELETE FROM host WHERE account = ? AND meeting = ?"

ANCHOR = "SELECT boot, since_boot, counted, last FROM anchor"
SET_ANCHOR = "INSERT OR REPLACE INTO anchor VALUES (1, ?, ?, ?, ?)"
LAST = "UPDATE anchor SET last = max(last, ?)"
RESET = tuple(f"DELETE FROM {table}" for table in ("lease", "place", "pace", "block"))


@cache
def survey(scopes: int, *, paced: bool) -> str:
    """Ask for that many scopes and a pace at once; their numbers are ?2 and on."""
    parts = [_SCOPE.format(2 + number) for number in range(scopes)]
    if paced:
        parts.append(_PACE.format(2 + scopes))
    return " UNION ALL ".join(parts)


@cache
def lease(rows: int) -> str:
    """Write that many leases; a token that has one already keeps it, a pace moves on."""
    return (
        f"INSERT INTO lease VALUES {', '.join(['(?, ?, ?, ?)'] * rows)}"
        " ON CONFLICT (scope, token) DO UPDATE SET free_at = excluded.free_at WHERE token = ''"
    )


@cache
def answer(scopes: int) -> str:
    """Mark the leases of a token (?1) as answered: for each its scope, and when it is free."""
    numbers = [2 + 2 * scope for scope in range(scopes)]
    cases = " ".join(f"WHEN ?{number} THEN ?{number + 1}" for number in numbers)
    return (
        f"UPDATE lease SET send_by = {ANSWERED}, free_at = min(free_at, CASE scope {cases} END)"
        f" WHERE scope IN ({', '.join(f'?{number}' for number in numbers)})"
        " AND token = ?1 AND send_by > 0"
    )


@cache
def release(scopes: int) -> str:
    """Drop the leases of a token."""
    return f"DELETE FROM lease {_under_way(scopes)}"


@cache
def abandon(scopes: int) -> str:
    """Mark the leases of a token as of unknown outcome."""
    return f"UPDATE lease SET send_by = {UNKNOWN_LEASE} {_under_way(scopes)}"


def _under_way(scopes: int) -> str:
    return f"WHERE token = ?1 AND scope IN ({', '.join('?' * scopes)}) AND send_by > 0"


def number(key: str) -> int:
    """Turn a key into a number that fits SQLite: two keys meet once in 10^19."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
