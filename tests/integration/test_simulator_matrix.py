"""Every fault against both clients, updating and reading: what the caller learns, and what is true.

The clock is the simulator's, so a pause takes no time. Where a client has to give up by itself its
patience is a twentieth of a second, and no answer that matters has to come within that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest
from callers import AsyncCaller, Caller, SyncCaller
from rezoom import (
    Gauge,
    MemoryLedger,
    RateLimited,
    RefusedError,
    RezoomError,
    ServerError,
    UnansweredError,
)
from rezoom.simulator import FAULTS, SimClock, Simulator

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
CLIENTS: dict[str, Callable[..., Caller]] = {"Zoom": SyncCaller, "AsyncZoom": AsyncCaller}
# Only the answer is not waited for: to connect may take longer on a busy machine.
SHORT = httpx.Timeout(30, read=0.05)


class Expected(NamedTuple):
    """What a caller sees of a fault that lasts, and what has become of the meeting."""

    error: type[RezoomError] | None
    sent: bool | None = True
    retried: bool = True  # then there are three attempts
    applied: bool = False  # by each attempt
    answered: bool = True  # otherwise the place in the ledger stays spent as unknown
    counted: bool = True  # otherwise the place is free again
    read: Expected | None = None  # where a read sees something else


UNREAD = Expected(UnansweredError, None)
LASTING: dict[str, Expected] = {
    "answer": Expected(ServerError, retried=False),
    "html-502": Expected(ServerError),
    "empty-429": Expected(RateLimited),
    "odd-299": Expected(ServerError, retried=False),
    "odd-520": Expected(ServerError, retried=False),
    # A read that gets less than a meeting cannot tell a refusal from nonsense.
    "error-200": Expected(RefusedError, retried=False, read=Expected(ServerError, retried=False)),
    "malformed-json": Expected(ServerError, retried=False),
    "burst-503": Expected(ServerError),
    "second": Expected(RateLimited, counted=False),
    "account-day": Expected(RateLimited, retried=False),
    "host-day": Expected(RateLimited, retried=False),
    "lock": Expected(RateLimited),
    "latency": Expected(None, retried=False, applied=True),
    "timeout": Expected(UnansweredError, None, answered=False),
    "timeout-after": Expected(UnansweredError, None, applied=True, answered=False),
    "reset": Expected(UnansweredError, None, answered=False),
    "reset-after": Expected(UnansweredError, None, applied=True, answered=False),
    "close": Expected(UnansweredError, None, answered=False),
    # The status came: an update is answered with one that it does not have, a read may be repeated.
    "truncated": Expected(ServerError, retried=False, applied=True, read=UNREAD),
    "bad-chunk": Expected(ServerError, retried=False, applied=True, read=UNREAD),
    "bad-gzip": Expected(ServerError, retried=False, applied=True, read=UNREAD),
    "oversized-header": Expected(UnansweredError, None, applied=True, answered=False),
    "garbage": Expected(UnansweredError, None, applied=True, answered=False),
}
ONCE = [kind for kind in LASTING if kind not in {"timeout", "timeout-after", "latency"}]
Make = Callable[..., Caller]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom with one meeting, whose time only a pause moves."""
    with Simulator(clock=SimClock(NOW), meetings=[{"id": 7, "topic": "before"}]) as simulator:
        yield simulator


@pytest.fixture(params=list(CLIENTS))
def client(request: pytest.FixtureRequest, sim: Simulator) -> Iterator[Make]:
    """Make clients of one kind; they have a token, so that no fault meets them on the way to it."""
    auth, ledger = sim.auth(), MemoryLedger(clock=sim.clock)
    made: list[Caller] = []

    def make(**options: Any) -> Caller:
        # The caller's own httpx client is the quicker one to make, and has its own patience.
        own = "timeout" not in options
        shared: dict[str, Any] = {
            "base_url": sim.url,
            "clock": sim.clock,
            "ledger": ledger,
            "own_http": own,
        }
        made.append(CLIENTS[request.param](auth, **shared, **options))
        return made[-1]

    make().get(7)
    sim.clear_requests()
    yield make
    for caller in made:
        caller.end()


