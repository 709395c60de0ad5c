"""What a type checker says about the public face; checked by mypy and pyright, never run.

Every `type: ignore` here must stay needed: mypy warns about an unused one, and
test_type_checkers.py sees that both find an error in each of these lines and in no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, assert_type
from zoneinfo import ZoneInfo

import httpx
from rezoom import (
    UNSET,
    AsyncZoom,
    Bearer,
    FieldChange,
    Ledger,
    Meeting,
    MeetingUpdate,
    MemoryLedger,
    Plan,
    Problem,
    QuotaExceeded,
    RateLimited,
    Receipt,
    RetryLater,
    Series,
    ServerToServer,
    TokenSource,
    Zoom,
    check,
)
from rezoom._clock import SystemClock
from rezoom_wire.models import MeetingOccurrence
from rezoom_wire.types import Unset

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2030, 3, 4, 9, 0, tzinfo=BERLIN)


def keywords_are_typed(zoom: Zoom) -> None:
    assert_type(zoom.update(1, topic="x"), Receipt)
    zoom.update("857 460 65", duration=45, start_time=START, timezone=BERLIN)
    zoom.update(1, start_time="2030-03-04T09:00:00Z", settings={"waiting_room": True})
    zoom.update(1, settings={"alternative_hosts": ["a@example.org"]}, host="host", wait=0.5)
    zoom.update(1, {"topic": "x"}, occurrence="1648194360000", allow=["endless"], extra={"n": 1})
    zoom.update(1, MeetingUpdate(topic="x"))


def wrong_keywords_are_refused(zoom: Zoom) -> None:
    zoom.update(1, topc="x")  # type: ignore[call-arg]  # must stay an error: misspelt
    zoom.update(1, topic=5)  # type: ignore[arg-type]  # must stay an error: a number
    zoom.update(1, topic=None)  # type: ignore[arg-type]  # must stay an error: None is never sent
    zoom.update(1, duration="45")  # type: ignore[arg-type]  # must stay an error: text
    zoom.update(1, type=4)  # type: ignore[arg-type]  # must stay an error: not one of Zoom's
    zoom.update(1, settings={"audio": "loud"})  # type: ignore[typeddict-item]  # must stay an error
    zoom.update(1, settings={"waitingroom": True})  # type: ignore[typeddict-unknown-key]  # must stay an error
    zoom.update(1, waiting_room=True)  # type: ignore[call-arg]  # must stay an error: misplaced
    zoom.update()  # type: ignore[call-arg]  # must stay an error: which meeting?
    zoom.update(meeting=1, topic="x")  # type: ignore[call-arg]  # must stay an error: by position
    zoom.update(1.5, topic="x")  # type: ignore[arg-type]  # must stay an error: no number of a meeting
    zoom.update(1, occurrence=1648194360000)  # type: ignore[arg-type]  # must stay an error: text
    zoom.plan(1, topc="x")  # type: ignore[call-arg]  # must stay an error: misspelt
    zoom.plan(1, topic="x", host="h")  # type: ignore[call-arg]  # must stay an error: nothing is spent
    zoom.apply({"topic": "x"})  # type: ignore[arg-type]  # must stay an error: not a plan


def a_meeting_reads_without_casts(zoom: Zoom) -> None:
    meeting = zoom.get(1, past=True)
    assert_type(meeting, Meeting)
    assert_type(meeting.settings.waiting_room, bool | Unset)
    assert_type(meeting.recurrence.weekly_days, str | Unset)
    assert_type(meeting.host_id, str | Unset)
    meeting.topik  # type: ignore[attr-defined]  # noqa: B018  # must stay an error: misspelt


async def both_clients_are_alike(zoom: AsyncZoom) -> None:
    assert_type(await zoom.update(1, topic="x"), Receipt)
    assert_type(await zoom.get(1), Meeting)
    await zoom.update(1, topc="x")  # type: ignore[call-arg]  # must stay an error: misspelt
    zoom.update(1, topic="x").meeting  # type: ignore[attr-defined]  # noqa: B018  # must stay an error
    with zoom:  # type: ignore[attr-defined]  # must stay an error: async with
        pass


def plans_are_typed(zoom: Zoom, series: Series, meeting: Meeting, item: MeetingOccurrence) -> None:
    plan = zoom.plan(1, topic="x", settings={"waiting_room": True}, allow=["endless"])
    assert_type(plan, Plan)
    assert_type(plan.changes, tuple[FieldChange, ...])
    assert_type(plan.apply(verify=True, wait=5, force=True), Receipt)
    assert_type(zoom.apply(Plan.from_json(plan.to_json(secrets=True)), verify=True), Receipt)
    assert_type(zoom.plan(1, schedule=series, extra={"new": 1}), Plan)
    zoom.plan(1, MeetingUpdate(topic="x"), occurrence=date(2027, 1, 6))
    zoom.update(1, occurrence=START, duration=30, verify=True, skip_unchanged=True)
    zoom.update(1, occurrence=item, duration=30)
    zoom.get(1, occurrence=series.occurrences()[0])
    assert_type(check(current=meeting, now=START, topic="x"), list[Problem])
    both = zoom.plan_following(1, date(2027, 1, 6), topic="x")
    assert_type(both.trim.apply(), Receipt)
    plan.body["topic"] = "y"  # type: ignore[index]  # must stay an error: a plan is what was judged


async def plans_of_the_async_client_are_awaited(zoom: AsyncZoom) -> None:
    plan = await zoom.plan(1, topic="x")
    assert_type(await plan.apply(), Receipt)
    assert_type(await zoom.apply(plan), Receipt)
    plan.apply().meeting  # type: ignore[attr-defined]  # noqa: B018  # must stay an error


def receipts_tell_what_was_done(receipt: Receipt) -> None:
    assert_type(receipt.applied, Mapping[str, Any])
    assert_type(receipt.ignored, Mapping[str, Problem])
    assert_type(receipt.side_effects, tuple[FieldChange, ...])
    assert_type(receipt.raise_if_ignored(), Receipt)
    assert_type(receipt.undo(), Plan)
    assert_type(Receipt.from_json(receipt.to_json()), Receipt)


def options_are_typed(auth: TokenSource) -> None:
    with Zoom(auth, wait=5, retries=0, timeout=httpx.Timeout(5), ledger=None) as zoom:
        assert_type(zoom, Zoom)
    assert_type(Zoom.from_env(prefix="MY_", retries=3), Zoom)
    Zoom(auth, retry=3)  # type: ignore[call-arg]  # must stay an error: misspelt
    Zoom(auth, retries="3")  # type: ignore[arg-type]  # must stay an error: text
    Zoom("token")  # type: ignore[arg-type]  # must stay an error: not a source of tokens
    Zoom(auth, http=httpx.AsyncClient())  # type: ignore[arg-type]  # must stay an error: the other kind
    AsyncZoom(auth, http=httpx.Client())  # type: ignore[arg-type]  # must stay an error: the other kind


def parts_fit_together() -> None:
    sources: list[TokenSource] = [ServerToServer("a", "b", "c"), Bearer(lambda: "token")]
    ledger: Ledger = MemoryLedger(clock=SystemClock())
    assert_type(ServerToServer("a", "b", "c").as_httpx_auth(), httpx.Auth)
    Zoom(sources[0], ledger=ledger)


def receipts_and_problems_are_typed(receipt: Receipt) -> None:
    assert_type(receipt.tracking_id, str | None)
    assert_type(receipt.warnings, tuple[Problem, ...])
    assert_type(receipt.to_dict(), dict[str, Any])
    assert_type(check(topic="x", occurrence=True), list[Problem])
    check(topic="x", now="2030-03-04T09:00:00Z")  # type: ignore[arg-type]  # must stay an error: text
    check(topic=5)  # type: ignore[arg-type]  # must stay an error: a number
    receipt.sent = False  # type: ignore[misc]  # must stay an error: a receipt is what happened


def one_except_for_both_limits(zoom: Zoom) -> datetime | None:
    try:
        zoom.update(1, topic="x")
    except RetryLater as error:
        assert_type(error.retry_at, datetime)
        return error.retry_at
    return None


def limits_are_told_apart(error: QuotaExceeded | RateLimited) -> int | None:
    return error.used if isinstance(error, QuotaExceeded) else error.code


def unset_stands_for_left_out(zoom: Zoom, topic: str | None) -> None:
    zoom.update(1, topic=topic or UNSET, settings={"audio": UNSET})
