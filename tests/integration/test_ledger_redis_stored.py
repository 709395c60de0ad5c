"""What is stored in Redis: by the release before, for a person to read, or by no ledger at all."""

from __future__ import annotations

import logging
from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest
import redis
import redis_server
from clocks import FakeClock
from ledgers import asking
from redis_server import Server
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom._ledger.redis.connection import OnLoss
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.errors import LedgerError, StateLost
from rezoom.quota import Policy, Reservation, Scope

# As rezoom 1.0 wrote it on Monday, four seconds after noon: of four updates two were answered, one
# was not, one is in flight; others had spent five of the host's, and a 429 had slowed the pace.
STORED = {
    "epoch": "323a6e65773a31373936363434383031303030303030",
    "pace:a/pace": "43198827dd7d6f7443198827dd14db003ff66666666666664319882e91d07f80",
    "scope:a/b/host/h": "43198878705778000140000000000000000000000000000000000000000000000043198"
    "879391712000343198827dcd7d200d681734f8c454b90df4d5feea74874454319887870577800024014000000000"
    "0000000000000000000000000000000000043198879399124000043198827dd51e4005309900e666eef311797f2b"
    "95d61ad42402200000000000043198878705778004319887ca176b50000000000000000000000000000000000000"
    "00000000000000000000000000000",
    "scope:a/b/meeting/1": "4319887862466500013ff0000000000000c88d4df74262143a08e9d190e3bd67f143"
    "198879391712000343198827dcd7d200d681734f8c454b90df4d5feea74874454319887862c07700013ff0000000"
    "000000df38ff56a826595fca6cb4269bb3903f43198879399124000043198827dd51e4005309900e666eef311797"
    "f2b95d61ad42401000000000000043198878624665004319887ca176b500000000000000000043198827eba00000"
    "5309900e666eef311797f2b95d61ad42",
}
HOST = Scope("host", "a/b/host/h", 300)
SPENT = Reservation(
    (Scope("meeting", "a/b/meeting/1", 4, exclusive=True), HOST), Pace("a/pace", 2.0, 2.0)
)
SHOW = str(files("rezoom._ledger.redis").joinpath("scripts", "show.lua"))
METHODS = ("reserve", "usage", "settle", "external", "keys")


@pytest.fixture(params=redis_server.PACKAGES)
def server(request: pytest.FixtureRequest) -> Server:
    """A server of each version, with nothing in it."""
    shared = redis_server.shared(request.param)
    with shared.client() as client:
        client.flushall()
    return shared


def test_what_the_release_before_counted_is_carried_on(server: Server, clock: FakeClock) -> None:
    """Every place, the flight, the pace: an upgrade is no second hundred."""
    with closing(redis.Redis(port=server.port)) as client:
        for key, value in STORED.items():
            client.set(f"{{rezoom}}:{key}", bytes.fromhex(value))
    clock.advance(timedelta(seconds=4))
    with closing(RedisLedger(server.url, clock=clock, server_clock=clock)) as ledger:
        usage = ledger.usage(SPENT)
        in_flight = ledger.reserve(SPENT, "four", wait=9)
        with pytest.raises(QuotaExceeded) as full:
            ledger.reserve(SPENT, "five", wait=9)
        with pytest.raises(QuotaExceeded) as slow:
            ledger.reserve(Reservation((HOST,), SPENT.pace), "six")
        ledger.settle(in_flight)
        after = ledger.usage(SPENT)

    assert (usage.used, usage.pending, usage.unknown, usage.remaining) == (2, 1, 1, 0)
    assert usage.host is not None
    assert (usage.host.used, usage.host.external, usage.host.unknown) == (2, 5, 1)
    assert (full.value.scope, slow.value.scope) == ("meeting", "second")
    assert (after.used, after.pending) == (3, 0)


def test_a_person_can_read_a_scope(server: Server) -> None:
    """With one command: redis-cli evaluates the script beside the ledger's own."""
    asked = asking(limit=9, host=9, exclusive=True)
    with closing(RedisLedger(server.url)) as ledger, server.client() as client:
        ledger.settle(ledger.reserve(asked, "one"))
        ledger.abandon(ledger.reserve(asked, "two"))
        ledger.external(asked, "meeting", 5)
        grant = ledger.reserve(asked, "three")
        ledger.block(asked, "meeting", grant.granted_at + timedelta(hours=3))

        def show(key: str) -> list[str]:
            return cast("list[str]", client.eval(Path(SHOW).read_text(), 1, key))

        lines = show("{rezoom}:scope:account/meeting/one")
        nothing = show("{rezoom}:scope:account/meeting/two")
        client.set("{rezoom}:scope:account/meeting/two", "x" * 60)
        with pytest.raises(redis.ResponseError, match="CORRUPT"):
            show("{rezoom}:scope:account/meeting/two")

    assert [line.rpartition(" ")[0] for line in lines] == [
        "1 settled, free in",
        "1 unknown, free in",
        "3 external, free in",
        "1 pending, free in",
        "blocked by Zoom for",
        "in flight for at most",
    ]
    assert [line.rpartition(" ")[2].partition(":")[0] for line in lines] == (
        ["24", "24", "24", "24", "3", "0"]
    )
    assert nothing == ["nothing is counted"]


def corrupt(client: Any, key: str, how: str) -> None:
    """Write what no ledger writes."""
    client.delete(key)
    if how == "a list":
        client.rpush(key, "one")
    else:
        wrong = {"a length": b"x" * 60, "nothing": b"", "no numbers": b"\xff" * (33 + 56)}
        client.set(key, wrong[how])


