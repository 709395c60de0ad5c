"""The engine of many updates: which change goes next, and what became of those that went."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from .._change.results import Plan, Receipt
from .._clock import Wait, seconds
from .._http.context import ClientContext
from .._http.flow import Flow, Outgoing
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

# An input that yields it has nothing more at the moment; `wake` says that there is more.
NOTHING_YET: Final[Any] = object()

# As many connections as a client of ours keeps; and how many calls are safe at an unknown rate.
_MOST, _UNPACED = 96, 8
# No queue waits longer at once than a thread can; it looks again then.
_LONGEST_IDLE = 3600.0
# How many changes are read ahead while those before them wait for their meeting's turn.
_WINDOW = 1000
# A lock, or a request of a process that has died, holds a meeting for minutes at most.
_PATIENCE, _TRIES = timedelta(minutes=10), 20
_SMOOTHING = 1 / 16
# So many changes in a row without an answer: each that is sent spends one of the day's updates.
_SILENCES = 10

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
        self._number = self._silent = 0
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
        """Tell whether enough is under way; a result that was not taken yet counts, too."""
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
        self._silent = self._silent + 1 if isinstance(done, UnansweredError) else 0
        if isinstance(done, RezoomError) and (ends_all(done) or self._silent >= _SILENCES):
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
        # Whatever refused it, nothing was changed: it leaves anew.
        row.sent = False
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
        return None if left == math.inf else min(max(0.0, left), _LONGEST_IDLE)

    def _finished(self) -> bool:
        """Tell whether nothing more will come; raises what has ended the run, once."""
        if self._over():
            failure, self._failure, self._stopped = self._failure, None, True
            if failure is not None:
                raise failure
            return True
        return self.complete
