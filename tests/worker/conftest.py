"""Real workers of Celery, in front of a real Redis and a fake Zoom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from celery_worker import Worker
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

    def start(*flags: str, **options: Any) -> Worker:
        started.append(Worker(sim, redis, *flags, **options))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
