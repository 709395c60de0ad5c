"""`rezoom apply rows.csv|rows.jsonl|-`: many at once, and the same rows with their results."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Run, patches, runner
from limits import most
from rezoom._cli.live import live_table
from rezoom.simulator import Fault, Simulator
from rich.console import Console
from wire import ACCEPTED, SILENCE, Sent, Wire

BUSINESS = {"REZOOM_ACCOUNT_PLAN": "business"}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


@pytest.fixture
def run(sim: Simulator) -> Run:
    """Run the command line, pointed at the fake Zoom."""
    return runner(sim)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """The name of a CSV file."""
    return tmp_path / "rows.csv"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The name of the file with the results."""
    return tmp_path / "results.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


def renamed(numbers: list[int]) -> str:
    """Ask every meeting for another topic, a JSON line each."""
    lines = ({"meeting": number, "body": {"topic": "New"}, "host": "h"} for number in numbers)
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@pytest.mark.smoke
def test_the_results_are_the_same_rows_and_valid_input(
    run: Run, sim: Simulator, sheet: Path, out: Path
) -> None:
    """An empty cell leaves its field alone; columns are fields by their paths."""
    one, two = (sim.add_meeting(topic="Before", duration=60) for _ in range(2))
    sheet.write_text(
        f'meeting,topic,duration,settings.waiting_room\n{one},"Daily, at nine",,yes\n{two},,30,\n'
    )

    ran = run("apply", sheet, "--yes", "--out", out)
    again = run("apply", out, "--yes", "--skip-unchanged", "--out", out.with_suffix(".2.csv"))

    assert (ran.exit_code, ran.stdout) == (0, ""), ran.output
    assert sim.meeting(one)["topic"] == "Daily, at nine"
    assert sim.meeting(one)["settings"]["waiting_room"] is True
    assert (sim.meeting(one)["duration"], sim.meeting(two)["topic"]) == (60, "Before")
    assert sim.meeting(two)["duration"] == 30
    first, second = rows_of(out)
    assert first == {
        "meeting": str(one),
        "topic": "Daily, at nine",
        "duration": "",
        "settings.waiting_room": "yes",
        "_result": "applied",
        "_error": "",
        "_retry_at": "",
    }
    assert second["_result"] == "applied"
    assert out.stat().st_mode & 0o777 == 0o600
    assert again.exit_code == 0
    assert [row["_result"] for row in rows_of(out.with_suffix(".2.csv"))] == ["unchanged"] * 2
    assert len(patches(sim)) == 2


def test_a_spreadsheet_of_another_language_is_read(run: Run, sim: Simulator, sheet: Path) -> None:
    """With semicolons, and the mark that some programs begin a file with."""
    number = sim.add_meeting()
    sheet.write_text(f"\ufeffmeeting;topic\r\n{number};Über, uns\r\n", "utf-8")

    assert run("apply", sheet, "--yes").exit_code == 0
    assert sim.meeting(number)["topic"] == "Über, uns"


def test_a_row_may_name_an_occurrence_and_a_series(run: Run, sim: Simulator, sheet: Path) -> None:
    """As a JSON line can."""
    one, other = sim.add_series(), sim.add_meeting()
    second = sim.meeting(one)["occurrences"][1]
    next_week = datetime.now(UTC) + timedelta(weeks=1)
    sheet.write_text(
        "meeting,occurrence,duration,repeat,start_time,timezone,allow\n"
        f"{one},{second['occurrence_id']},20,,,,\n"
        f'{other},,,"weekly on mon, 3 times",{next_week:%Y-%m-%dT10:00},Europe/Berlin,past-start\n'
    )

    ran = run("apply", sheet, "--yes", "--no-verify", "--json")

    assert [json.loads(line)["line"] for line in ran.stdout.splitlines()] == [2, 3]
    assert sim.history(one)[-1].occurrence_id == second["occurrence_id"]
    assert len(sim.meeting(other)["occurrences"]) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("meeting,topik\n1,x\n", "Did you mean topic"),
        ("meeting,topic\n1,x\n8.57E+10,y\n", "line 3, meeting: 8.57E+10"),
        ("meeting;topic\n8,57461E+10;y\n", "line 2, meeting"),
        ("topic\nx\n", "no column is called meeting"),
        ("meeting,topic,topic\n1,x,y\n", "stands twice"),
        ("meeting,topic\n1,x,y\n", "line 2 has 3 cells"),
        ('meeting,topic\n1,"x\n', "cannot be read"),
        ("", "no column is called meeting"),
    ],
)
def test_a_sheet_that_cannot_be_meant_is_refused_before_anything_is_sent(
    run: Run, sim: Simulator, sheet: Path, text: str, said: str
) -> None:
    """The first rows would be changed, and the rest be wrong."""
    sheet.write_text(text)

    ran = run("apply", sheet, "--yes")

    assert (ran.exit_code, said in ran.stderr) == (2, True), ran.stderr
    assert sim.requests == ()


