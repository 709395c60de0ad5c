"""From a dict to bytes: judging a body, and writing its request, apart from sending it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rezoom._client.prepare import UpdateCall, encode, update_job
from rezoom._rules.judge import judge
from rezoom_wire.models import MeetingUpdate

from .harness import Case

_GOLDENS = Path(__file__).parents[2] / "tests" / "golden" / "wire" / "whole"
_NOW = datetime(2026, 11, 25, tzinfo=UTC)


def bodies() -> dict[str, dict[str, Any]]:
    """Name the bodies: one field, the seed's paths, all paths the spec knows."""
    return {
        "topic alone": {"topic": "Weekly"},
        "the seed's 107 paths": _golden("seed-weekly"),
        "all 140 paths": _golden("full-weekly"),
    }


def judging() -> list[Case]:
    """Validate: all rules and warnings, on the way to Zoom's forms."""
    return [Case(name, partial(judge, body, {})) for name, body in bodies().items()]


def building() -> list[Case]:
    """Write the request: judged, with its address and its bytes, ready to be sent."""
    client = httpx.Client()
    address = "https://api.zoom.us/v2/meetings/85746065"
    cases = []
    for name, body in bodies().items():
        bare = partial(client.build_request, "PATCH", address, json=body)
        cases += [
            Case(f"httpx.Client.build_request(json=…): {name}", bare),
            Case(
                f"judged and built: {name}",
                partial(update_job, UpdateCall(85746065, body, {}, _NOW)),
            ),
            Case(f"JSON alone: {name}", partial(encode, body)),
        ]
    model = MeetingUpdate.from_dict(bodies()["all 140 paths"])
    return [*cases, Case("MeetingUpdate.to_dict: all 140 paths", model.to_dict)]


def _golden(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((_GOLDENS / f"{name}.json").read_text("utf-8"))["body"]
    return body
