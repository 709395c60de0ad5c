"""Where spent updates are written down: the protocol, and a ledger that lives in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ..clock import Clock
from ..errors import QuotaExceeded
from .policy import HORIZON, Claim, Gauge, Quota, free_at, limit


@dataclass(frozen=True, slots=True)
class Grant:
    """A place in every quota of `claim`, counted as spent until it is settled or released."""

    token: str
    claim: Claim
    granted_at: datetime


class Ledger(Protocol):
    """The record of what was spent; every method has an async twin."""

    def reserve(self, claim: Claim, token: str) -> Grant:
        """Take one place in every scope of `claim`, or none and raise QuotaExceeded.

        Idempotent by `token`. Until settled the place counts as if Zoom had counted the request at
        the last instant it can arrive, so a crash or a lost answer needs no write to be counted.
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

    def block(self, claim: Claim, quota: str, until: datetime) -> None:
        """Refuse everything in this scope until Zoom's own limit resets."""
        ...

    def usage(self, claim: Claim) -> Quota:
        """Read every scope of `claim`; spends nothing."""
        ...

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """Remember whose quota updates of `meeting` spend."""
        ...

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host that a GET has named."""
        ...

    async def areserve(self, claim: Claim, token: str) -> Grant: ...
    async def asettle(self, grant: Grant) -> None: ...
    async def arelease(self, grant: Grant) -> None: ...
    async def aabandon(self, grant: Grant) -> None: ...
    async def ablock(self, claim: Claim, quota: str, until: datetime) -> None: ...
    async def ausage(self, claim: Claim) -> Quota: ...
    async def alearn_host(self, account: str, meeting: int, host: str) -> None: ...
    async def ahost_of(self, account: str, meeting: int) -> str | None: ...


@dataclass(slots=True)
class _Slot:
    free_at: datetime
    state: str  # "pending", "settled" or "unknown"


class MemoryLedger:
    """A ledger for one process: exact, thread-safe, and gone when the process ends."""

    def __init__(self, *, clock: Clock) -> None:
        """Count by `clock`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: dict[str, dict[str, _Slot]] = {}
        self._blocks: dict[str, datetime] = {}
        self._hosts: dict[tuple[str, int], str] = {}
        self._grants: dict[str, Grant] = {}

    def reserve(self, claim: Claim, token: str) -> Grant:
        """Take one place in every scope, or none."""
        with self._lock:
            if token in self._grants:
                return self._grants[token]
            now = self._clock.now()
            refusals = [
                error for error in (self._refusal(*scope) for scope in claim.scopes()) if error
            ]
            if refusals:
                # All have to be free: the last one to free decides when to come back.
                raise max(refusals, key=lambda error: error.retry_at)
            for quota, key in claim.scopes():
                latest = free_at(quota, now + HORIZON)
                self._slots.setdefault(key, {})[token] = _Slot(latest, "pending")
            self._grants[token] = grant = Grant(token, claim, now)
            return grant

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        with self._lock:
            now = self._clock.now()
            for quota, slot in self._open(grant):
                slot.free_at, slot.state = free_at(quota, now), "settled"

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        with self._lock:
            self._grants.pop(grant.token, None)
            for _, key in grant.claim.scopes():
                slot = self._slots.get(key, {}).get(grant.token)
                if slot is not None and slot.state == "pending":  # what was answered is spent
                    del self._slots[key][grant.token]

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        with self._lock:
            for _, slot in self._open(grant):
                slot.state = "unknown"

    def block(self, claim: Claim, quota: str, until: datetime) -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        with self._lock:
            for name, key in claim.scopes():
                if name == quota:
                    self._blocks[key] = max(until, self._blocks.get(key, until))

    def usage(self, claim: Claim) -> Quota:
        """Read every scope of `claim`."""
        with self._lock:
            return Quota.of({quota: self._gauge(quota, key) for quota, key in claim.scopes()})

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """Remember the host of `meeting`."""
        with self._lock:
            self._hosts[account, meeting] = host

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host of `meeting`."""
        with self._lock:
            return self._hosts.get((account, meeting))

    async def areserve(self, claim: Claim, token: str) -> Grant:
        """As `reserve`; nothing here ever waits."""
        return self.reserve(claim, token)

    async def asettle(self, grant: Grant) -> None:
        """As `settle`."""
        self.settle(grant)

    async def arelease(self, grant: Grant) -> None:
        """As `release`."""
        self.release(grant)

    async def aabandon(self, grant: Grant) -> None:
        """As `abandon`."""
        self.abandon(grant)

    async def ablock(self, claim: Claim, quota: str, until: datetime) -> None:
        """As `block`."""
        self.block(claim, quota, until)

    async def ausage(self, claim: Claim) -> Quota:
        """As `usage`."""
        return self.usage(claim)

    async def alearn_host(self, account: str, meeting: int, host: str) -> None:
        """As `learn_host`."""
        self.learn_host(account, meeting, host)

    async def ahost_of(self, account: str, meeting: int) -> str | None:
        """As `host_of`."""
        return self.host_of(account, meeting)

    def _open(self, grant: Grant) -> Iterator[tuple[str, _Slot]]:
        self._grants.pop(grant.token, None)
        for quota, key in grant.claim.scopes():
            slot = self._slots.get(key, {}).get(grant.token)
            if slot is not None and slot.state == "pending":
                yield quota, slot

    def _gauge(self, quota: str, key: str) -> Gauge:
        now = self._clock.now()
        slots = self._slots.get(key, {})
        for token in [token for token, slot in slots.items() if slot.free_at <= now]:
            del slots[token]
        if key in self._blocks and self._blocks[key] <= now:
            del self._blocks[key]
        states = [slot.state for slot in slots.values()]
        free = sorted(slot.free_at for slot in slots.values())
        left = max(0, limit(quota) - len(slots))
        gauge = Gauge(
            limit(quota), states.count("settled"), states.count("pending"),
            states.count("unknown"), 0, left, free[0] if free else None,
        )  # fmt: skip
        if key in self._blocks:
            # Zoom counts more than we do: someone else spends from the same quota.
            until = self._blocks[key] if left else max(self._blocks[key], free[0])
            return replace(gauge, external=left, remaining=0, next_free=until)
        return gauge

    def _refusal(self, quota: str, key: str) -> QuotaExceeded | None:
        gauge = self._gauge(quota, key)
        if gauge.remaining or gauge.next_free is None:
            return None
        return QuotaExceeded(
            limit=gauge.limit, used=gauge.used, pending=gauge.pending, unknown=gauge.unknown,
            external=gauge.external, scope=quota, retry_at=gauge.next_free,
        )  # fmt: skip
