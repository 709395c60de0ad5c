"""Other limiters beside the ledgers: a place in one window of 24 hours, exact or not.

A ledger keeps three limits and a pace at once, and is told of the answer too; the others keep one.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import limits
import pyrate_limiter as pyrate
import redis
from rezoom.quota import MemoryLedger, RedisLedger, SQLiteLedger

from .harness import Case, Run, Table, measure
from .ledgers import pair
from .updates import redis_url

KEYS = 200
# Out of reach: nothing is refused, and nobody waits.
MOST = 10**6
DAY = 86_400
_FOLDER = Path(tempfile.mkdtemp(prefix="rezoom-bench-"))
_THROTTLE = "token_throttle"
_MISSING = "token-throttle is missing: it needs Python 3.12 or later, and this is {}.{}"


def tables(run: Run) -> Iterator[Table]:
    """Yield a table for each kind of store; the first row of each is the ledger."""
    note = "" if find_spec(_THROTTLE) else _MISSING.format(*sys.version_info)
    yield Table("Beside other limiters, in memory", measure(in_memory(), run), note=note)
    few = run.fewer(7)
    yield Table("Beside other limiters, in a file", measure(in_a_file(), few), note=note)
    yield Table("Beside other limiters, in Redis", measure(in_redis(), run), note=note)


def in_memory() -> list[Case]:
    """Measure limiters of one process."""
    return [
        Case("rezoom, memory: three limits, reserve and settle", pair(MemoryLedger())),
        Case("limits, moving window", _moving(limits.storage.MemoryStorage())),
        Case("pyrate-limiter, sliding window log", _pyrate(pyrate.InMemoryBucket)),
        *_throttling("SyncMemoryBackendBuilder"),
    ]


def in_a_file() -> list[Case]:
    """For the processes of one machine; `limits` keeps nothing in files."""
    ledger = SQLiteLedger(_FOLDER / "ledger.sqlite3", durability="normal")
    numbers = count()

    def table(rates: list[pyrate.Rate], *, locked: bool) -> pyrate.AbstractBucket:
        # A table for each key, as it wants.
        return pyrate.SQLiteBucket.init_from_file(
            rates,
            f"bucket_{next(numbers)}",
            str(_FOLDER / f"pyrate-{locked}.sqlite3"),
            use_file_lock=locked,
        )

    return [
        Case("rezoom, SQLite at NORMAL: three limits, reserve and settle", pair(ledger)),
        Case("pyrate-limiter, SQLite", _pyrate(partial(table, locked=False))),
        Case("pyrate-limiter, SQLite and a file lock", _pyrate(partial(table, locked=True))),
        *_throttling("SyncSqliteBackendBuilder", _FOLDER / "throttle.sqlite3", key_prefix="bench"),
    ]


def in_redis() -> list[Case]:
    """For all machines that reach the server."""
    client: Any = redis.Redis.from_url(redis_url())
    numbers = count()

    def key(rates: list[pyrate.Rate]) -> Any:
        return pyrate.RedisBucket.init(rates, client, f"pyrate-{next(numbers)}")

    return [
        Case("rezoom, Redis: three limits, reserve and settle", pair(RedisLedger(redis_url()))),
        Case("limits, moving window", _moving(limits.storage.RedisStorage(redis_url()))),
        Case("pyrate-limiter, sliding window log", _pyrate(key)),
        *_throttling("SyncRedisBackendBuilder", client, key_prefix="bench"),
    ]


def _moving(storage: Any) -> Callable[[], object]:
    limiter = limits.strategies.MovingWindowRateLimiter(storage)
    most, numbers = limits.RateLimitItemPerDay(MOST), count()
    return lambda: _taken(limiter.hit(most, f"meeting/{next(numbers) % KEYS}"))


def _pyrate(make: Callable[[list[pyrate.Rate]], Any]) -> Callable[[], object]:
    rates = [pyrate.Rate(MOST, pyrate.Duration.DAY)]
    limiters = [
        pyrate.Limiter(pyrate.SingleBucketFactory(make(rates), schedule_leak=False))
        for _ in range(KEYS)
    ]
    numbers = count()
    return lambda: _taken(limiters[next(numbers) % KEYS].try_acquire("one", blocking=False))


def _throttling(backend: str, *where: object, **options: object) -> list[Case]:
    if find_spec(_THROTTLE) is None:
        return []
    throttle = import_module(_THROTTLE)
    quotas = throttle.UsageQuotas([throttle.Quota(metric="requests", limit=MOST, per_seconds=DAY)])
    limiter = throttle.SyncRateLimiter(
        lambda _: throttle.PerModelConfig(quotas=quotas),
        backend=getattr(throttle, backend)(*where, **options),
    )
    numbers, used = count(), {"requests": 1}

    def acquire_and_settle() -> None:
        taken = limiter.acquire_capacity(used, model=f"meeting/{next(numbers) % KEYS}")
        limiter.refund_capacity(used, taken)

    return [Case("token-throttle, token bucket: acquire and settle", acquire_and_settle)]


def _taken(place: object) -> None:
    if not place:
        raise AssertionError("refused, far below the limit")
