"""A server in a process of its own: it answers at once, late, or in ways no client likes."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import ssl
import zlib
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import trustme

_END = b"\r\n\r\n"
_ACCEPTED = b"HTTP/1.1 204 No Content\r\nx-zm-trackingid: WEB_bench" + _END
_JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_TOKEN = b'{"access_token": "bench", "expires_in": 3599}'
_MEGABYTE = 1 << 20
_LENGTH = re.compile(rb"content-length: *(\d+)")


class Loopback:
    """The server as its users see it: two addresses, and the certificate that vouches for one."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca, own = folder / "ca.pem", folder / "server.pem"
        authority.cert_pem.write_to_path(self.ca)
        issued = authority.issue_cert("127.0.0.1", "localhost")
        issued.private_key_and_cert_chain_pem.write_to_path(own)
        spawn = multiprocessing.get_context("spawn")
        self._opened = spawn.Value("i", 0)
        here, there = spawn.Pipe()
        # As a daemon it ends with this process.
        spawn.Process(target=_start, args=(own, there, self._opened), daemon=True).start()
        plain, secure = here.recv()
        self.http, self.https = f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"

    @property
    def connections(self) -> int:
        """How many connections clients have opened so far."""
        return int(self._opened.value)


def _start(*arguments: Any) -> None:
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(*arguments))


async def _serve(certificate: Path, pipe: Connection, opened: Any) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    answer, where = partial(_answer, opened, _gigabyte()), ("127.0.0.1", 0)
    plain = await asyncio.start_server(answer, *where, backlog=1024)
    secure = await asyncio.start_server(answer, *where, backlog=1024, ssl=context)
    pipe.send([server.sockets[0].getsockname()[1] for server in (plain, secure)])
    await secure.serve_forever()


async def _answer(
    opened: Any, packed: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer the requests of one connection; the first part of a path says how."""
    opened.value += 1
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(_END)).lower()
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            match head.split(b"/", 2)[1]:
                case b"oauth":
                    writer.write(_JSON + b"content-length: %d" % len(_TOKEN) + _END + _TOKEN)
                case b"late":
                    await asyncio.sleep(0.1)
                    writer.write(_ACCEPTED)
                case b"endless":
                    await _pour(writer, b"", b" " * _MEGABYTE, 0.02)
                case b"drip":
                    await _pour(writer, b"content-length: 1000000\r\n", b" ", 0.05)
                case b"gzip":
                    kind = b"content-encoding: gzip\r\ncontent-length: %d"
                    writer.write(_JSON + kind % len(packed) + _END + packed)
                case _:
                    writer.write(_ACCEPTED)
    writer.close()


async def _pour(writer: asyncio.StreamWriter, more: bytes, data: bytes, pause: float) -> None:
    writer.write(_JSON + more + b"\r\n")
    while True:  # until the other side is gone
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(pause)


def _gigabyte() -> bytes:
    """Pack a gigabyte of zeros: one block a thousand times, without the checksum at its end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(_MEGABYTE)
    first, block = (packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 1023 * block
