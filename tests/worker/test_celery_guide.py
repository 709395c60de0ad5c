"""The guide to Celery, a process pool and a web application is run as written."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery_worker import PATIENCE, Worker, wait_until
from redis_server import Server
from rezoom.simulator import Simulator
from starlette.testclient import TestClient

# kombu's pools leave sockets of the sending app to the garbage collector (seen now and then).
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

GUIDE = Path(__file__).parents[2] / "docs" / "celery.md"
TEXT = GUIDE.read_text("utf-8")
APP, POOL, WEB = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
COMMANDS = [shlex.split(line) for line in re.findall(r"^\$ celery (.*)", TEXT, re.MULTILINE)]


def run(code: str) -> dict[str, Any]:
    """Run a block of the guide, and return its names."""
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  # the guide is ours
    return names


def test_the_app_works(
    sim: Simulator,
    redis: Server,
    work: Callable[..., Worker],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the worker and the beat that the guide starts."""
    monkeypatch.setenv("REZOOM_LEDGER", redis.url)
    (tmp_path / "meetings.py").write_text(APP)
    numbers = [sim.add_meeting(topic="Stand-up") for _ in range(3)]
    for _, app, command, *flags in COMMANDS:
        work(*flags, command=command, app=app, folder=tmp_path)
    guide = run(APP)

    guide["rename"](numbers, "Daily")
    assert guide["open_the_door"](numbers[0]) == "applied"

    wait_until(lambda: {sim.meeting(number)["topic"] for number in numbers} == {"Daily"})


def test_the_process_pool_works(sim: Simulator, tmp_path: Path) -> None:
    """Each process has its client; all count in one file."""
    numbers = [sim.add_meeting(topic=topic) for topic in ("Stand-up", "Stand-up", "Daily")]
    program = tmp_path / "pool.py"
    program.write_text(f'{POOL}\n\nif __name__ == "__main__":\n    main({numbers})\n')

    ran = subprocess.run(
        [sys.executable, program],
        env=os.environ
        | sim.env()
        | {"REZOOM_LEDGER": f"sqlite://{tmp_path}/ledger", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    expected = [f"{numbers[0]} sent", f"{numbers[1]} sent", f"{numbers[2]} unchanged"]
    assert (sorted(ran.stdout.splitlines()), ran.stderr) == (sorted(expected), "")


def test_the_web_application_works(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers with what is left, and with 503 where a limit stands in the way."""
    for name, value in sim.env().items():
        monkeypatch.setenv(name, value)
    number = sim.add_meeting(topic="Stand-up")

    with TestClient(run(WEB)["web"]) as web:
        good = web.patch(f"/meetings/{number}", json={"topic": "Daily"})
        sim.fail_next("host-day")
        spent = web.patch(f"/meetings/{number}", json={"topic": "Weekly"})

    assert (good.status_code, good.json()) == (200, {"left": 99})
    assert (spent.status_code, spent.json()["type"]) == (503, "RateLimited")
    assert sim.meeting(number)["topic"] == "Daily"
