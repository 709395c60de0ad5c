"""A scripted server, and both clients in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from callers import AsyncCaller, Caller, SyncCaller
from clocks import FakeClock
from rezoom import ServerToServer, TokenSource
from rezoom.simulator import SimClock, Simulator
from wire import Wire

KINDS: dict[str, Callable[..., Caller]] = {"Zoom": SyncCaller, "AsyncZoom": AsyncCaller}


NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def sim_options() -> dict[str, Any]:
    """Say what the fake Zoom is made of; a test may say otherwise."""
    return {}


@pytest.fixture
def sim(sim_options: dict[str, Any]) -> Iterator[Simulator]:
    """Run a fake Zoom on a Wednesday in November 2026, at noon."""
    with Simulator(clock=SimClock(NOW), **sim_options) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_fault_of_another_test(request: pytest.FixtureRequest) -> None:
    """Call off what an earlier test left behind in a fake Zoom that a whole file shares."""
    if "sim" in request.fixturenames:
        request.getfixturevalue("sim").clear_faults()


@pytest.fixture(params=list(KINDS))
def calling(request: pytest.FixtureRequest, sim: Simulator) -> Iterator[Callable[..., Caller]]:
    """Make a client in front of the fake Zoom; the test runs once for each kind of client."""
    made: list[Caller] = []

    def make(**options: Any) -> Caller:
        options = {"base_url": sim.url, "clock": sim.clock, "ledger": "memory:"} | options
        made.append(KINDS[request.param](sim.auth(), **options))
        return made[-1]

    yield make
    for caller in made:
        caller.end()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Give a server that answers 204 until a test says otherwise."""
    with Wire() as running:
        yield running


@pytest.fixture(params=list(KINDS))
def call(
    request: pytest.FixtureRequest, wire: Wire, clock: FakeClock
) -> Iterator[Callable[..., Caller]]:
    """Make a client in front of the wire; the test runs once for each kind of client."""
    made: list[Caller] = []

    def make(auth: TokenSource | None = None, **options: Any) -> Caller:
        auth = auth or ServerToServer(
            "account", "client", "S3cret-of-the-app", token_url=f"{wire.origin}/oauth/token"
        )
        options = {"base_url": f"{wire.origin}/v2", "clock": clock} | options
        made.append(KINDS[request.param](auth, **options))
        return made[-1]

    yield make
    for caller in made:
        caller.end()
