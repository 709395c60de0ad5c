"""Both type checkers, strict, judge the planted errors here and a vendored copy."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from rezoom._vendor import vendor
from run_pyright import pyright
from spec_lint import ToolError

Places: TypeAlias = set[tuple[str, int]]
Checker: TypeAlias = Callable[[Path], Places]

HERE = Path(__file__).parent
PLANTED = re.compile(r"  # type: ignore\[.*")
CALLER = """\
from zoomwire import AuthenticatedClient
from zoomwire.api.meetings import get_meeting, update_meeting
from zoomwire.models import Meeting, MeetingUpdate, ZoomError

client = AuthenticatedClient(base_url="https://example.org/v2", token="t")
update_meeting.sync_detailed(1, client=client, body=MeetingUpdate(topic="Stand-up"))
found: Meeting | ZoomError | None = get_meeting.sync(1, client=client)
update_meeting.sync_detailed(1, client=client, body=MeetingUpdate(topic=5))
"""


def output(folder: Path, *command: str) -> str:
    """Run a checker over a folder; return what it prints."""
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=folder
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def by_mypy(folder: Path) -> Places:
    """Return file and line of every error that mypy finds."""
    options = ("--strict", "--config-file", os.devnull, "--cache-dir", str(folder / ".mypy_cache"))
    said = output(folder, sys.executable, "-m", "mypy", *options, ".")
    return {(file, int(line)) for file, line in re.findall(r"(?m)^(.+?):(\d+): error:", said)}


def by_pyright(folder: Path) -> Places:
    """Return file and line of everything that pyright finds."""
    try:
        command = pyright()
    except ToolError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    said: Any = json.loads(output(folder, *command, "--outputjson"))
    return {
        (Path(one["file"]).relative_to(folder).as_posix(), one["range"]["start"]["line"] + 1)
        for one in said["generalDiagnostics"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("checker", [by_mypy, by_pyright])
def test_every_planted_error_is_found_and_nothing_else(checker: Checker, tmp_path: Path) -> None:
    """Without its comment every line that must stay an error is one, and no other line is."""
    planted: Places = set()
    for module in ("api.py", "recurrence.py"):
        lines = (HERE / module).read_text(encoding="utf-8").splitlines()
        planted |= {(module, at) for at, line in enumerate(lines, 1) if PLANTED.search(line)}
        bare = "\n".join(PLANTED.sub("", line) for line in lines)
        (tmp_path / module).write_text(bare, encoding="utf-8")

    assert checker(tmp_path) == planted


@pytest.mark.slow
@pytest.mark.parametrize("checker", [by_mypy, by_pyright])
def test_a_vendored_copy_is_clean_and_typed(checker: Checker, tmp_path: Path) -> None:
    """The only error is that of its caller, in the last line."""
    vendor(tmp_path / "zoomwire")
    (tmp_path / "caller.py").write_text(CALLER, encoding="utf-8")

    assert checker(tmp_path) == {("caller.py", len(CALLER.splitlines()))}
