"""A plan reads as it is stored: the diff, the meetings that move, the request, and no secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from rezoom import Recurrence, Series
from rezoom._change.diff import make_plan
from rezoom._change.following import Following
from rezoom._change.occurrences import choose
from rezoom._change.plan_data import Record
from rezoom._change.results import Plan, Receipt
from rezoom._change.split import split_series
from rezoom._rules.judge import Change
from rezoom.recurrence import MON, TUE

pytestmark = pytest.mark.smoke

HOSTS = "b@x.org;a@x.org"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PLANS = Path(__file__).parent / "plans"
MONDAYS = Recurrence.weekly(MON).times(12).starting(datetime(2027, 1, 4, 9), tz="Europe/Berlin")


def answer() -> dict[str, Any]:
    """Write a series as a read shows it: one date moved, one deleted."""
    rows = listed(MONDAYS)
    rows[2]["start_time"] = "2027-01-19T12:00:00Z"
    rows[3]["status"] = "deleted"
    return {
        "id": 85746065,
        "type": 8,
        "host_id": "30R7kT7bTIKSNUFEuH_Qlg",
        "topic": "Stand-up",
        "timezone": "Europe/Berlin",
        "start_time": "2027-01-04T08:00:00Z",
        "duration": 60,
        "password": "S3cret-old",
        "join_url": "https://zoom.example/j/85746065?pwd=S3cret-link",
        "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 12},
        "occurrences": rows,
        "settings": {"waiting_room": True, "approval_type": 0, "alternative_hosts": HOSTS},
    }


def listed(series: Series) -> list[dict[str, Any]]:
    """Write the dates of a series as a read shows them."""
    return [
        {
            "occurrence_id": str(int(start.utc.timestamp()) * 1000),
            "duration": 60,
            "start_time": f"{start.utc:%Y-%m-%dT%H:%M:%SZ}",
            "status": "available",
        }
        for start in series
    ]


def planned(*, when: Any = None, schedule: Series | None = None, **fields: Any) -> Any:
    """Plan a change of it."""
    one = None if when is None else choose(when, answer())
    made = make_plan(
        Change("", fields, schedule=schedule),
        answer(),
        meeting=85746065,
        account="api.zoom.us/account",
        now=NOW,
        occurrence=one,
        seen=one is None,
    )
    return Plan.of(made)


def undone() -> Any:
    """Plan the way back from a change of schedule, host and passcode."""
    body = dict(planned(password="S3cret-new", recurrence={"weekly_days": "3"}).body)
    body["schedule_for"] = "grace@example.com"
    tuesdays = Recurrence.weekly(TUE).times(12).starting(datetime(2027, 1, 5, 9), tz=MONDAYS.tz)
    after = {**answer(), **body, "host_id": "another", "password": "S3cret-new"}
    after |= {"start_time": "2027-01-05T08:00:00Z", "occurrences": listed(tuesdays)}
    record = Record("api.zoom.us/account", body, NOW, None, answer(), after)
    return Receipt(85746065, True, None, None, record=record).undo()


def split() -> Any:
    """Split the series at the date in February."""
    first = choose(date(2027, 2, 15), answer())
    change = Change("", {"topic": "Later", "duration": 30})
    made = split_series(
        change, answer(), first, meeting=85746065, account="api.zoom.us/account", now=NOW
    )
    return Following.of(made)


TEXTS: dict[str, Callable[[], Any]] = {
    "empty": lambda: planned(topic="Stand-up", settings={"alternative_hosts": "a@x.org;b@x.org"}),
    "plain-members": lambda: planned(
        topic="Daily", agenda="Two\nlines", settings={"waiting_room": False, "host_video": True}
    ),
    "passcode": lambda: planned(password="S3cret-new"),
    "later-end": lambda: planned(recurrence={"end_times": 20}),
    "other-time": lambda: planned(schedule=MONDAYS.at(time(10, 15))),
    "other-days-until": lambda: planned(
        recurrence={"weekly_days": "2,5", "end_date_time": "2027-02-15T22:59:59Z"}
    ),
    "one-occurrence": lambda: planned(
        when=date(2027, 1, 11), duration=30, start_time="2027-01-11T14:00:00Z"
    ),
    "undo": undone,
    "following": split,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_plan_reads_as_stored(name: str, rewriting: bool) -> None:
    """`nox -s goldens` rewrites them; read the diff."""
    file, seen = PLANS / f"{name}.txt", f"{TEXTS[name]()}\n"
    if rewriting:
        file.parent.mkdir(exist_ok=True)
        file.write_text(seen, "utf-8")

    assert "S3cret" not in seen
    assert seen == file.read_text("utf-8")


def test_no_text_is_left_over() -> None:
    """Each file has its plan."""
    assert {file.stem for file in PLANS.glob("*.txt")} == TEXTS.keys()
