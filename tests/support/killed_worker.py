"""Children that spend from a ledger until they are killed; each tells what it has been told.

For each line on stdin a child is forked, which saves the time that Python takes to start. It says
who it is and then, after each step, what was done; when it is dead, its parent says so.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from typing import Literal

from rezoom import QuotaExceeded
from rezoom.quota import Reservation, Scope, SQLiteLedger

LIMIT = 250
ENDS = {"settle": "settled", "abandon": "unknown", "release": "released"}


def asking(name: object) -> Reservation:
    """Ask for a place in a scope whose requests stay rows, and in one whose become numbers."""
    return Reservation(
        (
            Scope("meeting", f"a/b/meeting/{name}", LIMIT),
            Scope("host", f"a/b/host/{name}", 10**6, "utc-day"),
        )
    )


def tell(line: str) -> None:
    """Write a line at once and whole."""
    os.write(1, f"{line}\n".encode())


def spend(ledger: SQLiteLedger) -> None:
    """Reserve and end, again and again."""
    name = os.getpid()
    chance = random.Random(name)  # noqa: S311 - not a secret
    tell(f"child {name}")
    for number in range(10 * LIMIT):
        token = f"{name}-{number}"
        try:
            grant = ledger.reserve(asking(name), token)
        except QuotaExceeded:
            break
        tell(f"pending {token}")
        if chance.random() < 0.9:
            end = chance.choice(list(ENDS))
            getattr(ledger, end)(grant)
            tell(f"{ENDS[end]} {token}")
    signal.pause()


def write(ledger: SQLiteLedger) -> None:
    """Keep the file busy."""
    tell("writing")
    number = 0
    while True:
        number += 1
        ledger.settle(ledger.reserve(asking(f"busy {number % 100}"), f"{number}"))
        if number % 100 == 0:
            ledger.reset("a/b/meeting/busy")


def main(what: str, path: Path, durability: Literal["full", "normal"]) -> None:
    """Do what is asked for."""
    if what == "write":
        write(SQLiteLedger(path, durability=durability, patience=30))
        return
    # In some children the first use is what is killed.
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            spend(SQLiteLedger(path, durability=durability, patience=30))
        os.waitpid(child, 0)
        tell("dead")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])  # type: ignore[arg-type]  # as the test writes it
