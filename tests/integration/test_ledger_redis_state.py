"""What a ledger in Redis keeps of a scope: one string, changed where it has to be."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
import redis
import redis_server
from clocks import FakeClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import LEDGERS, asking
from redis_server import Server
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.errors import SlotExpired
from rezoom.quota import Grant, Ledger, Reservation, Scope

MINUTE = timedelta(minutes=1)
PACES = [None, Pace("pace", 2.0, 1, 2.0), Pace("pace", None, 2, 4.0)]
STEPS = [timedelta(seconds=seconds) for seconds in (0.1, 0.7, 59, 1000, 7 * 3600, 86_400)]
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

Step: TypeAlias = Callable[["Pair"], None]


class Pair:
    """Two ledgers that are told the same."""

    def __init__(self, clock: FakeClock, pace: Pace | None, *ledgers: Ledger) -> None:
        self.clock, self.pace, self.ledgers = clock, pace, ledgers
        self.grants: list[tuple[Grant, ...]] = []
        self.asked, self.ended = 0, frozenset[str]()

    def wanted(self, which: int) -> Reservation:
        """Name what is spent."""
        return Reservation(tuple(SCOPES[at] for at in WANTED[which]), self.pace)

    def ask(self, which: int, wait: float) -> None:
        """Reserve in both ledgers alike."""
        self.asked += 1
        self.reserve(self.wanted(which), f"{self.asked}", wait)

    def ask_again(self, at: int) -> None:
        """Reserve once more with a token that is pending."""
        if self.grants:
            grant = self.grants.pop(at % len(self.grants))[0]
            # What was settled, a ledger in memory forgets.
            if self.clock.now() <= grant.send_by and grant.token not in self.ended:
                self.reserve(grant.reservation, grant.token, 0)

    def reserve(self, wanted: Reservation, token: str, wait: float) -> None:
        """Hear the same of both."""
        said: list[object] = []
        grants: list[Grant] = []
        for ledger in self.ledgers:
            try:
                grant = ledger.reserve(wanted, token, wait=wait)
            except QuotaExceeded as error:
                said.append((error.scope, error.retry_at, error.used, error.pending, error.unknown))
            except SlotExpired as error:
                said.append(str(error))
            else:
                said.append((grant.at, grant.delay))
                grants.append(grant)
        assert said[1:] == said[:-1]
        if grants:
            self.grants.append(tuple(grants))

    def end(self, how: str, at: int, *, again: bool = False) -> None:
        """Settle, release or abandon one of the grants, which may be ended again later."""
        if self.grants:
            at %= len(self.grants)
            grants = self.grants[at] if again else self.grants.pop(at)
            self.ended |= {grants[0].token}
            for ledger, grant in zip(self.ledgers, grants, strict=True):
                getattr(ledger, how)(grant)

    def tell(self, method: str, which: int, *words: object) -> None:
        """Teach both the same."""
        for ledger in self.ledgers:
            getattr(ledger, method)(self.wanted(which), *words)

    def compare(self) -> None:
        """Read the same in both."""
        for which in range(len(WANTED)):
            usages = [ledger.usage(self.wanted(which)) for ledger in self.ledgers]
            for name in ("meeting", "host", "account"):
                gauges = [getattr(usage, name) for usage in usages]
                said = [gauge and (gauge.to_dict(), gauge.frees) for gauge in gauges]
                assert said[1:] == said[:-1]
        keys = [ledger.keys("a/b/") for ledger in self.ledgers]
        assert keys[1:] == keys[:-1]


_which, _at = st.integers(0, len(WANTED) - 1), st.integers(0, 9)
_ends = st.sampled_from(("settle", "settle", "settle", "release", "abandon"))
_asks = st.builds(
    lambda which, wait: lambda p: p.ask(which, wait), _which, st.sampled_from((0, 0.6, 45.0))
)
_settles = st.builds(lambda how, at: lambda p: p.end(how, at), _ends, _at)
_steps: st.SearchStrategy[Step] = st.one_of(
    _asks,
    _asks,
    _asks,
    _asks,
    _settles,
    _settles,
    _settles,
    st.builds(lambda how, at: lambda p: p.end(how, at, again=True), _ends, _at),
    st.builds(lambda at: lambda p: p.ask_again(at), _at),
    st.builds(lambda by: lambda p: p.clock.advance(by), st.sampled_from(STEPS)),
    st.builds(
        lambda which, name, hours: (
            lambda p: p.tell("block", which, name, p.clock.now() + timedelta(hours=hours))
        ),
        _which,
        st.sampled_from(("meeting", "host", "account")),
        st.sampled_from((1, 30)),
    ),
    st.builds(
        lambda which, name, used: lambda p: p.tell("external", which, name, used),
        _which,
        st.sampled_from(("meeting", "host", "account")),
        st.integers(0, 6),
    ),
    st.builds(lambda limit: lambda p: p.tell("slow_down", 0, limit), st.sampled_from((None, 1.0))),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", redis_server.PACKAGES)
def test_it_counts_as_a_ledger_in_memory_does(name: str) -> None:
    """Whatever it is told, in whatever order."""

    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.sampled_from(PACES), st.lists(_steps, min_size=30, max_size=80))
    def holds(pace: Pace | None, steps: list[Step]) -> None:
        clock = FakeClock()
        with (
            tempfile.TemporaryDirectory() as folder,
            LEDGERS["memory"](Path(folder), clock) as memory,
            LEDGERS[name](Path(folder), clock) as ledger,
        ):
            pair = Pair(clock, pace, memory, ledger)
            for step in steps:
                step(pair)
                pair.compare()

    holds()


@pytest.fixture(params=redis_server.PACKAGES)
def server(request: pytest.FixtureRequest) -> Server:
    """A server of each version, with nothing in it."""
    shared = redis_server.shared(request.param)
    with shared.client() as client:
        client.flushall()
    return shared


@pytest.mark.parametrize("limit", [None, 1000])
def test_what_has_freed_does_not_pile_up(
    server: Server, clock: FakeClock, limit: int | None
) -> None:
    """A scope that is never full is swept all the same."""
    asked = Reservation((Scope("meeting", "m", limit, hours=1, exclusive=True),))
    with (
        closing(RedisLedger(server.url, clock=clock, server_clock=clock)) as ledger,
        server.client() as client,
    ):
        for number in range(400):
            grant = ledger.reserve(asked, f"{number}")
            getattr(ledger, "abandon" if limit is None else "settle")(grant)
            clock.advance(MINUTE)

        assert client.strlen("{rezoom}:scope:m") < 200 * 33


def test_a_full_scope_is_kept_in_a_few_kilobytes(server: Server) -> None:
    """A hundred places, each with its token."""
    asked = asking(limit=100)
    with closing(RedisLedger(server.url)) as ledger, closing(redis.Redis(port=server.port)) as own:
        for number in range(100):
            ledger.settle(ledger.reserve(asked, f"a token of any length {number}"))

        assert own.strlen("{rezoom}:scope:account/meeting/one") == 100 * 33 + 56


def test_tokens_that_are_much_alike_are_told_apart(server: Server) -> None:
    """One that begins as another does, and one that is empty."""
    asked = asking(limit=9)
    with closing(RedisLedger(server.url)) as ledger:
        grants = [ledger.reserve(asked, token) for token in ("one", "one two", "", "ключ", "o")]
        ledger.release(grants[0])
        ledger.settle(grants[2])

        usage = ledger.usage(asked)
        assert (usage.pending, usage.used) == (3, 1)
        assert ledger.reserve(asked, "one two").token == "one two"
        with pytest.raises(SlotExpired):
            ledger.reserve(asked, "")
