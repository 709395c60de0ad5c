"""Events of a ledger, for metrics, traces and alarms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from .._public import public


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, and whose quota it was about; nothing in it is secret.

    `account` is the API's host and the account's id, `meeting` a number, `host` an id; either is
    None where it is not known. `took` is how long the ledger took, in seconds: waiting for its
    locks, its disk or its server included.
    """

    account: str
    meeting: int | None
    host: str | None
    took: float


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Granted(Event):
    """A place was taken; the request leaves in `pause` seconds."""

    pause: float


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Event):
    """There was no place, so nothing is sent; `scope` and the rest as in QuotaExceeded."""

    scope: str
    limit: int
    retry_at: datetime


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Event):
    """Zoom answered: the place is spent."""


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Event):
    """The request never left, or Zoom has not counted it: the place is free again."""


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(Event):
    """No answer came, and none will: the place stays counted."""


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAdded(Event):
    """Zoom has counted more than this ledger: `number` places of `scope` were spent by others."""

    scope: str
    number: int


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(Event):
    """Zoom refused for longer: nothing in `scope` is sent `until` its limit resets."""

    scope: str
    until: datetime
    why: str


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class SlowedDown(Event):
    """Zoom refused a call per second, by the `limit` its answer names: the pace slows."""

    limit: float | None


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFailed(Event):
    """The ledger could not reserve: nothing is sent. `error` is the name of the LedgerError."""

    error: str


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted(Event):
    """The ledger could not be used, and `ledger_down="open"` sends all the same."""


@public("rezoom.quota.events")
@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped(Event):
    """The wall clock of this machine was set, by `seconds`; what is counted does not go by it."""

    seconds: float


# Called in the thread, or the event loop, that sends: it has to be quick.
OnEvent: TypeAlias = Callable[[Event], object]
