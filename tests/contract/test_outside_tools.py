"""Tools that know OpenAPI and nothing of ours read the whole document: types, zod, Swagger UI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from spec_lint import ROOT, ToolError, install_packages

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent / "outside_tools"
DOCUMENT = Path(str(files("rezoom_wire").joinpath("openapi.json")))
SCHEMAS: dict[str, Any] = json.loads(DOCUMENT.read_bytes())["components"]["schemas"]
SENDABLE: list[dict[str, Any]] = [
    {"topic": "Weekly planning", "duration": 45},
    {"settings": {"waiting_room": True, "breakout_room": {"rooms": [{"name": "North"}]}}},
    {"recurrence": {"type": 2, "repeat_interval": 1, "weekly_days": "2,4", "end_times": 12}},
]
WRONG: list[dict[str, Any]] = [
    {"duration": 0},
    {"duration": "45"},
    {"type": 4},
    {"topic": ["Weekly planning"]},
    {"start_time": "2030-03-04T10:00:00+01:00"},
    {"settings": {"auto_recording": "sometimes"}},
    {"settings": {"breakout_room": {"rooms": [{"name": 7}]}}},
]


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Let all tools read the document that is shipped."""
    what = "openapi-typescript, hey-api, and Swagger UI (once, 80 MB)"
    try:
        modules = install_packages(HERE, ROOT / ".cache" / "outside-tools", what)
    except ToolError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    # npm comes with it.
    node = shutil.which("node") or "node"
    script = shutil.copy(HERE / "judge.mjs", modules.parent)
    bodies = tmp_path_factory.mktemp("bodies") / "bodies.json"
    bodies.write_text(json.dumps(SENDABLE + WRONG), encoding="utf-8")
    command = [node, script, str(DOCUMENT), str(bodies)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def members(name: str, prefix: str = "") -> Iterator[str]:
    """Name every member of a request component, and of what is below it."""
    for member, schema in SCHEMAS[name]["properties"].items():
        path = f"{prefix}{member}"
        yield path
        below, dot = (schema["items"], "[].") if "items" in schema else (schema, ".")
        if "$ref" in below:
            yield from members(below["$ref"].rpartition("/")[2], path + dot)


def test_types_of_an_answer_have_every_setting_that_can_be_sent(readings: dict[str, Any]) -> None:
    """In the types of openapi-typescript the answer has each member of the request."""
    sendable = set(members("MeetingSettings"))
    assert len(sendable) > len(SCHEMAS["MeetingSettings"]["properties"])
    assert sendable - set(readings["members"]) == set()


def test_zod_takes_what_can_be_sent(readings: dict[str, Any]) -> None:
    """A zod schema that hey-api has made of the document takes every sensible body."""
    assert readings["bodies"][: len(SENDABLE)] == [True] * len(SENDABLE)


def test_zod_refuses_what_is_wrong(readings: dict[str, Any]) -> None:
    """The same schema refuses a wrong type, value, or form, on the top and far below it."""
    verdicts = zip(WRONG, readings["bodies"][len(SENDABLE) :], strict=True)
    assert [body for body, taken in verdicts if taken] == []


def test_swagger_ui_names_every_parameter(readings: dict[str, Any]) -> None:
    """Swagger UI shows each parameter of both operations with its name and its type."""
    shown = {method: [name for name, _ in rows] for method, rows in readings["parameters"].items()}
    assert shown == {
        "PATCH": ["meetingId", "occurrence_id"],
        "GET": ["meetingId", "show_previous_occurrences", "occurrence_id"],
    }
    kinds = {kind for rows in readings["parameters"].values() for _, kind in rows}
    assert kinds == {"integer($int64)", "string", "boolean"}
