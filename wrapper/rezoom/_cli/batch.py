"""Many updates, one after another: what goes on, what stops them, and what is left then."""

from __future__ import annotations

import io
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
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeAlias

import typer

from .. import errors
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
    silence_stdout,
)
from .render import answers, plain, print_error, print_json, talk
from .saved_files import ReceiptFile, receipt_line
from .views import print_receipt

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

if TYPE_CHECKING:
    from .._change.results import Plan, Receipt
    from .._client.sync import Zoom

    Done: TypeAlias = Receipt | Plan[Any]

_RETRY_LATER = 3
# Every further update would fail in the same way, or nobody would know what became of it.
_STOPS = (
    errors.AuthError, errors.LedgerError, errors.UnansweredError, errors.RetryLater,
)  # fmt: skip
# Limits of one meeting or of one host: others may still go out.
_NARROW = ("meeting", "host", "lock")
_LEFT = "Not tried: "
_WORDS = ("applied", "accepted", "unchanged", "ignored", "planned", "refused", "unknown", "left")


@dataclass(frozen=True, slots=True)
class Task:
    """One update of many: where it came from, whose it is, and how it is sent."""

    place: Mapping[str, Any]
    send: Callable[[Zoom], Done]
    meeting: int | None = None

    @property
    def name(self) -> str:
        """Name it for people."""
        kind, which = next(iter(self.place.items()))
        whose = "" if self.meeting is None else f" (meeting {self.meeting})"
        return f"{kind} {which}{whose}"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a task: a receipt, a plan where nothing was to be sent, or an error."""

    task: Task
    done: Done | None = None
    error: errors.RezoomError | None = None

    @property
    def word(self) -> str:
        """Say it in a word, one of a fixed few."""
        if self.error is not None:
            if isinstance(self.error, Left | errors.RetryLater):
                return "left"
            return "unknown" if self.error.sent is None else "refused"
        from .._change.results import Receipt

        if isinstance(self.done, Receipt):
            if not self.done.sent:
                return "unchanged"
            if not self.done.verified:
                return "accepted"
            return "ignored" if self.done.ignored else "applied"
        return "unchanged" if self.done is None or self.done.empty else "planned"


@dataclass(slots=True)
class Tally:
    """What became of all of them, and the exit code that follows."""

    verify: bool
    code: int = 0
    retry_at: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    first_left: Task | None = None

    def add(self, told: Told) -> None:
        """Count one; the first failure decides the exit code, unless something is left."""
        from .._change.results import Receipt

        self.counts[told.word] += 1
        code = 0
        if told.error is not None:
            code = exit_code(told.error)
        elif isinstance(told.done, Receipt):
            code = receipt_code(told.done, verify=self.verify)
        if told.word == "left":
            self.first_left = self.first_left or told.task
            at: datetime | None = getattr(told.error, "retry_at", None)
            if at is not None and (self.retry_at is None or at < self.retry_at):
                self.retry_at = at
        if code == _RETRY_LATER or not self.code:
            self.code = code or self.code

    @property
    def total(self) -> int:
        """How many there were."""
        return self.counts.total()

    @property
    def sent(self) -> int:
        """How many of them Zoom has accepted."""
        return sum(self.counts[word] for word in ("applied", "accepted", "ignored"))

    def __str__(self) -> str:
        found = [f"{self.counts[word]} {word}" for word in _WORDS if self.counts[word]]
        return ", ".join(found) or "nothing to do"


def carry_out(zoom: Zoom, tasks: Iterable[Task], tell: Callable[[Told], object]) -> None:
    """Send one after another, and tell of each; goes on after refusals.

    A limit of one meeting or host puts off what it concerns, in order; a limit of the account, a
    rejected token, a broken ledger or silence ends the sending, and the rest is told as left. An
    interrupt ends it too: every update that was sent has been told of when it is raised again.
    """
    halt: errors.RezoomError | None = None
    shut: dict[int | None, errors.RezoomError] = {}
    told: Told | None = None
    try:
        for task in tasks:
            cause = halt or shut.get(task.meeting) or (_spent(zoom, task) if shut else None)
            if cause is None:
                told = Told(task, error=Interrupted("Interrupted while it was sent", sent=None))
                told = _tried(zoom, task)
                if isinstance(told.error, errors.RetryLater) and _is_narrow(told.error):
                    shut[task.meeting] = told.error
                elif _ends(told.error):
                    halt = told.error
            else:
                told = Told(task, error=_left(cause))
                if halt is None:
                    # The order of one meeting's updates matters: none may overtake another.
                    shut[task.meeting] = cause
            with _uninterrupted():
                tell(told)
                told = None
    except KeyboardInterrupt:
        if told is not None:
            tell(told)
        raise


def _tried(zoom: Zoom, task: Task) -> Told:
    try:
        return Told(task, task.send(zoom))
    except errors.RezoomError as error:
        return Told(task, error=error)
    except Exception as error:  # noqa: BLE001 - a bug in one must not hide what became of others
        return Told(task, error=bug(error))


def _is_narrow(error: errors.RetryLater) -> bool:
    return error.scope.startswith(_NARROW)


def _ends(error: errors.RezoomError | None) -> bool:
    # A NotSentError itself is a host that was not reached; its kinds concern one update only.
    return isinstance(error, _STOPS) or type(error) in (errors.NotSentError, Bug)


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


def _left(cause: errors.RezoomError) -> Left:
    step = "Run the same again with --skip-unchanged: what is done already then costs nothing."
    said = cause.message.removeprefix(_LEFT)
    retry_at = getattr(cause, "retry_at", None)
    return Left(f"{_LEFT}{said}", next_step=step, retry_at=retry_at, cause=cause)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold an interrupt back until what has been sent is told."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def remember(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal calls it
        nonlocal asked
        asked = True

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


# In a log every line counts; on a terminal a bar moves.
_EVERY = 25


@dataclass(frozen=True, slots=True)
class Answers:
    """What stdout gets: JSON lines, or words; `many` says where each comes from."""

    as_json: bool
    many: bool

    def tell(self, told: Told) -> None:
        """Answer one, at once: whoever reads the pipe must not wait for the next."""
        if self.as_json:
            self._tell_json(told)
            sys.stdout.flush()
            return
        from .._change.results import Plan

        if self.many:
            answers().print(plain(told.task.name), style="bold", soft_wrap=True)
        if told.error is not None:
            print_error(told.error)
        elif told.done is not None and not isinstance(told.done, Plan):
            print_receipt(told.done)

    def _tell_json(self, told: Told) -> None:
        from .._change.results import Plan

        place: dict[str, Any] = dict(told.task.place) if self.many else {}
        if told.error is not None:
            whose = {} if told.task.meeting is None else {"meeting": told.task.meeting}
            print_json("error/1", place | whose | dict(error_object(told.error)))
        elif isinstance(told.done, Plan):
            print_json("plan/1", place | told.done.to_dict())
        elif told.done is not None:
            print_json("receipt/1", place | receipt_line(told.done))


class Progress:
    """A bar on stderr where that is a terminal, a line now and then where it is not."""

    def __init__(self, total: int | None, *, shown: bool) -> None:
        self._total, self._shown, self._done = total, shown, 0
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        console = talk()
        if self._shown and console.is_terminal and not sys.stdout.isatty():
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
            )
            self._bar = Bar(*columns, console=console, transient=True)
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, tally: Tally) -> None:
        """Count one more."""
        self._done += 1
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=str(tally))
        elif self._shown and self._done % _EVERY == 0:
            of = "" if self._total is None else f" of {self._total}"
            talk().print(f"{self._done}{of}: {tally}", style="dim", soft_wrap=True)


def print_closing(tally: Tally, again: Callable[[Task], str]) -> None:
    """Say on stderr what became of all of them, and how to go on with what is left."""
    console = talk()
    style = "green" if not tally.code else "yellow"
    console.print(f"{tally.total} in all: {tally}.", style=style, soft_wrap=True)
    if tally.first_left is None:
        return
    when = "" if tally.retry_at is None else f" at {_whole_second(tally.retry_at)}"
    console.print(
        plain(
            f"What is left, from {tally.first_left.name} on, was not carried out. "
            f"Go on{when} with {again(tally.first_left)}."
        ),
        soft_wrap=True,
    )


def _whole_second(instant: datetime) -> str:
    # Up: who reads the time and obeys it must not come too early.
    return f"{instant.astimezone(UTC) + timedelta(microseconds=999_999):%Y-%m-%dT%H:%M:%SZ}"


def size_of(source: BinaryIO) -> int | None:
    """Count the lines of a file; None for a pipe, whose end nobody knows."""
    try:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            return None
        here = source.tell()
        total = sum(bool(line.strip()) for line in source)
        source.seek(here)
    except (OSError, ValueError, io.UnsupportedOperation):
        return None
    return total


def run(
    tasks: Iterable[Task],
    said: Answers,
    again: Callable[[Task], str],
    *,
    verify: bool,
    total: int | None,
    kept: ReceiptFile | None = None,
) -> None:
    """Carry them out; always raises typer.Exit, or what one error says better.

    `again` says how to go on from a task that is left; `kept` gets the receipt, where there is one.
    """
    tally = Tally(verify=verify)
    last: list[Told] = []
    try:
        # Reading is cheap, and whose hundred is spent decides what may still go out.
        with open_zoom(hosts="resolve") as zoom, Progress(total, shown=said.many) as progress:

            def tell(told: Told) -> None:
                tally.add(told)
                last[:] = [told]
                try:
                    # First of all: it may be the only way back.
                    if kept is not None:
                        kept.take(told.done)
                finally:
                    if said.many or not isinstance(told.error, Interrupted):
                        # Of one, the interrupt itself is the answer.
                        said.tell(told)
                progress.step(tally)

            carry_out(zoom, tasks, tell)
        if said.many:
            print_closing(tally, again)
    except KeyboardInterrupt:
        # It may come as late as the last words: another thread had taken the signal.
        raise _interrupted("Interrupted", tally, last, again) from None
    except OSError as error:
        silence_stdout()
        why = f"The answers cannot be written ({error.strerror or error})"
        if isinstance(error, BrokenPipeError):
            why = "Nobody reads the answers"
        raise _interrupted(why, tally, last, again, Unwritten) from None
    raise typer.Exit(tally.code)


def _interrupted(
    why: str,
    tally: Tally,
    last: list[Told],
    again: Callable[[Task], str],
    kind: type[Interrupted] = Interrupted,
) -> Interrupted:
    if not last:
        return kind(f"{why}; nothing was sent")
    task, error = last[0].task, last[0].error
    unknown = isinstance(error, Interrupted)
    doubt = "; whether that one reached Zoom, nobody knows" if unknown else ""
    said = f"{why} at {task.name}{doubt}. So far: {tally}; what comes after it was not sent"
    return kind(
        said, next_step=f"Go on with {again(task)}.", sent=None if unknown else bool(tally.sent)
    )
