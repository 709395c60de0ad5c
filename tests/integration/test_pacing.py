"""Turns of the account's calls per second, as Zoom and AsyncZoom take them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from anyio.lowlevel import checkpoint
from callers import Caller
from clocks import FakeClock
from rezoom import QuotaExceeded, RateLimited, Zoom
from rezoom._wire import facts
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Grant, MemoryLedger, Reservation
from rezoom.quota.events import Event, Granted, Settled
from wire import Wire, answer

Call = Callable[..., Caller]
MEETING = 85746065
SHOWN = answer(200, {"id": MEETING, "host_id": "host-1", "host_email": "ada@example.org"})
REFUSED = answer(
    429, {"code": 429, "message": "You have reached the maximum per-second rate limit"}
)
FREE = facts.RATES["free"].per_second
# Between two calls on the free plan.
APART = pytest.approx(1 / (0.955 * FREE), abs=1e-5)


class Shared(FakeClock):
    """A clock on which others get on while somebody sleeps; it counts the sleepers."""

    sleepers = most = 0

    def __init__(self) -> None:
        super().__init__()
        self._two = threading.Event()

    def sleep(self, seconds: float) -> None:
        self._lies_down()
        self._two.wait(0.02)  # for another thread, which should not come
        super().sleep(seconds)
        self.sleepers -= 1

    async def asleep(self, seconds: float) -> None:
        self._lies_down()
        for _ in range(20):
            await checkpoint()
        super().sleep(seconds)
        self.sleepers -= 1

    def _lies_down(self) -> None:
        self.sleepers += 1
        self.most = max(self.most, self.sleepers)
        if self.sleepers > 1:
            self._two.set()


def test_one_call_at_a_time_waits_for_its_turn(wire: Wire, call: Call) -> None:
    """The others hold neither a turn nor a slot meanwhile: a kill would leave those counted."""
    clock = Shared()

    call(account_plan="free", wait=60, clock=clock).update_at_once(8)

    assert (len(wire.calls), clock.most) == (8, 1)


class Impatient(FakeClock):
    """A clock whose sleeper is interrupted by a call that cannot wait."""

    zoom: Zoom
    error: QuotaExceeded | None = None

    def sleep(self, seconds: float) -> None:
        with pytest.raises(QuotaExceeded) as caught:
            self.zoom.update(3, topic="x", wait=0.25)
        self.error = caught.value
        super().sleep(seconds)


def test_a_line_that_is_too_long_refuses_at_once(wire: Wire, call: Call) -> None:
    """With the instant at which the turn would come in time, if nobody else asked."""
    clock = Impatient()
    auth = call().zoom._context.auth
    base = f"{wire.origin}/v2"
    with Zoom(auth, base_url=base, clock=clock, account_plan="free", ledger="memory:") as zoom:
        clock.zoom = zoom
        begun = clock.now()
        zoom.update(1, topic="x")
        zoom.update(2, topic="x")

    assert clock.error is not None
    assert (clock.error.scope, clock.error.limit, len(wire.calls)) == ("second", FREE, 2)
    assert (clock.error.retry_at - begun).total_seconds() == pytest.approx(0.0118, abs=1e-4)


def test_a_read_takes_a_turn_and_counts_in_the_day(
    wire: Wire, call: Call, clock: FakeClock
) -> None:
    """But in neither of the two hundreds."""
    wire.says(*[SHOWN] * 5)
    caller = call(account_plan="free")
    for _ in range(5):
        caller.get(MEETING)

    quota = caller.quota(MEETING)
    assert clock.slept == [APART] * 4
    assert quota.account is not None
    assert quota.account.used == 5
    assert (quota.meeting and quota.meeting.used, quota.host and quota.host.used) == (0, 0)


def test_a_verified_update_takes_a_turn_for_each_request(
    wire: Wire, call: Call, clock: FakeClock
) -> None:
    """The reads before and after are requests of the account too."""
    wire.says(SHOWN, answer(204), SHOWN)

    call(account_plan="free").update(MEETING, topic="x", verify=True, wait=0.6)

    assert clock.slept[:2] == [APART] * 2


def test_a_read_that_is_refused_slows_everybody_down(
    wire: Wire, call: Call, clock: FakeClock
) -> None:
    """Zoom counts all requests of an account together."""
    wire.says(REFUSED)
    caller = call(account_plan="free", retries=0)
    with pytest.raises(RateLimited):
        caller.get(MEETING)

    caller.update(1, topic="x")

    assert clock.slept == [APART]
    caller.update(2, topic="x")
    assert clock.slept[1] > clock.slept[0] * 1.04


def test_a_read_is_sent_while_the_ledger_is_down(
    wire: Wire, call: Call, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It spends nothing of what must be counted; an update is not sent."""
    wire.says(SHOWN)
    caller = call(account_plan="free", ledger=f"sqlite://{tmp_path}")

    with caplog.at_level(logging.WARNING):
        meeting = caller.get(MEETING)

    assert meeting.host_id == "host-1"
    assert "a read was neither counted nor paced" in caplog.text
    with pytest.raises(LedgerUnavailable):
        caller.update(MEETING, topic="x")


class Stalled(MemoryLedger):
    """A ledger whose first answer reaches the client late: its process stood still."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock=clock)
        self._by, self._stalls = clock, [timedelta(milliseconds=30)]

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        grant = super().reserve(reservation, token, wait=wait)
        if self._stalls:
            self._by.advance(self._stalls.pop())
        return grant


def test_a_turn_that_has_come_too_late_is_given_back(
    wire: Wire, call: Call, clock: FakeClock
) -> None:
    """What a stall has delayed does not go out beside the next one."""
    caller = call(account_plan="free", ledger=Stalled(clock))

    caller.update(MEETING, topic="x")

    # The turn that was missed is over; the next one is waited for.
    assert clock.slept == [pytest.approx(1 / (0.955 * FREE) - 0.03, abs=1e-5)]
    assert (len(wire.calls), caller.quota(MEETING).used) == (1, 1)


def test_a_ledger_whose_clock_is_another_delays_nothing(wire: Wire, call: Call) -> None:
    """Only the time that has passed since it was asked is compared."""
    heard: list[Event] = []
    by_the_machine = MemoryLedger()
    caller = call(account_plan="free", ledger=by_the_machine, on_event=heard.append)

    caller.update(MEETING, topic="x")

    assert [type(event) for event in heard] == [Granted, Settled]
