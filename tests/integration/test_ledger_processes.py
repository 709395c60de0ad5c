"""Many processes and one file: exact, and nothing is lost when they are killed."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import ledger_worker
import pytest
from history import BETWEEN_KILLS, KILLS, await_arrivals, busiest_second

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills and forks as POSIX does"),
]


def start(what: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that does `what`."""
    return subprocess.Popen(
        [sys.executable, ledger_worker.__file__, what, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def talk(process: subprocess.Popen[str], word: str) -> str:
    """Tell a process to go, and wait until it has ended."""
    return process.communicate(word)[0]


def kill(process: subprocess.Popen[str]) -> None:
    """End a process without a warning."""
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("each", "granted"), [(25, 100), (12, 96)])
def test_eight_processes_are_granted_exactly_what_there_is(
    tmp_path: Path, each: int, granted: int
) -> None:
    """All hundred when they ask for more, and all 96 when they ask for 96."""
    workers = [start("ask", tmp_path / "quota.sqlite3", each) for _ in range(8)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"

    assert sum(int(talk(worker, "go\n")) for worker in workers) == granted


def test_no_window_is_overspent_when_processes_are_killed(tmp_path: Path) -> None:
    """Requests arrive late, answers get lost, and one process after the other dies."""
    file, log = tmp_path / "quota.sqlite3", tmp_path / "arrivals"
    chance = random.Random(4)  # noqa: S311 - not a secret
    workers = [start("spend", file, log) for _ in range(5)]
    try:
        for kills in range(1, KILLS + 1):
            await_arrivals(log, kills * BETWEEN_KILLS)
            kill(workers.pop(chance.randrange(len(workers))))
            workers.append(start("spend", file, log))
    finally:
        for worker in workers:
            kill(worker)

    arrivals = [int(line) for line in log.read_text().split()]
    assert len(arrivals) > 4 * ledger_worker.LIMIT
    assert busiest_second(arrivals) <= ledger_worker.LIMIT


def test_the_check_of_a_history_finds_the_fullest_second() -> None:
    """Whatever its order, and with the end of a second not in it."""
    second = 10**9

    assert busiest_second([0, second, second - 1, 2 * second - 1]) == 2
    assert busiest_second([5, 4, 3, second + 3, second + 4]) == 3


def test_a_granted_place_outlives_its_process(tmp_path: Path) -> None:
    """Whatever a killed process was told, the file knows."""
    file = tmp_path / "quota.sqlite3"
    logs = [tmp_path / f"granted-{number}" for number in range(6)]
    for pair in (logs[:2], logs[2:4], logs[4:]):
        workers = [start("acknowledge", file, log) for log in pair]
        while not all(log.exists() and log.stat().st_size > 2000 for log in pair):
            assert [worker.poll() for worker in workers] == [None, None]
            time.sleep(0.005)
        for worker in workers:
            kill(worker)

    granted = {token for log in logs for token in log.read_text().split()}
    with closing(sqlite3.connect(file)) as db:
        stored = {token for (token,) in db.execute("SELECT token FROM slot")}
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(granted) > 600
    # At most the one that each process was about to be told of.
    assert len(stored - granted) <= len(logs)
    assert granted <= stored


def test_a_forked_child_counts_with_its_parent_or_not_at_all(tmp_path: Path) -> None:
    """In a file together, each on connections of its own; in memory the child is refused."""
    said = talk(start("fork", tmp_path / "quota.sqlite3"), "")

    assert said == "True\nStateLost\n21 2\n"
