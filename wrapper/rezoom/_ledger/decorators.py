"""Ledgers around a ledger: one that hands everything on, and one that fails open."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import replace
from datetime import datetime

from .._clock import MACHINE, Time, in_forked_child
from .._times import DAY, SECOND, micros
from ..errors import LedgerUnavailable
from .gauge import Quota
from .model import Grant, Reservation, Scope
from .protocol import Ledger


class Around(Ledger):
    """Does what `inner` does."""

    def __init__(self, inner: Ledger) -> None:
        """Stand in front of `inner`."""
        self.inner = inner

    @property
    def url(self) -> str:
        return self.inner.url

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        return self.inner.reserve(reservation, token, wait=wait)

    def settle(self, grant: Grant) -> None:
        self.inner.settle(grant)

    def release(self, grant: Grant) -> None:
        self.inner.release(grant)

    def abandon(self, grant: Grant) -> None:
        self.inner.abandon(grant)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        self.inner.block(reservation, name, until, why)

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        return self.inner.external(reservation, name, used)

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        self.inner.slow_down(reservation, limit)

    def usage(self, reservation: Reservation) -> Quota:
        return self.inner.usage(reservation)

    def keys(self, prefix: str) -> tuple[str, ...]:
        return self.inner.keys(prefix)

    def reset(self) -> None:
        self.inner.reset()

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        self.inner.learn_host(account, meeting, host)

    def host_of(self, account: str, meeting: int) -> str | None:
        return self.inner.host_of(account, meeting)

    def forget_host(self, account: str, meeting: int) -> None:
        self.inner.forget_host(account, meeting)

    def close(self) -> None:
        self.inner.close()

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        return await self.inner.areserve(reservation, token, wait=wait)

    async def asettle(self, grant: Grant) -> None:
        await self.inner.asettle(grant)

    async def arelease(self, grant: Grant) -> None:
        await self.inner.arelease(grant)

    async def aabandon(self, grant: Grant) -> None:
        await self.inner.aabandon(grant)

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        await self.inner.ablock(reservation, name, until, why)

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        return await self.inner.aexternal(reservation, name, used)

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        await self.inner.aslow_down(reservation, limit)

    async def ausage(self, reservation: Reservation) -> Quota:
        return await self.inner.ausage(reservation)

    async def alearn_host(self, account: str, meeting: int, host: str) -> None:
        await self.inner.alearn_host(account, meeting, host)

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        return await self.inner.ahost_of(account, meeting)

    async def aforget_host(self, account: str, meeting: int) -> None:
        await self.inner.aforget_host(account, meeting)


_log = logging.getLogger("rezoom.quota")
# How many scopes are remembered, and how many requests of each.
_MOST, _MOST_OF_ONE = 4096, 1024


class Lenient(Around):
    """Grants without counting where `inner` raises LedgerUnavailable, and logs it every time.

    Nothing else is let through: a full quota refuses, and so does a count that was lost.
    """

    def __init__(self, inner: Ledger, *, clock: Time | None = None) -> None:
        """Stand in front of `inner`."""
        super().__init__(inner)
        self._clock = clock or MACHINE
        # When requests left uncounted, by scope.
        self._left: dict[str, deque[float]] = {}
        self._noting = threading.Lock()
        in_forked_child(self._after_fork)

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Reserve, or let go."""
        try:
            return self.inner.reserve(reservation, token, wait=wait)
        except LedgerUnavailable as error:
            return self._let_go(reservation, token, error)

    def settle(self, grant: Grant) -> None:
        """Settle what was counted."""
        if grant.counted:
            self.inner.settle(grant)

    def release(self, grant: Grant) -> None:
        """Release what was counted."""
        if grant.counted:
            self.inner.release(grant)
        else:
            self._note(grant.reservation, -1)

    def abandon(self, grant: Grant) -> None:
        """Abandon what was counted."""
        if grant.counted:
            self.inner.abandon(grant)

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope, and say what is not in it."""
        try:
            return self._with_rest(self.inner.usage(reservation), reservation)
        except LedgerUnavailable as error:
            raise self._telling(error, reservation) from error

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host, if anything can be looked up."""
        try:
            return self.inner.host_of(account, meeting)
        except LedgerUnavailable:
            return None

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        try:
            return await self.inner.areserve(reservation, token, wait=wait)
        except LedgerUnavailable as error:
            return self._let_go(reservation, token, error)

    async def asettle(self, grant: Grant) -> None:
        if grant.counted:
            await self.inner.asettle(grant)

    async def arelease(self, grant: Grant) -> None:
        if grant.counted:
            await self.inner.arelease(grant)
        else:
            self._note(grant.reservation, -1)

    async def aabandon(self, grant: Grant) -> None:
        if grant.counted:
            await self.inner.aabandon(grant)

    async def ausage(self, reservation: Reservation) -> Quota:
        try:
            return self._with_rest(await self.inner.ausage(reservation), reservation)
        except LedgerUnavailable as error:
            raise self._telling(error, reservation) from error

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        try:
            return await self.inner.ahost_of(account, meeting)
        except LedgerUnavailable:
            return None

    def _let_go(self, reservation: Reservation, token: str, error: LedgerUnavailable) -> Grant:
        self._note(reservation, 1)
        _log.warning(
            'a request is sent uncounted, because ledger_down is "open": %s', error.message
        )
        return Grant(token, reservation, micros(self._clock.now()), counted=False)

    def _note(self, reservation: Reservation, number: int) -> None:
        """Remember a request that left uncounted, or forget one that did not leave after all."""
        now = self._clock.monotonic()
        with self._noting:
            for scope in _counted(reservation):
                left = self._left.setdefault(scope.key, deque(maxlen=_MOST_OF_ONE))
                if number > 0:
                    left.append(now)
                elif left:
                    left.pop()
            while len(self._left) > _MOST:
                del self._left[next(iter(self._left))]

    def _uncounted(self, reservation: Reservation) -> int:
        since = self._clock.monotonic() - DAY / SECOND
        counts = (
            sum(at > since for at in tuple(self._left.get(scope.key, ())))
            for scope in _counted(reservation)
        )
        return max(counts, default=0)

    def _with_rest(self, quota: Quota, reservation: Reservation) -> Quota:
        return replace(quota, uncounted=self._uncounted(reservation))

    def _telling(self, error: LedgerUnavailable, reservation: Reservation) -> LedgerUnavailable:
        number = self._uncounted(reservation)
        if not number:
            return error
        requests = "1 request was" if number == 1 else f"{number} requests were"
        return LedgerUnavailable(
            f"{error.message}; {requests} sent uncounted", next_step=error.next_step
        )

    def _after_fork(self) -> None:
        self._noting = threading.Lock()  # the parent's may have been held by a thread that is gone


def _counted(reservation: Reservation) -> list[Scope]:
    return [scope for scope in reservation.scopes if not scope.gate]
