"""The command line as a process: start-up, terminals, interrupts, missing extras."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from rezoom._cli.app import app
from rezoom.simulator import Simulator
from typer.testing import CliRunner

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "rezoom.cli"]


def environment(**more: str) -> dict[str, str]:
    """Return this environment without what would change the outcome, with all that we import."""
    ours = ("ZOOM_", "REZOOM_", "FORCE_COLOR", "NO_COLOR", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path)} | more


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [*COMMAND, *words],
        env=environment(**more),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


@pytest.mark.parametrize("words", [[], ["--help"], ["update", "--help"], ["--version"]])
def test_help_is_quick(words: list[str]) -> None:
    """Neither the HTTP client, nor the models, nor the simulator is loaded to explain itself."""
    # typer itself takes pydantic to convert words; before it has any, nothing else may.
    light = "'pydantic'" if words == ["--help"] else "'rezoom_contract'"
    script = (
        "import sys\n"
        "from rezoom.cli import main\n"
        f"sys.argv = ['rezoom', *{words}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'httpx', 'anyio', 'uvicorn', 'starlette', 'rezoom_wire.models'}\n"
        f"heavy.add({light})\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


@pytest.mark.smoke
def test_commands_explain_themselves_with_examples() -> None:
    """Each command's help shows lines that can be copied."""
    for command in ("update", "show", "check", "explain", "simulate", "vendor"):
        text = CliRunner().invoke(app, [command, "--help"]).stdout
        assert f"Usage: rezoom {command}" in text
        assert f"rezoom {command} " in text.partition("Examples:")[2]


@pytest.mark.smoke
def test_the_version_names_package_and_spec() -> None:
    """Both matter in a bug report."""
    assert "spec 1." in run("--version").stdout


def test_without_a_command_the_help_is_shown() -> None:
    """Exit 2: nothing was asked for."""
    ran = run()

    assert ran.returncode == 2
    assert "vendor" in ran.stdout


