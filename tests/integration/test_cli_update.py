"""`rezoom update` from the words to the meeting, over real HTTP."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Run, answer_of, patches, runner
from coming import to_come
from limits import most
from rezoom._wire import facts
from rezoom.simulator import Fault, Simulator

PASSCODE = "Blue-42"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


@pytest.fixture
def meeting(sim: Simulator) -> int:
    """Add a series to the fake Zoom."""
    sim.clear_requests()
    return sim.add_series()


@pytest.fixture
def run(sim: Simulator) -> Run:
    """Run the command line, pointed at the fake Zoom."""
    return runner(sim)


@pytest.mark.smoke
def test_fields_arrive(run: Run, sim: Simulator, meeting: int) -> None:
    """Options of their own and `--set` end up in one update."""
    ran = run(
        "update",
        meeting,
        "--topic",
        "Stand-up",
        "--duration",
        "30",
        "--yes",
        "--set",
        "settings.waiting_room=off",
        "--set",
        "settings.alternative_hosts=",
    )

    assert ran.exit_code == 0, ran.stderr
    assert sim.history(meeting)[-1].body == {
        "topic": "Stand-up",
        "duration": 30,
        "settings": {"waiting_room": False, "alternative_hosts": ""},
    }
    assert "Zoom accepted the update" in ran.stdout
    assert "Stand-up" in ran.stderr


@pytest.mark.smoke
def test_a_receipt_is_one_object(run: Run, meeting: int) -> None:
    """With --json a program reads stdout, and stderr stays empty."""
    ran = run("update", meeting, "--topic", "Stand-up", "--yes", "--json")

    answer = answer_of(ran)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert (answer["schema"], answer["meeting"]) == ("rezoom.receipt/2", meeting)
    assert answer["sent"] is True
    assert answer["tracking_id"]


def test_one_date_of_a_series(run: Run, sim: Simulator, meeting: int) -> None:
    """The occurrence goes into the query."""
    date = sim.meeting(meeting)["occurrences"][0]["occurrence_id"]

    ran = run("update", meeting, "--occurrence", date, "--duration", "20", "--yes")

    assert ran.exit_code == 0, ran.stderr
    assert sim.history(meeting)[-1].occurrence_id == date


@pytest.mark.smoke
def test_a_body_on_standard_input(run: Run, sim: Simulator, meeting: int) -> None:
    """`--body -` reads a pipe."""
    ran = run("update", meeting, "--body", "-", "--yes", stdin='{"agenda": "Numbers"}')

    assert ran.exit_code == 0, ran.stderr
    assert sim.history(meeting)[-1].body == {"agenda": "Numbers"}


def test_without_a_terminal_nothing_is_sent_unasked(run: Run, sim: Simulator, meeting: int) -> None:
    """A script has to say --yes; the change is shown all the same."""
    ran = run("update", meeting, "--topic", "Stand-up")

    assert ran.exit_code == 8
    assert "Stand-up" in ran.stderr
    assert "--yes" in ran.stderr
    assert answer_of(run("update", meeting, "--topic", "x", "--json"))["type"] == "NotConfirmed"
    assert not patches(sim)


def test_a_dry_run_sends_nothing_and_needs_no_credentials(run: Run, sim: Simulator) -> None:
    """The request is the answer."""
    ran = run(
        "update",
        "857 460 65",
        "--start",
        "2097-03-01 09:30",
        "--timezone",
        "Europe/Berlin",
        "--dry-run",
        "--json",
        env={},
    )

    answer = answer_of(ran)
    assert answer["schema"] == "rezoom.request/1"
    assert (answer["method"], answer["path"]) == ("PATCH", "/meetings/85746065")
    assert answer["body"] == {"start_time": "2097-03-01T09:30:00", "timezone": "Europe/Berlin"}
    assert answer["sent"] is False


# What a member cannot do without; everything else stands alone.
COMPANIONS: dict[str, dict[str, Any]] = {
    "start_time": {"timezone": "Europe/Berlin"},
    "recurrence.": {"recurrence": {"type": 2, "weekly_days": "2"}},
    "recurrence.monthly_day": {"recurrence": {"type": 3}},
    "recurrence.monthly_week": {"recurrence": {"type": 3, "monthly_week_day": 6}},
    "recurrence.monthly_week_day": {"recurrence": {"type": 3, "monthly_week": -1}},
    "settings.auto_add_recording_to_video_management.": {
        "settings": {"auto_add_recording_to_video_management": {"enable": True}}
    },
    "settings.auto_add_recording_to_video_management.channels[].name": {
        "settings": {
            "auto_add_recording_to_video_management": {
                "enable": True,
                "channels": [{"channel_id": "Uc7VtYgKQWG2iDYAYp8YhQ"}],
            }
        }
    },
    "settings.waiting_room_options.": {
        "settings": {
            "waiting_room_options": {"mode": "custom", "who_goes_to_waiting_room": "everyone"}
        }
    },
}


@pytest.mark.parametrize("path", sorted(facts.BODIES["updateMeeting"]))
def test_every_field_of_the_spec_can_be_sent(run: Run, tmp_path: Path, path: str) -> None:
    """Each property path, set to the spec's own example, makes a request that passes all rules."""
    known = facts.BODIES["updateMeeting"][path]
    fitting = [start for start in COMPANIONS if path.startswith(start) and path != start[:-1]]
    ground = tmp_path / "ground.json"
    for given in known.examples:
        # A start is refused once it is past.
        example = to_come(given) if isinstance(given, str) else given
        # Beside a zone, an instant would be written on the clock of that zone.
        alone = not fitting or (path == "start_time" and str(example).endswith("Z"))
        ground.write_text(json.dumps({} if alone else COMPANIONS[max(fitting, key=len)]))
        value = example if isinstance(example, str) else json.dumps(example)
        word = f"{path.replace('[]', '[0]')}={value}"

        ran = run(
            "update", 85746065, "--body", ground, "--set", word, "--dry-run", "--json", env={}
        )

        assert ran.exit_code == 0, ran.stdout
        sent: Any = answer_of(ran)["body"]
        for step in path.replace("[]", ".[]").split("."):
            sent = sent[0] if step == "[]" else sent[step]
        masked = known.secret or "?pwd=" in str(example)
        assert sent == ("(hidden)" if masked else example)


