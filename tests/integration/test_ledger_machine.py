"""Every ledger counts as the one in memory does, whatever happens in whatever order."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clocks import FakeClock
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from ledgers import LEDGERS
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom.errors import SlotExpired
from rezoom.quota import Grant, Ledger, MemoryLedger, Reservation, Scope

PACES = [
    None,
    Pace("a/b/pace", 2.0, 2.0),
    Pace("a/b/pace", 40.0, 40.0),
    Pace("a/b/pace", None, 4.0),
]
# A few and many places, by the window and by the day, alone and by turns. Always something that is
# counted: a request without a slot is not recognised after a lost answer, and takes a second turn.
SCOPES = (
    Scope("meeting", "a/b/meeting/1", 4, exclusive=True),
    Scope("meeting", "a/b/meeting/2", None, exclusive=True),
    Scope("meeting", "a/b/meeting/3", 6, hours=0.5),
    Scope("host", "a/b/host/h", 9, "utc-day"),
    Scope("host", "a/b/host/i", 500, hours=1),
    Scope("account", "a/b/day", 400, "utc-day"),
    Scope("account", "a/b/night", 6000, "utc-day", gate=True),
)
WANTED = [(0, 3, 5), (0, 4, 5), (1, 3, 6), (1, 4, 5), (2, 4, 6), (2, 3), (4, 5)]
SECONDS = (1e-6, 0.1, 0.7, 40, 59, 180, 1000, 2 * 3600, 7 * 3600, 22 * 3600, 86_400)

# Which of the ledgers on one store is asked, for what, on which of the grants, and for how long.
WHO = st.integers(0, 2)
WHICH = st.integers(0, len(WANTED) - 1)
PICK = st.integers(0, 99)
STEPS = st.sampled_from([timedelta(seconds=seconds) for seconds in SECONDS])
ENDINGS = st.sampled_from(["settle", "settle", "release", "abandon"])
NAMES = st.sampled_from(["meeting", "host", "account"])
MEETINGS = st.sampled_from([1, 2, "host@example.com"])


class Agreement(RuleBasedStateMachine):
    """Three ledgers on one store, and one in memory that is told everything: all say the same."""

    store = ""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.clock = FakeClock()
        self.model = MemoryLedger(clock=self.clock)
        self.ledgers = [self._open() for _ in range(3)]
        self.pace: Pace | None = None
        self.grants: list[Grant] = []
        # What became of them: the first word is the last.
        self.endings: dict[str, str] = {}
        self.number = 0

    def teardown(self) -> None:
        for ledger in self.ledgers:
            ledger.close()
        self._stack.close()

    @initialize(pace=st.sampled_from(PACES))
    def choose_a_pace(self, pace: Pace | None) -> None:
        self.pace = pace

    @rule(who=WHO, which=WHICH, wait=st.sampled_from([0.0, 0.6, 5.0, 45.0]))
    def reserve(self, who: int, which: int, wait: float) -> None:
        self.number += 1
        self._reserve(who, self._wanted(which), f"{self.number}", wait)

    @rule(who=WHO, which=WHICH, after=STEPS, how=ENDINGS, other=WHO)
    def request(self, who: int, which: int, after: timedelta, how: str, other: int) -> None:
        """One that is granted, and ended by whoever it is, perhaps when its slot is over."""
        self.reserve(who, which, 5.0)
        self.wait(after)
        if self.grants:
            self.end(other, how, len(self.grants) - 1)

    @rule(who=WHO, which=WHICH, times=st.integers(2, 9))
    def spend(self, who: int, which: int, times: int) -> None:
        """One process alone for a while."""
        for _ in range(times):
            before = len(self.grants)
            self.reserve(who, which, 9.0)
            if len(self.grants) > before:
                self.end(who, "settle", before)

    @precondition(lambda self: self.grants)
    @rule(who=WHO, pick=PICK)
    def ask_again(self, who: int, pick: int) -> None:
        """As long as it may be sent, the same place; after an unknown outcome, none."""
        grant = self.grants[pick % len(self.grants)]
        # What was settled, a ledger in memory forgets.
        if self.clock.now() <= grant.send_by and self.endings.get(grant.token) in (None, "abandon"):
            self._reserve(who, grant.reservation, grant.token, 9.0)

    @precondition(lambda self: self.grants)
    @rule(who=WHO, how=ENDINGS, pick=PICK)
    def end(self, who: int, how: str, pick: int) -> None:
        """Sometimes twice, sometimes after hours, and not always by who was granted it."""
        grant = self.grants[pick % len(self.grants)]
        self.endings.setdefault(grant.token, how)
        self._both(who, lambda ledger: getattr(ledger, how)(grant))

    @rule(who=WHO, which=WHICH, name=NAMES, used=st.integers(0, 18))
    def others_spend(self, who: int, which: int, name: str, used: int) -> None:
        self._both(who, lambda ledger: ledger.external(self._wanted(which), name, used))

    @rule(who=WHO, which=WHICH, name=NAMES, until=STEPS)
    def block(self, who: int, which: int, name: str, until: timedelta) -> None:
        reset = self.clock.now() + until
        self._both(who, lambda ledger: ledger.block(self._wanted(which), name, reset))

    @rule(who=WHO, limit=st.sampled_from([None, 1.0, 30.0]))
    def slow_down(self, who: int, limit: float | None) -> None:
        self._both(who, lambda ledger: ledger.slow_down(self._wanted(0), limit))

    @rule(who=WHO, meeting=MEETINGS, host=st.sampled_from(["h", "i", None]))
    def learn(self, who: int, meeting: int | str, host: str | None) -> None:
        """None: it may have been moved to another host."""
        if host is None:
            self._both(who, lambda ledger: ledger.forget_host("a/b", meeting))
        else:
            self._both(who, lambda ledger: ledger.learn_host("a/b", meeting, host))

    @rule(step=STEPS)
    def wait(self, step: timedelta) -> None:
        self.clock.advance(step)

    @rule(who=WHO, prefix=st.sampled_from(["", "a/b/meeting/"]))
    def reset(self, who: int, prefix: str) -> None:
        self._both(who, lambda ledger: ledger.reset(prefix))
        self.grants.clear()

    @rule(who=WHO)
    def start_anew(self, who: int) -> None:
        self.ledgers[who].close()
        self.ledgers[who] = self._open()

    @invariant()
    def all_say_the_same(self) -> None:
        who = self.number % 3
        for which in range(len(WANTED)):
            self._both(who, lambda ledger, which=which: _shown(ledger, self._wanted(which)))  # type: ignore[misc] # a lambda with a default has no type
        self._both(who, lambda ledger: ledger.keys("a/b/"))
        for meeting in (1, 2, "host@example.com"):
            self._both(who, lambda ledger, meeting=meeting: ledger.host_of("a/b", meeting))  # type: ignore[misc] # as above

    def _open(self) -> Ledger:
        return self._stack.enter_context(LEDGERS[self.store](self._folder, self.clock))

    def _wanted(self, which: int) -> Reservation:
        return Reservation(tuple(SCOPES[at] for at in WANTED[which]), self.pace)

    def _both(self, who: int, call: Callable[[Ledger], Any]) -> Any:
        """Ask a ledger and the model: both say the same."""
        said, expected = call(self.ledgers[who]), call(self.model)
        assert said == expected
        return said

    def _reserve(self, who: int, wanted: Reservation, token: str, wait: float) -> None:
        said = self._both(who, lambda ledger: _answer(ledger, wanted, token, wait))
        if isinstance(said, Grant) and said not in self.grants:
            self.grants.append(said)


def _answer(ledger: Ledger, wanted: Reservation, token: str, wait: float) -> object:
    """Reserve; return the grant, or all that the refusal tells."""
    try:
        return ledger.reserve(wanted, token, wait=wait)
    except QuotaExceeded as error:
        return error.to_dict()
    except SlotExpired as error:
        return str(error)


def _shown(ledger: Ledger, wanted: Reservation) -> list[object]:
    """Read all that a ledger shows of some scopes."""
    quota = ledger.usage(wanted)
    gauges = (quota.meeting, quota.host, quota.account)
    return [quota.to_dict(), *(gauge and gauge.frees for gauge in gauges)]


SETTINGS = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SQLITE = [name for name in LEDGERS if name.startswith("sqlite")]
REDIS = [name for name in LEDGERS if name.startswith("redis")]


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SQLITE, *REDIS])
def test_it_counts_as_a_ledger_in_memory_does(name: str) -> None:
    """By three ledgers on one store, and through restarts."""

    class OnOneStore(Agreement):
        store = name

    run_state_machine_as_test(OnOneStore, settings=SETTINGS)


def test_the_machine_runs_over_every_ledger_that_there_is() -> None:
    """Another one joins by itself, or this says that it does not."""
    assert {"memory", *SQLITE, *REDIS} == set(LEDGERS)
