"""The ten scenarios, and one that only asks whether a client gets through at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rezoom.simulator import Fault, Simulator

from .attempt import PATIENCE, Client, Connect, attempt
from .judges import Finding, Judge, State, asks_once, becomes, raises, unless_refused

# Other people's clients know no clock but the machine's, so that the meetings lie ahead of it.
YEAR = datetime.now(UTC).year + 1
NINE_IN_LOS_ANGELES = datetime(YEAR, 3, 3, 9, tzinfo=ZoneInfo("America/Los_Angeles"))
NOBODY = 99999999999
SINGLE = {"type": 2, "start_time": f"{YEAR}-01-06T17:00:00Z", "duration": 45}
SERIES = {
    "topic": "Weekly",
    "type": 8,
    "timezone": "Europe/Berlin",
    "duration": 45,
    "password": "Keep-me-1",
    "settings": {"mute_upon_entry": True, "auto_recording": "cloud"},
    "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "3,5", "end_times": 12},
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One wrong outcome: what is asked of a client, and how to tell whether it happened."""

    id: str
    outcome: str
    asked: str
    act: Callable[[Client, State], object]
    judge: Judge
    meeting: Mapping[str, Any]
    daily_limit: bool = False

    def play(self, connect: Connect, patience: float = PATIENCE) -> Finding:
        """Let a client try it on a simulator of its own, and judge what is seen."""
        with Simulator(seed=7) as sim:
            number = sim.add_meeting(**deepcopy(dict(self.meeting)))
            if self.daily_limit:
                sim.fail_next(Fault("host-day", times=None, match="PATCH"))
            now = sim.meeting(number)
            seen = attempt(sim, number, connect, lambda client: self.act(client, now), patience)
        return self.judge(seen)


def _rename(client: Client, now: State) -> object:
    return client.update(now["id"], topic="Stand-up")


def _renamed(before: State) -> State:
    return {**before, "topic": "Stand-up"}


def _shorten_one(client: Client, now: State) -> object:
    return client.update_occurrence(now["id"], now["occurrences"][1]["occurrence_id"], duration=30)


def _one_shortened(before: State) -> State:
    first, second, *others = before["occurrences"]
    return {**before, "occurrences": [first, {**second, "duration": 30}, *others]}


def _every_second_week(before: State) -> State:
    return {**before, "recurrence": {**before["recurrence"], "repeat_interval": 2}}


def _moved(before: State) -> State:
    return {**before, "start_time": f"{YEAR}-03-03T17:00:00Z"}


SCENARIOS = (
    Scenario(
        "occurrence-in-body",
        "occurrence_id in the body",
        "the second date of a series lasts 30 minutes",
        _shorten_one,
        becomes(_one_shortened, unsent="occurrence_id"),
        SERIES,
    ),
    Scenario(
        "datetime-mislabelled",
        "aware datetime mislabelled",
        "it starts at a datetime in Los Angeles",
        lambda client, now: client.update(now["id"], start_time=NINE_IN_LOS_ANGELES),
        becomes(_moved, "start_time"),
        SINGLE,
    ),
    Scenario(
        "offset-sent",
        "offset string sent",
        "it starts at nine on 3 March in Los Angeles, written with its offset",
        lambda client, now: client.update(now["id"], start_time=NINE_IN_LOS_ANGELES.isoformat()),
        unless_refused("start_time", becomes(_moved, "start_time")),
        SINGLE,
    ),
    Scenario(
        "password-changed",
        "password changed unasked",
        "the topic of a series changes",
        _rename,
        becomes(_renamed, "topic", "password", "join_url", unsent="password"),
        SERIES,
    ),
    Scenario(
        "settings-reset",
        "settings reset unasked",
        "the topic of a series changes",
        _rename,
        becomes(_renamed, "topic", "settings", unsent="settings"),
        SERIES,
    ),
    Scenario(
        "type-sent",
        "`type` sent unasked",
        "the topic of a series changes",
        _rename,
        becomes(_renamed, "topic", "type", "occurrences", unsent="type"),
        SERIES,
    ),
    Scenario(
        "partial-recurrence",
        "partial recurrence sent",
        "a series happens every second week",
        lambda client, now: client.update(now["id"], recurrence={"type": 2, "repeat_interval": 2}),
        unless_refused("recurrence", becomes(_every_second_week, "recurrence")),
        SERIES,
    ),
    Scenario(
        "error-swallowed",
        "error swallowed",
        "the topic of a meeting that is gone changes",
        lambda client, _: client.update(NOBODY, topic="Stand-up"),
        raises(404),
        SINGLE,
    ),
    Scenario(
        "limit-as-success",
        "429 passed off as success",
        "the topic changes after the host's hundredth update of the day",
        _rename,
        raises(429),
        SERIES,
        daily_limit=True,
    ),
    Scenario(
        "into-the-limit",
        "sleeping or retrying into a daily limit",
        "the topic changes after the host's hundredth update of the day",
        _rename,
        asks_once,
        SERIES,
        daily_limit=True,
    ),
)
# Not one of the ten: whether a client can speak with the simulator at all.
GETS_THROUGH = Scenario(
    "gets-through",
    "signs in and updates a meeting",
    "the topic changes",
    _rename,
    becomes(_renamed, "topic"),
    SERIES,
)
