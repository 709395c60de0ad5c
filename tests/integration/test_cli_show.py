"""`rezoom show` and `rezoom check`: what is read and what is judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_runner import Run, runner
from rezoom._cli.app import app
from rezoom.simulator import Fault, Simulator
from typer.testing import CliRunner

pytestmark = pytest.mark.smoke


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


@pytest.fixture
def run(sim: Simulator) -> Run:
    """Run the command line, pointed at the fake Zoom."""
    return runner(sim)


def test_a_series_is_shown(run: Run, sim: Simulator) -> None:
    """Title, pattern, dates and settings, in words."""
    meeting = sim.add_series(topic="Stand-up", password="Blue-42")

    ran = run("show", meeting)

    assert ran.exit_code == 0, ran.stderr
    assert "every week on Monday, 12 times" in ran.stdout
    assert sim.meeting(meeting)["occurrences"][0]["occurrence_id"] in ran.stdout
    assert "waiting_room" in ran.stdout
    assert "Blue-42" not in ran.output


def test_json_leaves_secrets_out(run: Run, sim: Simulator) -> None:
    """Zoom's own members, ids of dates as text, and the names of what is hidden."""
    meeting = sim.add_series(password="Blue-42")

    ran = run("show", meeting, "--json")

    (line,) = ran.stdout.splitlines()
    answer = json.loads(line)
    assert (answer["schema"], answer["id"]) == ("rezoom.meeting/1", meeting)
    assert all(isinstance(date["occurrence_id"], str) for date in answer["occurrences"])
    assert {"password", "join_url", "start_url"} <= set(answer["hidden"])
    assert "Blue-42" not in ran.output
    assert not set(answer["hidden"]) & set(answer)


def test_reveal_shows_them(run: Run, sim: Simulator) -> None:
    """Who asks for the passcode gets it, in both forms."""
    meeting = sim.add_meeting(password="Blue-42")

    assert "Blue-42" in run("show", meeting, "--reveal").stdout
    assert json.loads(run("show", meeting, "--reveal", "--json").stdout)["password"] == "Blue-42"


def test_an_unreadable_answer_is_an_error(run: Run, sim: Simulator) -> None:
    """A page of a proxy is no meeting."""
    sim.fail_next(Fault(status=200, body="<html>Login</html>"))

    ran = run("show", sim.add_meeting())

    assert ran.exit_code == 5
    assert "not a JSON object" in ran.stderr


def test_an_unknown_meeting_is_an_error(run: Run) -> None:
    """The exit code is 5."""
    assert run("show", 999999999).exit_code == 5


def test_check_names_rule_fix_and_source(run: Run) -> None:
    """Exit 2 when an update would be refused; a list of everything a person needs to know."""
    both = "allow_host_control_participant_mute_state", "request_permission_to_unmute_participants"
    ran = run("check", *(word for name in both for word in ("--set", f"settings.{name}=on")))

    assert ran.exit_code == 2
    for words in ("one-unmute-way", "Write true for one of", "https://"):
        assert words in ran.stdout


def test_check_passes_what_would_be_sent(run: Run) -> None:
    """The exit code is 0."""
    ran = run("check", "--duration", "45", "--json")

    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == {"schema": "rezoom.check/1", "ok": True, "problems": []}


def test_check_lets_warnings_pass(run: Run) -> None:
    """A doubt is named and does not stop an update."""
    ran = run("check", "--extra", "brand_new=1", "--duration", "45", "--json")

    answer = json.loads(ran.stdout)
    assert (ran.exit_code, answer["ok"]) == (0, True)
    assert [problem["severity"] for problem in answer["problems"]] == ["warning"]


def test_check_knows_what_one_date_honours(run: Run, tmp_path: Path) -> None:
    """The topic of one date cannot be changed."""
    file = tmp_path / "change.json"
    file.write_text('{"topic": "Stand-up"}')

    assert run("check", "--body", file).exit_code == 0
    ran = run("check", "--body", file, "--occurrence")
    assert ran.exit_code == 2
    assert "occurrence-field" in ran.stdout


def test_check_needs_no_credentials_and_no_network(run: Run, sim: Simulator) -> None:
    """It is judged here."""
    sim.clear_requests()

    assert CliRunner().invoke(app, ["check", "--topic", "x"], env={}).exit_code == 0
    assert not sim.requests
