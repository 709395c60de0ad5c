"""The updates whose requests are stored in `wire/`: what a person writes, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rezoom_wire import facts
from rezoom_wire.models import MeetingRecurrence, MeetingSettings, MeetingUpdate
from rezoom_wire.types import UNSET

SEED = Path(__file__).parent.parent / "contract" / "seed_paths.txt"
BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
# Members that say the same thing in two ways: a body may carry one group of them, never two.
_DAYS = {"weekly_days"}
_MONTH_DAY = {"monthly_day"}
_MONTH_WEEK = {"monthly_week", "monthly_week_day"}
_COUNT, _UNTIL = {"end_times"}, {"end_date_time"}
_EITHER = _DAYS | _MONTH_DAY | _MONTH_WEEK | _COUNT | _UNTIL


class Update(NamedTuple):
    """One call: a whole change or single fields, for a meeting or for one date of it."""

    fields: Mapping[str, Any] = MappingProxyType({})
    change: object = None
    meeting: int = 85746065
    occurrence: str | None = None


def body_of_examples(paths: Callable[[str], bool], recurrence: int, among: set[str]) -> dict[str, Any]:
    """Build one body out of the spec's own examples, for all the paths that are wanted.

    `recurrence` is the unit of the series, `among` the members of it that exclude others.
    """
    body = dict(_members("", paths))
    series = body["recurrence"]
    series["type"] = recurrence
    for name in _EITHER - among:
        series.pop(name, None)
    return body


def _members(prefix: str, paths: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    for path, field in facts.FIELDS.items():
        parent, _, name = path.rpartition(".")
        if parent == prefix.removesuffix(".") and paths(path):
            yield name, _example(field, paths)


def _example(field: facts.Field, paths: Callable[[str], bool]) -> Any:
    if field.kind == "object":
        return dict(_members(f"{field.path}.", paths))
    if field.kind == "array":
        return [dict(_members(f"{field.path}[].", paths))]
    return field.examples[0]


def _full(recurrence: int, among: set[str]) -> Update:
    body = body_of_examples(lambda path: True, recurrence, among)
    # The one pair of settings that Zoom does not allow together; `full-monthly-day` carries the other.
    body["settings"]["request_permission_to_unmute_participants"] = among == _MONTH_DAY | _COUNT
    body["settings"]["allow_host_control_participant_mute_state"] = among != _MONTH_DAY | _COUNT
    return Update(body)


def _seed(recurrence: int, among: set[str]) -> Update:
    known = set(SEED.read_text(encoding="utf-8").split())
    return Update(body_of_examples(known.__contains__, recurrence, among))


UPDATES: dict[str, Update] = {
    "topic": Update({"topic": "Stand-up"}),
    "topic-any-script": Update({"topic": "Grüße · 会議 · 🎉" + "🎈" * 187, "agenda": 'a "b" \\ \n\t</c>'}),
    "texts-emptied": Update({"agenda": "", "password": "", "settings": {"alternative_hosts": []}}),
    "long-meeting-number": Update({"duration": 1440}, meeting=98765432101234),
    "unset-is-left-out": Update({"topic": "Only this", "agenda": UNSET, "settings": {"audio": UNSET}}),
    "seed-weekly": _seed(2, _DAYS | _UNTIL),
    "seed-monthly-day": _seed(3, _MONTH_DAY | _COUNT),
    "seed-monthly-week": _seed(3, _MONTH_WEEK | _COUNT),
    "full-weekly": _full(2, _DAYS | _UNTIL),
    "full-monthly-day": _full(3, _MONTH_DAY | _COUNT),
    "full-monthly-week": _full(3, _MONTH_WEEK | _UNTIL),
    "daily-series": Update(
        {
            "type": 8,
            "start_time": datetime(2030, 3, 4, 9, 0),
            "timezone": "America/New_York",
            "recurrence": {"type": 1, "repeat_interval": 99, "end_times": 60},
        }
    ),
    "weekly-series-days-listed": Update(
        {
            "type": 8,
            "start_time": datetime(2030, 3, 4, 10, 0, tzinfo=BERLIN),
            "duration": 45,
            "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": [2, "4"], "end_times": 12},
        }
    ),
    "monthly-series-last-friday": Update(
        {
            "type": 8,
            "start_time": "2030-03-29T16:00:00",
            "timezone": BERLIN,
            "recurrence": {
                "type": 3,
                "monthly_week": -1,
                "monthly_week_day": 6,
                # The end of 30 June 2031 on a clock in Kathmandu, which is a quarter to the hour off.
                "end_date_time": datetime(2031, 6, 30, 23, 59, 59, tzinfo=KATHMANDU),
            },
        }
    ),
    "endless-series": Update({"recurrence": {"type": 1, "end_times": 0}}),
    "occurrence": Update(
        {"duration": 30, "agenda": "Short round before the holidays"}, occurrence="1898845200000"
    ),
    "occurrence-moved": Update(
        {"start_time": datetime(2030, 3, 4, 11, 30, tzinfo=BERLIN), "settings": {"waiting_room": True}},
        occurrence="1898845200000",
    ),
    "settings": Update(
        {
            "settings": {
                "waiting_room": True,
                "join_before_host": False,
                "approved_or_denied_countries_or_regions": {
                    "enable": True,
                    "method": "deny",
                    "denied_list": ("DE", "FR"),
                },
                "breakout_room": {
                    "rooms": [
                        {"name": "North", "participants": ["ada@example.org"]},
                        {"name": "South", "participants": []},
                    ]
                },
                "waiting_room_options": {
                    "mode": "custom",
                    "who_goes_to_waiting_room": "users_not_in_org",
                },
            }
        }
    ),
    "lists-joined": Update(
        {
            "settings": {
                "alternative_hosts": ["ada@example.com", "grace@example.com"],
                "enforce_login_domains": ("example.com", "example.org"),
                "language_interpretation": {
                    "interpreters": [
                        {"email": "i@example.org", "interpreter_languages": ["English", "French"]}
                    ]
                },
            }
        }
    ),
    "lists-replaced": Update(
        {
            "tracking_fields": [{"field": "Department", "value": "Finance"}],
            "settings": {"meeting_invitees": [], "custom_keys": [{"key": "k" * 64, "value": "v" * 256}]},
        }
    ),
    "start-wall-clock": Update({"start_time": datetime(2030, 7, 1, 9, 0), "timezone": "Asia/Tokyo"}),
    "start-zoned": Update({"start_time": datetime(2030, 7, 1, 9, 0, 30, 999_999, tzinfo=KATHMANDU)}),
    "start-utc": Update({"start_time": datetime(2030, 7, 1, 9, 0, tzinfo=UTC)}),
    "start-fixed-offset": Update(
        {"start_time": datetime(2030, 7, 1, 23, 0, tzinfo=timezone(timedelta(hours=-5)))}
    ),
    "start-offset-text": Update({"start_time": "2030-07-01T09:00:00+02:00"}),
    "start-shown-elsewhere": Update(
        {"start_time": datetime(2030, 7, 1, 9, 0, tzinfo=UTC), "timezone": ZoneInfo("Asia/Tokyo")}
    ),
    # Two o'clock comes twice that night: only the instant can say which one is meant.
    "start-in-the-hour-that-comes-twice": Update(
        {"start_time": datetime(2030, 10, 27, 2, 30, tzinfo=BERLIN, fold=1)}
    ),
    "model": Update(
        change=MeetingUpdate(
            topic="From a model",
            type_=8,
            start_time="2030-03-04T09:00:00Z",
            recurrence=MeetingRecurrence(type_=2, weekly_days="2", end_times=10),
            settings=MeetingSettings(audio="voip", jbh_time=0, join_before_host=True),
        )
    ),
    "mapping": Update(
        change=MappingProxyType({"topic": "From a mapping", "settings": MappingProxyType({"focus_mode": True})})
    ),
}
