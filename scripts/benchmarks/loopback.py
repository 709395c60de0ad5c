"""A server that answers at once, in a process of its own, and says what it has counted.

It parses no more than where a request ends, so that it is not what is measured: `share` tells how
much of one core it used meanwhile, and `raw_rate` how many requests it answers to a bare socket.
"""

from __future__ import annotations

import asyncio
import atexit
import http.client
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_END = b"\r\n\r\n"
_ACCEPTED = b"HTTP/1.1 204 No Content\r\nx-zm-trackingid: WEB_bench\r\n\r\n"
_MEETING = {
    "id": 85746065,
    "host_id": "bench-host",
    "type": 8,
    "topic": "Weekly",
    "duration": 30,
    "start_time": "2026-12-07T08:00:00Z",
    "timezone": "Europe/Berlin",
    "recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 10},
    "settings": {"waiting_room": False, "join_before_host": True, "jbh_time": 5},
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What the server has seen since it started; `cpu` in seconds."""

    connections: int
    requests: int
    cpu: float


class Answering(asyncio.Protocol):
    """Answer the requests of one connection."""

    connections = requests = 0

    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None
        self._seen = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        while (end := data.find(_END)) >= 0:
            head = data[:end].lower()
            _, found, length = head.partition(b"content-length:")
            whole = end + len(_END) + (int(length.split(b"\r\n", 1)[0]) if found else 0)
            if len(data) < whole:
                break
            data = data[whole:]
            self._answer(head)
        self._rest = data

    def _answer(self, head: bytes) -> None:
        assert self._transport is not None
        if head.startswith(b"get /counted"):
            told = [type(self).connections, type(self).requests, time.process_time()]
            self._transport.write(_json(told))
            return
        if not self._seen:
            self._seen = True
            type(self).connections += 1
        type(self).requests += 1
        if head.startswith(b"patch"):
            self._transport.write(_ACCEPTED)
        elif head.startswith(b"post"):
            self._transport.write(_json({"access_token": "bench", "expires_in": 3599}))
        else:
            self._transport.write(_json(_MEETING))


def _json(value: object) -> bytes:
    body = json.dumps(value).encode()
    kind = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
    return kind + str(len(body)).encode() + _END + body


class Loopback:
    """The server as its users see it: two addresses, and the certificate that vouches for one."""

    def __init__(self) -> None:
        import trustme

        self._folder = tempfile.TemporaryDirectory(prefix="rezoom-bench-")
        folder = Path(self._folder.name)
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        own = folder / "server.pem"
        issued = authority.issue_cert("127.0.0.1", "localhost")
        issued.private_key_and_cert_chain_pem.write_to_path(own)
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(own)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.ports: list[int] = json.loads(self._process.stdout.readline())
        self.http, self.https = (
            f"{scheme}://127.0.0.1:{port}"
            for scheme, port in zip(("http", "https"), self.ports, strict=True)
        )
        self._asking = http.client.HTTPConnection("127.0.0.1", self.ports[0])

    def trust(self) -> ssl.SSLContext:
        """Make a context that trusts this server and no other."""
        return ssl.create_default_context(cafile=str(self.ca))

    def counted(self) -> Counted:
        """Ask what it has seen; the asking is not counted."""
        self._asking.request("GET", "/counted")
        return Counted(*json.loads(self._asking.getresponse().read()))

    def raw_rate(self, seconds: float = 0.5) -> float:
        """Measure the requests a second that one bare socket gets answered."""
        body = b'{"topic":"Weekly","duration":45}'
        head = f"PATCH /v2/meetings/1 HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
        request, number = head.encode() + body, 0
        with socket.create_connection(("127.0.0.1", self.ports[0])) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            start = time.perf_counter()
            while time.perf_counter() - start < seconds:
                wire.sendall(request)
                left = len(_ACCEPTED)
                while left:
                    left -= len(wire.recv(left))
                number += 1
            return number / (time.perf_counter() - start)

    def close(self) -> None:
        """End the process, and delete the certificates."""
        self._asking.close()
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


@cache
def shared() -> Loopback:
    """Start the server that all groups of one run share."""
    server = Loopback()
    atexit.register(server.close)
    return server


async def _serve(certificate: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    ways: tuple[dict[str, Any], ...] = ({}, {"ssl": context})
    servers = [
        await loop.create_server(Answering, "127.0.0.1", 0, backlog=1024, **way) for way in ways
    ]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    gone = asyncio.Event()

    def watch() -> None:
        sys.stdin.read()  # ends with the process that started this one
        loop.call_soon_threadsafe(gone.set)

    threading.Thread(target=watch, daemon=True).start()
    await gone.wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
