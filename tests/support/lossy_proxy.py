"""A TCP proxy that loses the answer to a chosen request: it was carried out, and nobody hears."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Literal

Loss = Literal["silence", "hang up"]


class LossyProxy:
    """Passes everything on, until it is told to lose an answer."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._request, self._loss = b"", "silence"
        self._open: list[socket.socket] = []
        self._muted: frozenset[socket.socket] = frozenset()
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answer_to(self, request: bytes, loss: Loss) -> None:
        """Lose the next answer to what contains `request`: say nothing, or hang up."""
        self._loss, self._request = loss, request

    def mute(self) -> None:
        """Pass nothing on for those who are connected, as a firewall that has forgotten them."""
        self._muted = frozenset(self._open)

    def close(self) -> None:
        """Cut all connections that are open."""
        _hang_up(self._listener, *self._open)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self._open += near, far
            losing = threading.Event()
            for passing in (self._ask, self._answer):
                threading.Thread(target=passing, args=(near, far, losing), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):  # closed meanwhile
            while said := near.recv(1 << 16):
                if self._request and self._request in said:
                    self._request = b""
                    losing.set()
                far.sendall(said)
        _hang_up(near, far)

    def _answer(self, near: socket.socket, far: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while answer := far.recv(1 << 16):
                if near in self._muted:
                    self.lost += 1
                elif not losing.is_set():
                    near.sendall(answer)
                else:
                    self.lost += 1
                    if self._loss == "hang up":
                        break
        _hang_up(near, far)


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
