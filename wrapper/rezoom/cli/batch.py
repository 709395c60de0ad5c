"""Many updates, one after another: what goes on, what stops them, and what is left then."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import errors
from .outcome import Bug, Interrupted, Left, bug, exit_code, receipt_code

if TYPE_CHECKING:
    from ..client import Zoom
    from ..planning.plan import Plan
    from ..planning.receipt import Receipt

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
        from ..planning.receipt import Receipt

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
        from ..planning.receipt import Receipt

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
