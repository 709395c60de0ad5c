"""Many updates at once: each change has its result, and what is under way is never lost."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import anyio
import pytest
from rezoom import (
    AuthError,
    Change,
    ConfigError,
    LedgerUnavailable,
    MemoryLedger,
    NotSentError,
    QuotaExceeded,
    UnansweredError,
    UpdateResult,
)
from rezoom._ledger.model import account_key
from rezoom.quota import Limits, Policy
from rezoom.simulator import SimClock, Simulator

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2030, 1, 2, tzinfo=UTC)
GRACE = {"host_id": "grace", "host_email": "grace@example.com"}

Row: TypeAlias = Change | Mapping[str, Any]
Run: TypeAlias = Callable[..., list[UpdateResult]]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A Zoom at noon, whose clock moves only when somebody sleeps on it."""
    quirks = {"locked": ("settings.host_video",)}
    with Simulator(clock=SimClock(NOON), quirks=quirks) as running:
        yield running


def by_threads(sim: Simulator, rows: Iterable[Row], **options: Any) -> list[UpdateResult]:
    """Carry out rows with a Zoom; `client` are the options of the client."""
    with sim.zoom(**options.pop("client", {})) as zoom, zoom.update_many(rows, **options) as many:
        return list(many)


def by_tasks(sim: Simulator, rows: Iterable[Row], **options: Any) -> list[UpdateResult]:
    """Carry out rows with an AsyncZoom, as `by_threads` does."""

    async def main() -> list[UpdateResult]:
        async with (
            sim.azoom(**options.pop("client", {})) as zoom,
            zoom.update_many(rows, **options) as many,
        ):
            return [result async for result in many]

    return asyncio.run(main())


@pytest.fixture(params=[by_threads, by_tasks])
def carry_out(request: pytest.FixtureRequest) -> Run:
    """Both drivers of the one engine."""
    run: Run = request.param
    return run


def statuses(results: Iterable[UpdateResult]) -> dict[str, str]:
    """Return what became of each change, by its key."""
    return {result.key: result.status for result in results}


@pytest.mark.smoke
def test_every_change_has_a_result_of_its_own(sim: Simulator, carry_out: Run) -> None:
    """What is refused stops no other; keys are the changes' own, or their numbers."""
    one, two, three = (sim.add_meeting(topic="Stand-up") for _ in range(3))
    rows: list[Any] = [
        {"meeting": one, "topic": "Daily", "settings": {"waiting_room": True}},
        Change(two, {"duration": 9999}, key="too long"),
        {"meeting": "no number", "topic": "Daily", "key": "nameless"},
        Change(three, {"topic": "Stand-up"}, key="as it is"),
        {"meeting": 93000000000, "topic": "Daily"},
        "no row",
        {"meeting": three, "fields": {"topic": "Daily"}, "allow": ["no-such-rule"]},
    ]

    results = carry_out(sim, rows, verify=True, skip_unchanged=True)

    assert statuses(results) == {
        "1": "applied",
        "too long": "refused",
        "nameless": "refused",
        "as it is": "unchanged",
        "5": "refused",
        "6": "refused",
        "7": "refused",
    }
    assert sim.meeting(one)["topic"] == "Daily"
    assert len(sim.updates()) == 1


def test_without_a_look_an_update_is_only_accepted(sim: Simulator, carry_out: Run) -> None:
    """A 204 proves nothing; the receipt is the one of `update`."""
    number = sim.add_meeting()

    (result,) = carry_out(sim, [{"meeting": number, "topic": "Daily"}])

    assert result.status == "accepted"
    assert result.receipt is not None
    assert (result.receipt.meeting, result.receipt.verified) == (number, False)


def test_a_plan_of_many_sends_nothing(sim: Simulator, carry_out: Run) -> None:
    """What would be changed is in the plan of each result."""
    number = sim.add_meeting(topic="Stand-up")
    rows = [{"meeting": number, "topic": topic} for topic in ("Daily", "Stand-up")]

    planned, unchanged = carry_out(sim, rows, plan_only=True)

    assert (planned.status, unchanged.status) == ("planned", "unchanged")
    assert planned.plan is not None
    assert planned.plan.body == {"topic": "Daily"}
    assert sim.updates() == ()


def test_what_zoom_ignores_is_told(sim: Simulator, carry_out: Run) -> None:
    """It was accepted, and the look afterwards shows the old value."""
    row = {"meeting": sim.add_meeting(), "settings": {"host_video": True}}

    (result,) = carry_out(sim, [row], verify=True)

    assert result.status == "ignored"


def test_the_changes_of_one_meeting_keep_their_order(sim: Simulator, carry_out: Run) -> None:
    """However many of other meetings go beside them."""
    one, two = sim.add_meeting(), sim.add_meeting()
    rows = [{"meeting": number, "topic": str(n)} for n in range(12) for number in (one, two)]

    results = carry_out(sim, rows)

    assert {result.status for result in results} == {"accepted"}
    for number in (one, two):
        topics = [update.body["topic"] for update in sim.history(number)]
        assert topics == [str(n) for n in range(12)]


