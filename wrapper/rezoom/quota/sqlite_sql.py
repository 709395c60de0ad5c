"""What a SQLite ledger says to SQLite: all that an update waits for is one row at the end."""

# ruff: noqa: S608 - the texts hold our own constants, and values are always bound

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from .gauge import PENDING, SETTLED, UNKNOWN

# Every commit writes a page for each that it touches, and little else costs time. So whatever
# happens to a request is one row at the end of `event`, which every process reads once and keeps in
# mind (sqlite_tail.py); a few hundred at a time are folded into where they stay. There, `place`
# counts what was answered and what others have spent, and `unanswered` holds the places of requests
# that are not under way any more: of unknown outcome (0), or answered after hours (-1).
# Scopes are numbers made from keys: short rows are quick. An event says which keys, line by line,
# where a process does not know that another has said so; they are folded into `name`.
SCHEMA = """
CREATE TABLE event (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, token TEXT NOT NULL,
  send_by INTEGER NOT NULL, numbers BLOB NOT NULL, keys TEXT);
CREATE TABLE place (scope INTEGER NOT NULL, free_at INTEGER NOT NULL, state INTEGER NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (scope, free_at, state)) WITHOUT ROWID;
CREATE TABLE unanswered (scope INTEGER NOT NULL, token TEXT NOT NULL, free_at INTEGER NOT NULL,
  send_by INTEGER NOT NULL, PRIMARY KEY (scope, token)) WITHOUT ROWID;
CREATE TABLE pace (scope INTEGER PRIMARY KEY, after INTEGER NOT NULL, learned REAL,
  since INTEGER NOT NULL);
CREATE TABLE block (scope INTEGER PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL,
  seen INTEGER NOT NULL);
CREATE TABLE name (scope INTEGER PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE host (account TEXT NOT NULL, meeting INTEGER NOT NULL, host TEXT NOT NULL,
  PRIMARY KEY (account, meeting)) WITHOUT ROWID;
CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL,
  since_boot INTEGER NOT NULL, counted INTEGER NOT NULL, last INTEGER NOT NULL);
"""
_HIGHEST, _MEETINGS = (1 << 63) - 1, 1 << 56
# The events are never empty: the first one after a fold takes up their numbering.
BEGINNING = "INSERT INTO event VALUES (1, 6, '', 0, x'', NULL)"
UNKNOWN_LEASE, LATE = 0, -1
BLOCKED = -1

NEWS = "SELECT id, kind, token, send_by, keys, numbers FROM event WHERE id > ?"
EVENT = "INSERT INTO event (id, kind, token, send_by, keys, numbers) VALUES (?, ?, ?, ?, ?, ?)"
# As EVENT, of what is written after every update: fewer values are bound.
ANSWER = "INSERT INTO event (kind, token, send_by, numbers) VALUES (?, ?, 0, ?)"
# Only behind the event that is bound first and second, or not at all: what is taken by the number
# of the last one is ignored.
# Not by the next number alone: an old one is free again after a fold. As one of VALUES, because
# a SELECT with the same condition takes a quarter longer.
NEXT = """INSERT OR IGNORE INTO event (id, kind, token, send_by, keys, numbers) VALUES (
CASE (SELECT max(id) FROM event) WHEN ? THEN ? + 1 ELSE (SELECT max(id) FROM event) END,
?, ?, ?, ?, ?)"""


def _places(which: str) -> str:
    return f"""
SELECT scope, state, free_at, number, '' FROM place WHERE free_at > ?{which}
UNION ALL SELECT scope, CASE WHEN send_by > 0 THEN {PENDING} WHEN send_by = {LATE} THEN {SETTLED}
  ELSE {UNKNOWN} END, free_at, 1, token FROM unanswered WHERE free_at > ?{which}
UNION ALL SELECT scope, {BLOCKED}, until, 0, '' FROM block WHERE until > ?{which}"""


