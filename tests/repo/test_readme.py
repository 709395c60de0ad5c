"""The README is run as written: its Python against the simulator, its commands in a shell."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from coming import to_come
from limits import UPDATES
from rezoom.simulator import Simulator

pytest_plugins = ["pytester"]

README = Path(__file__).parents[2] / "README.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(README.read_text("utf-8")) if kind == language]


def commands(start: str) -> list[list[str]]:
    lines = (line for block in blocks("console") for line in block.splitlines())
    found = [line.removeprefix("$ ").partition("  #")[0].strip() for line in lines]
    return [shlex.split(line) for line in found if line.startswith(start)]


def run(command: list[str], cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rezoom.cli", *command[1:]],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_python_prints_what_the_readme_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example runs against the simulator, and its refusal reads as printed."""
    said = io.StringIO()
    with Simulator() as sim:
        assert sim.add_meeting() == 85746065
        for name, value in sim.env().items():
            monkeypatch.setenv(name, value)
        for block in blocks("python"):
            with contextlib.redirect_stdout(said):
                exec(compile(block, "README.md", "exec"), {})  # noqa: S102  # the README is ours
    shown = next(text for text in blocks("text") if text.startswith("The change has"))
    assert shown in said.getvalue()
    assert f"{UPDATES - 2} updates of this meeting are left" in said.getvalue()


def test_the_readme_starts_with_the_two_commands() -> None:
    """The first block runs the main job, then passes the tests."""
    demo, tests = blocks("console")[0].splitlines()
    assert "nox -s demo" in demo
    assert "nox -s tests" in tests


@pytest.mark.parametrize("command", commands("rezoom vendor"), ids=" ".join)
def test_vendoring_commands_succeed(command: list[str], tmp_path: Path) -> None:
    """Each vendoring line of the README exits 0 after the one that makes the copy."""
    first = run(commands("rezoom vendor")[0], tmp_path)
    done = run(command, tmp_path) if "--check" in command else first
    assert (done.returncode, done.stderr) == (0, done.stderr)


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("rezoom show", 0),
        ("rezoom check", 2),
        ("rezoom update 85746065 --body", 0),
        ("rezoom preview", 0),
    ],
)
def test_client_commands_exit_as_documented(start: str, code: int, tmp_path: Path) -> None:
    """The lines of the command-line part run against the simulator, with dates that are to come."""
    (tmp_path / "change.json").write_text('{"topic": "Stand-up"}')
    (command,) = (shlex.split(to_come(shlex.join(words))) for words in commands(start))
    with Simulator() as sim:
        sim.add_meeting()
        done = run(command, tmp_path, **sim.env())
    assert done.returncode == code, done.stderr


@pytest.mark.slow
def test_a_plan_is_applied_and_undone_by_the_lines_shown(tmp_path: Path) -> None:
    """One after another, as they stand: what was there before is there again."""
    with Simulator() as sim:
        number = sim.add_series()
        before = sim.meeting(number)
        for start in ("rezoom plan", "rezoom apply plan.json", "rezoom undo"):
            (command,) = commands(start)
            done = run(command, tmp_path, **sim.env())
            assert done.returncode == 0, done.stderr

        assert [update.status for update in sim.updates(number)] == [204, 204]
        assert sim.meeting(number) == before


@pytest.mark.slow
def test_the_fixture_works_as_shown(pytester: pytest.Pytester) -> None:
    """The test of the README passes for a program that does what it says."""
    (shown,) = (block for block in blocks("python") if "zoom_simulator" in block)
    program = """
        from rezoom import UnansweredError, Zoom

        def my_program(number):
            with Zoom.from_env(retries=0) as zoom:
                try:
                    zoom.update(number, topic="Daily stand-up")
                except UnansweredError:
                    pass
    """
    pytester.makepyfile(textwrap.dedent(program) + shown)

    pytester.runpytest_subprocess().assert_outcomes(passed=1)
