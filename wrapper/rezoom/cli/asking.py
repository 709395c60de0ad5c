"""The question before something is done, and what happens where nobody can be asked."""

from __future__ import annotations

import sys
from typing import BinaryIO, TextIO

from .outcome import Interrupted, NotConfirmed, UsageError
from .render import talk


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
