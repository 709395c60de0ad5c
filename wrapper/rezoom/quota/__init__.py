"""Quota: what Zoom allows, and the ledgers that keep count of it."""

from .gauge import Gauge, Quota
from .ledger import Ledger
from .memory import MemoryLedger
from .policy import Claim, Limits, Policy
from .reservation import Grant, Lease, Reservation, Scope

__all__ = [
    "Claim",
    "Gauge",
    "Grant",
    "Lease",
    "Ledger",
    "Limits",
    "MemoryLedger",
    "Policy",
    "Quota",
    "Reservation",
    "Scope",
]
