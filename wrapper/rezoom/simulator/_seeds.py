"""The meetings a simulator starts with: files, defaults, and flaws with their remedy."""

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from rezoom_contract import Meeting, MeetingUpdate

from .._paths import at
from .._rules import judge as rules
from .._rules.normalize import shown
from .._times import utc_instant
from .._wire import facts
from ..errors import ConfigError
from ._account import EVERYBODY
from ._checked import wrong
from ._documents import Document
from ._meetings.members import OCCURRENCE_MEMBERS, address_members, passcode_members
from ._meetings.patch import apply
from ._meetings.rescheduling import SCHEDULED, SERIES
from ._meetings.validation import judge, refusal
from ._quirks import Quirks
from ._store import State

# Finds a member of one of several meetings, for messages.
Where = Callable[[int, str], str]


def read_seed(path: str | Path) -> tuple[list[Any], Where]:
    """Read meetings from a JSON or YAML file: a list, or an object with `meetings`.

    ConfigError names the file and, where it is known, the line.
    """
    document = Document(path, field="seed")
    loaded, top = document.value, ""
    if isinstance(loaded, Mapping):
        for name in loaded:
            if name != "meetings":
                raise _wrong(f"{document.where(name)}: there is no member {name!r}")
        loaded, top = loaded.get("meetings"), "meetings"
    if not isinstance(loaded, list):
        raise _wrong(f"{document.file} is neither a list of meetings nor an object with one")

    def where(index: int, member: str) -> str:
        place = in_a_list(index, member)
        return f"{document.where(top + place.removeprefix('meetings'))}: {place}"

    return loaded, where


def in_a_list(index: int, member: str) -> str:
    """Return the path of a member of one of several meetings."""
    return f"meetings[{index}]{f'.{member}' if member else ''}"


def _wrong(message: str) -> ConfigError:
    step = (
        'Write a list of meetings, or {"meetings": [...]}, '
        "with their members as an update or a read has them."
    )
    return wrong("seed", f"seed: {message}", step)


# Meeting numbers are int64 in Zoom's documents.
_BEYOND = 2**63


