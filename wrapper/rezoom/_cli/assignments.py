"""From `--set path=value` to a member of the body, by what the spec says the field is."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .._paths import pattern_path
from .._rules.normalize import shown
from .._wire import facts, source
from ..errors import Problem
from .exit_codes import UsageError

_STEP = re.compile(r"(?P<name>[^.\[\]=\s]+)(?P<indexes>(?:\[[0-9]{1,4}\])*)")
_TRUE, _FALSE = frozenset(("true", "yes", "on")), frozenset(("false", "no", "off"))
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_BETWEEN = re.compile(r"\s*[,;]\s*")


@dataclass(slots=True)
class Assignments:
    """A body that grows by one member at a time; values that cannot be read become problems."""

    body: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _given: list[str] = field(default_factory=list)

    def add(self, path: str, written: str, *, convert: Callable[[str, str], Any]) -> None:
        """Put the value of `written` at `path`; UsageError if the path cannot be followed."""
        steps = _steps(path)
        if path in self._given:
            raise UsageError(f"{path} is given twice", next_step="Give each field once.")
        for earlier in self._given:
            if earlier.startswith((f"{path}.", f"{path}[")):
                raise UsageError(
                    f"{path} comes after {earlier} and would replace it",
                    next_step=f"Write {path} first, then the members that differ.",
                )
        self._given.append(path)
        value = convert(path, written)
        if isinstance(value, Problem):
            self.problems.append(value)
        else:
            _place(self.body, steps, value, path)


def split(written: str, option: str) -> tuple[str, str]:
    """Split `path=value` at the first equals sign."""
    path, equals, value = written.partition("=")
    path = path.strip()
    if not equals or not path:
        # What stands there is not repeated: it may be a passcode in the wrong place.
        known = f" for {path}" if path in facts.BODIES["updateMeeting"] else ""
        raise UsageError(
            f"{option} has no {'value' if path else 'field'}{known}",
            next_step=f"Write {option} path=value, such as {option} duration=45.",
        )
    return path, value


def by_spec(path: str, written: str) -> Any:
    """Read the value as the field's kind; a Problem if it cannot be read so.

    A field the spec does not know keeps its text: judging the body finds it, with the nearest name.
    """
    known = facts.BODIES["updateMeeting"].get(pattern_path(path))
    if known is None:
        return written
    text, given = written.strip(), shown(path, written)
    match known.kind:
        case "boolean" if text.casefold() in _TRUE | _FALSE:
            return text.casefold() in _TRUE
        case "boolean":
            return _problem(path, f"{given} is neither true nor false", "write true or false")
        case "integer" if _INTEGER.fullmatch(text):
            return int(text)
        case "integer":
            return _problem(path, f"{given} is not a whole number", _integers(known))
        case "object":
            return _json(path, text, dict, "an object")
        case "array[string]" if not text.startswith("["):
            return _words(text)
        case "array" | "array[string]":
            return _json(path, text, list, "a list")
    if known.separator:
        # Either sign, whichever Zoom wants: no address, domain, day or language has one in it.
        listed = _json(path, text, list, "a list") if text.startswith("[") else _words(text)
        return listed or ""
    return written


def by_json(path: str, written: str) -> Any:
    """Read a value of a field the spec does not know: JSON if it is JSON, otherwise text."""
    if pattern_path(path) in facts.BODIES["updateMeeting"]:
        return by_spec(path, written)
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return written


def _words(text: str) -> list[str]:
    return [word for word in _BETWEEN.split(text) if word]


def _json(path: str, text: str, kind: type, name: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, kind):
        return value
    examples = facts.BODIES["updateMeeting"][pattern_path(path)].examples
    example = f", such as '{json.dumps(examples[0])}'" if examples else ""
    # The text is not repeated: half an object may hold a passcode.
    return _problem(path, f"the value is not {name} in JSON", f"write it in JSON{example}")


def _problem(path: str, message: str, fix: str) -> Problem:
    known = facts.BODIES["updateMeeting"][pattern_path(path)]
    return Problem(path, "error", f"{known.path}.type", message, fix, source(known.source))


def _integers(known: facts.Field) -> str:
    if known.enum:
        return f"write one of {', '.join(map(str, known.enum))}"
    if known.minimum is not None and known.maximum is not None:
        return f"write a number from {known.minimum} to {known.maximum}"
    return "write digits only"


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in path.split("."):
        found = _STEP.fullmatch(part)
        if found is None:
            fix = "Write dots between names: settings.waiting_room=true."
            if part.endswith("[]"):
                fix = f"Say which item: {part[:-2]}[0]."
            raise UsageError(f"{path!r} is not the path of a field", next_step=fix)
        steps.append(found["name"])
        steps += [int(index) for index in re.findall(r"[0-9]+", found["indexes"])]
    return steps


def _place(body: dict[str, Any], steps: list[str | int], value: Any, path: str) -> None:
    node: Any = body
    for step, following in itertools.pairwise(steps):
        empty: Any = [] if isinstance(following, int) else {}
        node = _member(node, step, empty, path)
        if type(node) is not type(empty):
            raise UsageError(
                f"{path} leads into a value that is not {'a list' if empty == [] else 'an object'}",
                next_step="Look at --body and at the other --set options.",
            )
    _member(node, steps[-1], None, path)
    node[steps[-1]] = value


def _member(node: Any, step: str | int, empty: Any, path: str) -> Any:
    if isinstance(step, str):
        return node.setdefault(step, empty)
    if step > len(node):
        raise UsageError(
            f"{path} names item {step} of a list that has {len(node)}",
            next_step=f"Items are counted from 0, and none can be left out: [{len(node)}] is next.",
        )
    if step == len(node):
        node.append(empty)
    return node[step]
