"""The guide to the simulator is run as written: Python, tests, shell lines, files and tables."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rezoom.simulator import FAULTS, SimClock, Simulator
from rezoom.simulator._fault_plan import read_fault_words, read_faults
from rezoom.simulator._quirks import behaviours
from rezoom.simulator._server.control import calls

GUIDE = Path(__file__).parents[2] / "docs" / "simulator.md"
TEXT = GUIDE.read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
FOLLOWED = list(zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True))
PYTHON = [
    (code, shown if kind == "text" else "")
    for (language, code), (kind, shown) in FOLLOWED
    if language == "python" and "def test_" not in code
]
SHELL = [
    (code, shown if kind == "text" else None)
    for (language, code), (kind, shown) in FOLLOWED
    if language == "sh"
]
PLUGIN = ["-p", "rezoom.simulator.pytest_plugin"]


def block(language: str, word: str = "") -> str:
    found: list[str] = [code for kind, code in BLOCKS if kind == language and word in code]
    (only,) = found
    return only


@pytest.mark.parametrize(("code", "shown"), PYTHON)
def test_the_python_prints_what_the_guide_shows(code: str, shown: str) -> None:
    """The text behind a block is its output."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, str(GUIDE), "exec"), {})  # noqa: S102  # the guide is ours
    assert said.getvalue() == shown


@pytest.mark.slow
@pytest.mark.parametrize("ini", ["", block("ini")], ids=["plain", "ini"])
def test_the_tests_pass(tmp_path: Path, ini: str) -> None:
    """In a folder of their own, with the plugin alone, and with the options that are shown."""
    (tmp_path / "pytest.ini").write_text(ini or "[pytest]\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "meetings.yaml").write_text(block("yaml"))
    (tmp_path / "test_guide.py").write_text(block("python", "def test_"))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-config", "--strict-markers", *PLUGIN],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "2 passed" in ran.stdout, ran.stdout


@pytest.mark.parametrize(("code", "shown"), SHELL)
def test_the_shell_lines_succeed(tmp_path: Path, code: str, shown: str | None) -> None:
    """As another program would call it; what answers with an error fails the line."""
    with Simulator() as sim:
        sim.add_meeting()
        origin = sim.url.removesuffix("/v2")
        lines = code.replace("http://127.0.0.1:8042", origin).replace("curl -s", "curl -sS --fail")
        ran = subprocess.run(
            ["/bin/sh", "-eu", "-c", lines],
            env=os.environ | sim.env(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert shown is None or ran.stdout == shown


def test_the_command_starts(tmp_path: Path) -> None:
    """With the file that the guide shows, on a free port, and tells what the guide says."""
    (tmp_path / "meetings.yaml").write_text(block("yaml"))
    (line,) = (li for li in block("console", "--seed").splitlines() if "--seed" in li)
    words = shlex.split(line.removeprefix("$ rezoom ").replace("8042", "0"))
    process = subprocess.Popen(
        [sys.executable, "-m", "rezoom.cli", *words, "--json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert {"url", "control_url", "env", "meetings"} <= first.keys()
    assert first["meetings"] == [85746065, 85746066]


def test_the_files_are_read(tmp_path: Path) -> None:
    """Seeds and faults, and the short form in running text."""
    (tmp_path / "meetings.yaml").write_text(block("yaml"))
    sim = Simulator(meetings=tmp_path / "meetings.yaml")
    assert len(sim.meeting(85746065)["occurrences"]) == 20
    assert sim.meeting(85746066)["settings"]["waiting_room"] is False
    assert len(read_faults(json.loads(block("json"))).listed) == 3
    short = [words for words in re.findall(r"`--faults (\S+?)`", TEXT) if ".yaml" not in words]
    assert len(short) == 2
    for words in short:
        assert any(read_fault_words(words))


@pytest.mark.parametrize("kind", FAULTS)
def test_the_table_of_faults_is_the_codes(kind: str) -> None:
    """They agree sentence by sentence."""
    assert f"| `{kind}` | {FAULTS[kind].sentence} |" in TEXT


@pytest.mark.parametrize("quirk", behaviours(), ids=lambda quirk: quirk.name)
def test_the_table_of_quirks_is_the_codes(quirk: Any) -> None:
    """Name, choices, default, what is known, and where from."""
    bold = [f"**{c}**" if c == quirk.default else c for c in quirk.choices]
    name, choices = quirk.name.replace("_", "-"), ", ".join(bold) or "none"
    assert f"| `{name}` | {choices} | {quirk.sentence} | {' '.join(quirk.sources)} |" in TEXT


def test_the_tables_name_nothing_else() -> None:
    """What was dropped from the code is dropped from the guide."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", TEXT, re.MULTILINE)
    assert rows == [*FAULTS, *(quirk.name.replace("_", "-") for quirk in behaviours())]


def test_every_call_that_is_shown_exists() -> None:
    """Methods of a simulator, and addresses of its control endpoint."""
    table = TEXT.partition("| set up |")[2].partition("\n\n")[0]
    named = re.findall(r"`(clock\.)?([a-z_]+)", table)
    assert len(named) > 20
    for of_the_clock, name in named:
        assert hasattr(SimClock if of_the_clock else Simulator, name), name
    shown = set(re.findall(r"`([A-Z]+ /simulator\S*)`", TEXT))
    assert shown <= set(calls())
