"""The meetings a simulator starts with: sensible defaults, and seeds that explain themselves."""

import difflib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from ..errors import ConfigError
from .derived import chat_url, meeting_uuid, passcode_members, start_url
from .judge import judge, judge_answer, members
from .patch import apply
from .quirks import Quirks
from .refusals import refusal
from .store import State
from .timing import SCHEDULED, SERIES, zulu
from .view import OCCURRENCE_MEMBERS

FIRST_ID = 85746065
HOST = {"host_id": "30R7kT7bTIKSNUFEuH_Qlg", "host_email": "ada@example.com"}
WEEKLY = {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 12}

_MONDAY_AT_NINE = 9
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
    fields: Mapping[str, Any], *, number: int, now: datetime, quirks: Quirks, random: Random
) -> State:
    """Return the state of a new meeting; ConfigError names every member that cannot be.

    Members of an update mean what they mean there, `recurrence` makes it a series, and members
    that only an answer has (`host_id`, `status`, `created_at`, ...) are taken as they are.
    """
    given = deepcopy(dict(fields))
    number = given.pop("id", number)
    updatable, readable = members()
    change = {name: value for name, value in given.items() if name in updatable}
    fixed = {name: value for name, value in given.items() if name not in updatable}
    _check(number, change, fixed, updatable | readable)
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
        raise _wrong(json.loads(answer.content).get("errors") or answer.content.decode())
    # A seed may describe what Zoom would no longer let anybody schedule.
    lenient = replace(
        quirks, past_start="accept", timezone_with_z="keep", security_floor="none", locked=()
    )
    state, _ = apply(state, change, now=now, quirks=lenient)
    return state | fixed


def next_monday(now: datetime) -> str:
    """Return the wall clock of nine o'clock on the next Monday, never today."""
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(
        hour=_MONDAY_AT_NINE, minute=0, second=0, microsecond=0, tzinfo=None
    ).isoformat()


def read_seed(path: str | Path) -> list[dict[str, Any]]:
    """Read meetings from a JSON file: a list, or an object with `meetings`."""
    file = Path(path)
    try:
        loaded = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(f"{file} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise _wrong(f"{file} is not JSON: {error}") from None
    meetings = loaded.get("meetings") if isinstance(loaded, Mapping) else loaded
    if not isinstance(meetings, list) or not all(isinstance(one, Mapping) for one in meetings):
        raise _wrong(f"{file} is neither a list of meetings nor an object with such a list")
    return [dict(one) for one in meetings]


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


def _check(
    number: object, change: Mapping[str, Any], fixed: Mapping[str, Any], known: frozenset[str]
) -> None:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise _wrong(f"id: {number!r} is not a meeting number")
    for name in sorted(set(fixed) - known):
        near = difflib.get_close_matches(name, known, n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise _wrong(f"{name}: a meeting has no such member{hint}")
    for verdict in (judge(change), judge_answer(fixed)):
        if not verdict.ok:
            raise _wrong(str(verdict))
    for index, date in enumerate(fixed.get("occurrences", ())):
        for name in OCCURRENCE_MEMBERS:
            if name not in date:
                raise _wrong(f"occurrences[{index}]: {name} is missing")


def _next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1, hours=1)


def _wrong(message: object) -> ConfigError:
    return ConfigError(
        f"seed: {message}",
        field="seed",
        next_step="Write the members as an update or a read has them.",
    )