def is_meeting_number(value: object) -> bool:
    """Tell whether a meeting can have that number."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _BEYOND


class SeedFlaw(NamedTuple):
    """One flaw: the member by its dotted path, what is wrong with it, and what to do."""

    member: str
    reason: str
    fix: str = ""


def _bad(flaws: Sequence[SeedFlaw], where: Callable[[str], str]) -> ConfigError:
    reasons = "; ".join(": ".join(filter(None, (where(one.member), one.reason))) for one in flaws)
    fix = flaws[0].fix or "Write the members as an update or a read has them."
    return wrong("seed", f"seed: {reasons}", f"{fix[:1].upper()}{fix[1:]}")


def _flaws(
    number: object, taken: Collection[int], change: Mapping[str, Any], fixed: Mapping[str, Any]
) -> Iterator[SeedFlaw]:
    """Find why `change` cannot stand in an update, or `fixed` in an answer."""
    known = MeetingUpdate.model_fields.keys() | Meeting.model_fields.keys()
    if not is_meeting_number(number):
        yield SeedFlaw(
            "id", f"{shown('id', number)} is not a meeting number", "give digits, unquoted"
        )
    elif number in taken:
        fix = "leave it out, and the next free number is taken"
        yield SeedFlaw("id", f"there is already a meeting {number}", fix)
    for name in sorted(fixed.keys() - known):
        near = difflib.get_close_matches(name, known, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        yield SeedFlaw(name, "a meeting has no such member", hint)
    yield from _judged(change)
    readable = {name: value for name, value in fixed.items() if name in known}
    unreadable = judge(readable, Meeting).flaws
    for flaw in unreadable:
        yield SeedFlaw(flaw.field, "this is not what a read shows there")
    if not unreadable:
        yield from _wrong_times(fixed)
    email = fixed.get("host_email")
    if isinstance(email, str) and email and "@" not in email:
        yield SeedFlaw("host_email", f"{email!r} is no e-mail address", "write ada@example.com")


def _wrong_times(fixed: Mapping[str, Any]) -> Iterator[SeedFlaw]:
    times = {"created_at": fixed.get("created_at")}
    for index, date in enumerate(fixed.get("occurrences", ())):
        times[f"occurrences[{index}].start_time"] = date.get("start_time")
        for name in OCCURRENCE_MEMBERS:
            if name not in date:
                yield SeedFlaw(f"occurrences[{index}]", f"{name} is missing")
    for member, text in times.items():
        try:
            known = text is None or datetime.fromisoformat(text).tzinfo is not None
        except ValueError:
            known = False
        if not known:
            yield SeedFlaw(
                member, f"{shown(member, text)} is no instant", "write 2030-01-07T08:00:00Z"
            )


def _judged(change: Mapping[str, Any]) -> Iterator[SeedFlaw]:
    verdict = judge(change)
    if verdict.ok:
        return
    # The rules say what is allowed; the contract, which decides, only says that it is wrong.
    _, problems = rules.judge(change, {})
    by_path = {problem.path: problem for problem in problems if problem.severity == "error"}
    for flaw in verdict.flaws:
        problem = by_path.get(flaw.field)
        known = facts.BODIES["updateMeeting"].get(flaw.field)
        if known and known.kind == "string" and isinstance(at(change, flaw.field), int | float):
            yield SeedFlaw(flaw.field, "this must be text", "put it in quotes")
        elif problem is None:
            yield SeedFlaw(flaw.field, flaw.message)
        else:
            fix = f" ({problem.fix})" if problem.fix else ""
            yield SeedFlaw(flaw.field, f"{problem.message}{fix}", problem.fix)


FIRST_ID = 85746065
HOST = {"host_id": "30R7kT7bTIKSNUFEuH_Qlg", "host_email": "ada@example.com"}
WEEKLY = {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 12}

_SETTINGS: Mapping[str, Any] = {
    "host_video": False,
    "participant_video": False,
    "join_before_host": False,
    "mute_upon_entry": False,
    "watermark": False,
    "use_pmi": False,
    "approval_type": 2,
    "audio": "both",
    "auto_recording": "none",
    "waiting_room": True,
    "meeting_authentication": False,
    "alternative_hosts": "",
    "email_notification": True,
    "encryption_type": "enhanced_encryption",
    "breakout_room": {"enable": False},
}


def new_meeting(
    fields: Mapping[str, Any],
    *,
    taken: Collection[int],
    now: datetime,
    quirks: Quirks,
    random: Random,
    where: Callable[[str], str] = str,
    following: int = 0,
) -> State:
    """Return the state of a new meeting; ConfigError names every member that cannot be.

    Members of an update mean what they mean there, `recurrence` makes it a series, and members
    that only an answer has (`host_id`, `status`, `created_at`, ...) are taken as they are. Without
    an `id` it gets the number `following` the highest of those that are taken, or a free one.
    """
    if not isinstance(fields, Mapping):
        raise _bad([SeedFlaw("", "this is no object")], where)
    given = deepcopy(dict(fields))
    number = given.pop("id") if "id" in given else _free_number(taken, following)
    updatable = MeetingUpdate.model_fields
    change = {name: value for name, value in given.items() if name in updatable}
    fixed = {name: value for name, value in given.items() if name not in updatable}
    flaws = list(_flaws(number, taken, change, fixed))
    if flaws:
        places = {name: place for place, name in enumerate(fields)}
        flaws.sort(key=lambda flaw: places.get(re.split(r"[.[]", flaw.member)[0], 0))
        raise _bad(flaws, where)
    state = _blank(number, now, random)
    if "password" not in change:
        change["password"] = f"{random.getrandbits(40):010x}"
    if "recurrence" in change:
        change.setdefault("type", SERIES)
    state["type"] = change.pop("type", SCHEDULED)
    if state["type"] in {SCHEDULED, SERIES}:
        change.setdefault("timezone", "UTC")
        tomorrow = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1, hours=1)
        change.setdefault("start_time", utc_instant(tomorrow))
        change.setdefault("duration", 60)
    if state["type"] == SERIES:
        change.setdefault("recurrence", WEEKLY)
    answer = refusal(state, change, Quirks(schedule_for="anyone"), EVERYBODY)
    if answer is not None:
        said = json.loads(answer.content)
        refused = said.get("errors") or [{"field": "", "message": said["message"]}]
        raise _bad([SeedFlaw(one["field"], one["message"]) for one in refused], where)
    # A seed may describe what Zoom would no longer let anybody schedule.
    lenient = replace(
        quirks,
        alternative_hosts="take",
        past_start="accept",
        timezone_with_z="keep",
        security_floor="none",
        empty_passcode="clear",
        pmi_conversion="take",
        registration="take",
        interpretation="take",
        locked=(),
    )
    state, _ = apply(state, change, now=now, quirks=lenient)
    return state | fixed


def mondays(now: datetime) -> dict[str, Any]:
    """Return the members of a series: twelve Mondays at nine in Berlin, from next week on."""
    day = now + timedelta(days=7 - now.weekday())
    start = day.replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)
    return {
        "type": SERIES,
        "topic": "Simulated series",
        "start_time": start.isoformat(),
        "timezone": "Europe/Berlin",
        "duration": 45,
        "recurrence": WEEKLY,
    }


def _blank(number: int, now: datetime, random: Random) -> State:
    return {
        **address_members(number, f"{random.getrandbits(128):032x}"),
        **HOST,
        "topic": "Simulated meeting",
        "agenda": "",
        "type": SCHEDULED,
        "status": "waiting",
        "created_at": utc_instant(now),
        "creation_source": "open_api",
        "pre_schedule": False,
        **passcode_members(number, ""),
        "settings": deepcopy(dict(_SETTINGS)),
    }


def _free_number(taken: Collection[int], following: int) -> int:
    following = max(following, FIRST_ID) if taken else FIRST_ID
    return following if following < _BEYOND else next(n for n in count(FIRST_ID) if n not in taken)
