"""The tables of an SQLite ledger, and its steps: what one transaction reads and writes.

Every row can be read with the sqlite3 shell; `SELECT * FROM quota` prints dates. Instants are
microseconds of the ledger's own clock (boot_clock.py), which goes by the wall clock's at first.
"""

# ruff: noqa: S608 - the texts hold our own words, and values are always bound
from __future__ import annotations

import sqlite3
from typing import NamedTuple

from ..._times import SECOND
from ...errors import QuotaExceeded, SlotExpired
from ..boot_clock import shown
from ..gauge import EXTERNAL, PENDING, SETTLED, UNKNOWN, Held, Quota, read_quota, refusal, spent
from ..model import Grant, Reservation, Scope, granted_before
from ..pacing import UNPACED, Pace, Stored, lesson, turn

# A slot is one request in one scope, in flight until `send_by` (0: it has ended). Where a limit
# counts by the day, or above a few hundred, answered requests are only numbers, in `tally`. So a
# scope's count is its slots plus its tallies, as far as they free later than now.
SCHEMA = f"""
CREATE TABLE slot (scope TEXT NOT NULL, token TEXT NOT NULL, state TEXT NOT NULL,
  free_at INTEGER NOT NULL, send_by INTEGER NOT NULL, PRIMARY KEY (scope, token)) WITHOUT ROWID;
CREATE TABLE tally (scope TEXT NOT NULL, free_at INTEGER NOT NULL, state TEXT NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (scope, free_at, state)) WITHOUT ROWID;
CREATE TABLE block (scope TEXT PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL,
  seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE pace (scope TEXT PRIMARY KEY, after INTEGER NOT NULL, learned REAL,
  since INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE host (account TEXT NOT NULL, meeting TEXT NOT NULL, host TEXT NOT NULL,
  PRIMARY KEY (account, meeting)) WITHOUT ROWID;
CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL,
  since_boot INTEGER NOT NULL, counted INTEGER NOT NULL, last INTEGER NOT NULL,
  ahead INTEGER NOT NULL);
CREATE VIEW quota AS
  SELECT scope, state, 1 AS number, datetime(free_at / {SECOND}, 'unixepoch') AS frees,
    iif(send_by, datetime(send_by / {SECOND}, 'unixepoch'), '') AS send_by, token FROM slot
  UNION ALL SELECT scope, state, number, datetime(free_at / {SECOND}, 'unixepoch'), '', ''
    FROM tally
  UNION ALL SELECT scope, 'blocked', 0, datetime(until / {SECOND}, 'unixepoch'), '', why FROM block
"""

# Placeholders are plain: CPython 3.12.0 to 3.12.3 take numbered ones for named, and warn
# (https://github.com/python/cpython/issues/117995).
_LOOK = """SELECT count(CASE WHEN free_at > ? THEN 1 END), count(*), max(send_by),
  count(CASE WHEN token = ? THEN 1 END),
  (SELECT sum(number) FROM tally WHERE scope = ? AND free_at > ?),
  (SELECT until FROM block WHERE scope = ? AND until > ?)
FROM slot WHERE scope = ?"""
_HELD = """SELECT state, free_at, 1, send_by FROM slot WHERE scope = ? AND free_at > ?
UNION ALL SELECT state, free_at, number, 0 FROM tally WHERE scope = ? AND free_at > ?"""
_BLOCKED = "SELECT until FROM block WHERE scope = ? AND until > ?"
_TOKEN = "SELECT send_by FROM slot WHERE scope = ? AND token = ?"  # noqa: S105 - no secret: it names a request
_TAKE = f"INSERT INTO slot VALUES (?, ?, '{PENDING}', ?, ?)"
_FREED = "DELETE FROM slot WHERE scope = ? AND free_at <= ?"

