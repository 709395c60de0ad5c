"""What all calls of one client share, and what one call may still do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import anyio

from .._clock import Clock, Wait, in_forked_child, seconds
from .._ledger.model import Reservation
from .._ledger.policy import Policy
from .._ledger.protocol import Ledger

if TYPE_CHECKING:
    from .._auth.tokens import TokenSource

Hosts: TypeAlias = Literal["known", "resolve"] | Callable[[int], str | None]


@dataclass(slots=True)
class Renewal:
    """The last failure to get a token: whoever was waiting meanwhile shares it."""

    failure: Any = None
    at: float = 0.0


class Turns:
    """The line of calls that wait for a turn: one at a time asks the ledger, and sleeps.

    So calls that wait hold neither a turn nor a slot, which a kill would leave in the ledger.
    """

    def __init__(self) -> None:
        """Begin with an empty line."""
        self.line: set[object] = set()
        self.lock, self.alock = threading.Lock(), anyio.Lock()
        in_forked_child(self._after_fork)

    def _after_fork(self) -> None:
        self.line, self.lock = set(), threading.Lock()  # whoever stood in line is not there


@dataclass(frozen=True, slots=True)
class ClientContext:
    """What all calls of one client share; `account` is its name in the ledger."""

    auth: TokenSource
    account: str
    ledger: Ledger
    quota: Policy
    clock: Clock
    rand: Callable[[], float]
    wait: float = 30.0
    retries: int = 2
    hosts: Hosts = "known"
    skip_unchanged: bool = False
    renewal: Renewal = field(default_factory=Renewal)
    # One thread, or one task, at a time fetches a token.
    renewing: threading.Lock = field(default_factory=threading.Lock)
    arenewing: anyio.Lock = field(default_factory=anyio.Lock)
    turns: Turns = field(default_factory=Turns)

    def call(self, wait: Wait | None = None) -> Call:
        """Begin a call that may sleep `wait`, or as long as the client's calls may."""
        return Call(self, self.wait if wait is None else seconds(wait))

    def reservation(self, meeting: int | None, host: str | None) -> Reservation:
        """Name the quotas an update of `meeting` spends."""
        return self.quota.reservation(self.account, meeting, host)


@dataclass(slots=True)
class Call:
    """One call of a client: how long it may sleep in all, and has slept, in seconds.

    `secrets` were sent, or are about to be: whatever is read before and after may quote them.
    """

    context: ClientContext
    wait: float
    slept: float = 0.0
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def left(self) -> float:
        """The seconds that it may still sleep."""
        return self.wait - self.slept
