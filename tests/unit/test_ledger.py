"""The ledger in memory: whatever happens to the requests, Zoom never counts a hundred and first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import anyio
import pytest
from clocks import MONDAY_NOON, FakeClock
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from rezoom import Gauge, Ledger, MemoryLedger, QuotaExceeded
from rezoom._wire import facts
from rezoom.quota import Grant, Lease, Reservation, Scope

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 12, 8, tzinfo=UTC)
HORIZON, MARGIN = (timedelta(microseconds=span) for span in (Lease().horizon, Lease().margin))
LIMIT = facts.QUOTAS["meeting"].limit


def claim(
    meeting: int, host: str | None = "host", *, account: str = "account", limit: int = LIMIT
) -> Reservation:
    """Ask for what one update spends."""
    scopes = [Scope("meeting", f"{account}/meeting/{meeting}", limit)]
    if host is not None:
        scopes.append(Scope("host", f"{account}/host/{host}", limit, "utc-day"))
    return Reservation(tuple(scopes))


CLAIM = claim(1)


@pytest.fixture
def ledger(clock: FakeClock) -> MemoryLedger:
    """Make an empty ledger."""
    return MemoryLedger(clock=clock)


def fill(ledger: Ledger, asked: Reservation, count: int = LIMIT) -> list[Grant]:
    """Take that many places."""
    key = asked.scopes[0].key
    return [ledger.reserve(asked, f"{key}-{number}") for number in range(count)]


def refused(ledger: Ledger, asked: Reservation = CLAIM) -> QuotaExceeded:
    """Ask for one place too many."""
    with pytest.raises(QuotaExceeded) as caught:
        ledger.reserve(asked, "one too many")
    return caught.value


def counts(gauge: Gauge | None) -> tuple[int, int, int, int]:
    """Tell used, pending, unknown and remaining."""
    assert gauge is not None
    return gauge.used, gauge.pending, gauge.unknown, gauge.remaining


def test_it_has_the_shape_of_a_ledger(ledger: MemoryLedger) -> None:
    """Mypy checks the protocol here."""
    given: Ledger = ledger

    assert given.usage(CLAIM).remaining == LIMIT


def test_the_hundred_and_first_is_refused_with_the_time_to_come_back(
    ledger: MemoryLedger, clock: FakeClock
) -> None:
    """And with what the hundred are made of."""
    first, second, third, *_ = fill(ledger, CLAIM)
    ledger.settle(first)
    ledger.abandon(second)
    ledger.release(third)
    ledger.reserve(CLAIM, "in its place")

    error = refused(ledger)

    assert (error.used, error.unknown, error.pending) == (1, 1, LIMIT - 2)
    assert error.retry_at == clock.now() + DAY + MARGIN


def test_a_place_counts_from_the_answer_on(ledger: MemoryLedger, clock: FakeClock) -> None:
    """Until it comes, the latest instant at which Zoom can have counted is what counts."""
    grant = ledger.reserve(claim(1, None), "a")
    pending = ledger.usage(grant.reservation).next_free
    clock.advance(timedelta(seconds=2))
    ledger.settle(grant)

    assert pending == MONDAY_NOON + HORIZON + DAY + MARGIN
    assert ledger.usage(grant.reservation).next_free == clock.now() + DAY + MARGIN


def test_a_host_is_counted_by_the_day_of_utc(ledger: MemoryLedger, clock: FakeClock) -> None:
    """At midnight, give or take what clocks differ, all hundred are free; before it nothing is."""
    for grant in fill(ledger, CLAIM):
        ledger.settle(grant)
    other = claim(2)
    clock.jump(MIDNIGHT + MARGIN - timedelta(microseconds=1))
    before = refused(ledger, other)
    clock.jump(MIDNIGHT + MARGIN)

    assert (before.scope, before.retry_at) == ("host", MIDNIGHT + MARGIN)
    assert ledger.reserve(other, "new day").reservation is other


def test_a_request_under_way_at_midnight_counts_for_the_new_day(
    ledger: MemoryLedger, clock: FakeClock
) -> None:
    """Zoom may count it after midnight, so midnight does not free it."""
    clock.jump(MIDNIGHT - timedelta(seconds=1))
    ledger.reserve(CLAIM, "late")
    clock.jump(MIDNIGHT + HORIZON)

    assert counts(ledger.usage(CLAIM).host) == (0, 1, 0, LIMIT - 1)


def test_a_refusal_takes_no_place_anywhere(ledger: MemoryLedger) -> None:
    """All scopes or none: a full host must not eat up the meeting's hundred."""
    fill(ledger, claim(2))

    refused(ledger)

    assert counts(ledger.usage(claim(1, None))) == (0, 0, 0, LIMIT)


def test_the_last_scope_to_free_says_when_to_come_back(
    ledger: MemoryLedger, clock: FakeClock
) -> None:
    """Both are full; at midnight the host is free again, and the meeting is not."""
    for grant in fill(ledger, CLAIM):
        ledger.settle(grant)

    error = refused(ledger)

    assert (error.scope, error.retry_at) == ("meeting", clock.now() + DAY + MARGIN)


