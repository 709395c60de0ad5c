"""The meetings a simulator starts with: files, defaults, and flaws with their remedy."""

import difflib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from .._rules import judge as rules
from .._wire import facts
from ..errors import ConfigError
from ._documents import Document, steps
from ._meetings.members import (
    OCCURRENCE_MEMBERS,
    chat_url,
    meeting_uuid,
    passcode_members,
    start_url,
)
from ._meetings.patch import apply
from ._meetings.rescheduling import SCHEDULED, SERIES, zulu
from ._meetings.validation import judge, judge_answer, members, refusal
from ._quirks import Quirks
from ._request_log import Verdict
from ._store import State


class Seed(Sequence[Mapping[str, Any]]):
    """The meetings of a file; `where` finds a member of one of them in it."""

    def __init__(self, document: Document, meetings: Sequence[Mapping[str, Any]]) -> None:
        self._document, self._meetings = document, meetings

    def __len__(self) -> int:
        return len(self._meetings)

    def __getitem__(self, index: Any) -> Any:
        return self._meetings[index]

    def where(self, index: int, member: str) -> str:
        """Return file, line, and the path of the member, as they stand before a colon."""
        path = f"[{index}]{f'.{member}' if member else ''}"
        top = "" if isinstance(self._document.value, list) else "meetings"
        return f"{self._document.where(top + path)}: meetings{path}: "


def read_seed(path: str | Path) -> Seed:
    """Read meetings from a JSON or YAML file: a list, or an object with `meetings`.

    ConfigError names the file and, where it is known, the line.
    """
    document = Document(path, field="seed")
    loaded = document.value
    if isinstance(loaded, Mapping):
        for name in loaded:
            if name != "meetings":
                raise _wrong(f"{document.where(name)}: there is no member {name!r}")
        loaded = loaded.get("meetings")
    if not isinstance(loaded, list):
        raise _wrong(f"{document.file} is neither a list of meetings nor an object with one")
    return Seed(document, loaded)


def _wrong(message: str) -> ConfigError:
    return ConfigError(
        f"seed: {message}",
        field="seed",
        next_step='Write a list of meetings, or {"meetings": [...]}, with their members as an '
        "update or a read has them.",
    )


# Meeting numbers are int64 in Zoom's documents.
BEYOND = 2**63


class SeedFlaw(NamedTuple):
    """One flaw: the member by its dotted path, what is wrong with it, and what to do."""

    member: str
    reason: str
    fix: str = ""


class BadSeed(ValueError):
    """A meeting that cannot be; every flaw of it, by member."""

    def __init__(self, flaws: Sequence[SeedFlaw]) -> None:
        super().__init__("; ".join(flaw.reason for flaw in flaws))
        self.flaws = tuple(flaws)

    def explained(self, where: Callable[[str], str]) -> ConfigError:
        """Return the error for whoever wrote the meeting; `where` finds a member for them."""
        first = self.flaws[0]
        reasons = "; ".join(f"{where(flaw.member)}{flaw.reason}" for flaw in self.flaws)
        fix = first.fix or "Write the members as an update or a read has them."
        return ConfigError(
            f"seed: {reasons}", field="seed", next_step=f"{fix[:1].upper()}{fix[1:]}"
        )


