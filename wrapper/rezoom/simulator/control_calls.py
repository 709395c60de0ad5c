"""Every call of the control endpoint: method, path, and what it does."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ..errors import ConfigError
from . import control_reads as reads
from .app import CONTROL
from .fault_spec import read_faults
from .seed_flaws import BEYOND
from .stage import Stage

_DIGITS = 20  # as many as a meeting number has at most, and one


class Ask(NamedTuple):
    """One control call, as far as it matters."""

    stage: Stage
    body: Any
    path: Mapping[str, str]
    query: Mapping[str, str]

    def member(self, name: str, example: object) -> Any:
        """Return a member of the body; ConfigError when it is not there."""
        if isinstance(self.body, Mapping) and name in self.body:
            return self.body[name]
        raise wrong(name, f"{name} is missing", f"Send {json.dumps({name: example})}.")

    @property
    def number(self) -> int:
        """Return the meeting number in the path; KeyError when it is none."""
        text = self.path["number"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0
        if not 0 < number < BEYOND:
            raise KeyError(f"the simulator has no meeting {text}")
        return number


def _set_clock(ask: Ask) -> Any:
    said = ask.member("now", "2030-01-01T12:00:00Z")
    try:
        instant = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        raise wrong(
            "now", f"now cannot be {said!r}", "Give an instant such as 2030-01-01T12:00:00Z."
        ) from None
    ask.stage.clock.set(instant)
    return reads.clock(ask.stage)


def _advance_clock(ask: Ask) -> Any:
    seconds = ask.member("seconds", 3600)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise wrong("seconds", f"seconds cannot be {seconds!r}", "Give a number.")
    try:
        ask.stage.clock.advance(seconds)
    except OverflowError:
        raise wrong("seconds", f"{seconds} seconds leave the calendar", "Give fewer.") from None
    return reads.clock(ask.stage)


def _add_meetings(ask: Ask) -> Any:
    several = ask.body if isinstance(ask.body, list) else [ask.body or {}]
    for fields in several:
        if not isinstance(fields, Mapping):
            raise wrong("meetings", f"{fields!r} is no meeting", "Send an object, or a list.")
    added = ask.stage.add_meetings(several)
    states = [reads.meeting(ask.stage, number) for number in added]
    return states if isinstance(ask.body, list) else states[0]


def _add_faults(ask: Ask) -> Any:
    ask.stage.arm(read_faults(ask.body))
    return reads.faults(ask.stage)


def _add_webinar(ask: Ask) -> Any:
    number = ask.member("id", 93201235)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < BEYOND:
        raise wrong("id", f"id cannot be {number!r}", "Give a number.")
    return {"id": ask.stage.add_webinar(number)}


def _add_user(ask: Ask) -> Any:
    return ask.stage.add_user(ask.body).to_dict()


def _set_scopes(ask: Ask) -> Any:
    scopes = ask.member("scopes", ["meeting:update:meeting:admin"])
    ask.stage.set_scopes(*(scopes if isinstance(scopes, list) else [scopes]))
    return {"scopes": scopes}


def _set_quirks(ask: Ask) -> Any:
    if not isinstance(ask.body, Mapping):
        raise wrong("quirks", "the body is no object", 'Send {"past-start": "rewrite-to-now"}.')
    return ask.stage.set_quirks(ask.body).to_dict()


def _then(do: Callable[[Ask], object], read: Callable[[Stage], Any]) -> Callable[[Ask], Any]:
    def act(ask: Ask) -> Any:
        do(ask)
        return read(ask.stage)

    return act


def _changing(do: Callable[[Ask], object]) -> Callable[[Ask], Any]:
    def act(ask: Ask) -> Any:
        do(ask)
        return reads.meeting(ask.stage, ask.number)

    return act


TABLE: tuple[tuple[Any, ...], ...] = (
    ("", "GET", lambda ask: reads.index(ask.stage, calls())),
    ("/clock", "GET", lambda ask: reads.clock(ask.stage)),
    ("/clock", "PUT", _set_clock),
    ("/clock/advance", "POST", _advance_clock),
    ("/requests", "GET", lambda ask: reads.requests(ask.stage, ask.query)),
    ("/requests", "DELETE", lambda ask: ask.stage.clear_requests()),
    ("/meetings", "GET", lambda ask: reads.meetings(ask.stage)),
    ("/meetings", "POST", _add_meetings, 201),
    ("/meetings/{number}", "GET", lambda ask: reads.meeting(ask.stage, ask.number)),
    (
        "/meetings/{number}/start",
        "POST",
        _changing(lambda ask: ask.stage.start_meeting(ask.number)),
    ),
    ("/meetings/{number}/end", "POST", _changing(lambda ask: ask.stage.end_meeting(ask.number))),
    (
        "/meetings/{number}/occurrences/{occurrence}",
        "DELETE",
        _changing(lambda ask: ask.stage.delete_occurrence(ask.number, ask.path["occurrence"])),
    ),
    ("/webinars", "POST", _add_webinar, 201),
    ("/users", "GET", lambda ask: reads.users(ask.stage)),
    ("/users", "POST", _add_user, 201),
    ("/scopes", "PUT", _set_scopes),
    ("/tokens/revoke", "POST", lambda ask: {"revoked": ask.stage.revoke_tokens()}),
    ("/quota", "GET", lambda ask: ask.stage.quota()),
    ("/quota", "DELETE", _then(lambda ask: ask.stage.clear_quota(), lambda stage: stage.quota())),
    ("/faults", "GET", lambda ask: reads.faults(ask.stage)),
    ("/faults", "POST", _add_faults, 201),
    ("/faults", "DELETE", _then(lambda ask: ask.stage.clear_faults(), reads.faults)),
    ("/quirks", "GET", lambda ask: reads.quirks(ask.stage)),
    ("/quirks", "PATCH", _set_quirks),
    ("/reset", "POST", _then(lambda ask: ask.stage.reset(), reads.meetings)),
)


def calls() -> list[str]:
    """List the calls as method and path."""
    return [f"{row[1]} {CONTROL}{row[0]}" for row in TABLE]


def wrong(field: str, message: str, next_step: str) -> ConfigError:
    """Return the error that the endpoint explains to its caller."""
    return ConfigError(message, field=field, next_step=next_step)
