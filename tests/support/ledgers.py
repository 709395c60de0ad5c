"""Every ledger there is, for tests that all of them have to pass."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias, cast

import anyio
import redis_server
from clocks import FakeClock
from rezoom._ledger.pacing import Pace
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom._times import SECOND
from rezoom.quota import Lease, Ledger, MemoryLedger, Reservation, Scope, SQLiteLedger

Factory: TypeAlias = Callable[[Path, FakeClock], AbstractContextManager[Ledger]]


def _memory(folder: Path, clock: FakeClock) -> AbstractContextManager[Ledger]:
    return closing(MemoryLedger(clock=clock))


def _sqlite(folder: Path, clock: FakeClock) -> AbstractContextManager[Ledger]:
    return closing(SQLiteLedger(folder / "quota.sqlite3", durability="normal", clock=clock))


def _redis(version: str, folder: Path, clock: FakeClock) -> AbstractContextManager[Ledger]:
    server, used = redis_server.shared(version), folder / "redis"
    if not used.exists():
        with server.client() as client:
            client.flushall()
        used.touch()
    return closing(RedisLedger(server.url, clock=clock, server_clock=clock))


class _Turns:
    """Two ledgers that share what they count, asked by turns: each sees what the other does."""

    def __init__(self, *ledgers: Ledger) -> None:
        self._all, self._next = ledgers, cycle(ledgers)

    def __getattr__(self, name: str) -> Any:
        return getattr(next(self._next), name)

    def close(self) -> None:
        for ledger in self._all:
            ledger.close()


class _Boot:
    """A clock since boot that goes by the test's."""

    id = "this one"

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def read(self) -> int:
        return round(self._clock.monotonic() * SECOND)


def _sqlite_by_two(folder: Path, clock: FakeClock) -> AbstractContextManager[Ledger]:
    options: Any = {"durability": "normal", "clock": clock, "boot": _Boot(clock)}
    both = (SQLiteLedger(folder / "quota.sqlite3", **options) for _ in range(2))
    return closing(cast("Ledger", _Turns(*both)))


# Another ledger joins by a line here; the folder is for its files, the clock what it counts by.
LEDGERS: Mapping[str, Factory] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "sqlite by two": _sqlite_by_two,
} | {version: partial(_redis, version) for version in redis_server.PACKAGES}


class _Awaited:
    """A ledger whose blocking methods call their awaited namesakes, in an event loop each."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        twin = getattr(self._ledger, f"a{name}", None)
        if twin is None:
            return getattr(self._ledger, name)
        return lambda *args, **named: anyio.run(partial(twin, *args, **named))


def through_async(ledger: Ledger) -> Ledger:
    """Ask a ledger by its async methods alone."""
    return cast("Ledger", _Awaited(ledger))


def asking(
    *,
    limit: int | None = 3,
    key: str = "one",
    host: int | None = None,
    pace: Pace | None = None,
    exclusive: bool = False,
    lease: Lease | None = None,
) -> Reservation:
    """Ask for a place in a rolling scope, and in a daily one of a host if that has a limit."""
    scopes = [Scope("meeting", f"account/meeting/{key}", limit, exclusive=exclusive)]
    if host is not None:
        scopes.append(Scope("host", "account/host/h", host, "utc-day"))
    return Reservation(tuple(scopes), pace, lease or Lease())


def spend(ledger: Ledger, count: int) -> None:
    """Take and settle that many of three places."""
    for _ in range(count):
        ledger.settle(ledger.reserve(asking(), os.urandom(8).hex()))
