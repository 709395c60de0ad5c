"""What counting costs: the ledgers beside a bare SQLite transaction, three limits at a time."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from rezoom.errors import QuotaExceeded
from rezoom.quota import Ledger, Limits, MemoryLedger, Policy
from rezoom.quota.sqlite import SQLiteLedger

from .harness import Case

# Three limits and a pace, as on the free plan, but with the day and the pace out of reach: every
# reservation does its full work, and none is refused.
POLICY = Policy(Limits(account_day=10**9, per_second=1e6))
MEETINGS = 3000
ACCOUNT = "bench"
_FOLDER = Path(tempfile.mkdtemp(prefix="rezoom-bench-"))


def cases() -> list[Case]:
    """Reserve and settle; the floor is one transaction for one limit, so a pair is about two."""
    normal = SQLiteLedger(_FOLDER / "normal.sqlite3", durability="normal")
    full = SQLiteLedger(_FOLDER / "full.sqlite3", durability="full")
    return [
        Case("floor: BEGIN IMMEDIATE … COMMIT, one limit", _floor(_FOLDER / "floor.sqlite3")),
        Case("SQLite NORMAL: reserve and settle, three limits", _pair(normal), goal=3.5),
        Case("SQLite FULL: reserve and settle, three limits", _pair(full)),
        Case("SQLite NORMAL: refusal", _refusal(normal), goal=1.0),
        Case("memory: reserve and settle, three limits", _pair(MemoryLedger())),
        Case("memory: refusal", _refusal(MemoryLedger())),
    ]


def _floor(path: Path) -> Callable[[], object]:
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
        scope = f"meeting/{number % 1000}"
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM slot WHERE scope = ? AND free_at <= ?", (scope, 0))
        connection.execute("SELECT count(*) FROM slot WHERE scope = ?", (scope,)).fetchone()
        connection.execute("INSERT INTO slot VALUES (?, ?, ?)", (scope, number, number))
        connection.execute("COMMIT")

    return transaction


def _pair(ledger: Ledger) -> Callable[[], object]:
    spent = [POLICY.reservation(ACCOUNT, n, f"host-{n}") for n in range(MEETINGS)]
    numbers = count()

    def reserve_and_settle() -> None:
        number = next(numbers)
        ledger.settle(ledger.reserve(spent[number % MEETINGS], f"{number:x}", wait=1e9))

    return reserve_and_settle


def _refusal(ledger: Ledger) -> Callable[[], object]:
    spent = Policy().reservation(f"{ACCOUNT}-full", 1, "host")
    for number in range(100):
        ledger.settle(ledger.reserve(spent, f"full-{number}"))
    numbers = count()

    def refused() -> None:
        try:
            ledger.reserve(spent, f"refused-{next(numbers)}")
        except QuotaExceeded:
            return
        raise AssertionError("the hundred and first was let through")

    return refused
