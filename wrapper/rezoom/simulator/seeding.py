"""The meetings a simulator starts with: sensible defaults, and seeds that explain themselves."""

import json
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from .derived import chat_url, meeting_uuid, passcode_members, start_url
from .judge import members
from .patch import apply
from .quirks import Quirks
from .refusals import refusal
from .seed_flaws import BEYOND, BadSeed, Flaw, check
from .store import State
from .timing import SCHEDULED, SERIES, zulu

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
        raise BadSeed([Flaw("", "this is no object", "")])
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
        raise BadSeed([Flaw(flaw["field"], flaw["message"], "") for flaw in flaws])
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
    """Return the members of a series: twelve Mondays at nine in Berlin."""
    return {
        "type": SERIES,
        "topic": "Simulated series",
        "start_time": next_monday(now),
        "timezone": "Europe/Berlin",
        "duration": 45,
        "recurrence": WEEKLY,
    }


def next_monday(now: datetime) -> str:
    """Return the wall clock of nine o'clock on the next Monday, never today."""
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(
        hour=_MONDAY_AT_NINE, minute=0, second=0, microsecond=0, tzinfo=None
    ).isoformat()


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
