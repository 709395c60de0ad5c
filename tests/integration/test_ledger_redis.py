"""A ledger in Redis: which servers it takes, what it writes there, and whose clock it goes by."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import anyio
import pytest
import redis
import redis.asyncio
import redis_server
from clocks import FakeClock
from ledgers import asking
from redis.crc import key_slot
from redis_server import Server
from rezoom import ConfigError
from rezoom.errors import ClockUntrusted, LedgerUnavailable
from rezoom.quota import Policy, open_ledger
from rezoom.quota.redis import RedisLedger
from rezoom.quota.redis_server import inspect

DAY = timedelta(days=1)
SECRET = "S3cret"
SOUND = {"redis_version": "7.0.15", "aof_enabled": 1, "maxmemory_policy": "noeviction"}


@pytest.fixture(params=redis_server.PACKAGES)
def server(request: pytest.FixtureRequest) -> Server:
    """A server of each version, with nothing in it."""
    shared = redis_server.shared(request.param)
    with shared.client() as client:
        client.flushall()
        client.script_flush()
    return shared


@pytest.fixture(scope="module", params=redis_server.PACKAGES)
def own(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each version for tests that set it up differently."""
    made = Server(request.param)
    yield made
    made.remove()


def refused(server: Server) -> LedgerUnavailable:
    """Meet a server that will not do."""
    with pytest.raises(LedgerUnavailable) as caught:
        RedisLedger(server.url).reserve(asking(), "one")
    return caught.value


@pytest.mark.parametrize("scheme", ["redis", "rediss", "valkey", "valkeys"])
def test_an_address_makes_a_ledger_that_opens_nothing_yet(scheme: str) -> None:
    """And shows no credentials."""
    ledger = open_ledger(f"{scheme}://me:{SECRET}@h:6380/3?password={SECRET}&socket_timeout=9")

    shown = "rediss" if scheme in ("rediss", "valkeys") else "redis"
    assert isinstance(ledger, RedisLedger)
    assert ledger.url == f"{shown}://h:6380/3"


def test_a_socket_is_an_address_too() -> None:
    """With the database behind it."""
    assert open_ledger("unix:///run/redis.sock?db=2").url == "unix:///run/redis.sock?db=2"


@pytest.mark.parametrize(
    "address",
    [
        f"redis://me:{SECRET}@host:port/0",
        f"redis://me:{SECRET}@host/no-number",
        f"redis://me:{SECRET}@host:70000",
        f"redis://me:{SECRET}@host:0",
        f"redis://me:{SECRET}@host?colour=red",
        f"redis://me:{SECRET}@[::1",
        f"redis://me:{SECRET}/x@host",
        f"unix://me:{SECRET}@",
    ],
)
def test_a_wrong_address_is_refused_without_its_password(address: str) -> None:
    """With the setting and the forms it takes."""
    with pytest.raises(ConfigError) as caught:
        open_ledger(address)

    assert "REZOOM_LEDGER" in str(caught.value)
    assert "redis://user:password@host" in str(caught.value)
    assert SECRET not in repr(caught.value.to_dict())
    assert caught.value.__cause__ is None


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(ConfigError, match=r'pip install "rezoom\[redis\]"'):
        RedisLedger("redis://host")


def test_an_async_client_is_refused() -> None:
    """The async methods use a blocking one in a thread, so that any event loop will do."""
    with pytest.raises(ConfigError, match=r"redis\.Redis"):
        RedisLedger(redis.asyncio.Redis())  # type: ignore[arg-type]  # the mistake in question


def test_a_policy_that_does_not_exist_is_refused() -> None:
    """With those that do."""
    with pytest.raises(ConfigError, match='"refuse", "wait" or "trust"'):
        RedisLedger("redis://host", on_loss="ignore")  # type: ignore[arg-type]  # the mistake


def test_a_server_without_an_append_only_file_is_refused(own: Server) -> None:
    """As it is by default: killed, it would have forgotten everything that it had acknowledged."""
    with own.client() as client:
        client.config_set("appendonly", "no")
        error = refused(own)
        client.config_set("appendonly", "yes")

    assert "appendonly yes" in str(error)
    assert RedisLedger(own.url).reserve(asking(), "now it will do")


def test_a_server_that_evicts_is_refused(own: Server) -> None:
    """It would drop counted places when its memory is full."""
    with own.client() as client:
        client.config_set("maxmemory-policy", "volatile-lru")
        error = refused(own)
        client.config_set("maxmemory-policy", "noeviction")

    assert "volatile-lru" in str(error)
    assert "noeviction" in error.next_step


def test_a_full_server_grants_nothing(own: Server) -> None:
    """And nothing of the refused place is written."""
    ledger = RedisLedger(own.url)
    before = ledger.usage(asking(host=9))
    with own.client() as client:
        client.config_set("maxmemory", "1")
        with pytest.raises(LedgerUnavailable, match="no memory left"):
            ledger.reserve(asking(host=9), "two")
        client.config_set("maxmemory", "0")

    assert ledger.usage(asking(host=9)) == before


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"redis_version": "5.0.14"}, "6.2 or later"),
        ({"redis_version": "6.0.20"}, "6.2 or later"),
        ({"role": "slave"}, "replica"),
        ({"aof_enabled": 0}, "append-only"),
        ({"maxmemory_policy": "allkeys-lru"}, "allkeys-lru"),
    ],
)
def test_what_a_server_says_of_itself_decides(facts: dict[str, Any], reason: str) -> None:
    """Each reason comes with its fix."""
    inspect("redis://host", SOUND)

    with pytest.raises(LedgerUnavailable, match=reason):
        inspect("redis://host", SOUND | facts)


