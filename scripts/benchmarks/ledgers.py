"""What counting costs: each ledger beside the least that its store can do, three limits at a time.

A floor does for one limit what a ledger does for three: it drops what has freed, counts the rest,
and takes a place if there is one. Beside FULL stands a bare transaction of two rows in two tables.
"""

from __future__ import annotations

import secrets
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, cycle
from pathlib import Path
from typing import Any

import redis
from rezoom.errors import QuotaExceeded
from rezoom.quota import Grant, Ledger, Limits, MemoryLedger, Policy, RedisLedger, SQLiteLedger

from .harness import Case, Goal, Run, Table, figures, measure
from .updates import redis_url

# Three limits and a pace, as on the free plan, but with the day and the pace out of reach: every
# reservation does its full work, and none is refused.
POLICY = Policy(Limits(account_day=10**9, per_second=1e6))
MEETINGS = 3000
# Prime, so that what happens now and then does not always happen in the same case.
BLOCK = 127
LONGEST = 1e9
SQLITE_FLOOR = "floor: BEGIN IMMEDIATE … COMMIT, one limit"
FULL_FLOOR = "floor: BEGIN IMMEDIATE … COMMIT at FULL, two tables"
REDIS_FLOOR = "floor: EVALSHA, one limit"
_FOLDER = Path(tempfile.mkdtemp(prefix="rezoom-bench-"))
_WINDOW = """
local time = redis.call('TIME')
local now = time[1] * 1e6 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - 864e8))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[2])
redis.call('PEXPIRE', KEYS[1], 86400000)
return 1
"""


def tables(run: Run) -> Iterator[Table]:
    """Yield a table for each store."""
    ledger = MemoryLedger()
    memory = [
        both(ledger, f"reserve and settle, {MEETINGS:,} meetings", Goal(10.0, "most")),
        *_steps(ledger, "memory", None, None),
        Case("memory: refusal", refusal(MemoryLedger())),
    ]
    yield Table("Memory ledger, three limits", measure(memory, run))
    # Long enough that what is done every few hundred requests is in every turn.
    longer = replace(run, seconds=5 * run.seconds).fewer(15)
    yield Table("SQLite ledger at NORMAL, three limits", measure(normal(), longer))
    title = "SQLite ledger at FULL, three limits: judged by the clock, which waits for the disk"
    yield Table(title, measure(full(), run.fewer(11)))
    title = "Redis ledger, three limits: what this process spends, and a round trip by the clock"
    yield Table(title, measure(on_redis(), run))
    yield in_processes(300 if run.quick else 3000)


def normal() -> list[Case]:
    """Reserve and settle, over many meetings and for a single one; apart; and refuse."""
    ledger = SQLiteLedger(_FOLDER / "normal.sqlite3", durability="normal")
    alone = SQLiteLedger(_FOLDER / "alone.sqlite3", durability="normal")
    full = SQLiteLedger(_FOLDER / "full-meeting.sqlite3", durability="normal")
    return [
        Case(SQLITE_FLOOR, sqlite_floor(_FOLDER / "floor.sqlite3")),
        both(ledger, f"reserve and settle, {MEETINGS:,} meetings", Goal(100.0, "most")),
        *_steps(ledger, f"{MEETINGS:,} meetings", None, None),
        Case("one meeting alone: reserve and settle", pair(alone)),
        Case("refusal", refusal(full)),
        Case("reading a quota", usage(ledger)),
    ]


def full() -> list[Case]:
    """Reserve at FULL, which waits for the disk; settle, which does not."""
    ledger = SQLiteLedger(_FOLDER / "full.sqlite3", durability="full")
    return [
        Case(FULL_FLOOR, full_floor(_FOLDER / "floor-full.sqlite3")),
        both(ledger, "reserve and settle, 64 meetings", Goal(1.3, wall=True), 17, 64),
    ]


def on_redis() -> list[Case]:
    """Reserve and settle in one round trip each, beside a script for one limit."""
    ledger = RedisLedger(redis_url())
    client = redis.Redis.from_url(redis_url())
    nothing = client.script_load("return 1")
    return [
        Case(REDIS_FLOOR, redis_floor(client)),
        Case("EVALSHA that does nothing", lambda: client.evalsha(nothing, 1, "{bench}", "")),
        *_steps(
            ledger,
            f"{MEETINGS:,} meetings",
            Goal(1.3, wall=True),
            Goal(1.3, wall=True),
            block=31,
        ),
    ]


def full_floor(path: Path) -> Callable[[], object]:
    """Make a bare transaction that writes a row into each of two tables, and syncs."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for name in ("one", "two"):
        connection.execute(f"CREATE TABLE {name} (key TEXT PRIMARY KEY, number INTEGER)")
    numbers = count()

    def transaction() -> None:
        key = f"meeting/{next(numbers)}"
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO one VALUES (?, 1)", (key,))
        connection.execute("INSERT INTO two VALUES (?, 1)", (key,))
        connection.execute("COMMIT")

    return transaction


def sqlite_floor(path: Path) -> Callable[[], object]:
    """Make a bare transaction for one limit."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(
        "CREATE TABLE slot (scope TEXT, free_at INTEGER, tok INTEGER,"
        " PRIMARY KEY (scope, free_at, tok)) WITHOUT ROWID"
    )
    numbers = count()

    def transaction() -> None:
        number = next(numbers)
        scope, freed = f"meeting/{number % MEETINGS}", number - 100 * MEETINGS
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM slot WHERE scope = ? AND free_at <= ?", (scope, freed))
        connection.execute("SELECT count(*) FROM slot WHERE scope = ?", (scope,)).fetchone()
        connection.execute("INSERT INTO slot VALUES (?, ?, ?)", (scope, number, number))
        connection.execute("COMMIT")

    return transaction


