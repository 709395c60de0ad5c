"""What happens to a quota, told to whoever wants to count it: metrics, traces, alarms."""

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
