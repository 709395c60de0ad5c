"""Files that somebody names: written whole or not at all, and read up to a limit."""

from __future__ import annotations

import io
import json
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Run, answer_of, patches, runner
from rezoom import ConfigError, Plan, PlanError
from rezoom._cli.exit_codes import UsageError
from rezoom._cli.rows import read_tasks
from rezoom._disk import LARGEST, LONGEST_LINE, write_file
from rezoom._vendor import CopyDiffers, VendorError, check_vendored, vendor
from rezoom.simulator import Simulator
from rezoom.simulator._fault_plan import read_fault_words

WRITERS = ("plan", "receipt", "calendar")


@pytest.fixture
def run(sim: Simulator) -> Run:
    """Run commands against the fake Zoom."""
    return runner(sim)


def written(run: Run, sim: Simulator, writer: str, file: Path) -> Any:
    """Let a command write the file."""
    match writer:
        case "plan":
            return run("plan", sim.add_meeting(), "--topic", "x", "--out", file)
        case "receipt":
            return run("update", sim.add_meeting(), "--topic", "x", "--yes", "--receipt", file)
    rule = ("--repeat", "weekly on mon, 3 times", "--start", "2030-01-07T09:00")
    return run("preview", *rule, "--timezone", "Europe/Berlin", "--ics", file)


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Let every file of this process end there, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kind", ["pipe", "folder", "dangling", "device"])
@pytest.mark.parametrize("writer", WRITERS)
def test_only_a_regular_file_is_replaced(
    run: Run, sim: Simulator, tmp_path: Path, writer: str, kind: str
) -> None:
    """A device, a pipe, a folder, or a link that leads to nothing stays what it is."""
    file, elsewhere = tmp_path / "named", tmp_path / "elsewhere"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "dangling":
            file.symlink_to(elsewhere)
        case "device":
            file.symlink_to("/dev/null")
    before = file.lstat()

    ran = written(run, sim, writer, file)

    assert (ran.exit_code, str(file) in ran.stderr) == (2, True)
    assert (file.lstat().st_ino, file.lstat().st_mode) == (before.st_ino, before.st_mode)
    assert [one.name for one in tmp_path.iterdir()] == ["named"]
    assert patches(sim) == []


@pytest.mark.parametrize("writer", ["plan", "calendar"])
def test_a_full_disk_leaves_the_old_file(
    run: Run, sim: Simulator, tmp_path: Path, writer: str
) -> None:
    """Whole as it was, and no part of the new one beside it."""
    file = tmp_path / "named"
    file.write_text("old")

    with no_file_longer_than(100):
        ran = written(run, sim, writer, file)

    assert (ran.exit_code, f"cannot write '{file}'" in ran.stderr) == (2, True)
    assert "Give a path in a folder that can be written" in ran.stderr
    assert {one.name: one.read_text() for one in tmp_path.iterdir()} == {"named": "old"}


def test_a_receipt_that_the_disk_refuses_is_told_as_sent(
    run: Run, sim: Simulator, tmp_path: Path
) -> None:
    """The update is out, and no half of a receipt is left."""
    with no_file_longer_than(100):
        ran = written(run, sim, "receipt", tmp_path / "named")

    assert (ran.exit_code, len(patches(sim)), list(tmp_path.iterdir())) == (2, 1, [])
    assert "cannot write" in ran.stderr


def test_a_link_is_replaced_and_what_it_leads_to_stays(
    run: Run, sim: Simulator, tmp_path: Path
) -> None:
    """Whoever has put it there does not choose what is written over."""
    precious, link = tmp_path / "precious", tmp_path / "named"
    precious.write_text("precious")
    link.symlink_to(precious)

    assert written(run, sim, "plan", link).exit_code == 0
    assert (precious.read_text(), link.is_symlink()) == ("precious", False)
    assert Plan.from_json(link.read_text())


@pytest.mark.parametrize(("writer", "mode"), [("plan", 0o600), ("receipt", 0o600)])
def test_what_may_hold_secrets_is_for_its_owner_alone(
    run: Run, sim: Simulator, tmp_path: Path, writer: str, mode: int
) -> None:
    """Whatever the mask of the process is."""
    mask = os.umask(0)
    try:
        assert written(run, sim, writer, tmp_path / "named").exit_code in (0, 7)
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "named").stat().st_mode) == mode


