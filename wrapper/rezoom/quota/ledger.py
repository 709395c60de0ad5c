"""The protocol that every ledger keeps: where spent updates are written down."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from .gauge import Quota
from .reservation import Grant, Reservation


class Ledger(Protocol):
    """The record of what was spent; what a flow needs has an async twin.

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

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """As `reserve`."""
        ...

    async def asettle(self, grant: Grant) -> None:
        """As `settle`."""
        ...

    async def arelease(self, grant: Grant) -> None:
        """As `release`."""
        ...

    async def aabandon(self, grant: Grant) -> None:
        """As `abandon`."""
        ...

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        """As `block`."""
        ...

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        """As `external`."""
        ...

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """As `slow_down`."""
        ...

    async def ausage(self, reservation: Reservation) -> Quota:
        """As `usage`."""
        ...

    async def alearn_host(self, account: str, meeting: int, host: str) -> None:
        """As `learn_host`."""
        ...

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        """As `host_of`."""
        ...

    async def aforget_host(self, account: str, meeting: int) -> None:
        """As `forget_host`."""
        ...
