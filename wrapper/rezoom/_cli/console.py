"""The terminal and the pipes: answers on stdout, talk on stderr, questions, standard input."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, BinaryIO, TextIO

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..errors import InvalidChange, Problem, RezoomError
from .exit_codes import Interrupted, NotConfirmed, Unwritten, UsageError

# Wide enough that nothing is wrapped in a file or a pipe.
_UNBOUNDED = 1000
_DATES = 6
_MARKS = {"error": ("✗", "red"), "warning": ("!", "yellow")}


def print_json(schema: str, content: Mapping[str, Any]) -> None:
    """Write one JSON object on one line of stdout; its first member names its form."""
    typer.echo(json.dumps({"schema": f"rezoom.{schema}"} | dict(content)))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # rich would leave with 1; a command that sends updates has to say first what was sent.
        raise  # noqa: PLE0704 - rich calls it while it handles the BrokenPipeError


def answers() -> Console:
    """Open stdout for people."""
    return _console(stderr=False)


def talk() -> Console:
    """Open stderr for questions, progress, warnings and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    # Made at each call: it has to find the stream that is there now.
    console = _Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _UNBOUNDED
    return console


def print_line(console: Console, text: object, style: str = "") -> None:
    """Print a text that is neither wrapped nor able to steer the terminal."""
    console.print(Text(plain(text), style=style), soft_wrap=True)


def plain(value: object) -> str:
    """Return the text without what would steer a terminal; titles come from strangers."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(char) else char for char in str(value))


def _steers(char: str) -> bool:
    # Cs: half a surrogate pair, which no terminal can be sent at all.
    return char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs")


def print_error(error: RezoomError) -> None:
    """Say on stderr what went wrong; problems one by one."""
    console = talk()
    if not isinstance(error, InvalidChange):
        print_line(console, error, "red")
        return
    print_line(console, f"{error.message}. Nothing was sent.", "red")
    pointer = getattr(error, "pointer", "")
    if pointer:
        print_line(console, pointer)
    print_problems(console, error.problems)
    candidates = getattr(error, "candidates", ())
    if candidates:
        print_line(console, f"nearest: {', '.join(map(str, candidates))}")


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Show each problem with its field, what to do, its rule and where the rule comes from."""
    table = Table.grid(padding=(0, 1))
    for problem in problems:
        mark, colour = _MARKS[problem.severity]
        where = f"{problem.path}: " if problem.path else ""
        message = Text.assemble((plain(where), "bold"), plain(problem.message))
        table.add_row(Text(mark, style=colour), problem.severity, message)
        for name in ("fix", "rule", "source"):
            text = plain(getattr(problem, name))
            if text:
                style = "" if name == "fix" else "dim"
                table.add_row("", Text(name, style="dim"), Text(text, style=style))
        if problem.dates:
            table.add_row("", Text("dates", style="dim"), Text(_few(problem.dates)))
    console.print(table)


def _few(dates: Sequence[date]) -> str:
    shown = ", ".join(day.isoformat() for day in dates[:_DATES])
    return shown if len(dates) <= _DATES else f"{shown} and {len(dates) - _DATES} more"


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
    """Say why the answer was not written; `sent`: the update was."""
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
