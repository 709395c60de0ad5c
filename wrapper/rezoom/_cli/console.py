"""The terminal and the pipes: answers on stdout, talk on stderr, questions, standard input."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, TextIO

import rich.console
import typer
from rich.table import Column, Table
from rich.text import Text

from .._visible import visible
from ..errors import InvalidChange, Problem, RezoomError
from .exit_codes import Interrupted, NotConfirmed, Unwritten, UsageError

# Wide enough that nothing is wrapped in a file or a pipe.
_UNBOUNDED = 1000
_DATES = 6
_MARKS = {"error": ("✗", "red"), "warning": ("!", "yellow")}


def print_json(schema: str, /, **members: Any) -> None:
    """Write one JSON object on one line of stdout; its first member names its form."""
    typer.echo(json.dumps({"schema": f"rezoom.{schema}"} | members))


class Console(rich.console.Console):
    """A console for texts of strangers, none of which can steer the terminal."""

    def on_broken_pipe(self) -> None:
        # rich would leave with 1; a command that sends updates has to say first what was sent.
        raise  # noqa: PLE0704 - rich calls it while it handles the BrokenPipeError

    def say(self, text: object, style: str = "") -> None:
        """Print one line that is not wrapped."""
        self.print(Text(visible(text), style=style), soft_wrap=True)

    def rows(self, rows: Iterable[Iterable[object]], *columns: Column, gap: int = 2) -> None:
        """Print a table without a frame; each cell is a Text, or becomes one."""
        table = Table.grid(*columns, padding=(0, gap))
        for row in rows:
            table.add_row(*map(as_text, row))
        self.print(table)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Print each problem with its field, what to do, its rule and where the rule comes from."""
        self.rows((row for problem in problems for row in _problem_rows(problem)), gap=1)

    def error(self, error: RezoomError) -> None:
        """Print what went wrong; problems one by one."""
        if not isinstance(error, InvalidChange):
            self.say(error, "red")
            return
        self.say(f"{error.message}. Nothing was sent.", "red")
        if pointer := getattr(error, "pointer", ""):
            for line in pointer.split("\n"):
                self.say(line)
        self.problems(error.problems)
        if candidates := getattr(error, "candidates", ()):
            self.say(f"nearest: {', '.join(map(visible, candidates))}")


def answers() -> Console:
    """Open stdout for people."""
    return _console(stderr=False)


def talk() -> Console:
    """Open stderr for questions, progress, warnings and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    # Made at each call: it has to find the stream that is there now.
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _UNBOUNDED
    return console


def as_text(value: object, style: str = "") -> Text:
    """Return a text that cannot steer a terminal, in one style."""
    return value if isinstance(value, Text) else Text(visible(value), style=style)


def _problem_rows(problem: Problem) -> Iterator[tuple[object, ...]]:
    mark, colour = _MARKS[problem.severity]
    where = f"{problem.path}: " if problem.path else ""
    message = Text.assemble((visible(where), "bold"), visible(problem.message))
    dates = ", ".join(day.isoformat() for day in problem.dates[:_DATES])
    if len(problem.dates) > _DATES:
        dates += f" and {len(problem.dates) - _DATES} more"
    yield Text(mark, style=colour), problem.severity, message
    yield from (
        ("", as_text(name, "dim"), as_text(text, style))
        for name, text, style in (
            ("fix", problem.fix, ""),
            ("rule", problem.rule, "dim"),
            ("source", problem.source, "dim"),
            ("dates", dates, ""),
        )
        if text
    )


def standard_input() -> BinaryIO:
    """Return standard input; UsageError where there is none, as in some services."""
    # A process may be started without one, which the types of `sys` do not know.
    there: TextIO | None = sys.stdin
    if there is None:
        raise UsageError("standard input is closed", next_step="Name a file, or pipe something in.")
    return there.buffer


def can_ask() -> bool:
    """Tell whether there is a terminal to ask on."""
    there: TextIO | None = sys.stdin
    return there is not None and there.isatty()


def confirm(question: str, *, undone: str, look: str) -> None:
    """Ask on the terminal; raise unless the answer is yes.

    `undone` says what has not happened then, `look` how to see beforehand what would.
    """
    if not can_ask():
        raise NotConfirmed(f"{undone}: there is no terminal to ask on", next_step=look)
    # Not typer.confirm: it writes a blank to stdout, which belongs to the answer.
    talk().print(f"{question} [y/N] ", end="")
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise Interrupted(f"Declined; {undone[:1].lower()}{undone[1:]}")


@contextmanager
def answering(*, sent: bool) -> Iterator[None]:
    """Report an answer that cannot be written as Unwritten; `sent`: the update was sent."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        raise unwritten(error, sent=sent) from None


def unwritten(error: OSError, *, sent: bool = False) -> Unwritten:
    """Say why the answer was not written, and write no more of it; `sent`: the update was."""
    silence_stdout()
    if isinstance(error, BrokenPipeError):
        return Unwritten("Nobody reads the answer", sent=sent)
    found = Unwritten(
        f"The answer cannot be written: {error.strerror or error}",
        next_step="Write it elsewhere, or free some space.",
        sent=sent,
    )
    found.exit_code = UsageError.exit_code
    return found


def silence_stdout() -> None:
    """Drop what is still in the buffer of stdout: at exit it has nowhere to go either."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
