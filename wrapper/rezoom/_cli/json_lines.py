"""Updates as JSON lines: one object a line, read while they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import RezoomError
from .batch import Task
from .exit_codes import UsageError
from .input import one_of, read_series, read_when, unique

if TYPE_CHECKING:
    from .._client.sync import Zoom
    from .batch import Done

_MEMBERS = ("meeting", "body", "occurrence", "host", "repeat", "rrule", "allow", "extra")
_EXAMPLE = 'Write {"meeting": 85746065, "body": {"topic": "Stand-up"}}.'
_KINDS: Mapping[str, tuple[type, ...]] = {
    "meeting": (int, str), "body": (dict,), "extra": (dict,), "allow": (list,), "host": (str,),
    "occurrence": (int, str), "repeat": (str,), "rrule": (str,),
}  # fmt: skip

Send = Callable[["Zoom", int, Mapping[str, Any], Mapping[str, Any]], "Done"]


def read_tasks(lines: Iterable[bytes], send: Send) -> Iterator[Task]:
    """Read one task a line; a line that cannot be read is a task that says so.

    `send` gets a client, the meeting, the change, and the options of `Zoom.update`.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _task({"line": number}, line, send)


def _task(place: Mapping[str, Any], line: bytes, send: Send) -> Task:
    try:
        said = _read(line)
        meeting = _meeting(said)
        change, asked = _asked(said)
    except RezoomError as error:
        refusal = error

        def refuse(zoom: Zoom) -> Done:  # noqa: ARG001 - called as every other task
            raise refusal

        return Task(place, refuse)
    return Task(place, lambda zoom: send(zoom, meeting, change, asked), meeting)


def _read(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig"), object_pairs_hook=unique(""))
    except (ValueError, RecursionError):
        # What stands there is not repeated: it may hold a passcode.
        raise UsageError("this line is not JSON in UTF-8", next_step=_EXAMPLE) from None
    if not isinstance(asked, dict):
        raise UsageError("this line holds no object", next_step=_EXAMPLE)
    strange = sorted(set(asked) - set(_MEMBERS))
    if strange:
        raise UsageError(
            f"a line has no member {strange[0][:40]!r}",
            next_step=f"Fields of the update stand in body; a line has {', '.join(_MEMBERS)}.",
        )
    for name, kinds in _KINDS.items():
        if asked.get(name) is not None and type(asked[name]) not in kinds:
            said = " or ".join(_NAMES[kind] for kind in kinds)
            raise UsageError(f"{name} must be {said}", next_step=_EXAMPLE)
    if not all(isinstance(rule, str) for rule in asked.get("allow") or ()):
        raise UsageError("allow must be a list of texts", next_step=_EXAMPLE)
    return asked


_TIMES = ("body.start_time", "body.timezone")
_NAMES = {int: "a number", str: "a text", dict: "an object", list: "a list"}


def _meeting(asked: Mapping[str, Any]) -> int:
    from .._rules.meeting_id import meeting_number

    if asked.get("meeting") is None:
        raise UsageError("this line names no meeting", next_step=_EXAMPLE)
    return meeting_number(asked["meeting"])


def _asked(asked: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    body = dict(asked.get("body") or {})
    found: dict[str, Any] = {}
    repeat, rrule = asked.get("repeat"), asked.get("rrule")
    if repeat is not None or rrule is not None:
        one_of(repeat, rrule, names="repeat and rrule", example="repeat")
        start, zone = (_text(body.pop(name, None), name) for name in ("start_time", "timezone"))
        found["schedule"] = read_series(repeat, rrule, start, zone, names=_TIMES)
    if asked.get("occurrence") is not None:
        found["occurrence"] = read_when(str(asked["occurrence"]))
    for name in ("host", "allow", "extra"):
        if asked.get(name) is not None:
            found[name] = asked[name]
    return body, found


def _text(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f"body.{name} must be a text", next_step=_EXAMPLE)
