"""`rezoom undo`, and the receipts it reads, over real HTTP."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Run, answer_of, patches, runner
from rezoom.simulator import Fault, Simulator

PASSCODE = "Blue-42"


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """Run a fake Zoom."""
    with Simulator() as running:
        yield running


@pytest.fixture
def meeting(sim: Simulator) -> int:
    """Add a series with a passcode."""
    sim.clear_requests()
    return sim.add_series(topic="Before", password=PASSCODE)


@pytest.fixture
def run(sim: Simulator) -> Run:
    """Run the command line, pointed at the fake Zoom."""
    return runner(sim)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name a receipt that is not there yet."""
    return tmp_path / "receipt.json"


def updated(run: Run, meeting: int, file: Path, *words: str) -> None:
    """Change the meeting, and keep the receipt."""
    ran = run("update", meeting, "--topic", "After", *words, "--yes", "--receipt", file)
    assert ran.exit_code == 0, ran.output


@pytest.mark.smoke
def test_an_update_is_undone_from_its_receipt(
    run: Run, sim: Simulator, meeting: int, file: Path
) -> None:
    """Shown, sent, read again: the meeting is as it was, its dates included."""
    before = sim.meeting(meeting)
    updated(run, meeting, file, "--set", "settings.waiting_room=off", "--duration", "20")

    ran = run("undo", file, "--yes")

    assert ran.exit_code == 0, ran.output
    assert "topic                  “After” → “Before”" in ran.stderr
    assert sim.meeting(meeting) == before


def test_the_answer_of_an_update_is_a_receipt_too(
    run: Run, sim: Simulator, meeting: int, file: Path
) -> None:
    """`rezoom update --json > receipt.json` is enough."""
    ran = run("update", meeting, "--topic", "After", "--yes", "--json")
    file.write_text(ran.stdout)

    assert answer_of(run("undo", file, "--yes", "--json"))["applied"] == {"topic": "Before"}
    assert sim.meeting(meeting)["topic"] == "Before"


def test_many_are_undone_from_the_last_to_the_first(
    run: Run, sim: Simulator, meeting: int, file: Path
) -> None:
    """What `rezoom apply -` answered, refusals included, is the way back."""
    lines = [{"meeting": meeting, "body": {"topic": topic}} for topic in ("One", "Two")]
    lines.insert(1, {"meeting": 99999999999, "body": {"topic": "x"}})
    ran = run("apply", "-", "--yes", stdin="".join(f"{json.dumps(line)}\n" for line in lines))
    file.write_text(ran.stdout)
    assert sim.meeting(meeting)["topic"] == "Two"

    undone = run("undo", file, "--yes", "--json")

    answers = [json.loads(line) for line in undone.stdout.splitlines()]
    assert [answer["applied"]["topic"] for answer in answers] == ["One", "Before"]
    assert (undone.exit_code, sim.meeting(meeting)["topic"]) == (0, "Before")


def test_a_receipt_holds_no_secret_unless_requested(run: Run, meeting: int, file: Path) -> None:
    """Then the file is its owner's alone, and a passcode can be brought back from it."""
    updated(run, meeting, file, "--set", "password=Other-2")
    assert PASSCODE not in file.read_text()
    lost = run("undo", file, "--dry-run")

    open_file = file.with_name("open.json")
    updated(run, meeting, open_file, "--set", "password=Third-3", "--secrets")
    kept = run("undo", open_file, "--dry-run")

    assert "written without secrets" in lost.stdout
    assert "password" in kept.stdout
    assert "written without secrets" not in kept.stdout
    assert "Third-3" in open_file.read_text()
    assert "Other-2" not in kept.output
    assert stat.S_IMODE(open_file.stat().st_mode) == stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_dry_run_sends_nothing(run: Run, sim: Simulator, meeting: int, file: Path) -> None:
    """The plan, and its price, are the answer."""
    updated(run, meeting, file)
    sim.clear_requests()

    shown, answer = (
        run("undo", file, "--dry-run"),
        answer_of(run("undo", file, "--dry-run", "--json")),
    )

    assert "Price: 1 of the 100 updates" in shown.stdout
    assert (answer["schema"], answer["price"]) == ("rezoom.plan/1", 1)
    assert sim.requests == ()


def test_an_undo_can_be_reviewed_first(
    run: Run, sim: Simulator, meeting: int, file: Path, tmp_path: Path
) -> None:
    """The option --out keeps the plan, for `rezoom apply`."""
    updated(run, meeting, file)

    kept = run("undo", file, "--out", tmp_path / "plan.json")
    assert sim.meeting(meeting)["topic"] == "After"
    applied = run("apply", tmp_path / "plan.json", "--yes")

    assert (kept.exit_code, applied.exit_code) == (0, 0), applied.output
    assert sim.meeting(meeting)["topic"] == "Before"


def test_what_somebody_changed_since_is_not_overwritten(
    run: Run, sim: Simulator, meeting: int, file: Path
) -> None:
    """Exit 8, unless forced."""
    updated(run, meeting, file)
    assert run("update", meeting, "--topic", "Somebody's", "--yes").exit_code == 0

    stale, forced = run("undo", file, "--yes"), run("undo", file, "--yes", "--force")

    assert (stale.exit_code, forced.exit_code) == (8, 0), stale.output
    assert sim.meeting(meeting)["topic"] == "Before"