_ONE = f"WHERE scope = ? AND token = ? AND state = '{PENDING}'"
_SETTLE = f"UPDATE slot SET state = '{SETTLED}', send_by = 0, free_at = min(free_at, ?) {_ONE}"
_ABANDON = f"UPDATE slot SET state = '{UNKNOWN}', send_by = 0 {_ONE}"
_RELEASE = f"DELETE FROM slot {_ONE}"
_MORE = "ON CONFLICT (scope, free_at, state) DO UPDATE SET number = number + excluded.number"
_COUNT = f"""INSERT INTO tally SELECT scope, min(free_at, ?), '{SETTLED}', 1 FROM slot {_ONE}
{_MORE}"""
_EXTERNAL = f"INSERT INTO tally VALUES (?, ?, '{EXTERNAL}', ?) {_MORE}"
_BLOCK = """INSERT INTO block VALUES (?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE
SET until = max(until, excluded.until), why = excluded.why, seen = excluded.seen"""
_PACE = "SELECT after, learned, since FROM pace WHERE scope = ?"
_SET_PACE = "INSERT OR REPLACE INTO pace VALUES (?, ?, ?, ?)"
_LAST = "UPDATE anchor SET last = max(last, ?), ahead = ?"

_KEYS = """SELECT scope FROM slot WHERE scope >= ? AND scope < ? AND free_at > ?
UNION SELECT scope FROM tally WHERE scope >= ? AND scope < ? AND free_at > ?
UNION SELECT scope FROM block WHERE scope >= ? AND scope < ? AND until > ?"""
_RESET = [
    f"DELETE FROM {table} WHERE scope >= ? AND scope < ?"
    for table in ("slot", "tally", "block", "pace")
]
# What freed in the next thousand rows goes, whoever it belonged to.
_NEXT = "SELECT scope FROM slot WHERE scope > ? ORDER BY scope LIMIT 1 OFFSET 1024"
_SWEEP = [
    f"DELETE FROM {table} WHERE scope > ? AND scope <= ? AND {free} <= ?"
    for table, free in (("slot", "free_at"), ("tally", "free_at"), ("block", "until"))
]
_BEYOND = "\U0010ffff"


