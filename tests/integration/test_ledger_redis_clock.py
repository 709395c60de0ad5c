"""A ledger in Redis goes by the server's clock, and the clocks of this machine bear witness."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
import redis_server
from ledgers import asking
from redis_server import Server
from rezoom._clock import MACHINE
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.errors import ClockUntrusted

DAY = timedelta(days=1)


@pytest.fixture
def server() -> Server:
    """A server with nothing in it."""
    shared = redis_server.shared("redis 8.2")
    with shared.client() as client:
        client.flushall()
    return shared


class Witness:
    """The clocks of this machine, each of them as far ahead as a test sets it."""

    def __init__(self) -> None:
        self.wall = self.steady = timedelta(0)

    def now(self) -> datetime:
        """Read the wall clock."""
        return MACHINE.now() + self.wall

    def monotonic(self) -> float:
        """Read the clock that nobody sets."""
        return MACHINE.monotonic() + self.steady.total_seconds()


def test_the_wall_clock_of_this_machine_may_be_set(server: Server) -> None:
    """The server's counts; a ledger that knows it already does not need ours."""
    witness = Witness()
    ledger = RedisLedger(server.url, clock=witness)
    ledger.reserve(asking(), "before")
    witness.wall += DAY

    grant = ledger.reserve(asking(), "after")

    assert ledger.usage(asking()).pending == 2
    # What is shown goes by the clock of whoever reads it.
    assert grant.granted_at - witness.now() < timedelta(minutes=1)
    (first, _), *_ = ledger.usage(asking()).frees
    assert first - witness.now() > DAY


@pytest.mark.parametrize("step", [DAY, -DAY, timedelta(minutes=2)])
def test_a_server_whose_clock_jumps_is_not_believed(
    server: Server, step: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    """A day forward would free all hundred at once."""
    witness = Witness()
    ledger = RedisLedger(server.url, clock=witness)
    grant = ledger.reserve(asking(), "before")
    witness.steady -= step  # seen from here, the server's clock has jumped

    with pytest.raises(ClockUntrusted):
        ledger.reserve(asking(), "after")
    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        ledger.settle(grant)
    witness.steady += step

    assert "an answer was not written down" in caplog.text
    assert ledger.usage(asking()).pending == 1


def test_the_first_word_needs_the_wall_clock(server: Server) -> None:
    """There is nothing else to judge the server's clock by."""
    witness = Witness()
    witness.wall = DAY

    with pytest.raises(ClockUntrusted, match="Set both clocks right"):
        RedisLedger(server.url, clock=witness).reserve(asking(), "one")
