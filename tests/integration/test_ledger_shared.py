"""Several processes on one file remember the same, whoever wrote it and whoever folded it."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import FakeClock
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from ledgers import asking
from rezoom import Quota, QuotaExceeded
from rezoom._ledger.gauge import Reading
from rezoom._ledger.pacing import Pace
from rezoom._ledger.sqlite import journal
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


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fold after every few events."""
    monkeypatch.setattr(journal, "_MANY", 5)


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
        # Readings, and what they said at once.
        self.readings: list[tuple[Reading, object]] = []
        for name in ("_MANY", "_SINGLY", "_FEW", "_MOST"):
            self._stack.callback(setattr, journal, name, getattr(journal, name))

    @initialize(
        many=st.sampled_from([0, 3, 9, 500]),
        singly=st.sampled_from([0, 2, 500]),
        few=st.sampled_from([1, 9, 500]),
        most=st.sampled_from([1, 4, 500]),
    )
    def remember(self, many: int, singly: int, few: int, most: int) -> None:
        """Fold as often as it gets or never; know all scopes, or one by one; forget some."""
        journal._MANY, journal._SINGLY = many, singly
        journal._FEW, journal._MOST = few, most

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
                self._read(who, self.grants[-1].reservation)

    def _read(self, who: int, reservation: Reservation) -> None:
        """Right behind its own answer a process knows all, and what it said stays said."""
        for one in (self.ledgers[who], self.model):
            reading = one.reading(reservation)
            said = told(self.model.usage(reservation))
            assert told(reading.quota()) == said
            self.readings.append((one.reading(reservation), said))

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
        first = grant.token not in self.endings
        self.endings.setdefault(grant.token, ending)
        for one in (self.ledgers[who], self.model):
            getattr(one, ending)(grant)
        if first and ending == "settle":
            self._read(who, grant.reservation)

    @rule()
    def look_back(self) -> None:
        """A receipt that is looked at late tells what was left when it was written."""
        for reading, said in self.readings:
            assert told(reading.quota()) == said
        self.readings.clear()

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
def pair(tmp_path: Path, clock: FakeClock, often: None) -> Iterator[list[SQLiteLedger]]:
    """Two ledgers on one file."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(SQLiteLedger(tmp_path / "quota.sqlite3", clock=clock)))
            for _ in range(2)
        ]


def test_a_process_that_slept_through_folds_counts_what_they_took_away(
    pair: list[SQLiteLedger],
) -> None:
    """A number that was used before it looked away is free again: it must not be taken for new."""
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
    """The computer slept; meanwhile others have set its request aside."""
    asleep, awake = pair
    grant = asleep.reserve(asking(), "asleep")
    clock.advance(timedelta(hours=5))
    for number in range(12):
        awake.settle(awake.reserve(asking(key="other", limit=99), f"{number}"))

    getattr(asleep, ending)(grant)

    usage = awake.usage(asking())
    assert (usage.used, usage.pending, usage.unknown) == left


def test_a_token_that_was_set_aside_is_not_used_again(
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


def test_a_fold_that_fails_changes_nothing(
    pair: list[SQLiteLedger], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the next one makes up for it."""
    one, other = pair
    with closing(sqlite3.connect(tmp_path / "quota.sqlite3")) as db:
        one.usage(asking())
        db.execute(
            "CREATE TRIGGER fail BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'full'); END"
        )
        for number in range(20):
            one.settle(one.reserve(asking(limit=99), f"{number}"))
        kept = db.execute("SELECT count(*) FROM event").fetchone()[0]
        db.execute("DROP TRIGGER fail")

    assert kept > 40
    assert "was not written down" in caplog.text
    one.reserve(asking(limit=99), "after")
    assert other.usage(asking(limit=99)).remaining == 78


def test_grants_in_turn_take_no_place_twice(pair: list[SQLiteLedger]) -> None:
    """Two processes that never look at the file without the other having written to it."""
    for number in range(3):
        pair[number % 2].reserve(asking(), f"{number}")

    for ledger in pair:
        with pytest.raises(QuotaExceeded):
            ledger.reserve(asking(), "one too many")


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read all scopes as soon as one was asked for."""
    monkeypatch.setattr(journal, "_SINGLY", 0)


def test_who_knows_all_scopes_hears_of_those_that_others_spend_from(
    eager: None, pair: list[SQLiteLedger]
) -> None:
    """What is not remembered holds nothing, unless somebody wrote about it since."""
    knowing, other = pair
    for number in range(7):
        knowing.settle(knowing.reserve(asking(key=f"{number}"), f"{number}"))
    other.external(asking(key="elsewhere", limit=9), "meeting", 4)
    other.settle(other.reserve(asking(key="elsewhere", limit=9), "there"))
    for number in range(9):  # and folds what the other has written
        knowing.settle(knowing.reserve(asking(key="more", limit=9), f"more {number}"))

    usage = knowing.usage(asking(key="elsewhere", limit=9))

    assert (usage.used, usage.external) == (1, 4)


def test_who_forgets_scopes_reads_them_again(
    eager: None, pair: list[SQLiteLedger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many were asked for to keep them all in mind."""
    monkeypatch.setattr(journal, "_MOST", 4)
    ledger, _ = pair
    for number in range(30):
        ledger.settle(ledger.reserve(asking(key=f"{number}"), f"{number}"))

    for number in range(30):
        assert ledger.usage(asking(key=f"{number}")).used == 1


def test_a_receipt_counts_what_others_wrote_before_its_answer(pair: list[SQLiteLedger]) -> None:
    """Though the answer itself was written without a look at it."""
    one, other = pair
    grant = one.reserve(asking(limit=9), "mine")
    for number in range(3):
        other.settle(other.reserve(asking(limit=9), f"{number}"))

    one.settle(grant)

    assert one.reading(asking(limit=9)).quota().used == 4
