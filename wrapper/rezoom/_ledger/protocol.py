"""The ledger protocol, async methods for blocking ledgers, and a context that logs failures."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from math import isfinite
from typing import Protocol, TypeVar

from .._clock import seconds
from .._public import public
from ..errors import LedgerError, RezoomError
from .gauge import Quota
from .model import Grant, Reservation, Scope, checked_host, reset_at, wrong
from .pacing import Pace


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
        """Give the place back: the request never left, or Zoom has not counted it."""
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

    def reset(self, prefix: str = "") -> None:
        """Forget what was counted, learned or blocked under keys that begin with `prefix`.

        Whose meetings are whose is kept.
        """
        ...

    def learn_host(self, account: str, meeting: int | str, host: str) -> None:
        """Remember whose quota updates of `meeting` spend, or whose other name that is."""
        ...

    def host_of(self, account: str, meeting: int | str) -> str | None:
        """Look up the host of a meeting, or the host that goes by another name."""
        ...

    def forget_host(self, account: str, meeting: int | str) -> None:
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

    async def alearn_host(self, account: str, meeting: int | str, host: str) -> None: ...

    async def ahost_of(self, account: str, meeting: int | str) -> str | None: ...

    async def aforget_host(self, account: str, meeting: int | str) -> None: ...


T = TypeVar("T")


class BlockingLedger(Ledger):
    """A ledger whose async methods are its blocking ones, run where they may wait."""

    @abstractmethod
    def _reserve(self, reservation: Reservation, token: str, wait: float) -> Grant: ...

    @abstractmethod
    def _block(self, scope: Scope, until: int, why: str) -> None: ...

    @abstractmethod
    def _external(self, scope: Scope, used: int, margin: int) -> int: ...

    @abstractmethod
    def _slow_down(self, pace: Pace, limit: float | None) -> None: ...

    @abstractmethod
    def _learn_host(self, account: str, meeting: int | str, host: str) -> None: ...

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Take one place in every scope and a turn, or nothing."""
        if not isinstance(reservation, Reservation):
            raise wrong("reservation", reservation, "Give one that Policy().reservation(…) makes.")
        if not isinstance(token, str):
            raise wrong("token", token, "Give a text of your own, another one for every attempt.")
        longest = seconds(wait)
        try:
            return self._reserve(reservation, token, longest)
        except RezoomError:
            raise
        except BaseException:
            # An interrupt, perhaps when the slot was taken already: nobody would ever use it.
            self.release(Grant(token, reservation, 0))
            raise

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        scope, closed = reservation.scope(name), reset_at(until)
        if scope is not None:
            with tolerant("a limit of Zoom's"):
                self._block(scope, closed, why)

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Make up for what others have spent."""
        if not isinstance(used, int):
            raise wrong("used", used, "Give the whole number that Zoom has counted.")
        scope = reservation.scope(name)
        if scope is not None and scope.counted:
            with tolerant("what others spent"):
                return self._external(scope, min(used, scope.most), reservation.lease.margin)
        return 0

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        number = isinstance(limit, int | float) and not isinstance(limit, bool)
        if limit is not None and not (number and isfinite(limit)):
            raise wrong("limit", limit, "Give the number of requests a second, or None.")
        if reservation.pace is not None:
            with tolerant("a slower pace"):
                self._slow_down(reservation.pace, limit)

    def learn_host(self, account: str, meeting: int | str, host: str) -> None:
        """Remember the host of `meeting`."""
        checked_host(host)
        with tolerant("whose meeting it is"):
            self._learn_host(account, meeting, host)

    async def _away(self, call: Callable[[], T], *, always: bool = True) -> T:
        """Run `call` off the event loop: `always`, even for a task that is cancelled."""
        from .off_loop import off_loop  # which brings anyio: most programs never wait

        return await off_loop(call, always=always)

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        try:
            return await self._away(
                lambda: self.reserve(reservation, token, wait=wait), always=False
            )
        except RezoomError:
            raise
        except GeneratorExit:  # the event loop is gone: nothing can be awaited any more
            self.release(Grant(token, reservation, 0))
            raise
        except BaseException:
            # Cancelled, perhaps when the slot was taken already: nobody would ever use it.
            await self.arelease(Grant(token, reservation, 0))
            raise

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
        return await self._away(lambda: self.usage(reservation), always=False)

    async def alearn_host(self, account: str, meeting: int | str, host: str) -> None:
        await self._away(lambda: self.learn_host(account, meeting, host))

    async def ahost_of(self, account: str, meeting: int | str) -> str | None:
        return await self._away(lambda: self.host_of(account, meeting), always=False)

    async def aforget_host(self, account: str, meeting: int | str) -> None:
        await self._away(lambda: self.forget_host(account, meeting))


_log = logging.getLogger("rezoom.quota")


@contextmanager
def tolerant(what: str) -> Iterator[None]:
    """Log a LedgerError: without this note a place is only counted for longer."""
    try:
        yield
    except LedgerError as error:
        _log.warning("%s was not written down: %s", what, error)
