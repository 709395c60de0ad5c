"""What people and programs see: answers on stdout, talk on stderr, plain where nobody looks."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from .._redaction import masked
from ..errors import InvalidChange, Problem, RezoomError

if TYPE_CHECKING:
    from rich.console import Console

# Wide enough that nothing is wrapped in a file or a pipe.
_UNBOUNDED = 1000
_DATES = 6
_MARKS = {"error": ("✗", "red"), "warning": ("!", "yellow")}


def print_json(schema: str, content: Mapping[str, Any]) -> None:
    """Write one JSON object on one line of stdout; its first member names its form."""
    typer.echo(json.dumps({"schema": f"rezoom.{schema}"} | dict(content)))


def answers() -> Console:
    """Open stdout for people."""
    return _console(stderr=False)


def talk() -> Console:
    """Open stderr: questions, progress, warnings, errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    class Told(Console):
        def on_broken_pipe(self) -> None:
            # rich would leave with 1; who sends updates has to say first what was sent.
            raise  # noqa: PLE0704 - rich calls it while it handles the BrokenPipeError

    # Made anew each time: it has to find the stream that is there now.
    console = Told(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _UNBOUNDED
    return console


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
        console.print(f"{plain(error)}", style="red", soft_wrap=True)
        return
    console.print(f"{error.message}. Nothing was sent.", style="red", soft_wrap=True)
    pointer = getattr(error, "pointer", "")
    if pointer:
        console.print(plain(pointer), soft_wrap=True)
    print_problems(console, error.problems)
    candidates = getattr(error, "candidates", ())
    if candidates:
        console.print(f"nearest: {plain(', '.join(map(str, candidates)))}", soft_wrap=True)


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Show each problem with its field, what to do, its rule and where the rule comes from."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    for problem in problems:
        mark, colour = _MARKS[problem.severity]
        where = f"{problem.path}: " if problem.path else ""
        message = Text.assemble((plain(where), "bold"), plain(problem.message))
        table.add_row(Text(mark, style=colour), problem.severity, message)
        for name in ("fix", "rule", "source"):
            said = plain(getattr(problem, name))
            if said:
                style = "" if name == "fix" else "dim"
                table.add_row("", Text(name, style="dim"), Text(said, style=style))
        if problem.dates:
            table.add_row("", Text("dates", style="dim"), Text(_few(problem.dates)))
    console.print(table)


def _few(dates: Sequence[date]) -> str:
    shown = ", ".join(day.isoformat() for day in dates[:_DATES])
    return shown if len(dates) <= _DATES else f"{shown} and {len(dates) - _DATES} more"


def print_request(
    console: Console, *, title: str, body: Mapping[str, Any], warnings: Sequence[Problem]
) -> None:
    """Show what is about to be sent, member by member, secrets hidden."""
    from rich.table import Table
    from rich.text import Text

    console.print(title, style="bold", soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    for path, value in leaves(masked(dict(body))):
        shown = value if value == "(hidden)" else json.dumps(value, ensure_ascii=False)
        table.add_row(Text(f"  {plain(path)}"), Text(plain(shown)))
    console.print(table)
    if warnings:
        print_problems(console, warnings)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Walk a body in its own order: (path, value) of everything that is not an object or list."""
    members: Iterable[tuple[str, Any]]
    if isinstance(value, dict) and value:
        members = ((f"{path}.{key}" if path else str(key), item) for key, item in value.items())
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        members = ((f"{path}[{index}]", item) for index, item in enumerate(value))
    else:
        yield path, value
        return
    for name, item in members:
        yield from leaves(item, name)
