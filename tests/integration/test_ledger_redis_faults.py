"""A Redis that goes wrong under a ledger: the right count or a typed error, no second budget."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
import redis_server
from clocks import FakeClock
from ledgers import asking
from lossy_proxy import Loss, LossyProxy
from redis.sentinel import Sentinel
from redis_server import Server
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.errors import LedgerUnavailable, StateLost
from rezoom.quota import Grant, Ledger

pytestmark = pytest.mark.slow

T = TypeVar("T")
_LOSSES = ("silence", "hang up")


@pytest.fixture(scope="module", params=redis_server.PACKAGES)
def started(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each version."""
    made = Server(request.param, appendfsync="always")
    yield made
    made.remove()


@pytest.fixture
def server(started: Server) -> Server:
    """The server, running and with nothing in it."""
    started.kill()
    started.lose_everything()
    return started


@pytest.fixture
def proxy(server: Server) -> Iterator[LossyProxy]:
    """A way to the server that can lose an answer."""
    made = LossyProxy(server.port)
    yield made
    made.close()


def through(proxy: LossyProxy) -> Ledger:
    """Count through the proxy, with little patience.

    The start-up check is behind us, and the server knows every script: the answer that is lost is
    one to a script that ran, not a word that it was never heard of.
    """
    ledger = RedisLedger(f"redis://127.0.0.1:{proxy.port}/0?socket_timeout=1")
    other = asking(key="other")
    ledger.settle(ledger.reserve(other, "other"))
    ledger.external(other, "meeting", 2)
    ledger.usage(other)
    return ledger


@pytest.mark.parametrize("loss", _LOSSES)
def test_a_grant_whose_answer_is_lost_is_given_once(proxy: LossyProxy, loss: Loss) -> None:
    """The script ran, and runs again with the same token."""
    ledger = through(proxy)
    proxy.lose_answer_to(b"EVALSHA", loss)

    grant = ledger.reserve(asking(exclusive=True), "mine")

    assert proxy.lost == 1
    assert grant.token == "mine"
    assert ledger.usage(asking()).pending == 1


@pytest.mark.parametrize("loss", _LOSSES)
def test_an_ending_whose_answer_is_lost_is_told_again(proxy: LossyProxy, loss: Loss) -> None:
    """Once is enough, and twice does no harm."""
    ledger = through(proxy)
    grant = ledger.reserve(asking(), "mine")
    proxy.lose_answer_to(b"EVALSHA", loss)

    ledger.settle(grant)

    assert proxy.lost == 1
    assert ledger.usage(asking()).used == 1


@pytest.mark.parametrize("loss", _LOSSES)
def test_what_others_spent_is_added_once(proxy: LossyProxy, loss: Loss) -> None:
    """Only what is missing is added, so a second time adds nothing."""
    ledger = through(proxy)
    proxy.lose_answer_to(b"EVALSHA", loss)

    ledger.external(asking(), "meeting", 2)

    assert proxy.lost == 1
    assert ledger.usage(asking()).external == 2


def test_scripts_that_the_server_forgot_are_sent_again(server: Server) -> None:
    """As after every restart of it."""
    ledger = RedisLedger(server.url)
    ledger.settle(ledger.reserve(asking(), "one"))
    with server.client() as client:
        client.script_flush()

    ledger.settle(ledger.reserve(asking(), "two"))

    assert ledger.usage(asking()).used == 2


def at_once(calls: int, call: Callable[[int], T]) -> list[T]:
    """Make calls in as many threads, all at one time; raise what one of them raised."""
    together = threading.Barrier(calls)

    def run(number: int) -> T:
        together.wait()
        return call(number)

    with ThreadPoolExecutor(calls) as threads:
        return list(threads.map(run, range(calls)))


