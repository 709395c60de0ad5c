"""The promise of `retry_at`: who comes back then is granted, and no sooner would have been."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from clocks import FakeClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import LEDGERS
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom.quota import Grant, Ledger, Reservation, Scope

MICROSECOND = timedelta(microseconds=1)
# Where several may refuse at once: two meetings of one host, a pace, and a day nobody counts.
PACES = [None, Pace("pace", 2.0, 2.0), Pace("pace", 3.0, 3.0), Pace("pace", None, 4.0)]
WAITS = (0.0, 0.3, 1.0, 45.0)
STEPS = [timedelta(seconds=seconds) for seconds in (0.1, 0.7, 59, 3600, 7 * 3600, 86_400)]
COUNTED = ("meeting", "host", "account")

Step: TypeAlias = Callable[["Client"], None]


class Client:
    """Asks, and comes back when it is told to."""

    def __init__(self, ledger: Ledger, clock: FakeClock, pace: Pace | None) -> None:
        self.ledger, self.clock, self.pace = ledger, clock, pace
        self.grants: list[Grant] = []
        self.asked = 0

    def wanted(self, meeting: str = "m", limit: int = 3) -> Reservation:
        """Name what an update spends; those of meeting "m" take turns."""
        scopes = (
            Scope("meeting", f"a/b/meeting/{meeting}", limit, exclusive=meeting == "m"),
            Scope("host", "a/b/host/h", 5, "utc-day"),
            Scope("account", "a/b/day", 6000, "utc-day", gate=True),
        )
        return Reservation(scopes, self.pace)

    def ask(self, meeting: str, limit: int, wait: float) -> None:
        """Reserve; where that is refused, try just before the told instant, and at it."""
        wanted = self.wanted(meeting, limit)
        first = self.reserve(wanted, wait)
        if first is None:
            return
        assert first.retry_at > self.clock.now()
        self.clock.jump(first.retry_at - MICROSECOND)
        again = self.reserve(wanted, wait)
        assert again is not None
        assert again.retry_at == first.retry_at
        self.clock.jump(first.retry_at)
        assert self.reserve(wanted, wait) is None

    def reserve(self, wanted: Reservation, wait: float) -> QuotaExceeded | None:
        """Take a place with a new token, or hand back the refusal."""
        self.asked += 1
        try:
            self.grants.append(self.ledger.reserve(wanted, f"{self.asked}", wait=wait))
        except QuotaExceeded as error:
            return error
        return None

    def end(self, how: str, which: int) -> None:
        """Settle, release or abandon one of the grants."""
        if self.grants:
            getattr(self.ledger, how)(self.grants.pop(which % len(self.grants)))

    def close(self, name: str, hours: int) -> None:
        """Hear from Zoom that a day is over."""
        until = self.clock.now() + timedelta(hours=hours)
        self.ledger.block(self.wanted(), name, until)

    def share(self, name: str, used: int) -> None:
        """Hear from Zoom that others spend too."""
        self.ledger.external(self.wanted(), name, used)

    def slow_down(self, limit: float | None) -> None:
        """Hear from Zoom that it was too fast."""
        self.ledger.slow_down(self.wanted(), limit)


_asks = st.builds(
    lambda meeting, limit, wait: lambda c: c.ask(meeting, limit, wait),
    st.sampled_from("mn"),
    st.sampled_from((2, 3)),
    st.sampled_from(WAITS),
)
_steps: st.SearchStrategy[Step] = st.one_of(
    _asks,
    _asks,
    _asks,
    st.builds(
        lambda how, which: lambda c: c.end(how, which),
        st.sampled_from(("settle", "settle", "release", "abandon")),
        st.integers(0, 9),
    ),
    st.builds(lambda by: lambda c: c.clock.advance(by), st.sampled_from(STEPS)),
    st.builds(
        lambda name, hours: lambda c: c.close(name, hours),
        st.sampled_from(COUNTED),
        st.sampled_from((1, 30)),
    ),
    st.builds(
        lambda name, used: lambda c: c.share(name, used),
        st.sampled_from(COUNTED),
        st.integers(0, 6),
    ),
    st.builds(lambda limit: lambda c: c.slow_down(limit), st.sampled_from((None, 1.0, 30.0))),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", LEDGERS)
def test_who_comes_back_at_that_instant_is_granted_and_a_moment_before_is_not(name: str) -> None:
    """Whatever refuses: a window, a day, the pace, a block, others, another one under way."""
    few = 40 if name.startswith("redis") else 200

    @settings(
        max_examples=few,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.sampled_from(PACES), st.lists(_steps, min_size=15, max_size=50))
    def holds(pace: Pace | None, steps: list[Step]) -> None:
        clock = FakeClock()
        with (
            tempfile.TemporaryDirectory() as folder,
            LEDGERS[name](Path(folder), clock) as ledger,
        ):
            client = Client(ledger, clock, pace)
            for step in steps:
                step(client)

    holds()
