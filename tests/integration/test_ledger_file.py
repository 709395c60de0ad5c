"""The file of a ledger in use: opened, written, locked, and shared by all who count."""

from __future__ import annotations

import logging
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from clocks import MONDAY_NOON, FakeClock
from ledgers import asking, spend
from rezoom import QuotaExceeded
from rezoom._ledger.sqlite import database_file
from rezoom.errors import LedgerUnavailable
from rezoom.quota import SQLiteLedger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file that is not there yet, in a folder that is not there yet."""
    return tmp_path / "state" / "quota.sqlite3"


@pytest.fixture
def ledger(path: Path, clock: FakeClock) -> Iterator[SQLiteLedger]:
    """A ledger that gives up soon."""
    with closing(SQLiteLedger(path, clock=clock, patience=0.05)) as made:
        yield made


def test_nothing_is_opened_before_the_first_use(path: Path, clock: FakeClock) -> None:
    """Making a ledger touches no disk."""
    SQLiteLedger(path, clock=clock)

    assert not path.parent.exists()


def test_the_file_is_its_owners_alone(ledger: SQLiteLedger, path: Path) -> None:
    """And so are its folder and what SQLite puts beside it."""
    spend(ledger, 1)

    modes = {found: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.smoke
def test_two_ledgers_on_one_file_count_together(
    ledger: SQLiteLedger, path: Path, clock: FakeClock
) -> None:
    """What one spends the other sees."""
    spend(ledger, 2)
    with closing(SQLiteLedger(path, clock=clock)) as other:
        spend(other, 1)

        with pytest.raises(QuotaExceeded):
            spend(ledger, 1)
        assert other.usage(asking()).used == 3


def test_a_full_ledger_notices_a_place_that_another_process_gave_back(
    ledger: SQLiteLedger, path: Path, clock: FakeClock
) -> None:
    """A refusal is remembered only as long as the file is unchanged."""
    spend(ledger, 2)
    with closing(SQLiteLedger(path, clock=clock)) as other:
        grant = other.reserve(asking(), "given back")
        for _ in range(3):
            with pytest.raises(QuotaExceeded):
                ledger.reserve(asking(), "one too many")
        other.release(grant)

    assert ledger.reserve(asking(), "in its place")


@pytest.mark.smoke
def test_a_count_survives_closing(ledger: SQLiteLedger) -> None:
    """The next call opens the file again."""
    spend(ledger, 2)
    ledger.close()

    assert ledger.usage(asking()).used == 2


def test_thousands_of_answers_leave_nothing_behind(
    ledger: SQLiteLedger, path: Path, clock: FakeClock
) -> None:
    """Places of meetings that nobody asks for any more are swept out."""
    for number in range(600):
        asked = asking(key=f"{number}")
        ledger.settle(ledger.reserve(asked, f"first {number}"))
    clock.advance(timedelta(days=2))
    for number in range(1800):
        ledger.settle(ledger.reserve(asking(key="busy", limit=2000), f"{number}"))

    with closing(sqlite3.connect(path)) as db:
        (left,) = db.execute("SELECT count(*) FROM quota").fetchone()

    assert left < 100


def test_threads_that_open_a_file_at_once_all_count(path: Path, clock: FakeClock) -> None:
    """Each of them looks at a file that none has looked at before."""
    for turn in range(20):
        file = path.with_name(f"{turn}.sqlite3")
        with closing(SQLiteLedger(file, clock=clock)) as ledger, ThreadPoolExecutor(8) as pool:
            together = threading.Barrier(8)

            def ask(number: int) -> str:
                together.wait(5)  # noqa: B023 - all have asked when the loop goes on
                return ledger.reserve(asking(limit=8), f"{number}").token

            assert len(set(pool.map(ask, range(8)))) == 8


FORKS = """
import os, sys, threading
from rezoom.quota import Policy, Limits, SQLiteLedger
ledger = SQLiteLedger(sys.argv[1], durability=sys.argv[2], patience=2)
asked = [Policy(Limits(meeting=10**6)).reservation("a", n) for n in range(5)]
done = threading.Event()

def work(own):
    for number in range(10**6):
        if done.is_set():
            return
        ledger.settle(ledger.reserve(asked[own], f"{own}-{number}"))

threads = [threading.Thread(target=work, args=(own,)) for own in range(3)]
for thread in threads:
    thread.start()