def test_a_spent_host_is_put_off_and_the_others_go_on(sim: Simulator, carry_out: Run) -> None:
    """Zoom refuses once what others have spent; for the rest of the host the ledger is asked."""
    ours = [sim.add_meeting() for _ in range(104)]
    theirs = [sim.add_meeting(**GRACE) for _ in range(3)]
    rows = [{"meeting": number, "topic": "Daily"} for number in (*ours, *theirs)]

    results = carry_out(sim, rows, in_flight=1, client={"hosts": "resolve"})

    found = statuses(results)
    assert [found[str(n)] for n in range(1, 101)] == ["accepted"] * 100
    assert [found[str(n)] for n in range(101, 105)] == ["put off"] * 4
    assert [found[str(n)] for n in range(105, 108)] == ["accepted"] * 3
    put_off = [result for result in results if result.status == "put off"]
    for result in put_off:
        assert result.retry_at is not None
        assert MIDNIGHT <= result.retry_at <= MIDNIGHT + timedelta(hours=1)
    assert len(sim.updates()) == 103


def test_hosts_that_are_not_known_are_looked_up_once_one_is_spent(
    sim: Simulator, carry_out: Run
) -> None:
    """Two refusals of Zoom's at most: the first, and the one that closes the host."""
    numbers = [sim.add_meeting() for _ in range(110)]
    rows = [{"meeting": number, "topic": "Daily"} for number in numbers]

    results = carry_out(sim, rows, in_flight=1)

    assert [result.status for result in results].count("put off") == 10
    assert len(sim.updates()) == 102


def test_what_follows_an_unanswered_change_of_a_meeting_is_put_off(
    sim: Simulator, carry_out: Run
) -> None:
    """Sent now, the second would be overwritten when the first is sent again."""
    one, two = sim.add_meeting(topic="Stand-up"), sim.add_meeting()
    sim.fault("reset-after", match=f"PATCH /v2/meetings/{one}")
    rows = [{"meeting": number, "topic": topic} for topic in "ab" for number in (one, two)]

    results = carry_out(sim, rows, client={"retries": 0})

    assert statuses(results) == {"1": "unknown", "2": "accepted", "3": "put off", "4": "accepted"}
    by_key = {result.key: result for result in results}
    assert isinstance(by_key["1"].error, UnansweredError)
    assert by_key["3"].error is not None
    assert by_key["3"].error.sent is False
    assert sim.meeting(one)["topic"] == "a"


def test_a_meeting_that_is_locked_for_a_moment_is_waited_for(
    sim: Simulator, carry_out: Run
) -> None:
    """As when a process that had sent an update has died: its slot ends by itself."""
    number = sim.add_meeting()
    ledger = MemoryLedger(clock=sim.clock)
    account = account_key(sim.url, sim.auth().account)
    ledger.reserve(Policy().reservation(account, number), "another process")

    (result,) = carry_out(
        sim, [{"meeting": number, "topic": "Daily"}], wait=0, client={"ledger": ledger}
    )

    assert result.status == "accepted"
    assert timedelta() < sim.clock.now() - NOON < timedelta(minutes=10)


def test_a_refused_token_ends_the_run(sim: Simulator, carry_out: Run) -> None:
    """The input is not read to its end, and every change that was tried has a result."""
    sim.fault("answer", status=401, body={"code": 124, "message": "no"}, times=None, match="PATCH")
    number, read = sim.add_meeting(), itertools.count()
    rows = ({"meeting": number + 0 * next(read), "topic": "Daily"} for _ in itertools.count())

    with pytest.raises(AuthError):
        carry_out(sim, rows, in_flight=1)

    assert next(read) == 1


def test_a_spent_account_ends_the_run(sim: Simulator, carry_out: Run) -> None:
    """No meeting of it could be changed before the error's instant."""
    numbers = [sim.add_meeting() for _ in range(4)]
    rows = [{"meeting": number, "topic": "Daily"} for number in numbers]

    with pytest.raises(QuotaExceeded) as caught:
        carry_out(sim, rows, in_flight=1, client={"limits": Limits(account_day=2)})

    assert caught.value.scope == "account"
    assert len(sim.updates()) == 2


def test_a_broken_ledger_ends_the_run(sim: Simulator, carry_out: Run) -> None:
    """Nothing is sent that cannot be counted."""
    rows = ({"meeting": number, "topic": "Daily"} for number in itertools.count(85746065))

    with pytest.raises(LedgerUnavailable):
        carry_out(sim, rows, client={"ledger": "sqlite:////proc/none/ledger.sqlite3"})

    assert sim.updates() == ()