def check(
    number: object,
    taken: Collection[int],
    change: Mapping[str, Any],
    fixed: Mapping[str, Any],
    *,
    order: Sequence[str] = (),
) -> None:
    """Raise BadSeed unless `change` can stand in an update, and `fixed` in an answer.

    The flaws come in the `order` in which the members were written.
    """
    known = frozenset().union(*members())
    flaws: list[SeedFlaw] = []
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < BEYOND:
        flaws.append(SeedFlaw("id", f"{number!r} is not a meeting number", "give digits, unquoted"))
    elif number in taken:
        fix = "leave it out, and the next free number is taken"
        flaws.append(SeedFlaw("id", f"there is already a meeting {number}", fix))
    for name in sorted(set(fixed) - known):
        near = difflib.get_close_matches(name, known, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        flaws.append(SeedFlaw(name, "a meeting has no such member", hint))
    verdict = judge(change)
    if not verdict.ok:
        flaws += _judged(change, verdict)
    readable = {name: value for name, value in fixed.items() if name in known}
    for flaw in judge_answer(readable).flaws:
        flaws.append(SeedFlaw(flaw.field, "this is not what a read shows there"))
    if not flaws:
        for index, date in enumerate(fixed.get("occurrences", ())):
            for name in OCCURRENCE_MEMBERS:
                if name not in date:
                    flaws.append(SeedFlaw(f"occurrences[{index}]", f"{name} is missing"))
        flaws += _wrong_times(fixed)
    if flaws:
        places = {name: place for place, name in enumerate(order)}
        raise BadSeed(sorted(flaws, key=lambda flaw: places.get(_top_level(flaw.member), 0)))


def _wrong_times(fixed: Mapping[str, Any]) -> Iterator[SeedFlaw]:
    dates = enumerate(fixed.get("occurrences", ()))
    said = {f"occurrences[{index}].start_time": date.get("start_time") for index, date in dates}
    for member, text in {"created_at": fixed.get("created_at"), **said}.items():
        try:
            known = text is None or datetime.fromisoformat(text).tzinfo is not None
        except ValueError:
            known = False
        if not known:
            yield SeedFlaw(member, f"{text!r} is no instant", "write 2030-01-07T08:00:00Z")


def _judged(change: Mapping[str, Any], verdict: Verdict) -> Iterator[SeedFlaw]:
    # The rules say what is allowed; the contract, which decides, only says that it is wrong.
    _, problems = rules.judge(change, {})
    by_path = {problem.path: problem for problem in problems if problem.severity == "error"}
    for flaw in verdict.flaws:
        problem = by_path.get(flaw.field)
        known = facts.FIELDS.get(flaw.field)
        if known and known.kind == "string" and isinstance(_at(change, flaw.field), int | float):
            yield SeedFlaw(flaw.field, "this must be text", "put it in quotes")
        elif problem is None:
            yield SeedFlaw(flaw.field, flaw.message)
        else:
            fix = f" ({problem.fix})" if problem.fix else ""
            yield SeedFlaw(flaw.field, f"{problem.message}{fix}", problem.fix)


def _top_level(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _at(value: Any, path: str) -> Any:
    try:
        for step in steps(path):
            value = value[step]
    except (LookupError, TypeError):
        return None
    return value


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
) -> State:
    """Return the state of a new meeting; BadSeed names every member that cannot be.

    Members of an update mean what they mean there, `recurrence` makes it a series, and members
    that only an answer has (`host_id`, `status`, `created_at`, ...) are taken as they are. Without
    an `id` it gets the number after the highest of those that are taken, or a free one.
    """
    if not isinstance(fields, Mapping):
        raise BadSeed([SeedFlaw("", "this is no object")])
    given = deepcopy(dict(fields))
    number = given.pop("id") if "id" in given else _free_number(taken)
    updatable, _ = members()
    change = {name: value for name, value in given.items() if name in updatable}
    fixed = {name: value for name, value in given.items() if name not in updatable}
    check(number, taken, change, fixed, order=list(fields))
    state = _blank(number, now, random)
    if "password" not in change:
        change["password"] = f"{random.getrandbits(40):010x}"
    if "recurrence" in change:
        change.setdefault("type", SERIES)
    state["type"] = change.pop("type", SCHEDULED)
    if state["type"] in {SCHEDULED, SERIES}:
        change.setdefault("timezone", "UTC")
        change.setdefault("start_time", zulu(_next_hour(now)))
        change.setdefault("duration", 60)
    if state["type"] == SERIES:
        change.setdefault("recurrence", WEEKLY)
    answer = refusal(state, change)
    if answer is not None:
        said = json.loads(answer.content)
        flaws = said.get("errors") or [{"field": "", "message": said["message"]}]
        raise BadSeed([SeedFlaw(flaw["field"], flaw["message"]) for flaw in flaws])
    # A seed may describe what Zoom would no longer let anybody schedule.
    lenient = replace(
        quirks,
        past_start="accept",
        timezone_with_z="keep",
        security_floor="none",
        empty_passcode="clear",
        pmi_conversion="take",
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
        "id": number,
        "uuid": meeting_uuid(number),
        **HOST,
        "topic": "Simulated meeting",
        "agenda": "",
        "type": SCHEDULED,
        "status": "waiting",
        "created_at": zulu(now),
        "creation_source": "open_api",
        "pre_schedule": False,
        "start_url": start_url(number, f"{random.getrandbits(128):032x}"),
        "chat_join_url": chat_url(number),
        **passcode_members(number, ""),
        "settings": deepcopy(dict(_SETTINGS)),
    }


def _free_number(taken: Collection[int]) -> int:
    after = max(taken, default=FIRST_ID - 1) + 1
    return after if after < BEYOND else next(n for n in count(FIRST_ID) if n not in taken)


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1, hours=1)
