"""The simulator: a simulated account, served over HTTP on this machine."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from .._public import public
from .._visible import visible
from ._scenario import Scenario, ScenarioOptions
from ._server.asgi_app import CONTROL, build_app
from ._server.control import Access, access, build_control
from ._server.uvicorn_thread import ServerThread, Tls, bind, is_loopback, reachable, tls_context

if TYPE_CHECKING:
    from .._auth.sources import ServerToServer
    from .._client.asynchronous import AsyncZoom
    from .._client.sync import Zoom


_log = logging.getLogger("rezoom.simulator")


@public("rezoom.simulator")
class Simulator(Scenario):
    """A fake Zoom over HTTP: tokens, GET and PATCH of meetings, faults, and a log of it all.

    Use it in `with` or `async with`. `clock` is a SimClock; the default runs with real time
    and can be moved. `quirks` (see Quirks) decides what Zoom leaves open, `faults` what goes
    wrong; `strict` refuses whatever the contract refuses, not only what Zoom is known to refuse.
    `plan` (free, pro, business) keeps the account's own limits, `limits` says which others are kept
    (see Caps), and `users` who is licensed and lets whom schedule (see User).
    The control endpoint answers this machine only, unless `control` is "anywhere" or "off".
    `meetings`, a list or a JSON or YAML file, are there from the start; `seed` makes tokens, ids
    and passcodes repeatable.
    `db` names an SQLite file in which meetings, their history and the clock survive a restart (it
    takes `meetings` only while it has none of its own); `tls` is a certificate and its key, or an
    ssl.SSLContext, and makes it https. ConfigError for whatever cannot be.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        tls: Tls | None = None,
        control: Access = "loopback",
        **options: Unpack[ScenarioOptions],
    ) -> None:
        self._address = (host, port)
        self._tls = tls_context(tls)
        self._access: Access = access(control)
        self._server: ServerThread | None = None
        self._origin: str | None = None
        super().__init__(**options)

    def __repr__(self) -> str:
        return f"<Simulator {self._origin or 'not started'}>"

    def start(self) -> Self:
        """Listen, and answer requests until `stop`."""
        if self._server is not None:
            raise RuntimeError("the simulator is running already")
        self._store.open()
        host, port = self._address
        listener = bind(host, port)
        scheme = "https" if self._tls else "http"
        self._origin = f"{scheme}://{reachable(host)}:{listener.getsockname()[1]}"
        self._fake.api_url = self._origin
        app = build_app(self._fake, self._faults, self._log, build_control(self, self._access))
        self._server = ServerThread(app, listener, self._tls)
        self._server.start()
        if not is_loopback(host):
            reached = "the simulator listens on %s: others in the network can reach it"
            _log.warning(reached, visible(host))
        return self

    def stop(self) -> None:
        """Close every connection and the port; the meetings and the log stay readable."""
        server, self._server, self._origin = self._server, None, None
        if server is not None:
            server.stop()
        self._remember()
        self._store.close()

    def wait(self) -> None:
        """Block until the simulator is stopped, or interrupted."""
        if self._server is not None:
            self._server.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    @property
    def url(self) -> str:
        """The address of the API, ending in /v2."""
        return f"{self._running()}/v2"

    @property
    def control_url(self) -> str:
        """The address of the control endpoint; a GET lists its calls."""
        return f"{self._running()}{CONTROL}"

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return f"{self._running()}/oauth/token"

    def env(self) -> dict[str, str]:
        """Return the environment variables that point a client here."""
        return {
            "ZOOM_ACCOUNT_ID": self.credentials.account_id,
            "ZOOM_CLIENT_ID": self.credentials.client_id,
            "ZOOM_CLIENT_SECRET": self.credentials.client_secret,
            "ZOOM_API_URL": self.url,
            "ZOOM_OAUTH_URL": self.token_url,
        }

    def auth(self) -> ServerToServer:
        """Return a token source with this simulator's credentials."""
        from .._auth.sources import ServerToServer

        app = self.credentials
        return ServerToServer(
            app.account_id, app.client_id, app.client_secret, token_url=self.token_url
        )

    def zoom(self, **options: Any) -> Zoom:
        """Return a client wired to this simulator, sharing its clock; options as for `Zoom`."""
        from .._client.sync import Zoom

        return Zoom(self.auth(), **self._wired(options))

    def azoom(self, **options: Any) -> AsyncZoom:
        """Return an async client wired to this simulator; options as for `AsyncZoom`."""
        from .._client.asynchronous import AsyncZoom

        return AsyncZoom(self.auth(), **self._wired(options))

    def _wired(self, options: dict[str, Any]) -> dict[str, Any]:
        from .._ledger.memory import MemoryLedger

        clock = options.get("clock", self.clock)
        # A ledger of its own: what a test spends must not count against the real account.
        ledger = MemoryLedger(clock=clock)
        return {"base_url": self.url, "clock": clock, "ledger": ledger, **options}

    def _running(self) -> str:
        if self._origin is None:
            raise RuntimeError("the simulator is not running: use it in `with`, or call start()")
        return self._origin


@public("rezoom.simulator")
def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    seed_file: str | Path | None = None,
    *,
    announce: Callable[[Simulator], None],
    **options: Any,
) -> None:
    """Run a simulator until interrupted; `announce` is called once it answers. Prints nothing."""
    if seed_file is not None:
        options["meetings"] = seed_file
    with Simulator(host=host, port=port, **options) as simulator:
        try:
            announce(simulator)
            simulator.wait()
        except KeyboardInterrupt:
            return