@pytest.mark.parametrize("how", ["a list", "a length", "nothing", "no numbers"])
@pytest.mark.parametrize("decode", [False, True])
def test_a_scope_that_no_ledger_wrote_is_refused(server: Server, how: str, decode: bool) -> None:
    """It is not taken for an empty one, and a reset is offered."""
    own = redis.Redis(port=server.port, decode_responses=decode)
    with closing(RedisLedger(own)) as ledger, closing(redis.Redis(port=server.port)) as client:
        asked = asking(limit=9)
        grant = ledger.reserve(asked, "one")
        corrupt(client, "{rezoom}:scope:account/meeting/one", how)

        for call in (
            lambda: ledger.reserve(asked, "two"),
            lambda: ledger.usage(asked),
            lambda: ledger.keys(""),
        ):
            with pytest.raises(StateLost, match="rezoom ledger reset") as caught:
                call()
            assert "{rezoom}:" in caught.value.next_step
        ledger.settle(grant)
        ledger.external(asked, "meeting", 3)
        ledger.reset()

        assert ledger.reserve(asked, "three")
        assert ledger.usage(asked).pending == 1


@pytest.mark.parametrize("how", ["a list", "a length", "nothing", "no numbers"])
def test_a_pace_that_no_ledger_wrote_is_refused(server: Server, how: str) -> None:
    """As a scope is."""
    asked = Policy(account_plan="pro").reservation("a", 1)
    with closing(RedisLedger(server.url)) as ledger, closing(redis.Redis(port=server.port)) as own:
        ledger.release(ledger.reserve(asked, "one"))
        corrupt(own, "{rezoom}:pace:a/pace", how)

        with pytest.raises(StateLost, match="no ledger wrote"):
            ledger.reserve(asked, "two")
        ledger.reset()

        assert ledger.reserve(asked, "three")


@pytest.mark.parametrize(
    "epoch", [b"rubbish", b"", b"2:new:", b"2:new:soon", b"\xff\xfe", b"2:new:" + b"9" * 400, None]
)
def test_an_epoch_of_nonsense_is_refused(server: Server, epoch: bytes | None) -> None:
    """By a ledger that knew another, by a new one, and by one that would wait or go on."""
    with closing(redis.Redis(port=server.port)) as own:
        choices: tuple[OnLoss, ...] = ("refuse", "wait", "trust")
        ledgers = [RedisLedger(server.url, on_loss=choice) for choice in choices]
        for ledger in ledgers:
            ledger.usage(asking())
        ledgers.append(RedisLedger(server.url))
        own.delete("{rezoom}:epoch")
        if epoch is None:
            own.rpush("{rezoom}:epoch", "1")
        else:
            own.set("{rezoom}:epoch", epoch)

        for ledger in ledgers:
            with pytest.raises(LedgerError) as caught:
                ledger.reserve(asking(), "one")
            assert caught.value.next_step
            ledger.close()


@pytest.mark.parametrize("value", [b"\xff\xfe", None])
@pytest.mark.parametrize("decode", [False, True])
def test_a_host_that_no_ledger_wrote_is_refused(
    server: Server, value: bytes | None, decode: bool
) -> None:
    """Whether it is no text, or no hash."""
    brought = redis.Redis(port=server.port, decode_responses=decode)
    with closing(RedisLedger(brought)) as ledger, closing(redis.Redis(port=server.port)) as own:
        if value is None:
            own.rpush("{rezoom}:hosts:a", "1")
        else:
            own.hset("{rezoom}:hosts:a", "1", cast("str", value))

        with pytest.raises(LedgerError):
            ledger.host_of("a", 1)


class Odd(redis.Redis):
    """A client whose scripts answer nonsense."""

    answer: object = None

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> Any:
        """Answer what it is told to."""
        return self.answer


@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        [],
        b"PONG",
        [b"granted"],
        [b"granted", b"soon"],
        [b"granted", 1],
        [b"\xff", 1, 2],
        [b"refused", 1, b"", b"1"],
        [b"refused", 1, b"", b"0 0 pending 5"],
        [b"refused", 1, b"", b"0 0 odd 5 1"],
        [b"refused", 1, b"", b"0 0"],
        [b"refused", 1, b"", b"0 0 settled 99999999999999999999 100"],
        [b"untrusted", 10**30],
        [b"lost", 1],
    ],
)
def test_an_answer_of_another_shape_is_refused(server: Server, answer: object) -> None:
    """Something between us and the server answered, and nobody knows what was counted."""
    client = Odd(port=server.port)
    with closing(RedisLedger(client)) as ledger:
        client.answer = [b"done", 1, b"2:new:1", 0]
        ledger.keys("")  # the count is begun with the first call
        client.answer = answer
        with pytest.raises(LedgerError) as caught:
            ledger.reserve(asking(), "one")

    assert caught.value.next_step


def test_a_reset_of_one_account_leaves_the_others(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Scopes and paces of it are forgotten; nobody has to begin a new count."""
    policy = Policy(account_plan="free")
    mine, theirs = policy.reservation("z/one", 1, "h"), policy.reservation("z/two", 1, "h")
    with closing(RedisLedger(server.url)) as ledger, closing(RedisLedger(server.url)) as other:
        for asked in (mine, theirs):
            ledger.settle(other.reserve(asked, "first"))
            ledger.slow_down(asked)
        with caplog.at_level(logging.WARNING, "rezoom.quota"):
            ledger.reset("z/one/")
            kept = other.keys("")
            other.reserve(mine, "second")

        assert kept == ("z/two/day", "z/two/host/h", "z/two/meeting/1")
        assert "reset" not in caplog.text
        with server.client() as client:
            client.delete("{rezoom}:epoch")
        with pytest.raises(StateLost):
            ledger.reset("z/one/")  # only a reset of everything accepts that the count is lost
