"""Whoever is cancelled before sending leaves nothing pending: at every step, whatever cancels."""

from __future__ import annotations

import asyncio
import random
import ssl
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine, Generator
from contextlib import AbstractContextManager, closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import anyio
import anyio.lowlevel
import httpx
import pytest
from clocks import FakeClock
from ledgers import LEDGERS, Factory
from rezoom import AsyncZoom, Bearer
from rezoom._ledger.model import account_key
from rezoom._wire import facts
from rezoom.quota import Grant, Guard, Ledger, Policy, Reservation, SQLiteLedger

# Nothing here meets TLS, and reading the system's certificates takes long.
NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
POLICY = Policy(account_plan="pro")
ACCOUNT = account_key(facts.BASE_URL, None)
# More steps than any call takes here: one that never ends by itself is a failure too.
MOST = 200


def _full(folder: Path, clock: FakeClock) -> AbstractContextManager[Ledger]:
    return closing(SQLiteLedger(folder / "full.sqlite3", durability="full", clock=clock))


CASES: dict[str, Factory] = {**LEDGERS, "sqlite full": _full}

# "before": while the task waits; "after": what it waits for has come, and it is not yet awake.
When = Literal["before", "after"]


class Stepped:
    """Awaits a coroutine, and calls `cancel` at the steps of it that were asked for."""

    def __init__(
        self, coroutine: Coroutine[Any, Any, object], at: Collection[int], when: When
    ) -> None:
        self._coroutine, self._at, self._when = coroutine, at, when
        self.cancel: Callable[[], object] = lambda: None
        self.steps = self.cancelled = 0

    def __await__(self) -> Generator[Any, Any, object]:
        error: BaseException | None = None
        while True:
            try:
                waited = (
                    self._coroutine.send(None) if error is None else self._coroutine.throw(error)
                )
            except StopIteration as done:
                return done.value
            if self.steps in self._at:
                self._cancel_at(waited)
            self.steps += 1
            error = None
            try:
                yield waited
            except BaseException as thrown:  # noqa: BLE001 - handed on to the coroutine
                error = thrown

    def _cancel_at(self, waited: Any) -> None:
        self.cancelled += 1
        if self._when == "after" and isinstance(waited, asyncio.Future):
            # Before the task's own callback, which only wakes it.
            waited.add_done_callback(lambda _: self.cancel())
        else:
            asyncio.get_running_loop().call_soon(self.cancel)


async def by_task(stepped: Stepped) -> None:
    """Cancel the task, as every server does whose client has gone."""

    async def run() -> None:
        await stepped

    task = asyncio.create_task(run())
    stepped.cancel = task.cancel
    with suppress(asyncio.CancelledError):
        await task


async def by_timeout(stepped: Stepped) -> None:
    """Cancel it by an `asyncio.timeout` that passes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as timeout:

            def expire() -> None:
                if not timeout.expired():
                    timeout.reschedule(0)

            stepped.cancel = expire
            await stepped


async def by_wait_for(stepped: Stepped) -> None:
    """Cancel what waits in `asyncio.wait_for`."""

    async def run() -> None:
        await stepped

    inside = asyncio.create_task(run())
    task = asyncio.create_task(asyncio.wait_for(inside, 3600))
    stepped.cancel = task.cancel
    with suppress(asyncio.CancelledError):
        await task
    # Cancelled twice, Python 3.11's does not wait for what it has called.
    await asyncio.wait([inside])


async def by_sibling(stepped: Stepped) -> None:
    """Let another task of an `asyncio.TaskGroup` fail."""
    fail = asyncio.Event()

    async def sibling() -> None:
        await fail.wait()
        raise LookupError

    async def run() -> None:
        await stepped
        done.cancel()

    stepped.cancel = fail.set
    with suppress(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            done = group.create_task(sibling())
            group.create_task(run())


async def by_scope(stepped: Stepped) -> None:
    """Cancel anyio's scope around it."""
    with anyio.CancelScope() as scope:
        stepped.cancel = scope.cancel
        await stepped


async def by_deadline(stepped: Stepped) -> None:
    """Let the deadline of anyio's `move_on_after` pass."""

    def over() -> None:
        scope.deadline = 0

    with anyio.move_on_after(3600) as scope:
        stepped.cancel = over
        await stepped


Way = Callable[[Stepped], Awaitable[None]]
WAYS: dict[str, Way] = {
    "task.cancel": by_task,
    "asyncio.timeout": by_timeout,
    "asyncio.wait_for": by_wait_for,
    "asyncio.TaskGroup": by_sibling,
    "CancelScope": by_scope,
    "move_on_after": by_deadline,
}


