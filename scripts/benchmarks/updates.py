"""One update, over real sockets: rezoom with everything on, beside the floors and the peers."""

from __future__ import annotations

import asyncio
import atexit
import http.client
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import peers
from rezoom import AsyncZoom, Bearer, Limits, Zoom
from rezoom.quota import Ledger, MemoryLedger, RedisLedger, SQLiteLedger
from rezoom_wire import AuthenticatedClient
from rezoom_wire.api.meetings import update_meeting

from .harness import Case, Goal
from .loopback import shared

sys.path.append(str(Path(__file__).parents[2] / "tests" / "support"))

BODY: dict[str, Any] = {"topic": "Weekly", "duration": 45}
FLOOR = "httpx.Client.patch(json=…), reused"
ASYNC_FLOOR = "httpx.AsyncClient.patch(json=…), reused"
OURS, ASYNC_OURS = "Zoom.update, memory ledger", "AsyncZoom.update, memory ledger"
# All limits count, the day and the pace out of reach: every reservation does its full work.
LIMITS = Limits(account_day=10**9, per_second=1e6)
# So many that none comes near its hundred, and no two updates under way are of one meeting.
MEETINGS = 20_000
HEADERS = {"Authorization": "Bearer bench"}


def trust() -> None:
    """Let every client that asks the environment trust the loopback server."""
    os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(shared().ca)


def meetings() -> Iterator[int]:
    """Count through the meetings, round and round."""
    return (85_000_000 + number % MEETINGS for number in count())


@cache
def redis_url() -> str:
    """Start a Redis of our own."""
    from redis_server import Server

    server = Server("redis 8.2")
    atexit.register(server.remove)
    return server.url


def ledgers() -> dict[str, Callable[[], Ledger]]:
    """Name the ledgers, and how each is made."""
    folder = Path(tempfile.mkdtemp(prefix="rezoom-bench-"))
    numbers = count()

    def path() -> Path:
        return folder / f"{next(numbers)}.sqlite3"

    return {
        "memory ledger": MemoryLedger,
        "SQLite ledger, NORMAL": lambda: SQLiteLedger(path(), durability="normal"),
        "SQLite ledger, FULL": lambda: SQLiteLedger(path(), durability="full"),
        "Redis ledger": lambda: RedisLedger(redis_url()),
    }


def one_by_one(scheme: str) -> list[Case]:
    """Update after update on one thread, and what is below them."""
    trust()
    base = f"{getattr(shared(), scheme)}/v2"
    client = httpx.Client(timeout=30)
    prepared = client.build_request(
        "PATCH", f"{base}/meetings/85746065", json=BODY, headers=HEADERS
    )
    return [
        Case(FLOOR, _patching(client, base)),
        *(
            Case(f"Zoom.update, {name}", _updating(base, make()), goal=_GOALS.get(name))
            for name, make in ledgers().items()
        ),
        Case("Zoom.update, memory ledger, your own httpx.Client", _brought(base)),
        Case("Zoom.update, Rust transport under httpx (an experiment)", _rust(base)),
        Case("generated client, vendored: update_meeting", _generated(base)),
        Case("httpx.Client.send(prepared)", partial(client.send, prepared)),
        Case("http.client, kept alive", _plain(scheme)),
        *_peer_cases(base, scheme),
    ]


_GOALS = {
    "memory ledger": Goal(1.4),
    "SQLite ledger, NORMAL": Goal(1.9),
}