def test_a_device_is_no_sheet(run: Run, sheet: Path) -> None:
    """It would be read without an end."""
    sheet.symlink_to("/dev/zero")

    ran = run("apply", sheet, "--yes")

    assert (ran.exit_code, "no regular file" in ran.stderr) == (2, True)


def test_a_bad_row_is_a_result_and_stops_no_other(
    run: Run, sim: Simulator, sheet: Path, out: Path
) -> None:
    """It is told at the end, and in the file; the exit code is that of the first."""
    number = sim.add_meeting()
    sheet.write_text(f"meeting,topic,duration\n{number},,9999\n{number},,soon\n{number},New,\n")

    ran = run("apply", sheet, "--yes", "--out", out)

    assert [row["_result"] for row in rows_of(out)] == ["refused", "refused", "applied"]
    assert f"9999 is above {most('duration')}" in rows_of(out)[0]["_error"]
    assert "'soon' is not a whole number" in rows_of(out)[1]["_error"]
    assert "line 2 (meeting" in ran.stderr
    assert (ran.exit_code, sim.meeting(number)["topic"]) == (2, "New")


def test_what_is_left_has_its_instant(run: Run, sim: Simulator, sheet: Path, out: Path) -> None:
    """A spent account ends the run; the file has every row."""
    numbers = [sim.add_meeting() for _ in range(4)]
    sheet.write_text("meeting,topic\n" + "".join(f"{number},New\n" for number in numbers))
    sim.fail_next(Fault("account-day", match="PATCH", nth=2))

    ran = run("apply", sheet, "--yes", "--no-verify", "--out", out)

    found = rows_of(out)
    assert [row["_result"] for row in found] == ["accepted", "left", "left", "left"]
    assert all(row["_retry_at"].endswith("Z") for row in found[1:])
    assert (ran.exit_code, len(patches(sim))) == (3, 2)


def test_results_are_written_over_nothing(run: Run, sim: Simulator, sheet: Path, out: Path) -> None:
    """What is there may be the only trace of an earlier run."""
    sheet.write_text(f"meeting,topic\n{sim.add_meeting()},New\n")
    out.write_text("mine")

    ran = run("apply", sheet, "--yes", "--out", out)

    assert (ran.exit_code, out.read_text(), patches(sim)) == (2, "mine", [])


def test_without_a_terminal_and_yes_no_row_is_sent(run: Run, sim: Simulator, sheet: Path) -> None:
    """Nobody was asked: exit 8."""
    sheet.write_text(f"meeting,topic\n{sim.add_meeting()},New\n")

    assert run("apply", sheet).exit_code == 8
    assert sim.requests == ()


def test_the_cost_is_told_without_a_call(run: Run, sim: Simulator, sheet: Path) -> None:
    """Rows, hosts, calls, days by the limits of a day, and the least time."""
    rows = [f"{85746065 + n},ada,New," for n in range(250)] + ["93000000001,,New,", "7,,,9999"]
    sheet.write_text("meeting,host,topic,duration\n" + "\n".join(rows))

    ran = run("apply", sheet, "--plan-only", "--json", **BUSINESS)
    shown = run("apply", sheet, "--plan-only")

    assert json.loads(ran.stdout) == {
        "schema": "rezoom.estimate/1",
        "rows": 252,
        "refused": 1,
        "meetings": 251,
        "hosts": 1,
        "meetings_of_unknown_hosts": 1,
        "calls": 753,
        "days": 3,
        "seconds": 10,
    }
    assert "3 days" in shown.stdout
    assert "REZOOM_ACCOUNT_PLAN" in shown.stdout
    assert (ran.exit_code, shown.exit_code, sim.requests) == (0, 0, ())


def test_the_cost_of_a_pipe_is_told_too() -> None:
    """It is read to its end first."""
    with Wire() as wire, process(wire, "apply", "-", "--plan-only", "--json") as ran:
        out, _ = ran.communicate(renamed([85746065, 85746066]), timeout=30)

    assert (json.loads(out)["rows"], ran.returncode, wire.calls) == (2, 0, [])


def test_the_same_command_with_its_journal_sends_nothing_again(
    run: Run, sim: Simulator, sheet: Path, tmp_path: Path
) -> None:
    """Each row is answered all the same, and `undo` passes over what is only known."""
    numbers = [sim.add_meeting(topic="Before") for _ in range(3)]
    lines, journal = tmp_path / "rows.jsonl", tmp_path / "run.journal"
    lines.write_text(renamed(numbers).replace(', "host": "h"', ""))
    first = run("apply", lines, "--yes", "--json", "--journal", journal)

    again = run("apply", lines, "--yes", "--json", "--journal", journal)

    found = [json.loads(line) for line in again.stdout.splitlines()]
    assert [(one["schema"], one["line"], one["result"]) for one in found] == [
        ("rezoom.result/1", number, "applied") for number in (1, 2, 3)
    ]
    assert (again.exit_code, len(patches(sim))) == (0, 3)
    receipts = tmp_path / "receipts"
    receipts.write_text(again.stdout + first.stdout)
    assert run("undo", receipts, "--yes", "--json").exit_code == 0
    assert {sim.meeting(number)["topic"] for number in numbers} == {"Before"}


