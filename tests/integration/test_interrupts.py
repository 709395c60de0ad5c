"""An exception out of a signal handler, at every place where one can come: nothing is lost."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import cast

import httpx
import pytest
import signalled_worker
from anyio._backends._asyncio import WorkerThread
from clocks import MONDAY_NOON, FakeClock
from interrupts import Interrupt, Place, interrupted, places
from ledgers import LEDGERS
from rezoom import AsyncZoom, Bearer, QuotaExceeded, RezoomError, Zoom
from rezoom._ledger.model import account_key
from rezoom._ledger.pacing import Pace
from rezoom._wire import facts
from rezoom.quota import Gauge, Grant, Guard, Ledger, Policy, Reservation, Scope

# A file, a connection or a coroutine that an interrupt drops is closed by its finalizer, which
# warns of that.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning"),
]
# The two ledgers of one file are asked by turns: another one would go on than was interrupted. And
# one Redis is enough: nothing here depends on its version.
ONES = [name for name in LEDGERS if name not in ("sqlite by two", "redis 6.2")]
# Redis has no lock that a second interrupt could lose.
LOCKING = [name for name in ONES if not name.startswith("redis")]


def asking(key: str) -> Reservation:
    """Ask for a place in a scope of each kind: rolling, by the day, in bundles, and at a pace."""
    scopes = (
        Scope("meeting", f"a/b/meeting/{key}", 3, exclusive=True),
        Scope("host", f"a/b/host/{key}", 100, "utc-day"),
        Scope("account", f"a/b/{key}/day", 1000),
    )
    return Reservation(scopes, Pace(f"a/b/{key}/pace", 50.0, 50.0))


def counts(ledger: Ledger, asked: Reservation) -> list[tuple[int, int, int]]:
    """Read what is pending, used and unknown in each scope."""
    gauges: list[Gauge] = [ledger.usage(Reservation((scope,))) for scope in asked.scopes]
    return [(gauge.pending, gauge.used, gauge.unknown) for gauge in gauges]


def nobody_holds(folder: Path) -> None:
    """See that no lock and no transaction is left in the files of a ledger."""
    file = folder / "quota.sqlite3"
    if file.exists():
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise AssertionError("a transaction that writes is left open") from error
            db.execute("ROLLBACK")
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert not busy, "a transaction that reads is left open"


def beside(call: Callable[[], object]) -> None:
    """Make a call in a thread: a lock that was lost would hold it for ever."""
    failed: list[BaseException] = []

    def made() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread of the test
            failed.append(error)

    thread = threading.Thread(target=made, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "a lock is held"
    if failed:
        raise failed[0]


# Nothing here meets TLS, and reading the system's certificates takes long.
NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UNTIL = MONDAY_NOON + timedelta(hours=5)


class Step:
    """A call of a ledger's, about a new meeting each time; a subclass says what has to hold."""

    name = ""
    reserved = True

    def __init__(self, ledger: Ledger, key: str) -> None:
        self.ledger, self.key, self.asked = ledger, key, asking(key)
        self.grant = Grant(key, self.asked, 0)
        if self.reserved:
            self.grant = ledger.reserve(self.asked, key)

    def call(self) -> object:
        """Call it, perhaps for a second time."""
        return getattr(self.ledger, self.name)(*self.arguments())

    def arguments(self) -> tuple[object, ...]:
        """List what it is called with."""
        return (self.grant,)

    def holds(self) -> None:
        """See that an interrupt has left all or nothing, and that the same call does it all."""
        assert counts(self.ledger, self.asked) == [(1, 0, 0)] * 3
        self.call()


class _Reserve(Step):
    name, reserved = "reserve", False

    def arguments(self) -> tuple[object, ...]:
        return self.asked, self.key

    def holds(self) -> None:
        assert counts(self.ledger, self.asked) == [(0, 0, 0)] * 3
        # A turn may stay taken: the next one is hundredths of a second later.
        self.ledger.release(self.ledger.reserve(self.asked, f"{self.key} again", wait=1))


class _End(Step):
    ended = (0, 1, 0)

    def holds(self) -> None:
        assert set(counts(self.ledger, self.asked)) <= {(1, 0, 0), self.ended}
        self.call()
        assert counts(self.ledger, self.asked) == [self.ended] * 3


class _Settle(_End):
    name = "settle"


class _Release(_End):
    name, ended = "release", (0, 0, 0)


class _Abandon(_End):
    name, ended = "abandon", (0, 0, 1)