def test_a_zoom_that_is_out_of_reach_ends_the_run(sim: Simulator, carry_out: Run) -> None:
    """Every other change would meet the same."""
    rows = ({"meeting": number, "topic": "Daily"} for number in itertools.count(85746065))
    nowhere = {"base_url": "http://127.0.0.1:9/v2", "retries": 0}

    with pytest.raises(NotSentError):
        carry_out(sim, rows, client=nowhere)


def test_a_deadline_ends_a_run_without_an_end(sim: Simulator, carry_out: Run) -> None:
    """What was sent has its result; nothing more is read."""
    number = sim.add_meeting()

    def rows() -> Iterator[Row]:
        for n in itertools.count():
            sim.clock.advance(1)
            yield {"meeting": number, "topic": str(n)}

    results = carry_out(sim, rows(), deadline=5, in_flight=1)

    assert {result.status for result in results} == {"accepted"}
    assert 1 <= len(results) == len(sim.updates()) <= 5


def test_the_input_is_read_only_as_there_is_room(sim: Simulator) -> None:
    """An input without an end costs no memory; leaving the block ends the run."""
    numbers = [sim.add_meeting() for _ in range(60)]
    read: list[int] = []

    def rows() -> Iterator[Row]:
        for number in numbers:
            read.append(number)
            yield {"meeting": number, "topic": "Daily"}

    with sim.zoom() as zoom, zoom.update_many(rows(), in_flight=2) as many:
        for _ in range(5):
            next(many)

    assert len(read) <= 5 + 2
    assert many.summary == {"accepted": len(sim.updates())}
    assert not many.complete


def interrupted(results: Iterator[UpdateResult]) -> None:
    """Take one result, and be interrupted."""
    next(results)
    raise KeyboardInterrupt


def test_an_interrupt_loses_nothing_that_was_sent(sim: Simulator) -> None:
    """What is under way is finished and known; what was not sent has cost nothing."""
    numbers = [sim.add_meeting() for _ in range(60)]
    rows = ({"meeting": number, "topic": "Daily"} for number in numbers)
    sim.fault("latency", seconds=0.05, times=None, match="PATCH")

    with sim.zoom() as zoom:
        many = zoom.update_many(rows, in_flight=8)
        with pytest.raises(KeyboardInterrupt), many:
            interrupted(many)

        assert many.summary == {"accepted": len(sim.updates())}
        used = {number: zoom.quota(number) for number in numbers}
    sent = {int(one.path.rpartition("/")[2]) for one in sim.updates()}
    assert {number for number, quota in used.items() if quota.used + quota.pending} == sent


def test_a_run_that_is_stopped_gives_what_is_under_way(sim: Simulator) -> None:
    """So that a program can say what became of it."""
    rows = ({"meeting": sim.add_meeting(), "topic": "Daily"} for _ in range(60))
    sim.fault("latency", seconds=0.05, times=None, match="PATCH")

    with sim.zoom() as zoom, zoom.update_many(rows, in_flight=8) as many:
        results = [next(many)]
        many.stop()
        results += many

    assert {result.status for result in results} == {"accepted"}
    assert len(results) == len(sim.updates()) < 60


@pytest.mark.parametrize("cancel", ["scope", "task"])
def test_a_cancelled_run_waits_for_what_was_sent(sim: Simulator, cancel: str) -> None:
    """Whichever way it is cancelled, no update is cut off without an answer."""
    rows = ({"meeting": sim.add_meeting(), "topic": "Daily"} for _ in range(60))
    sim.fault("latency", seconds=0.05, times=None, match="PATCH")

    async def main() -> Mapping[str, int]:
        async with sim.azoom() as zoom:
            many = zoom.update_many(rows, in_flight=8)

            cancels: list[Callable[[], object]] = []

            async def iterate() -> None:
                async with many:
                    async for _ in many:
                        cancels[0]()

            with anyio.CancelScope() as scope:
                if cancel == "scope":
                    cancels.append(scope.cancel)
                    await iterate()
                else:
                    task = asyncio.create_task(iterate())
                    cancels.append(task.cancel)
                    await asyncio.wait([task])
            return many.summary

    summary = asyncio.run(main())

    assert summary == {"accepted": len(sim.updates())}
    assert len(sim.updates()) < 60


@pytest.mark.parametrize("options", [{"in_flight": 0}, {"in_flight": True}, {"deadline": -1}])
def test_an_option_that_cannot_be_is_refused_at_once(
    sim: Simulator, options: dict[str, Any]
) -> None:
    """Before anything of the input is read."""
    with sim.zoom() as zoom, pytest.raises(ConfigError) as caught:
        zoom.update_many(iter(()), **options)

    assert caught.value.field in options


def test_a_run_is_used_in_a_with_block(sim: Simulator) -> None:
    """Otherwise nothing would wait for its threads."""
    with sim.zoom() as zoom, pytest.raises(ConfigError, match="has not begun"):
        next(zoom.update_many([]))
