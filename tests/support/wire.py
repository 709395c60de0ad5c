"""A loopback server that answers from a script, byte for byte, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import responses
from typing import Literal, Self

import httpx

After = Literal["keep", "close", "reset", "hold"]


@dataclass(frozen=True)
class Answer:
    """Bytes to put on the wire, and what becomes of the connection then."""

    data: bytes = b""
    after: After = "keep"


@dataclass(frozen=True)
class Sent:
    """One request as it arrived; header names are lower case."""

    connection: int
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def answer(
    status: int, body: bytes | object = b"", *, after: After = "keep", **headers: str
) -> Answer:
    """Write a whole answer; anything but bytes becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if status != 204:
        named = {"content-length": str(len(content))} | named
    lines = [f"HTTP/1.1 {status} {responses.get(status, 'Odd')}"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    return Answer("\r\n".join(lines).encode() + b"\r\n\r\n" + content, after)


def patience(said: Answer) -> httpx.Timeout:
    """Give up soon on what never comes; wait for anything else, however busy the machine is."""
    return httpx.Timeout(30, read=0.2 if said.after == "hold" else 30)


ACCEPTED = answer(204, x_zm_trackingid="WEB_1")
SILENCE = Answer(after="hold")
HANG_UP = Answer(after="close")
RESET = Answer(after="reset")


@dataclass
class Wire:
    """Answers from a script, then with 204; hands out token-1, token-2, ... at /oauth/token.

    `before` is called with every request before its answer is sent.
    """

    script: deque[Answer] = field(default_factory=deque)
    token_script: deque[Answer] = field(default_factory=deque)
    sent: list[Sent] = field(default_factory=list)
    connections: int = 0
    tls: ssl.SSLContext | None = None
    before: Callable[[Sent], object] | None = None

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._peers: list[socket.socket] = []

    @property
    def origin(self) -> str:
        """Return the address without a path."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def says(self, *answers: Answer) -> Self:
        """Put the next answers of the API into the script."""
        self.script.extend(answers)
        return self

    def grants(self, *answers: Answer) -> Self:
        """Put the next answers of the token address into the script."""
        self.token_script.extend(answers)
        return self

    @property
    def calls(self) -> list[Sent]:
        """Return what came to the API."""
        return [sent for sent in self.sent if sent.target != "/oauth/token"]

    @property
    def token_requests(self) -> list[Sent]:
        """Return what came to the token address."""
        return [sent for sent in self.sent if sent.target == "/oauth/token"]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # A connection of our own wakes the thread that accepts; closing the listener would not.
        socket.create_connection(self._listener.getsockname()[:2]).close()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            if self._over.is_set():
                peer.close()
                return
            self.connections += 1
            self._peers.append(peer)
            thread = threading.Thread(target=self._serve, args=(peer, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: socket.socket, number: int) -> None:
        try:
            peer.settimeout(10)
            with self.tls.wrap_socket(peer, server_side=True) if self.tls else peer as link:
                while (sent := _read(link, number)) and self._reply(link, sent):
                    pass
        except OSError:
            peer.close()

    def _reply(self, link: socket.socket, sent: Sent) -> bool:
        with self._lock:
            self.sent.append(sent)
            reply = self._next(sent.target)
        if self.before is not None:
            self.before(sent)
        link.sendall(reply.data)
        if reply.after == "hold":
            self._over.wait(10)
        if reply.after == "reset":
            # Lingering for no time turns the close into a reset.
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return reply.after == "keep"

    def _next(self, target: str) -> Answer:
        if target == "/oauth/token":
            token = {"access_token": f"token-{len(self.token_requests)}", "expires_in": 3600}
            return self.token_script.popleft() if self.token_script else answer(200, token)
        return self.script.popleft() if self.script else ACCEPTED


def _read(link: socket.socket, number: int) -> Sent | None:
    with link.makefile("rb") as stream:
        first = stream.readline().decode()
        if not first:
            return None
        method, target, _ = first.split(" ", 2)
        headers: dict[str, str] = {}
        while line := stream.readline().strip().decode():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
    return Sent(number, method, target, headers, body)
