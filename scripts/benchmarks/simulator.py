"""The simulator, in a process of its own: how soon it is there, how fast, how large it grows."""

from __future__ import annotations

import base64
import http.client
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from .harness import Case, Goal, Run, Table, figures, measure

SOAK, WARM = 100_000, 10_000
# Five hundred updates a second are two milliseconds each, client included.
FIVE_HUNDRED = Goal(2_000, "most", wall=True)
SECOND = Goal(1_000, "most", wall=True)
FLAT = Goal(1.1)
_TOPIC: dict[str, Any] = {"topic": "Weekly", "settings": {"waiting_room": True}}
_SERIES: dict[str, Any] = {
    "start_time": "2100-01-04T09:00:00",
    "timezone": "Europe/Berlin",
    "recurrence": {"type": 2, "weekly_days": "2", "end_times": 12},
}
_SERVER = """
import json, sys
from rezoom.simulator import Simulator
with Simulator(limits=False) as sim:
    numbers = [sim.add_meeting(), sim.add_series()]
    print(json.dumps([sim.url, sim.token_url, numbers]), flush=True)
    sys.stdin.read()
"""


class Client:
    """One connection that is kept, and no more client than that."""

    def __init__(self, server: Server) -> None:
        self._line = http.client.HTTPConnection(server.address)
        self._headers = {"Authorization": f"Bearer {server.token}"}
        self._headers["Content-Type"] = "application/json"

    def update(self, number: int, body: bytes) -> None:
        """Send one update, which must be taken."""
        self._line.request("PATCH", f"/v2/meetings/{number}", body, self._headers)
        self._done(204)

    def read(self, number: int) -> None:
        """Read a meeting, which must be there."""
        self._line.request("GET", f"/v2/meetings/{number}", headers=self._headers)
        self._done(200)

    def _done(self, expected: int) -> None:
        answer = self._line.getresponse()
        content = answer.read()
        if answer.status != expected:
            raise RuntimeError(f"{answer.status}: {content[:200]!r}")


class Server:
    """A running simulator with a meeting and a series, and a token for it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        url, token_url, (self.single, self.series) = json.loads(process.stdout.readline())
        self.address: str = url.split("/")[2]
        line = http.client.HTTPConnection(self.address)
        known = base64.b64encode(b"sim-client:sim-secret").decode()
        query = "grant_type=account_credentials&account_id=sim-account"
        path = "/" + token_url.split("/", 3)[3]
        line.request("POST", f"{path}?{query}", headers={"Authorization": f"Basic {known}"})
        self.token: str = json.loads(line.getresponse().read())["access_token"]

    def memory(self) -> float | None:
        """Return what it holds in megabytes; None where nobody tells."""
        try:
            lines = Path(f"/proc/{self._process.pid}/status").read_text("ascii").splitlines()
        except OSError:
            return None
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@contextmanager
def serving() -> Iterator[Server]:
    """Run a simulator in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Server(process)
    finally:
        process.communicate()


def tables(run: Run) -> Iterator[Table]:
    """Yield the start, the pace, and, unless it is to be quick, a hundred thousand requests."""
    cpu, wall = zip(*(_start() for _ in range(min(run.rounds, 7))), strict=True)
    began = figures(["a process, its imports, a meeting, a token"], [SECOND], [cpu], [wall])
    yield Table("The simulator: from nothing to the first token", began, "ms", "CPU of all of it")
    with serving() as server:
        note = "CPU of the client alone; the wall is that of both, and the goal is 500 a second"
        asked = measure(pace(server), run.fewer(9))
        yield Table("The simulator: requests over http", asked, note=note)
    if not run.quick:
        yield soak(run)


def pace(server: Server) -> Sequence[Case]:
    """List what is asked of it, one after the other and from four connections."""
    topic, series = json.dumps(_TOPIC).encode(), json.dumps(_SERIES).encode()
    one, several = Client(server), [Client(server) for _ in range(4)]

    def together() -> None:
        threads = [
            threading.Thread(target=_repeated, args=(partial(client.update, number, topic), 25))
            for client, number in zip(several, (server.single, server.series) * 2, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    goal = FIVE_HUNDRED
    return [
        Case("GET a series", partial(one.read, server.series)),
        Case("PATCH topic and a setting", partial(one.update, server.single, topic), goal=goal),
        Case("PATCH a series' pattern", partial(one.update, server.series, series), goal=goal),
        Case("PATCH over four connections", together, 100, goal),
    ]


def soak(run: Run) -> Table:
    """Send a hundred thousand requests and see that nothing piles up."""
    topic, series = json.dumps(_TOPIC).encode(), json.dumps(_SERIES).encode()
    with serving() as server:
        client, began = Client(server), time.perf_counter()
        sizes = [server.memory()]
        for number in range(SOAK):
            if number % 3 == 0:
                client.read(server.series)
            else:
                client.update(server.single, topic) if number % 3 == 1 else client.update(
                    server.series, series
                )
            if number + 1 in {WARM, SOAK}:
                sizes.append(server.memory())
            if number % 5_000 == 0:
                run.progress(f"soak: {number:,} of {SOAK:,}")
        passed = time.perf_counter() - began
    names = ["at the start", f"after {WARM:,} requests", f"after {SOAK:,} requests"]
    goal = Goal(FLAT.limit, "times", names[1])
    known = [[size or 0.0] for size in sizes]
    note = f"{SOAK:,} reads and updates in {passed:,.0f} s; the log keeps the last ten thousand"
    return Table("The simulator: memory", figures(names, [None, None, goal], known), "MB", note)


def _repeated(work: partial[None], times: int) -> None:
    for _ in range(times):
        work()


def _start() -> tuple[float, float]:
    """Start one and end it; return its CPU and how long the token took, in milliseconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with serving():
        passed = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent * 1e3, passed * 1e3
