"""The app of the workers that tests start: its broker, and the clock of the simulator."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import httpx
from celery import Celery
from rezoom.celery import register
from rezoom.quota import RedisLedger


class SimulatorClock:
    """A clock of another process's simulator, read and moved over HTTP."""

    def __init__(self, zoom_url: str) -> None:
        self._http = httpx.Client(base_url=zoom_url.removesuffix("/v2") + "/simulator")

    def now(self) -> datetime:
        """Return the instant that the simulator shows."""
        return datetime.fromisoformat(self._read()["now"])

    def monotonic(self) -> float:
        """Return the seconds that the simulator has counted."""
        return float(self._read()["monotonic"])

    def sleep(self, seconds: float) -> None:
        """Move the clock of the simulator."""
        self._http.post("/clock/advance", json={"seconds": seconds}).raise_for_status()

    async def asleep(self, seconds: float) -> None:
        """Move the clock of the simulator."""
        self.sleep(seconds)

    def _read(self) -> Any:
        return self._http.get("/clock").raise_for_status().json()


def make_app(broker: str) -> Celery:
    """Make the app that tests and their workers share."""
    made = Celery("meetings", broker=broker, backend=broker)
    # Short, so that a test need not wait for a killed worker's messages.
    made.conf.broker_transport_options = {"visibility_timeout": 3}
    made.conf.broker_connection_retry_on_startup = True
    # Or each thread would have connections of its own, and none would close them.
    made.conf.result_backend_thread_safe = True
    made.conf.redis_backend_health_check_interval = None
    made.conf.worker_hijack_root_logger = False
    return register(made)


if "ZOOM_API_URL" in os.environ and "TEST_BROKER" in os.environ:
    clock = SimulatorClock(os.environ["ZOOM_API_URL"])
    app = make_app(os.environ["TEST_BROKER"])
    app.conf.include = ["rezoom.celery"]
    app.conf.beat_schedule["rezoom-update-due"]["schedule"] = 1.0
    app.conf.rezoom_options = {
        "clock": clock,
        "ledger": RedisLedger(os.environ["REZOOM_LEDGER"], clock=clock, server_clock=clock),
    }
