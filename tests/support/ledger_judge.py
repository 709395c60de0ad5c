"""Zoom as the judge of a ledger: it counts what arrives, when it arrives."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from clocks import FakeClock
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from ledgers import Factory
from rezoom import QuotaExceeded
from rezoom.quota import Grant, Lease, Ledger, Reservation, Scope

DAY = timedelta(days=1)
HORIZON = timedelta(microseconds=Lease().horizon)
_STEPS = st.sampled_from(
    [timedelta(microseconds=1), timedelta(seconds=30), timedelta(minutes=10), HORIZON]
    + [timedelta(hours=hours) for hours in (1, 11, 24)]
)


class TooMany(AssertionError):
    """Zoom counted one request too many."""


@dataclass
class Zoom:
    """Counts requests per meeting in any 24 hours, and per host and UTC day."""

    meeting: int
    host: int
    arrivals: list[tuple[datetime, str]] = field(default_factory=list)

    def count(self, at: datetime, meeting: str) -> None:
        """Count a request that arrives."""
        self.arrivals.append((at, meeting))
        recent = [seen for seen, of in self.arrivals if of == meeting and at - DAY < seen <= at]
        today = [seen for seen, _ in self.arrivals if seen.date() == at.date()]
        if len(recent) > self.meeting or len(today) > self.host:
            raise TooMany(f"{len(recent)} of the meeting and {len(today)} of the host at {at}")


@dataclass
class Message:
    """A request in the network: it arrives by `deadline`, or never."""

    grant: Grant
    meeting: str
    deadline: datetime
    arrived: bool = False
    # The client waits for an answer; a client that has crashed or given up does not.
    awaited: bool = True


class Judged(RuleBasedStateMachine):
    """Clients that send, wait, give up and crash; a network that delays; Zoom that counts."""

    factory: Factory
    mutant: Callable[[Ledger], Ledger] = staticmethod(lambda ledger: ledger)
    exclusive = False

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.clock, self.zoom = FakeClock(), Zoom(meeting=3, host=4)
        self._open: ExitStack | None = None
        self._start()
        self.network: list[Message] = []
        self.refusal: tuple[str, QuotaExceeded] | None = None
        self.asked = 0

    def _start(self) -> None:
        self._open = self._stack.enter_context(ExitStack())
        made = type(self).factory(self._folder, self.clock)
        self.ledger = type(self).mutant(self._open.enter_context(made))

    def teardown(self) -> None:
        self._stack.close()

    @rule(meeting=st.sampled_from("ab"))
    def ask(self, meeting: str) -> None:
        """Reserve and send, or be refused."""
        try:
            self._reserve(meeting)
        except QuotaExceeded as error:
            self.refusal = (meeting, error)

    @precondition(lambda self: self.refusal is not None)
    @rule()
    def come_back(self) -> None:
        """Ask again at the instant the refusal named: nobody else has asked, so it succeeds."""
        assert self.refusal is not None
        meeting, error = self.refusal
        if error.retry_at < self.clock.now():
            return
        self._wait_until(error.retry_at)
        self._reserve(meeting)

    @rule(step=_STEPS)
    def wait(self, step: timedelta) -> None:
        """Let time go by."""
        self._wait_until(self.clock.now() + step)

    @precondition(lambda self: any(not message.arrived for message in self.network))
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        """A request gets through."""
        self._arrive(self._one(data, lambda message: not message.arrived))

    @precondition(lambda self: any(message.arrived and message.awaited for message in self.network))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """The client has its answer."""
        message = self._one(data, lambda message: message.arrived and message.awaited)
        self.ledger.settle(message.grant)
        self.network.remove(message)

    @precondition(lambda self: any(message.awaited for message in self.network))
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        """The client stops waiting; the request may still arrive."""
        message = self._one(data, lambda message: message.awaited)
        self.ledger.abandon(message.grant)
        message.awaited = False

    @precondition(lambda self: any(not message.arrived for message in self.network))
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """The network loses a request."""
        self.network.remove(self._one(data, lambda message: not message.arrived))

    @rule(meeting=st.sampled_from("ab"))
    def not_sent(self, meeting: str) -> None:
        """No connection: the place is given back."""
        self.asked += 1
        try:
            grant = self.ledger.reserve(self._reservation(meeting), f"{self.asked}")
        except QuotaExceeded:
            return
        self.refusal = None
        self.ledger.release(grant)

    @rule()
    def crash(self) -> None:
        """Every client dies; a ledger that is in a file is opened anew."""
        for message in self.network:
            message.awaited = False
        if self._folder.exists() and any(self._folder.iterdir()):
            assert self._open is not None
            self._open.close()
            self._start()

    def _reservation(self, meeting: str) -> Reservation:
        return Reservation(
            (
                Scope("meeting", f"meeting/{meeting}", 3, exclusive=self.exclusive),
                Scope("host", "host", 4, "utc-day"),
            )
        )

    def _reserve(self, meeting: str) -> None:
        self.asked += 1
        grant = self.ledger.reserve(self._reservation(meeting), f"{self.asked}")
        self.refusal = None
        deadline = grant.not_before + HORIZON
        self.network.append(Message(grant, meeting, deadline))

    def _wait_until(self, instant: datetime) -> None:
        waiting = [message for message in self.network if not message.arrived]
        for message in sorted(waiting, key=lambda message: message.deadline):
            if message.deadline <= instant:
                self.clock.jump(message.deadline)
                self._arrive(message)
        self.clock.jump(instant)

    def _arrive(self, message: Message) -> None:
        message.arrived = True
        self.zoom.count(self.clock.now(), message.meeting)
        if not message.awaited:
            self.network.remove(message)

    def _one(self, data: st.DataObject, fits: Callable[[Message], bool]) -> Message:
        return data.draw(st.sampled_from([message for message in self.network if fits(message)]))


class _Mutant:
    """A ledger that does something wrong."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


class _StampAtGrant(_Mutant):
    """Counts from the grant, as every limiter library does."""

    def reserve(self, reservation: Reservation, token: str) -> Grant:
        lease = replace(reservation.lease, horizon=0)
        return self._ledger.reserve(replace(reservation, lease=lease), token)

    def settle(self, grant: Grant) -> None:
        self._ledger.abandon(grant)


class _RefundUnknown(_Mutant):
    """Gives a place back when no answer came."""

    def abandon(self, grant: Grant) -> None:
        self._ledger.release(grant)


class _LoseOnSettle(_Mutant):
    """Forgets a place that was answered."""

    def settle(self, grant: Grant) -> None:
        self._ledger.release(grant)


MUTANTS: dict[str, Callable[[Ledger], Ledger]] = {
    "stamp at grant": lambda ledger: cast("Ledger", _StampAtGrant(ledger)),
    "refund unknown": lambda ledger: cast("Ledger", _RefundUnknown(ledger)),
    "lose on settle": lambda ledger: cast("Ledger", _LoseOnSettle(ledger)),
}
