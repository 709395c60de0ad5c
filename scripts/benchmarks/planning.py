"""Planning a change of a series with sixty meetings, apart from reading it: no I/O."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from rezoom._change.diff import make_plan
from rezoom._change.results import Plan
from rezoom._change.timing import dates_of
from rezoom._change.verify import verdict_of
from rezoom._rules.judge import Change
from rezoom.recurrence import THU, TUE, Recurrence, Series

from .harness import Case, Goal

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MEETING, COUNT = 85746065, 60
# Microseconds: the promise is a millisecond.
PROMISE = Goal(1000.0, "most")


def cases() -> list[Case]:
    """Plan a topic, an end, a new time and day, and nothing at all; compare afterwards."""
    series = (
        Recurrence.weekly(TUE, THU)
        .times(COUNT)
        .starting(datetime(2026, 12, 1, 9), tz="Europe/Berlin")
    )
    read = answer(series)
    moved: dict[str, Any] = {
        "start_time": "2026-12-02T10:15:00",
        "recurrence": {"weekly_days": "4,6"},
    }
    plan = partial(_plan, read)
    body = plan(**moved).body
    return [
        Case("json.loads of the answer", partial(json.loads, json.dumps(read))),
        Case("plan: topic and two settings", partial(plan, **PLAIN), goal=PROMISE),
        Case("plan: a later end", partial(plan, recurrence={"end_date_time": END}), goal=PROMISE),
        Case("plan: other days, another time", partial(plan, **moved), goal=PROMISE),
        Case("plan: a whole Series", partial(plan, schedule=series.until(LAST)), goal=PROMISE),
        Case("plan: nothing to change", partial(plan, schedule=series), goal=PROMISE),
        Case("the diff as text", partial(str, Plan.of(plan(**moved)))),
        Case("verify: two reads compared", partial(_compare, body, read)),
    ]


PLAIN: dict[str, Any] = {"topic": "x", "settings": {"waiting_room": False, "host_video": True}}
END, LAST = "2027-05-31T21:59:59Z", date(2027, 5, 31)


def answer(series: Series) -> dict[str, Any]:
    """Write a meeting as a read shows it."""
    return {
        "id": MEETING,
        "host_id": "30R7kT7bTIKSNUFEuH_Qlg",
        "topic": "Stand-up",
        "duration": 45,
        **series.to_zoom(),
        "start_time": f"{series.occurrences()[0].utc:%Y-%m-%dT%H:%M:%SZ}",
        "occurrences": [
            {
                "occurrence_id": str(int(start.utc.timestamp()) * 1000),
                "start_time": f"{start.utc:%Y-%m-%dT%H:%M:%SZ}",
                "duration": 45,
                "status": "available",
            }
            for start in series
        ],
        "settings": {"waiting_room": True, "host_video": False, "join_before_host": False},
    }


def _plan(read: dict[str, Any], *, schedule: Series | None = None, **fields: Any) -> Any:
    change = Change(None, fields, schedule)
    return make_plan(change, read, meeting=MEETING, account="bench/default", now=NOW)


def _compare(body: dict[str, Any], read: dict[str, Any]) -> object:
    dates = dates_of(body, read, NOW)
    return verdict_of(body, read, read, now=NOW, dates=dates)