class _Block(Step):
    name = "block"

    def arguments(self) -> tuple[object, ...]:
        return self.asked, "host", UNTIL, "why"

    def holds(self) -> None:
        super().holds()
        self.ledger.release(self.grant)
        with pytest.raises(QuotaExceeded) as refused:
            self.ledger.reserve(self.asked, f"{self.key} again")
        assert refused.value.retry_at == UNTIL


class _External(Step):
    name = "external"

    def arguments(self) -> tuple[object, ...]:
        return self.asked, "host", 40

    def holds(self) -> None:
        super().holds()
        host = self.ledger.usage(self.asked).host
        assert host is not None
        assert (host.pending, host.external) == (1, 39)


class _SlowDown(Step):
    name = "slow_down"

    def arguments(self) -> tuple[object, ...]:
        return self.asked, 20


class _Usage(Step):
    name = "usage"

    def arguments(self) -> tuple[object, ...]:
        return (self.asked,)


class _Keys(Step):
    name = "keys"

    def arguments(self) -> tuple[object, ...]:
        return (f"a/b/meeting/{self.key}",)


class _Reset(Step):
    name = "reset"

    def arguments(self) -> tuple[object, ...]:
        return ("a/b/",)

    def holds(self) -> None:
        assert counts(self.ledger, self.asked) in ([(1, 0, 0)] * 3, [(0, 0, 0)] * 3)
        self.call()
        assert self.ledger.keys("") == ()


class _HostOf(Step):
    name = "host_of"
    found: tuple[str | None, ...] = (None,)

    def arguments(self) -> tuple[object, ...]:
        return "a", self.key

    def holds(self) -> None:
        assert self.ledger.host_of("a", self.key) in self.found
        self.call()
        self.ledger.learn_host("a", self.key, "other")
        assert self.ledger.host_of("a", self.key) == "other"


class _ForgetHost(_HostOf):
    name = "forget_host"


class _LearnHost(_HostOf):
    name, found = "learn_host", (None, "h")

    def arguments(self) -> tuple[object, ...]:
        return "a", self.key, "h"


STEPS: dict[str, type[Step]] = {
    step.name: step
    for step in (
        *(_Reserve, _Settle, _Release, _Abandon, _Block, _External, _SlowDown, _Usage, _Keys),
        *(_Reset, _HostOf, _ForgetHost, _LearnHost),
    )
}


# Of the places that are further from rezoom than a function it calls, every so manieth.
STRIDE = 25
# Where an interrupt loses what is not rezoom's: these acquire and enter outside of their `try`, so
# a lock of the standard library's or a scope of anyio's is never left again. A client of the
# caller's own, and its event loop, are not fit for use then; what the ledger holds is.
TORN = ("http/cookiejar.py", "anyio/_backends/_asyncio.py", "anyio/_core/_tasks.py")


# Where it cannot be tried: `threading.Condition` is left by a function in Python, and an interrupt
# at its start keeps the lock. anyio hands work to its threads through a `queue.Queue` with three of
# them, and the end of the event loop then waits for ever (seen on 3.11). Not ours to mend.
LOST_FOR_EVER = ("/queue.py", "/threading.py", "/logging/__init__.py")


def torn(place: Place) -> bool:
    """Whether an interrupt there spoils what is not rezoom's."""
    return any(file.replace("\\", "/").endswith(TORN) for file in place.files)


def find(make: Callable[[], Callable[[], object]], stride: int = STRIDE) -> list[Place]:
    """Find the places of a call that is made anew each time; the one that is its caller's is not.

    The result of the call itself is lost after its last instruction: whoever called it has to
    know what it has asked for, as the client does (`HeldSlots`), and as the subjects here do.
    """
    for _ in range(2):
        make()()
    found = [
        place
        for place in places(make())
        if not place.outermost
        and not any(file.replace("\\", "/").endswith(LOST_FOR_EVER) for file in place.files)
    ]
    far = [place for place in found if place.depth > 1]
    return [place for place in found if place.depth <= 1] + far[::stride]