def redis_floor(client: Any) -> Callable[[], object]:
    """Make a bare call of a script that keeps one limit."""
    script, numbers = client.script_load(_WINDOW), count()

    def call() -> None:
        number = next(numbers)
        key = f"{{bench}}:{number % MEETINGS}"
        client.evalsha(script, 1, key, 10**9, f"{number:032x}")

    return call


def pair(ledger: Ledger) -> Callable[[], object]:
    """Reserve and settle, for a single meeting, with its limits out of reach."""
    policy = Policy(Limits(10**9, 10**9, account_day=10**9, per_second=1e6))
    asked, numbers = policy.reservation("api.zoom.us/bench", 1, "host"), count()
    # Two ledgers on one server know each other's tokens.
    own = secrets.token_hex(4)
    return lambda: ledger.settle(ledger.reserve(asked, f"{own}{next(numbers):024x}", wait=LONGEST))


def usage(ledger: Ledger) -> Callable[[], object]:
    """Read what a receipt shows."""
    asked = cycle(POLICY.reservation("api.zoom.us/bench", n, f"host-{n}") for n in range(MEETINGS))
    return lambda: ledger.usage(next(asked))


def both(
    ledger: Ledger, name: str, goal: Goal, block: int = BLOCK, meetings: int = MEETINGS
) -> Case:
    """Time what one update costs a ledger: its reservation and its settlement."""
    asked = [POLICY.reservation("api.zoom.us/both", n, f"host-{n}") for n in range(meetings)]
    numbers, own = count(), secrets.token_hex(4)

    def update() -> None:
        for _ in range(block):
            number = next(numbers)
            if number % (90 * meetings) == 90 * meetings - 1:
                ledger.reset()
            grant = ledger.reserve(asked[number % meetings], f"{own}{number:024x}", wait=LONGEST)
            ledger.settle(grant)

    return Case(name, update, block, goal)


_PROCESS = """
import sys, time
sys.path[:0] = sys.argv[4:]
from rezoom.quota import Limits, Policy, SQLiteLedger
ledger = SQLiteLedger(sys.argv[1], durability="normal", patience=60)
policy = Policy(Limits(10**6, 10**6, account_day=10**9, per_second=1e6))
asked = [policy.reservation("bench", n, f"host-{n}") for n in range(100)]
start = time.process_time()
for number in range(int(sys.argv[3])):
    grant = ledger.reserve(asked[number % 100], f"{sys.argv[2]}-{number}", wait=1e9)
    ledger.settle(grant)
print(time.process_time() - start)
"""


def in_processes(updates: int) -> Table:
    """Count what an update costs the ledger of one process alone, and of four on one file."""
    found: list[list[float]] = [[], []]
    for row, processes in enumerate((1, 4)):
        for turn in range(5):
            file = str(_FOLDER / f"processes-{processes}-{turn}.sqlite3")
            started = [
                subprocess.Popen(
                    [sys.executable, "-c", _PROCESS, file, str(nth), str(updates), *sys.path],
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for nth in range(processes)
            ]
            spent = [float(one.communicate()[0]) for one in started]
            found[row].append(sum(spent) / processes / updates * 1e6)
    names = ["one process alone", "four processes on one file"]
    title = "SQLite ledger, NORMAL: reserve and settle, CPU of each process"
    return Table(title, figures(names, [None, None], found))


def refusal(ledger: Ledger) -> Callable[[], object]:
    """Fill a meeting, and ask for one place more."""
    asked = Policy().reservation("api.zoom.us/full", 1, "host")
    for number in range(100):
        ledger.settle(ledger.reserve(asked, f"full-{number}"))
    numbers = count()

    def refused() -> None:
        try:
            ledger.reserve(asked, f"refused-{next(numbers)}")
        except QuotaExceeded:
            return
        raise AssertionError("the hundred and first was let through")

    return refused


def _steps(
    ledger: Ledger,
    name: str,
    reserving: Goal | None,
    settling: Goal | None,
    *,
    block: int = BLOCK,
    meetings: int = MEETINGS,
) -> tuple[Case, Case]:
    """Time reserving a block of places, and settling another."""
    # A host of its own each; and none is met for the first time while the clock runs.
    asked = [POLICY.reservation("api.zoom.us/bench", n, f"host-{n}") for n in range(meetings)]
    numbers, left = count(), 90 * meetings  # each has a hundred
    given: list[Grant] = []

    def reserve() -> None:
        nonlocal left
        left -= block
        if left < 0:
            ledger.reset()
            left = 90 * meetings
        for _ in range(block):
            number = next(numbers)
            token = f"{number:032x}"
            given.append(ledger.reserve(asked[number % meetings], token, wait=LONGEST))

    def settle() -> None:
        for grant in given:
            ledger.settle(grant)
        given.clear()

    for _ in range(meetings // block + 1):
        reserve()
        settle()
    return (
        Case(f"{name}: reserve", reserve, block, reserving, prepare=settle),
        Case(f"{name}: settle", settle, block, settling, prepare=reserve),
    )