@pytest.mark.parametrize("cut", ["kill", "restart"])
def test_connections_that_are_gone_refuse_nothing(server: Server, cut: str) -> None:
    """However many there were, and however many threads find theirs dead at one time.

    To us, a server that closes connections which were idle for too long looks like one that kills.
    """
    asked = asking(limit=100)

    def reserve(turn: int, number: int) -> Grant:
        return ledger.reserve(asked, f"{turn} {number}")

    with closing(RedisLedger(server.url)) as ledger:
        for turn in range(4):
            # Each of the calls finds the others' connections in use, and opens its own.
            at_once(8, partial(reserve, turn))
            if cut == "restart":
                server.kill()
                server.start()
            else:
                with server.client() as other:
                    other.client_kill_filter(_type="normal", skipme=True)

        assert ledger.usage(asked).pending == 32


def test_connections_that_died_in_silence_cost_one_timeout(proxy: LossyProxy) -> None:
    """The first that does not answer takes the other idle ones with it."""
    asked = asking(limit=100)
    with closing(RedisLedger(f"redis://127.0.0.1:{proxy.port}/0?socket_timeout=0.5")) as ledger:
        at_once(8, lambda number: ledger.reserve(asked, f"{number}"))
        proxy.mute()

        ledger.reserve(asked, "after")
        at_once(8, lambda number: ledger.reserve(asked, f"then {number}"))

        assert ledger.usage(asked).pending == 17
    assert proxy.lost == 1


@pytest.mark.parametrize(
    ("rights", "works"),
    [
        ("~* +@all", True),
        ("~{rezoom}:* +@all -@dangerous +info", True),
        ("~{rezoom}:* +@read +@write +info +time +eval +evalsha", True),
        ("~{rezoom}:* +@all -@scripting", False),
        ("~other:* +@all", False),
        ("~* +@all -info", False),
    ],
)
def test_a_user_counts_or_is_told_what_is_missing(server: Server, rights: str, works: bool) -> None:
    """Also when scripts have to be sent anew; who may not count is not let through."""
    with server.client() as admin:
        admin.execute_command("ACL", "SETUSER", "me", "reset", "on", ">pass", *rights.split())
        url = server.url.replace("//", "//me:pass@")
        with closing(RedisLedger(url)) as ledger:
            if not works:
                with pytest.raises(LedgerUnavailable, match="does not let this user in"):
                    ledger.reserve(asking(), "one")
                return
            for token in ("one", "two"):
                ledger.settle(ledger.reserve(asking(), token))
                admin.script_flush()
            assert ledger.usage(asking()).used == 2


def test_a_reservation_and_its_ending_are_one_command_each(server: Server) -> None:
    """Once the server was checked and knows the scripts."""
    asked = asking(limit=9, host=9, exclusive=True)
    with (
        closing(RedisLedger(server.url)) as ledger,
        server.client() as watching,
        server.client() as other,
    ):
        ledger.settle(ledger.reserve(asked, "one"))
        other.ping()
        with watching.monitor() as monitor:
            ledger.settle(ledger.reserve(asked, "two"))
            other.set("the end", 1)
            seen = []
            heard: Any = monitor.listen()
            for command in heard:
                if command["command"].startswith("SET the end"):
                    break
                if command["client_type"] != "lua":
                    seen.append(command["command"].partition(" ")[0])

    assert seen == ["EVALSHA", "EVALSHA"]


class Known(Sentinel):
    """A sentinel that knows the primary by itself."""

    def __init__(self, server: Server) -> None:
        super().__init__([("127.0.0.1", 1)])  # type: ignore[no-untyped-call]  # redis-py's own
        self._server = server

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Name the server that is there."""
        assert service_name == "counts"
        return "127.0.0.1", self._server.port


def test_a_client_of_a_sentinel_will_do(server: Server) -> None:
    """It finds its server again after a cut."""
    client = Known(server).master_for("counts")  # type: ignore[no-untyped-call]  # redis-py's own
    with closing(RedisLedger(client)) as ledger, server.client() as other:
        ledger.settle(ledger.reserve(asking(), "one"))
        other.client_kill_filter(_type="normal", skipme=True)
        ledger.settle(ledger.reserve(asking(), "two"))

        assert ledger.usage(asking()).used == 2


def test_without_the_server_nothing_is_granted_and_no_answer_is_lost(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be written only counts for longer."""
    ledger = RedisLedger(server.url)
    grant = ledger.reserve(asking(), "one")
    server.kill()

    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        ledger.settle(grant)
        ledger.learn_host("account", 1, "h")
    with pytest.raises(LedgerUnavailable):
        ledger.reserve(asking(), "two")
    with pytest.raises(LedgerUnavailable):
        ledger.usage(asking())
    assert caplog.text.count("was not written down") == 2


