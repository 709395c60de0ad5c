"""Several processes on one file count the same, whoever wrote it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import FakeClock
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from ledgers import asking
from rezoom import Quota, QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom.errors import SlotExpired
from rezoom.quota import Grant, Ledger, MemoryLedger, Reservation, Scope, SQLiteLedger

WHO = st.integers(0, 2)
MEETINGS = st.sampled_from("abc")
ENDINGS = st.sampled_from(["settle", "release", "abandon"])
STEPS = st.sampled_from(
    [
        timedelta(microseconds=1),
        timedelta(seconds=40),
        timedelta(minutes=3),
        timedelta(hours=2),
        timedelta(hours=22),
    ]
)


def asked(meeting: str) -> Reservation:
    """Ask for one place of three: of a meeting, of its host, and of the account's day."""
    scopes = (
        Scope("meeting", f"a/meeting/{meeting}", None if meeting == "c" else 12, exclusive=True),
        Scope("host", "a/host/h", 18, "utc-day"),
        Scope("account", "a/day", 300, "utc-day"),
    )
    return Reservation(scopes, Pace("a/pace", 1.0, 2, 1.0))


def told(quota: Quota) -> tuple[object, ...]:
    """Write out all that a ledger says of its scopes."""
    gauges = [gauge for gauge in (quota.meeting, quota.host, quota.account) if gauge is not None]
    return quota.to_dict(), [gauge.frees for gauge in gauges]


class StandingBoot:
    """A clock since boot that goes by the test's."""

    id = "this one"

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def read(self) -> int:
        return round(self._clock.monotonic() * 1e6)


class Shared(RuleBasedStateMachine):
    """Three ledgers on one file, and one in memory that is told everything: all say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.clock = FakeClock()
        self.model = MemoryLedger(clock=self.clock)
        self.ledgers = [self._open() for _ in range(3)]
        self.grants: list[Grant] = []
        # What became of them: the first word is the last.
        self.endings: dict[str, str] = {}
        self.number = 0

    def teardown(self) -> None:
        for ledger in self.ledgers:
            ledger.close()
        self._stack.close()

    def _open(self) -> SQLiteLedger:
        path = self._folder / "quota.sqlite3"
        boot = StandingBoot(self.clock)
        return SQLiteLedger(path, durability="normal", clock=self.clock, boot=boot)

    @rule(who=WHO, meeting=MEETINGS, wait=st.sampled_from([0.0, 5.0]))
    def reserve(self, who: int, meeting: str, wait: float) -> None:
        self.number += 1
        said = [self._reserve(one, meeting, wait) for one in (self.ledgers[who], self.model)]
        assert said[0] == said[1]
        if isinstance(said[0], Grant):
            self.grants.append(said[0])

    @rule(who=WHO, meeting=MEETINGS, times=st.integers(2, 9))
    def spend(self, who: int, meeting: str, times: int) -> None:
        """One process alone for a while."""
        for _ in range(times):
            self.reserve(who, meeting, 9.0)
            if self.grants and self.grants[-1].token == f"{self.number}":
                for one in (self.ledgers[who], self.model):
                    one.settle(self.grants[-1])
                self.endings[f"{self.number}"] = "settle"

    @precondition(lambda self: self.grants)
    @rule(who=WHO, pick=st.integers(0, 99))
    def ask_again(self, who: int, pick: int) -> None:
        """As long as it may be sent, the same place; after an unknown outcome, none."""
        grant = self.grants[pick % len(self.grants)]
        if self.clock.now() > grant.send_by:
            return
        if self.endings.get(grant.token) == "abandon":
            for one in (self.ledgers[who], self.model):
                with pytest.raises(SlotExpired):
                    one.reserve(grant.reservation, grant.token, wait=9.0)
        elif grant.token not in self.endings:
            first, second = (
                one.reserve(grant.reservation, grant.token, wait=9.0)
                for one in (self.ledgers[who], self.model)
            )
            assert first == second

    @precondition(lambda self: self.grants)
    @rule(who=WHO, ending=ENDINGS, pick=st.integers(0, 99))
    def end(self, who: int, ending: str, pick: int) -> None:
        """Sometimes twice, sometimes after hours, and not always by who was granted it."""
        grant = self.grants[pick % len(self.grants)]
        self.endings.setdefault(grant.token, ending)
        for one in (self.ledgers[who], self.model):
            getattr(one, ending)(grant)

    @rule(
        who=WHO,
        meeting=MEETINGS,
        used=st.integers(0, 18),
        name=st.sampled_from(["host", "account"]),
    )
    def others_spend(self, who: int, meeting: str, used: int, name: str) -> None:
        for one in (self.ledgers[who], self.model):
            one.external(asked(meeting), name, used)

    @rule(who=WHO, meeting=MEETINGS, until=STEPS)
    def block(self, who: int, meeting: str, until: timedelta) -> None:
        for one in (self.ledgers[who], self.model):
            one.block(asked(meeting), "meeting", self.clock.now() + until)

    @rule(who=WHO)
    def slow_down(self, who: int) -> None:
        for one in (self.ledgers[who], self.model):
            one.slow_down(asked("a"))

    @rule(step=STEPS)
    def wait(self, step: timedelta) -> None:
        self.clock.advance(step)

    @rule(who=WHO)
    def reset(self, who: int) -> None:
        for one in (self.ledgers[who], self.model):
            one.reset()
        self.grants.clear()

    @rule(who=WHO)
    def start_anew(self, who: int) -> None:
        self.ledgers[who].close()
        self.ledgers[who] = self._open()

    @rule(who=WHO, meeting=MEETINGS)
    def compare(self, who: int, meeting: str) -> None:
        mine, model = self.ledgers[who], self.model
        assert told(mine.usage(asked(meeting))) == told(model.usage(asked(meeting)))
        assert mine.keys("a/") == model.keys("a/")

    def _reserve(self, ledger: Ledger, meeting: str, wait: float) -> object:
        try:
            return ledger.reserve(asked(meeting), f"{self.number}", wait=wait)
        except QuotaExceeded as error:
            return error.scope, error.retry_at, error.used, error.pending, error.external


Shared.TestCase.settings = settings(
    max_examples=80,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestShared = Shared.TestCase


@pytest.fixture
def pair(tmp_path: Path, clock: FakeClock) -> Iterator[list[SQLiteLedger]]:
    """Two ledgers on one file."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(SQLiteLedger(tmp_path / "quota.sqlite3", clock=clock)))
            for _ in range(2)
        ]