def test_without_a_terminal_nothing_is_undone_unasked(
    run: Run, sim: Simulator, meeting: int, file: Path
) -> None:
    """The exit code is 8."""
    updated(run, meeting, file)

    assert run("undo", file).exit_code == 8
    assert len(patches(sim)) == 1


def test_a_receipt_without_reads_cannot_be_undone(run: Run, meeting: int, file: Path) -> None:
    """Said when the update is made, and when it is to be undone."""
    refused = run("update", meeting, "--topic", "x", "--yes", "--no-verify", "--receipt", file)
    blind = run("update", meeting, "--topic", "x", "--yes", "--no-verify", "--json")
    file.write_text(blind.stdout)

    undone = run("undo", file, "--yes")

    assert (refused.exit_code, "--no-verify" in refused.stderr) == (2, True)
    assert (undone.exit_code, "Nothing was read before" in undone.stderr) == (2, True)


@pytest.mark.parametrize(
    "damage",
    [
        (lambda text: text.replace('"Before"', '"Elsewhere"'), "edited"),
        (lambda text: text[: len(text) // 2], "damaged"),
        (lambda _: "", "damaged"),
        (lambda _: '{"schema": "rezoom.error/1"}', "rezoom.error/1"),
    ],
    ids=["edited", "cut", "empty", "an error"],
)
def test_a_damaged_receipt_is_refused(
    run: Run, sim: Simulator, meeting: int, file: Path, damage: tuple[Any, str]
) -> None:
    """Nothing is sent on the word of a file that is not as it was written."""
    updated(run, meeting, file)
    harm, said = damage
    file.write_text(harm(file.read_text()))

    ran = run("undo", file, "--yes")

    assert (ran.exit_code, said in ran.stderr) == (2, True), ran.stderr
    assert len(patches(sim)) == 1


def test_a_receipt_is_never_overwritten(run: Run, sim: Simulator, meeting: int, file: Path) -> None:
    """It may be the only way back: refused before anything is sent."""
    file.write_text("precious")

    ran = run("update", meeting, "--topic", "x", "--yes", "--receipt", file)

    assert (ran.exit_code, file.read_text(), patches(sim)) == (2, "precious", [])


def test_an_update_that_failed_leaves_no_receipt(
    run: Run, sim: Simulator, meeting: int, file: Path
) -> None:
    """An empty file would look like one."""
    sim.fail_next(Fault(status=400, match="PATCH"))

    assert run("update", meeting, "--topic", "x", "--yes", "--receipt", file).exit_code == 5
    assert not file.exists()


def test_skipping_what_is_so_spends_nothing(run: Run, sim: Simulator, meeting: int) -> None:
    """The second run of the same update sends nothing, and says so."""
    words = ("update", meeting, "--topic", "After", "--skip-unchanged", "--yes", "--json")

    first, second = answer_of(run(*words)), answer_of(run(*words))

    assert (first["sent"], second["sent"], len(patches(sim))) == (True, False, 1)


def test_skipping_completes_a_part_of_a_series(run: Run, sim: Simulator, meeting: int) -> None:
    """Refused where the whole is needed, completed where the meeting is read first."""
    words = ("update", meeting, "--set", "recurrence.repeat_interval=2", "--yes")

    assert run(*words).exit_code == 2
    assert run(*words, "--skip-unchanged").exit_code == 0
    assert sim.meeting(meeting)["recurrence"]["weekly_days"] == "2"


def test_a_date_is_found_by_its_day(run: Run, sim: Simulator, meeting: int) -> None:
    """The option --occurrence takes a day or a time; the id goes into the query."""
    second = sim.meeting(meeting)["occurrences"][1]
    day = second["start_time"][:10]

    assert run("update", meeting, "--occurrence", day, "--duration", 20, "--yes").exit_code == 0
    at_nine = run("update", meeting, "--occurrence", f"{day}T09:00", "--duration", 25, "--yes")
    shown = run("show", meeting, "--occurrence", day)

    assert (at_nine.exit_code, shown.exit_code) == (0, 0), at_nine.output
    assert {change.occurrence_id for change in sim.history(meeting)} == {second["occurrence_id"]}
    assert "25 min" in shown.stdout


def test_a_day_without_a_date_names_the_nearest(run: Run, sim: Simulator, meeting: int) -> None:
    """Exit 2, nothing sent, and what may have been meant."""
    ran = run("update", meeting, "--occurrence", "2026-01-01", "--duration", 20, "--yes")

    nearest = sim.meeting(meeting)["occurrences"][0]["occurrence_id"]
    assert (ran.exit_code, nearest in ran.stderr, patches(sim)) == (2, True, [])


def test_a_dry_run_cannot_know_which_date_a_day_is(run: Run, meeting: int) -> None:
    """It reads nothing; `rezoom plan` does."""
    ran = run("update", meeting, "--occurrence", "2027-01-04", "--duration", 20, "--dry-run")

    assert (ran.exit_code, "rezoom plan" in ran.stderr) == (2, True)


def test_without_the_scope_to_read_it_says_how_to_go_on(meeting: int) -> None:
    """An app that may only update can, with --no-verify."""
    from rezoom.simulator import Credentials

    only = Credentials(scopes=("meeting:update:meeting:admin",))
    with Simulator(credentials=only) as strict:
        run, number = runner(strict), strict.add_meeting()
        refused = run("update", number, "--topic", "x", "--yes")
        done = run("update", number, "--topic", "x", "--yes", "--no-verify")

    assert (refused.exit_code, "--no-verify" in refused.stderr) == (4, True)
    assert done.exit_code == 0
