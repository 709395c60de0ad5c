"""Many updates at the rate Zoom allows: one engine, driven by threads and by an event loop."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, Self, TypeAlias, cast

import anyio
from anyio.abc import TaskGroup

from .._change.results import Plan, Receipt
from .._clock import Wait, seconds
from .._http.context import ClientContext
from .._http.flow import Flow, Outgoing
from .._public import public
from .._rules.judge import Change
from .._rules.meeting_id import meeting_number
from ..errors import (
    ConfigError,
    InvalidChange,
    LedgerError,
    NotSentError,
    RetryLater,
    RezoomError,
    UnansweredError,
)
from .changes import (
    Row,
    Status,
    Stopped,
    Treatment,
    UpdateResult,
    ends_all,
    is_host_limit,
    is_passing,
    read_change,
    stages,
    status_of,
    watched,
)
from .journal import SENT, Journal
from .schedule import Schedule, needed

# An input that yields it has nothing more at the moment; `Many.wake` says that there is more.
NOTHING_YET: Final[Any] = object()

# As many connections as a client of ours keeps; and how many calls are safe at an unknown rate.
_MOST, _UNPACED = 96, 8
# How many changes are read ahead while those before them wait for their meeting's turn.
_WINDOW = 1000
# A lock, or a request of a process that has died, holds a meeting for minutes at most.
_PATIENCE, _TRIES = timedelta(minutes=10), 20
_SMOOTHING = 1 / 16

Outcome: TypeAlias = Receipt | Plan | BaseException
Changes: TypeAlias = Iterable[Change | Mapping[str, Any]]


class Updates:
    """What is known of a run: which change goes next, and what became of those that went."""

    def __init__(
        self,
        context: ClientContext,
        changes: Changes,
        how: Treatment,
        *,
        in_flight: int | None = None,
        journal: str | Path | None = None,
        deadline: Wait | None = None,
    ) -> None:
        """Read nothing of the input yet; raises ConfigError for an option that cannot be."""
        if in_flight is not None and (type(in_flight) is not int or in_flight < 1):
            step = "Give how many calls may be under way at once, from 1 up, or leave it out."
            raise ConfigError(f"in_flight is {in_flight!r}", field="in_flight", next_step=step)
        self._context, self._clock, self._how = context, context.clock, how
        self._wait = context.wait if how.wait is None else seconds(how.wait)
        self._allowed = math.inf if deadline is None else seconds(deadline, "deadline")
        self._ends_at = math.inf
        self._journal_path = journal
        self._journal: Journal | None = None
        rate = context.quota.limits.per_second
        self._rate = float(rate) if isinstance(rate, int | float) else None
        self._most = in_flight or (_UNPACED if self._rate is None else _MOST)
        self._changes: Iterator[Any] = iter(changes)
        self._schedule: Schedule[Row] = Schedule(_WINDOW)
        self._number = 0
        self._drained = self._starved = self._limited = self._stopped = False
        self._signed_in = False
        self._failure: BaseException | None = None
        self._latency: float | None = None
        # Meetings of which a change was put off or is unknown: no other may overtake it.
        self._shut: dict[int, datetime | None] = {}
        self._results: deque[UpdateResult] = deque()
        self._counts: Counter[str] = Counter()
        self._retry_at: datetime | None = None

    @property
    def summary(self) -> Mapping[str, int]:
        """How many changes have ended so far, by status."""
        return dict(self._counts)

    @property
    def retry_at(self) -> datetime | None:
        """When the first of those put off may go, in UTC; None where none is."""
        return self._retry_at

    @property
    def complete(self) -> bool:
        """Whether every change of the input has a result."""
        return self._drained and not self._schedule.held

    @property
    def latency(self) -> float | None:
        """How many seconds an answer takes, smoothed; None before the first."""
        return self._latency

    def stop(self) -> None:
        """Send nothing more; going on to iterate gives the results of what is under way."""
        self._stopped = True

    def wake(self) -> None:
        """Look again at what may go, and at the input."""
        raise NotImplementedError

    def _begin(self) -> None:
        if self._journal_path is not None:
            self._journal = Journal(self._journal_path, self._context.account)
        self._ends_at = self._clock.monotonic() + self._allowed

    def _close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def _next(self) -> Row | None:
        """Put the next change in flight, reading the input for it; None where none may go now."""
        self._starved = False
        while not self._over():
            now = self._clock.monotonic()
            if now >= self._ends_at:
                self.stop()
            elif self._busy():
                break
            elif (row := self._schedule.take(now, drained=self._drained)) is not None:
                if row.lane not in self._shut:
                    return row
                self._schedule.end(row)
                self._leave(row.key, row.change, row.lane)
            elif self._drained or self._schedule.full or not self._read():
                break
        return None

    def _busy(self) -> bool:
        """Tell whether enough is under way; a result that nobody has taken yet counts, too."""
        flying = self._schedule.in_flight
        # The first brings the token: if that is refused, no other has asked for it.
        enough = needed(self._rate, self._latency, self._most) if self._signed_in else 1
        return flying >= enough or flying + len(self._results) >= self._most

    def _over(self) -> bool:
        return self._stopped or self._failure is not None

    def _read(self) -> bool:
        """Read one change of the input; False where there is none now."""
        try:
            said = next(self._changes)
        except StopIteration:
            self._drained = True
            return True
        if said is NOTHING_YET:
            self._starved = True
            return False
        self._number += 1
        change = read_change(said)
        key = str(self._number) if change.key is None else str(change.key)
        try:
            lane = meeting_number(change.meeting)
        except InvalidChange:
            lane = -self._number  # judging it says so, with all else that is wrong
        row = Row(key, change, lane)
        if self._journal is None or self._is_open(row, self._journal):
            self._schedule.add(row)
        return True

    def _is_open(self, row: Row, journal: Journal) -> bool:
        """Tell whether a change is to be carried out still; otherwise its result is there."""
        try:
            row.digest, known = journal.find(row.key, row.change)
        except InvalidChange as error:
            self._add(row.key, row.change, "refused", error=error)
            return False
        row.last = known in (SENT, "unknown")
        if known and not row.last:
            self._add(row.key, row.change, cast("Status", known))
            return False
        return True

    def _write(self, row: Row, status: str) -> None:
        if self._journal is not None and not self._how.plan_only:
            self._journal.write(row.key, row.digest, status, self._clock.now())

    def _note(self, row: Row, done: Receipt | Plan | RezoomError) -> None:
        """Write down what became of a change, in the thread that knows it first."""
        status = status_of(done)
        if row.sent or status == "unchanged":
            try:
                self._write(row, status)
            except LedgerError as error:
                self._failure = self._failure or error

    def _flow(self, row: Row) -> Flow[Receipt | Plan]:
        """Return the whole way of a change, for either driver."""

        def sending(request: Outgoing) -> None:
            if not self._signed_in:
                self._signed_in = True
                self.wake()
            if self._over() and not row.sent:
                raise Stopped("The run was ended before this change was sent")
            if request.operation == "updateMeeting" and not row.sent:
                self._write(row, SENT)
                row.sent = True

        left = max(0.0, self._ends_at - self._clock.monotonic())
        how = self._how._replace(wait=min(self._wait, left))
        flow = stages(self._context, row, self._clock.now(), how, limited=self._limited)
        return watched(flow, self._clock.monotonic, sending, self._measured)

    def _measured(self, took: float) -> None:
        known = took if self._latency is None else self._latency
        self._latency = known + (took - known) * _SMOOTHING

    def _end(self, row: Row, done: Outcome) -> None:
        """Take down what became of a change in flight."""
        if isinstance(done, Stopped) or not isinstance(done, Receipt | Plan | Exception):
            self._schedule.end(row)
            if not isinstance(done, Stopped | Receipt | Plan):
                self._failure = self._failure or done
            return
        if isinstance(done, Exception) and is_passing(done) and self._goes_again(row, done):
            return
        self._schedule.end(row)
        if not isinstance(done, Receipt | Plan | RezoomError):
            # A bad row is a result, whatever it does to our code. The message may quote a secret.
            unforeseen = RezoomError(
                f"{type(done).__name__} while it was {'sent' if row.sent else 'judged'}",
                sent=None if row.sent else False,
            )
            unforeseen.__cause__ = done
            done = unforeseen
        if isinstance(done, RezoomError) and ends_all(done):
            self._failure = self._failure or done
        status = status_of(done)
        self._limited = self._limited or (isinstance(done, Exception) and is_host_limit(done))
        until = done.retry_at if isinstance(done, RetryLater) else None
        if status in ("put off", "unknown"):
            self._shut[row.lane] = until
        self._add(
            row.key,
            row.change,
            status,
            receipt=done if isinstance(done, Receipt) else None,
            error=done if isinstance(done, RezoomError) else None,
            retry_at=until,
            plan=done if isinstance(done, Plan) else None,
        )

    def _goes_again(self, row: Row, error: Exception) -> bool:
        """Let a change wait for a short limit, unless that is too far away or came too often."""
        now = self._clock.now()
        until = max(now, error.retry_at) if isinstance(error, RetryLater) else now
        row.tries += 1
        if self._over() or row.tries > _TRIES or until - now > _PATIENCE:
            return False
        self._schedule.postpone(row, self._clock.monotonic() + (until - now).total_seconds())
        return True

    def _leave(self, key: str, change: Change, lane: int) -> None:
        """Put off a change whose meeting waits for an earlier one."""
        error = NotSentError(
            "An earlier change of this meeting was put off, or has not been answered",
            next_step="Send both again, in this order.",
        )
        self._add(key, change, "put off", error=error, retry_at=self._shut[lane])

    def _add(self, key: str, change: Change, status: Status, **more: Any) -> None:
        self._counts[status] += 1
        times = (self._retry_at, more.get("retry_at"))
        self._retry_at = min((time for time in times if time is not None), default=None)
        self._results.append(UpdateResult(key, change, status, **more))

    def _idle_for(self) -> float | None:
        """Return how many seconds nothing can go, unless something comes; None: for ever."""
        ends = [self._ends_at, math.inf if (at := self._schedule.wakes_at) is None else at]
        left = min(ends) - self._clock.monotonic()
        return None if left == math.inf else max(0.0, left)

    def _finished(self) -> bool:
        """Tell whether nothing more will come; raises what has ended the run, once."""
        if self._over():
            failure, self._failure, self._stopped = self._failure, None, True
            if failure is not None:
                raise failure
            return True
        return self.complete


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
        self._drain()
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