def act(caller: Caller, operation: str) -> RezoomError | None:
    try:
        if operation == "update":
            caller.update(7, topic="after")
        else:
            assert caller.get(7).topic == "before"
    except RezoomError as error:
        return error
    return None


def expected(kind: str, operation: str) -> Expected:
    """Look up what a fault does to an operation."""
    row = LASTING[kind]
    return row.read if operation == "get" and row.read is not None else row


def spent(caller: Caller) -> Gauge:
    gauge = caller.quota(7).meeting
    assert gauge is not None
    return gauge


def test_the_matrix_has_every_fault() -> None:
    """A new kind of fault gets its row here."""
    assert LASTING.keys() == FAULTS.keys()


@pytest.mark.parametrize("operation", ["update", "get"])
@pytest.mark.parametrize("kind", LASTING)
def test_a_fault_that_lasts(sim: Simulator, client: Make, kind: str, operation: str) -> None:
    """The type of the error, whether it was sent, the attempts, the meeting, and the ledger."""
    want = expected(kind, operation)
    options = {"seconds": 0.001} if kind == "latency" else {}
    sim.fault(kind, times=None, **options)  # type: ignore[arg-type]  # mypy does not read the keys
    caller = client(timeout=SHORT) if kind.startswith("timeout") else client()

    error = act(caller, operation)

    assert type(error) is (want.error or type(None))
    assert getattr(error, "sent", True) == want.sent
    attempts = 3 if want.retried else 1
    assert [request.fault for request in sim.requests] == [
        "500" if kind == "answer" else kind
    ] * attempts
    quota = spent(caller)
    if operation == "get":
        assert (sim.history(7), quota.used, quota.unknown) == ((), 0, 0)
        return
    assert len(sim.history(7)) == (attempts if want.applied else 0)
    assert sim.meeting(7)["topic"] == ("after" if want.applied else "before")
    attempts *= want.counted
    assert (quota.used, quota.unknown) == ((attempts, 0) if want.answered else (0, attempts))


@pytest.mark.parametrize("operation", ["update", "get"])
@pytest.mark.parametrize("kind", ONCE)
def test_a_fault_that_happens_once(sim: Simulator, client: Make, kind: str, operation: str) -> None:
    """What may be tried again succeeds the second time, and the ledger counts what Zoom does."""
    want = expected(kind, operation)
    sim.fault(kind, times=1)
    caller = client()

    error = act(caller, operation)

    assert (error is None) == want.retried
    assert len(sim.requests) == (2 if want.retried else 1)
    if operation == "update":
        assert sim.meeting(7)["topic"] == ("after" if want.retried or want.applied else "before")
        assert len(sim.history(7)) == want.retried + want.applied
        quota = spent(caller)
        assert quota.used + quota.unknown == len(sim.requests) - (not want.counted)


@pytest.mark.parametrize("operation", ["update", "get"])
def test_without_a_fault(sim: Simulator, client: Make, operation: str) -> None:
    """One request, no error, and one place of the hundred for an update."""
    caller = client()

    assert act(caller, operation) is None
    assert [(request.status, request.fault) for request in sim.requests] == [
        (204 if operation == "update" else 200, None)
    ]
    assert spent(caller).used == len(sim.history(7)) == (operation == "update")


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_of_faults_leaves_the_books_right(sim: Simulator, client: Make, seed: int) -> None:
    """Whatever happens by chance: a success was carried out, and every attempt is counted.

    But for those that the limit per second has refused.
    """
    sim.fault_plan(dict.fromkeys(ONCE, 0.03), seed=seed)
    caller = client(retries=1)
    outcomes = []
    for _ in range(25):
        before = len(sim.updates(7))
        error = act(caller, "update")
        outcomes.append(error)
        if error is None:
            assert sim.updates(7)[-1].status == 204
        quota = spent(caller)
        counted = [one for one in sim.updates(7)[before:] if one.fault != "second"]
        assert quota.used + quota.unknown == len(counted)
        sim.clock.sleep(90_000)  # a limit for the day would keep the rest from being sent

    assert None in outcomes
    assert any(outcomes)
