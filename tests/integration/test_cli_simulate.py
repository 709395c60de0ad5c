"""`rezoom simulate` with its options, as a process that other programs talk to."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from rezoom._cli.app import app
from typer.testing import CliRunner

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "rezoom.cli", "simulate", "--port", "0", "--json"]
YAML = "- id: 7\n  topic: from the file\n  start_time: 2027-03-01T09:00:00Z\n"


@contextmanager
def running(*options: str, stderr: Path | None = None) -> Iterator[dict[str, Any]]:
    """Run it until the block ends, and give what it said on its first line."""
    with (stderr or Path(os.devnull)).open("w") as talk:
        process = subprocess.Popen(
            [*COMMAND, *options], stdout=subprocess.PIPE, stderr=talk, text=True
        )
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=30)
    assert (process.returncode, rest) == (130, "")


@contextmanager
def client(started: dict[str, Any], **options: Any) -> Iterator[httpx.Client]:
    """Give a client with a token."""
    env = started["env"]
    form = {"grant_type": "account_credentials", "account_id": env["ZOOM_ACCOUNT_ID"]}
    known = (env["ZOOM_CLIENT_ID"], env["ZOOM_CLIENT_SECRET"])
    with httpx.Client(base_url=started["url"], **options) as http:
        token = http.post(env["ZOOM_OAUTH_URL"], data=form, auth=known).json()["access_token"]
        http.headers["authorization"] = f"Bearer {token}"
        yield http


@pytest.mark.smoke
def test_every_option_reaches_the_simulator(tmp_path: Path) -> None:
    """Seed, plan, quirk, fault, clock and strictness, seen from outside."""
    (tmp_path / "meetings.yaml").write_text(YAML)
    options = [
        "--seed",
        str(tmp_path / "meetings.yaml"),
        "--plan",
        "free",
        "--clock",
        "2027-02-28T23:59Z",
        "--frozen",
        "--quirk",
        "past-start=rewrite-to-now",
        "--strict",
        "--faults",
        "html-502:match=GET:nth=2",
    ]
    with running(*options) as started, client(started) as http:
        read = http.get("/meetings/7")
        assert read.json()["topic"] == "from the file"
        assert read.json()["start_time"] == "2027-03-01T09:00:00Z"
        assert read.headers["date"] == "Sun, 28 Feb 2027 23:59:00 GMT"
        assert http.get("/meetings/7").status_code == 502
        past = {"start_time": "2020-01-01T09:00:00Z"}
        assert http.patch("/meetings/7", json=past).status_code == 204
        assert http.get("/meetings/7").json()["start_time"] == "2027-02-28T23:59:00Z"
        # Four a second, and this second never ends; what a fault answered did not reach the count.
        assert [http.get("/meetings/7").status_code for _ in range(2)] == [200, 429]


def test_the_meetings_it_comes_with_are_there_again_after_a_reset() -> None:
    """What it said on its first line stays true."""
    with running() as started, client(started) as http:
        number = started["meetings"][0]
        first = http.get(f"/meetings/{number}").json()
        http.patch(f"/meetings/{number}", json={"topic": "changed"})
        again = httpx.post(f"{started['control_url']}/reset").json()
        assert [meeting["id"] for meeting in again] == started["meetings"]
        assert again[0]["topic"] == first["topic"]


def test_it_prints_a_line_for_each_request(tmp_path: Path) -> None:
    """On stderr: method, path and status, and what it lacks; no token and no body."""
    talk = tmp_path / "talk"
    with running(stderr=talk) as started:
        number = started["meetings"][0]
        words = ["update", str(number), "--topic", "Secret plan", "--yes", "--no-verify"]
        assert (
            CliRunner()
            .invoke(app, words, env=started["env"] | {"REZOOM_LEDGER": "memory:"})
            .exit_code
            == 0
        )
        httpx.delete(f"{started['url']}/meetings/{number}")

    said = talk.read_text()
    assert f"PATCH /v2/meetings/{number}: 204" in said
    assert f"DELETE /v2/meetings/{number}: 501, an operation that the simulator lacks" in said
    assert "POST /oauth/token: 200" in said
    assert "Secret plan" not in said


def test_it_ends_at_a_sigterm_as_at_a_ctrl_c(tmp_path: Path) -> None:
    """With a word, as `docker stop` and `kill` want it."""
    with (tmp_path / "talk").open("w") as talk:
        process = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=talk, text=True)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"]
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)

    assert (process.returncode, rest) == (130, "")
    assert (tmp_path / "talk").read_text() == "Stopped.\n"


def test_its_trials_are_counted_for_an_account_of_its_own(tmp_path: Path) -> None:
    """In the ledger of the machine; what a real account has left is the same as before."""
    ledger = {"REZOOM_LEDGER": f"sqlite:///{tmp_path}/quota.sqlite3"}
    real = {"ZOOM_ACCOUNT_ID": "real", "ZOOM_CLIENT_ID": "c", "ZOOM_CLIENT_SECRET": "s"}

    def left(env: dict[str, str], number: int) -> int:
        ran = CliRunner().invoke(app, ["quota", str(number), "--json"], env=env | ledger)
        return int(json.loads(ran.stdout)["quotas"][0]["remaining"])

    with running() as started:
        number = started["meetings"][0]
        before = left(real, number)
        words = ["update", str(number), "--topic", "x", "--yes"]
        assert CliRunner().invoke(app, words, env=started["env"] | ledger).exit_code == 0

        assert left(started["env"], number) == before - 1
        assert left(real, number) == before


def test_strictness_refuses_what_zoom_would_ignore() -> None:
    """Without it the misplaced member is passed over in silence."""
    for options, status in ((["--strict"], 400), ([], 204)):
        with running(*options) as started, client(started) as http:
            number = started["meetings"][0]
            assert http.patch(f"/meetings/{number}", json={"colour": "x"}).status_code == status


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    """The second run goes on where the first one stopped; the seed is for an empty file."""
    (tmp_path / "meetings.yaml").write_text(YAML)
    options = ["--db", str(tmp_path / "sim.db"), "--seed", str(tmp_path / "meetings.yaml")]
    with running(*options) as started, client(started) as http:
        assert http.patch("/meetings/7", json={"topic": "kept"}).status_code == 204
    with running(*options) as started, client(started) as http:
        assert started["meetings"] == [7]
        assert http.get("/meetings/7").json()["topic"] == "kept"


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """The update, and that it was counted, are in the file before the answer is given."""
    options = ["--db", str(tmp_path / "sim.db")]
    process = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    started = json.loads(process.stdout.readline())
    number = started["meetings"][0]
    with client(started) as http:
        assert http.patch(f"/meetings/{number}", json={"topic": "kept"}).status_code == 204
    process.kill()
    process.communicate()
    with running(*options) as started, client(started) as http:
        assert http.get(f"/meetings/{number}").json()["topic"] == "kept"
        answer = http.patch(f"/meetings/{number}", json={"topic": "again"})
        assert answer.headers["x-ratelimit-remaining"] == "98"
        assert httpx.get(started["control_url"]).status_code == 200


@pytest.mark.smoke
def test_it_speaks_https(tmp_path: Path) -> None:
    """With a certificate and its key."""
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    files = ["--cert", str(tmp_path / "cert.pem"), "--key", str(tmp_path / "key.pem")]
    with running(*files) as started, client(started, verify=context) as http:
        assert started["url"].startswith("https://")
        assert http.get(f"/meetings/{started['meetings'][0]}").status_code == 200


def test_beyond_this_machine_it_is_loud(tmp_path: Path) -> None:
    """Once, on stderr, where a program that reads stdout does not lose it either."""
    talk = tmp_path / "talk.txt"
    with running("--host", "0.0.0.0", stderr=talk) as started:  # noqa: S104 - that is the test
        assert started["url"].startswith("http://127.0.0.1:")
    (warning, _) = talk.read_text().splitlines()
    assert warning.startswith("WARNING: it listens on 0.0.0.0, so whoever reaches this machine")
    with running(stderr=talk):
        pass
    assert "WARNING" not in talk.read_text()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--clock tomorrow", ["'tomorrow' is no instant", "2027-01-01T00:00Z"]),
        ("--clock 9999-12-31T00:00Z", ["from 1970 to 9000"]),
        ("--faults rest", ["there is no fault 'rest'", "reset"]),
        ("--faults reset=2", ["chance of reset", "from 0 to 1"]),
        ("--faults none.yaml", ["none.yaml cannot be read"]),
        ("--quirk past-start", ["is no quirk", "past-start=rewrite-to-now"]),
        ("--quirk past-strat=ignore", ["past-strat", "past-start"]),
        ("--quirk locked=nothing", ["names no member of an update"]),
        ("--host nowhere.invalid", ["cannot listen on nowhere.invalid", "::1"]),
        ("--plan gold", ["'gold' is no plan", "free, pro, business"]),
        ("--cert x", ["Give both --cert and --key"]),
        ("--cert x --key y", ["cannot be used", "PEM"]),
        ("--db .", ["cannot be opened"]),
        ("--seed none.yaml", ["none.yaml cannot be read"]),
    ],
)
def test_a_wrong_option_is_explained(options: str, words: list[str]) -> None:
    """Exit 2, before anything listens."""
    ran = CliRunner().invoke(app, ["simulate", "--port", "0", *options.split()])
    assert ran.exit_code == 2
    assert [word for word in words if word not in ran.stderr] == []
