"""A process that spends from a ledger in Redis; what it does is named by its first argument."""

from __future__ import annotations

import os
import random
import sys
import time
from datetime import timedelta

from ledger_worker import SCALED, now
from rezoom import QuotaExceeded
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.errors import LedgerUnavailable, SlotExpired
from rezoom.quota import Reservation, Scope


def ask(url: str, count: int) -> None:
    """When told to go, ask that many times for one meeting; print how many were granted."""
    ledger = RedisLedger(f"{url}?socket_timeout=30")
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


def spend(url: str, log: str) -> None:
    """Send as fast as the ledger lets, also while its server is down; write down every arrival."""
    ledger = RedisLedger(url)
    arrivals = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    rand = random.Random(os.getpid())  # noqa: S311 - not a secret
    number = 0
    while True:
        number += 1
        asked_at = time.monotonic()
        try:
            grant = ledger.reserve(SCALED, f"{os.getpid()}-{number}")
        except (QuotaExceeded, LedgerUnavailable):
            time.sleep(0.001)
            continue
        time.sleep(rand.choice((0, 0.001, 0.005, 0.02, 0.2)))
        try:
            grant.check(grant.granted_at + timedelta(seconds=time.monotonic() - asked_at))
        except SlotExpired:
            ledger.release(grant)
            continue
        os.write(arrivals, f"{now()}\n".encode())
        time.sleep(rand.choice((0, 0.001, 0.02)))
        if rand.random() < 0.9:
            ledger.settle(grant)
        else:
            ledger.abandon(grant)


def scope(number: int) -> Scope:
    """Name what the process called `acknowledge` spends with its token of that number."""
    return Scope("meeting", f"{number % 7}", 10**6)


def acknowledge(url: str, log: str) -> None:
    """Reserve until the server is gone; write every token to the log once it was granted."""
    ledger = RedisLedger(url)
    granted = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    number = 0
    while True:
        number += 1
        token = f"{os.getpid()}-{number}"
        try:
            ledger.reserve(Reservation((scope(number),)), token)
        except LedgerUnavailable:
            return
        os.write(granted, f"{token}\n".encode())


def fork(url: str) -> None:
    """Spend before and after a fork, in parent and child; print what is counted."""
    ledger = RedisLedger(url)
    asked = Reservation((Scope("meeting", "one", 100),))
    ledger.reserve(asked, "before")
    child = os.fork()
    for number in range(10):
        ledger.reserve(asked, f"{os.getpid()}-{number}")
    if not child:
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(status, ledger.usage(asked).pending)


if __name__ == "__main__":
    what, address, *rest = sys.argv[1:]
    match what:
        case "ask":
            ask(address, int(rest[0]))
        case "spend":
            spend(address, rest[0])
        case "acknowledge":
            acknowledge(address, rest[0])
        case "fork":
            fork(address)