def noted(error: Exception, raised: list[str]) -> Exception:
    """Say where the interrupts were."""
    error.add_note(f"interrupted at {raised}")
    return error


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be logged: a handler takes its lock outside of its `try`, and could lose it."""
    for name in ("rezoom", "rezoom.quota", "asyncio", "httpx", "httpcore"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONES)
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_of_a_ledger_is_whole_or_conservative(
    name: str, step: type[Step], tmp_path: Path, clock: FakeClock
) -> None:
    """Wherever it is interrupted, no lock is held, all scopes agree, and the ledger goes on."""
    numbers = count(100_000)  # of one length, so that all calls come by the same places
    with LEDGERS[name](tmp_path, clock) as ledger:
        found = find(lambda: step(ledger, str(next(numbers))).call)
        for place in found:
            made = step(ledger, str(next(numbers)))
            done = interrupted(made.call, place)
            assert done.raised, f"not come by again: {place.what}"
            try:
                nobody_holds(tmp_path)
                beside(made.holds)
            except (AssertionError, RezoomError) as error:
                raise noted(error, done.raised) from None
    print(f"{name}: {step.name}: {len(found)} places")
    assert found


class Calling:
    """A client in front of a Zoom that answers in this process; a new meeting for each call."""

    def __init__(self, ledger: Ledger, clock: FakeClock) -> None:
        self.ledger, self.clock = ledger, clock
        self.meeting = 8_000_000_000
        self.sent: list[str] = []
        self.account = account_key(facts.BASE_URL, None)
        self.policy = Policy(account_plan="pro")

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Count each request that arrives."""
        self.sent.append(request.url.path)
        return httpx.Response(204)

    def next(self) -> Callable[[], object]:
        """Go on to another meeting, and return the call that updates it."""
        self.meeting += 1
        self.sent.clear()
        self.clock.advance(timedelta(seconds=1))
        return partial(self.update, self.meeting)

    def update(self, meeting: int) -> None:
        """Update a meeting by this client."""
        raise NotImplementedError

    def renew(self) -> None:
        """Make a new client, with an event loop of its own: always, or where one is kept."""

    def fits(self) -> bool:
        """See that what was sent is counted, and can be again; tell if an unsent one is unknown."""
        sent, asked = len(self.sent), self.policy.reservation(self.account, self.meeting, None)
        found = counts(self.ledger, asked)
        assert len(set(found[:1])) == 1
        pending, used, unknown = found[0]
        assert pending == 0
        assert used + unknown == 1 if sent else (used, unknown) in {(0, 0), (0, 1)}
        self.clock.slept.clear()
        self.update(self.meeting)
        # A turn may stay taken.
        assert sum(self.clock.slept) < 1
        assert counts(self.ledger, asked)[0] == (0, used + 1, unknown)
        return not sent and unknown == 1


class _Client(Calling):
    def __init__(self, ledger: Ledger, clock: FakeClock) -> None:
        super().__init__(ledger, clock)
        self.renew()

    def renew(self) -> None:
        http = httpx.Client(transport=httpx.MockTransport(self.answer), verify=NO_TRUST)
        self.zoom = Zoom(
            Bearer("token"), ledger=self.ledger, clock=self.clock, http=http, account_plan="pro"
        )

    def update(self, meeting: int) -> None:
        self.zoom.update(meeting, topic="x")


class _AsyncClient(Calling):
    def update(self, meeting: int) -> None:
        async def update() -> None:
            http = httpx.AsyncClient(transport=httpx.MockTransport(self.answer), verify=NO_TRUST)
            zoom = AsyncZoom(
                Bearer("token"), ledger=self.ledger, clock=self.clock, http=http, account_plan="pro"
            )
            await zoom.update(meeting, topic="x")

        asyncio.run(update())


def url_of(meeting: int) -> str:
    """Write the address of a meeting."""
    return f"{facts.BASE_URL}/meetings/{meeting}"


class _Guard(Calling):
    def __init__(self, ledger: Ledger, clock: FakeClock) -> None:
        super().__init__(ledger, clock)
        self.renew()

    def renew(self) -> None:
        guard = Guard(self.ledger, clock=self.clock, account_plan="pro")
        self.http = httpx.Client(
            transport=guard.transport(httpx.MockTransport(self.answer)), verify=NO_TRUST
        )

    def update(self, meeting: int) -> None:
        self.http.patch(url_of(meeting), json={"topic": "x"})


class _AsyncGuard(Calling):
    def update(self, meeting: int) -> None:
        async def update() -> None:
            guard = Guard(self.ledger, clock=self.clock, account_plan="pro")
            inner = httpx.MockTransport(self.answer)
            http = httpx.AsyncClient(transport=guard.async_transport(inner), verify=NO_TRUST)
            await http.patch(url_of(meeting), json={"topic": "x"})

        asyncio.run(update())


CLIENTS = {"Zoom": _Client, "AsyncZoom": _AsyncClient, "Guard": _Guard, "async Guard": _AsyncGuard}