def test_asking_again_with_the_same_token_gives_the_same_place(ledger: MemoryLedger) -> None:
    """A ledger's own answer can be lost; asking again must not cost."""
    first = ledger.reserve(CLAIM, "a")

    assert ledger.reserve(CLAIM, "a") == first
    assert ledger.usage(CLAIM).pending == 1


AFTER: dict[str, tuple[list[str], tuple[int, int, int, int]]] = {
    "settled twice": (["settle", "settle"], (1, 0, 0, LIMIT - 1)),
    "released twice": (["release", "release"], (0, 0, 0, LIMIT)),
    "settled, then released": (["settle", "release"], (1, 0, 0, LIMIT - 1)),
    "settled, then abandoned": (["settle", "abandon"], (1, 0, 0, LIMIT - 1)),
    "abandoned, then released": (["abandon", "release"], (0, 0, 1, LIMIT - 1)),
    "abandoned, then settled": (["abandon", "settle"], (0, 0, 1, LIMIT - 1)),
    "released, then settled": (["release", "settle"], (0, 0, 0, LIMIT)),
}


@pytest.mark.parametrize("name", AFTER)
def test_the_first_word_about_a_place_is_the_last(name: str, ledger: MemoryLedger) -> None:
    """What was or may have been answered is never given back; what was given back, never spent."""
    steps, left = AFTER[name]
    grant = ledger.reserve(CLAIM, "a")
    for step in steps:
        getattr(ledger, step)(grant)

    usage = ledger.usage(CLAIM)
    assert (counts(usage.meeting), counts(usage.host)) == (left, left)


def test_what_zoom_closes_stays_closed_until_its_reset(
    ledger: MemoryLedger, clock: FakeClock
) -> None:
    """Whoever else spent the rest, our count below the limit means nothing then."""
    fill(ledger, CLAIM, 3)
    ledger.block(CLAIM, "host", MIDNIGHT)

    error = refused(ledger)
    clock.jump(MIDNIGHT)

    assert (error.scope, error.retry_at, error.external) == ("host", MIDNIGHT, LIMIT - 3)
    assert ledger.reserve(CLAIM, "again").token == "again"


def test_an_earlier_reset_does_not_shorten_a_block(ledger: MemoryLedger, clock: FakeClock) -> None:
    """Two answers on their way at once may name two times."""
    ledger.block(CLAIM, "host", MIDNIGHT)
    ledger.block(CLAIM, "host", MIDNIGHT - DAY / 4)

    assert refused(ledger).retry_at == MIDNIGHT


def test_a_block_on_a_full_scope_ends_when_both_do(ledger: MemoryLedger, clock: FakeClock) -> None:
    """Coming back at the block's end to be refused again would be a broken promise."""
    asked = claim(1, None)
    for grant in fill(ledger, asked):
        ledger.settle(grant)
    ledger.block(asked, "meeting", MIDNIGHT)

    assert refused(ledger, asked).retry_at == clock.now() + DAY + MARGIN


def test_accounts_do_not_share(ledger: MemoryLedger) -> None:
    """The same number elsewhere is another meeting."""
    fill(ledger, CLAIM)

    assert ledger.usage(claim(1, account="elsewhere")).remaining == LIMIT


def test_while_the_host_is_unknown_only_the_meeting_counts(ledger: MemoryLedger) -> None:
    """There is no pool of strangers."""
    fill(ledger, claim(1, None))

    assert ledger.usage(claim(2, None)).host is None
    assert ledger.usage(claim(2, None)).remaining == LIMIT


def test_a_host_is_learned_for_its_account(ledger: MemoryLedger) -> None:
    """Another account does not know the host."""
    ledger.learn_host("account", 1, "host")

    assert (ledger.host_of("account", 1), ledger.host_of("elsewhere", 1)) == ("host", None)


def test_the_async_methods_are_the_same_ledger(ledger: MemoryLedger) -> None:
    """What one face spends, the other sees."""

    async def spend() -> tuple[int, int, int, int]:
        settled = await ledger.areserve(CLAIM, "a")
        await ledger.asettle(settled)
        await ledger.aabandon(await ledger.areserve(CLAIM, "b"))
        await ledger.arelease(await ledger.areserve(CLAIM, "c"))
        await ledger.alearn_host("account", 1, "host")
        assert await ledger.ahost_of("account", 1) == "host"
        await ledger.ablock(CLAIM, "host", MIDNIGHT)
        return counts((await ledger.ausage(CLAIM)).meeting)

    assert anyio.run(spend) == counts(ledger.usage(CLAIM).meeting) == (1, 0, 1, LIMIT - 2)
    assert refused(ledger).retry_at == MIDNIGHT