# All places that count at an instant, with their states, and the blocks; of one scope, or of all.
# Placeholders are plain: CPython 3.12.0 to 3.12.3 take numbered ones for named, and warn
# (https://github.com/python/cpython/issues/117995). So the instant (and scope) is bound thrice.
LOAD, GATHER = _places(" AND scope = ?"), _places("")
# How many rows those tables have, up to a number that is bound for each.
FEW = "SELECT " + " + ".join(
    f"(SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT ?))"
    for table in ("place", "unanswered", "block")
)
KEYS = """SELECT key FROM name WHERE key >= ? AND key < ? AND (
  EXISTS (SELECT 1 FROM place WHERE place.scope = name.scope AND free_at > ?)
  OR EXISTS (SELECT 1 FROM unanswered WHERE unanswered.scope = name.scope AND free_at > ?)
  OR EXISTS (SELECT 1 FROM block WHERE block.scope = name.scope AND until > ?))"""
NAME = "INSERT OR IGNORE INTO name VALUES (?, ?)"
NAMED = "SELECT key FROM name WHERE scope = ?"

_MORE = "ON CONFLICT (scope, free_at, state) DO UPDATE SET number = number + excluded.number"
PLACE = f"INSERT INTO place VALUES (?, ?, ?, ?) {_MORE}"
SETTLED_PLACE = f"INSERT INTO place VALUES (?, ?, {SETTLED}, ?) {_MORE}"
BLOCK = """INSERT INTO block VALUES (?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE
SET until = max(until, excluded.until), why = excluded.why, seen = excluded.seen"""
PACE = "SELECT after, learned, since FROM pace WHERE scope = ?"
AFTER = """INSERT INTO pace VALUES (?, ?, NULL, 0) ON CONFLICT (scope) DO UPDATE
SET after = max(after, excluded.after)"""
LEARN = "INSERT OR REPLACE INTO pace VALUES (?, ?, ?, ?)"

# What became of a request that is not among the events any more.
LEFT = "INSERT OR REPLACE INTO unanswered VALUES (?, ?, ?, ?)"
ANY_LEFT = "SELECT EXISTS (SELECT 1 FROM unanswered)"
IS_LEFT = "SELECT 1 FROM unanswered WHERE scope = ? AND token = ?"
_OPEN = "WHERE scope = ? AND token = ? AND send_by > 0"
ANSWER_LEFT = f"UPDATE unanswered SET send_by = {LATE}, free_at = min(free_at, ?) {_OPEN}"
RELEASE_LEFT = f"DELETE FROM unanswered {_OPEN}"
ABANDON_LEFT = f"UPDATE unanswered SET send_by = {UNKNOWN_LEASE} {_OPEN}"

# A checkpoint copies what was written to its place, and waits for the disk: nobody's answer should.
CHECKPOINT = "PRAGMA wal_checkpoint(PASSIVE)"
# Folding: the events go, but for one that takes up their numbering; and what has expired, a few
# hundred rows at a time.
EMPTY = "DELETE FROM event"
STEP = "SELECT scope FROM place WHERE scope > ? ORDER BY scope LIMIT 1 OFFSET 1024"
SWEEP = tuple(
    f"DELETE FROM {table} WHERE scope > ? AND scope <= ? AND free_at <= ?"
    for table in ("place", "unanswered")
)

HOST = "SELECT host FROM host WHERE account = ? AND meeting = ?"
SET_HOST = "INSERT OR REPLACE INTO host VALUES (?, ?, ?)"
DROP_HOST = "DELETE FROM host WHERE account = ? AND meeting = ?"

ANCHOR = "SELECT boot, since_boot, counted, last FROM anchor"
SET_ANCHOR = "INSERT OR REPLACE INTO anchor VALUES (1, ?, ?, ?, ?)"
LAST = "UPDATE anchor SET last = max(last, ?)"
RESET = tuple(f"DELETE FROM {table}" for table in ("event", "unanswered", "place", "pace", "block"))


@lru_cache(16384)
def number(key: str) -> int:
    """Turn a key into a number that fits SQLite: two keys hardly ever meet.

    Meetings have the highest ones, because they have most rows: the others, which change with
    every update too, then stand together on a few pages.
    """
    made = old_number(key)
    return _HIGHEST - made % _MEETINGS if "/meeting/" in key else made


def old_number(key: str) -> int:
    """Return the number of any key in a file of the first format."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)
