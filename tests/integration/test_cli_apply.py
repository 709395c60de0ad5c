"""`rezoom apply -`: JSON lines in, JSON lines out, over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Run, patches, runner
from rezoom.simulator import Fault, Simulator
from wire import ACCEPTED, SILENCE, Sent, Wire

Lines = Iterable[Any]


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
def ledger(tmp_path: Path) -> dict[str, str]:
    """Give a ledger that several commands share."""
    return {"REZOOM_LEDGER": f"sqlite:///{tmp_path / 'ledger.db'}"}


def written(lines: Lines) -> str:
    """Write lines: text as it is, anything else as JSON."""
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    return "".join(f"{text}\n" for text in texts)


def answers(text: str) -> list[dict[str, Any]]:
    """Read one object a line."""
    return [json.loads(line) for line in text.splitlines()]


def renamed(meetings: Iterable[int], topic: str = "New") -> str:
    """Ask every meeting for another topic."""
    return written({"meeting": number, "body": {"topic": topic}} for number in meetings)


@pytest.mark.smoke
def test_each_line_is_answered_by_a_line(run: Run, sim: Simulator) -> None:
    """In order, with its number; each is a receipt that tells what Zoom applied."""
    meetings = [sim.add_meeting() for _ in range(3)]

    ran = run("apply", "-", "--yes", stdin=renamed(meetings))

    found = answers(ran.stdout)
    assert [(one["line"], one["meeting"]) for one in found] == list(enumerate(meetings, 1))
    assert all(one["applied"] == {"topic": "New"} for one in found)
    assert (ran.exit_code, {sim.meeting(number)["topic"] for number in meetings}) == (0, {"New"})
    assert "3 in all: 3 applied." in ran.stderr


def test_a_line_may_say_what_an_update_can(run: Run, sim: Simulator) -> None:
    """An occurrence by its day, a series in words, a rule lifted, a field of tomorrow."""
    one, other = sim.add_series(), sim.add_meeting()
    second = sim.meeting(one)["occurrences"][1]
    next_week = datetime.now(UTC) + timedelta(weeks=1)

    ran = run(
        "apply",
        "-",
        "--yes",
        "--no-verify",
        stdin=written(
            [
                {"meeting": one, "body": {"duration": 20}, "occurrence": second["start_time"][:10]},
                {
                    "meeting": str(other),
                    "repeat": "weekly on mon, 3 times",
                    "body": {
                        "start_time": f"{next_week:%Y-%m-%dT10:00}",
                        "timezone": "Europe/Berlin",
                    },
                },
                {"meeting": other, "body": {"duration": 20}, "extra": {"brand_new": True}},
            ]
        ),
    )

    assert ran.exit_code == 0, ran.output
    assert sim.history(one)[-1].occurrence_id == second["occurrence_id"]
    assert len(sim.meeting(other)["occurrences"]) == 3
    assert sim.history(other)[-1].body == {"duration": 20, "brand_new": True}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"meeting": 1, "body": {"topic": "S3cret"', "not JSON"),
        ("[]", "a list, not an object"),
        ({"body": {"topic": "x"}}, "names no meeting"),
        ({"meeting": "x/y==", "body": {"topic": "x"}}, "UUID"),
        ({"meeting": True, "body": {"topic": "x"}}, "meeting must be"),
        ({"meeting": 1, "body": "S3cret"}, "body must be an object"),
        ({"meeting": 1, "topic": "x"}, "no member 'topic'"),
        ({"meeting": 1, "body": {"duration": 0}}, "duration"),
        ({"meeting": 1, "body": {"duration": 5}, "occurrence": "tomorrow"}, "'tomorrow'"),
        ({"meeting": 1, "repeat": "x", "rrule": "y"}, "repeat and rrule"),
        ({"meeting": 1, "body": {"duration": 5}, "allow": ["no-such"]}, "no rule"),
        ({"meeting": 99999999999, "body": {"topic": "x"}}, "does not exist"),
    ],
)
def test_a_line_that_is_refused_does_not_stop_the_next(
    run: Run, sim: Simulator, line: Any, said: str
) -> None:
    """It is answered by its error, which quotes no value; the exit code is that of the first."""
    number = sim.add_meeting()

    ran = run("apply", "-", "--yes", stdin=written([line]) + renamed([number]))

    refused, done = answers(ran.stdout)
    assert (refused["schema"], refused["line"], refused["sent"]) == ("rezoom.error/1", 1, False)
    assert said in json.dumps(refused)
    assert (done["line"], sim.meeting(number)["topic"]) == (2, "New")
    assert ran.exit_code in {2, 5}
    assert "S3cret" not in ran.output


def test_a_dry_run_plans_each_line(run: Run, sim: Simulator) -> None:
    """What would change, and nothing is sent; needs no --yes."""
    number = sim.add_meeting(topic="Before")

    ran = run("apply", "-", "--dry-run", stdin=renamed([number]))

    (found,) = answers(ran.stdout)
    assert (found["schema"], found["line"]) == ("rezoom.plan/1", 1)
    assert found["changes"] == [{"path": "topic", "before": "Before", "after": "New"}]
    assert (ran.exit_code, patches(sim)) == (0, [])


def test_without_yes_nothing_is_sent(run: Run, sim: Simulator) -> None:
    """The pipe holds the updates, so there is no terminal to ask on: exit 8."""
    ran = run("apply", "-", stdin=renamed([sim.add_meeting()]))

    assert (ran.exit_code, ran.stdout, "--yes" in ran.stderr) == (8, "", True)
    assert sim.requests == ()


def test_a_daily_limit_leaves_the_rest_and_a_rerun_goes_on(
    run: Run, sim: Simulator, ledger: dict[str, str]
) -> None:
    """After the second of four the host has none left; tomorrow the same lines finish the work."""
    meetings = [sim.add_meeting() for _ in range(4)]
    sim.fail_next(Fault("host-day", match="PATCH", nth=3))

    stopped = run("apply", "-", "--yes", stdin=renamed(meetings), **ledger)

    found = answers(stopped.stdout)
    assert [one["schema"] for one in found] == ["rezoom.receipt/2"] * 2 + ["rezoom.error/1"] * 2
    assert (found[2]["type"], found[3]["sent"]) == ("RateLimited", False)
    assert found[3]["retry_at"]
    assert (stopped.exit_code, len(patches(sim))) == (3, 3)
    assert "from line 3" in stopped.stderr
    assert "--skip-unchanged" in stopped.stderr

    finished = run("apply", "-", "--yes", "--skip-unchanged", stdin=renamed(meetings))

    assert [one["sent"] for one in answers(finished.stdout)] == [False, False, True, True]
    assert (finished.exit_code, len(patches(sim))) == (0, 5)


def test_a_meeting_at_its_limit_keeps_its_order_and_no_other_waits(
    run: Run, sim: Simulator, ledger: dict[str, str]
) -> None:
    """Its later lines are put off with it: none may overtake another."""
    one, other = sim.add_meeting(), sim.add_meeting()
    limits = {"REZOOM_LIMITS": "meeting=1"} | ledger

    ran = run("apply", "-", "--yes", stdin=renamed([one, one, other, one]), **limits)

    found = answers(ran.stdout)
    assert [one.get("type", "Receipt") for one in found] == [
        "Receipt",
        "QuotaExceeded",
        "Receipt",
        "Left",
    ]
    assert (ran.exit_code, len(patches(sim))) == (3, 2)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault("account-day", match="PATCH"), 3), (Fault(status=401, match="/oauth/", times=None), 4)],
    ids=["the account's limit", "a refused token"],
)
def test_what_would_stop_every_other_ends_the_sending(
    run: Run, sim: Simulator, fault: Fault, code: int
) -> None:
    """The rest is told as left, and not tried."""
    sim.fail_next(fault)

    ran = run("apply", "-", "--yes", "--wait", 0, stdin=renamed([sim.add_meeting() for _ in "abc"]))

    assert [one["type"] for one in answers(ran.stdout)][1:] == ["Left", "Left"]
    assert ran.exit_code == code
    assert len(patches(sim)) <= 1


def test_a_ledger_that_is_broken_ends_the_sending(run: Run, sim: Simulator, tmp_path: Path) -> None:
    """Nothing is sent that is not counted."""
    broken = tmp_path / "ledger.db"
    broken.write_bytes(b"this is no database" * 100)

    ran = run(
        "apply",
        "-",
        "--yes",
        stdin=renamed([sim.add_meeting() for _ in "ab"]),
        REZOOM_LEDGER=f"sqlite:///{broken}",
    )

    assert ran.exit_code == 9
    assert patches(sim) == []


def test_other_files_beside_the_pipe_are_refused(run: Run) -> None:
    """The name - is all of standard input, and a command of its own."""
    ran = run("apply", "-", "plan.json", "--yes", stdin="")

    assert (ran.exit_code, "standard input" in ran.stderr) == (2, True)


def test_no_lines_are_nothing_to_do(run: Run) -> None:
    """An empty pipe is no failure."""
    ran = run("apply", "-", "--yes", stdin="\n\n")

    assert (ran.exit_code, ran.stdout, "nothing to do" in ran.stderr) == (0, "", True)


def process(wire: Wire, *words: str) -> subprocess.Popen[str]:
    """Start the command line in front of a scripted server."""
    env = {
        "ZOOM_ACCOUNT_ID": "a",
        "ZOOM_CLIENT_ID": "c",
        "ZOOM_CLIENT_SECRET": "s",
        "ZOOM_API_URL": f"{wire.origin}/v2",
        "ZOOM_OAUTH_URL": f"{wire.origin}/oauth/token",
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


def owned(meetings: Iterable[int]) -> str:
    """Name the host, so that no read is needed to learn it."""
    return written(
        {"meeting": number, "body": {"topic": "New"}, "host": "h"} for number in meetings
    )


def test_an_answer_comes_as_soon_as_it_is_known() -> None:
    """Whoever talks over the pipe gets a line before the next is written."""
    with Wire() as wire, process(wire, "apply", "-", "--yes", "--no-verify") as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        for number in (1, 2):
            ran.stdin.write(owned([number]))
            ran.stdin.flush()
            assert json.loads(ran.stdout.readline())["meeting"] == number
        ran.stdin.close()
        assert ran.wait(30) == 0


def test_an_interrupt_says_what_was_sent_and_how_to_go_on() -> None:
    """Ctrl-C while the third of five is under way: two are certain, one is not, two were not."""
    arrived = threading.Event()
    with Wire().says(ACCEPTED, ACCEPTED, SILENCE) as wire:

        def notice(_: Sent) -> None:
            if len(wire.calls) == 3:
                arrived.set()

        wire.before = notice
        with process(wire, "apply", "-", "--yes", "--no-verify") as ran:
            assert ran.stdin is not None
            ran.stdin.write(owned(range(1, 6)))
            ran.stdin.flush()
            assert arrived.wait(30)
            ran.send_signal(signal.SIGINT)
            out, err = ran.communicate(timeout=30)

    found = answers(out)
    assert [(one["line"], one["sent"]) for one in found] == [(1, True), (2, True), (3, None)]
    assert (ran.returncode, len(wire.calls)) == (130, 3)
    assert "line 3 (meeting 3); whether that one reached Zoom, nobody knows" in err
    assert "2 accepted" in err
    assert "--skip-unchanged" in err
    assert "Traceback" not in err


def test_an_interrupt_between_two_lines_leaves_nothing_in_doubt() -> None:
    """While it waits for the next line, everything is known."""
    with Wire() as wire, process(wire, "apply", "-", "--yes", "--no-verify") as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        ran.stdin.write(owned([1]))
        ran.stdin.flush()
        first = ran.stdout.readline()
        ran.send_signal(signal.SIGINT)
        out, err = ran.communicate(timeout=30)

    assert (json.loads(first)["sent"], out, ran.returncode) == (True, "", 130)
    assert "Interrupted at line 1 (meeting 1). So far: 1 accepted" in err


def test_when_nobody_reads_the_answers_the_sending_ends() -> None:
    """`| head -1`: nothing is sent whose receipt would be lost."""
    with Wire() as wire, process(wire, "apply", "-", "--yes", "--no-verify") as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        ran.stdin.write(owned([1]))
        ran.stdin.flush()
        ran.stdout.readline()
        ran.stdout.close()
        ran.stdin.write(owned(range(2, 9)))
        ran.stdin.close()
        assert ran.stderr is not None
        err = ran.stderr.read()
        ran.wait(30)

    assert len(wire.calls) == 2
    assert "Traceback" not in err
    assert "Nobody reads the answers at line 2 (meeting 2). So far: 2 accepted" in err
