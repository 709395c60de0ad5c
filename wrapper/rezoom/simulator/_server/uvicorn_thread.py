"""A uvicorn server in a thread of its own, on a socket that is bound before it starts."""

import asyncio
import contextlib
import errno
import os
import socket
import ssl
import struct
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeAlias

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from .._checked import wrong

# Whatever else goes wrong is the address: one of no machine, or of another.
_PORT_TROUBLE = frozenset({errno.EADDRINUSE, errno.EACCES})
_START = 10.0
_LAST_ANSWERS = 0.5
# Windows has its own layout of this switch: two shorts instead of two ints.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)

Tls: TypeAlias = ssl.SSLContext | tuple[str | Path, str | Path]


def tls_context(tls: Tls | None) -> ssl.SSLContext | None:
    """Return the server's side of TLS, from a certificate chain and its key, both in PEM."""
    if tls is None or isinstance(tls, ssl.SSLContext):
        return tls
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        chain, key = tls
        context.load_cert_chain(chain, key)
    except (OSError, ValueError, TypeError) as error:  # an SSLError is an OSError
        step = "Give (certificate, key), two PEM files that belong together, or an ssl.SSLContext."
        message = f"tls: the certificate or its key cannot be used: {error}"
        raise wrong("tls", message, step) from None
    return context


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        field, step = "port", "Take another port, or port 0 for any free one."
        if isinstance(error, OSError) and error.errno not in _PORT_TROUBLE:
            field, step = "host", "Name an address of this machine, such as 127.0.0.1 or ::1."
        message = f"the simulator cannot listen on {host} port {port}: {error}"
        raise wrong(field, message, step) from None


def reachable(host: str) -> str:
    """Return the host as it stands in a URL that this machine can open."""
    wildcard = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound, read
    name = wildcard.get(host, host)
    return f"[{name}]" if ":" in name else name


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ServerThread(uvicorn.Server):
    """Serves an app in a thread from `start` to `stop`; both return when it is done.

    It stops at once: uvicorn's own loop looks for a reason only every tenth of a second.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            server_header=False,
            date_header=False,
        )
        # uvicorn would load files of its own; this context may come from anywhere.
        config.load()
        config.ssl = tls
        super().__init__(config)
        self._listener = listener
        self._thread = threading.Thread(target=self._main, name="rezoom-simulator", daemon=True)
        self._up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done: asyncio.Event | None = None

    def start(self) -> None:
        """Return as soon as requests are answered."""
        self._thread.start()
        if not self._up.wait(_START) or not self.started:
            raise RuntimeError("the simulator's server did not start")

    def stop(self) -> None:
        """Answer what is under way, close every connection, and wait for the thread."""
        self.should_exit = True
        if self._loop is not None and self._done is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed already
                self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()

    def wait(self) -> None:
        """Block until the server ends; an interrupt gets through."""
        while self._thread.is_alive():
            self._thread.join(0.5)

    def _main(self) -> None:
        try:
            self.run(sockets=[self._listener])
        finally:
            self._up.set()
            self._listener.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Note the loop that `stop` must wake, and say that requests are answered."""
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self._up.set()

    async def main_loop(self) -> None:
        if self._done is not None and not self.should_exit:
            await self._done.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        connections = list(self.server_state.connections)
        for connection in connections:
            connection.shutdown()
            if isinstance(connection, _Protocol) and connection.silent():
                connection.transport.abort()  # no answer is to come that would be worth waiting for
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_LAST_ANSWERS)
        for connection in connections:
            if connection.transport is not None:
                connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_LAST_ANSWERS)


class Line:
    """The connection below a request, for faults that no HTTP library would commit."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.silent = False  # True when the request on it will never be answered
        self._transport = transport
        self._socket: Any = transport.get_extra_info("socket")
        if self._socket is not None:
            # asyncio does this only for sockets that name their protocol; without it the body
            # waits 40 ms for the acknowledgement of the headers.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, content: bytes) -> None:
        """Send bytes below HTTP, as they are."""
        self._transport.write(content)

    def cut(self, *, reset: bool) -> None:
        """End the connection, with a reset or in order."""
        if self._transport.is_closing():
            return  # the client has gone, and its socket with it
        if reset and self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()
        else:
            self._transport.close()


class _Protocol(H11Protocol):
    """Puts into the scope of each request the line it came on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Its lines quote the query. The option of the same name would silence the logger of every
        # other uvicorn in this process.
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn: asyncio's own type is wider
        super().connection_made(transport)
        self.app_state = {**self.app_state, "line": Line(transport)}

    def silent(self) -> bool:
        """Tell whether a fault keeps the request on this line from ever being answered."""
        line = self.app_state.get("line")
        return isinstance(line, Line) and line.silent