for turn in range(12):
    child = os.fork()
    if not child:
        try:
            ledger.settle(ledger.reserve(asked[3], f"child {turn}"))
            SQLiteLedger(sys.argv[1], patience=2).release(ledger.reserve(asked[4], f"new {turn}"))
        except BaseException as error:
            print(error, flush=True)
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
done.set()
for thread in threads:
    thread.join()
print(ledger.usage(asked[3]).used, ledger.usage(asked[4]).pending)
"""


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_a_child_that_is_forked_amid_the_steps_of_threads_counts_too(
    path: Path, durability: str
) -> None:
    """A fork waits for them, or the child would inherit a lock that nobody can let go."""
    command = [sys.executable, "-W", "ignore", "-c", FORKS, str(path), durability]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.stdout, ran.returncode) == ("12 0\n", 0)


def test_the_shell_of_sqlite_shows_dates_and_states(ledger: SQLiteLedger, path: Path) -> None:
    """One row a slot, without anything packed."""
    asked = asking(limit=9, host=9, exclusive=True)
    ledger.settle(ledger.reserve(asked, "answered"))
    ledger.reserve(asked, "in flight")
    ledger.block(asked, "host", MONDAY_NOON + timedelta(hours=3), "seen in a 429")

    with closing(sqlite3.connect(path)) as db:
        shown = db.execute("SELECT scope, state, number, frees, token FROM quota").fetchall()
        kinds = {kind.split("(")[0] for (kind,) in db.execute(_COLUMNS)}
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()

    assert shown == [
        ("account/host/h", "pending", 1, "2026-12-08 00:01:00", "in flight"),
        ("account/meeting/one", "settled", 1, "2026-12-08 12:01:00", "answered"),
        ("account/meeting/one", "pending", 1, "2026-12-08 12:16:00", "in flight"),
        ("account/host/h", "settled", 1, "2026-12-08 00:01:00", ""),
        ("account/host/h", "blocked", 0, "2026-12-07 15:00:00", "seen in a 429"),
    ]
    assert kinds == {"TEXT", "INTEGER", "REAL"}
    assert tables <= 7


_COLUMNS = """SELECT p.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p
WHERE m.type = 'table'"""


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_what_is_granted_is_synced_and_what_is_answered_is_not(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, durability: Any
) -> None:
    """Losing an answer in a power cut only counts a place for longer; "normal" syncs nothing."""
    used: list[tuple[str, int]] = []

    class Spy(database_file.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            if statement == "COMMIT":
                used.append((what, super().execute("PRAGMA synchronous").fetchone()[0]))
            return super().execute(statement, *values)

    what = ""
    with closing(SQLiteLedger(path, clock=clock, durability=durability)) as ledger:
        spend(ledger, 1)
        ledger.close()
        monkeypatch.setattr(database_file, "Connection", Spy)
        spend(ledger, 1)
        used.clear()
        what = "reserve"
        grant = ledger.reserve(asking(limit=9), "token")
        what = "settle"
        ledger.settle(grant)

    # https://www.sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL, 2 is FULL.
    assert used == [("reserve", 2 if durability == "full" else 1), ("settle", 1)]


def test_a_locked_file_refuses_after_the_deadline(ledger: SQLiteLedger, path: Path) -> None:
    """And works again afterwards; an answer that could not be written is only logged."""
    grant = ledger.reserve(asking(), "first")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match="is locked by another process"):
            ledger.reserve(asking(), "second")
        ledger.settle(grant)

    assert ledger.usage(asking()).pending == 1
    assert ledger.reserve(asking(), "second")


def test_an_answer_that_is_not_written_down_is_logged(
    ledger: SQLiteLedger, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its place only counts for longer."""
    grant = ledger.reserve(asking(), "first")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ledger.settle(grant)

    assert "an answer was not written down" in caplog.text


def test_a_locked_file_does_not_hold_up_the_event_loop(path: Path, clock: FakeClock) -> None:
    """The call moves to a thread and waits there."""

    async def both(ledger: SQLiteLedger) -> list[str]:
        order: list[str] = []

        async def reserve() -> None:
            await ledger.areserve(asking(), "waits")
            order.append("reserved")

        await ledger.areserve(asking(), "first")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            async with anyio.create_task_group() as tasks:
                other.execute("BEGIN IMMEDIATE")
                tasks.start_soon(reserve)
                for _ in range(10):
                    await anyio.lowlevel.checkpoint()
                order.append("the loop runs")
                other.execute("ROLLBACK")
        return order

    with closing(SQLiteLedger(path, durability="normal", clock=clock)) as ledger:
        assert anyio.run(both, ledger) == ["the loop runs", "reserved"]


