"""Many updates, one after another: what goes on, what stops them, and what is left then."""

from __future__ import annotations

import os
import signal
import stat
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import typer

from .. import errors
from .._change.results import Plan, Receipt
from .._disk import read_lines
from .console import answers, print_json, silence_stdout, talk
from .environment import open_zoom
from .exit_codes import (
    Bug,
    Interrupted,
    Left,
    Unwritten,
    bug,
    error_object,
    exit_code,
    receipt_code,
)
from .flags import SendOptions
from .saved_files import Keep, receipt_line
from .views import print_receipt

if TYPE_CHECKING:
    from .._client.sync import Zoom
    from .._rules.judge import Change

Done: TypeAlias = Receipt | Plan[Any]

_RETRY_LATER = 3
# Every further update would fail in the same way, or what became of it would be unknown.
_STOPS = (errors.AuthError, errors.LedgerError, errors.UnansweredError, errors.RetryLater)
# Limits of one meeting or of one host: others may still go out.
_NARROW = ("meeting", "host", "lock")
_WORDS = (
    *("applied", "accepted", "unchanged", "altered", "ignored", "planned"),
    *("refused", "unknown", "left"),
)
# In a log every line counts; on a terminal a bar moves.
_EVERY = 25


@dataclass(frozen=True, slots=True)
class Task:
    """One update of many: where it came from, which meeting it is for, and how it is sent."""

    origin: Mapping[str, Any]
    send: Callable[[Zoom], Done]
    meeting: int | str | None = None
    # Where it can go beside others, and be judged beforehand.
    change: Change | None = None
    check: Callable[[], object] | None = None

    @property
    def name(self) -> str:
        """Name the task for people, as in "line 3 (meeting 85746065)"."""
        kind, which = next(iter(self.origin.items()))
        whose = "" if self.meeting is None else f" (meeting {self.meeting})"
        return f"{kind} {which}{whose}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a task: a receipt, a plan where nothing was to be sent, or an error.

    `known` is what a journal says of it, where it was carried out in an earlier run.
    """

    task: Task
    done: Done | None = None
    error: errors.RezoomError | None = None
    known: str = ""

    @property
    def word(self) -> str:
        if self.known:
            return self.known
        if self.error is not None:
            if isinstance(self.error, Left | errors.RetryLater):
                return "left"
            return "unknown" if self.error.sent is None else "refused"
        if isinstance(self.done, Receipt):
            if not self.done.sent:
                return "unchanged"
            if not self.done.verified:
                return "accepted"
            if self.done.ignored:
                return "ignored"
            return "altered" if self.done.altered else "applied"
        return "unchanged" if self.done is None or self.done.empty else "planned"


@dataclass(slots=True)
class Tally:
    """The results so far in numbers, and the exit code that follows."""

    verify: bool
    code: int = 0
    retry_at: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    first_left: Task | None = None
    last: Result | None = None

    def add(self, result: Result) -> None:
        """Count one; the first failure decides the exit code, unless something is left."""
        self.last = result
        self.counts[result.word] += 1
        code = 0
        if result.error is not None:
            code = exit_code(result.error)
        elif isinstance(result.done, Receipt):
            code = receipt_code(result.done, verify=self.verify)
        if code == _RETRY_LATER or not self.code:
            self.code = code
        if result.word == "left":
            self.first_left = self.first_left or result.task
            times = filter(None, (self.retry_at, getattr(result.error, "retry_at", None)))
            self.retry_at = min(times, default=None)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def sent(self) -> int:
        """Count the updates that Zoom has accepted."""
        return sum(self.counts[word] for word in ("applied", "accepted", "altered", "ignored"))

    def __str__(self) -> str:
        found = [f"{self.counts[word]} {word}" for word in _WORDS if self.counts[word]]
        return ", ".join(found) or "nothing to do"


Report: TypeAlias = Callable[[Result], object]
Carry: TypeAlias = "Callable[[Zoom, Report], None]"


def carry_out(tasks: Iterable[Task], zoom: Zoom, report: Report) -> None:
    """Send one after another, and report each result; goes on after refusals.

    A limit of one meeting or host puts off what it concerns, in order; a limit of the account, a
    rejected token, a broken ledger or silence ends the sending, and the rest is reported as left.
    An interrupt ends it too, when every update that was sent has been reported.
    """
    halt: errors.RezoomError | None = None
    shut: dict[int | str | None, errors.RezoomError] = {}
    result: Result | None = None
    try:
        for task in tasks:
            cause = halt or shut.get(task.meeting) or (_spent(zoom, task) if shut else None)
            if cause is None:
                result = Result(task, error=Interrupted("Interrupted while it was sent", sent=None))
                result = tried(zoom, task)
                failure = result.error
                if isinstance(failure, errors.RetryLater) and failure.scope.startswith(_NARROW):
                    shut[task.meeting] = failure
                elif isinstance(failure, _STOPS) or type(failure) in (errors.NotSentError, Bug):
                    # A bare NotSentError is an unreached host; its kinds concern one update.
                    halt = failure
            else:
                if not isinstance(cause, Left):
                    at = getattr(cause, "retry_at", None)
                    cause = Left(cause.message, retry_at=at, code=exit_code(cause))
                result = Result(task, error=cause)
                if halt is None:
                    # The order of one meeting's updates matters: none may overtake another.
                    shut[task.meeting] = cause
            with uninterrupted():
                report(result)
                result = None
    except KeyboardInterrupt:
        if result is not None:
            report(result)
        raise


def tried(zoom: Zoom, task: Task) -> Result:
    """Carry out one task; whatever it raises is its result."""
    try:
        return Result(task, task.send(zoom))
    except errors.RezoomError as error:
        return Result(task, error=error)
    except Exception as error:  # noqa: BLE001 - a bug in one must not hide what became of others
        return Result(task, error=bug(error))


def _spent(zoom: Zoom, task: Task) -> Left | None:
    """Ask the ledger, once a limit was met: another meeting of the same host needs no request."""
    if task.meeting is None:
        return None
    try:
        quota = zoom.quota(task.meeting)
    except errors.RezoomError:
        return None
    if quota.remaining > 0:
        return None
    return Left("the day's updates of its meeting or host are spent", retry_at=quota.next_free)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold an interrupt back until what has been sent is reported."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught:
        raise KeyboardInterrupt


def print_answer(result: Result, *, as_json: bool, many: bool) -> None:
    """Answer one task, at once: whoever reads the pipe must not wait for the next."""
    task, done, error = result.task, result.done, result.error
    if not as_json:
        if many:
            answers().say(task.name, "bold")
        if error is not None:
            talk().error(error)
        elif isinstance(done, Receipt):
            print_receipt(done)
        return
    # Of many, each says where it comes from.
    origin: dict[str, Any] = dict(task.origin) if many else {}
    if error is not None:
        whose = {} if task.meeting is None else {"meeting": task.meeting}
        print_json("error/1", **(origin | whose | error_object(error)))
    elif isinstance(done, Plan):
        print_json("plan/1", **(origin | done.to_dict()))
    elif done is not None:
        print_json("receipt/2", **(origin | receipt_line(done)))
    else:
        print_json("result/1", **(origin | {"meeting": task.meeting, "result": result.word}))
    sys.stdout.flush()


@contextmanager
def _progress(total: int | None, *, shown: bool) -> Iterator[Callable[[Tally], object]]:
    """Yield what shows one more: a live table on a terminal, or a line now and then."""
    console = talk()
    if shown and console.is_terminal and not sys.stdout.isatty():
        from .live import live_table

        with live_table(console, total) as step:
            yield lambda tally: step(tally.counts)
        return
    of = "" if total is None else f" of {total}"

    def say(tally: Tally) -> None:
        if shown and tally.total % _EVERY == 0:
            talk().say(f"{tally.total}{of}: {tally}", "dim")

    yield say


def _print_closing(tally: Tally, again: Callable[[Task], str]) -> None:
    """Say on stderr what became of all of them, and how to go on with what is left."""
    talk().say(f"{tally.total} in all: {tally}.", "yellow" if tally.code else "green")
    if tally.first_left is None:
        return
    when = ""
    if tally.retry_at is not None:
        # Up to the whole second: who reads the time and obeys it must not come too early.
        up = tally.retry_at.astimezone(UTC) + timedelta(microseconds=999_999)
        when = f" at {up:%Y-%m-%dT%H:%M:%SZ}"
    talk().say(
        f"What is left, from {tally.first_left.name} on, was not carried out. "
        f"Go on{when} with {again(tally.first_left)}.",
    )


def size_of(source: BinaryIO) -> int | None:
    """Count the lines of a file; None for a pipe, whose end is not known."""
    try:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            return None
        here = source.tell()
        total = sum(bool(line.strip()) for line in read_lines(source))
        source.seek(here)
    except (OSError, ValueError):
        return None
    return total


def run(
    carry: Carry,
    again: Callable[[Task], str],
    send: SendOptions,
    *,
    many: bool,
    total: int | None,
    keep: Keep = lambda _: None,
    answer: Callable[[Result], object] | None = None,
) -> None:
    """Carry out updates; always raises typer.Exit, or what one error says better.

    `carry` sends them, and reports each result; `again` says how to go on from a task that is
    left; `keep` writes the receipt of an update, `answer` a result that is not told as usual.
    """
    tally = Tally(verify=send.verify)
    answer = answer or partial(print_answer, as_json=send.as_json, many=many)
    try:
        # Reading is cheap, and whose hundred is spent decides what may still go out.
        with open_zoom(hosts="resolve") as zoom, _progress(total, shown=many) as step:

            def report(result: Result) -> None:
                tally.add(result)
                try:
                    # First of all: it may be the only way back.
                    keep(result.done)
                finally:
                    if many or not isinstance(result.error, Interrupted):
                        # Of one, the interrupt itself is the answer.
                        answer(result)
                step(tally)

            carry(zoom, report)
        if many:
            _print_closing(tally, again)
    except KeyboardInterrupt:
        # It may come as late as the last words: another thread had taken the signal.
        raise _interrupted(Interrupted, "Interrupted", tally, again) from None
    except OSError as error:
        silence_stdout()
        why = f"The answers cannot be written ({error.strerror or error})"
        if isinstance(error, BrokenPipeError):
            why = "Nobody reads the answers"
        raise _interrupted(Unwritten, why, tally, again) from None
    raise typer.Exit(tally.code)


def _interrupted(
    kind: type[Interrupted], why: str, tally: Tally, again: Callable[[Task], str]
) -> Interrupted:
    if tally.last is None:
        return kind(f"{why}; nothing was sent")
    task = tally.last.task
    unknown = isinstance(tally.last.error, Interrupted)
    doubt = "; whether that one reached Zoom, nobody knows" if unknown else ""
    return kind(
        f"{why} at {task.name}{doubt}. So far: {tally}; what comes after it was not sent",
        next_step=f"Go on with {again(task)}.",
        sent=None if unknown else bool(tally.sent),
    )