def together(scheme: str, number: int) -> list[Case]:
    """Several updates under way at once, in tasks of one event loop and in threads."""
    trust()
    base = f"{getattr(shared(), scheme)}/v2"
    size = max(2 * number, 16)
    loop = asyncio.Runner()
    atexit.register(loop.close)
    each = size // number

    def tasks(send: Callable[[int], Awaitable[object]]) -> Callable[[], object]:
        numbers = meetings()

        async def task() -> None:
            for _ in range(each):
                await send(next(numbers))

        async def all_of_them() -> None:
            await asyncio.gather(*(task() for _ in range(number)))

        return lambda: loop.run(all_of_them())

    async def bare(client: httpx.AsyncClient, meeting: int) -> object:
        return await client.patch(f"{base}/meetings/{meeting}", json=BODY, headers=HEADERS)

    # Kept for longer than a round takes. By default 20 are kept, and httpcore may close one of the
    # others in the moment another thread takes it up: that thread then waits for its timeout.
    wide = httpx.Limits(
        max_connections=number, max_keepalive_connections=number, keepalive_expiry=300
    )
    client = httpx.AsyncClient(timeout=30)
    cases = [Case(ASYNC_FLOOR, tasks(partial(bare, client)), size)]
    for name, make in ledgers().items():
        if number > 16 and "FULL" in name:
            continue
        zoom = _async_zoom(base, make())
        work = tasks(partial(_aupdate, zoom))
        goal = Goal(1.0, wall=True) if name == "memory ledger" else None
        cases.append(Case(f"AsyncZoom.update, {name}", work, size, goal))
    if number > 1:
        threads = ThreadPoolExecutor(number)
        atexit.register(threads.shutdown)
        bare_client, given = (httpx.Client(timeout=30, limits=wide) for _ in range(2))
        for name, work in (
            ("httpx.Client.patch, limits raised, threads", _patching(bare_client, base)),
            (f"{OURS}, the same client, threads", _updating(base, MemoryLedger(), given)),
        ):
            cases.append(Case(name, _in_threads(threads, work, number, each), size))
    return cases


def _in_threads(
    threads: ThreadPoolExecutor, work: Callable[[], object], number: int, each: int
) -> Callable[[], object]:
    def several(_: int) -> None:
        for _ in range(each):
            work()

    return lambda: list(threads.map(several, range(number)))


def _aupdate(zoom: AsyncZoom, meeting: int) -> Awaitable[object]:
    return zoom.update(meeting, host=f"host-{meeting % 1000}", **BODY)


def _patching(client: httpx.Client, base: str) -> Callable[[], object]:
    numbers = meetings()
    return lambda: client.patch(f"{base}/meetings/{next(numbers)}", json=BODY, headers=HEADERS)


def _updating(base: str, ledger: Ledger, http: httpx.Client | None = None) -> Callable[[], object]:
    zoom = Zoom(
        Bearer("bench", account="bench"), base_url=base, ledger=ledger, limits=LIMITS, http=http
    )
    atexit.register(zoom.close)
    numbers = meetings()

    def update() -> object:
        meeting = next(numbers)
        return zoom.update(meeting, host=f"host-{meeting % 1000}", **BODY)

    return update


def _async_zoom(base: str, ledger: Ledger) -> AsyncZoom:
    return AsyncZoom(Bearer("bench", account="bench"), base_url=base, ledger=ledger, limits=LIMITS)


def _brought(base: str) -> Callable[[], object]:
    return _updating(base, MemoryLedger(), httpx.Client(timeout=30))


def _rust(base: str) -> Callable[[], object]:
    from pyreqwest.client import SyncClientBuilder
    from pyreqwest.compatibility.httpx import SyncHttpxTransport

    builder = SyncClientBuilder().add_root_certificate_pem(shared().ca.read_bytes())
    transport = SyncHttpxTransport(builder.build())
    return _updating(base, MemoryLedger(), httpx.Client(transport=transport))


def _generated(base: str) -> Callable[[], object]:
    client = AuthenticatedClient(base_url=base, token="bench")  # noqa: S106 - the loopback's own
    numbers = meetings()
    return lambda: update_meeting.sync_detailed(next(numbers), client=client, body=BODY)


def _plain(scheme: str) -> Callable[[], object]:
    own = shared()
    wire = (
        http.client.HTTPConnection("127.0.0.1", own.ports[0])
        if scheme == "http"
        else http.client.HTTPSConnection("127.0.0.1", own.ports[1], context=own.trust())
    )
    headers = {**HEADERS, "Content-Type": "application/json"}
    numbers = meetings()

    def patch() -> object:
        wire.request("PATCH", f"/v2/meetings/{next(numbers)}", json.dumps(BODY), headers)
        return wire.getresponse().read()

    return patch


def _peer_cases(base: str, scheme: str) -> Iterator[Case]:
    access = peers.Access(base, f"{base.removesuffix('/v2')}/oauth/token")
    for name in peers.PEERS:
        client = peers.connect(name, access)
        work = partial(_peer, client, meetings())
        goal = Goal(4.0, "least", OURS) if scheme == "https" else None
        yield Case(f"{name} {peers.version(name)}", work, goal=goal)


def _peer(client: peers.Peer, numbers: Iterator[int]) -> object:
    return client.patch(next(numbers), BODY)
