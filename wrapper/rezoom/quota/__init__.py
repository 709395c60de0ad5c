"""Quota: what Zoom allows, and the ledgers that keep count of it."""

from importlib import import_module
from typing import TYPE_CHECKING

from .gauge import Gauge, Quota
from .ledger import Ledger
from .memory import MemoryLedger
from .policy import Limits, Policy
from .reservation import Grant, Lease, Reservation, Scope

if TYPE_CHECKING:
    from .opening import open_ledger
    from .redis import RedisLedger
    from .sqlite import SQLiteLedger
    from .transport import Guard

_HOMES = {
    "Guard": ".transport",
    "RedisLedger": ".redis",
    "SQLiteLedger": ".sqlite",
    "open_ledger": ".opening",
}

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
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
