"""Verdicts, from outside: the request log, the meeting, and what the call gave back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rezoom_wire.facts import SECRET_NAMES

from .attempt import Attempt

Verdict = Literal["right", "only if you look", "wrong", "cannot say it"]
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, and in a few words what was seen."""

    verdict: Verdict
    saw: str


Judge = Callable[[Attempt], Finding]


def becomes(expected: Callable[[State], State], *paths: str, unsent: str = "") -> Judge:
    """Judge by the meeting: it must be what `expected` makes of the one before.

    With `paths` only those parts are looked at, and the rest may be anything. A client that has
    `unsent` in the body of an update is wrong, whatever came of it.
    """

    def judge(seen: Attempt) -> Finding:
        if seen.unsaid is not None:
            return Finding("cannot say it", _named(seen.unsaid))
        said = []
        if seen.raised is not None:
            said.append(f"raised {_named(seen.raised)}")
        if unsent and any(unsent in (update.body or {}) for update in seen.updates):
            said.append(f"sent {unsent} in the body")
        said += [
            _difference(where, want, now)
            for where, (want, now) in changes(expected(seen.before), seen.after).items()
            if not paths or any(where == path or where.startswith(f"{path}.") for path in paths)
        ]
        return Finding("wrong", _listed(said)) if said else Finding("right", "as asked")

    return judge


def unless_refused(field: str, judge: Judge) -> Judge:
    """Judge as `judge`, but a refusal that names the field, before anything is sent, is right."""

    def refused_or(seen: Attempt) -> Finding:
        if seen.unsaid is not None and field in str(seen.unsaid):
            return Finding("right", f"refused before sending, by {type(seen.unsaid).__name__}")
        return judge(seen)

    return refused_or


def raises(status: int) -> Judge:
    """Judge by what came back: an answer with this status must reach the caller by itself."""

    def judge(seen: Attempt) -> Finding:
        if status not in {request.status for request in seen.requests}:
            return Finding("wrong", f"never got as far as a {status}")
        if seen.raised is not None:
            return Finding("right", f"raised {type(seen.raised).__name__}")
        if getattr(seen.returned, "status_code", None) == status:
            return Finding("only if you look", f"returned a response of status {status}")
        return Finding("wrong", f"returned {_short(seen.returned)}, raised nothing")

    return judge


def asks_once(seen: Attempt) -> Finding:
    """Judge by the log, and by coming back: one request, and no waiting for the next day."""
    count = len(seen.updates)
    if not seen.came_back:
        return Finding("wrong", f"{count} requests, and still waiting when it was given up")
    if count != 1:
        return Finding("wrong", f"{count} requests into a limit that ends tomorrow")
    return Finding("right", "one request, and back at once")


def changes(before: Any, after: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """List by path what differs between two states; lists are compared item by item."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        before, after = dict(enumerate(before)), dict(enumerate(after))
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return {} if before == after else {path: (before, after)}
    found: dict[str, tuple[Any, Any]] = {}
    for name in sorted(before.keys() | after.keys()):
        inside = f"{path}.{name}" if path else str(name)
        found |= changes(before.get(name), after.get(name), inside)
    return found


def _difference(where: str, want: object, now: object) -> str:
    if where.rpartition(".")[2] in SECRET_NAMES:
        return f"{where} is another"
    return f"{where} is {_short(now)}, not {_short(want)}"


def _named(error: BaseException) -> str:
    return f"{type(error).__name__}: {_short(str(error))}"


def _listed(said: list[str]) -> str:
    shown, more = said[:2], len(said) - 2
    return "; ".join([*shown, f"and {more} more"] if more > 0 else shown)


def _short(value: object) -> str:
    if isinstance(value, list | dict):
        return f"a list of {len(value)}"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
