"""Events: what clients and guards tell a listener, and that no listener can do harm."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from callers import Caller
from clocks import MONDAY_NOON, FakeClock
from ledgers import LEDGERS, asking, through_async
from rezoom import Bearer, ConfigError, MemoryLedger, QuotaExceeded, RateLimited, Zoom
from rezoom._ledger.observed import Observed
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Grant, Guard, Ledger, Limits, Reservation
from rezoom.quota.events import (
    Blocked,
    ClockStepped,
    Event,
    ExternalAdded,
    Granted,
    LedgerFailed,
    Refused,
    Released,
    Settled,
    SlowedDown,
    Unknown,
)
from wire import HANG_UP, Wire, answer

Call = Callable[..., Caller]
MEETING = 85746065
DAILY = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests"
SECOND = "You have reached the maximum per-second rate limit for this API"


@pytest.fixture
def heard() -> list[Event]:
    """Collect what is told."""
    return []


def kinds(heard: list[Event]) -> list[type[Event]]:
    """Name what was told, in order."""
    return [type(event) for event in heard]


@pytest.mark.smoke
def test_an_update_is_granted_and_settled(wire: Wire, call: Call, heard: list[Event]) -> None:
    """Each event says whose quota it was."""
    call(on_event=heard.append).update(MEETING, topic="x", host="host-1")

    assert kinds(heard) == [Granted, Settled]
    for event in heard:
        account = f"127.0.0.1:{httpx.URL(wire.origin).port}/account"
        assert (event.account, event.meeting, event.host) == (account, MEETING, "host-1")


def test_a_refusal_tells_its_scope(call: Call, heard: list[Event]) -> None:
    """And when to come back; nothing is sent, so nothing follows."""
    caller = call(on_event=heard.append, limits=Limits(meeting=1))
    caller.update(MEETING, topic="x")

    with pytest.raises(QuotaExceeded) as caught:
        caller.update(MEETING, topic="x")

    refused = heard[-1]
    assert isinstance(refused, Refused)
    assert (refused.scope, refused.limit, refused.retry_at) == ("meeting", 1, caught.value.retry_at)
    assert kinds(heard) == [Granted, Settled, Refused]


def test_what_never_left_is_released(call: Call, heard: list[Event]) -> None:
    """Where no server listens, the slot is released and reported."""
    nowhere = call(Bearer("t"), on_event=heard.append, base_url="http://127.0.0.1:9/v2", retries=0)
    with pytest.raises(Exception, match="ConnectError"):
        nowhere.update(MEETING, topic="x")

    assert kinds(heard) == [Granted, Released]


def test_without_an_answer_the_outcome_is_unknown(
    wire: Wire, call: Call, heard: list[Event]
) -> None:
    """The place stays counted."""
    wire.says(HANG_UP)
    with pytest.raises(Exception, match="not known whether"):
        call(on_event=heard.append, retries=0).update(MEETING, topic="x")

    assert kinds(heard) == [Granted, Unknown]


def test_a_daily_refusal_blocks_and_shows_that_others_spend(
    wire: Wire, call: Call, heard: list[Event]
) -> None:
    """Zoom was at its limit before this ledger: 99 were spent elsewhere."""
    wire.says(answer(429, {"code": 429, "message": DAILY}))

    with pytest.raises(RateLimited) as caught:
        call(on_event=heard.append).update(MEETING, topic="x", host="host-1")

    assert kinds(heard) == [Granted, Settled, Blocked, ExternalAdded]
    blocked, added = heard[2:]
    assert isinstance(blocked, Blocked)
    assert isinstance(added, ExternalAdded)
    assert (blocked.scope, blocked.until) == ("host", caught.value.retry_at)
    assert (added.scope, added.number) == ("host", 99)


def test_a_refusal_per_second_slows_down(wire: Wire, call: Call, heard: list[Event]) -> None:
    """And the place of the attempt is free again: no source says that Zoom counts it."""
    wire.says(answer(429, {"code": 429, "message": SECOND}, x_ratelimit_limit="30"))

    call(on_event=heard.append).update(MEETING, topic="x")

    assert kinds(heard) == [Granted, Released, SlowedDown, Granted, Settled]
    slowed = heard[2]
    assert isinstance(slowed, SlowedDown)
    assert slowed.limit == 30


def test_a_turn_that_is_waited_for_is_told(call: Call, heard: list[Event]) -> None:
    """The pause before the request leaves."""
    caller = call(on_event=heard.append, account_plan="free")
    for meeting in (1, 2):
        caller.update(meeting, topic="x")

    pauses = [event.pause for event in heard if isinstance(event, Granted)]
    assert pauses[0] == 0
    assert pauses[1] > 0


@pytest.mark.smoke
def test_a_guard_tells_the_same(wire: Wire, heard: list[Event]) -> None:
    """A create by e-mail address has no host until Zoom has named the id."""
    wire.says(answer(201, {"id": 1, "host_id": "host-1"}))
    guard = Guard("memory:", on_event=heard.append)
    with httpx.Client(transport=guard.transport(), base_url=f"{wire.origin}/v2") as http:
        http.post("/users/ada@example.org/meetings", json={})

    told = [(type(event), event.meeting, event.host) for event in heard]
    assert told == [
        (Granted, None, None),
        (Granted, None, "host-1"),
        (Settled, None, "host-1"),
        (Released, None, None),
    ]


class Down(MemoryLedger):
    """A ledger that nobody can reach."""

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        raise LedgerUnavailable("The server redis://host:6379/0 cannot be reached")


def test_a_ledger_that_fails_is_told(call: Call, heard: list[Event]) -> None:
    """The event names the failure, and nothing is sent."""
    with pytest.raises(LedgerUnavailable):
        call(ledger=Down(), on_event=heard.append).update(MEETING, topic="x")

    (failed,) = heard
    assert isinstance(failed, LedgerFailed)
    assert failed.error == "LedgerUnavailable"


def test_a_listener_that_fails_breaks_nothing_and_is_logged_once(
    wire: Wire, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    """It still hears of everything."""
    heard: list[Event] = []

    def fail(event: Event) -> None:
        heard.append(event)
        raise ZeroDivisionError("my metrics")

    caller = call(on_event=fail)
    for _ in range(3):
        assert caller.update(MEETING, topic="x").sent

    assert len(wire.sent) >= 3
    assert len(heard) == 6
    assert caplog.text.count("on_event failed") == 1
    assert "my metrics" in caplog.text


def test_nothing_secret_is_told(wire: Wire, call: Call, heard: list[Event]) -> None:
    """Neither the token, nor the credentials, nor what is in the request."""
    caller = call(on_event=heard.append, limits=Limits(meeting=1))
    caller.update(MEETING, password="S3cret")
    with pytest.raises(QuotaExceeded):
        caller.update(MEETING, password="S3cret")

    assert "S3cret" not in f"{heard}"
    assert "token-1" not in f"{heard}"


def test_events_can_be_handed_on(call: Call, heard: list[Event]) -> None:
    """To another process, which gets equal ones."""
    call(on_event=heard.append).update(MEETING, topic="x")

    assert pickle.loads(pickle.dumps(heard)) == heard


class Awaited:
    """A listener whose call is a coroutine."""

    async def __call__(self, event: Event) -> None:
        """Fail to be awaited: a listener is called."""


async def awaited(event: Event) -> None:
    """Fail to be awaited: a listener is called."""


@pytest.mark.parametrize("listener", ["print", awaited, Awaited()])
@pytest.mark.parametrize("make", [lambda **options: Zoom(Bearer("t"), **options), Guard])
def test_a_listener_that_could_never_hear_is_refused(make: Any, listener: object) -> None:
    """When the client is made: a coroutine would be made and thrown away, event by event."""
    with pytest.raises(ConfigError, match="on_event is") as caught:
        make(on_event=listener)

    assert caught.value.field == "on_event"


@pytest.fixture(params=list(LEDGERS))
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    """Make a ledger of every kind."""
    with LEDGERS[request.param](tmp_path, clock) as made:
        yield made


def spend(ledger: Ledger) -> None:
    """Do everything to a ledger that a client does."""
    asked = asking(limit=5, host=9)
    ledger.settle(ledger.reserve(asked, "1"))
    ledger.release(ledger.reserve(asked, "2"))
    ledger.abandon(ledger.reserve(asked, "3"))
    assert ledger.external(asked, "host", 4) == 2
    assert ledger.external(asked, "host", 4) == 0
    assert ledger.external(asked, "nothing", 4) == 0
    ledger.slow_down(asked)
    ledger.block(asked, "nothing", MONDAY_NOON)


@pytest.mark.smoke
@pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])
def test_every_ledger_tells_the_same(
    ledger: Ledger, heard: list[Event], clock: FakeClock, awaited: bool
) -> None:
    """Blocking and awaited; what was added once is not told twice, nor a block that is none."""
    observed: Ledger = Observed(ledger, heard.append, clock=clock)
    spend(through_async(observed) if awaited else observed)

    assert kinds(heard) == [
        Granted,
        Settled,
        Granted,
        Released,
        Granted,
        Unknown,
        ExternalAdded,
        SlowedDown,
    ]
    assert [event.number for event in heard if isinstance(event, ExternalAdded)] == [2]


class Slow(MemoryLedger):
    """A ledger that waits two seconds for a lock."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock=clock)
        self._wait = clock

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        self._wait.advance(timedelta(seconds=2))
        return super().reserve(reservation, token, wait=wait)


def test_the_time_a_ledger_takes_is_told(heard: list[Event], clock: FakeClock) -> None:
    """Locks, disk and network included."""
    ledger = Observed(Slow(clock), heard.append, clock=clock)
    ledger.settle(ledger.reserve(asking(), "1"))

    assert [event.took for event in heard] == [2, 0]


class Stepped(FakeClock):
    """A wall clock that somebody sets, beside one that nobody does."""

    step = timedelta(0)

    def now(self) -> datetime:
        """Show what it was set to."""
        return super().now() + self.step


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_step_of_the_clock_is_told_once(heard: list[Event], hours: int) -> None:
    """And by how much; what the network's time corrects little by little is no step."""
    clock = Stepped()
    ledger = Observed(MemoryLedger(clock=clock), heard.append, clock=clock)
    ledger.reserve(asking(), "1")
    clock.advance(timedelta(hours=24))
    clock.step = timedelta(seconds=40)
    ledger.reserve(asking(), "2")
    clock.step += timedelta(hours=hours)
    ledger.reserve(asking(), "3")
    ledger.usage(asking())

    steps = [event.seconds for event in heard if isinstance(event, ClockStepped)]
    assert steps == [pytest.approx(hours * 3600)]
