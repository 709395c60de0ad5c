"""Updates by Celery's workers: none lost, none twice, none beyond what a day allows."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery_app import make_app
from celery_worker import Worker, wait_until
from redis_server import Server
from rezoom.celery import UpdateFailed, update_due, update_meeting, update_meetings
from rezoom.simulator import Simulator

# kombu's pools leave sockets of the sending app to the garbage collector (seen now and then).
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Work = Callable[..., Worker]
POOLS = pytest.mark.parametrize(
    "pool", [("-P", "threads", "-c", "4"), ("-P", "prefork", "-c", "2")]
)
LONG = 90


@pytest.fixture(autouse=True)
def app(redis: Server) -> Iterator[Celery]:
    """Give the app that sends, and close its connections."""
    made = make_app(redis.url)
    yield made
    results: Any = made.backend  # one of Redis has more than the types say
    results.result_consumer.stop()
    results.client.connection_pool.disconnect()
    made.close()


def done(task: Any, *args: Any, **options: Any) -> Any:
    """Send a message, and wait for its result."""
    return task.apply_async(args, **options).get(timeout=LONG)


def renamed(sim: Simulator, numbers: list[int]) -> int:
    """Count the meetings that have got their new topic."""
    return sum(sim.meeting(number)["topic"] == "Daily" for number in numbers)


def is_so(expected: object, found: Callable[[], object]) -> bool:
    """Compare what is expected with what is found."""
    return found() == expected


@pytest.mark.smoke
@POOLS
def test_a_worker_updates_and_ends_in_order(sim: Simulator, work: Work, pool: list[str]) -> None:
    """A row is applied, whatever thread sends it; a refused one fails with the reason."""
    number, worker = sim.add_meeting(topic="Stand-up"), work(*pool)
    row = {"meeting": number, "topic": "Daily", "settings": {"waiting_room": True}}

    with ThreadPoolExecutor() as web_server:
        applied = web_server.submit(done, update_meeting, row, True)
    assert applied.result() == {"meeting": number, "status": "applied"}
    assert done(update_meeting, row) == {"meeting": number, "status": "unchanged"}
    with pytest.raises(UpdateFailed, match="duration: 2000 is above 1440") as caught:
        done(update_meeting, {"meeting": number, "duration": 2000})
    assert caught.value.details["sent"] is False
    with pytest.raises(UpdateFailed, match="no mapping of plain data"):
        done(update_meeting, {"meeting": number, "start_time": datetime(2031, 1, 1, tzinfo=UTC)})
    assert worker.stop() == 0
    assert [one.status for one in sim.updates(number)] == [204]


def test_a_killed_child_loses_nothing_and_sends_nothing_twice(sim: Simulator, work: Work) -> None:
    """The update was carried out when the child died; who takes it over reads that."""
    number = sim.add_meeting(topic="Stand-up")
    worker = work("-P", "prefork", "-c", "1")
    sim.fault("timeout-after", match="PATCH")
    sent = update_meeting.delay({"meeting": number, "topic": "Daily"})
    wait_until(lambda: sim.updates(number))

    for child in worker.children():
        os.kill(child, signal.SIGKILL)

    assert sent.get(timeout=LONG) == {"meeting": number, "status": "unchanged"}
    assert len(sim.updates(number)) == 1


def test_a_killed_worker_loses_nothing_and_sends_nothing_twice(sim: Simulator, work: Work) -> None:
    """What it had begun, and what waited, is done by the next."""
    begun, waiting = sim.add_meeting(topic="Stand-up"), sim.add_meeting(topic="Stand-up")
    first = work("-P", "threads", "-c", "1")
    sim.fault("timeout-after", match="PATCH")
    sent = [update_meeting.delay({"meeting": one, "topic": "Daily"}) for one in (begun, waiting)]
    wait_until(lambda: sim.updates(begun))

    first.kill()
    work("-P", "threads", "-c", "1")

    assert [one.get(timeout=LONG)["status"] for one in sent] == ["unchanged", "accepted"]
    assert [len(sim.updates(one)) for one in (begun, waiting)] == [1, 1]


def test_a_soft_time_limit_puts_off_and_sends_nothing_twice(sim: Simulator, work: Work) -> None:
    """A minute later it is looked at again, and found done."""
    number, _ = sim.add_meeting(topic="Stand-up"), work("-P", "prefork", "-c", "1")
    row = {"meeting": number, "topic": "Daily"}
    # The first task of a process takes longer: it imports what it needs.
    done(update_meeting, {"meeting": sim.add_meeting(), "topic": "Daily"})
    sim.fault("timeout-after", match="PATCH")

    answer = done(update_meeting, row, soft_time_limit=3)

    assert answer["status"] == "put off"
    assert done(update_due) == {"queued": 0}
    sim.clock.advance(61)
    assert done(update_due) == {"queued": 1}
    assert done(update_meeting, row)["status"] == "unchanged"
    assert len(sim.updates(number)) == 1


def test_a_server_that_is_down_delays_and_loses_nothing(sim: Simulator, work: Work) -> None:
    """The ledger's, which also keeps what is put off; the broker has the message meanwhile."""
    number, ledger = sim.add_meeting(topic="Stand-up"), Server("redis 8.2")
    try:
        worker = work("-P", "threads", "-c", "1", ledger=ledger)
        ledger.kill()
        sent = update_meeting.delay({"meeting": number, "topic": "Daily"})
        wait_until(lambda: any("reject" in line.lower() for line in worker.said))
        ledger.start()

        assert sent.get(timeout=LONG)["status"] == "accepted"
    finally:
        ledger.remove()


def test_a_day_takes_what_a_host_has_left_and_the_next_days_the_rest(
    sim: Simulator, redis: Server, work: Work
) -> None:
    """Twelve meetings of a host that has five updates a day; no secret is in Redis."""
    numbers = [sim.add_meeting(topic="Stand-up") for _ in range(12)]
    worker = work("-P", "threads", "-c", "4")
    rows = [{"meeting": number, "topic": "Daily"} for number in numbers]
    made, waiting = [5, 10, 12], redis.client()
    table = f"rezoom.due:{sim.credentials.account_id}"

    assert done(update_meetings, rows) == {"queued": 12}
    for day, whole in enumerate(made):
        if day:
            assert done(update_due) == {"queued": 0}
            sim.clock.advance(timedelta(days=1))
            assert done(update_due) == {"queued": whole - made[day - 1]}
        state = whole, 12 - whole
        wait_until(partial(is_so, state, lambda: (renamed(sim, numbers), waiting.zcard(table))))
        assert sim.credentials.client_secret not in str(waiting.zrange(table, 0, -1))
    waiting.close()
    assert worker.stop() == 0
    assert {len(sim.updates(number)) for number in numbers} == {1}


def test_beat_picks_up_what_is_due(sim: Simulator, work: Work, tmp_path: Path) -> None:
    """Zoom itself says that the host's day is over; nobody but beat asks again."""
    number = sim.add_meeting(topic="Stand-up")
    work("-P", "threads", "-c", "1")
    work(command="beat", folder=tmp_path)
    sim.fail_next("host-day")

    answer = done(update_meeting, {"meeting": number, "topic": "Daily"})
    assert (answer["status"], sim.meeting(number)["topic"]) == ("put off", "Stand-up")
    sim.clock.set(datetime.fromisoformat(answer["retry_at"]) + timedelta(seconds=1))

    wait_until(lambda: sim.meeting(number)["topic"] == "Daily")
