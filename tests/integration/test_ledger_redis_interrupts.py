"""An interrupt amid a call to Redis: nothing stays taken, and no answer reaches the wrong call."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from types import FrameType
from typing import Any

import pytest
import redis_server
from ledgers import asking
from redis_server import Server
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.quota import Grant, Ledger, Reservation

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


# CPython looks for signals when a function begins, after a call, and at the end of a loop.
_LOOKS = ("RESUME", "CALL", "JUMP_BACKWARD")


class Interrupt:
    """Raises KeyboardInterrupt at the n-th place where CPython looks for signals."""

    def __init__(self, place: int) -> None:
        self._left = place
        self._last: dict[FrameType, str] = {}
        self.came = False

    def during(self, call: Callable[[], object]) -> None:
        """Make a call, and let the interrupt come."""
        sys.settrace(self._trace)
        try:
            call()
        except KeyboardInterrupt:
            self.came = True
        finally:
            sys.settrace(None)

    def _trace(self, frame: FrameType, event: str, _: object) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            last = self._last.get(frame, "")
            self._last[frame] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            # Before it returns, a function is not interrupted: its last call was.
            if last.startswith(_LOOKS) and not self._last[frame].startswith("RETURN"):
                self._left -= 1
                if self._left == 0:
                    sys.settrace(None)
                    raise KeyboardInterrupt
        return self._trace


def everywhere(call: Callable[[int], object], check: Callable[[int], object]) -> int:
    """Make a call again and again, interrupted one place later each time; count the places."""
    place = 1
    while True:
        interrupt = Interrupt(place)
        interrupt.during(lambda: call(place))  # noqa: B023 - it is called at once
        if not interrupt.came:
            return place
        check(place)
        place += 1


@pytest.mark.slow
def test_an_interrupted_reservation_leaves_nothing_taken(ledger: RedisLedger) -> None:
    """Wherever it is interrupted; and the next call gets its own answer."""
    asked, other = asking(exclusive=True), asking(key="other", limit=1)
    ledger.reserve(other, "pending all the time")

    def check(place: int) -> None:
        assert ledger.usage(other).pending == 1
        assert ledger.usage(asked).pending == 0
        grant = ledger.reserve(asked, f"next {place}")
        assert ledger.usage(asked).pending == 1
        ledger.release(grant)

    places = everywhere(lambda place: ledger.reserve(asked, f"interrupted {place}"), check)

    assert places > 200


@pytest.mark.slow
def test_after_an_interrupted_ending_the_next_call_gets_its_own_answer(
    ledger: RedisLedger,
) -> None:
    """The place is settled, or it is still pending: it counts either way."""
    asked = asking(limit=None, exclusive=True)
    counted = asking(key="counted", limit=1)
    ledger.reserve(counted, "pending all the time")
    grants: dict[int, Grant] = {}

    def call(place: int) -> None:
        ledger.settle(grants[place])

    def check(place: int) -> None:
        assert ledger.usage(counted).pending == 1
        ledger.settle(grants[place])
        grants[place + 1] = ledger.reserve(asked, f"{place + 1}")

    grants[1] = ledger.reserve(asked, "1")

    assert everywhere(call, check) > 200


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
