"""Cost and history: what a call costs after many others should be what the first one cost."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

from rezoom import TUE, Recurrence, Series, check
from rezoom.quota import Ledger, MemoryLedger, Policy, SQLiteLedger

from .harness import Case, Goal, Run, Table, measure
from .updates import LIMITS, MEETINGS

_POLICY = Policy(LIMITS)
_FLAT = 1.25
# Before the series that are judged; what is over costs less.
_NOW = datetime(2027, 3, 1, tzinfo=UTC)
# A hundred updates each of ten thousand meetings, counted for another day.
_FILL = """
WITH RECURSIVE row(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n + 1 < ?)
INSERT INTO place SELECT 1 + n / 100 * 7919, ? + n % 100, 1, 1 FROM row
"""


def tables(run: Run) -> Iterator[Table]:
    """Yield a table for each thing that grows; the first row of each is the floor."""
    memory = [
        Case(f"after {size:,} meetings", _spending(MemoryLedger(), size), goal=_goal(size))
        for size in (0, 100, 10_000)
    ]
    yield Table("Memory ledger: reserve, settle and read", measure(memory, run))
    folder = Path(tempfile.mkdtemp(prefix="rezoom-bench-"))
    rows = (0, 10_000, 100_000 if run.quick else 1_000_000)
    full = [
        Case(f"beside {size:,} rows", _spending(_filled(folder, size), 0), goal=_goal(size))
        for size in rows
    ]
    title = "SQLite ledger, NORMAL: reserve, settle and read"
    yield Table(title, measure(full, run.fewer(11)))
    judged = [
        Case(f"a recurrence of {number} meetings", _checking(number), goal=_goal(number - 1))
        for number in (1, 10, 60)
    ]
    yield Table("check(recurrence=…)", measure(judged, run))
    planned = [
        Case(f"{number} meetings", partial(check, schedule=_series(number), now=_NOW), number)
        for number in (1, 10, 60)
    ]
    yield Table(
        "check(schedule=…), a meeting: each is looked at for its clock", measure(planned, run)
    )
    listed = [
        Case(f"{number} meetings", _series(number).occurrences, number) for number in (1, 10, 60)
    ]
    yield Table("Series.occurrences, a meeting", measure(listed, run))


def _goal(size: int) -> Goal | None:
    return Goal(_FLAT) if size else None


def _spending(ledger: Ledger, before: int) -> Callable[[], object]:
    for number in range(before):
        ledger.settle(ledger.reserve(_POLICY.reservation("bench", 1 + number), f"b{number:x}"))
    numbers = count()

    def spend() -> None:
        number = next(numbers)
        meeting = 85_000_000 + number % MEETINGS
        reservation = _POLICY.reservation("bench", meeting, f"host-{number % 1000}")
        ledger.settle(ledger.reserve(reservation, f"{number:x}", wait=1e9))
        ledger.usage(reservation)

    return spend


def _filled(folder: Path, rows: int) -> SQLiteLedger:
    path = folder / f"{rows}.sqlite3"
    ledger = SQLiteLedger(path, durability="normal")
    ledger.usage(_POLICY.reservation("bench", 1))  # makes the file
    later = int((time.time() + 20 * 3600) * 1e6)
    with sqlite3.connect(path) as connection:
        connection.execute(_FILL, (rows, later)) if rows else None
    connection.close()
    return ledger


def _checking(number: int) -> Callable[[], object]:
    series = {"type": 2, "weekly_days": "3", "repeat_interval": 1, "end_times": number}
    return partial(check, {"recurrence": series})


def _series(number: int) -> Series:
    first = datetime(2027, 3, 2, 9)
    return Recurrence.weekly(TUE).times(number).starting(first, tz="Europe/Berlin")
