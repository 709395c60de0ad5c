"""Answers that never end or end too early, behind a Guard: it learns, and the client reads."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import Callable
from itertools import islice

import httpx
import pytest
from hostile import BOMB, DAILY, FLAWS, Hostile, cut, endless, sized
from rezoom import MemoryLedger, QuotaExceeded
from rezoom.quota import Guard

PATH = "/meetings/1"


def blocking(guard: Guard, url: str, method: str, size: int) -> tuple[int, bytes]:
    """Send, and read about so much of the body."""
    transport = guard.transport(httpx.HTTPTransport(verify=False))
    with (
        httpx.Client(transport=transport, base_url=url) as http,
        http.stream(method, PATH) as response,
    ):
        return response.status_code, b"".join(islice(response.iter_raw(65536), size // 65536 + 1))


def awaited(guard: Guard, url: str, method: str, size: int) -> tuple[int, bytes]:
    """Send and read as `blocking` does, in an event loop."""

    async def send() -> tuple[int, bytes]:
        transport = guard.async_transport(httpx.AsyncHTTPTransport(verify=False))
        async with (
            httpx.AsyncClient(transport=transport, base_url=url) as http,
            http.stream(method, PATH) as response,
        ):
            body = b""
            async for part in response.aiter_raw(65536):
                body += part
                if len(body) > size:
                    break
            return response.status_code, body

    return asyncio.run(send())


Send = Callable[[Guard, str, str, int], tuple[int, bytes]]
SENDERS = pytest.mark.parametrize("send", [blocking, awaited])


@SENDERS
@pytest.mark.parametrize("flaw", FLAWS)
def test_a_guard_believes_a_daily_limit_whatever_becomes_of_its_body(flaw: str, send: Send) -> None:
    """The next request is refused before it is sent; the client meets what is wrong by itself."""
    guard = Guard(MemoryLedger())
    with Hostile(FLAWS[flaw](429, *DAILY)) as server:
        try:
            status, _ = send(guard, server.url, "PATCH", 1000)
        except httpx.RemoteProtocolError:
            status = 429 if flaw in ("cut", "bad chunk") else 0
        with pytest.raises(QuotaExceeded):
            send(guard, server.url, "PATCH", 1000)

    assert status == 429
    assert len(server.requests) == 1


@SENDERS
def test_a_body_that_was_cut_is_cut_for_the_client_too(send: Send) -> None:
    """A guard hides no error, and makes none of its own."""
    guard = Guard(MemoryLedger())
    with (
        Hostile(lambda: iter([cut(200, b'{"id": 1, "host_id": "h"}')])) as server,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        send(guard, server.url, "GET", 1000)


@SENDERS
def test_an_endless_answer_is_handed_on_as_it_comes(send: Send) -> None:
    """A guard keeps no more of it than it may read, and the client reads as far as it likes."""
    with Hostile(lambda: endless(200)) as server:
        status, body = send(Guard(MemoryLedger()), server.url, "GET", 2_000_000)

    assert status == 200
    assert len(body) > 2_000_000
    assert set(body) == {ord("x")}


@SENDERS
@pytest.mark.parametrize("encoding", [b"gzip, gzip", b"br", b"zstd"])
def test_a_guard_unpacks_nothing_that_it_cannot_bound(encoding: bytes, send: Send) -> None:
    """The limit is known by its headers; what is in the body is the client's to unpack."""
    bomb = gzip.compress(BOMB)
    answer = sized(429, bomb, b"content-encoding: " + encoding, *DAILY)
    guard = Guard(MemoryLedger())
    with Hostile(lambda: iter([answer])) as server:
        tracemalloc.start()
        status, _ = send(guard, server.url, "PATCH", 1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        with pytest.raises(QuotaExceeded):
            send(guard, server.url, "PATCH", 1)

    assert status == 429
    assert peak < 20_000_000
