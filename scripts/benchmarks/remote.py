"""Updates over real sockets: rezoom with everything on, beside bare httpx and the peers."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import peers
from rezoom import AsyncZoom, Bearer, Limits, RezoomError, Zoom
from rezoom.quota import MemoryLedger, RedisLedger, SQLiteLedger

from .harness import Row, Run, Table, Work, measure, rows, say

# Sends one update of a meeting; of an async client it is to be awaited.
Send: TypeAlias = Callable[[int], Any]
BODY: dict[str, Any] = {"topic": "Weekly", "duration": 45}
AUTH = Bearer("bench", account="bench")
# All limits count, the day and the pace out of reach: every reservation does its full work.
LIMITS = Limits(account_day=10**9, per_second=1e6)
# So many that none comes near its hundred, and no two updates under way are of one meeting.
MEETINGS = range(85_000_000, 85_020_000)
OURS, BROUGHT = "Zoom.update, memory ledger", "Zoom.update, memory ledger, your own httpx.Client"
NORMAL = "Zoom.update, SQLite ledger, NORMAL"
GOALS = {OURS: "≤ 1.4 ×", NORMAL: "≤ 1.9 ×", BROUGHT: "≤ 1.5 ×"}
# Programs that print one number; an installed click would make httpx load it.
SPENT = "; import time; print(time.process_time() * 1e3)"
ALONE = "import sys; sys.modules['click'] = None; import httpx"
ZOOM = "from rezoom import Zoom"
LOADED = """
import sys, rezoom
print(len(sys.modules.keys() & {"httpx", "attr", "attrs", "pydantic", "typer", "redis"}))
"""
BARE_UPDATE = """
import sys, httpx
with httpx.Client() as client:
    client.patch(sys.argv[1] + "/meetings/1", json={"topic": "x"})
"""
OUR_UPDATE = """
import sys
from rezoom import Bearer, Zoom
with Zoom(Bearer("b", account="bench"), base_url=sys.argv[1], ledger="memory:") as zoom:
    zoom.update(1, topic="x")
"""
PEAK = 'print(int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024)'
# By the goal of the last of them, and the unit.
PROGRAMS = {
    "≤ 0.6 × ms": {"import httpx, without its command line": ALONE + SPENT, ZOOM: ZOOM + SPENT},
    "≤ 0 loaded": {"import rezoom: httpx, attrs, pydantic, typer, redis": LOADED},
    "≤ +15 MB": {
        "httpx.Client, one PATCH: peak": BARE_UPDATE + PEAK,
        "Zoom, one update: peak": OUR_UPDATE + PEAK,
    },
}
TIMEOUT, PATIENCE, GIGABYTE = 1.0, 5.0, 1 << 30
BAD = {"an endless body": "/endless", "a gigabyte of gzip": "/gzip", "a byte every 50 ms": "/drip"}


def update(run: Run) -> Iterator[Table]:
    """Measure one update after the other, then several at once, in CPU of this process."""
    for scheme, server in (("https", run.server.https), ("http", run.server.http)):
        with ExitStack() as stack:
            open_zoom = partial(_zoom, server, stack)
            bare, brought = (stack.enter_context(httpx.Client(timeout=30)) for _ in range(2))
            sqlite = SQLiteLedger(run.folder / f"{scheme}.sqlite3", durability="normal")
            ours = {
                "httpx.Client.patch(json=…), reused": _by_httpx(bare, server),
                OURS: open_zoom(),
                NORMAL: open_zoom(ledger=sqlite),
                "Zoom.update, Redis ledger": open_zoom(ledger=RedisLedger(run.redis_url)),
                BROUGHT: open_zoom(http=brought),
            }
            names = peers.PEERS if scheme == "https" else ()
            others = {f"{name} {peers.version(name)}": _by_peer(name, server) for name in names}
            cases = {name: _repeated(send) for name, send in (ours | others).items()}
            found = rows(measure(cases, run), GOALS | dict.fromkeys(others, f"≥ 4 × {OURS}"))
            # The README shows one of the peers.
            yield f"One update over {scheme}", found[: len(ours) + 1]
            if others:
                yield "Other clients over https", found[len(ours) + 1 :]
            opened = [_opened(name, work, run) for name, work in cases.items()]
            yield f"New connections over {scheme}", opened
    several: list[Row] = []
    for number in (1, 16, 64):
        name = f"AsyncZoom.update, {number} in flight"
        with _at_once(run.server.https, number, 4, name) as cases:
            samples = measure(cases, run, each=4 * number, rounds=11)
        several += rows(samples, {name: "≤ 1 ×"} if number > 1 else {})
    yield "Many at once over https", several


def latency(run: Run) -> Iterator[Table]:
    """Keep 64 updates in flight to a server that takes 100 ms for each."""
    name, turns = "AsyncZoom.update, 64 in flight, 100 ms away", 3 if run.quick else 10
    with _at_once(f"{run.server.https}/late", 64, turns, name) as cases:
        timed = partial(measure, cases, run, each=64 * turns, rounds=3)
        spent, passed = timed(), timed(clock=time.perf_counter)
    rates = {case: [1e6 / each for each in rounds] for case, rounds in passed.items()}
    found = [*rows(rates, {name: "≥ 450"}, "a second"), *rows(spent, {name: "≤ 1000"})]
    yield "100 ms away over https", found


def start(run: Run) -> Iterator[Table]:
    """Import and update in fresh interpreters, each as fast and as small as it ever was."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(run.folder / "compiled")}
    # As installed: compiled before, wherever this runs from.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    shown: list[Row] = []
    for promise, codes in PROGRAMS.items():
        say("; ".join(codes))
        best = {name: [float("inf")] for name in codes}
        for _ in range(run.rounds(11)):
            for name, code in codes.items():
                command = [sys.executable, "-c", code, f"{run.server.https}/v2"]
                printed = subprocess.check_output(command, env=environment)
                best[name] = [min(*best[name], float(printed))]
        goal, unit = promise.rsplit(maxsplit=1)
        shown += rows(best, {list(codes)[-1]: goal}, unit)
    yield "To begin with", shown


