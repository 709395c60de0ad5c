"""What a ledger in Redis keeps of a scope: one string, changed where it has to be."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
import redis
import redis_server
from clocks import FakeClock
from ledgers import asking
from redis_server import Server
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.errors import SlotExpired
from rezoom.quota import Reservation, Scope

MINUTE = timedelta(minutes=1)


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
