"""Updates by the row: from a CSV file, from JSON lines in a file, or from a pipe."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from .._disk import read_lines
from ..errors import RezoomError
from .batch import Done, Result, Task, print_answer, run, size_of
from .console import can_ask, confirm, standard_input, talk
from .estimate import print_estimate
from .exit_codes import NotConfirmed, UsageError
from .flags import SendOptions
from .input import MeetingUpdate, read_line
from .parallel import Prefetched, carry_out_many
from .spreadsheet import Sheet, read_row, result_file

if TYPE_CHECKING:
    from .._client.sync import Zoom

_LOOK = "Look at them with --plan-only or --dry-run, then send them with --yes."
_FINE = ("applied", "accepted", "unchanged", "planned")
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class _Source:
    """Where updates come from: how many, if that is known, and what reads them."""

    tasks: Callable[[Callable[[], None]], Iterator[Any]]
    total: int | None
    sheet: Sheet | None = None


def apply_rows(
    name: str,
    send: SendOptions,
    *,
    skip_unchanged: bool,
    plan_only: bool,
    journal: str | None,
    out: str | None,
) -> None:
    """Carry out the updates of a file, or of standard input for `-`."""
    pipe = name == "-"
    if pipe and not (send.yes or send.dry_run or plan_only):
        raise NotConfirmed(
            "Nothing was sent: standard input holds the updates, so nobody can be asked",
            next_step=_LOOK,
        )
    # Without a rate that is known, one after the other is all that surely passes.
    many_at_once = bool(os.environ.get("REZOOM_ACCOUNT_PLAN"))
    with _opened(name, many_at_once=many_at_once) as source:
        if out is not None and source.sheet is None:
            raise UsageError("--out is for the rows of a CSV file", next_step="Use --json.")
        if plan_only:
            print_estimate(
                source.tasks(lambda: None),
                verify=send.verify,
                skip_unchanged=skip_unchanged,
                as_json=send.as_json,
            )
            return
        if not (pipe or send.yes or send.dry_run):
            question = f"Send these {source.total} updates?"
            confirm(question, undone="Nothing was sent", look=_LOOK)
        options: dict[str, Any] = {
            **send.sending,
            "skip_unchanged": skip_unchanged or None,
            "plan_only": send.dry_run,
            "journal": journal,
            "in_flight": None if many_at_once else 1,
        }
        send = replace(send, as_json=send.as_json or pipe)
        again = "the same rows again with --skip-unchanged: what is done already costs nothing"
        if journal is not None:
            again = "the same command again: the journal knows what is done"
        with _answering(source, send, out) as answer:
            run(
                partial(carry_out_many, source.tasks, **options),
                lambda _: again,
                send,
                many=True,
                total=source.total,
                answer=answer,
            )


@contextmanager
def _opened(name: str, *, many_at_once: bool) -> Iterator[_Source]:
    if name.endswith(".csv"):
        sheet = Sheet(name)
        yield _Source(lambda _: _of_sheet(sheet), sheet.total, sheet)
    elif name == "-":
        source = standard_input()
        if can_ask():
            talk().say("One JSON object a line; Ctrl-D ends them.", "dim")
        if many_at_once and _is_pipe(source):
            yield _Source(partial(Prefetched, source, read_tasks), None)
        else:
            total = size_of(source)
            yield _Source(lambda _: read_tasks(source), total)
    else:
        with _file(name) as file:
            total = size_of(file)
            yield _Source(lambda _: read_tasks(file), total)


def _file(name: str) -> BinaryIO:
    try:
        return open(name, "rb")  # noqa: PTH123 - as it was typed; the caller closes it
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that cannot be the name of a file"
        step = "Give the path of a readable file."
        raise UsageError(f"cannot read {name!r}: {reason}", next_step=step) from None


def _is_pipe(source: BinaryIO) -> bool:
    try:
        return not stat.S_ISREG(os.fstat(source.fileno()).st_mode)
    except (OSError, ValueError):
        return False


@contextmanager
def _answering(
    source: _Source, send: SendOptions, out: str | None
) -> Iterator[Callable[[Result], object]]:
    """Yield what answers a result: by a line of JSON, in the file of results, or at the end."""
    troubles: list[Result] = []

    try:
        with result_file(source.sheet, out) as add:

            def answer(result: Result) -> None:
                add(result)
                if send.as_json or send.dry_run:
                    print_answer(result, as_json=send.as_json, many=True)
                elif result.word not in _FINE and len(troubles) < _MOST_TOLD:
                    troubles.append(result)

            yield answer
    finally:
        for result in troubles:
            why = result.error or "see --json"
            talk().say(f"{result.task.name}: {result.word}: {why}", "red")


def read_tasks(source: BinaryIO) -> Iterator[Task]:
    """Read one task a line, while they come; a line that cannot be read is a task that fails."""
    for number, line in enumerate(read_lines(source), 1):
        if line.strip():
            yield _task(number, partial(read_line, line))


def _of_sheet(sheet: Sheet) -> Iterator[Task]:
    for number, cells in sheet.rows():
        yield _task(number, partial(read_row, cells), cells.get("key", "").strip())


def _task(number: int, read: Callable[[], MeetingUpdate], key: str = "") -> Task:
    origin = {"line": number}
    try:
        update = read()
        if update.fields.problems:
            update.judge()
    except RezoomError as error:
        return Task(origin, partial(_refuse, error))
    change = update.change(key or str(number))
    return Task(origin, _misplaced, update.meeting, change, update.judge)


def _refuse(error: RezoomError, zoom: Zoom) -> Done:  # noqa: ARG001 - called as every other task
    raise error


def _misplaced(zoom: Zoom) -> Done:
    raise AssertionError(f"a row is carried out by update_many, not by {zoom!r} alone")
