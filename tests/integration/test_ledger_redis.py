"""A ledger in Redis: which servers it takes, and what it writes there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import anyio
import pytest
import redis
import redis_server
from ledgers import asking
from redis.crc import key_slot
from redis_server import Server
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom._ledger.redis.redis_server import inspect
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Policy

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


def test_a_server_that_became_a_replica_grants_nothing(own: Server) -> None:
    """Whether that is noticed by the check or by the first write."""
    ledger = RedisLedger(own.url)
    ledger.usage(asking())
    with own.client() as client:
        client.replicaof("127.0.0.1", 1)
        noticed = refused(own)
        with pytest.raises(LedgerUnavailable, match="replica"):
            ledger.reserve(asking(), "one")
        client.replicaof("NO", "ONE")

    assert "Name the primary" in str(noticed)


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


@pytest.mark.smoke
def test_a_wrong_password_is_told_and_not_shown(server: Server) -> None:
    """Nor is the right one."""
    with server.client() as client:
        client.config_set("requirepass", SECRET)
        try:
            wrong = RedisLedger(server.url.replace("//", f"//:{SECRET}2@"))
            with pytest.raises(LedgerUnavailable, match="does not let this user in") as caught:
                wrong.reserve(asking(), "one")
            right = RedisLedger(server.url.replace("//", f"//:{SECRET}@"))
            right.reserve(asking(), "one")
            assert SECRET not in f"{caught.value} {right.url}"
        finally:
            client.config_set("requirepass", "")


@pytest.mark.smoke
def test_a_server_that_is_not_there_is_told(server: Server) -> None:
    """Nothing is granted without it; a GET does not ask it."""
    ledger = RedisLedger("redis://127.0.0.1:1")

    with pytest.raises(LedgerUnavailable, match=r"redis://127\.0\.0\.1:1/0 cannot be reached"):
        ledger.reserve(asking(), "one")


@pytest.mark.parametrize("written", ["1:new:1", "3:reset:1"])
def test_what_another_format_wrote_is_left_alone(server: Server, written: str) -> None:
    """Two releases would spend one quota twice."""
    with server.client() as client:
        client.set("{rezoom}:epoch", written)

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
        keys = [str(key) for key in client.scan_iter()]
        lasting = {key for key in keys if client.pttl(key) < 0}
        shortest = client.pttl("{rezoom}:scope:https://api.zoom.us/v2 a/meeting/7")

    assert {key_slot(key.encode()) for key in keys} == {key_slot(b"{rezoom}")}
    assert lasting == {"{rezoom}:epoch", "{rezoom}:index", "{rezoom}:hosts:a"}
    assert shortest > DAY.total_seconds() * 1000


@pytest.mark.smoke
def test_a_cluster_will_do(request: pytest.FixtureRequest, server: Server) -> None:
    """Whichever of its nodes the tag falls to is the one that is checked, and counts."""
    cluster = Server(request.node.callspec.params["server"], cluster_enabled="yes")
    request.addfinalizer(cluster.remove)
    with cluster.client() as client:
        client.execute_command("CLUSTER ADDSLOTS", *range(16384))
        deadline = time.monotonic() + 20
        while (client.execute_command("CLUSTER INFO") or {})["cluster_state"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.01)
    with redis.RedisCluster(host="127.0.0.1", port=cluster.port) as client:
        ledger = RedisLedger(client)
        ledger.settle(ledger.reserve(asking(host=9), "one"))
        ledger.slow_down(Policy(account_plan="pro").reservation("a", 1))
        with cluster.client() as other:
            other.client_kill_filter(_type="normal", skipme=True)
        ledger.settle(ledger.reserve(asking(host=9), "two"))
        counted = ledger.keys("account/")
        ledger.reset()

        assert counted == ("account/host/h", "account/meeting/one")
        assert ledger.keys("") == ()


@pytest.mark.smoke
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


@pytest.mark.smoke
def test_two_event_loops_use_one_ledger(server: Server) -> None:
    """One after the other, and of two kinds."""
    ledger = RedisLedger(server.url)

    async def spend(token: str) -> None:
        await ledger.asettle(await ledger.areserve(asking(), token))

    asyncio.run(spend("one"))
    anyio.run(spend, "two")

    assert ledger.usage(asking()).used == 2


@pytest.mark.smoke
def test_scripts_leave_the_pool_to_others(server: Server) -> None:
    """A client that may hold one connection, and holds it: the ledger still counts."""
    with closing(redis.Redis.from_url(server.url, max_connections=1)) as client:
        ledger = RedisLedger(client)
        ledger.usage(asking())
        held = client.client()  # type: ignore[no-untyped-call]  # redis-py has no types for it

        ledger.settle(ledger.reserve(asking(), "mine"))
        held.close()

        assert ledger.usage(asking()).used == 1


@pytest.mark.smoke
def test_a_line_that_the_server_has_closed_is_replaced(server: Server) -> None:
    """As a server does with clients that were idle for too long."""
    with closing(RedisLedger(server.url)) as ledger, server.client() as other:
        ledger.reserve(asking(), "first")
        other.client_kill_filter(_type="normal", skipme=True)

        ledger.reserve(asking(), "second")

        assert ledger.usage(asking()).pending == 2
