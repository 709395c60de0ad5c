"""Faults as data: the JSON form for control calls and files, and the short form for a shell."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import ConfigError
from .._store.documents import SUFFIXES, Document
from .fault import Fault
from .fault_plan import Faults, RandomFaults

_FORM = 'Write {"faults": [{"kind": "reset"}], "plan": {"seed": 7, "chances": {"reset": 0.05}}}.'
_WORDS = "Write for example reset:times=3:match=PATCH,html-502:nth=2 or reset=0.05,seed=7."
_STATUS = re.compile(r"[0-9]{3}")
_PLAN = frozenset({"seed", "match", "chances"})


def as_fault(value: object) -> Fault:
    """Read one fault: a Fault, a kind, a status, or an object with `kind` and options."""
    if isinstance(value, Fault):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fault(status=value)
    if isinstance(value, str):
        return Fault(value)
    if isinstance(value, Mapping):
        options = {str(name): option for name, option in value.items()}
        return Fault(options.pop("kind", "answer"), **options)
    raise _wrong(f"{value!r} is no fault", "Give a kind, a status, or an object with a kind.")


def read_faults(value: object) -> Faults:
    """Read the JSON form: one fault, a list, or an object with `faults` and `plan`."""
    if not isinstance(value, Mapping) or "kind" in value or "status" in value:
        return Faults(_listed(value if isinstance(value, list | tuple) else [value]))
    for name in value:
        if name not in {"faults", "plan"}:
            raise _wrong(f"there is no member {name!r}", _FORM)
    listed = value.get("faults")
    listed = [] if listed is None else listed
    if not isinstance(listed, list | tuple):
        raise _wrong("`faults` is no list", _FORM)
    return Faults(_listed(listed), _lottery(value.get("plan")))


def read_fault_words(text: str) -> Faults:
    """Read what a command line says: a file, the JSON form, or the short form.

    The short form is `kind:option=value:…` for a fault, or a status in place of the kind, and
    `kind=chance` for the lottery, with commas between them; `seed=7` and `match=PATCH` belong to
    the lottery.
    """
    words = text.strip()
    if words[:1] in {"{", "["}:
        try:
            return read_faults(json.loads(words))
        except json.JSONDecodeError as error:
            raise _wrong(f"this is not JSON: {error}", _FORM) from None
    if Path(words).suffix.lower() in SUFFIXES:
        return read_fault_file(words)
    listed: list[object] = []
    plan: dict[str, Any] = {}
    chances: dict[str, Any] = {}
    for item in filter(None, map(str.strip, words.split(","))):
        kind, *options = item.split(":")
        name, equals, number = kind.partition("=")
        if not equals:
            said = {"status": int(kind)} if _STATUS.fullmatch(kind) else {"kind": kind}
            listed.append(said | dict(map(_option, options)))
        elif name in {"seed", "match"}:
            plan[name] = _value(number)
        else:
            chances[name] = {"chance": _value(number)} | dict(map(_option, options))
    if plan and not chances:
        raise _wrong(f"{text!r} names no kind with a chance", _WORDS)
    if not listed and not chances:
        raise _wrong("nothing is said", _WORDS)
    return Faults(_listed(listed), _lottery(plan | {"chances": chances} if chances else None))


def read_fault_file(path: str | Path) -> Faults:
    """Read the JSON form from a JSON or YAML file; ConfigError names the file and the line."""
    document = Document(path, field="faults")
    try:
        return read_faults(document.value)
    except ConfigError as error:
        place, _, reason = error.message.partition(": ")
        if isinstance(document.value, list):
            place = place.removeprefix("faults")
        message = f"{document.where(place)}: {error.message}" if reason else error.message
        raise ConfigError(message, field="faults", next_step=error.next_step) from None


def _listed(values: list[Any] | tuple[Any, ...]) -> tuple[Fault, ...]:
    found = []
    for index, value in enumerate(values):
        try:
            found.append(as_fault(value))
        except ConfigError as error:
            message = f"faults[{index}]: {error.message}"
            raise ConfigError(message, field="faults", next_step=error.next_step) from None
    return tuple(found)


def _lottery(plan: object) -> RandomFaults | None:
    if plan is None:
        return None
    if not isinstance(plan, Mapping) or not isinstance(plan.get("chances"), Mapping):
        raise _wrong("`plan` is no object with `chances`", _FORM)
    for name in plan:
        if name not in _PLAN:
            raise _wrong(f"`plan` has no member {name!r}", _FORM)
    return RandomFaults(**plan)


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise _wrong(f"{text!r} is no option", _WORDS)
    return name, value if name in {"match", "body"} else _value(value)


def _value(text: str) -> Any:
    # Numbers, true, false, null and objects as in JSON; what is none of them is text.
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _wrong(message: str, next_step: str) -> ConfigError:
    return ConfigError(f"faults: {message}", field="faults", next_step=next_step)
