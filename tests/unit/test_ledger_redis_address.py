"""The address of a ledger in Redis: what is wrong with one is said without its password."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import redis
import redis.asyncio
from rezoom import ConfigError
from rezoom._ledger.redis.redis_ledger import RedisLedger
from rezoom.quota import Ledger, open_ledger

pytestmark = pytest.mark.smoke

SECRET = "S3cret"


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


@pytest.mark.parametrize(
    ("scheme", "client"),
    [
        ("sentinel", "Sentinel"),
        ("redis+sentinel", "Sentinel"),
        ("redis-sentinel", "Sentinel"),
        ("rediss+sentinel", "Sentinel"),
        ("redis+cluster", "RedisCluster"),
        ("rediscluster", "RedisCluster"),
        ("valkey-cluster", "RedisCluster"),
    ],
)
@pytest.mark.parametrize("make", [open_ledger, RedisLedger])
def test_many_servers_need_a_client(
    scheme: str, client: str, make: Callable[[str], Ledger]
) -> None:
    """An address has no room for what they need: the error names the client to make."""
    with pytest.raises(ConfigError, match=rf"RedisLedger\({client}\(") as caught:
        make(f"{scheme}://:{SECRET}@one:26379,two:26379/service/0")

    assert SECRET not in repr(caught.value.to_dict())


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


def test_a_client_of_ones_own_shows_its_address() -> None:
    """Without what it logs in with."""
    plain = redis.Redis(host="::1", port=7000, db=2, username="me", password=SECRET)
    tls = redis.Redis(host="h", ssl=True, password=SECRET)

    assert RedisLedger(plain).url == "redis://[::1]:7000/2"
    assert RedisLedger(tls).url == "rediss://h:6379/0"
