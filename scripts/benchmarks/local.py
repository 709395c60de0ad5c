"""What is done on this machine: counting in a ledger, judging a body, planning, a series."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from timeit import timeit

import httpx
import redis
from dateutil.rrule import TU, WEEKLY, rrule
from rezoom._change.diff import make_plan
from rezoom._client.sending import prepare
from rezoom._rules.judge import Change
from rezoom.quota import Grant, Ledger, Limits, MemoryLedger, Policy, RedisLedger, SQLiteLedger
from rezoom.recurrence import TUE, Recurrence
from rezoom.simulator import Simulator

from .harness import Row, Run, Table, Work, measure, rows, say

# The day and the pace are out of reach: every reservation does its full work, and none is refused.
POLICY = Policy(Limits(account_day=10**9, per_second=1e6))
# So many that none comes near its hundred.
MEETINGS = 5000
FILL = "INSERT INTO slot (scope, token, state, free_at, send_by) VALUES (?, ?, 'settled', ?, 0)"
FULL = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE one (number INTEGER PRIMARY KEY); CREATE TABLE two (number INTEGER PRIMARY KEY)
"""
TRANSACTION = (
    "BEGIN IMMEDIATE; INSERT INTO one VALUES (NULL); INSERT INTO two VALUES (NULL); COMMIT"
)
WHOLE = Path(__file__).parents[2] / "tests" / "golden" / "wire" / "whole" / "full-weekly.json"
ADDRESS = "https://api.zoom.us/v2/meetings/85746065"
YEAR = 52


def ledgers(run: Run) -> Iterator[Table]:
    """Reserve in three scopes and the pace, and settle: in every ledger, beside its floor."""
    with ExitStack() as stack:
        name = "memory ledger"
        memory = rows(measure({name: _both(MemoryLedger())}, run), {name: "≤ 10"})
        counted = [*memory, *_beside_rows(run, stack), *_processes(run)]
        yield "Ledgers", [*counted, *_full(run, stack), *_redis(run, stack)]