def test_every_problem_is_named_at_once(run: Run, sim: Simulator, meeting: int) -> None:
    """What could not be read and what breaks a rule, in one answer, and nothing is sent."""
    ran = run(
        "update",
        meeting,
        "--duration",
        "9000",
        "--set",
        "settings.waiting_room=maybe",
        "--set",
        "settings.jbh_tme=5",
        "--yes",
        "--json",
    )

    answer = answer_of(ran)
    assert ran.exit_code == 2
    assert (answer["schema"], answer["type"]) == ("rezoom.error/1", "InvalidChange")
    assert answer["sent"] is False
    assert answer["retry_at"] is None
    fixes = {problem["path"]: problem["fix"] for problem in answer["problems"]}
    assert fixes["duration"] == f"give 1 to {most('duration')}"
    assert fixes["settings.waiting_room"] == "write true or false"
    assert "jbh_time" in fixes["settings.jbh_tme"]
    assert not sim.requests


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--topic", "x"], "UUID"),
        (["--topic", "x", "--occurrence", "tomorrow"], "occurrence id"),
        (["--topic", "x", "--allow", "no-such-rule"], "there is no rule"),
        (["--topic", "x", "--wait", "-1"], "wait"),
        (["--body", "missing.json"], "cannot read 'missing.json'"),
        ([], "changes nothing"),
        (["--start", "2027-02-30T09:30:00"], "calendar"),
        (["--start", "2027-03-01T09:30", "--timezone", "Europe/Belrin"], "Europe/Berlin"),
        (["--topic", "x", "--bogus"], "--bogus"),
        (["--set", "duration"], "--set has no value for duration"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    run: Run, sim: Simulator, meeting: int, words: list[str], said: str
) -> None:
    """A wrong id, date, zone, rule, file or option: exit 2, the reason, no request."""
    number = "4444AAAiAAAAAiAiAiiAii==" if said == "UUID" else meeting

    ran = run("update", number, *words, "--yes")

    assert ran.exit_code == 2, ran.output
    assert said in ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.output
    assert not sim.requests


