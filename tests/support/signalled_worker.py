"""A process that spends while a timer's signal handler raises, thousands of times."""

from __future__ import annotations

import random
import signal
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from types import FrameType

import httpx
from rezoom import Bearer, Zoom
from rezoom._ledger.model import account_key
from rezoom._wire import facts
from rezoom.quota import (
    Grant,
    Ledger,
    Limits,
    MemoryLedger,
    Policy,
    Reservation,
    Scope,
    SQLiteLedger,
)

ROUNDS = 5
SIGNALS_A_ROUND = 200


class Alarm(BaseException):
    """What the handler raises."""


_armed = False


def ring(number: int, frame: FrameType | None) -> None:
    """Raise where the signal has come, but only while that is awaited."""
    if _armed:
        raise Alarm


def torn(call: Callable[[], object], after: float) -> bool:
    """Make a call that a signal comes into after some seconds; tell whether it was in time."""
    global _armed  # noqa: PLW0603 - a handler is given nothing
    _armed = True
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        call()
        _armed = False
    except Alarm:
        _armed = False
        return True
    return False


def counts(ledger: Ledger, asked: Reservation) -> list[tuple[int, int, int]]:
    """Read what is pending, used and unknown in each scope."""
    gauges = [ledger.usage(Reservation((scope,))) for scope in asked.scopes]
    return [(gauge.pending, gauge.used, gauge.unknown) for gauge in gauges]


class Steps:
    """A slot that is reserved and settled, or released."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._number = ledger, 0
        self._grant: Grant | None = None

    def next(self) -> None:
        """Go on to another meeting."""
        self._number += 1
        self._grant = None
        self._asked = Reservation(
            (
                Scope("meeting", f"a/b/meeting/{self._number}", 3, exclusive=True),
                Scope("host", f"a/b/host/{self._number}", 100, "utc-day"),
            )
        )
        self._token = f"token {self._number}"

    def call(self) -> None:
        """Reserve, and settle every other time."""
        self._grant = self._ledger.reserve(self._asked, self._token)
        (self._ledger.settle if self._number % 2 else self._ledger.release)(self._grant)

    def check(self) -> None:
        """See that what was not told is free, and that the rest can be ended."""
        if self._grant is None:
            assert counts(self._ledger, self._asked) == [(0, 0, 0)] * 2
            return
        ended = (0, 1, 0) if self._number % 2 else (0, 0, 0)
        assert set(counts(self._ledger, self._asked)) <= {(1, 0, 0), ended}
        (self._ledger.settle if self._number % 2 else self._ledger.release)(self._grant)
        assert counts(self._ledger, self._asked) == [ended] * 2


class Updates:
    """An update by a client, in front of a Zoom in this process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._meeting, self._sent = ledger, 8_000_000_000, 0
        self._zoom = self._client()

    def _client(self) -> Zoom:
        transport = httpx.MockTransport(self._answer)
        http = httpx.Client(transport=transport, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        # Unpaced: there is nobody to be spared.
        limits = Limits(per_second=None)
        return Zoom(Bearer("token"), ledger=self._ledger, http=http, limits=limits, wait=0)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self._sent += 1
        return httpx.Response(204)

    def next(self) -> None:
        """Go on to another meeting."""
        self._meeting += 1
        self._sent = 0

    def call(self) -> None:
        """Update a meeting by this client."""
        self._zoom.update(self._meeting, topic="x")

    def check(self) -> None:
        """See that nothing is pending, and that the meeting can be updated at once."""
        account = account_key(facts.BASE_URL, None)
        asked = Policy(Limits(per_second=None)).reservation(account, self._meeting, None)
        ((pending, used, unknown),) = counts(self._ledger, asked)[:1]
        assert pending == 0
        assert used + unknown == 1 if self._sent else used == 0
        # The standard library's cookie jar may have lost its lock (see test_interrupts.py).
        self._zoom = self._client()
        self._zoom.update(self._meeting, topic="x")
        assert counts(self._ledger, asked)[0] == (0, used + 1, unknown)


def main(what: str, file: Path) -> None:
    """Be interrupted for some rounds; after each, say so and wait until it is looked after."""
    ledger: Ledger = SQLiteLedger(file, durability="normal")
    if what.startswith("memory"):
        ledger = MemoryLedger()
    work = (Updates if what.endswith("updates") else Steps)(ledger)
    signal.signal(signal.SIGALRM, ring)
    chance = random.Random(11)  # noqa: S311 - not a secret
    took = 0.0
    for _ in range(20):
        work.next()
        started = perf_counter()
        work.call()
        took = perf_counter() - started
    for _ in range(ROUNDS):
        signals = 0
        while signals < SIGNALS_A_ROUND:
            work.next()
            if torn(work.call, chance.uniform(1e-6, took)):
                signals += 1
                work.check()
        print(signals, flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
