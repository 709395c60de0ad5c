"""`rezoom plan` and `rezoom apply PLAN.json`, from the words to the meeting."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Ran, Run, answer_of, patches, runner
from rezoom.simulator import Fault, Simulator


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


@pytest.fixture
def meeting(sim: Simulator) -> int:
    """Add a series of Mondays."""
    sim.clear_requests()
    return sim.add_series(password="Keep-1")


@pytest.fixture
def run(sim: Simulator) -> Run:
    """Run the command line, pointed at the fake Zoom."""
    return runner(sim)


@pytest.fixture
def plan(run: Run, meeting: int, tmp_path: Path) -> Path:
    """Keep a plan that makes every second week of it."""
    file = tmp_path / "plan.json"
    ran = run("plan", meeting, "--set", "recurrence.repeat_interval=2", "--out", file)
    assert ran.exit_code == 0, ran.stderr
    return file


@pytest.mark.smoke
def test_a_plan_is_shown_and_never_written(run: Run, sim: Simulator, meeting: int) -> None:
    """The fields, the dates before and after, and the exact request; one read and no update."""
    ran = run("plan", meeting, "--duration", 30, "--set", "recurrence.repeat_interval=2")

    assert ran.exit_code == 0, ran.stderr
    assert "duration                    45 → 30" in ran.stdout
    assert "recurrence.repeat_interval  1 → 2" in ran.stdout
    assert "Meetings to come: 12 → 12, in Europe/Berlin" in ran.stdout
    assert f'PATCH /meetings/{meeting}\n  {{"duration": 30, "recurrence": {{' in ran.stdout
    assert [request.method for request in sim.requests if "/v2/" in request.path] == ["GET"]


def test_only_dates_that_move_as_one_are_called_moved(run: Run, meeting: int) -> None:
    """Every second week keeps half of the dates: the others are not the new ones, moved."""
    dates = answer_of(run("plan", meeting, "--set", "recurrence.repeat_interval=2", "--json"))[
        "dates"
    ]

    assert dates["moved"] == []
    assert len(dates["appears"]) == len(dates["disappears"]) == 6


def test_a_plan_is_one_object(run: Run, meeting: int) -> None:
    """With --json a program reads what changes; secrets are masked."""
    ran = run("plan", meeting, "--topic", "New", "--set", "password=Other-2", "--json")

    answer = answer_of(ran)
    assert (answer["schema"], answer["meeting"], answer["price"]) == ("rezoom.plan/1", meeting, 1)
    changed = {change["path"]: change["after"] for change in answer["changes"]}
    assert changed == {"topic": "New", "password": "(hidden)"}
    assert "Other-2" not in ran.output
    assert "Keep-1" not in ran.output


def test_nothing_to_change_is_said(run: Run, sim: Simulator, meeting: int) -> None:
    """What is as asked already makes an empty plan, which is no failure."""
    topic = sim.meeting(meeting)["topic"]

    ran = run("plan", meeting, "--topic", topic)

    assert (ran.exit_code, "Nothing to change" in ran.stdout) == (0, True)
    assert "PATCH" not in ran.stdout


def test_a_kept_plan_is_for_its_owner_alone(plan: Path) -> None:
    """It says what a meeting is like."""
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600


def test_a_kept_plan_holds_a_passcode_only_on_request(
    run: Run, meeting: int, tmp_path: Path
) -> None:
    """Without --secrets nothing is written, and the message says how it can be."""
    file = tmp_path / "plan.json"
    words = ("plan", meeting, "--set", "password=Other-2", "--out", file)

    refused, written = run(*words), run(*words, "--secrets")

    assert (refused.exit_code, "--secrets" in refused.stderr) == (2, True)
    assert (written.exit_code, "Other-2" in file.read_text()) == (0, True)
    assert "Other-2" not in written.output


def test_a_plan_that_cannot_be_kept_is_an_error(run: Run, meeting: int, tmp_path: Path) -> None:
    """The folder is not there; nothing is left behind."""
    ran = run("plan", meeting, "--topic", "x", "--out", tmp_path / "no" / "plan.json")

    assert (ran.exit_code, "cannot write" in ran.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.smoke
def test_a_plan_is_applied_and_verified(
    run: Run, sim: Simulator, meeting: int, plan: Path, tmp_path: Path
) -> None:
    """Shown on stderr, applied, read again; the receipt is kept for undoing it."""
    ran = run("apply", plan, "--yes", "--receipt", tmp_path / "receipt.json")

    assert ran.exit_code == 0, ran.stderr
    assert sim.meeting(meeting)["recurrence"]["repeat_interval"] == 2
    assert "recurrence.repeat_interval  1 → 2" in ran.stderr
    assert "applied recurrence.repeat_interval 2" in ran.stdout
    kept = tmp_path / "receipt.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["schema"] == "rezoom.receipt/2"


def test_one_plan_is_answered_by_one_object(run: Run, meeting: int, plan: Path) -> None:
    """With --json and --yes stderr stays empty."""
    ran = run("apply", plan, "--yes", "--json")

    answer = answer_of(ran)
    assert (answer["schema"], answer["meeting"]) == ("rezoom.receipt/2", meeting)
    assert (answer["verified"], answer["ignored"], ran.stderr) == (True, {}, "")


def test_without_a_terminal_a_plan_is_not_applied_unasked(
    run: Run, sim: Simulator, plan: Path
) -> None:
    """Exit 8, the plan is shown, and nothing is sent."""
    ran = run("apply", plan)

    assert (ran.exit_code, "--yes" in ran.stderr, "1 → 2" in ran.stderr) == (8, True, True)
    assert patches(sim) == []


def test_a_stale_plan_is_refused_unless_forced(
    run: Run, sim: Simulator, meeting: int, plan: Path
) -> None:
    """Somebody changed the series meanwhile: exit 8, and what has changed is named."""
    assert run("update", meeting, "--set", "timezone=Asia/Tokyo", "--yes").exit_code == 0

    stale, forced = run("apply", plan, "--yes"), run("apply", plan, "--yes", "--force")

    assert (stale.exit_code, "Asia/Tokyo" in stale.stderr) == (8, True)
    assert forced.exit_code == 0, forced.stderr
    assert sim.meeting(meeting)["recurrence"]["repeat_interval"] == 2


def test_a_plan_that_was_carried_out_is_nothing_to_do(run: Run, sim: Simulator, plan: Path) -> None:
    """The same command again, after one that stopped half-way, goes on where it stopped."""
    assert run("apply", plan, "--yes").exit_code == 0

    again = answer_of(run("apply", plan, "--yes", "--json"))

    assert (again["sent"], len(patches(sim))) == (False, 1)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text.replace('"repeat_interval": 2', '"repeat_interval": 3'), "body"),
        (lambda text: text[: len(text) // 2], "damaged"),
        (lambda _: "[]", "no plan"),
        (lambda text: text.replace("rezoom.plan/1", "rezoom.receipt/2"), "rezoom.receipt/2"),
    ],
    ids=["edited", "cut", "not a plan", "a receipt"],
)
def test_a_damaged_plan_is_refused(
    run: Run, sim: Simulator, plan: Path, damage: Any, said: str
) -> None:
    """Before anything is sent, and with the member that is not as it was written."""
    plan.write_text(damage(plan.read_text()))

    ran = run("apply", plan, "--yes")

    assert (ran.exit_code, said in ran.stderr) == (2, True), ran.stderr
    assert "Traceback" not in ran.stderr
    assert patches(sim) == []


def test_of_several_plans_none_is_sent_if_one_cannot_be_read(
    run: Run, sim: Simulator, plan: Path, tmp_path: Path
) -> None:
    """All are read first."""
    ran = run("apply", plan, tmp_path / "missing.json", "--yes")

    assert (ran.exit_code, "missing.json" in ran.stderr) == (2, True)
    assert patches(sim) == []


def test_several_plans_are_answered_one_by_one(
    run: Run, sim: Simulator, meeting: int, plan: Path, tmp_path: Path
) -> None:
    """A stale one does not stop the next; the closing words say how to go on."""
    other, second = sim.add_series(), tmp_path / "second.json"
    assert run("plan", other, "--topic", "New", "--out", second).exit_code == 0
    assert run("update", meeting, "--set", "timezone=Asia/Tokyo", "--yes").exit_code == 0

    ran = run("apply", plan, second, "--yes", "--json")

    first, then = map(json.loads, ran.stdout.splitlines())
    assert (first["plan"], first["type"]) == (str(plan), "PlanStale")
    assert (then["plan"], then["meeting"]) == (str(second), other)
    assert (ran.exit_code, "2 in all: 1 applied, 1 refused" in ran.stderr) == (8, True)


def test_what_zoom_ignored_is_named_and_exits_7(run: Run, meeting: int, sim: Simulator) -> None:
    """A setting that an administrator has locked: accepted, and not applied."""
    with Simulator(quirks={"locked": ["settings.join_before_host"]}) as locked:
        number = locked.add_meeting()
        ran = runner(locked)("update", number, "--set", "settings.join_before_host=on", "--yes")

    assert (ran.exit_code, "ignored by Zoom" in ran.stdout) == (7, True), ran.output
    assert "locked" in ran.stdout


def test_what_could_not_be_read_again_exits_7(run: Run, sim: Simulator, meeting: int) -> None:
    """The update is out; that it could not be verified is said, and is no error of the update."""
    sim.fail_next(Fault(status=404, match="GET", nth=2, times=None))

    ran = run("update", meeting, "--topic", "New", "--yes", "--wait", 0)

    assert (ran.exit_code, sim.meeting(meeting)["topic"]) == (7, "New"), ran.output
    assert "Zoom accepted" in ran.stdout
    assert "could not be read again" in ran.stderr


@pytest.mark.smoke
def test_help_of_each_has_examples(run: Run) -> None:
    """Lines that can be copied."""
    for command in ("plan", "apply", "undo"):
        ran: Ran = run(command, "--help")
        assert f"rezoom {command} " in ran.stdout.partition("Examples:")[2]


def test_this_and_the_following_become_another_meeting(
    run: Run, sim: Simulator, meeting: int, tmp_path: Path
) -> None:
    """The series ends before the date; the body of the new one is handed out, not sent."""
    day = sim.meeting(meeting)["occurrences"][4]["start_time"][:10]
    trim, new = tmp_path / "trim.json", tmp_path / "new.json"
    words = ("plan", meeting, "--occurrence", day, "--following", "--duration", 20)

    shown = run(*words)
    kept = run(*words, "--out", trim, "--new", new, "--secrets")
    applied = run("apply", trim, "--yes")

    assert "becomes two" in shown.stdout
    assert "POST /users/{host}/meetings" in shown.stdout
    assert "Keep-1" not in shown.output + kept.output
    body = json.loads(new.read_text())
    assert (body["duration"], body["recurrence"]["end_times"], body["password"]) == (
        20,
        8,
        "Keep-1",
    )
    assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert (applied.exit_code, len(sim.meeting(meeting)["occurrences"])) == (0, 4)


def test_a_new_meeting_with_a_passcode_is_kept_only_on_request(
    run: Run, sim: Simulator, meeting: int, tmp_path: Path
) -> None:
    """Neither file is written then."""
    day = sim.meeting(meeting)["occurrences"][4]["start_time"][:10]
    files = ("--out", tmp_path / "trim.json", "--new", tmp_path / "new.json")

    ran = run("plan", meeting, "--occurrence", day, "--following", "--topic", "x", *files)

    assert (ran.exit_code, "--secrets" in ran.stderr, list(tmp_path.iterdir())) == (2, True, [])


@pytest.mark.parametrize(
    ("words", "said"), [(["--following"], "--occurrence"), (["--new", "x.json"], "--following")]
)
def test_options_of_a_split_belong_together(
    run: Run, sim: Simulator, meeting: int, words: list[str], said: str
) -> None:
    """Refused before the meeting is read."""
    ran = run("plan", meeting, "--topic", "x", *words)

    assert (ran.exit_code, said in ran.stderr, sim.requests) == (2, True, ())


def test_a_file_beside_a_plan_is_left_alone(run: Run, meeting: int, tmp_path: Path) -> None:
    """Whatever it is called."""
    mine = tmp_path / "plan.json.part"
    mine.write_text("mine")

    ran = run("plan", meeting, "--topic", "x", "--out", tmp_path / "plan.json")

    assert (ran.exit_code, mine.read_text()) == (0, "mine")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["plan.json", "plan.json.part"]


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe"])
def test_a_damaged_plan_among_several_is_named(
    run: Run, meeting: int, tmp_path: Path, data: bytes
) -> None:
    """With what to do; nothing is sent of the others."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    bad.write_bytes(data)
    assert run("plan", meeting, "--topic", "x", "--out", good).exit_code == 0

    ran = run("apply", good, bad, "--yes", "--json")

    assert ran.exit_code == 2
    assert str(bad) in answer_of(ran)["message"]
    assert "new plan" in answer_of(ran)["next_step"]