def bounded(run: Run) -> Iterator[Table]:
    """Ask for answers that never end, and see when the call is back and what it has kept."""
    spawn = multiprocessing.get_context("spawn")
    shown: list[Row] = []
    for name, way in BAD.items():
        say(name)
        here, there = spawn.Pipe()
        client = spawn.Process(target=_ask, args=(run.server.http, way, there))
        client.start()
        there.close()
        here.recv()
        before, began = megabytes(client.pid, "VmRSS:"), time.perf_counter()
        # Not back in time, or only since it had no memory left: it is given up.
        back_by_itself = here.poll(PATIENCE) and here.recv()
        seconds = time.perf_counter() - began if back_by_itself else PATIENCE
        grown = megabytes(client.pid, "VmHWM:") - before
        client.kill()
        back, memory = f"{name}: back after", f"{name}: memory"
        shown += rows({back: [seconds]}, {back: f"≤ {TIMEOUT + 2:g}"}, "s")
        shown += rows({memory: [grown]}, {memory: "≤ 50"}, "MB more")
    yield "Answers without an end", shown


def _ask(server: str, way: str, pipe: Connection) -> None:
    """In a process of its own, ask for a good answer and a bad one, and wait to be looked at."""
    with ExitStack() as stack:
        good, bad = (
            _zoom(f"{server}{path}", stack, timeout=TIMEOUT, retries=0) for path in ("", way)
        )
        good(1)
        # What nothing else bounds is bounded by this.
        resource.setrlimit(resource.RLIMIT_AS, (GIGABYTE, GIGABYTE))
        pipe.send("ready")
        try:
            with suppress(RezoomError):
                bad(1)
            pipe.send(True)
        except MemoryError:
            pipe.send(False)
        pipe.recv()


def megabytes(process: int | str | None, name: str) -> float:
    """Read a size of a process's memory."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.split(name)[1].split()[0]) / 1024


def _options(server: str, **more: Any) -> dict[str, Any]:
    base = f"{server}/v2"
    return {"auth": AUTH, "base_url": base, "ledger": MemoryLedger(), "limits": LIMITS} | more


def _zoom(server: str, stack: ExitStack, **more: Any) -> Send:
    return _by_zoom(stack.enter_context(Zoom(**_options(server, **more))))


def _by_zoom(zoom: Zoom | AsyncZoom) -> Send:
    return lambda meeting: zoom.update(meeting, host=f"host-{meeting % 1000}", **BODY)


def _by_httpx(client: httpx.Client | httpx.AsyncClient, server: str) -> Send:
    headers = {"Authorization": "Bearer bench"}
    address = f"{server}/v2/meetings/{{}}"
    return lambda meeting: client.patch(address.format(meeting), json=BODY, headers=headers)


def _by_peer(name: str, server: str) -> Send:
    client = peers.connect(name, peers.Access(f"{server}/v2", f"{server}/oauth/token"))
    return lambda meeting: client.patch(meeting, BODY)


def _repeated(send: Send) -> Work:
    numbers = cycle(MEETINGS)
    return lambda: send(next(numbers))


@contextmanager
def _at_once(server: str, number: int, turns: int, name: str) -> Iterator[dict[str, Work]]:
    """Make a case of bare httpx and one of ours: so many tasks that send one after the other."""
    wide = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    bare = httpx.AsyncClient(timeout=30, limits=wide)
    zoom = AsyncZoom(**_options(server))

    def tasks(send: Send) -> Work:
        numbers = cycle(MEETINGS)

        async def task() -> None:
            for _ in range(turns):
                await send(next(numbers))

        async def all_of_them() -> None:
            await asyncio.gather(*(task() for _ in range(number)))

        return lambda: runner.run(all_of_them())

    with asyncio.Runner() as runner:
        floor = f"httpx.AsyncClient.patch, {number} in flight"
        yield {floor: tasks(_by_httpx(bare, server)), name: tasks(_by_zoom(zoom))}
        runner.run(zoom.aclose())
        runner.run(bare.aclose())


def _opened(name: str, work: Work, run: Run) -> Row:
    """Count at the server how many connections each of twenty calls opens."""
    before = run.server.connections
    for _ in range(20):
        work()
    opened = {name: [(run.server.connections - before) / 20]}
    return rows(opened, {name: "≤ 0"} if name.startswith("Zoom") else {}, "a call")[0]