def test_a_process_that_slept_counts_what_others_took_meanwhile(pair: list[SQLiteLedger]) -> None:
    """It remembers nothing that the file does not say."""
    idle, busy = pair
    for number in range(4):
        idle.settle(idle.reserve(asking(limit=40), f"first {number}"))
    for number in range(30):
        busy.settle(busy.reserve(asking(limit=40), f"{number}"))

    granted = [idle.reserve(asking(limit=40), f"then {number}") for number in range(6)]

    assert len(granted) == 6
    with pytest.raises(QuotaExceeded):
        idle.reserve(asking(limit=40), "one too many")
    assert busy.usage(asking(limit=40)).remaining == 0


@pytest.mark.parametrize(
    ("ending", "left"), [("settle", (1, 0, 0)), ("release", (0, 0, 0)), ("abandon", (0, 0, 1))]
)
def test_an_ending_after_hours_finds_its_place(
    pair: list[SQLiteLedger], clock: FakeClock, ending: str, left: tuple[int, int, int]
) -> None:
    """The computer slept, and meanwhile others went on."""
    asleep, awake = pair
    grant = asleep.reserve(asking(), "asleep")
    clock.advance(timedelta(hours=5))
    for number in range(12):
        awake.settle(awake.reserve(asking(key="other", limit=99), f"{number}"))

    getattr(asleep, ending)(grant)

    usage = awake.usage(asking())
    assert (usage.used, usage.pending, usage.unknown) == left


def test_a_token_whose_time_is_over_is_not_used_again(
    pair: list[SQLiteLedger], clock: FakeClock
) -> None:
    """What is sent on it would not be counted."""
    one, other = pair
    one.reserve(asking(), "mine")
    clock.advance(timedelta(hours=5))
    for number in range(12):
        other.settle(other.reserve(asking(key="other", limit=99), f"{number}"))

    for ledger in pair:
        with pytest.raises(SlotExpired):
            ledger.reserve(asking(), "mine")


def test_grants_in_turn_take_no_place_twice(pair: list[SQLiteLedger]) -> None:
    """Two processes that never look at the file without the other having written to it."""
    for number in range(3):
        pair[number % 2].reserve(asking(), f"{number}")

    for ledger in pair:
        with pytest.raises(QuotaExceeded):
            ledger.reserve(asking(), "one too many")


def test_a_receipt_counts_what_others_wrote_before_its_answer(pair: list[SQLiteLedger]) -> None:
    """Right behind one's own answer, all that stands in the file is shown."""
    one, other = pair
    grant = one.reserve(asking(limit=9), "mine")
    for number in range(3):
        other.settle(other.reserve(asking(limit=9), f"{number}"))

    one.settle(grant)

    assert one.usage(asking(limit=9)).used == 4
