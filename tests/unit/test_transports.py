"""Which way out is opened, and how requests are spread over pools."""

from __future__ import annotations

import asyncio
from itertools import count

import httpx
import pytest
from rezoom._http.transport import (
    AsyncBroughtLine,
    BroughtLine,
    OwnLine,
    Pools,
    open_async_line,
    open_line,
)

BASE = "https://api.zoom.us/v2"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine's environment names."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_proxy_connections_are_our_own() -> None:
    """With the timeout that was asked for."""
    line = open_line(BASE, 3)

    assert isinstance(line, OwnLine)
    assert line.timeout == httpx.Timeout(3)
    line.close()
    assert line.is_closed


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As every httpx client uses it."""
    monkeypatch.setenv(name, "http://127.0.0.1:1")

    line, awaited = open_line(BASE, 3), open_async_line(BASE, 3)

    assert isinstance(line, BroughtLine)
    assert isinstance(awaited, AsyncBroughtLine)
    line.close()
    asyncio.run(awaited.aclose())
    assert line.is_closed
    assert awaited.is_closed


def test_one_after_the_other_takes_one_pool() -> None:
    """A connection is only useful if it is used again."""
    pools = Pools(count().__next__)

    taken = []
    for _ in range(20):
        pool = pools.take()
        taken.append(pool.transport)
        pools.give_back(pool)

    assert taken == [0] * 20


def test_many_at_once_are_spread() -> None:
    """Eight in each pool; beyond twelve pools the shortest queue grows."""
    pools = Pools(count().__next__)

    taken = [pools.take().transport for _ in range(12 * 8 + 12)]

    assert taken[:17] == [0] * 8 + [1] * 8 + [2]
    assert sorted(taken[12 * 8 :]) == list(range(12))


def test_what_is_given_back_is_taken_first() -> None:
    """The first pool with room, so that the connections that are open stay in use."""
    pools = Pools(count().__next__)
    held = [pools.take() for _ in range(10)]

    pools.give_back(held[0])

    assert pools.take().transport == 0