def test_a_wrong_password_is_told_and_not_shown(server: Server) -> None:
    """Nor is the right one."""
    with server.client() as client:
        client.config_set("requirepass", SECRET)
        try:
            with pytest.raises(LedgerUnavailable, match="does not let this user in") as caught:
                wrong = server.url.replace("//", f"//:{SECRET}2@")
                RedisLedger(wrong).reserve(asking(), "one")
            right = RedisLedger(server.url.replace("//", f"//:{SECRET}@"))
            right.reserve(asking(), "one")
            assert SECRET not in f"{caught.value} {right.url}"
        finally:
            client.config_set("requirepass", "")


def test_a_server_that_is_not_there_is_told(server: Server) -> None:
    """Nothing is granted without it; a GET does not ask it."""
    ledger = RedisLedger("redis://127.0.0.1:1")

    with pytest.raises(LedgerUnavailable, match=r"redis://127\.0\.0\.1:1/0 cannot be reached"):
        ledger.reserve(asking(), "one")


def test_what_another_format_wrote_is_left_alone(server: Server) -> None:
    """Two releases would spend one quota twice."""
    with server.client() as client:
        client.set("{rezoom}:epoch", "2:new:1")

    assert "another release" in str(refused(server))


def test_everything_is_in_one_slot_and_what_is_counted_expires(server: Server) -> None:
    """A cluster can hold it, and nothing is left behind."""
    ledger = RedisLedger(server.url)
    asked = Policy(account_plan="free").reservation("https://api.zoom.us/v2 a", 7, "h@example.com")
    grant = ledger.reserve(asked, "one")
    ledger.settle(grant)
    ledger.external(asked, "account", 5)
    ledger.block(asked, "host", grant.granted_at + DAY)
    ledger.learn_host("a", 7, "h")
    with server.client() as client:
        keys = client.keys()
        lasting = {key for key in keys if client.pttl(key) < 0}
        shortest = client.pttl("{rezoom}:places:https://api.zoom.us/v2 a/meeting/7")

    assert {key_slot(key.encode()) for key in keys} == {key_slot(b"{rezoom}")}
    assert lasting == {"{rezoom}:epoch", "{rezoom}:index", "{rezoom}:hosts:a"}
    assert shortest > DAY.total_seconds() * 1000


@pytest.mark.parametrize("decode", [False, True])
def test_a_client_of_ones_own_will_do(server: Server, decode: bool) -> None:
    """Whether or not it decodes what it reads."""
    ledger = RedisLedger(redis.Redis(port=server.port, decode_responses=decode))
    ledger.learn_host("a", 1, "hôte")
    ledger.slow_down(Policy(account_plan="pro").reservation("a", 1))
    ledger.reserve(asking(limit=1, key="ключ"), "one")

    assert ledger.url == f"redis://localhost:{server.port}/0"
    assert ledger.host_of("a", 1) == "hôte"
    assert ledger.keys("") == ("account/meeting/ключ",)
    ledger.close()


def test_two_event_loops_use_one_ledger(server: Server) -> None:
    """One after the other, and of two kinds."""
    ledger = RedisLedger(server.url)

    async def spend(token: str) -> None:
        await ledger.asettle(await ledger.areserve(asking(), token))

    asyncio.run(spend("one"))
    anyio.run(spend, "two")

    assert ledger.usage(asking()).used == 2


def test_the_wall_clock_of_this_machine_may_be_set(server: Server, clock: FakeClock) -> None:
    """The server's counts; a ledger that knows it already does not need ours."""
    witness = Witness()
    ledger = RedisLedger(server.url, clock=witness)
    ledger.reserve(asking(), "before")
    witness.wall += DAY

    grant = ledger.reserve(asking(), "after")

    assert ledger.usage(asking()).pending == 2
    # What is shown goes by the clock of whoever reads it.
    assert grant.granted_at - witness.now() < timedelta(minutes=1)
    (first, _), *_ = ledger.usage(asking()).frees
    assert first - witness.now() > DAY


@pytest.mark.parametrize("step", [DAY, -DAY, timedelta(minutes=2)])
def test_a_server_whose_clock_jumps_is_not_believed(
    server: Server, step: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    """A day forward would free all hundred at once."""
    witness = Witness()
    ledger = RedisLedger(server.url, clock=witness)
    grant = ledger.reserve(asking(), "before")
    witness.steady -= step  # seen from here, the server's clock has jumped

    with pytest.raises(ClockUntrusted):
        ledger.reserve(asking(), "after")
    with caplog.at_level(logging.WARNING, "rezoom.quota"):
        ledger.settle(grant)
    witness.steady += step

    assert "an answer was not written down" in caplog.text
    assert ledger.usage(asking()).pending == 1


def test_the_first_word_needs_the_wall_clock(server: Server) -> None:
    """There is nothing else to judge the server's clock by."""
    witness = Witness()
    witness.wall = DAY

    with pytest.raises(ClockUntrusted, match="Set both clocks right"):
        RedisLedger(server.url, clock=witness).reserve(asking(), "one")


class Witness:
    """The clocks of this machine, each of them as far ahead as a test sets it."""

    def __init__(self) -> None:
        from rezoom.quota.machine import MACHINE

        self._real = MACHINE
        self.wall = self.steady = timedelta(0)

    def now(self) -> Any:
        return self._real.now() + self.wall

    def monotonic(self) -> float:
        return self._real.monotonic() + self.steady.total_seconds()
