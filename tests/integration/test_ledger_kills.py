"""Processes that spend are killed beside one that writes all the time: the file stays right."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Literal

import killed_worker
import pytest
from rezoom.quota import SQLiteLedger

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills and forks as POSIX does"),
]
KILLS = 150
# Of the lines that a child writes; the first one says who it is.
MOST_LINES, LINE = 60, len("pending 123456-12\n")


@contextmanager
def worker(what: str, path: Path, durability: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Run a process that does `what`, until the test is over."""
    command = [sys.executable, killed_worker.__file__, what, str(path), durability]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdin, process.stdout
        finally:
            process.kill()


def killed(orders: IO[bytes], output: IO[bytes], chance: random.Random) -> tuple[str, list[str]]:
    """Have a child killed somewhere in what it does; return its name and what it has said."""
    orders.write(b"go\n")
    orders.flush()
    _, name = output.readline().decode().split()
    if chance.random() < 0.5:
        said = b"".join(output.readline() for _ in range(chance.randrange(MOST_LINES)))
    else:
        said = output.read(chance.randrange(MOST_LINES * LINE))
    os.kill(int(name), signal.SIGKILL)
    while not said.endswith(b"dead\n"):
        said += output.readline()
    return name, said.decode().splitlines()[:-1]


def agrees(db: sqlite3.Connection, name: str, said: list[str]) -> None:
    """See that the file knows what a child was told, and at most one step more."""
    told = {token: state for state, token in (line.split() for line in said)}
    found = dict(
        db.execute("SELECT token, state FROM slot WHERE scope = ?", (f"a/b/meeting/{name}",))
    )
    differ = {
        token: (told.get(token), found.get(token))
        for token in told.keys() | found.keys()
        if told.get(token) != found.get(token, "released")
    }
    assert len(differ) <= 1, f"more than what was in flight: {differ}"
    for was_told, is_found in differ.values():
        assert was_told in (None, "pending"), "an ending that was told is not in the file"
        assert was_told is not None or is_found == "pending"
    # The other scope: requests in flight and without an answer by name, the others as a number.
    host = (f"a/b/host/{name}",)
    rows = dict(db.execute("SELECT token, state FROM slot WHERE scope = ?", host))
    assert rows == {token: state for token, state in found.items() if state != "settled"}
    counted = db.execute("SELECT state, sum(number) FROM tally WHERE scope = ? GROUP BY 1", host)
    assert Counter(dict(counted.fetchall())) == Counter(
        state for state in found.values() if state == "settled"
    )


@pytest.mark.parametrize(("durability", "seed"), [("normal", 3), ("full", 4)])
def test_a_killed_process_leaves_no_lock_and_no_half_of_a_request(
    tmp_path: Path, durability: Literal["full", "normal"], seed: int
) -> None:
    """After each kill the file is whole, is free, and holds what the process was told."""
    file = tmp_path / "quota.sqlite3"
    chance = random.Random(seed)  # noqa: S311 - not a secret
    lines = 0
    with (
        worker("write", file, durability) as (_, busy),
        worker("spend", file, durability) as (orders, output),
        closing(SQLiteLedger(file, durability=durability, patience=1)) as ledger,
    ):
        assert busy.readline() == b"writing\n"
        for kill in range(KILLS):
            name, said = killed(orders, output, chance)
            lines += len(said)
            # Within its patience, beside the one that writes; else LedgerUnavailable is raised.
            ledger.release(ledger.reserve(killed_worker.asking("after"), f"after {kill}"))
            with closing(sqlite3.connect(file, isolation_level=None)) as db:
                db.execute("BEGIN")
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                agrees(db, name, said)
    assert lines > KILLS * MOST_LINES / 4
