"""What a flow may ask for, and what it is told: the words between the core and its drivers.

A flow yields an intent and receives its result: Authorize → Token or Failure · Reserve → Grant ·
Send → Reply or Failure · Host → id or None · Usage → Quota or Reading · Settle, Release, Abandon,
Learn, Pause → None.

Nobody changes one. They are not frozen because a call makes a dozen, and freezing takes longer than
making.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from .auth import Token
from .quota import Grant, Reservation
from .quota.lessons import Lesson


@dataclass(slots=True, unsafe_hash=True)
class Outgoing:
    """One HTTP request, whole but for the token; `secrets` never reach a message."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)
    # Sending it twice leaves what sending it once leaves.
    repeatable: bool = True
    success: int = 200
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(slots=True)
class Reply:
    """Whatever came back over HTTP; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime


@dataclass(slots=True)
class Failure:
    """No answer; `sent` is False only where provably no byte of the request left."""

    sent: bool | None
    reason: str
    at: datetime


@dataclass(slots=True)
class Authorize:
    """Get a token; not the one Zoom has just rejected."""

    rejected: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Reserve:
    """Take a place in every quota and a turn within `wait` seconds, or raise QuotaExceeded."""

    reservation: Reservation
    wait: float


@dataclass(slots=True)
class Send:
    """Put the request on the wire; raises SlotExpired when it is too late for the `grant`.

    Whatever is a NotSentError says that nothing left.
    """

    request: Outgoing
    token: Token
    grant: Grant | None = None


@dataclass(slots=True)
class Settle:
    """Zoom answered: the place is spent. `lessons` are what else the answer teaches."""

    grant: Grant
    lessons: tuple[Lesson, ...] = ()


@dataclass(slots=True)
class Release:
    """The request never left: the place is free again."""

    grant: Grant


@dataclass(slots=True)
class Abandon:
    """Nobody knows whether Zoom counted it: the place stays spent."""

    grant: Grant


@dataclass(slots=True)
class Pause:
    """Sleep."""

    seconds: float


@dataclass(slots=True)
class Host:
    """Look up whose meeting it is."""

    account: str
    meeting: int


@dataclass(slots=True)
class Learn:
    """Remember whose meeting it is; None: forget it."""

    account: str
    meeting: int
    host: str | None


@dataclass(slots=True)
class Usage:
    """Read what is left; spends nothing. A ledger may leave it unwritten unless it is looked at."""

    reservation: Reservation
    looked_at: bool = True


T = TypeVar("T")
Booking: TypeAlias = Reserve | Settle | Release | Abandon
# What only reads the ledger, or improves it: no place is held for it.
Enquiry: TypeAlias = Host | Learn | Usage
Intent: TypeAlias = Authorize | Booking | Send | Pause | Enquiry
Flow: TypeAlias = Generator[Intent, Any, T]
