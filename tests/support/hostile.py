"""A server that answers in ways that never end, or end too early."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Self

from rezoom._wire import facts

HEAD = b"HTTP/1.1 %d Odd\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"
# A megabyte of gzip that unpacks to a gigabyte would take its time to make: this is as bad.
BOMB = gzip.compress(bytes(100 * 1024 * 1024))


def head(status: int, *headers: bytes) -> bytes:
    """Write the head of an answer."""
    return HEAD % status + b"".join(line + b"\r\n" for line in headers) + b"\r\n"


def sized(status: int, body: bytes, *headers: bytes) -> bytes:
    """Write an answer that says how long its body is."""
    return head(status, b"content-length: %d" % len(body), *headers) + body


def cut(status: int, body: bytes, *headers: bytes) -> bytes:
    """Write an answer whose body ends too early."""
    return head(status, b"content-length: %d" % (len(body) + 100), *headers) + body


def endless(status: int, *headers: bytes) -> Iterator[bytes]:
    """Write an answer that has no end."""
    yield head(status, b"transfer-encoding: chunked", *headers)
    yield from itertools.repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def dripped(text: bytes) -> Iterator[bytes]:
    """Write a byte at a time, and the last one again and again."""
    yield from (text[i : i + 1] for i in range(len(text)))
    yield from itertools.repeat(b"x")


UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
DAILY = tuple(
    f"{facts.HEADERS[name]}: {value}".encode()
    for name, value in [
        ("type", "Daily-limit"),
        ("limit", "100"),
        ("retry_after", UNTIL.isoformat()),
    ]
)
_GZIP = b"content-encoding: gzip"

Answer = Callable[[], Iterator[bytes]]


def whole(*parts: bytes) -> Answer:
    """Answer with these parts and no more."""
    return lambda: iter(parts)


# What becomes of the body behind a status; each is given a status and headers.
FLAWS: dict[str, Callable[..., Answer]] = {
    "cut": lambda status, *more: whole(cut(status, b'{"code": 1', *more)),
    "bad gzip": lambda status, *more: whole(sized(status, b"plain", _GZIP, *more)),
    "cut gzip": lambda status, *more: whole(
        sized(status, gzip.compress(b"{}" * 99)[:9], _GZIP, *more)
    ),
    "unknown encoding": lambda status, *more: whole(
        sized(status, b"{}", b"content-encoding: zip", *more)
    ),
    "bomb": lambda status, *more: whole(sized(status, BOMB, _GZIP, *more)),
    "bomb in a bomb": lambda status, *more: whole(
        sized(status, gzip.compress(BOMB), b"content-encoding: gzip, gzip", *more)
    ),
    "endless": lambda status, *more: lambda: endless(status, *more),
    "bad chunk": lambda status, *more: whole(
        head(status, b"transfer-encoding: chunked", *more) + b"ZZ\r\n"
    ),
}


class Hostile:
    """Sends `answer` to every request, part by part, `pause` seconds apart; counts the requests."""

    def __init__(
        self,
        answer: Callable[[], Iterator[bytes]],
        *,
        pause: float = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Listen on this machine."""
        self.requests: list[bytes] = []
        self._answer, self._pause, self._tls = answer, pause, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        """The address of its API."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/v2"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        # A connection of our own wakes the thread that accepts; closing the listener would not.
        socket.create_connection(self._listener.getsockname()[:2]).close()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            if self._over.is_set():
                peer.close()
                return
            thread = threading.Thread(target=self._serve, args=(peer,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        with suppress(OSError), plain:
            peer = plain if self._tls is None else self._tls.wrap_socket(plain, server_side=True)
            with peer:
                request = b""
                while b"\r\n\r\n" not in request:
                    request += peer.recv(65536) or b"\r\n\r\n"
                self.requests.append(request)
                for part in self._answer():
                    if self._over.wait(self._pause) if self._pause else self._over.is_set():
                        break
                    peer.sendall(part)
                if self._pause == 0:
                    peer.shutdown(socket.SHUT_WR)
                    peer.settimeout(0.3)
                    while peer.recv(65536):
                        pass
