"""A process that spends from a ledger; what it does is named by its first argument."""

from __future__ import annotations

import gc
import os
import random
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rezoom import QuotaExceeded
from rezoom.errors import SlotExpired
from rezoom.quota import Lease, Reservation, Scope, SQLiteLedger

SECOND = 1_000_000
# The window scaled down to a second; a request takes up to half of one to arrive.
LIMIT = 20
SCALED = Reservation(
    (Scope("meeting", "scaled", LIMIT, hours=1 / 3600),),
    lease=Lease(horizon=SECOND * 6 // 10, margin=SECOND // 100, send_within=SECOND // 2),
)


def now() -> int:
    """Read the clock that all processes of the machine share."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def ask(path: Path, count: int) -> None:
    """When told to go, ask that many times for one meeting; print how many were granted."""
    ledger = SQLiteLedger(path, durability="normal", patience=30)
    asked = Reservation((Scope("meeting", "one", 100), Scope("host", "host", 1000, "utc-day")))
    print("ready", flush=True)
    sys.stdin.readline()
    granted = 0
    for number in range(count):
        try:
            grant = ledger.reserve(asked, f"{os.getpid()}-{number}")
        except QuotaExceeded:
            continue
        ledger.settle(grant)
        granted += 1
    print(granted, flush=True)


def spend(path: Path, log: Path) -> None:
    """Send as fast as the ledger lets, until killed; write every arrival to the log."""
    ledger = SQLiteLedger(path, durability="normal", patience=30)
    arrivals = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rand = random.Random(os.getpid())  # noqa: S311 - not a secret
    number = 0
    while True:
        number += 1
        try:
            grant = ledger.reserve(SCALED, f"{os.getpid()}-{number}")
        except QuotaExceeded:
            time.sleep(0.001)
            continue
        time.sleep(rand.choice((0, 0.001, 0.005, 0.02, 0.2)))
        try:
            grant.check(datetime.now(UTC))
        except SlotExpired:
            ledger.release(grant)
            continue
        os.write(arrivals, f"{now()}\n".encode())
        time.sleep(rand.choice((0, 0.001, 0.02)))
        if rand.random() < 0.9:
            ledger.settle(grant)
        else:
            ledger.abandon(grant)


def acknowledge(path: Path, log: Path) -> None:
    """Reserve until killed; write every token to the log once it was granted."""
    ledger = SQLiteLedger(path, durability="normal", patience=30)
    granted = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    number = 0
    while True:
        number += 1
        token = f"{os.getpid()}-{number}"
        ledger.reserve(Reservation((Scope("meeting", f"{number % 7}", 10**6),)), token)
        os.write(granted, f"{token}\n".encode())


def _connections() -> set[int]:
    return {id(found) for found in gc.get_objects() if isinstance(found, sqlite3.Connection)}


def fork(path: Path) -> None:
    """Spend before and after a fork, in parent and child; print what is counted."""
    from rezoom.errors import StateLost
    from rezoom.quota import MemoryLedger

    asked = Reservation((Scope("meeting", "one", 100),))
    ledger, memory = SQLiteLedger(path, durability="normal"), MemoryLedger()
    ledger.reserve(asked, "before")
    memory.reserve(asked, "before")
    parents = _connections()
    child = os.fork()
    for number in range(10):
        ledger.reserve(asked, f"{os.getpid()}-{number}")
    if not child:
        print(bool(_connections() - parents), flush=True)
        try:
            memory.reserve(asked, "in the child")
        except StateLost as error:
            print(type(error).__name__, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    memory.reserve(asked, "in the parent")
    print(ledger.usage(asked).pending, memory.usage(asked).pending)


if __name__ == "__main__":
    what, file, *rest = sys.argv[1:]
    match what:
        case "ask":
            ask(Path(file), int(rest[0]))
        case "spend":
            spend(Path(file), Path(rest[0]))
        case "acknowledge":
            acknowledge(Path(file), Path(rest[0]))
        case "fork":
            fork(Path(file))