def test_a_restart_forgets_nothing(server: Server) -> None:
    """The ledger goes on as if nothing had been."""
    ledger = RedisLedger(server.url)
    for number in range(3):
        ledger.settle(ledger.reserve(asking(limit=5), f"{number}"))
    ledger.learn_host("account", 1, "h")
    server.kill()
    server.start()

    assert ledger.reserve(asking(limit=5), "after")
    assert ledger.usage(asking(limit=5)).remaining == 1
    assert ledger.host_of("account", 1) == "h"


def test_the_server_is_checked_again_every_minute(server: Server, clock: FakeClock) -> None:
    """Someone may have configured it anew, or another one answers at its address."""
    ledger = RedisLedger(server.url, clock=clock, server_clock=clock)
    ledger.reserve(asking(), "before")
    with server.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    clock.advance(timedelta(minutes=1))

    with pytest.raises(LedgerUnavailable, match="allkeys-lru"):
        ledger.reserve(asking(), "after")


def test_a_server_that_lost_its_data_is_not_a_second_budget(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Reserving and reading raise, whoever has begun a new count there since."""
    ledger = RedisLedger(server.url)
    grant = ledger.reserve(asking(), "before")
    server.lose_everything()

    with pytest.raises(StateLost, match="has lost what was counted") as caught:
        ledger.reserve(asking(), "after")
    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        RedisLedger(server.url).reserve(asking(), "of a process that cannot know")
        ledger.settle(grant)
    with pytest.raises(StateLost):
        ledger.usage(asking())

    assert "rezoom ledger reset" in str(caught.value)
    assert "a new count begins" in caplog.text


def test_a_reset_is_accepted_by_all(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Someone has decided: the others log it, and go on."""
    ledgers = [RedisLedger(server.url) for _ in range(3)]
    for number, ledger in enumerate(ledgers):
        ledger.reserve(asking(), f"{number}")
    server.lose_everything()
    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        ledgers[0].reset()
        for number, ledger in enumerate(ledgers):
            ledger.reserve(asking(), f"again {number}")

    assert caplog.text.count("was reset") == 2
    assert ledgers[0].usage(asking()).pending == 3


def test_a_lost_count_can_be_waited_out(server: Server, clock: FakeClock) -> None:
    """After a day and an hour nothing of it counts any more."""
    ledger = RedisLedger(server.url, on_loss="wait", clock=clock, server_clock=clock)
    ledger.reserve(asking(), "before")
    server.lose_everything()
    clock.advance(timedelta(seconds=1))

    with pytest.raises(StateLost, match="try again then"):
        ledger.reserve(asking(), "at once")
    clock.advance(timedelta(hours=24, minutes=59))
    with pytest.raises(StateLost):
        ledger.reserve(asking(), "too early")
    clock.advance(timedelta(minutes=1))

    assert ledger.reserve(asking(), "then")


def test_a_lost_count_can_be_left_to_zoom(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """By choice, and with a word in the log."""
    ledger = RedisLedger(server.url, on_loss="trust")
    ledger.reserve(asking(), "before")
    server.lose_everything()

    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        ledger.reserve(asking(), "after")

    assert "has lost what was counted: a new count begins" in caplog.text
    assert ledger.usage(asking()).pending == 1
