"""The simulator: a fake Zoom on loopback, with everything a test wants to hold in its hands."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from ..clock import Clock
from ..errors import ConfigError
from .app import build_app
from .clock import SimClock
from .fake import FakeZoom
from .fault_plan import FaultPlan, RandomFaults
from .fault_spec import Faults, as_fault, read_faults
from .faults import Fault, FaultOptions
from .patch import view
from .quirks import Quirks
from .record import Request, RequestLog
from .seeding import FIRST_ID, WEEKLY, new_meeting, next_monday
from .server import ServerThread, bind, is_loopback, reachable
from .store import Change, MemoryStore, Store
from .tokens import Credentials
from .wiring import client_options, environment, token_source

if TYPE_CHECKING:
    from rezoom import AsyncZoom, ServerToServer, Zoom

_log = logging.getLogger("rezoom.simulator")


class Simulator(AbstractContextManager["Simulator"], AbstractAsyncContextManager["Simulator"]):
    """A fake Zoom over HTTP: tokens, GET and PATCH of meetings, faults, and a log of it all.

    Use it in `with` or `async with`. `clock` is a rezoom.Clock; the default runs with real time
    and can be moved. `quirks` (see Quirks) decides what Zoom leaves open, `faults` what goes
    wrong; `strict` refuses whatever the contract refuses, not only what Zoom is known to refuse.
    `meetings` are there from the start; `seed` makes tokens, ids and passcodes repeatable.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        quirks: Quirks | Mapping[str, Any] | None = None,
        faults: Faults | Mapping[str, Any] | Iterable[Any] = (),
        store: Store | None = None,
        credentials: Credentials | None = None,
        meetings: Iterable[Mapping[str, Any]] = (),
        strict: bool = False,
        seed: int | None = None,
    ) -> None:
        self.clock: Clock = clock or SimClock()
        self.credentials = credentials or Credentials()
        self.quirks = Quirks.of(quirks)
        self._address = (host, port)
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose; guards nothing
        self._store = store or MemoryStore()
        wanted = faults if isinstance(faults, Faults) else read_faults(_listed(faults))
        self._faults = FaultPlan(wanted.listed)
        self._faults.draw_from(wanted.lottery)
        self._log = RequestLog()
        self._adding = threading.Lock()
        self._fake = FakeZoom(
            clock=self.clock,
            store=self._store,
            quirks=self.quirks,
            credentials=self.credentials,
            strict=strict,
            random=self._random,
        )
        self._server: ServerThread | None = None
        self._origin: str | None = None
        for index, fields in enumerate(meetings):
            try:
                self.add_meeting(**fields)
            except ConfigError as error:
                message = f"meetings[{index}]: {error.message}"
                raise ConfigError(message, field="seed", next_step=error.next_step) from None

    def __repr__(self) -> str:
        return f"<Simulator {self._origin or 'not started'}>"

    def start(self) -> Self:
        """Listen, and answer requests until `stop`."""
        if self._server is not None:
            raise RuntimeError("the simulator is running already")
        host, port = self._address
        listener = bind(host, port)
        self._origin = f"http://{reachable(host)}:{listener.getsockname()[1]}"
        self._fake.api_url = self._origin
        self._server = ServerThread(build_app(self._fake, self._faults, self._log), listener)
        self._server.start()
        if not is_loopback(host):
            _log.warning("the simulator listens on %s: others in the network can reach it", host)
        return self

    def stop(self) -> None:
        """Close every connection and the port; the meetings and the log stay readable."""
        server, self._server, self._origin = self._server, None, None
        if server is not None:
            server.stop()

    def wait(self) -> None:
        """Block until the simulator is stopped, or interrupted."""
        if self._server is not None:
            self._server.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def url(self) -> str:
        """The address of the API, ending in /v2."""
        return f"{self._running()}/v2"

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return f"{self._running()}/oauth/token"

    def env(self) -> dict[str, str]:
        """Return the environment that points a client here."""
        return environment(self.credentials, self.url, self.token_url)

    def auth(self) -> ServerToServer:
        """Return a token source with this simulator's credentials."""
        return token_source(self.credentials, self.token_url)

    def zoom(self, **options: Any) -> Zoom:
        """Return a client wired to this simulator, sharing its clock; options as for `Zoom`."""
        from rezoom import Zoom

        return Zoom(self.auth(), **client_options(options, self.url, self.clock))

    def azoom(self, **options: Any) -> AsyncZoom:
        """Return an async client wired to this simulator; options as for `AsyncZoom`."""
        from rezoom import AsyncZoom

        return AsyncZoom(self.auth(), **client_options(options, self.url, self.clock))

    def add_meeting(self, **fields: Any) -> int:
        """Add a meeting and return its number; without fields, one for an hour, tomorrow."""
        with self._adding:
            taken = self._store.meetings()
            state = new_meeting(
                fields,
                number=max(taken, default=FIRST_ID - 1) + 1,
                now=self.clock.now(),
                quirks=self.quirks,
                random=self._random,
            )
            number: int = state["id"]
            self._store.add(number, state)
            return number

    def add_series(self, **fields: Any) -> int:
        """Add twelve Mondays at nine in Berlin, or what `fields` make of it; returns the number."""
        series = {
            "type": 8,
            "topic": "Simulated series",
            "start_time": next_monday(self.clock.now()),
            "timezone": "Europe/Berlin",
            "duration": 45,
            "recurrence": WEEKLY,
        }
        return self.add_meeting(**series | fields)

    def meeting(self, number: int) -> dict[str, Any]:
        """Return a copy of a meeting's state, as a GET with all past dates answers it."""
        state = self._store.read(number)
        if state is None:
            raise KeyError(f"the simulator has no meeting {number}")
        return view(state, now=self.clock.now())

    def history(self, number: int) -> tuple[Change, ...]:
        """Return the updates a meeting took, oldest first."""
        return tuple(self._store.history(number))

    @property
    def meetings(self) -> tuple[int, ...]:
        """The numbers of all meetings."""
        return tuple(self._store.meetings())

    @property
    def requests(self) -> tuple[Request, ...]:
        """The last ten thousand requests, oldest first."""
        return self._log.snapshot()

    def clear_requests(self) -> None:
        """Empty the request log."""
        self._log.clear()

    def fail_next(self, *faults: Fault | str | int | Mapping[str, Any]) -> None:
        """Let these faults happen to the next requests that fit, one after the other.

        A text is a kind of fault from `FAULTS`, a number is a status, an object is the JSON form.
        ConfigError when there is no such fault.
        """
        self._faults.add(*map(as_fault, faults))

    def fault(self, kind: str = "answer", **options: Unpack[FaultOptions]) -> Fault:
        """Let one fault happen, to the requests that its options name; see Fault."""
        fault = Fault(kind, **options)
        self._faults.add(fault)
        return fault

    def fault_plan(self, *, seed: int = 0, match: str = "/v2/", **chances: Any) -> None:
        """Let faults happen by chance from now on: `fault_plan(seed=7, reset=0.05, latency=0.1)`.

        The same seed lets the same requests fail. Instead of a number, a kind can have an object
        with `chance` and the options of a fault. An earlier plan ends.
        """
        self._faults.draw_from(RandomFaults(chances, seed=seed, match=match))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that were asked for and have not happened yet."""
        return self._faults.to_come()

    def clear_faults(self) -> None:
        """Call off every fault still to come."""
        self._faults.clear()

    def revoke_tokens(self) -> None:
        """End every token: the next request with one is answered 401, code 124."""
        self._fake.tokens.revoke()

    def _running(self) -> str:
        if self._origin is None:
            raise RuntimeError("the simulator is not running: use it in `with`, or call start()")
        return self._origin


def _listed(faults: Mapping[str, Any] | Iterable[Any]) -> object:
    return faults if isinstance(faults, Mapping) else list(faults)
