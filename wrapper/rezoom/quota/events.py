"""Events of a ledger, for metrics, traces and alarms."""

from .._ledger.events import (
    Blocked,
    ClockStepped,
    Event,
    ExternalAdded,
    Granted,
    LedgerFailed,
    OnEvent,
    Refused,
    Released,
    Settled,
    SlowedDown,
    Uncounted,
    Unknown,
)

__all__ = [
    "Blocked",
    "ClockStepped",
    "Event",
    "ExternalAdded",
    "Granted",
    "LedgerFailed",
    "OnEvent",
    "Refused",
    "Released",
    "Settled",
    "SlowedDown",
    "Uncounted",
    "Unknown",
]
