"""Many updates under way, as their caller sees them: by threads, and in an event loop."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup

from .._change.results import Plan, Receipt
from .._http.context import ClientContext
from .._http.flow import Flow
from .._public import public
from ..errors import ConfigError, RezoomError, UnansweredError
from .changes import Row, Treatment, UpdateResult
from .updates import Changes, Outcome, Updates


@public("rezoom")
class Many(Updates, Iterator[UpdateResult]):
    """Many updates under way: use it in `with`, and iterate over the results as they come.

    See `Zoom.update_many`. The input is read in your thread, a change at a time, when there is room
    for it; the calls are made in threads of its own. Leaving `with` ends the run: what is under way
    is finished, and nothing else is sent.
    """

    def __init__(
        self,
        run: Callable[[Flow[Receipt | Plan]], Receipt | Plan],
        bind: Callable[..., Receipt],
        context: ClientContext,
        changes: Changes,
        how: Treatment,
        **options: Any,
    ) -> None:
        """Hold what `Zoom.update_many` gives; nothing is read or sent before `with`."""
        super().__init__(context, changes, how, **options)
        self._run, self._bind = run, bind
        self._ended: SimpleQueue[tuple[Row, Outcome] | None] = SimpleQueue()
        self._begun = False
        self._threads: dict[Row, Thread] = {}

    def __enter__(self) -> Self:
        self._begin()
        self._begun = True
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        try:
            self._drain()
        finally:
            self._close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> UpdateResult:
        if not self._begun:
            raise ConfigError("The run has not begun", next_step="Write `with update_many(...)`.")
        while True:
            self._collect()
            while (row := self._next()) is not None:
                # At exit nobody waits for it: who wants to has used `with`.
                thread = Thread(target=self._work, args=(row,), name="rezoom", daemon=True)
                self._threads[row] = thread
                thread.start()
            if self._over():
                self._drain()
            if self._results:
                return self._results.popleft()
            if self._finished():
                raise StopIteration
            self._await()

    def wake(self) -> None:
        """Look again at what may go, and at the input."""
        self._ended.put(None)

    def abandon(self, within: float) -> Iterator[UpdateResult]:
        """Stop, and wait for what is under way, but not above so many seconds; yield the results.

        What was sent and has no answer by then is unknown.
        """
        self.stop()
        self._drain(within)
        for row in [row for row in self._threads if row.sent]:
            self._end(row, UnansweredError("Nobody waited for the answer"))
        self._threads.clear()
        while self._results:
            yield self._results.popleft()

    def _work(self, row: Row) -> None:
        done: Outcome
        try:
            done = self._run(self._flow(row)).bound(self._bind)
        except BaseException as error:  # noqa: BLE001 - it ends the run, in the thread of the caller
            done = error
        if isinstance(done, Receipt | Plan | RezoomError):
            self._note(row, done)
        self._ended.put((row, done))

    def _await(self) -> None:
        idle = self._idle_for()
        if self._schedule.in_flight or self._starved:
            with suppress(Empty):
                self._take_down(self._ended.get(timeout=idle))
        elif idle is not None:
            self._clock.sleep(idle)

    def _collect(self) -> None:
        while not self._ended.empty():
            self._take_down(self._ended.get())

    def _take_down(self, ended: tuple[Row, Outcome] | None) -> None:
        if ended is not None and self._threads.pop(ended[0], None) is not None:
            self._end(*ended)

    def _drain(self, within: float = math.inf) -> None:
        """Wait for what is under way."""
        ends = self._clock.monotonic() + within
        for thread in list(self._threads.values()):
            if thread.ident is not None:  # otherwise an interrupt came before its start
                thread.join(
                    None if within == math.inf else max(0.0, ends - self._clock.monotonic())
                )
        self._collect()


@public("rezoom")
class AsyncMany(Updates, AsyncIterator[UpdateResult]):
    """Many updates under way: use it in `async with`, and iterate over the results as they come.

    See `Many`; the calls are tasks. A cancellation waits for what is under way.
    """

    def __init__(
        self,
        run: Callable[[Flow[Receipt | Plan]], Awaitable[Receipt | Plan]],
        bind: Callable[..., Awaitable[Receipt]],
        context: ClientContext,
        changes: Changes,
        how: Treatment,
        **options: Any,
    ) -> None:
        """Hold what `AsyncZoom.update_many` gives; nothing is read or sent before `async with`."""
        super().__init__(context, changes, how, **options)
        self._run, self._bind = run, bind
        self._group: TaskGroup | None = None
        self._ended = anyio.Event()

    async def __aenter__(self) -> Self:
        self._begin()
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop()
        if self._group is not None:
            # Not told of the error: it would cancel what is to be finished.
            try:
                await self._group.__aexit__(None, None, None)
            finally:
                self._close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> UpdateResult:
        if self._group is None:
            step = "Write `async with update_many(...)`."
            raise ConfigError("The run has not begun", next_step=step)
        while True:
            self._ended = anyio.Event()
            while (row := self._next()) is not None:
                self._group.start_soon(self._work, row)
            if self._results:
                return self._results.popleft()
            if not (self._over() and self._schedule.in_flight) and self._finished():
                raise StopAsyncIteration
            await self._await()

    def wake(self) -> None:
        """Look again at what may go."""
        self._ended.set()

    async def _work(self, row: Row) -> None:
        done: Outcome
        # Whoever is cancelled wants to know what became of what was sent.
        with anyio.CancelScope(shield=True):
            try:
                done = (await self._run(self._flow(row))).bound(self._bind)
            except Exception as error:  # noqa: BLE001 - it ends the run, where it is iterated
                done = error
            if isinstance(done, Receipt | Plan | RezoomError):
                self._note(row, done)
            self._end(row, done)
            self._ended.set()

    async def _await(self) -> None:
        idle = self._idle_for()
        if self._schedule.in_flight:
            with anyio.move_on_after(None if self._over() else idle):
                await self._ended.wait()
        elif idle is not None:
            await self._clock.asleep(idle)
