"""Every update of the table puts exactly the stored request on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from rezoom._rules.judge import judge
from rezoom_wire.models import MeetingRecurrence, MeetingSettings, MeetingUpdate
from rezoom_wire.types import UNSET

pytestmark = pytest.mark.smoke

BERLIN, KATHMANDU, TOKYO = map(ZoneInfo, ("Europe/Berlin", "Asia/Kathmandu", "Asia/Tokyo"))
EASTERN_WINTER = timezone(timedelta(hours=-5))
MARCH, JULY = datetime(2030, 3, 4, 9, 0), datetime(2030, 7, 1, 9, 0)  # wall clocks
REFUSED = Path(__file__).parent / "refused"
REFUSALS = {file.stem: json.loads(file.read_bytes()) for file in sorted(REFUSED.glob("*.json"))}

UPDATES: dict[str, dict[str, Any]] = {
    "topic": {"topic": "Stand-up"},
    "topic-any-script": {
        "topic": "Grüße · 会議 · 🎉" + "🎈" * 186,
        "agenda": 'a "b" \\ \n\t</c>',
    },
    "texts-emptied": {"agenda": "", "password": "", "settings": {"alternative_hosts": []}},
    "meeting-number-long": {"meeting": 98765432101234, "duration": 90},
    "unset-left-out": {"topic": "Only this", "agenda": UNSET, "settings": {"audio": UNSET}},
    "series-daily": {
        "type": 8,
        "start_time": MARCH,
        "timezone": "America/New_York",
        "recurrence": {"type": 1, "repeat_interval": 99, "end_times": 60},
    },
    "series-weekly-days-listed": {
        "type": 8,
        "start_time": MARCH.replace(tzinfo=BERLIN),
        "duration": 45,
        "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": [2, "4"], "end_times": 12},
    },
    "series-monthly-last-friday": {
        "type": 8,
        "start_time": "2030-03-29T16:00:00",
        "timezone": BERLIN,
        "recurrence": {
            "type": 3,
            "monthly_week": -1,
            "monthly_week_day": 6,
            "end_date_time": datetime(2031, 6, 30, 23, 59, 59, tzinfo=KATHMANDU),
        },
    },
    "series-endless": {"recurrence": {"type": 1, "end_times": 0}},
    "occurrence": {
        "occurrence": "1898845200000",
        "duration": 30,
        "agenda": "Short round before the holidays",
    },
    "occurrence-moved": {
        "occurrence": "1898845200000",
        "start_time": MARCH.replace(tzinfo=BERLIN),
        "settings": {"waiting_room": True, "auto_recording": "none"},
    },
    "settings-nested": {
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
    },
    "lists-joined": {
        "settings": {
            "alternative_hosts": ["ada@example.com", "grace@example.com"],
            "enforce_login_domains": ("example.com", "example.org"),
            "language_interpretation": {
                "interpreters": [
                    {"email": "i@example.org", "interpreter_languages": ["English", "French"]}
                ]
            },
        }
    },
    "lists-as-lists": {
        "tracking_fields": [{"field": "Department", "value": "Finance"}],
        "settings": {
            "meeting_invitees": [],
            "custom_keys": [{"key": "k" * 64, "value": "v" * 256}] * 10,
        },
    },
    "start-wall-clock": {"start_time": JULY, "timezone": "Asia/Tokyo"},
    "start-zoned": {"start_time": JULY.replace(second=30, microsecond=999_999, tzinfo=KATHMANDU)},
    "start-utc": {"start_time": JULY.replace(tzinfo=UTC)},
    "start-fixed-offset": {"start_time": JULY.replace(hour=23, tzinfo=EASTERN_WINTER)},
    "start-offset-text": {"start_time": "2030-07-01T09:00:00+02:00"},
    "start-shown-elsewhere": {"start_time": JULY.replace(tzinfo=UTC), "timezone": TOKYO},
    # Half past two comes twice that night: only the instant can say which one is meant.
    "start-in-repeated-hour": {
        "start_time": datetime(2030, 10, 27, 2, 30, tzinfo=BERLIN, fold=1),
    },
    "body-model": {
        "change": MeetingUpdate(
            topic="From a model",
            type_=8,
            start_time="2030-03-04T09:00:00Z",
            recurrence=MeetingRecurrence(type_=2, weekly_days="2", end_times=10),
            settings=MeetingSettings(audio="voip", jbh_time=0, join_before_host=True),
        )
    },
    "body-mapping": {
        "change": MappingProxyType(
            {"topic": "From a mapping", "settings": MappingProxyType({"focus_mode": True})}
        )
    },
}


@pytest.mark.parametrize("name", UPDATES)
def test_request_is_the_stored_one(
    name: str,
    request_of: Callable[..., httpx.Request],
    golden: Callable[[str, httpx.Request], None],
) -> None:
    """Method, address with query, content type, and body are the stored ones, member by member."""
    golden(f"updates/{name}", request_of(**UPDATES[name]))


def test_no_stored_request_is_left_over(no_leftovers: Callable[[str, set[str]], None]) -> None:
    """A golden that no update of the table makes any more checks nothing."""
    no_leftovers("updates", set(UPDATES))


@pytest.mark.parametrize("name", REFUSALS)
def test_body_that_prism_refuses_is_refused_unsent(name: str) -> None:
    """What `scripts/prism_check.py` sees refused is refused here first, by the rule's name."""
    refusal = REFUSALS[name]
    _, problems = judge(refusal["body"], {})
    assert refusal["rule"] in [problem.rule for problem in problems if problem.severity == "error"]