@pytest.mark.parametrize(("asks", "granted"), [(240, LIMIT), (96, 96)])
def test_threads_get_what_is_there_and_no_more(
    asks: int, granted: int, ledger: MemoryLedger
) -> None:
    """Not one above the limit, and not one refused below it."""
    together = threading.Barrier(8)

    def ask(worker: int) -> int:
        together.wait(5)
        return sum(_got(ledger, f"{worker}-{number}") for number in range(asks // 8))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == granted


def _got(ledger: Ledger, token: str) -> bool:
    try:
        ledger.reserve(CLAIM, token)
    except QuotaExceeded:
        return False
    return True


FEW = 2
Asker: TypeAlias = tuple[int, str | None]
ASKERS = [(1, "host"), (2, "host"), (3, None)]
STEPS = [timedelta(microseconds=1), MARGIN, timedelta(hours=5), DAY - HORIZON, DAY]
TOLD = st.sampled_from(["settle", "abandon", ""])


class Zoom(RuleBasedStateMachine):
    """A client and the server it talks to; only the server's own count is the judge."""

    def __init__(self) -> None:
        super().__init__()
        self.limit = LIMIT
        self.clock = FakeClock()
        self.ledger = MemoryLedger(clock=self.clock)
        self.under_way: list[Grant] = []
        self.given_up: set[str] = set()
        self.refusal: tuple[Asker, datetime] | None = None
        self.arrivals: list[tuple[datetime, Asker]] = []
        self.asked = 0
        self.askers: dict[str, Asker] = {}

    @initialize(limit=st.integers(1, FEW))
    def be_mean(self, limit: int) -> None:
        """A hundred of everything would take a whole run to fill up once."""
        self.limit = limit

    @rule(asker=st.sampled_from(ASKERS), times=st.integers(1, FEW + 1))
    def ask(self, asker: Asker, times: int) -> None:
        for _ in range(times):
            before = self.ledger.usage(self._claim(asker))
            try:
                self.under_way.append(self._reserve(asker))
                self.refusal = None  # it told when to come back, if nobody else asks first
            except QuotaExceeded as error:
                self.refusal = (asker, error.retry_at)
                if (
                    self.ledger.usage(self._claim(asker)) != before
                    or error.retry_at <= self.clock.now()
                ):
                    raise

    @precondition(lambda self: self.refusal)
    @rule()
    def come_back_when_told(self) -> None:
        """The sharpest test of all: at the first allowed instant, straight to Zoom."""
        assert self.refusal is not None
        asker, retry_at = self.refusal
        self.refusal = None
        self.clock.jump(max(retry_at, self.clock.now()))
        self._arrive(self._reserve(asker), "settle")

    @rule(by=st.sampled_from(STEPS))
    def wait(self, by: timedelta) -> None:
        self.clock.advance(by)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), told=TOLD)
    def arrive(self, data: st.DataObject, told: str) -> None:
        """Arrive now; the answer may get lost, or its reader die."""
        self._arrive(self._pick(data), told)

    @precondition(lambda self: self.under_way)
    @rule(told=TOLD)
    def arrive_as_late_as_can_be(self, told: str) -> None:
        """All of them, when the first one's time is up."""
        last = min(grant.granted_at for grant in self.under_way) + HORIZON
        self.clock.jump(max(self.clock.now(), last))
        while self.under_way:
            self._arrive(self.under_way.pop(), told)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        """Stop waiting for an answer; the request may still arrive, later."""
        grant = self._pick(data)
        self.ledger.abandon(grant)
        self.given_up.add(grant.token)
        self.under_way.append(grant)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def never_leave(self, data: st.DataObject) -> None:
        grant = self._pick(data)
        self.ledger.release(grant)
        if grant.token in self.given_up:
            self.under_way.append(grant)  # too late: nobody can know that any more

    @rule(asker=st.sampled_from(ASKERS), by=st.sampled_from(STEPS))
    def close(self, asker: Asker, by: timedelta) -> None:
        name = "meeting" if asker[1] is None else "host"
        self.ledger.block(self._claim(asker), name, self.clock.now() + by)
        self.refusal = None

    def _reserve(self, asker: Asker) -> Grant:
        self.asked += 1
        grant = self.ledger.reserve(self._claim(asker), str(self.asked))
        self.askers[grant.token] = asker
        return grant

    def _claim(self, asker: Asker) -> Reservation:
        return claim(*asker, limit=self.limit)

    def _pick(self, data: st.DataObject) -> Grant:
        return self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))

    def _arrive(self, grant: Grant, told: str) -> None:
        now = self.clock.now()
        if now > grant.granted_at + HORIZON:
            return  # no request is on its way for so long
        meeting, host = self.askers[grant.token]
        self.arrivals.append((now, (meeting, host)))
        recent = [one for at, (one, _) in self.arrivals if at > now - DAY]
        assert recent.count(meeting) <= self.limit
        today = [one for at, (_, one) in self.arrivals if at.date() == now.date()]
        assert today.count("host") <= self.limit
        if told:
            getattr(self.ledger, told)(grant)


Zoom.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestZoom = Zoom.TestCase
