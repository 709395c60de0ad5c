"""Many processes and one Redis: exact, and nothing that was granted is lost when it is killed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis_server
import redis_worker
from history import BETWEEN_KILLS, KILLS, await_arrivals, busiest_second
from ledger_worker import LIMIT
from redis_server import Server
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.quota import Reservation

pytestmark = pytest.mark.slow


@pytest.fixture(params=redis_server.PACKAGES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each version, which loses nothing that it has acknowledged."""
    made = Server(request.param, appendfsync="always")
    yield made
    made.remove()


def start(what: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that does `what`."""
    return subprocess.Popen(
        [sys.executable, redis_worker.__file__, what, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    """End a process without a warning."""
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("each", "granted"), [(25, 100), (12, 96)])
def test_eight_processes_are_granted_exactly_what_there_is(
    server: Server, each: int, granted: int
) -> None:
    """All hundred when they ask for more, and all 96 when they ask for 96."""
    workers = [start("ask", server.url, each) for _ in range(8)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"

    assert sum(int(worker.communicate("go\n")[0]) for worker in workers) == granted


def test_a_granted_place_outlives_the_server(server: Server, tmp_path: Path) -> None:
    """Whatever a process was told, a server that was killed knows when it is back."""
    logs = [tmp_path / f"granted-{number}" for number in range(3)]
    workers = [start("acknowledge", server.url, log) for log in logs]
    deadline = time.monotonic() + 60
    while not all(log.exists() and log.stat().st_size > 2000 for log in logs):
        assert time.monotonic() < deadline
        time.sleep(0.005)

    server.kill()
    for worker in workers:
        worker.communicate()
    server.start()

    granted = {token for log in logs for token in log.read_text().split()}
    scopes = [Reservation((redis_worker.scope(number),)) for number in range(7)]
    with closing(RedisLedger(server.url)) as ledger:
        places = sum(ledger.usage(scope).pending for scope in scopes)
        for token in granted:
            ledger.reserve(scopes[int(token.split("-")[1]) % 7], token)
        after = sum(ledger.usage(scope).pending for scope in scopes)
    assert len(granted) > 300
    # At most the one that each process was about to be told of.
    assert len(granted) <= places <= len(granted) + len(logs)
    assert after == places  # every token was known


@pytest.mark.parametrize(
    ("version", "appendfsync"), [("redis 6.2", "always"), ("redis 8.2", "everysec")]
)
def test_no_window_is_overspent_when_the_server_and_its_clients_are_killed(
    version: str, appendfsync: str, tmp_path: Path
) -> None:
    """Requests arrive late, answers get lost, a client and the server die again and again."""
    log = tmp_path / "arrivals"
    chance = random.Random(4)  # noqa: S311 - not a secret
    server = Server(version, appendfsync=appendfsync)
    workers = [start("spend", server.url, log) for _ in range(5)]
    try:
        for kills in range(1, KILLS + 1):
            await_arrivals(log, kills * BETWEEN_KILLS)
            kill(workers.pop(chance.randrange(len(workers))))
            workers.append(start("spend", server.url, log))
            if kills % 4 == 0:
                server.kill()
                server.start()
        assert [worker.poll() for worker in workers] == [None] * 5  # nobody lost the count
    finally:
        for worker in workers:
            kill(worker)
        server.remove()

    arrivals = [int(line) for line in log.read_text().split()]
    assert len(arrivals) > 4 * LIMIT
    assert busiest_second(arrivals) <= LIMIT


@pytest.mark.skipif(not hasattr(sys.modules["os"], "fork"), reason="forks as POSIX does")
def test_a_forked_child_counts_with_its_parent(server: Server) -> None:
    """On a connection of its own."""
    assert start("fork", server.url).communicate()[0] == "0 21\n"
