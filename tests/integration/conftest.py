"""A scripted server, and both clients in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from callers import AsyncCaller, Caller, SyncCaller
from clocks import FakeClock
from rezoom import ServerToServer, TokenSource
from wire import Wire

KINDS: dict[str, Callable[..., Caller]] = {"Zoom": SyncCaller, "AsyncZoom": AsyncCaller}


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
