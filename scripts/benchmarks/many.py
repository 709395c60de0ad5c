"""Many updates at the rate that Zoom allows: ours from one process and four, and what people do."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import httpx
import redis
from rezoom import AsyncZoom, Bearer, Limits, ServerToServer, Zoom, check
from rezoom._wire import facts
from rezoom.quota import SQLiteLedger
from rezoom.simulator import Simulator

from .harness import Row, Run, Table, rows, say
from .remote import BODY, MEETINGS, megabytes

SPAWN = multiprocessing.get_context("spawn")
AWAY, FIRST = 0.3, MEETINGS[0]
WORKERS, HOSTS = 32, 60
# A machine that stands still for longer than a turn is a judge of nothing, in seconds.
STILL = 0.04
# Sends updates of some meetings from one process; ours return the seconds of CPU.
Way: TypeAlias = Callable[[str, Sequence[int]], Any]


def many(run: Run) -> Iterator[Table]:
    """Send thousands of updates to a Zoom with its real limits, 300 ms away; count arrivals."""
    calls = 240 if run.quick else 2400
    quick = run.folder / "quick"
    with redis.Redis.from_url(run.redis_url) as client:
        client.flushall()
    address: dict[str, tuple[str, int]] = {
        "one process, threads": ("memory:", 1),
        "one process, tasks": ("memory:", 1),
        "four processes, SQLite, NORMAL": (f"sqlite://{quick}?durability=normal", 4),
        "four processes, SQLite, FULL": (f"sqlite://{run.folder / 'safe'}", 4),
        "four processes, Redis": (run.redis_url, 4),
        "one process, tasks, after a stray 429": ("memory:", 1),
    }
    business = Judge("business", calls)
    shown: list[Row] = []
    for name, (ledger, processes) in address.items():
        way: Way = partial(threads if "threads" in name else tasks, "business", ledger)
        shown += business.judges(name, way, calls, processes, 93 if "429" in name else 95)
    yield "Many: Zoom.update_many, of 80 a second", shown
    people: dict[str, Way] = {
        "a loop": partial(pool, "loop"),
        "a pool": partial(pool, "none"),
        "a pool that sleeps on a 429": partial(pool, "sleep"),
        "a pool, tenacity": partial(pool, "tenacity"),
        "a pool, pyrate-limiter at 76": partial(pool, "pyrate"),
        "tasks, aiolimiter(80, 1)": aio,
    }
    shown = []
    for name, way in people.items():
        shown += business.judges(name, way, calls // 6 if name == "a loop" else calls, 1)
    yield "Many: what people do, of 80 a second", shown
    pro = Judge("pro", calls // 6)
    shown = [
        *pro.judges("one process, threads", partial(threads, "pro", "memory:"), calls // 6, 1, 95),
        *pro.judges("one process, tasks", partial(tasks, "pro", "memory:"), calls // 6, 1, 95),
    ]
    yield "Many: Zoom.update_many, of 30 a second", shown
    yield "Many: memory", _memory(run)


class Judge:
    """A simulator in a process of its own, and a sleeper beside it that sees a machine stall."""

    def __init__(self, plan: str, calls: int) -> None:
        self._limit = facts.RATES[plan].per_second
        self._lag = SPAWN.Value("d", 0.0)
        here, there = SPAWN.Pipe()
        for target, given in ((_simulate, (plan, calls, there)), (_sleep, (self._lag,))):
            SPAWN.Process(target=target, args=given, daemon=True).start()
        self._origin = here.recv()

    def judges(
        self, name: str, way: Way, calls: int, processes: int, goal: float = 0
    ) -> Iterator[Row]:
        """Send by that way from some processes; the arrivals tell the rate."""
        say(name)
        control = f"{self._origin}/simulator"
        for what in ("quota", "requests", "faults"):
            httpx.delete(f"{control}/{what}").raise_for_status()
        stray = {"kind": "second", "match": "PATCH", "nth": calls // 4}
        late = {"kind": "latency", "seconds": AWAY, "match": "PATCH", "times": None}
        faults = [stray, late] if "stray" in name else [late]
        httpx.post(f"{control}/faults", json=faults).raise_for_status()
        parts = [range(FIRST + one, FIRST + calls, processes) for one in range(processes)]
        self._lag.value = 0.0
        with SPAWN.Pool(processes) as workers:
            spent = workers.map(partial(way, self._origin), parts, 1)
        seen = httpx.get(f"{control}/arrivals").json()["PATCH"]
        first, last = (datetime.fromisoformat(seen[name]) for name in ("first", "last"))
        seconds, answers = (last - first).total_seconds(), seen["answers"]
        refused, made = answers.get("429", 0), answers.get("204", 0)
        row: Row = {
            "name": name,
            "value": round(100 * (made - 1) / seconds / self._limit, 1),
            "unit": f"%, {seconds:.1f} s, {refused} × 429, {calls - made} lost, at most"
            f" {seen['fullest_second']} a second, {1000 * self._lag.value:.0f} ms still",
        }
        if not goal:
            yield row
            return
        few = refused - ("stray" in name) <= 0.002 * calls
        met = None if self._lag.value > STILL else row["value"] >= goal and few
        yield row | {"goal": f"≥ {goal:g}, ≤ 0.2 % refused", "met": met}
        yield from rows(
            {f"{name}: CPU": [sum(spent) / calls * 1e3]}, {f"{name}: CPU": "≤ 1.5"}, "ms"
        )


def _simulate(plan: Any, calls: int, pipe: Connection) -> None:
    with Simulator(plan=plan) as zoom:
        zoom.add_meetings([{"id": FIRST + n, "host_id": f"host-{n % HOSTS}"} for n in range(calls)])
        pipe.send(zoom.url.removesuffix("/v2"))
        zoom.wait()


def _sleep(lag: Any) -> None:
    while True:
        before = time.perf_counter()
        time.sleep(0.005)
        lag.value = max(lag.value, time.perf_counter() - before - 0.005)


def _options(plan: str, ledger: str, origin: str) -> dict[str, Any]:
    app = ServerToServer(
        "sim-account", "sim-client", "sim-secret", token_url=f"{origin}/oauth/token"
    )
    more = {"base_url": f"{origin}/v2", "ledger": ledger, "account_plan": plan}
    return {"auth": app, "wait": 120, **more}


def _changes(numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    return ({"meeting": n, "host": f"host-{(n - FIRST) % HOSTS}", **BODY} for n in numbers)


def threads(plan: str, ledger: str, origin: str, numbers: Sequence[int]) -> float:
    """Send updates from several threads."""
    check(**BODY)  # what is loaded for the first of all is no update's
    began = time.process_time()
    with Zoom(**_options(plan, ledger, origin)) as zoom, zoom.update_many(_changes(numbers)) as run:
        assert all(one.status == "accepted" for one in run)
    return time.process_time() - began


def tasks(plan: str, ledger: str, origin: str, numbers: Sequence[int]) -> float:
    """Send updates from several tasks."""
    check(**BODY)
    began = time.process_time()
    asyncio.run(_by_tasks(_options(plan, ledger, origin), numbers))
    return time.process_time() - began


async def _by_tasks(options: Mapping[str, Any], numbers: Sequence[int]) -> None:
    async with AsyncZoom(**options) as zoom, zoom.update_many(_changes(numbers)) as run:
        async for one in run:
            assert one.status == "accepted"


def _client(kind: type[Any], origin: str) -> Any:
    form = {"grant_type": "account_credentials", "account_id": "sim-account"}
    said = httpx.post(f"{origin}/oauth/token", data=form, auth=("sim-client", "sim-secret")).json()
    headers = {"Authorization": f"Bearer {said['access_token']}"}
    return kind(base_url=f"{origin}/v2", headers=headers, timeout=30)


def pool(how: str, origin: str, numbers: Sequence[int]) -> None:
    """Update from bare httpx in threads: with what people put around it."""
    import pyrate_limiter  # these are in no other environment than the bench's
    import tenacity

    limiter = pyrate_limiter.Limiter(pyrate_limiter.Rate(76, pyrate_limiter.Duration.SECOND))
    again = tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda answer: answer.status_code == 429),
        wait=tenacity.wait_random_exponential(max=10),
    )
    with _client(httpx.Client, origin) as client:

        def send(number: int) -> None:
            if how == "pyrate":
                limiter.try_acquire("zoom")
            once = partial(client.patch, f"/meetings/{number}", json=BODY)
            answer = again(once) if how == "tenacity" else once()
            while how == "sleep" and answer.status_code == 429:
                time.sleep(1)
                answer = once()

        with ThreadPoolExecutor(1 if how == "loop" else WORKERS) as workers:
            list(workers.map(send, numbers))


def aio(origin: str, numbers: Sequence[int]) -> None:
    """Update from bare httpx in tasks, behind a leaky bucket."""
    import aiolimiter

    async def send(client: httpx.AsyncClient, bucket: Any, number: int) -> None:
        async with bucket:
            await client.patch(f"/meetings/{number}", json=BODY)

    async def all_of_them() -> None:
        bucket = aiolimiter.AsyncLimiter(80, 1)
        async with _client(httpx.AsyncClient, origin) as client:
            await asyncio.gather(*(send(client, bucket, number) for number in numbers))

    asyncio.run(all_of_them())


def _memory(run: Run) -> list[Row]:
    """Measure a process after a thousand changes, and after a hundred times as many."""
    sizes = (100, 1000) if run.quick else (1000, 10_000, 100_000)
    here, there = SPAWN.Pipe()
    given = (run.server.http, str(run.folder / "many.sqlite3"), sizes, there)
    SPAWN.Process(target=_grow, args=given, daemon=True).start()
    measured = {f"after {size:,} changes": [here.recv()] for size in sizes}
    return rows(measured, {list(measured)[-1]: "≤ 1.2 ×"}, "MB")


def _grow(server: str, file: str, sizes: Sequence[int], pipe: Connection) -> None:
    off = Limits(meeting=None, host=None, account_day=None, per_second=None)
    ledger = SQLiteLedger(file, durability="normal")
    options = {"base_url": f"{server}/v2", "ledger": ledger, "limits": off}
    for before, size in zip((0, *sizes), sizes, strict=False):
        auth = Bearer("bench", account="bench")
        asyncio.run(_by_tasks({"auth": auth, **options}, range(FIRST + before, FIRST + size)))
        pipe.send(megabytes("self", "VmRSS:"))
