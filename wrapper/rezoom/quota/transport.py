"""A guard for any httpx client, the vendored one included: transports that count what they send."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, cast

import anyio
import httpx

from ..booking import Held, abook, aenquire, book, enquire
from ..clock import Clock
from ..errors import ConfigError
from ..intents import Abandon, Host, Learn, Pause, Release, Reserve, Settle
from ..retry import Wait, seconds
from ..system_clock import SystemClock
from .chosen import LedgerDown, chosen_ledger, chosen_limits
from .events import OnEvent
from .guarding import Counter, Forward, Keep, Step, as_reply, kept
from .ledger import Ledger
from .policy import AccountPlan, Limits, Policy


class Guard:
    """Keeps Zoom's daily limits for clients that know nothing of them.

    Updates of a meeting (PATCH …/meetings/{id}) and creates (POST …/users/{id}/meetings) take a
    place in the `ledger` before they leave, and raise QuotaExceeded where there is none;
    everything else passes. `account` names the account in the ledger: give the same as to a Zoom
    client beside it. `hosts` tells the id of a meeting's host until a GET has shown it.
    """

    def __init__(
        self,
        ledger: Ledger | str | None = None,
        *,
        account_plan: AccountPlan | None = None,
        account: str = "default",
        limits: Limits | None = None,
        hosts: Callable[[int], str | None] | None = None,
        ledger_down: LedgerDown | None = None,
        on_event: OnEvent | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Hold the options; raises ConfigError for one that cannot be, and opens nothing."""
        if hosts is not None and not callable(hosts):
            raise ConfigError(
                f"hosts is {hosts!r}", field="hosts",
                next_step="Give a function from a meeting number to its host's id, or None.",
            )  # fmt: skip
        if not isinstance(account, str) or not account.strip():
            raise ConfigError(
                f"account is {account!r}", field="account", next_step="Give the account's id."
            )
        plan = account_plan or os.environ.get("REZOOM_ACCOUNT_PLAN") or None
        policy = Policy(chosen_limits(limits, os.environ), account_plan=plan)
        self.ledger = chosen_ledger(
            ledger, environ=os.environ, clock=clock, ledger_down=ledger_down, on_event=on_event
        )
        self.clock: Clock = clock or SystemClock()
        self.counter = Counter(account.strip(), policy, hosts)

    def __repr__(self) -> str:
        """Name the account; nothing is opened for it."""
        return f"Guard(account={self.counter.account!r})"

    def transport(
        self, inner: httpx.BaseTransport | None = None, *, wait: Wait = 30
    ) -> httpx.BaseTransport:
        """Guard `inner`, or a transport of httpx's own; a request may sleep `wait` for its turn."""
        inner = httpx.HTTPTransport() if inner is None else inner
        _check(inner, httpx.BaseTransport, "transport")
        return GuardedTransport(self, inner, seconds(wait))

    def async_transport(
        self, inner: httpx.AsyncBaseTransport | None = None, *, wait: Wait = 30
    ) -> httpx.AsyncBaseTransport:
        """As `transport`, for an httpx.AsyncClient."""
        inner = httpx.AsyncHTTPTransport() if inner is None else inner
        _check(inner, httpx.AsyncBaseTransport, "async_transport")
        return AsyncGuardedTransport(self, inner, seconds(wait))


class GuardedTransport(httpx.BaseTransport):
    """Hands requests on once they are counted."""

    def __init__(self, guard: Guard, inner: httpx.BaseTransport, wait: float) -> None:
        """Made by `Guard.transport`."""
        self._guard, self._inner, self._wait = guard, inner, wait

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Count, wait for the turn, hand on."""
        guard = self._guard
        held = Held(guard.clock)

        def perform(step: Step) -> object:
            match step:
                case Forward(forwarded, place):
                    held.sends(place)
                    return self._inner.handle_request(forwarded)
                case Reserve():
                    held.asks()
                    grant = book(step, guard.ledger)
                    held.holds(grant)
                    return grant
                case Settle() | Release() | Abandon():
                    held.holds(None)
                    book(step, guard.ledger)
                case Pause(pause):
                    guard.clock.sleep(pause)
                case Keep(response):
                    try:
                        raw = b"".join(cast("httpx.SyncByteStream", response.stream))
                    finally:
                        response.close()
                    again, body = kept(response, raw)
                    return again, as_reply(response, body, guard.clock.now())
                case Host() | Learn():
                    return enquire(step, guard.ledger)
            return None

        steps = guard.counter.guarded(request, self._wait)
        try:
            step = next(steps)
            while True:
                try:
                    result = perform(step)
                except BaseException as error:  # noqa: BLE001 - the place is released or not: the steps know
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as done:
            return cast("httpx.Response", done.value)
        finally:
            if (owed := held.owed()) is not None:
                book(owed, guard.ledger)

    def close(self) -> None:
        """Close the transport inside."""
        self._inner.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """As `GuardedTransport`, awaited."""

    def __init__(self, guard: Guard, inner: httpx.AsyncBaseTransport, wait: float) -> None:
        """Made by `Guard.async_transport`."""
        self._guard, self._inner, self._wait = guard, inner, wait

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count, wait for the turn, hand on."""
        guard = self._guard
        held = Held(guard.clock)

        async def perform(step: Step) -> object:
            match step:
                case Forward(forwarded, place):
                    held.sends(place)
                    return await self._inner.handle_async_request(forwarded)
                case Reserve():
                    held.asks()
                    grant = await abook(step, guard.ledger)
                    held.holds(grant)
                    return grant
                case Settle() | Release() | Abandon():
                    held.holds(None)
                    with anyio.CancelScope(shield=True):
                        await abook(step, guard.ledger)
                case Pause(pause):
                    await guard.clock.asleep(pause)
                case Keep(response):
                    stream = cast("httpx.AsyncByteStream", response.stream)
                    try:
                        raw = b"".join([part async for part in stream])
                    finally:
                        await response.aclose()
                    again, body = kept(response, raw)
                    return again, as_reply(response, body, guard.clock.now())
                case Host() | Learn():
                    return await aenquire(step, guard.ledger)
            return None

        steps = guard.counter.guarded(request, self._wait)
        try:
            step = next(steps)
            while True:
                try:
                    result = await perform(step)
                except BaseException as error:  # noqa: BLE001 - the place is released or not: the steps know
                    step = steps.throw(error)
                else:
                    step = steps.send(result)
        except StopIteration as done:
            return cast("httpx.Response", done.value)
        finally:
            if (owed := held.owed()) is not None:
                with anyio.CancelScope(shield=True):
                    await abook(owed, guard.ledger)

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()


def _check(inner: Any, kind: type, method: str) -> None:
    if isinstance(inner, GuardedTransport | AsyncGuardedTransport):
        raise ConfigError(
            "the transport inside is a guard already: everything would be counted twice",
            field="inner", next_step="Keep one of them.",
        )  # fmt: skip
    if not isinstance(inner, kind):
        raise ConfigError(
            f"{method} was given {type(inner).__name__}", field="inner",
            next_step=f"Give an httpx.{kind.__name__}, such as httpx's own transports.",
        )  # fmt: skip
