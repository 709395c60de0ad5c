"""Quota: what Zoom allows, and the ledgers that keep count of it."""

from importlib import import_module
from typing import TYPE_CHECKING

from .._ledger.gauge import Gauge, Quota
from .._ledger.memory import MemoryLedger
from .._ledger.model import Grant, Lease, Reservation, Scope
from .._ledger.policy import Limits, Policy
from .._ledger.protocol import Ledger

if TYPE_CHECKING:
    from .._http.guard import Guard
    from .._ledger.opening import open_ledger
    from .._ledger.redis.redis_ledger import RedisLedger
    from .._ledger.sqlite.sqlite_ledger import SQLiteLedger

_HOMES = {
    "Guard": ".._http.guard",
    "RedisLedger": ".._ledger.redis.redis_ledger",
    "SQLiteLedger": ".._ledger.sqlite.sqlite_ledger",
    "open_ledger": ".._ledger.opening",
}
# Found here, though not promised: pickles of public values hold them.
_IN_PICKLES = {
    "Pace": ".._ledger.pacing",
    "_Plan": ".._ledger.policy",
}
_HOME_OF = _HOMES | _IN_PICKLES

__all__ = [
    "Gauge",
    "Grant",
    "Guard",
    "Lease",
    "Ledger",
    "Limits",
    "MemoryLedger",
    "Policy",
    "Quota",
    "RedisLedger",
    "Reservation",
    "SQLiteLedger",
    "Scope",
    "open_ledger",
]


def __getattr__(name: str) -> object:
    # Loaded on first use: who counts in memory needs neither sqlite3 nor anyio.
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name], __name__), name)
    if name == "events":
        return import_module(".events", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