class Step(NamedTuple):
    """One transaction of `db`, as of `now`; the wall clock is `ahead` of that."""

    db: sqlite3.Connection
    now: int
    ahead: int

    def reserve(
        self, reservation: Reservation, token: str, wait: float
    ) -> Grant | QuotaExceeded | SlotExpired:
        """Take a slot in every scope and a turn, or return the reason why not."""
        now, ahead, db = self.now, self.ahead, self.db
        lease, pace = reservation.lease, reservation.pace
        stored = UNPACED if pace is None else self._stored(pace)
        at, following = (now, None) if pace is None else turn(pace, stored, now)
        full, known = at - now > wait * SECOND, False
        stale: list[Scope] = []
        for scope in reservation.scopes:
            key = scope.key
            values = (now, token, key, now, key, now, key)
            live, rows, send_by, mine, tallied, blocked = db.execute(_LOOK, values).fetchone()
            in_flight = scope.exclusive and (send_by or 0) > now
            full = full or live + (tallied or 0) >= scope.most or bool(blocked) or in_flight
            known = known or bool(mine)
            if rows > live:
                stale.append(scope)
        if known:
            return self._again(reservation, token)
        if full:
            held = [self._held(scope) for scope in reservation.scopes]
            clock = (now, shown(0, ahead))
            refused = refusal(reservation, held, stored, clock, wait)
            if refused is not None:
                return refused
        for scope in stale:
            db.execute(_FREED, (scope.key, now))
        latest, margin, send_by = at + lease.horizon, lease.margin, at + lease.send_within
        for scope in reservation.counted:
            free_at = scope.free_at(latest, margin, ahead)
            db.execute(_TAKE, (scope.key, token, free_at, send_by))
        if following is not None and pace is not None:
            db.execute(_SET_PACE, (pace.key, *following))
        return Grant(token, reservation, now + ahead, at - now)

    def note_time(self) -> None:
        """Note that the file was counted in."""
        self.db.execute(_LAST, (self.now, self.ahead))

    def settle(self, grant: Grant) -> None:
        """Note an answer; the first ending of a request stands."""
        margin = grant.reservation.lease.margin
        for scope in grant.reservation.counted:
            where = (scope.key, grant.token)
            free_at = scope.settled_at(self.now, margin, self.ahead)
            if scope.limit is None:
                self.db.execute(_RELEASE, where)  # only there as long as it is in flight
            elif scope.rolling and not scope.bundled:
                self.db.execute(_SETTLE, (free_at, *where))
            else:
                self.db.execute(_COUNT, (free_at, *where))
                self.db.execute(_RELEASE, where)

    def release(self, grant: Grant) -> None:
        """Give the slots of a request back that was not sent."""
        for scope in grant.reservation.counted:
            self.db.execute(_RELEASE, (scope.key, grant.token))

    def abandon(self, grant: Grant) -> None:
        """Note that no answer will come."""
        for scope in grant.reservation.counted:
            self.db.execute(_ABANDON, (scope.key, grant.token))

    def block(self, scope: Scope, until: int, why: str) -> None:
        """Refuse everything in a scope until an instant of the wall clock."""
        self.db.execute(_BLOCK, (scope.key, until - self.ahead, why, self.now))

    def external(self, scope: Scope, used: int, margin: int) -> int:
        """Make up for what others have spent; return how much that was."""
        missing = max(0, used - self._held(scope).total)
        if missing:
            free_at = scope.settled_at(self.now, margin, self.ahead)
            self.db.execute(_EXTERNAL, (scope.key, free_at, missing))
        return missing

    def slow_down(self, pace: Pace, limit: float | None) -> None:
        """Learn from a refusal per second."""
        learned = lesson(pace, self._stored(pace), self.now, limit)
        if learned is not None:
            self.db.execute(_SET_PACE, (pace.key, *learned))

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        held = [self._held(scope) for scope in reservation.scopes]
        return read_quota(reservation.scopes, held, shown(0, self.ahead))

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        bounds = (prefix, prefix + _BEYOND, self.now)
        return tuple(sorted(key for (key,) in self.db.execute(_KEYS, bounds * 3)))

    def reset(self, prefix: str) -> None:
        """Forget what was counted, learned or blocked."""
        for statement in _RESET:
            self.db.execute(statement, (prefix, prefix + _BEYOND))

    def sweep(self, after: str) -> str:
        """Drop what has freed in the next rows after a scope; return where to go on."""
        row = self.db.execute(_NEXT, (after,)).fetchone()
        until = _BEYOND if row is None else row[0]
        for statement in _SWEEP:
            self.db.execute(statement, (after, until, self.now))
        return "" if row is None else until

    def _stored(self, pace: Pace) -> Stored:
        return self.db.execute(_PACE, (pace.key,)).fetchone() or UNPACED

    def _held(self, scope: Scope) -> Held:
        now, key = self.now, scope.key
        rows = self.db.execute(_HELD, (key, now, key, now)).fetchall()
        blocked = self.db.execute(_BLOCKED, (key, now)).fetchone()
        in_flight = max((send_by for *_, send_by in rows), default=0)
        return Held(
            [(state, free_at, number) for state, free_at, number, _ in rows],
            0 if blocked is None else blocked[0],
            in_flight if in_flight > now else 0,
        )

    def _again(self, reservation: Reservation, token: str) -> Grant | SlotExpired:
        """Return the slot that a token has in every scope, as long as it is in flight."""
        found = [
            self.db.execute(_TOKEN, (scope.key, token)).fetchone() for scope in reservation.counted
        ]
        if not all(row is not None and row[0] >= self.now for row in found):
            return spent(token)
        return granted_before(reservation, token, found[0][0], self.now, self.ahead)
