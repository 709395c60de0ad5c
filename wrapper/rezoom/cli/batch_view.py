"""How many updates are told: a line of JSON or of words each, progress, and what is left."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from .batch import Tally, Task, Told
from .documents import receipt_line
from .outcome import error_object
from .receipt_view import print_receipt
from .render import answers, plain, print_error, print_json, talk

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

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
        from ..planning.plan import Plan

        if self.many:
            answers().print(plain(told.task.name), style="bold", soft_wrap=True)
        if told.error is not None:
            print_error(told.error)
        elif told.done is not None and not isinstance(told.done, Plan):
            print_receipt(told.done)

    def _tell_json(self, told: Told) -> None:
        from ..planning.plan import Plan

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
