"""What Zoom and AsyncZoom count, how they wait, and what they say about it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from callers import Caller
from clocks import FakeClock
from rezoom import (
    AsyncZoom,
    Bearer,
    ConfigError,
    MemoryLedger,
    NotFoundError,
    QuotaExceeded,
    RateLimited,
    UnansweredError,
    Zoom,
)
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Gauge, Limits, SQLiteLedger
from wire import HANG_UP, SILENCE, Wire, answer

Call = Callable[..., Caller]
MEETING = 85746065
SHOWN = answer(200, {"id": MEETING, "host_id": "host-1", "host_email": "ada@example.org"})


def counted(gauge: Gauge | None) -> tuple[int, int, int, int]:
    """Take the numbers of a gauge: used, pending, unknown, external."""
    assert gauge is not None
    return gauge.used, gauge.pending, gauge.unknown, gauge.external


def test_a_fresh_quota_is_whole(wire: Wire, call: Call) -> None:
    """A hundred for the meeting; of the host and the account nothing is known."""
    quota = call().quota(MEETING)

    assert (quota.limit, quota.remaining, quota.next_free) == (100, 100, None)
    assert (quota.host, quota.account) == (None, None)
    assert wire.sent == []


@pytest.mark.smoke
def test_the_hundred_and_first_is_refused_here(wire: Wire, call: Call, clock: FakeClock) -> None:
    """Zoom never hears of it; at retry_at one more goes through."""
    caller = call()
    for _ in range(100):
        caller.update(MEETING, topic="x")

    with pytest.raises(QuotaExceeded) as caught:
        caller.update(MEETING, topic="x")

    quota = caller.quota(MEETING)
    assert (caught.value.scope, caught.value.limit, caught.value.used) == ("meeting", 100, 100)
    assert (quota.remaining, quota.next_free) == (0, caught.value.retry_at)
    assert (len(wire.calls), clock.slept) == (100, [])
    clock.jump(caught.value.retry_at)
    assert caller.update(MEETING, topic="x").quota.remaining >= 0


def test_the_tightest_gauge_speaks_for_all(call: Call) -> None:
    """Here the host's, whose day other meetings have spent from."""
    caller = call()
    caller.update(1, topic="x", host="host-1")
    caller.update(2, topic="x", host="host-1")

    quota = caller.quota(2, host="host-1")

    assert (quota.remaining, counted(quota.host)) == (98, (2, 0, 0, 0))
    assert counted(quota.meeting) == (1, 0, 0, 0)
    assert caller.quota(host="host-1").meeting is None


def test_a_host_that_a_read_has_named_is_counted(wire: Wire, call: Call) -> None:
    """By the id, never by the address beside it."""
    wire.says(SHOWN)
    caller = call()
    caller.get(MEETING)
    caller.update(MEETING, topic="x")

    assert counted(caller.quota(MEETING).host) == (1, 0, 0, 0)
    assert counted(caller.quota(host="host-1").host) == (1, 0, 0, 0)
    assert counted(caller.quota(host="ADA@example.org").host) == (1, 0, 0, 0)


def test_an_address_that_no_read_has_shown_counts_for_the_meeting_alone(
    wire: Wire, call: Call
) -> None:
    """A second name of a host is never a second hundred."""
    wire.says(answer(204))
    caller = call()
    caller.update(1, topic="x", host="ada@example.org")

    quota = caller.quota(1, host="ada@example.org")

    assert counted(quota.meeting) == (1, 0, 0, 0)
    assert quota.host is None


def test_known_hosts_cost_no_read(wire: Wire, call: Call) -> None:
    """An update of a strange meeting is one request."""
    call().update(MEETING, topic="x")

    assert [sent.method for sent in wire.calls] == ["PATCH"]


