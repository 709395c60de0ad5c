"""Run a blocking call of a ledger off the event loop, so that no cancellation loses its result.

anyio shields a worker thread from anyio's cancellation, but `asyncio.Task.cancel` (and with it
`asyncio.timeout` and `wait_for`) leaves the thread behind: whatever it is granted then is lost
(https://anyio.readthedocs.io/en/stable/cancellation.html#asyncio-implementation).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

T = TypeVar("T")
# Blocking calls of one event loop at a time: SQLite lets one write, and Redis answers in turn.
_AT_ONCE = 8
_limiter: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar("rezoom ledgers")
_LOOK_AGAIN = 0.001


async def off_loop(call: Callable[[], T], *, always: bool) -> T:
    """Run `call` in a thread; return or raise only once it has ended or will never begin.

    A caller that is cancelled before it has begun gives it up, unless it is to run `always`.
    """
    # Whoever comes first decides: "begun" is added by the thread, "left" by the task.
    words: list[str] = []
    results: list[T] = []
    ended = threading.Event()

    def run() -> T:
        words.append("begun")
        try:
            if words[0] != "begun":
                raise _GivenUp
            return call()
        finally:
            ended.set()

    try:
        with anyio.CancelScope(shield=always):
            results.append(await anyio.to_thread.run_sync(run, limiter=_calls()))
    except BaseException as error:
        words.append("left")
        if words[0] == "begun":
            await _until(ended, error)
        elif isinstance(error, RuntimeError):
            return call()  # no thread can be started: here it takes the loop's time, but it works
        elif always:
            call()  # cancelled twice: short, and better than lost
        raise
    return results[0]


async def _until(ended: threading.Event, error: BaseException) -> None:
    """Wait for the thread, whoever cancels this task again and again."""
    if isinstance(error, GeneratorExit):
        ended.wait()  # the event loop is gone
    while not ended.is_set():
        try:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(_LOOK_AGAIN)
        except anyio.get_cancelled_exc_class():
            pass


def _calls() -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(_AT_ONCE)
        _limiter.set(limiter)
        return limiter


class _GivenUp(Exception):
    """The task has left before the thread began; it is raised where no caller is."""