@pytest.mark.smoke
def test_usage_errors_are_json_too(run: Run, meeting: int) -> None:
    """A program that asked for JSON gets JSON, whatever is wrong."""
    answer = answer_of(run("update", meeting, "--bogus", "--json"))

    assert (answer["schema"], answer["type"]) == ("rezoom.error/1", "UsageError")


def test_missing_credentials_are_named(run: Run, meeting: int) -> None:
    """Each variable that is not set, and what belongs into it."""
    ran = run("update", meeting, "--topic", "x", "--yes", env={"ZOOM_CLIENT_ID": "id"})

    assert ran.exit_code == 2
    assert "ZOOM_ACCOUNT_ID, ZOOM_CLIENT_SECRET are not set" in ran.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ZOOM_API_URL", "ftp://example.com/v2"),
        ("ZOOM_API_URL", "http://api.example.com/v2"),
        ("ZOOM_OAUTH_URL", "zoom"),
        ("ZOOM_CLIENT_ID", "a:b"),
    ],
)
def test_a_bad_variable_is_named(
    run: Run, sim: Simulator, meeting: int, variable: str, value: str
) -> None:
    """By its own name, not by the keyword it becomes."""
    ran = run("update", meeting, "--topic", "x", "--yes", env=sim.env() | {variable: value})

    assert ran.exit_code == 2
    assert f"{variable}: " in ran.stderr


def test_refused_credentials(run: Run, sim: Simulator, meeting: int) -> None:
    """Exit 4, and the secret is not repeated."""
    env = sim.env() | {"ZOOM_CLIENT_SECRET": "wrong-secret"}

    ran = run("update", meeting, "--topic", "x", "--yes", env=env)

    assert ran.exit_code == 4, ran.stderr
    assert "wrong-secret" not in ran.output
    assert not patches(sim)


def test_a_token_that_zoom_rejects(run: Run, sim: Simulator, meeting: int) -> None:
    """A 401 that stays one after a new token is exit 4."""
    sim.fail_next(
        Fault(status=401, body={"code": 124, "message": "Invalid access token."}, times=2)
    )

    assert run("update", meeting, "--topic", "x", "--yes").exit_code == 4


def test_an_unknown_meeting(run: Run) -> None:
    """Exit 5, with Zoom's own code and words."""
    answer = answer_of(run("update", 999999999, "--topic", "x", "--yes", "--json"))

    assert (answer["type"], answer["status"], answer["code"]) == ("NotFoundError", 404, 3001)


@pytest.mark.smoke
def test_a_daily_limit_says_when_to_come_back(run: Run, sim: Simulator, meeting: int) -> None:
    """Exit 3, and the time in UTC."""
    sim.fail_next("host-day")

    ran = run("update", meeting, "--topic", "x", "--yes", "--json")

    assert ran.exit_code == 3
    assert answer_of(ran)["retry_at"].endswith("Z")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(status=502, body="<html>Bad Gateway</html>", times=None), 5),
        (Fault(status=429, body="", times=None), 3),
        (Fault(status=299, body="{}", times=None), 5),
        (Fault(status=520, body="<html></html>", times=None), 5),
        (Fault(status=200, body={"code": 300, "message": "no"}, times=None), 5),
        (Fault(status=400, body='{"code": 300, "mess', times=None), 5),
        (Fault("reset", times=None), 6),
    ],
    ids=["html-502", "empty-429", "299", "520", "200-with-error", "cut-json", "dropped"],
)
def test_answers_that_are_no_answers(
    run: Run, sim: Simulator, meeting: int, fault: Fault, code: int
) -> None:
    """Gateways say anything; the command says what it knows and leaves with the right code."""
    sim.fail_next(fault)

    ran = run("update", meeting, "--topic", "x", "--yes", "--wait", "0")

    assert ran.exit_code == code, ran.output
    assert ran.stdout == ""
    assert ran.exception is None or isinstance(ran.exception, SystemExit)