class Caller:
    """Updates a new meeting each time, in front of a Zoom that notes what arrives."""

    def __init__(self, ledger: Ledger, clock: FakeClock) -> None:
        self.ledger, self.clock = ledger, clock
        self.meeting = 8_000_000_000
        self.sent = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer some steps later."""
        await anyio.lowlevel.checkpoint()
        self.sent += 1
        await anyio.lowlevel.checkpoint()
        return httpx.Response(204)

    def next(self) -> None:
        """Go on to another meeting."""
        self.meeting += 1
        self.sent = 0
        self.clock.advance(timedelta(seconds=1))

    async def update(self) -> None:
        """Update a meeting by this client."""
        raise NotImplementedError

    async def fits(self) -> None:
        """See that what was sent is counted, nothing is pending, and the meeting is open."""
        asked = POLICY.reservation(ACCOUNT, self.meeting, None)
        before, sent = self.ledger.usage(asked), self.sent
        assert before.pending == 0
        assert before.used + before.unknown == 1 if sent else before.used == 0
        self.clock.slept.clear()
        await self.update()
        assert not self.clock.slept, "the meeting was in flight"
        assert self.ledger.usage(asked).used == before.used + 1


class _Client(Caller):
    async def update(self) -> None:
        transport = httpx.MockTransport(self.answer)
        async with httpx.AsyncClient(transport=transport, verify=NO_TRUST) as http:
            zoom = AsyncZoom(Bearer("token"), ledger=self.ledger, clock=self.clock, http=http)
            await zoom.update(self.meeting, topic="x")


class _Guard(Caller):
    async def update(self) -> None:
        guard = Guard(self.ledger, clock=self.clock)
        transport = guard.async_transport(httpx.MockTransport(self.answer))
        async with httpx.AsyncClient(transport=transport, verify=NO_TRUST) as http:
            await http.patch(f"{facts.BASE_URL}/meetings/{self.meeting}", json={"topic": "x"})


CALLERS = {"AsyncZoom": _Client, "async Guard": _Guard}
on_every_ledger = pytest.mark.parametrize("name", CASES)
by_every_caller = pytest.mark.parametrize("caller", CALLERS.values(), ids=CALLERS)
in_every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


async def cancelled_at(calling: Caller, at: Collection[int], when: When, way: Way) -> bool:
    """Cancel an update at some of its steps, see that all fits, and tell if all were come by."""
    calling.next()
    stepped = Stepped(calling.update(), at, when)
    await way(stepped)
    try:
        await calling.fits()
    except AssertionError as error:
        error.add_note(f"cancelled at {at} of {stepped.steps} steps")
        raise
    return stepped.cancelled == len(at)


@pytest.mark.parametrize("when", ["before", "after"])
@in_every_way
@by_every_caller
@on_every_ledger
def test_a_cancelled_update_leaves_nothing_pending(
    caller: type[Caller], name: str, way: Way, *, when: When, tmp_path: Path, clock: FakeClock
) -> None:
    """Whatever cancels it, at each of its steps: what was sent is counted, the rest is free."""

    async def at_every_step(calling: Caller) -> int:
        for step in range(MOST):
            if not await cancelled_at(calling, [step], when, way):
                return step
        raise AssertionError("it never ends")

    with CASES[name](tmp_path, clock) as ledger:
        steps = asyncio.run(at_every_step(caller(ledger, clock)))
    print(f"{name}: {steps} steps")
    assert steps >= 2  # those of the answer


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("way", [by_task, by_scope])
@by_every_caller
@on_every_ledger
def test_two_cancellations_in_a_row_leave_nothing_pending(
    caller: type[Caller], name: str, way: Way, *, when: When, tmp_path: Path, clock: FakeClock
) -> None:
    """At each pair of neighbouring steps: the second one meets what the first has to clear up."""

    async def at_every_pair(calling: Caller) -> None:
        for step in range(MOST):
            for apart in (1, 2, 3):
                await cancelled_at(calling, [step, step + apart], when, way)
            if not await cancelled_at(calling, [step], when, way):
                return
        raise AssertionError("it never ends")

    with CASES[name](tmp_path, clock) as ledger:
        asyncio.run(at_every_pair(caller(ledger, clock)))


@by_every_caller
@on_every_ledger
def test_cancelling_at_random_turns_of_the_loop_leaves_nothing_pending(
    caller: type[Caller], name: str, tmp_path: Path, clock: FakeClock
) -> None:
    """Threads run meanwhile: the turns of the loop come anywhere in what they do."""
    chance = random.Random(7)  # noqa: S311 - not a secret

    async def at_random(calling: Caller) -> None:
        for _ in range(100):
            calling.next()
            task = asyncio.ensure_future(calling.update())
            for _ in range(int(2 ** chance.uniform(0, 9))):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await calling.fits()

    with CASES[name](tmp_path, clock) as ledger:
        asyncio.run(at_random(caller(ledger, clock)))


class _Late(SQLiteLedger):
    """Grants in its thread only when it is told to."""

    def __init__(self, path: Path, clock: FakeClock) -> None:
        super().__init__(path, clock=clock)
        self.asked, self.grants, self.granted = (threading.Event() for _ in range(3))

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Wait to be told."""
        self.asked.set()
        assert self.grants.wait(20)
        try:
            return super().reserve(reservation, token, wait=wait)
        finally:
            self.granted.set()


@in_every_way
@by_every_caller
def test_what_a_thread_is_granted_after_the_cancellation_is_given_back(
    caller: type[Caller], way: Way, tmp_path: Path, clock: FakeClock
) -> None:
    """However often the task is cancelled while it waits for the thread."""

    async def cancel_twice(stepped: Stepped, ledger: _Late) -> None:
        while not ledger.asked.is_set():  # noqa: ASYNC110 - it is a thread that sets it
            await asyncio.sleep(0)
        for _ in range(2):
            stepped.cancel()
            for _ in range(1000):
                await asyncio.sleep(0)
        # Whoever has not waited has given back already what is only granted now.
        ledger.grants.set()

    async def run(calling: Caller, ledger: _Late) -> None:
        calling.next()
        stepped = Stepped(calling.update(), (), "before")
        cancelling = asyncio.create_task(cancel_twice(stepped, ledger))
        await way(stepped)
        await cancelling
        assert ledger.granted.wait(20)
        await calling.fits()

    with closing(_Late(tmp_path / "late.sqlite3", clock)) as ledger:
        asyncio.run(run(caller(ledger, clock), ledger))