def test_resolving_reads_a_strange_meeting_once(wire: Wire, call: Call) -> None:
    """And counts its host from the first update on."""
    wire.says(SHOWN)
    caller = call(hosts="resolve")
    caller.update(MEETING, topic="x")
    caller.update(MEETING, topic="x")

    assert [sent.method for sent in wire.calls] == ["GET", "PATCH", "PATCH"]
    assert counted(caller.quota(MEETING).host) == (2, 0, 0, 0)


def test_a_meeting_that_is_not_there_spends_nothing(wire: Wire, call: Call) -> None:
    """Resolving finds out before anything is spent."""
    wire.says(answer(404, {"code": 3001, "message": "Meeting does not exist."}))
    caller = call(hosts="resolve")

    with pytest.raises(NotFoundError):
        caller.update(MEETING, topic="x")

    assert caller.quota(MEETING).remaining == 100


def test_a_callback_is_asked_once_per_meeting(wire: Wire, call: Call) -> None:
    """What it says is kept in the ledger, for the others too."""
    asked: list[int] = []

    def host(meeting: int) -> str | None:
        asked.append(meeting)
        return "host-1" if meeting == MEETING else None

    caller = call(hosts=host)
    for _ in range(2):
        caller.update(MEETING, topic="x")
        caller.update(7, topic="x")

    assert asked == [MEETING, 7, 7]
    assert counted(caller.quota(MEETING).host) == (2, 0, 0, 0)
    assert caller.quota(7).host is None


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "gone"])
def test_a_host_that_may_have_changed_is_forgotten(wire: Wire, call: Call, moved: bool) -> None:
    """After schedule_for, and when Zoom knows the meeting no longer."""
    wire.says(SHOWN)
    caller = call()
    caller.get(MEETING)
    if moved:
        caller.update(MEETING, schedule_for="grace@example.org")
    else:
        wire.says(answer(404, {"code": 3001, "message": "Meeting does not exist."}))
        with pytest.raises(NotFoundError):
            caller.update(MEETING, topic="x")

    assert caller.quota(MEETING).host is None


def test_a_limit_of_ones_own_is_kept(call: Call) -> None:
    """Lower than Zoom's, say to leave some of the day to others."""
    caller = call(limits=Limits(meeting=2))
    caller.update(MEETING, topic="x")
    caller.update(MEETING, topic="x")

    with pytest.raises(QuotaExceeded) as caught:
        caller.update(MEETING, topic="x")

    assert caught.value.limit == 2