def test_other_files_follow_the_mask(run: Run, sim: Simulator, tmp_path: Path) -> None:
    """A calendar is as readable as what any other program writes."""
    mask = os.umask(0o027)
    try:
        assert written(run, sim, "calendar", tmp_path / "named").exit_code == 0
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "named").stat().st_mode) == 0o640


def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that stops in between has the old file or the new one, never an empty one."""
    seen: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(number: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file"
        seen.append(f"{kind} synced")
        fsync(number)

    def noted_replace(*names: Any, **more: Any) -> None:
        seen.append("renamed")
        replace(*names, **more)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)

    write_file(tmp_path / "named", b"x")

    assert seen == ["file synced", "renamed", "folder synced"]


def test_a_vendored_file_is_no_way_out_of_its_folder(tmp_path: Path) -> None:
    """A file that is a link is replaced itself, and a folder that is a link is refused."""
    copy, precious = tmp_path / "zoomwire", tmp_path / "precious"
    vendor(copy)
    precious.write_text("precious")
    (copy / "facts.py").unlink()
    (copy / "facts.py").symlink_to(precious)

    vendor(copy, force=True)

    assert (precious.read_text(), (copy / "facts.py").is_symlink()) == ("precious", False)
    (copy / "models").rename(tmp_path / "models")
    (copy / "models").symlink_to(tmp_path / "models")
    with pytest.raises(VendorError, match="outside the folder"):
        vendor(copy, force=True)


def test_a_pipe_in_a_vendored_folder_is_a_difference(tmp_path: Path) -> None:
    """It is not read: that would never end."""
    copy = tmp_path / "zoomwire"
    vendor(copy)
    (copy / "facts.py").unlink()
    os.mkfifo(copy / "facts.py")

    assert "facts.py (edited)" in check_vendored(copy).names
    with pytest.raises(CopyDiffers):
        vendor(copy)


@pytest.mark.parametrize(
    "words",
    [
        ("apply", "{}", "--yes"),
        ("undo", "{}", "--yes"),
        ("plan", "1", "--body", "{}"),
        ("plan", "1", "--set", "topic=@{}"),
        ("simulate", "--seed", "{}"),
    ],
)
@pytest.mark.parametrize("kind", ["endless", "huge"])
def test_what_is_read_has_an_end(run: Run, tmp_path: Path, words: Any, kind: str) -> None:
    """A device is not read at all, and of a file no more than a limit."""
    file = Path("/dev/zero")
    if kind == "huge":
        file = tmp_path / "huge"
        with file.open("wb") as empty:
            empty.truncate(LARGEST + 1)

    ran = run(*(word.format(file) for word in words))

    assert (ran.exit_code, str(file) in ran.stderr) == (2, True)
    said = "neither a regular file nor a pipe" if kind == "endless" else "larger than 64 MB"
    assert said in ran.stderr


def test_a_pipe_with_a_name_is_read(run: Run, sim: Simulator, tmp_path: Path) -> None:
    """As `--body <(jq ...)` gives one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=('{"topic": "Piped"}',))
    writer.start()

    ran = run("plan", sim.add_meeting(), "--body", pipe, "--json")
    writer.join()

    assert (ran.exit_code, answer_of(ran)["body"]) == (0, {"topic": "Piped"})


def test_a_json_line_has_an_end() -> None:
    """One that is too long is refused, the rest of it is passed over, and the next one is read."""
    long = b'{"meeting": 1, "body": {"agenda": "' + b"x" * (3 * LONGEST_LINE) + b'"}}\n'
    stream = io.BytesIO(long + b'{"meeting": 85746065, "body": {"topic": "x"}}\n')

    first, second = read_tasks(stream)

    with pytest.raises(UsageError, match="longer than 1 MB"):
        first.send(None)  # type: ignore[arg-type]  # a refused line needs no client
    assert (first.name, second.name) == ("line 1", "line 2 (meeting 85746065)")