@pytest.mark.smoke
def test_output_to_a_pipe_is_plain() -> None:
    """No colours, no box drawing around answers, no wrapped lines."""
    ran = run("check", "--duration", "0", COLUMNS="")

    assert ran.returncode == 2
    assert "\x1b" not in ran.stdout
    assert "duration: 0 is below 1" in ran.stdout


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_it_says_what_to_install(missing: str) -> None:
    """Exit 2 and one command to copy, instead of a traceback."""
    script = (
        f"import sys\nsys.modules[{missing!r}] = None\n"
        "sys.argv = ['rezoom', 'check', '--duration', '0']\n"
        "from rezoom.cli import main\nmain()\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 2
    assert 'pip install "rezoom[cli]"' in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_simulator_without_its_extra_says_what_to_install() -> None:
    """Its web server is an extra of its own."""
    script = (
        "import sys\nsys.modules['uvicorn'] = None\nsys.argv = ['rezoom', 'simulate', '--port=0']\n"
        "from rezoom.cli import main\nmain()\n"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 2
    assert 'pip install "rezoom[simulator]"' in ran.stderr
    assert "Traceback" not in ran.stderr


class Terminal:
    """A command on a terminal of its own; stdout is a pipe."""

    def __init__(self, *words: str, **more: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            env=environment(**more),
            stdin=theirs,
            stderr=theirs,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        os.close(theirs)

    def read_until(self, words: str) -> str:
        """Read what the terminal shows, until `words` are there."""
        shown = b""
        while words.encode() not in shown:
            more = os.read(self._ours, 4096)
            assert more, shown
            shown += more
        return shown.decode()

    def write(self, text: str) -> None:
        """Type a text on the terminal."""
        os.write(self._ours, text.encode())

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and stdout."""
        out, _ = self.process.communicate(timeout=30)
        os.close(self._ours)
        return self.process.returncode, out.decode()


def test_on_a_terminal_it_asks(sim: Simulator) -> None:
    """The change is shown, then sent on a yes; the answer alone is on stdout."""
    meeting = sim.add_meeting()

    terminal = Terminal("update", str(meeting), "--topic", "Stand-up", **sim.env())
    shown = terminal.read_until("Send this?")
    terminal.write("y\n")
    code, out = terminal.end()

    assert "Stand-up" in shown
    assert code == 0
    assert out.startswith("✓ Zoom accepted")
    assert sim.meeting(meeting)["topic"] == "Stand-up"


def test_on_a_terminal_a_plan_is_shown_in_colour_and_confirmed(
    sim: Simulator, tmp_path: Path
) -> None:
    """What was is red, what becomes is green; sent on a yes."""
    meeting, file = sim.add_series(), str(tmp_path / "plan.json")
    assert run("plan", str(meeting), "--duration", "20", "--out", file, **sim.env()).returncode == 0

    terminal = Terminal("apply", file, TERM="xterm-256color", **sim.env())
    shown = terminal.read_until("Send this?")
    terminal.write("y\n")
    code, out = terminal.end()

    assert "\x1b[31m45\x1b[0m → \x1b[32m20\x1b[0m" in shown
    assert (code, out.startswith("✓ Zoom accepted")) == (0, True)
    assert sim.meeting(meeting)["duration"] == 20


def all_shown(terminal: int) -> str:
    """Read what a terminal shows until its other end is closed."""
    shown = b""
    with contextlib.suppress(OSError):  # Linux says EIO at the end
        while more := os.read(terminal, 4096):
            shown += more
    return shown.decode()


def test_on_a_terminal_many_show_their_progress(sim: Simulator, tmp_path: Path) -> None:
    """A bar on stderr counts what became of them; stdout has the answers alone."""
    lines = tmp_path / "updates.jsonl"
    meetings = [sim.add_meeting() for _ in range(3)]
    texts = (json.dumps({"meeting": one, "body": {"topic": "New"}}) for one in meetings)
    lines.write_text("\n".join(texts))

    ours, theirs = pty.openpty()
    with lines.open("rb") as source, ThreadPoolExecutor(1) as reader:
        # Read meanwhile and to its end: a terminal that holds a few kilobytes lets its writer wait.
        reading = reader.submit(all_shown, ours)
        ran = subprocess.run(
            [*COMMAND, "apply", "-", "--yes"],
            env=environment(TERM="xterm", **sim.env()),
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=theirs,
            timeout=60,
            check=False,
        )
        os.close(theirs)
        shown = reading.result()
    os.close(ours)

    assert [json.loads(line)["line"] for line in ran.stdout.splitlines()] == [1, 2, 3]
    assert "3/3" in shown
    assert "3 in all: 3 applied." in shown


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04"], ids=["n", "enter", "ctrl-d"])
def test_whatever_is_not_a_yes_is_a_no(sim: Simulator, answer: str) -> None:
    """Exit 130, and the meeting stays as it is."""
    meeting = sim.add_meeting(topic="Before")

    terminal = Terminal("update", str(meeting), "--topic", "After", "--json", **sim.env())
    terminal.read_until("Send this?")
    terminal.write(answer)
    code, out = terminal.end()

    assert code == 130
    assert json.loads(out)["type"] == "Interrupted"
    assert sim.meeting(meeting)["topic"] == "Before"


@pytest.mark.parametrize(("more", "colour"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_terminals_that_want_them(more: dict[str, str], colour: bool) -> None:
    """The variable NO_COLOR is respected."""
    terminal = Terminal("update", "1", "--duration", "0", TERM="xterm-256color", **more)
    shown = terminal.read_until("duration.minimum")
    terminal.end()

    assert ("\x1b[31m" in shown) is colour


class _Silent(BaseHTTPRequestHandler):
    """Gives tokens, and never answers an update."""

    arrived: threading.Event
    released: threading.Event

    def do_POST(self) -> None:
        """Give a token to whoever asks."""
        data = json.dumps({"access_token": "t", "token_type": "bearer", "expires_in": 3600})
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())

    def do_PATCH(self) -> None:
        """Say that the request is here, and nothing more."""
        self.arrived.set()
        self.released.wait(30)
        self.close_connection = True

    def log_message(self, *_: Any, **__: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def silent() -> Iterator[tuple[dict[str, str], threading.Event]]:
    """Run a server that never answers an update; tell when one has arrived."""

    class Silent(_Silent):
        arrived = threading.Event()
        released = threading.Event()

    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_address[1]}"
        env = {
            "ZOOM_ACCOUNT_ID": "a",
            "ZOOM_CLIENT_ID": "c",
            "ZOOM_CLIENT_SECRET": "s",
            "ZOOM_API_URL": f"{origin}/v2",
            "ZOOM_OAUTH_URL": f"{origin}/oauth/token",
        }
        yield env, Silent.arrived
        Silent.released.set()
        server.shutdown()


def test_an_interrupt_after_sending_says_that_nobody_knows(
    silent: tuple[dict[str, str], threading.Event],
) -> None:
    """Ctrl-C while Zoom is thinking: exit 130, and `sent` is null."""
    env, arrived = silent
    process = subprocess.Popen(
        [*COMMAND, "update", "85746065", "--topic", "x", "--yes", "--json", "--no-verify"],
        env=environment(**env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    assert arrived.wait(30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Traceback" not in err
    answer = json.loads(out)
    assert (answer["type"], answer["sent"]) == ("Interrupted", None)


def test_the_simulator_runs_until_it_is_interrupted(tmp_path: Path) -> None:
    """One line of JSON, then a Zoom that another process can use; Ctrl-C is exit 130."""
    seed = tmp_path / "meetings.json"
    seed.write_text('[{"id": 85746065, "topic": "Seeded"}]')
    process = subprocess.Popen(
        [*COMMAND, "simulate", "--port", "0", "--seed", str(seed), "--json"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None

    answer = json.loads(process.stdout.readline())
    shown = run("show", "85746065", **answer["env"])
    changed = run("update", "85746065", "--topic", "Changed", "--yes", **answer["env"])
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=30)

    assert (answer["schema"], answer["meetings"]) == ("rezoom.simulator/1", [85746065])
    assert answer["url"] == answer["env"]["ZOOM_API_URL"]
    assert "Seeded" in shown.stdout
    assert changed.returncode == 0, changed.stderr
    assert (process.returncode, rest) == (130, "")
    assert "Traceback" not in err


def test_the_simulator_prints_what_to_export() -> None:
    """Lines for a shell, and an example that works."""
    process = subprocess.Popen(
        [*COMMAND, "simulate", "--port", "0"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("rezoom update"):
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    exports = dict(
        line.removeprefix("export ").strip().split("=", 1) for line in lines if "export" in line
    )
    assert set(exports) == {
        "ZOOM_ACCOUNT_ID",
        "ZOOM_CLIENT_ID",
        "ZOOM_CLIENT_SECRET",
        "ZOOM_API_URL",
        "ZOOM_OAUTH_URL",
    }


@pytest.mark.parametrize("seed", ["missing.json", "half.json", "odd.json"])
def test_a_bad_seed_is_refused(tmp_path: Path, seed: str) -> None:
    """Exit 2 and the reason."""
    (tmp_path / "half.json").write_text("[{")
    (tmp_path / "odd.json").write_text('[{"topc": "x"}]')

    ran = run("simulate", "--port", "0", "--seed", str(tmp_path / seed))

    assert ran.returncode == 2
    assert "seed" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_in_use_is_refused() -> None:
    """Exit 2 and the reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run("simulate", "--port", str(taken.getsockname()[1]))

    assert ran.returncode == 2
    assert "port" in ran.stderr
    assert "Traceback" not in ran.stderr


def piped(sim: Simulator, words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell, in which `$REZOOM` is the command line."""
    env = environment(REZOOM=f"{sys.executable} -m rezoom.cli", **sim.env(), **more)
    return subprocess.run(
        ["/bin/sh", "-c", words], env=env, capture_output=True, text=True, timeout=60, check=False
    )


# A pipe whose reader is gone before anything is written.
NOBODY = (
    "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); os.close(w);"
    " os.execvp(sys.argv[1], sys.argv[1:])"
)


def unread(sim: Simulator, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line without a reader of its answers."""
    return subprocess.run(
        [sys.executable, "-c", NOBODY, *COMMAND, *words],
        env=environment(**sim.env()),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_way_back_is_kept_although_nobody_reads_the_answer(
    sim: Simulator, tmp_path: Path, form: tuple[str, ...]
) -> None:
    """The update is out: its receipt comes before all talk about it."""
    meeting = str(sim.add_meeting(topic="Old"))
    plan, first, second = (tmp_path / name for name in ("plan.json", "first.json", "second.json"))
    run("plan", meeting, "--topic", "Newer", "--out", str(plan), **sim.env())

    applied = unread(sim, "apply", str(plan), "--yes", "--receipt", str(first), *form)
    updated = unread(
        sim, "update", meeting, "--topic", "Newest", "--yes", "--receipt", str(second), *form
    )

    assert sim.meeting(int(meeting))["topic"] == "Newest"
    assert [json.loads(file.read_text())["sent"] for file in (first, second)] == [True, True]
    assert (applied.returncode, "Nobody reads the answers" in applied.stderr) == (130, True)
    assert "Traceback" not in applied.stderr + updated.stderr


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("words", ["show {} --json", "show {}", "plan {} --topic x --json"])
def test_an_answer_that_cannot_be_written_is_no_bug(sim: Simulator, words: str) -> None:
    """The disk is full; what is said about it goes to stderr, also with --json."""
    ran = piped(sim, f"$REZOOM {words.format(sim.add_meeting())} > {FULL}")

    assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)
    assert "The answer cannot be written: No space left on device" in ran.stderr
    assert "free some space" in ran.stderr


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_of_many_it_is_said_what_was_sent_although_the_disk_is_full(sim: Simulator) -> None:
    """And nothing more is sent whose receipt would be lost."""
    first, second = sim.add_meeting(), sim.add_meeting()
    lines = "".join(f'{{"meeting": {one}, "body": {{"topic": "x"}}}}\\n' for one in (first, second))

    ran = piped(sim, f"printf '{lines}' | $REZOOM apply - --yes > {FULL}")

    assert (sim.meeting(first)["topic"], sim.meeting(second)["topic"] == "x") == ("x", False)
    assert ran.returncode == 130
    assert "cannot be written (No space left on device) at line 1" in ran.stderr
    assert "1 applied" in ran.stderr
    assert "--skip-unchanged" in ran.stderr


@pytest.mark.real_clock("what moves the clock opens a file, which takes the closed one's place")
@pytest.mark.parametrize(
    "words", ["apply - --yes", "undo -", "plan 1 --body -", "plan 1 --set password=@-"]
)
def test_a_closed_standard_input_is_named(sim: Simulator, words: str) -> None:
    """As in a service that was started without one."""
    ran = piped(sim, f"$REZOOM {words} <&-")

    assert (ran.returncode, "standard input is closed" in ran.stderr) == (2, True)


def test_without_a_standard_input_there_is_no_question(sim: Simulator) -> None:
    """Exactly as without a terminal."""
    ran = piped(sim, f"$REZOOM update {sim.add_meeting()} --topic x <&-")

    assert (ran.returncode, "no terminal to ask on" in ran.stderr) == (8, True)