@pytest.fixture
def _no_thread_left() -> Iterator[None]:
    """End the threads that anyio has lost to an interrupt: Python waits for them at its exit."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, WorkerThread):
            thread.queue.put(None)


@pytest.mark.slow
@pytest.mark.usefixtures("_no_thread_left")
@pytest.mark.parametrize("name", ONES)
@pytest.mark.parametrize("client", CLIENTS)
def test_an_interrupted_update_leaves_nothing_pending(
    name: str, client: str, tmp_path: Path, clock: FakeClock
) -> None:
    """What was sent is counted, what was not is free, and the same client updates it at once."""
    uncertain: list[bool] = []
    with LEDGERS[name](tmp_path, clock) as ledger:
        calling = CLIENTS[client](ledger, clock)
        found = find(calling.next)
        for place in found:
            raised: list[str] = []
            try:
                raised = interrupted(calling.next(), place).raised
            except RuntimeError as error:
                # anyio's word for a scope that was torn.
                if not torn(place) or not isinstance(error.__context__, Interrupt):
                    raise
            else:
                assert raised, f"not come by again: {place.what}"
            if torn(place):
                calling.renew()
            try:
                nobody_holds(tmp_path)
                beside(lambda: uncertain.append(calling.fits()))
            except (AssertionError, RezoomError) as error:
                raise noted(error, raised) from None
    print(f"{name}: {client}: {len(found)} places, {sum(uncertain)} unknown and unsent")
    assert len(found) > 200


@pytest.mark.parametrize("ledger", ["memory", "sqlite"])
@pytest.mark.parametrize("work", ["steps", "updates"])
def test_signals_in_earnest_lose_nothing(ledger: str, work: str, tmp_path: Path) -> None:
    """Thousands of them, at instants that nobody has chosen; the process looks after each."""
    file = tmp_path / "quota.sqlite3"
    command = [sys.executable, signalled_worker.__file__, f"{ledger} {work}", str(file)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(signalled_worker.ROUNDS):
            assert process.stdout.readline() == f"{signalled_worker.SIGNALS_A_ROUND}\n"
            nobody_holds(tmp_path)
            process.stdin.write("go on\n")
            process.stdin.flush()
        assert process.wait(20) == 0
    if ledger == "sqlite":
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            pending = db.execute("SELECT count(*) FROM slot WHERE state = 'pending'")
            assert pending.fetchone() == (0,)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONES)
def test_the_first_use_of_a_ledger_is_whole_or_conservative(
    name: str, tmp_path: Path, clock: FakeClock
) -> None:
    """Also while its file is made: whoever comes next finds no lock, and makes what is missing."""
    stack, numbers = ExitStack(), count(100_000)
    folder, ledger = tmp_path, cast("Ledger", None)

    def anew() -> Callable[[], object]:
        nonlocal folder, ledger
        stack.close()
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        ledger = stack.enter_context(LEDGERS[name](folder, clock))
        return partial(ledger.reserve, asking("x"), "token")

    with stack:
        found = find(anew, STRIDE)
        for place in found:
            done = interrupted(anew(), place)
            assert done.raised, f"not come by again: {place.what}"
            if done.swallowed:  # by a `__del__`, so that the slot was granted
                ledger.release(Grant("token", asking("x"), 0))
            try:
                nobody_holds(folder)
                beside(lambda: ledger.release(ledger.reserve(asking("x"), "again", wait=1)))
                assert counts(ledger, asking("x")) == [(0, 0, 0)] * 3
                with LEDGERS[name](folder, clock) as other:
                    other.reserve(asking("x"), "other", wait=1)
                nobody_holds(folder)
            except (AssertionError, RezoomError) as error:
                raise noted(error, done.raised) from None
    print(f"{name}: first use: {len(found)} places")
    assert len(found) > 60


# Every so manieth place, and every so manieth after it.
SECONDS = 9, 5


@pytest.mark.slow
@pytest.mark.parametrize("name", LOCKING)
@pytest.mark.parametrize("step", [_Reserve, _Settle, _Release], ids=lambda step: step.name)
def test_two_interrupts_in_a_row_lose_no_lock(
    name: str, step: type[Step], tmp_path: Path, clock: FakeClock
) -> None:
    """The second one comes while the first is being cleared up: a slot may stay counted then."""
    numbers, twice = count(100_000), 0
    with LEDGERS[name](tmp_path, clock) as ledger:
        for place in find(lambda: step(ledger, str(next(numbers))).call)[:: SECONDS[0]]:
            for after in count(1, SECONDS[1]):
                clock.advance(timedelta(seconds=1))
                made = step(ledger, str(next(numbers)))
                done = interrupted(made.call, place, after)
                try:
                    nobody_holds(tmp_path)
                    beside(lambda: ledger.release(ledger.reserve(asking("other"), "other")))
                except (AssertionError, RezoomError) as error:
                    raise noted(error, done.raised) from None
                if len(done.raised) < 2:
                    break
                twice += 1
    print(f"{name}: {step.name}: {twice} pairs")
    assert twice