@pytest.mark.slow
def test_an_endless_line_takes_no_memory(sim: Simulator) -> None:
    """It is refused as soon as it is too long; what comes after it is waited for."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31));"
        "sys.argv = ['rezoom', 'apply', '-', '--yes']; from rezoom.cli import main; main()"
    )
    with (
        Path("/dev/zero").open("rb") as zero,
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=zero,
            stdout=subprocess.PIPE,
            env=os.environ | sim.env() | {"REZOOM_LEDGER": "memory:"},
        ) as process,
    ):
        assert process.stdout is not None
        answer = json.loads(process.stdout.readline())
        process.kill()

    assert (answer["line"], "longer than 1 MB" in answer["message"]) == (1, True)


def doubled(text: str, member: str) -> str:
    """Name a member of a JSON object once more, with another value, before the first."""
    return text.replace("{", f'{{"{member}": "Other",', 1)


def test_a_plan_that_names_a_member_twice_is_refused(
    run: Run, sim: Simulator, tmp_path: Path
) -> None:
    """Two readers could read two plans in it."""
    file = tmp_path / "plan.json"
    written(run, sim, "plan", file)
    text = file.read_text()
    file.write_text(doubled(text, "topic"))

    with pytest.raises(PlanError, match="names 'topic' twice"):
        Plan.from_json(file.read_text())
    ran = run("apply", file, "--yes")
    assert (ran.exit_code, f"{file}: " in ran.stderr, "twice" in ran.stderr) == (2, True, True)


def test_a_receipt_that_names_a_member_twice_is_refused(
    run: Run, sim: Simulator, tmp_path: Path
) -> None:
    """Alone, and among others."""
    file = tmp_path / "receipt.json"
    written(run, sim, "receipt", file)
    text = doubled(json.dumps(json.loads(file.read_text())), "meeting")
    for content in (text, f"{text}\n{text}\n"):
        file.write_text(content)

        ran = run("undo", file, "--yes")

        assert (ran.exit_code, f"{file}: " in ran.stderr) == (2, True)
        assert "it names 'meeting' twice in one object" in ran.stderr


def test_a_doubled_fault_is_refused() -> None:
    """In the words of a command line as in a file."""
    with pytest.raises(ConfigError, match="twice in one object"):
        read_fault_words('{"faults": ["reset"], "faults": []}')


@pytest.mark.parametrize("words", ["[" * 100_000, '{"faults": [' + "9" * 5_000 + "]}"])
def test_odd_fault_words_are_no_bug(words: str) -> None:
    """Too deep, or a number too long."""
    with pytest.raises(ConfigError, match="faults"):
        read_fault_words(words)


def nested(level: int) -> str:
    """Write nine times nine times nine … with nine aliases a line."""
    lines = ["- &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"- &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(level)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (nested(9), "its aliases unfold to more than 4 MB"),
        ("- &a [*a]", "Circular"),
        ("- topic: !secret x", r"its tag !secret stands for nothing in JSON \(line 1\)"),
        ("- !meeting {topic: x}", "its tag !meeting stands for nothing in JSON"),
        ("- topic: !!python/object/apply:os.getcwd []", "its tag .*getcwd stands for nothing"),
        ("- topic: !!set {a, b}", "its tag .*set stands for nothing in JSON"),
        ("- topic: !!bool maybe", "'maybe' is no value of its tag"),
        ("- topic: a\n  topic: b", "twice"),
        ("[" * 500, "nested too deeply|expected|did not find"),
    ],
)
def test_a_bad_seed_is_named(tmp_path: Path, text: str, said: str) -> None:
    """With the reason, and before it can fill the memory."""
    file = tmp_path / "seed.yaml"
    file.write_text(text)

    with pytest.raises(ConfigError, match=said) as refused:
        Simulator(meetings=file)

    assert str(file) in refused.value.message


def test_aliases_of_an_ordinary_seed_are_read(tmp_path: Path) -> None:
    """Settings that several meetings share, and texts with the tag of texts."""
    file = tmp_path / "seed.yaml"
    file.write_text(
        "- topic: !!str 5\n  settings: &all {waiting_room: false}\n- topic: b\n  settings: *all\n"
    )

    sim = Simulator(meetings=file)

    states = [sim.meeting(number) for number in sim.meetings]
    assert [state["topic"] for state in states] == ["5", "b"]
    assert [state["settings"]["waiting_room"] for state in states] == [False, False]
