"""Quota: what Zoom allows in a day, and the ledger that keeps count of it."""

from .ledger import Grant, Ledger, MemoryLedger
from .policy import Claim, Gauge, Quota

__all__ = ["Claim", "Gauge", "Grant", "Ledger", "MemoryLedger", "Quota"]
