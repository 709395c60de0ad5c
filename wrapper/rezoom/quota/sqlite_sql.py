"""What a SQLite ledger says to SQLite; every statement reads or writes by primary key."""

from __future__ import annotations

from functools import cache

from .gauge import EXTERNAL, PENDING, SETTLED, UNKNOWN

STATES = 4
# One row per scope: places, until when one is under way, where this token's place stands, the
# block, and when the first place frees. ?1 is the time, ?2 the token.
_SCOPE = f"""
SELECT coalesce(sum(number), 0), max(CASE state WHEN {PENDING} THEN send_by END),
  max(CASE WHEN state <> {SETTLED} AND token = ?2 THEN free_at * {STATES} + state END),
  (SELECT until FROM block WHERE scope = ?{{0}}),
  (SELECT min(free_at) FROM slot WHERE scope = ?{{0}})
FROM slot WHERE scope = ?{{0}} AND free_at > ?1"""
_PACE = "SELECT after, learned, since, NULL, NULL FROM pace WHERE scope = ?{0}"

PURGE = "DELETE FROM slot WHERE scope = ? AND free_at <= ?"
INSERT = "INSERT INTO slot VALUES (?, ?, ?, 1, 0, ?)"
SETTLE = (
    f"UPDATE slot SET free_at = ?, state = {SETTLED}, send_by = 0"
    f" WHERE scope = ? AND free_at = ? AND token = ? AND state = {PENDING}"
)
RELEASE = f"DELETE FROM slot WHERE scope = ? AND free_at = ? AND token = ? AND state = {PENDING}"
ABANDON = (
    f"UPDATE slot SET state = {UNKNOWN}, send_by = 0"
    f" WHERE scope = ? AND free_at = ? AND token = ? AND state = {PENDING}"
)
# Places without a token of their own: bundles of settled ones, and those that others have spent.
ADD = """INSERT INTO slot VALUES (?, ?, ?, ?, ?, 0)
ON CONFLICT (scope, free_at, token) DO UPDATE SET number = number + excluded.number"""
BUNDLE, OTHERS = f"state {SETTLED}", f"state {EXTERNAL}"

PACE = "SELECT after, learned, since FROM pace WHERE scope = ?"
SET_PACE = "INSERT OR REPLACE INTO pace VALUES (?, ?, ?, ?)"
BLOCKED = "SELECT until FROM block WHERE scope = ? AND until > ?"
BLOCK = """INSERT INTO block VALUES (?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE
SET until = max(until, excluded.until), why = excluded.why, seen = excluded.seen"""

TOTAL = "SELECT coalesce(sum(number), 0) FROM slot WHERE scope = ? AND free_at > ?"
COUNTS = "SELECT " + ", ".join(
    f"coalesce(sum(number * (state = {state})), 0)"
    for state in (PENDING, SETTLED, EXTERNAL, UNKNOWN)
) + " FROM slot WHERE scope = ? AND free_at > ?"  # fmt: skip
PLACES = "SELECT free_at, number FROM slot WHERE scope = ? AND free_at > ? ORDER BY free_at LIMIT ?"
SEND_BY = "SELECT send_by FROM slot WHERE scope = ? AND free_at = ? AND token = ?"
KEYS = "SELECT DISTINCT scope FROM slot WHERE scope >= ? AND scope < ? AND free_at > ?"

# Scopes that nobody asks for any more, a few hundred rows at a time.
STEP = "SELECT scope FROM slot WHERE scope > ? ORDER BY scope LIMIT 1 OFFSET 256"
SWEEP = "DELETE FROM slot WHERE scope > ? AND scope <= ? AND free_at <= ?"

HOST = "SELECT host FROM host WHERE account = ? AND meeting = ?"
SET_HOST = "INSERT OR REPLACE INTO host VALUES (?, ?, ?)"
DROP_HOST = "DELETE FROM host WHERE account = ? AND meeting = ?"

ANCHOR = "SELECT boot, since_boot, counted, last FROM anchor"
SET_ANCHOR = "INSERT OR REPLACE INTO anchor VALUES (1, ?, ?, ?, ?)"
LAST = "UPDATE anchor SET last = max(last, ?)"
RESET = ("DELETE FROM slot", "DELETE FROM pace", "DELETE FROM block")


@cache
def survey(scopes: int) -> str:
    """Ask for that many scopes and a pace at once; their keys are ?3 and on."""
    parts = [_SCOPE.format(3 + number) for number in range(scopes)]
    return " UNION ALL ".join([*parts, _PACE.format(3 + scopes)])