def test_how_to_apply_a_plan_can_be_copied(run: Run, meeting: int, tmp_path: Path) -> None:
    """Quoted for the shell; a plan on stdout is not what `rezoom apply -` reads."""
    file = tmp_path / "my plan.json"

    kept, printed = (run("plan", meeting, "--topic", "x", "--out", out) for out in (file, "-"))

    assert f"rezoom apply '{file}'" in kept.stderr
    assert "rezoom apply PLAN.json" in printed.stderr
    assert "rezoom apply -" not in printed.stderr


def test_a_calendar_is_planned_and_sent(run: Run, sim: Simulator, meeting: int) -> None:
    """`--from-ics` gives the series; a body beside it cannot come from standard input, too."""
    text = "BEGIN:VEVENT\nDTSTART;TZID=Europe/Berlin:20970305T090000\n"
    text += "RRULE:FREQ=WEEKLY;BYDAY=TU, TH;COUNT=4\nEXDATE;VALUE=DATE:20970307\nEND:VEVENT\n"

    planned = run("plan", meeting, "--from-ics", "-", "--json", stdin=text)
    twice = run("plan", meeting, "--from-ics", "-", "--body", "-", stdin=text)
    alone = run("plan", meeting, "--uid", "x")
    sent = run("update", meeting, "--from-ics", "-", "--yes", stdin=text)

    assert planned.exit_code == 0, planned.stdout
    assert "3,5" in json.dumps(json.loads(planned.stdout)["changes"])
    assert (twice.exit_code, "standard input cannot serve both" in twice.stderr) == (2, True)
    assert (alone.exit_code, "--uid chooses an event" in alone.stderr) == (2, True)
    assert (sent.exit_code, "2097-03-07" in sent.stderr + sent.stdout) == (0, True)
    assert sim.meeting(meeting)["recurrence"]["weekly_days"] == "3,5"
