"""A ledger around a ledger: hands everything on, for those that change only a part of it."""

from __future__ import annotations

from datetime import datetime

from .gauge import Quota
from .ledger import Ledger
from .reservation import Grant, Reservation


class Around(Ledger):
    """Does what `inner` does."""

    def __init__(self, inner: Ledger) -> None:
        """Stand in front of `inner`."""
        self.inner = inner

    @property
    def url(self) -> str:
        """As `inner`."""
        return self.inner.url

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """As `inner`."""
        return self.inner.reserve(reservation, token, wait=wait)

    def settle(self, grant: Grant) -> None:
        """As `inner`."""
        self.inner.settle(grant)

    def release(self, grant: Grant) -> None:
        """As `inner`."""
        self.inner.release(grant)

    def abandon(self, grant: Grant) -> None:
        """As `inner`."""
        self.inner.abandon(grant)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """As `inner`."""
        self.inner.block(reservation, name, until, why)

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """As `inner`."""
        return self.inner.external(reservation, name, used)

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """As `inner`."""
        self.inner.slow_down(reservation, limit)

    def usage(self, reservation: Reservation) -> Quota:
        """As `inner`."""
        return self.inner.usage(reservation)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """As `inner`."""
        return self.inner.keys(prefix)

    def reset(self) -> None:
        """As `inner`."""
        self.inner.reset()

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """As `inner`."""
        self.inner.learn_host(account, meeting, host)

    def host_of(self, account: str, meeting: int) -> str | None:
        """As `inner`."""
        return self.inner.host_of(account, meeting)

    def forget_host(self, account: str, meeting: int) -> None:
        """As `inner`."""
        self.inner.forget_host(account, meeting)

    def close(self) -> None:
        """As `inner`."""
        self.inner.close()

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """As `inner`."""
        return await self.inner.areserve(reservation, token, wait=wait)

    async def asettle(self, grant: Grant) -> None:
        """As `inner`."""
        await self.inner.asettle(grant)

    async def arelease(self, grant: Grant) -> None:
        """As `inner`."""
        await self.inner.arelease(grant)

    async def aabandon(self, grant: Grant) -> None:
        """As `inner`."""
        await self.inner.aabandon(grant)

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        """As `inner`."""
        await self.inner.ablock(reservation, name, until, why)

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        """As `inner`."""
        return await self.inner.aexternal(reservation, name, used)

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """As `inner`."""
        await self.inner.aslow_down(reservation, limit)

    async def ausage(self, reservation: Reservation) -> Quota:
        """As `inner`."""
        return await self.inner.ausage(reservation)

    async def alearn_host(self, account: str, meeting: int, host: str) -> None:
        """As `inner`."""
        await self.inner.alearn_host(account, meeting, host)

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        """As `inner`."""
        return await self.inner.ahost_of(account, meeting)

    async def aforget_host(self, account: str, meeting: int) -> None:
        """As `inner`."""
        await self.inner.aforget_host(account, meeting)
