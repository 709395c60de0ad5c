"""An interrupt amid a call to Redis: no answer reaches the wrong call."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from types import FrameType
from typing import Any

import pytest
import redis_server
from ledgers import asking
from redis_server import Server
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.quota import Ledger, Reservation

pytestmark = pytest.mark.skipif(
    sys.gettrace() is not None, reason="interrupts come from a trace function of their own"
)


@pytest.fixture
def server() -> Server:
    """A server with nothing in it."""
    shared = redis_server.shared("redis 8.2")
    with shared.client() as client:
        client.flushall()
    return shared


@pytest.fixture
def ledger(server: Server) -> Iterator[RedisLedger]:
    """A ledger that has met its server, and left a connection to it idle."""
    with closing(RedisLedger(server.url)) as made:
        made.usage(asking())
        yield made


@pytest.mark.parametrize("between", ["send_command", "read_response"])
def test_a_late_answer_is_not_taken_for_the_next_calls(
    server: Server, ledger: RedisLedger, between: str
) -> None:
    """The interrupt comes when all is sent; the answer, when the next call reads its own."""
    one, two = asking(key="one"), asking(key="two")
    ledger.reserve(one, "counted")
    with server.client() as other:
        other.client_pause(60_000, all=False)  # scripts wait

        def interrupted(frame: FrameType, event: str, _: object) -> Any:
            name = frame.f_code.co_name
            if name == between and event == ("return" if name == "send_command" else "call"):
                sys.settrace(None)
                raise KeyboardInterrupt
            return interrupted

        def answered(frame: FrameType, event: str, _: object) -> None:
            if frame.f_code.co_name == "read_response" and event == "call":
                sys.settrace(None)
                other.client_unpause()

        with pytest.raises(KeyboardInterrupt):
            traced(interrupted, ledger, one)

        assert traced(answered, ledger, two).pending == 0
    assert ledger.usage(one).pending == 1


def traced(trace: Any, ledger: Ledger, asked: Reservation) -> Any:
    """Read what is counted under a trace function."""
    sys.settrace(trace)
    try:
        return ledger.usage(asked)
    finally:
        sys.settrace(None)
