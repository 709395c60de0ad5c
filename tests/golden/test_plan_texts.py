"""A plan reads as it is stored: the diff, the meetings that move, the request, and no secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from limits import with_the_limit
from rezoom import Altered, FieldChange, Gauge, Problem, Quota, Recurrence, Series
from rezoom._change.diff import make_plan
from rezoom._change.following import Following
from rezoom._change.occurrences import choose
from rezoom._change.plan_data import Record, Verdict
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


def assert_a_page(text: str) -> None:
    """Hold a text to what fits on any terminal."""
    lines = text.splitlines()
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("name", TEXTS)
def test_a_plan_reads_as_stored(name: str, rewriting: bool) -> None:
    """`nox -s goldens` rewrites them; read the diff."""
    file, seen = PLANS / f"{name}.txt", f"{TEXTS[name]()}\n"
    if rewriting:
        file.parent.mkdir(exist_ok=True)
        file.write_text(seen, "utf-8")

    assert "S3cret" not in seen
    if name != "following":  # that one is two plans and a request
        assert_a_page(seen)
    assert seen == with_the_limit(file.read_text("utf-8"))


def test_no_text_is_left_over() -> None:
    """Each file has its plan."""
    assert {file.stem for file in PLANS.glob("*.txt")} == TEXTS.keys()


PAGES = Path(__file__).parent / "pages"
FREE = datetime(2026, 11, 26, 9, 41, 7, tzinfo=UTC)
MEETING_LEFT = Gauge(100, 3, 1, 1, 0, 95, FREE)
HOST_LEFT = Gauge(100, 8, 0, 0, 4, 88, FREE + timedelta(hours=14))
LEFT = Quota(100, 3, 1, 1, 0, 95, FREE, meeting=MEETING_LEFT, host=HOST_LEFT)


def doubt(path: str, message: str = "It may be locked. Ask an admin.") -> Problem:
    """Write one likely reason."""
    return Problem(path, "warning", "some-rule", message, "Look.", "Somewhere")


def receipt(verdict: Verdict | None = None, **more: Any) -> Receipt:
    """Make the receipt of an update."""
    return Receipt(85746065, True, "WEB_3f1c", LEFT, verdict=verdict, **more)


def mixed() -> Receipt:
    """Make a receipt with one of everything."""
    dash = Altered(
        "Tea", "Tea ☕ and 🥨 for everybody", "Tea - and - for everybody", doubt("agenda")
    )
    secret = Altered("S3cret-1", "S3cret-2", "S3cret-3", doubt("password"))
    return receipt(
        Verdict(
            {"topic": "New", "settings.waiting_room": True},
            {"settings.host_video": doubt("settings.host_video")},
            {"template_id": doubt("template_id")},
            (FieldChange("join_url", "https://x?pwd=S3cret", "https://x?pwd=S3cret-2"),),
            {"agenda": dash, "password": secret},
        ),
        warnings=(doubt("duration"),),
    )


def many() -> Receipt:
    """Make a receipt of fifty fields, half of which Zoom ignored."""
    names = [f"settings.some_long_name_of_a_member_{number}" for number in range(50)]
    ignored = {name: doubt(name) for name in names[25:]}
    return receipt(Verdict(dict.fromkeys(names[:25], True), ignored))


SHOWN: dict[str, Callable[[], Any]] = {
    "receipt": lambda: receipt(Verdict({"topic": "New", "duration": 45})),
    "receipt-accepted": receipt,
    "receipt-mixed": mixed,
    "receipt-many": many,
    "receipt-unchanged": lambda: Receipt(85746065, False, None, LEFT, verdict=Verdict()),
    "receipt-from-a-file": lambda: Receipt.from_json(mixed().to_json()),
    "quota": lambda: LEFT,
    "quota-nothing-known": lambda: Quota.of({}),
    "quota-used-up": lambda: Quota.of({"host": Gauge(100, 60, 0, 0, 40, 0, FREE)}),
    "plan-many": lambda: planned(
        topic="T" * 200,
        agenda="words " * 300,
        duration=90,
        password="S3cret-new",
        recurrence={"type": 1, "repeat_interval": 1, "end_times": 50},
        settings={"waiting_room": False, "host_video": True, "join_before_host": True},
    ),
    "plan-weekdays": lambda: planned(recurrence={"weekly_days": "3,5"}),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_printed_fits_on_a_page(name: str, rewriting: bool) -> None:
    """A dozen lines of sixty columns, without secrets, and with nothing of how it is kept."""
    file, seen = PAGES / f"{name}.txt", f"{SHOWN[name]()}\n"
    if rewriting:
        file.parent.mkdir(exist_ok=True)
        file.write_text(seen, "utf-8")

    assert_a_page(seen)
    for word in (
        "S3cret",
        "Receipt(",
        "Quota(",
        "Gauge(",
        "None",
        "some-rule",
        "9223372036854775807",
    ):
        assert word not in seen
    assert "9223372036854775807" not in repr(SHOWN[name]())
    assert seen == with_the_limit(file.read_text("utf-8"))
