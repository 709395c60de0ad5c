"""What should not grow: a call with history, and the time for which an event loop stands still."""

from __future__ import annotations

import asyncio
import gc
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count, cycle
from pathlib import Path

from rezoom.quota import Limits, Policy, Reservation, SQLiteLedger

from .harness import Case, Goal, Run, Table, figures, measure
from .ledgers import LONGEST

_POLICY = Policy(Limits(10**6, 10**6, account_day=10**9, per_second=1e6))
# A meeting that is one short of its hundred.
_EACH = 99
_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_ASKED_FOR = 10
_FLAT = Goal(1.25)
_UPDATES = 1000
_COPIES = count()
_FOLDER = Path(tempfile.mkdtemp(prefix="rezoom-bench-"))


def tables(run: Run) -> Iterator[Table]:
    """Yield the curves over the rows in the file, and what tasks of a loop wait for."""
    sizes = _SIZES[:3] if run.quick else _SIZES
    files = {size: _filled(size) for size in sizes}
    untouched = {size: _copied(file) for size, file in files.items()}
    few = run.fewer(9)
    again = [
        Case(f"beside {size:,} rows", _spending(file, _ASKED_FOR), goal=_goal(size))
        for size, file in files.items()
    ]
    most = sizes[-1]
    turns = _spending(_copied(files[most]), most // _EACH)
    every = Case(f"beside {most:,} rows, every meeting in turn", turns)
    title = f"SQLite ledger, NORMAL: reserve and settle, ten meetings with {_EACH} rows each"
    yield Table(title, measure([*again, every], few))
    first = [
        Case(f"beside {size:,} rows", _starting(file), goal=_goal(size))
        for size, file in untouched.items()
    ]
    yield Table("SQLite ledger, NORMAL: open the file, reserve, settle, close", measure(first, few))
    yield _standing_still(3 if run.quick else 9)


def _goal(size: int) -> Goal | None:
    return None if size == _SIZES[0] else _FLAT


def _filled(rows: int) -> Path:
    path = _FOLDER / f"{rows}.sqlite3"
    later = int((time.time() + 20 * 3600) * 1e6)
    with closing(SQLiteLedger(path)) as ledger:
        ledger.usage(_asked(0))  # makes the file
    scopes = sorted(_asked(meeting).scopes[0].key for meeting in range(rows // _EACH))
    settled = ((scope, f"{nth}", later + nth) for scope in scopes for nth in range(_EACH))
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("INSERT INTO slot VALUES (?, ?, 'settled', ?, 0)", settled)
    return path


def _copied(path: Path) -> Path:
    return Path(shutil.copy(path, path.with_name(f"{next(_COPIES)}-{path.name}")))


def _asked(meeting: int) -> Reservation:
    return _POLICY.reservation("bench", meeting, f"host-{meeting % 10}")


def _spending(path: Path, meetings: int) -> Callable[[], object]:
    ledger, numbers = SQLiteLedger(path, durability="normal"), count()
    asked = cycle([_asked(meeting) for meeting in range(meetings)])
    for _ in range(meetings):
        _update(ledger, next(asked), f"{path.stem}-{meetings}-warm-{next(numbers)}")
    return lambda: _update(ledger, next(asked), f"{path.stem}-{meetings}-{next(numbers)}")


def _starting(path: Path) -> Callable[[], object]:
    asked = cycle([_asked(meeting) for meeting in range(_ASKED_FOR)])
    numbers = count()

    def start() -> None:
        with closing(SQLiteLedger(path, durability="normal")) as ledger:
            _update(ledger, next(asked), f"start-{next(numbers)}")

    return start


def _update(ledger: SQLiteLedger, asked: Reservation, token: str) -> None:
    ledger.settle(ledger.reserve(asked, token, wait=LONGEST))


def _standing_still(rounds: int) -> Table:
    """Tick beside a task that reserves and settles; between ticks the loop stands still."""
    files = {name: _FOLDER / f"loop-{name}.sqlite3" for name in ("normal", "full", "blocking")}
    names = [
        "blocking reserve, the median",
        f"blocking reserve, the longest of {_UPDATES}",
        "loop stands still at NORMAL, at most",
        "loop stands still at FULL, at most",
        "loop stands still without a ledger, at most",
    ]
    goals = [None, None, Goal(1, beside=names[1]), Goal(1, beside=names[1]), None]
    found: list[list[float]] = [[] for _ in names]
    gc.collect()
    gc.disable()
    for turn in range(rounds):
        with closing(SQLiteLedger(files["blocking"], durability="normal")) as ledger:
            each = sorted(_blocking(ledger, turn))
        found[0].append(each[len(each) // 2])
        found[1].append(each[-1])
        for row, name in ((2, "normal"), (3, "full")):
            with closing(SQLiteLedger(files[name], durability=name)) as ledger:  # type: ignore[arg-type]  # it is one of the two
                found[row].append(asyncio.run(_ticking(ledger, turn)))
        found[4].append(asyncio.run(_ticking(None, turn)))
    gc.enable()
    note = (
        f"{_UPDATES} updates a round, with the time of the thread; the ledger's own work is in a"
        " worker thread, so the loop stands still for the hand-over alone"
    )
    title = "SQLite ledger: how long an event loop stands still"
    return Table(title, figures(names, goals, found), note=note)


def _blocking(ledger: SQLiteLedger, turn: int) -> Iterator[float]:
    for nth in range(_UPDATES):
        asked = _asked(nth % 100)
        start = time.thread_time()
        grant = ledger.reserve(asked, f"blocking-{turn}-{nth}", wait=LONGEST)
        passed = time.thread_time() - start
        ledger.settle(grant)
        yield passed * 1e6


async def _ticking(ledger: SQLiteLedger | None, turn: int) -> float:
    longest, busy = 0.0, True

    async def tick() -> None:
        nonlocal longest
        last = time.thread_time()
        while busy:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    async def update() -> None:
        nonlocal busy
        for nth in range(_UPDATES):
            if ledger is not None:
                asked = _asked(nth % 100)
                await asyncio.sleep(0)
                grant = await ledger.areserve(asked, f"loop-{turn}-{nth}", wait=LONGEST)
                await asyncio.sleep(0)  # here it would be sent
                await ledger.asettle(grant)
            await asyncio.sleep(0)
        busy = False

    if ledger is not None:  # opens the file, in a thread
        await ledger.asettle(await ledger.areserve(_asked(0), f"loop-{turn}", wait=LONGEST))
    await asyncio.gather(tick(), update())
    return longest * 1e6
