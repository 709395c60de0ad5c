"""The ledger protocol, async methods for blocking ledgers, and a context that logs failures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from .._public import public
from ..errors import LedgerError
from .gauge import Quota, Reading
from .model import Grant, Reservation


@public("rezoom.quota")
class Ledger(Protocol):
    """The record of what was spent; each `a…` method is its namesake, awaited.

    Reserving and reading raise LedgerError when the record cannot be trusted. Everything else
    only improves what is written, so a failure is logged and the answer at hand is not lost.
    """

    @property
    def url(self) -> str:
        """Say where the record is; without credentials."""
        ...

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Take one place in every scope and a turn, or nothing and raise QuotaExceeded.

        The turn comes within `wait` seconds, or the reservation is refused. Until settled, a place
        counts as if Zoom had counted the request at the last instant it can arrive, so a crash or a
        lost answer needs no write to be counted. Idempotent by `token` while the place is pending;
        every attempt takes a new one.

        The scope of QuotaExceeded is a scope's name, "second" (the pace) or "in-flight" (another
        request of an exclusive scope is under way). Unless others ask too, the same call succeeds
        at its `retry_at`; for "in-flight" it may well succeed earlier.
        """
        ...

    def settle(self, grant: Grant) -> None:
        """Note that Zoom answered, now: with any status, refusals included."""
        ...

    def release(self, grant: Grant) -> None:
        """Give the place back: the request provably never left."""
        ...

    def abandon(self, grant: Grant) -> None:
        """Note that the outcome is unknown: no longer under way, still counted."""
        ...

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse everything in the scope called `name` until Zoom's own limit resets."""
        ...

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Note that Zoom has counted `used` in a scope: what is missing here, others have spent.

        Returns how many places were missing.
        """
        ...

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Learn from a refusal per second; `limit` is the number Zoom's answer names."""
        ...

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited; spends nothing."""
        ...

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes with places in them, or closed, whose keys begin with `prefix`."""
        ...

    def reset(self) -> None:
        """Forget everything that was counted, learned or blocked; not whose meetings are whose."""
        ...

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """Remember whose quota updates of `meeting` spend."""
        ...

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host that a GET has named."""
        ...

    def forget_host(self, account: str, meeting: int) -> None:
        """Drop what may have changed: the meeting was moved to another host, or is gone."""
        ...

    def close(self) -> None:
        """Close what this process has opened; the next call opens it again."""
        ...

    async def areserve(
        self, reservation: Reservation, token: str, *, wait: float = 0.0
    ) -> Grant: ...

    async def asettle(self, grant: Grant) -> None: ...

    async def arelease(self, grant: Grant) -> None: ...

    async def aabandon(self, grant: Grant) -> None: ...

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None: ...

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int: ...

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None: ...

    async def ausage(self, reservation: Reservation) -> Quota: ...

    async def alearn_host(self, account: str, meeting: int, host: str) -> None: ...

    async def ahost_of(self, account: str, meeting: int) -> str | None: ...

    async def aforget_host(self, account: str, meeting: int) -> None: ...


T = TypeVar("T")


class BlockingLedger(Ledger):
    """Async methods over `_away`, which runs a blocking call off the event loop."""

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        """Run `call`; `durable` marks the one whose result has to survive a power cut."""
        raise NotImplementedError

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        return await self._away(lambda: self.reserve(reservation, token, wait=wait), durable=True)

    async def asettle(self, grant: Grant) -> None:
        await self._away(lambda: self.settle(grant))

    async def arelease(self, grant: Grant) -> None:
        await self._away(lambda: self.release(grant))

    async def aabandon(self, grant: Grant) -> None:
        await self._away(lambda: self.abandon(grant))

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        await self._away(lambda: self.block(reservation, name, until, why))

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        return await self._away(lambda: self.external(reservation, name, used))

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        await self._away(lambda: self.slow_down(reservation, limit))

    async def ausage(self, reservation: Reservation) -> Quota:
        return await self._away(lambda: self.usage(reservation))

    def reading(self, reservation: Reservation) -> Quota | Reading:
        """As `usage`; a ledger may leave it to who looks to write it out."""
        return self.usage(reservation)

    async def areading(self, reservation: Reservation) -> Quota | Reading:
        return await self._away(lambda: self.reading(reservation))

    async def alearn_host(self, account: str, meeting: int, host: str) -> None:
        await self._away(lambda: self.learn_host(account, meeting, host))

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        return await self._away(lambda: self.host_of(account, meeting))

    async def aforget_host(self, account: str, meeting: int) -> None:
        await self._away(lambda: self.forget_host(account, meeting))


_log = logging.getLogger("rezoom.quota")


class Tolerant:
    """A context that logs a LedgerError: without the note a place is only counted for longer."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        """Name what is to be written down."""
        self._what = what

    def __enter__(self) -> None:
        """Enter the context without any effect."""

    def __exit__(self, kind: object, error: BaseException | None, tb: object) -> bool:
        """Log what went wrong; an answer at hand must not be lost for it."""
        if not isinstance(error, LedgerError):
            return False
        self.log(error)
        return True

    def log(self, error: LedgerError) -> None:
        """Say what was not written down."""
        _log.warning("%s was not written down: %s", self._what, error)
