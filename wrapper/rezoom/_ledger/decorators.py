"""Ledgers around a ledger: what each call passes through, written once for both colours."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from .._clock import MACHINE, Time, in_forked_child
from .._times import DAY, SECOND, micros
from .._visible import visible
from ..errors import LedgerUnavailable
from .gauge import Quota
from .model import Grant, Reservation
from .protocol import Ledger


@dataclass(slots=True)
class Call:
    """A call of the ledger inside: its name and what it is about, then what it has returned."""

    name: str
    reservation: Reservation | None = None
    grant: Grant | None = None
    # What else an event tells of it.
    about: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    # Whether the ledger inside is left out.
    skipped: bool = False


class Around(Ledger):
    """Does what `inner` does; a subclass says in `around` what happens before and after."""

    def __init__(self, inner: Ledger) -> None:
        """Stand in front of `inner`."""
        self.inner = inner

    @contextmanager
    def around(self, call: Call) -> Iterator[Call]:
        """Surround one call; whatever `call.result` is in the end, is returned."""
        yield call

    def _call(self, call: Call, *given: Any, **named: Any) -> Any:
        with self.around(call):
            if not call.skipped:
                call.result = getattr(self.inner, call.name)(*given, **named)
        return call.result

    async def _acall(self, call: Call, *given: Any, **named: Any) -> Any:
        with self.around(call):
            if not call.skipped:
                call.result = await getattr(self.inner, f"a{call.name}")(*given, **named)
        return call.result

    @property
    def url(self) -> str:
        return self.inner.url

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        call = Call("reserve", reservation, about={"token": token})
        return cast("Grant", self._call(call, reservation, token, wait=wait))

    async def areserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        call = Call("reserve", reservation, about={"token": token})
        granted = await self._acall(call, reservation, token, wait=wait)
        return cast("Grant", granted)

    def settle(self, grant: Grant) -> None:
        self._call(Call("settle", grant.reservation, grant), grant)

    async def asettle(self, grant: Grant) -> None:
        await self._acall(Call("settle", grant.reservation, grant), grant)

    def release(self, grant: Grant) -> None:
        self._call(Call("release", grant.reservation, grant), grant)

    async def arelease(self, grant: Grant) -> None:
        await self._acall(Call("release", grant.reservation, grant), grant)

    def abandon(self, grant: Grant) -> None:
        self._call(Call("abandon", grant.reservation, grant), grant)

    async def aabandon(self, grant: Grant) -> None:
        await self._acall(Call("abandon", grant.reservation, grant), grant)

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        call = Call("block", reservation, about={"scope": name, "until": until, "why": why})
        self._call(call, reservation, name, until, why)

    async def ablock(
        self, reservation: Reservation, name: str, until: datetime, why: str = ""
    ) -> None:
        call = Call("block", reservation, about={"scope": name, "until": until, "why": why})
        await self._acall(call, reservation, name, until, why)

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        call = Call("external", reservation, about={"scope": name})
        return int(self._call(call, reservation, name, used))

    async def aexternal(self, reservation: Reservation, name: str, used: int) -> int:
        call = Call("external", reservation, about={"scope": name})
        return int(await self._acall(call, reservation, name, used))

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        call = Call("slow_down", reservation, about={"limit": limit})
        self._call(call, reservation, limit)

    async def aslow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        call = Call("slow_down", reservation, about={"limit": limit})
        await self._acall(call, reservation, limit)

    def usage(self, reservation: Reservation) -> Quota:
        call = Call("usage", reservation)
        return cast("Quota", self._call(call, reservation))

    async def ausage(self, reservation: Reservation) -> Quota:
        call = Call("usage", reservation)
        return cast("Quota", await self._acall(call, reservation))

    def host_of(self, account: str, meeting: int | str) -> str | None:
        found = self._call(Call("host_of"), account, meeting)
        return cast("str | None", found)

    async def ahost_of(self, account: str, meeting: int | str) -> str | None:
        found = await self._acall(Call("host_of"), account, meeting)
        return cast("str | None", found)

    def keys(self, prefix: str) -> tuple[str, ...]:
        return self.inner.keys(prefix)

    def reset(self, prefix: str = "") -> None:
        self.inner.reset(prefix)

    def learn_host(self, account: str, meeting: int | str, host: str) -> None:
        self.inner.learn_host(account, meeting, host)

    async def alearn_host(self, account: str, meeting: int | str, host: str) -> None:
        await self.inner.alearn_host(account, meeting, host)

    def forget_host(self, account: str, meeting: int | str) -> None:
        self.inner.forget_host(account, meeting)

    async def aforget_host(self, account: str, meeting: int | str) -> None:
        await self.inner.aforget_host(account, meeting)

    def close(self) -> None:
        self.inner.close()


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

    @contextmanager
    def around(self, call: Call) -> Iterator[Call]:
        """Let a request go that cannot be counted; leave what is not counted alone."""
        if call.grant is not None and not call.grant.counted:
            call.skipped = True
            if call.name == "release":
                self._note(call.grant.reservation, -1)
        try:
            yield call
        except LedgerUnavailable as error:
            match call.name, call.reservation:
                case "reserve", Reservation() as reservation:
                    call.result = self._let_go(reservation, call.about["token"], error)
                case "usage", Reservation() as reservation:
                    raise self._telling(error, reservation) from error
                case "host_of", _:
                    return
                case _:
                    raise
        if call.name == "usage" and call.reservation is not None:
            call.result = replace(call.result, uncounted=self._uncounted(call.reservation))

    def _let_go(self, reservation: Reservation, token: str, error: LedgerUnavailable) -> Grant:
        self._note(reservation, 1)
        _log.warning(
            'a request is sent uncounted, because ledger_down is "open": %s', visible(error.message)
        )
        return Grant(token, reservation, micros(self._clock.now()), counted=False)

    def _note(self, reservation: Reservation, number: int) -> None:
        """Remember a request that left uncounted, or forget one that did not leave after all."""
        now = self._clock.monotonic()
        with self._noting:
            for scope in reservation.counted:
                self._note_one(scope.key, now, number)

    def _note_one(self, key: str, now: float, number: int) -> None:
        left = self._left.setdefault(key, deque(maxlen=_MOST_OF_ONE))
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
            for scope in reservation.counted
        )
        return max(counts, default=0)

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
