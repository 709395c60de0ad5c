"""The command line inside this process, pointed at a fake Zoom."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from rezoom._cli.app import app
from rezoom.simulator import Request, Simulator
from typer.testing import CliRunner

Ran: TypeAlias = Any
Run: TypeAlias = Callable[..., Ran]


def runner(sim: Simulator) -> Run:
    """Return what runs a command; `env` replaces the variables of the fake Zoom."""

    def go(
        *words: object, stdin: str | None = None, env: dict[str, str] | None = None, **more: str
    ) -> Ran:
        env = (sim.env() if env is None else env) | {"COLUMNS": "200"} | more
        return CliRunner().invoke(app, [str(word) for word in words], env=env, input=stdin)

    return go


def answer_of(ran: Ran) -> dict[str, Any]:
    """Read the one JSON object on stdout."""
    (line,) = ran.stdout.splitlines()
    answer: dict[str, Any] = json.loads(line)
    return answer


def patches(sim: Simulator) -> list[Request]:
    """Return the updates that arrived."""
    return [request for request in sim.requests if request.method == "PATCH"]
