"""What it costs to begin: imports, the first update, commands; each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from .harness import Figure, Goal, Run, Table, figures
from .loopback import shared

# The peak of this image alone: what wait4 tells would include that of the process that started it.
_PEAK = """
try:
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            print(int(line.split()[1]) / 1024)
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""
_BARE = "bare Python"
_HTTPX = "import httpx"
_BARE_UPDATE = "httpx.Client, one PATCH"


@dataclass(frozen=True, slots=True)
class Start:
    """A program to start, by its code or its words."""

    name: str
    code: str = ""
    words: tuple[str, ...] = ()
    goal: Goal | None = None
    memory_goal: Goal | None = None


def tables(run: Run) -> Iterator[Table]:
    """Yield imports, memory, and commands."""
    with tempfile.TemporaryDirectory(prefix="rezoom-bench-") as folder:
        place = dict(os.environ)
        place |= {"REZOOM_LEDGER": f"sqlite://{Path(folder, 'ledger.sqlite3')}", "NO_COLOR": "1"}
        place["SSL_CERT_FILE"] = str(shared().ca)
        # As installed: compiled before, wherever this runs from.
        place.pop("PYTHONDONTWRITEBYTECODE", None)
        place["PYTHONPYCACHEPREFIX"] = str(Path(folder, "compiled"))
        note = "CPU of a whole process, milliseconds"
        times, peaks = _measure(_imports(), run, place)
        yield Table("Imports", times, "ms", note)
        yield Table("Peak memory after the import", peaks, "MB")
        times, peaks = _measure(_first_updates(), run, place)
        yield Table("A process that makes one update over https", times, "ms", note)
        yield Table("Peak memory of a process that has made one update", peaks, "MB")
        yield Table("Commands", _measure(_commands(), run, place)[0], "ms", note)


def _imports() -> list[Start]:
    as_httpx = Goal(1.1, "times", _HTTPX)
    return [
        Start(_BARE),
        Start(_HTTPX, "import httpx"),
        # Which brings a command line of its own, where these are installed.
        Start(
            "import httpx, without click", "import sys\nsys.modules['click'] = None\nimport httpx"
        ),
        Start("import rezoom", "import rezoom", goal=as_httpx),
        Start("from rezoom import Zoom", "from rezoom import Zoom", goal=as_httpx),
        Start("import rezoom.recurrence", "import rezoom.recurrence", goal=Goal(20, "over")),
        Start("from rezoom.recurrence import Recurrence", _RECURRENCE),
        Start("import rezoom.quota", "import rezoom.quota"),
        Start("from rezoom_wire.models import MeetingUpdate", _MODELS),
        Start("import zoomus", "import zoomus"),
        Start("import pyzoom", "import pyzoom"),
        Start("import zoom_python_client", "import zoom_python_client.zoom_api_client"),
    ]


_RECURRENCE = "from rezoom.recurrence import Recurrence"
_MODELS = "from rezoom_wire.models import MeetingUpdate"


def _first_updates() -> list[Start]:
    base = f"{shared().https}/v2"
    bare = (
        "import httpx\nwith httpx.Client() as client:\n"
        f" client.patch('{base}/meetings/1', json={{'topic': 'x'}},"
        " headers={'Authorization': 'b'})"
    )
    ours = (
        "from rezoom import Bearer, Zoom\n"
        f"with Zoom(Bearer('b', account='bench'), base_url='{base}'{{ledger}}) as zoom:\n"
        " zoom.update(1, topic='x')"
    )
    goal = Goal(15, "over")
    memory = ours.format(ledger=", ledger='memory:'")
    return [
        Start(_BARE_UPDATE, bare),
        Start("Zoom, one update, memory ledger", memory, memory_goal=goal),
        Start("Zoom, one update, SQLite ledger", ours.format(ledger=""), memory_goal=goal),
    ]


def _commands() -> list[Start]:
    rezoom = ("-m", "rezoom.cli")
    start = f"{date.today() + timedelta(days=7)}T09:00"  # noqa: DTZ011  # a week on, whatever the zone
    series = ("--repeat", "every 2 weeks on tue, 10 times", "--start", start)
    preview = ("preview", *series, "--timezone", "Europe/Berlin")
    change = ("update", "85746065", "--topic", "Stand-up", "--dry-run")
    return [
        Start(_BARE),
        Start("import typer, rich.console", "import typer, rich.console"),
        Start("rezoom --help", words=(*rezoom, "--help"), goal=Goal(200, "over")),
        Start("rezoom --version", words=(*rezoom, "--version")),
        Start("rezoom update --help", words=(*rezoom, "update", "--help")),
        Start("rezoom update … --dry-run", words=(*rezoom, *change)),
        Start("rezoom preview --repeat …", words=(*rezoom, *preview)),
        Start("rezoom quota", words=(*rezoom, "quota")),
    ]


def _measure(
    starts: Sequence[Start], run: Run, place: dict[str, str]
) -> tuple[list[Figure], list[Figure]]:
    run = run.fewer(11)
    cpu: list[list[float]] = [[] for _ in starts]
    wall: list[list[float]] = [[] for _ in starts]
    peaks: list[list[float]] = [[] for _ in starts]
    for start in starts:
        _once(start, place)  # compiled, and in the disk's cache
    for number in range(run.rounds):
        run.progress(f"round {number + 1} of {run.rounds}")
        for index, start in enumerate(starts):
            spent, passed, peak = _once(start, place)
            cpu[index].append(spent * 1e3)
            wall[index].append(passed * 1e3)
            peaks[index].append(peak)
    names = [start.name for start in starts]
    return (
        figures(names, [start.goal for start in starts], cpu, wall),
        figures(names, [start.memory_goal for start in starts], peaks) if any(peaks[0]) else [],
    )


def _once(start: Start, place: dict[str, str]) -> tuple[float, float, float]:
    """Run it once; return its CPU and wall seconds, and its peak in megabytes (code only)."""
    words = start.words or ("-c", start.code + _PEAK)
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *words], env=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, told = child.stdout, child.stderr
    assert out is not None and told is not None  # noqa: PT018 - one thing: asked for above
    with out, told:
        said, complaint = out.read(), told.read()
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    passed = time.perf_counter() - began
    if child.returncode not in (0, 2) or (start.code and child.returncode):
        raise RuntimeError(f"{start.name}: {complaint.decode(errors='replace')[-2000:]}")
    peak = float(said.split()[-1]) if not start.words else 0.0
    return used.ru_utime + used.ru_stime, passed, peak
