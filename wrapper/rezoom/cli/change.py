"""The change a command line describes: a file, single fields, and what the spec does not know."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Problem
from .asking import standard_input
from .documents import named
from .fields import Assignments, by_json, by_spec, split
from .outcome import UsageError


@dataclass(frozen=True, slots=True)
class Change:
    """The body as it was asked for, not judged yet, and the values that could not be read."""

    body: dict[str, Any]
    extra: dict[str, Any]
    problems: list[Problem]

    def with_verdicts(self, found: Iterable[Problem]) -> list[Problem]:
        """Return every problem: what could not be read, and what judging the rest found."""
        # A value that could not be read may be why nothing is left to change.
        empty = "nothing-to-change" if self.problems else None
        return self.problems + [problem for problem in found if problem.rule != empty]


@dataclass(slots=True)
class Inputs:
    """Reads files and standard input; the latter has one reader only."""

    _taken_by: str = field(default="")

    def read(self, name: str, option: str, member: str = "") -> str:
        """Return the text of the file `name`, or of standard input for `-`."""
        try:
            data = self._stdin(option) if name == "-" else Path(name).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "that cannot be the name of a file"
            step = "Give the path of a readable file, or - for standard input."
            said = named(name, member)
            if option != "--body":
                step += " A text that begins with @ is written with two: @@."
            raise UsageError(f"{option}: cannot read {said}: {reason}", next_step=step) from None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UsageError(
                f"{option}: {name} is not text in UTF-8", next_step="Save it as UTF-8."
            ) from None

    def _stdin(self, option: str) -> bytes:
        if self._taken_by:
            raise UsageError(
                f"standard input cannot serve both {self._taken_by} and {option}",
                next_step="Put one of them into a file.",
            )
        self._taken_by = option
        return standard_input().read()


def read_change(
    *,
    body: str | None,
    sets: Sequence[str],
    direct: Mapping[str, str | None],
    extras: Sequence[str] = (),
) -> Change:
    """Read the change: `--body` first, direct options and `--set` laid over it, `--extra` last."""
    inputs = Inputs()
    asked = Assignments({} if body is None else _body(inputs.read(body, "--body"), body))
    for path, value in direct.items():
        if value is not None:
            asked.add(path, value, convert=by_spec)
    for written in sets:
        path, value = split(written, "--set")
        asked.add(path, _value(path, value, "--set", inputs), convert=by_spec)
    added = Assignments()
    for written in extras:
        path, value = split(written, "--extra")
        added.add(path, _value(path, value, "--extra", inputs), convert=by_json)
    return Change(asked.body, added.body, asked.problems + added.problems)


def _value(path: str, written: str, option: str, inputs: Inputs) -> str:
    if written.startswith("@@"):
        return written[1:]
    if written.startswith("@"):
        # An editor ends a file with a line break that nobody means.
        return inputs.read(written[1:], option, path).rstrip("\r\n")
    return written


def _body(text: str, name: str) -> dict[str, Any]:
    where = "standard input" if name == "-" else name
    try:
        body = json.loads(text, object_pairs_hook=unique("--body: "))
    except json.JSONDecodeError as error:
        # Its own message names no content, and the content may be secret.
        raise UsageError(
            f"--body: {where} is not JSON: {error.msg}, line {error.lineno} column {error.colno}",
            next_step='Write an object such as {"topic": "Stand-up", "duration": 45}.',
        ) from None
    except (RecursionError, ValueError):
        raise UsageError(
            f"--body: {where} is nested too deeply, or has a number too long to read",
            next_step="Write an object as Zoom's documentation shows it.",
        ) from None
    if not isinstance(body, dict):
        raise UsageError(
            f"--body: {where} holds {_KINDS[type(body)]}, not an object",
            next_step='Write an object such as {"topic": "Stand-up", "duration": 45}.',
        )
    return body


_KINDS = {
    list: "a list", str: "a text", int: "a number", float: "a number", bool: "a boolean",
    type(None): "null",
}  # fmt: skip


def unique(where: str) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Return what reads the members of a JSON object, and refuses one that stands there twice."""

    def read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise UsageError(
                f"{where}{twice!r} stands twice in one object", next_step="Keep the one you mean."
            )
        return members

    return read
