"""Real workers of Celery, in front of a real Redis and a fake Zoom."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from celery_worker import PATIENCE, Worker
from redis_server import Server, shared
from rezoom.simulator import SimClock, Simulator


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom whose clock stands still until it is moved."""
    with Simulator(clock=SimClock(datetime(2030, 1, 1, 12, tzinfo=UTC))) as running:
        yield running


@pytest.fixture
def redis() -> Server:
    """Give an empty server for the broker, the results and the ledger."""
    server = shared("redis 8.2")
    with server.client() as client:
        client.flushall()
    return server


@pytest.fixture
def work(sim: Simulator, redis: Server) -> Iterator[Callable[..., Worker]]:
    """Start workers, and kill those that a test leaves."""
    started: list[Worker] = []

    def start(*flags: str, command: str = "worker") -> Worker:
        started.append(Worker(sim, redis, *flags, command=command))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def until() -> Callable[[Callable[[], object]], None]:
    """Wait for what another process does."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    return wait