@pytest.mark.parametrize("option", ["--plan-only", "--skip-unchanged", "--journal=j", "--out=o"])
def test_options_of_rows_are_refused_for_plans(run: Run, option: str) -> None:
    """They would be passed over in silence."""
    ran = run("apply", "plan.json", "--yes", option)

    assert (ran.exit_code, option.partition("=")[0] in ran.stderr) == (2, True)


def test_with_a_known_plan_answers_keep_the_order_of_the_lines(run: Run, sim: Simulator) -> None:
    """Although they come in any other; each meeting's own order is kept, too."""
    numbers = [sim.add_meeting() for _ in range(12)]
    for nth in (1, 4):
        sim.fail_next(Fault("latency", match="PATCH", nth=nth, seconds=0.3))

    ran = run("apply", "-", "--yes", "--no-verify", stdin=renamed(numbers * 2), **BUSINESS)

    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [one["line"] for one in found] == list(range(1, 25))
    assert [one["meeting"] for one in found] == numbers * 2
    assert ran.exit_code == 0


def process(wire: Wire, *words: str) -> subprocess.Popen[str]:
    """Start the command line in front of a scripted server, for an account of a known plan."""
    env = {
        **BUSINESS,
        "ZOOM_ACCOUNT_ID": "a",
        "ZOOM_CLIENT_ID": "c",
        "ZOOM_CLIENT_SECRET": "s",
        "ZOOM_API_URL": f"{wire.origin}/v2",
        "ZOOM_OAUTH_URL": f"{wire.origin}/oauth/token",
        "REZOOM_LEDGER": "memory:",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "rezoom.cli", *words],
        env={**os.environ, **env},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_an_answer_does_not_wait_for_the_next_line() -> None:
    """Whoever talks over the pipe gets a line before the next is written."""
    with Wire() as wire, process(wire, "apply", "-", "--yes", "--no-verify") as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        for number in (1, 2):
            ran.stdin.write(renamed([number]))
            ran.stdin.flush()
            assert json.loads(ran.stdout.readline())["meeting"] == number
        ran.stdin.close()
        assert ran.wait(30) == 0


def test_an_interrupt_tells_of_all_that_are_under_way() -> None:
    """One has its answer; of the other two nobody knows, and Ctrl-C does not wait for them."""
    arrived = threading.Event()
    with Wire().says(ACCEPTED, SILENCE, SILENCE) as wire:

        def notice(_: Sent) -> None:
            if len(wire.calls) == 3:
                arrived.set()

        wire.before = notice
        with process(wire, "apply", "-", "--yes", "--no-verify") as ran:
            assert ran.stdin is not None
            assert ran.stdout is not None
            ran.stdin.write(renamed([1]))
            ran.stdin.flush()
            first = ran.stdout.readline()
            ran.stdin.write(renamed([2, 3]))
            ran.stdin.flush()
            assert arrived.wait(30)
            ran.send_signal(signal.SIGINT)
            out, err = ran.communicate(timeout=20)

    found: list[dict[str, Any]] = [json.loads(line) for line in (first + out).splitlines()]
    assert [(one["line"], one["sent"]) for one in found] == [(1, True), (2, None), (3, None)]
    assert ran.returncode == 130
    assert "1 accepted, 2 unknown" in err
    assert "Traceback" not in err


def test_a_refused_token_leaves_the_rest_of_a_pipe(run: Run, sim: Simulator) -> None:
    """Each line has its answer, and no update is sent."""
    sim.fail_next(Fault(status=401, match="/oauth/", times=None))
    numbers = [sim.add_meeting() for _ in range(20)]

    ran = run("apply", "-", "--yes", stdin=renamed(numbers), **BUSINESS)

    found = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [one["line"] for one in found] == list(range(1, 21))
    assert found[-1]["type"] == "Left"
    assert (ran.exit_code, patches(sim)) == (4, [])


def test_a_terminal_shows_rate_time_and_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that lives as long as the run."""
    monkeypatch.setenv("REZOOM_ACCOUNT_PLAN", "business")
    screen = io.StringIO()

    with live_table(Console(file=screen, force_terminal=True, width=120), 2) as step:
        step({"accepted": 1})
        step({"accepted": 1, "refused": 1})

    shown = screen.getvalue()
    assert "of 80 calls allowed" in shown
    assert "2/2" in shown
    assert "refused" in shown
