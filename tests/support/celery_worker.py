"""Workers and beat of Celery in processes of their own, with the app of `celery_app`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from redis_server import Server
from rezoom.simulator import Simulator

PATIENCE = 60.0
SUPPORT = Path(__file__).parent


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Worker:
    """A worker in a process of its own, which is ready."""

    def __init__(
        self,
        sim: Simulator,
        server: Server,
        *flags: str,
        command: str = "worker",
        app: str = "celery_app",
        folder: Path = SUPPORT,
        ledger: Server | None = None,
    ) -> None:
        counts = ledger or server
        environment = {"REZOOM_LEDGER": counts.url, "TEST_BROKER": server.url, "C_FORCE_ROOT": "1"}
        path = os.pathsep.join([str(SUPPORT), str(folder), *filter(None, sys.path)])
        environment |= {"PYTHONPATH": path, "REZOOM_LIMITS": "host=5"}
        quiet = [] if command == "beat" else ["--without-gossip", "--without-mingle"]
        celery = [sys.executable, "-m", "celery", "-A", app, command]
        self.process = subprocess.Popen(
            [*celery, *flags, *quiet, "-l", "INFO"],
            env=os.environ | sim.env() | environment,
            cwd=None if folder == SUPPORT else folder,  # beat keeps its schedule there
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        if not ready.wait(PATIENCE) or self.process.poll() is not None:
            self.kill()
            raise AssertionError("the worker does not start:\n" + "".join(self.said))

    def children(self) -> list[int]:
        """List the processes of its pool."""
        number = self.process.pid
        text = Path(f"/proc/{number}/task/{number}/children").read_text("ascii")
        return [int(child) for child in text.split()]

    def stop(self) -> int:
        """End it as a supervisor does, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def kill(self) -> None:
        """Kill it with all its children."""
        for child in self.children() if self.process.poll() is None else ():
            os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE)

    def _read(self, ready: threading.Event) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            self._listen(lines, ready)
        ready.set()

    def _listen(self, lines: IO[str], ready: threading.Event) -> None:
        for line in lines:
            self.said.append(line)
            if " ready." in line or "beat: Starting" in line:
                ready.set()