def test_raising_a_limit_is_logged(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    """Zoom refuses what is above its own."""
    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        call(limits=Limits(meeting=150, host=None))

    assert "meeting is set to 150; Zoom's own is 100" in caplog.text
    assert "host is set to off" in caplog.text


def test_a_limit_that_is_off_is_not_shown(call: Call) -> None:
    """It refuses nothing and no receipt names it."""
    caller = call(limits=Limits(meeting=None))
    for _ in range(101):
        caller.update(MEETING, topic="x")

    assert caller.quota(MEETING).meeting is None


@pytest.mark.parametrize(
    ("option", "value"), [("account_plan", "gold"), ("ledger", "mysql://x"), ("hosts", "guess")]
)
def test_an_option_that_cannot_be_is_named(call: Call, option: str, value: str) -> None:
    """With what would do."""
    with pytest.raises(ConfigError) as caught:
        call(**{option: value})

    assert caught.value.field == option
    assert "Give" in str(caught.value)


def test_a_limit_of_zero_is_refused() -> None:
    """Nothing could ever be sent; None switches a limit off."""
    with pytest.raises(ConfigError, match="None to switch"):
        Limits(meeting=0)


def test_without_a_plan_nothing_is_paced(call: Call, clock: FakeClock) -> None:
    """Both hundreds are kept, and nobody waits."""
    caller = call()
    for meeting in range(1, 30):
        caller.update(meeting, topic="x")

    assert clock.slept == []
    assert caller.quota(1).account is None


def test_the_free_plan_is_paced(call: Call, clock: FakeClock) -> None:
    """Four a second at most, each sleeping once until its turn; and it has a daily figure."""
    caller = call(account_plan="free")
    start = clock.now()
    for meeting in range(1, 11):
        caller.update(meeting, topic="x")

    seconds = (clock.now() - start).total_seconds()
    assert len(clock.slept) == 9
    assert 9 / 4 < seconds < 9
    assert counted(caller.quota(1).account) == (10, 0, 0, 0)


def test_a_turn_that_does_not_fit_raises_unslept(wire: Wire, call: Call, clock: FakeClock) -> None:
    """`wait` is looked at before, not after."""
    caller = call(account_plan="free", wait=0)
    caller.update(1, topic="x")

    with pytest.raises(QuotaExceeded) as caught:
        caller.update(2, topic="x")

    assert (caught.value.scope, clock.slept, len(wire.calls)) == ("second", [], 1)
    clock.jump(caught.value.retry_at)
    caller.update(2, topic="x")


def test_wait_may_be_given_per_call(call: Call, clock: FakeClock) -> None:
    """As seconds or as a timedelta."""
    caller = call(account_plan="free", wait=0)
    caller.update(1, topic="x")
    caller.update(2, topic="x", wait=timedelta(seconds=5))

    assert len(clock.slept) == 1


@pytest.mark.smoke
def test_callers_at_once_have_turns_one_after_the_other(wire: Wire, call: Call) -> None:
    """Nobody is refused, and the account stays below four a second."""
    caller = call(account_plan="free", wait=60)

    receipts = caller.update_at_once(8)

    assert len(receipts) == len(wire.calls) == 8
    assert caller.quota(1).account is not None


def test_a_second_update_of_a_meeting_waits_for_the_first(
    wire: Wire, call: Call, clock: FakeClock
) -> None:
    """One in flight per meeting: another one that is never answered for is waited out."""
    ledger = MemoryLedger(clock=clock)
    first = call(ledger=ledger)
    asked = first.zoom._context.reservation(MEETING, None)
    ledger.reserve(asked, "somebody else's")

    with pytest.raises(QuotaExceeded) as caught:
        first.update(MEETING, topic="x", wait=1)

    assert caught.value.scope == "in-flight"
    assert 0 < sum(clock.slept) <= 1
    assert first.update(MEETING, topic="x", wait=120).quota.used == 1


def test_a_lost_answer_stays_counted_and_locks_nothing(wire: Wire, call: Call) -> None:
    """The next update of the meeting goes at once."""
    wire.says(HANG_UP)
    caller = call(retries=0)
    with pytest.raises(UnansweredError):
        caller.update(MEETING, topic="x")

    caller.update(MEETING, topic="x", wait=0)

    assert counted(caller.quota(MEETING).meeting) == (1, 0, 1, 0)


class BrokenOff(httpx.BaseTransport):
    """Ctrl-C while the request is under way."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt


class ImpatientClock(FakeClock):
    """Ctrl-C in the first sleep."""

    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt


def test_an_interrupted_update_stays_counted_and_locks_nothing() -> None:
    """Nobody knows whether it arrived; the meeting is free for the next one."""
    with httpx.Client(transport=BrokenOff()) as http:
        zoom = Zoom(Bearer("token"), http=http)
        with pytest.raises(KeyboardInterrupt):
            zoom.update(MEETING, topic="x")

        assert counted(zoom.quota(MEETING).meeting) == (0, 0, 1, 0)


def test_who_is_interrupted_before_the_turn_gives_the_place_back(wire: Wire) -> None:
    """Nothing left, so nothing is spent."""
    zoom = Zoom(
        Bearer("token"), base_url=f"{wire.origin}/v2", account_plan="free", clock=ImpatientClock()
    )
    with zoom:
        zoom.update(1, topic="x")
        with pytest.raises(KeyboardInterrupt):
            zoom.update(2, topic="x")

        assert counted(zoom.quota(2).meeting) == (0, 0, 0, 0)


@pytest.mark.smoke
def test_a_cancelled_update_stays_counted_and_locks_nothing(wire: Wire) -> None:
    """A task that is given up on is as good as a timeout."""
    wire.says(SILENCE)

    async def run() -> Gauge | None:
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        wire.before = lambda _: loop.call_soon_threadsafe(arrived.set)
        async with AsyncZoom(Bearer("token"), base_url=f"{wire.origin}/v2") as zoom:
            updating = asyncio.create_task(zoom.update(MEETING, topic="x"))
            await arrived.wait()
            updating.cancel()
            with pytest.raises(asyncio.CancelledError):
                await updating
            return (await zoom.quota(MEETING)).meeting

    assert counted(asyncio.run(run())) == (0, 0, 1, 0)


class Nowhere(MemoryLedger):
    """A ledger that cannot be used for anything."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("reserve", "areserve", "usage", "ausage", "host_of", "ahost_of"):
            raise LedgerUnavailable("nowhere")
        if name in ("learn_host", "alearn_host"):
            raise LedgerUnavailable("nowhere")
        return super().__getattribute__(name)


def test_a_read_needs_no_ledger(wire: Wire, call: Call, caplog: pytest.LogCaptureFixture) -> None:
    """What it could have taught is missed, and logged."""
    wire.says(SHOWN)

    meeting = call(ledger=Nowhere()).get(MEETING)

    assert meeting.id == MEETING
    assert "was not written down" in caplog.text


@pytest.mark.parametrize(
    ("limit", "remaining"),
    [("100", "100"), ("100", "99"), ("6000", "5893"), ("100", "999"), ("", "50")],
)
def test_what_zoom_says_remains_is_never_permission(
    wire: Wire, call: Call, limit: str, remaining: str
) -> None:
    """It has been seen with the numbers of another pool: our own count stands."""
    said = answer(204, x_ratelimit_limit=limit, x_ratelimit_remaining=remaining)
    wire.says(*[said] * 3)
    caller = call(limits=Limits(host=2))
    caller.update(1, topic="x", host="host-1")
    caller.update(2, topic="x", host="host-1")

    with pytest.raises(QuotaExceeded) as caught:
        caller.update(3, topic="x", host="host-1")

    assert (caught.value.scope, caught.value.used, caught.value.external) == ("host", 2, 0)


def test_a_block_is_not_lifted_by_what_remains(wire: Wire, call: Call) -> None:
    """Zoom has said no until its reset, whatever a later answer to another host's says."""
    daily = "You have exceeded the daily rate limit (100) of Meeting Create/Update"
    wire.says(
        answer(429, {"code": 429, "message": daily}),
        answer(204, x_ratelimit_limit="100", x_ratelimit_remaining="100"),
    )
    caller = call()
    with pytest.raises(RateLimited):
        caller.update(1, topic="x", host="host-1")
    caller.update(2, topic="x", host="host-2")

    with pytest.raises(QuotaExceeded):
        caller.update(3, topic="x", host="host-1")


def test_an_early_daily_limit_shows_what_others_spent(wire: Wire, call: Call) -> None:
    """Zoom was full when this ledger had counted one: 99 of the hundred are not ours."""
    daily = "You have exceeded the daily rate limit (100) of Meeting Create/Update"
    wire.says(answer(429, {"code": 429, "message": daily}))
    caller = call()
    with pytest.raises(RateLimited):
        caller.update(1, topic="x", host="host-1")

    assert counted(caller.quota(1, host="host-1").host) == (1, 0, 0, 99)


def test_zooms_own_count_is_believed_when_it_is_higher(wire: Wire, call: Call) -> None:
    """Others spend from the host's day too."""
    wire.says(answer(204, x_ratelimit_limit="100", x_ratelimit_remaining="60"))
    caller = call()
    caller.update(MEETING, topic="x", host="host-1")

    quota = caller.quota(MEETING, host="host-1")

    assert (quota.remaining, counted(quota.host)) == (60, (1, 0, 0, 39))


def test_the_environment_names_ledger_and_plan(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REZOOM_LEDGER and REZOOM_ACCOUNT_PLAN; what one client spent, the next one sees."""
    monkeypatch.setenv("REZOOM_LEDGER", f"sqlite://{tmp_path / 'quota.sqlite3'}")
    monkeypatch.setenv("REZOOM_ACCOUNT_PLAN", "free")
    call().update(MEETING, topic="x")

    quota = call().quota(MEETING)

    assert counted(quota.meeting) == (1, 0, 0, 0)
    assert counted(quota.account) == (1, 0, 0, 0)


def test_the_environment_names_limits(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """REZOOM_LIMITS, for programs and the command line alike; an argument goes before it."""
    monkeypatch.setenv("REZOOM_LIMITS", "meeting=80,host=off")

    assert call().quota(MEETING, host="h").limit == 80
    assert call().quota(MEETING, host="h").host is None
    assert call(limits=Limits()).quota(MEETING).limit == 100
    monkeypatch.setenv("REZOOM_LIMITS", "meeting=0")
    with pytest.raises(ConfigError) as caught:
        call()
    assert caught.value.field == "limits"


def test_an_argument_goes_before_the_environment(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger that nobody could open is not even looked at."""
    monkeypatch.setenv("REZOOM_LEDGER", "mysql://x")
    monkeypatch.setenv("REZOOM_ACCOUNT_PLAN", "gold")

    assert call(ledger="memory:", account_plan="pro").quota(MEETING).remaining == 100


def test_a_ledger_of_ones_own_is_shared_by_clients(call: Call, tmp_path: Path) -> None:
    """And stays the caller's: closing a client leaves it usable."""
    ledger = SQLiteLedger(tmp_path / "quota.sqlite3", durability="normal", clock=FakeClock())
    one, two = call(ledger=ledger), call(ledger=ledger)
    one.update(MEETING, topic="x")
    one.close()

    assert two.update(MEETING, topic="x").quota.used == 2
    ledger.close()


def test_two_accounts_have_two_hundreds(call: Call, clock: FakeClock) -> None:
    """Meeting numbers are told apart by account."""
    ledger = MemoryLedger(clock=clock)
    one, two = (call(Bearer("t", account=name), ledger=ledger) for name in ("a", "b"))
    one.update(MEETING, topic="x")

    assert (one.quota(MEETING).used, two.quota(MEETING).used) == (1, 0)


def test_the_quota_of_a_receipt_is_json_ready(call: Call) -> None:
    """Times in UTC with Z, and every gauge under its name."""
    told: dict[str, Any] = call().update(MEETING, topic="x", host="host-1").to_dict()["quota"]

    assert told["meeting"]["remaining"] == told["host"]["remaining"] == 99
    assert told["account"] is None
    assert told["meeting"]["next_free"].endswith("Z")


class Closing(FakeClock):
    """A clock whose sleeper wakes up to find the client closed."""

    zoom: Zoom

    def sleep(self, seconds: float) -> None:
        """Close it, as another thread would."""
        self.zoom.close()
        super().sleep(seconds)


def test_a_client_that_is_closed_while_a_call_waits_sends_nothing_more(wire: Wire) -> None:
    """The call waited for its turn; its place is free again."""
    clock, ledger = Closing(), MemoryLedger()
    address, auth = f"{wire.origin}/v2", Bearer("t", account="a")
    clock.zoom = zoom = Zoom(
        auth, base_url=address, ledger=ledger, clock=clock, limits=Limits(per_second=1)
    )
    zoom.update(MEETING, topic="x")

    with pytest.raises(ConfigError, match="closed"):
        zoom.update(MEETING, topic="y")

    assert len(wire.calls) == 1
    with Zoom(auth, base_url=address, ledger=ledger) as other:
        assert counted(other.quota(MEETING).meeting) == (1, 0, 0, 0)