def test_an_unreachable_host(run: Run, sim: Simulator, meeting: int, unused_port: int) -> None:
    """Exit 6: no answer came, and it is said that nothing was sent."""
    env = sim.env() | {"ZOOM_API_URL": f"http://127.0.0.1:{unused_port}/v2"}

    ran = run("update", meeting, "--topic", "x", "--yes", "--wait", "0", "--json", env=env)

    assert ran.exit_code == 6
    assert answer_of(ran)["sent"] is False


@pytest.fixture
def unused_port() -> int:
    """Find a port on which nothing listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


SECRET_RUNS: dict[str, list[str]] = {
    "sent": ["--yes"],
    "json": ["--yes", "--json"],
    "not confirmed": [],
    "dry run": ["--dry-run"],
    "dry run json": ["--dry-run", "--json"],
    "invalid beside it": ["--duration", "0", "--yes"],
    "usage": ["--yes", "--bogus", f"password={PASSCODE}"],
    "left over": ["--yes", f"password={PASSCODE}", f"settings.password={PASSCODE}"],
    "wrong place": ["--set", f"settings.password={PASSCODE}", "--yes", "--json"],
    "misspelt": ["--set", f"passwrd={PASSCODE}", "--yes"],
    "twice": ["--set", f"password={PASSCODE}"],
    "half an object": ["--set", f'settings={{"password": "{PASSCODE}"', "--yes"],
    "link": [
        "--set",
        f"settings.authentication_exception[0].join_url=https://x.example/?pwd={PASSCODE}",
        "--yes",
    ],
    "agenda": ["--agenda", f"https://zoom.example/j/1?pwd={PASSCODE}", "--dry-run"],
}


@pytest.mark.parametrize("words", SECRET_RUNS.values(), ids=SECRET_RUNS)
@pytest.mark.parametrize("fault", [None, 400, 502], ids=["", "quoted by Zoom", "in an HTML page"])
@pytest.mark.usefixtures("meeting")
def test_a_passcode_is_in_no_output(
    run: Run, sim: Simulator, caplog: pytest.LogCaptureFixture, words: list[str], fault: int | None
) -> None:
    """Not on stdout, stderr or in a log line; even if Zoom quotes it back."""
    caplog.set_level(logging.DEBUG)
    if fault is not None:
        body = {
            "code": 300,
            "message": f"Bad passcode {PASSCODE}.",
            "errors": [{"field": "password", "message": f"{PASSCODE} is too weak"}],
        }
        html = f"<html>{PASSCODE}</html>"
        sim.fail_next(
            Fault(status=fault, body=html if fault == 502 else body, times=3, match="PATCH")
        )

    number = sim.meetings[-1]

    ran = run("update", number, "--set", f"password={PASSCODE}", "--wait", "0", *words)

    assert ran.output
    assert PASSCODE not in ran.output
    assert PASSCODE not in caplog.text


def test_the_passcode_itself_arrives(run: Run, sim: Simulator, meeting: int) -> None:
    """Hidden from eyes, not from Zoom; read from a pipe it is in no list of processes either."""
    ran = run("update", meeting, "--set", "password=@-", "--yes", stdin=f"{PASSCODE}\n")

    assert ran.exit_code == 0, ran.stderr
    assert sim.meeting(meeting)["password"] == PASSCODE
    assert PASSCODE not in ran.output
