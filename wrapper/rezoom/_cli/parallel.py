"""Tasks carried out beside one another, and answered in the order in which they came."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, BinaryIO

from .. import errors
from .batch import Report, Result, Task, tried, uninterrupted
from .exit_codes import CommandError, Interrupted, Left, exit_code

if TYPE_CHECKING:
    from .._client.changes import UpdateResult
    from .._client.many import Many
    from .._client.sync import Zoom
    from .._rules.judge import Change

# Who presses Ctrl-C waits so many seconds for the answers to what was sent.
_GRACE = 2.0
_AHEAD = 1000


@dataclass(slots=True, eq=False)
class _Place:
    """A task's place in the order of the answers, and its result once it has one."""

    task: Task
    result: Result | None = None


class _InOrder:
    """Results that wait for those before them."""

    def __init__(self, zoom: Zoom, report: Report) -> None:
        """Hold no result, and no place for one."""
        self._zoom, self._report = zoom, report
        self._tasks: Iterator[Any] = iter(())
        self._places: deque[_Place] = deque()
        self._by_change: dict[int, _Place] = {}

    def changes(self, tasks: Iterator[Any]) -> Iterator[Change]:
        """Yield the changes of the tasks; one that has none is tried here, and fails."""
        from .._client.updates import NOTHING_YET

        self._tasks = tasks
        for task in tasks:
            if task is NOTHING_YET:
                yield task
                continue
            place = _Place(task)
            self._places.append(place)
            if task.change is None:
                place.result = tried(self._zoom, task)
                self.flush()
            else:
                self._by_change[id(task.change)] = place
                yield task.change
            while len(self._places) > _AHEAD:
                yield NOTHING_YET

    def end(self, result: UpdateResult) -> None:
        """Take a result, and report those that are next."""
        place = self._by_change.pop(id(result.change))
        place.result = _result(place.task, result)
        self.flush()

    def flush(self) -> None:
        """Report what has its result, up to the first that has none."""
        while self._places and self._places[0].result is not None:
            with uninterrupted():
                self._tell(self._places.popleft())

    def finish(self) -> None:
        """Report all that have their results: the others were not sent."""
        places, self._places = self._places, deque()
        for place in places:
            self._tell(place)

    def leave(self, halt: errors.RezoomError) -> None:
        """Report all that have no result, and the rest of the input, as left."""
        at = getattr(halt, "retry_at", None)
        left = Left(halt.message, retry_at=at, code=exit_code(halt))
        for place in self._places:
            place.result = place.result or Result(place.task, error=left)
        self.flush()
        if isinstance(self._tasks, Prefetched):
            self._tasks.waits = True
        for task in self._tasks:
            with uninterrupted():
                self._report(Result(task, error=left))

    def _tell(self, place: _Place) -> None:
        if place.result is not None:
            self._report(place.result)


def carry_out_many(
    tasks: Callable[[Callable[[], None]], Iterator[Any]],
    zoom: Zoom,
    report: Report,
    **options: Any,
) -> None:
    """Carry out tasks as `Zoom.update_many` does, and report each result in their order.

    `tasks` reads them; it is given what to call when there is more after NOTHING_YET. After what
    ends the run the rest is reported as left. An interrupt waits a moment for what is under way.
    """
    ordered = _InOrder(zoom, report)

    def changes() -> Iterator[Change]:
        yield from ordered.changes(tasks(many.wake))

    with zoom.update_many(changes(), **options) as many:
        try:
            _report_all(many, ordered)
        except KeyboardInterrupt:
            _report_interrupted(many, ordered)
            raise
        except CommandError:
            raise
        except errors.RezoomError as halt:
            ordered.leave(halt)


def _report_all(many: Many, ordered: _InOrder) -> None:
    for result in many:
        ordered.end(result)
    ordered.flush()


def _report_interrupted(many: Many, ordered: _InOrder) -> None:
    for result in many.abandon(_GRACE):
        error = result.error
        if isinstance(error, errors.UnansweredError):
            error = Interrupted("Interrupted while it was sent", sent=None)
        ordered.end(replace(result, error=error))
    ordered.finish()


def _result(task: Task, result: UpdateResult) -> Result:
    done, error = result.receipt or result.plan, result.error
    if done is None and error is None:
        return Result(task, known=result.status)
    if result.status == "put off" and not isinstance(error, errors.RetryLater):
        why = error.message if error is not None else "put off"
        return Result(task, error=Left(why, retry_at=result.retry_at, code=3))
    return Result(task, done, error)


class Prefetched(Iterator[Any]):
    """Tasks that a thread reads from a pipe; NOTHING_YET while there is none, or `waits`."""

    def __init__(
        self,
        source: BinaryIO,
        read: Callable[[BinaryIO], Iterator[Task]],
        wake: Callable[[], None],
    ) -> None:
        """Begin to read; `wake` is called whenever there is more."""
        self.waits = False
        self._ready: Queue[Any] = Queue(_AHEAD)
        self._end: BaseException | None = None
        self._read, self._wake = read, wake
        # A stream of its own: at exit Python closes stdin's, and waits for whoever reads it.
        stream = os.fdopen(os.dup(source.fileno()), "rb")
        threading.Thread(target=self._fill, args=(stream,), daemon=True).start()

    def __next__(self) -> Any:
        if self._end is not None:
            raise self._end
        try:
            found = self._ready.get(block=self.waits)
        except Empty:
            from .._client.updates import NOTHING_YET

            return NOTHING_YET
        if isinstance(found, BaseException):
            self._end = found
            raise found
        return found

    def _fill(self, stream: BinaryIO) -> None:
        end: BaseException = StopIteration()
        try:
            for task in self._read(stream):
                self._ready.put(task)
                self._wake()
        except Exception as error:  # noqa: BLE001 - raised where the tasks are taken
            end = error
        self._ready.put(end)
        self._wake()
