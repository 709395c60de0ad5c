"""The async twins of a ledger that is written blocking, each a call of the method it twins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from .gauge import Quota, Reading
from .ledger import Ledger
from .reservation import Grant, Reservation

T = TypeVar("T")


class Twins(Ledger):
    """Twins over `_away`, which runs a blocking call without holding up the event loop."""

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        """Run `call`; `durable` marks the one whose result has to survive a power cut."""
        raise NotImplementedError

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """As `reserve`."""
        return await self._away(lambda: self.reserve(reservation, token, wait=wait), durable=True)

    async def asettle(self, grant: Grant) -> None:
        """As `settle`."""
        await self._away(lambda: self.settle(grant))

    async def arelease(self, grant: Grant) -> None:
        """As `release`."""
        await self._away(lambda: self.release(grant))

    async def aabandon(self, grant: Grant) -> None:
        """As `abandon`."""
        await self._away(lambda: self.abandon(grant))

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        """As `block`."""
        await self._away(lambda: self.block(reservation, name, until, why))

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        """As `external`."""
        return await self._away(lambda: self.external(reservation, name, used))

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """As `slow_down`."""
        await self._away(lambda: self.slow_down(reservation, limit))

    async def ausage(self, reservation: Reservation) -> Quota:
        """As `usage`."""
        return await self._away(lambda: self.usage(reservation))

    def reading(self, reservation: Reservation) -> Quota | Reading:
        """As `usage`; a ledger may leave it to who looks to write it out."""
        return self.usage(reservation)

    async def areading(self, reservation: Reservation) -> Quota | Reading:
        """As `reading`."""
        return await self._away(lambda: self.reading(reservation))

    async def alearn_host(self, account: str, meeting: int, host: str) -> None:
        """As `learn_host`."""
        await self._away(lambda: self.learn_host(account, meeting, host))

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        """As `host_of`."""
        return await self._away(lambda: self.host_of(account, meeting))

    async def aforget_host(self, account: str, meeting: int) -> None:
        """As `forget_host`."""
        await self._away(lambda: self.forget_host(account, meeting))