def _beside_rows(run: Run, stack: ExitStack) -> list[Row]:
    """Count in an empty file, and in one where other meetings are one short of their hundred."""
    size = 10_000 if run.quick else 1_000_000
    empty, full = "SQLite ledger, NORMAL", f"SQLite ledger, NORMAL, beside {size:,} rows"
    made = {name: SQLiteLedger(run.folder / name, durability="normal") for name in (empty, full)}
    cases = {name: _both(stack.enter_context(closing(one))) for name, one in made.items()}
    say(f"a file with {size:,} rows")
    others = [POLICY.reservation("others", number) for number in range(size // 99)]
    scopes = sorted(one.scopes[0].key for one in others)
    made[full].usage(others[0])  # makes the tables
    free_at = int((time.time() + 20 * 3600) * 1e6)
    with closing(sqlite3.connect(run.folder / full)) as db, db:
        db.executemany(FILL, ((scope, str(n), free_at) for scope in scopes for n in range(99)))
    return rows(measure(cases, run), {empty: "≤ 100", full: "≤ 1.3 ×"})


def _processes(run: Run) -> list[Row]:
    alone, four = (f"SQLite ledger, NORMAL, {each}" for each in ("alone", "each of four processes"))
    found: dict[str, list[float]] = {alone: [], four: []}
    say(f"{alone}; {four}")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        for turn in range(run.rounds(7)):
            for name, number in ((alone, 1), (four, 4)):
                count_in = partial(_count_in, run.folder / f"{name}-{turn}", run.quick)
                found[name].append(sum(pool.map(count_in, range(number), 1)) / number)
    return rows(found, {four: "≤ 1.2 ×"})


def _count_in(file: Path, quick: bool, nth: int) -> float:
    """In a process of its own, count meetings of its own; return the CPU of an update."""
    updates = 300 if quick else 3000
    with closing(SQLiteLedger(file, durability="normal", patience=60)) as ledger:
        work = _both(ledger, nth)
        work()  # opens the file
        return timeit(work, number=updates, timer=time.process_time) / updates * 1e6


def _full(run: Run, stack: ExitStack) -> list[Row]:
    reserve, settle = _steps(stack.enter_context(closing(SQLiteLedger(run.folder / "full"))))
    db = stack.enter_context(closing(sqlite3.connect(run.folder / "floor", isolation_level=None)))
    db.executescript(FULL)
    statements = TRANSACTION.split("; ")
    floor = {"BEGIN IMMEDIATE … COMMIT, two tables": lambda: [*map(db.execute, statements)]}
    steps = {"SQLite ledger, FULL: reserve": reserve, "SQLite ledger, FULL: settle": settle}
    samples = measure(floor | steps, run, clock=time.perf_counter)
    return rows(samples, dict.fromkeys(steps, "≤ 1.3 ×"), "µs, wall")


def _redis(run: Run, stack: ExitStack) -> list[Row]:
    """Each step is one round trip, as that of a script which only counts."""
    reserve, settle = _steps(stack.enter_context(closing(RedisLedger(run.redis_url))))
    client = stack.enter_context(redis.Redis.from_url(run.redis_url))
    script = client.script_load("return redis.call('INCR', KEYS[1])")
    cases: dict[str, Work] = {
        "EVALSHA of a counter": lambda: client.evalsha(script, 1, "bench"),
        "Redis ledger: reserve": reserve,
        "Redis ledger: settle": settle,
    }
    timed = rows(measure(cases, run, clock=time.perf_counter), unit="µs, wall")
    before, trips = _reads(client), "Redis ledger: round trips of both"
    reserve()
    settle()
    # The second look is one too.
    return [*timed, *rows({trips: [_reads(client) - before - 1]}, {trips: "≤ 2"}, "an update")]


def _reads(client: redis.Redis) -> int:
    return int(client.info("stats")["total_reads_processed"])


def _both(ledger: Ledger, nth: int = 0) -> Work:
    reserve, settle = _steps(ledger, nth)
    return lambda: (reserve(), settle())


def _steps(ledger: Ledger, nth: int = 0) -> tuple[Work, Work]:
    """Reserve for one meeting after the other, each with a host of its own, and settle that."""
    own = range(nth * MEETINGS, (nth + 1) * MEETINGS)
    reservations = [POLICY.reservation("bench", number, f"host-{number}") for number in own]
    grants: deque[Grant] = deque()
    numbers = count()

    def reserve() -> None:
        number = next(numbers)
        asked = reservations[number % MEETINGS]
        grants.append(ledger.reserve(asked, f"{nth}-{number}", wait=1e9))

    return reserve, lambda: ledger.settle(grants.popleft())


def bodies(run: Run) -> Iterator[Table]:
    """Judge a body and write its request, beside httpx, which only writes it."""
    client, shown = httpx.Client(), list[Row]()
    whole = json.loads(WHOLE.read_text("utf-8"))["body"]
    for name, body in {"topic alone": {"topic": "Weekly"}, "all 140 paths": whole}.items():
        bare = partial(client.build_request, "PATCH", ADDRESS, json=body)
        ours = partial(prepare, Change(85746065, body=body), datetime.now(UTC))
        cases: dict[str, Work] = {
            f"httpx.Client.build_request(json=…): {name}": bare,
            f"judged and built: {name}": ours,
        }
        shown += rows(measure(cases, run))
    yield "Writing a request", shown


def plan(run: Run) -> Iterator[Table]:
    """Plan other days for a series of sixty meetings, from a read that is there."""
    days = {"type": 2, "repeat_interval": 1, "weekly_days": "2,4", "end_times": 60}
    with Simulator() as sim:
        read = sim.meeting(sim.add_series(recurrence=days))
    change = Change(read["id"], {"recurrence": {"weekly_days": "3,5"}})
    about = {"meeting": read["id"], "account": "bench", "now": datetime.now(UTC)}
    name = "plan: other days for a series of sixty"
    planned = measure({name: partial(make_plan, change, read, **about)}, run)
    yield "A plan", rows(planned, {name: "≤ 1000"})


def recurrence(run: Run) -> Iterator[Table]:
    """List a year of weekly starts, across two clock changes, beside dateutil."""
    first = datetime(2026, 3, 3, 9, 0)
    weekly = Recurrence.weekly(TUE).times(YEAR)
    cases: dict[str, Work] = {
        "dateutil: a year of weekly starts, local only": lambda: list(
            rrule(WEEKLY, dtstart=first, byweekday=TU, count=YEAR)
        ),
        "rezoom: the same, local and UTC": lambda: weekly.starting(
            first, tz="Europe/Berlin"
        ).occurrences(),
    }
    yield "A series", rows(measure(cases, run))