@pytest.mark.parametrize("durability", ["full", "normal"])
def test_tasks_of_two_event_loops_share_a_ledger(
    path: Path, clock: FakeClock, durability: str
) -> None:
    """One after the other, and both at once."""

    async def ask(ledger: SQLiteLedger, tag: str) -> int:
        admitted = 0

        async def one(number: int) -> None:
            nonlocal admitted
            try:
                grant = await ledger.areserve(asking(limit=20), f"{tag}{number}")
            except QuotaExceeded:
                return
            await ledger.asettle(grant)
            admitted += 1

        async with anyio.create_task_group() as tasks:
            for number in range(15):
                tasks.start_soon(one, number)
        return admitted

    async def beside(ledger: SQLiteLedger) -> int:
        return await anyio.to_thread.run_sync(anyio.run, ask, ledger, "b")

    async def together(ledger: SQLiteLedger) -> int:
        total = 0

        async def add(tag: str) -> None:
            nonlocal total
            admitted = await (ask(ledger, tag) if tag == "c" else beside(ledger))
            total += admitted

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(add, "b")
            tasks.start_soon(add, "c")
        return total

    options = {"durability": durability, "clock": clock}
    with closing(SQLiteLedger(path, **options)) as ledger:  # type: ignore[arg-type] # parametrised
        assert anyio.run(ask, ledger, "a") == 15
        assert anyio.run(together, ledger) == 5


def test_async_answers_do_not_let_the_log_grow(path: Path, clock: FakeClock) -> None:
    """The event loop never checkpoints, so something else has to."""

    async def work(ledger: SQLiteLedger) -> None:
        for number in range(1500):
            asked = asking(key=f"{number}", host=10**6)
            await ledger.asettle(await ledger.areserve(asked, f"{number}"))

    with closing(SQLiteLedger(path, durability="normal", clock=clock)) as ledger:
        anyio.run(work, ledger)

        assert path.with_name(f"{path.name}-wal").stat().st_size < 10 * 2**20


def test_without_threads_the_async_methods_still_work(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system lets no thread start: the call is made in the event loop's own."""

    def start(thread: object) -> None:
        raise RuntimeError("can't start new thread")

    async def update(ledger: SQLiteLedger) -> int:
        await ledger.asettle(await ledger.areserve(asking(), "token"))
        return (await ledger.ausage(asking())).used

    with closing(SQLiteLedger(path, clock=clock)) as ledger:
        monkeypatch.setattr(threading.Thread, "start", start)
        assert anyio.run(update, ledger) == 1


# In a process of its own, because root may write anything and has to become somebody else.


def test_a_copy_of_an_empty_file_becomes_a_ledger(path: Path, clock: FakeClock) -> None:
    """Such as one that `touch` or a temporary file made."""
    path.parent.mkdir()
    path.touch()
    with closing(SQLiteLedger(path, clock=clock)) as ledger:
        assert ledger.reserve(asking(), "token")


@pytest.mark.parametrize("statement", range(3))
def test_a_file_that_is_being_made_is_no_foreign_one(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    """Another process makes it between any two looks of ours."""
    path.parent.mkdir()
    path.touch()
    real, executed = database_file.connect, 0

    class Slow(database_file.Connection):
        def execute(self, *words: Any) -> sqlite3.Cursor:
            nonlocal executed
            if executed == statement:
                monkeypatch.setattr(database_file, "connect", real)
                with closing(SQLiteLedger(path, clock=clock)) as faster:
                    spend(faster, 1)
            executed += 1
            return super().execute(*words)

    def slow(path: Path, patience: float) -> sqlite3.Connection:
        address = f"{path.as_uri()}?mode=rw"
        return sqlite3.connect(address, uri=True, timeout=patience, factory=Slow)

    monkeypatch.setattr(database_file, "connect", slow)
    with closing(SQLiteLedger(path, clock=clock)) as ledger:
        assert ledger.reserve(asking(), "token")

        assert ledger.usage(asking()).remaining == 1
    assert executed > statement


def test_the_system_without_a_clock_since_boot_is_named(
    ledger: SQLiteLedger, caplog: pytest.LogCaptureFixture
) -> None:
    """Steps of the wall clock forward go unnoticed there."""
    with caplog.at_level(logging.WARNING):
        spend(ledger, 1)

    assert "set forward" in caplog.text
