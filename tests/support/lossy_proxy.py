"""A TCP proxy that loses the answer to a chosen request: it was carried out, and nobody hears."""

from __future__ import annotations

import socket
import threading
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
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answer_to(self, request: bytes, loss: Loss) -> None:
        """Lose the next answer to what contains `request`: say nothing, or hang up."""
        self._loss, self._request = loss, request

    def close(self) -> None:
        """Cut everybody off."""
        for end in (self._listener, *self._open):
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self._open += near, far
            threading.Thread(target=self._talk, args=(near, far), daemon=True).start()

    def _talk(self, near: socket.socket, far: socket.socket) -> None:
        """Pass one request on at a time: a client of Redis waits for each answer."""
        try:
            while said := near.recv(1 << 16):
                lose = bool(self._request) and self._request in said
                far.sendall(said)
                answer = far.recv(1 << 16)
                if not lose:
                    near.sendall(answer)
                    continue
                self._request = b""
                self.lost += 1
                if self._loss == "hang up":
                    break
        except OSError:
            pass  # closed by the test
        near.close()
        far.close()
