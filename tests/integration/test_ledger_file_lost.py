"""A file that was lost, or that cannot be used: a typed error, and never a second budget."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from clocks import FakeClock
from ledgers import asking, spend
from rezoom._ledger.sqlite import database_file
from rezoom.errors import LedgerUnavailable, StateLost
from rezoom.quota import SQLiteLedger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file that is not there yet, in a folder that is not there yet."""
    return tmp_path / "state" / "quota.sqlite3"


@pytest.fixture
def ledger(path: Path, clock: FakeClock) -> Iterator[SQLiteLedger]:
    """A ledger that gives up soon."""
    with closing(SQLiteLedger(path, clock=clock, patience=0.05)) as made:
        yield made


@pytest.mark.parametrize("what", ["deleted", "replaced"])
def test_a_file_that_is_gone_is_not_a_second_budget(
    ledger: SQLiteLedger, path: Path, what: str
) -> None:
    """Not even when another one is in its place."""
    spend(ledger, 3)
    for found in path.parent.iterdir():
        found.unlink()
    if what == "replaced":
        with closing(SQLiteLedger(path)) as other:
            spend(other, 1)

    with pytest.raises(StateLost, match=f"was {what} while it was in use"):
        ledger.reserve(asking(key="another"), "token")
    with pytest.raises(StateLost):
        ledger.reserve(asking(), "token")


def _without_journal(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()


def _without_shared_memory(path: Path) -> None:
    path.with_name(f"{path.name}-shm").unlink()


def _with_a_second_name(path: Path) -> None:
    path.with_name("second").hardlink_to(path)


def _emptied(path: Path) -> None:
    os.truncate(path, 0)


def _with_an_empty_journal(path: Path) -> None:
    os.truncate(path.with_name(f"{path.name}-wal"), 0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_without_journal, "was parted from its journal"),
        (_without_shared_memory, "was parted from its journal"),
        (_with_a_second_name, "has a second name"),
        (_emptied, "was emptied"),
        (_with_an_empty_journal, "was emptied, cut short or rewritten"),
    ],
)
def test_a_file_that_lost_its_journal_or_has_two_names_is_not_a_second_budget(
    ledger: SQLiteLedger, path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    """Whoever opens it then would count what the other one does not see."""
    spend(ledger, 2)
    spoil(path)

    with pytest.raises(StateLost, match=reason):
        spend(ledger, 1)


def test_a_replaced_file_is_refused_also_where_the_new_one_has_its_number(
    ledger: SQLiteLedger, path: Path, clock: FakeClock
) -> None:
    """A file system gives a number again, but not as long as somebody holds the file."""
    spend(ledger, 1)
    ledger.close()
    for _ in range(3):
        for found in path.parent.iterdir():
            found.unlink()
        with closing(SQLiteLedger(path, clock=clock)) as other:
            spend(other, 1)
        with pytest.raises(StateLost, match="was replaced"):
            ledger.usage(asking())


def test_a_file_that_was_emptied_while_closed_is_no_new_count(
    ledger: SQLiteLedger, path: Path, clock: FakeClock
) -> None:
    """It is known that it was counted in since the machine was booted."""
    spend(ledger, 2)
    ledger.close()
    os.truncate(path, 0)

    with closing(SQLiteLedger(path, clock=clock)) as other, pytest.raises(StateLost):
        other.reserve(asking(), "token")


def test_a_reset_that_cannot_be_made_is_a_typed_error(tmp_path: Path, clock: FakeClock) -> None:
    """As every other call of a ledger whose folder is none."""
    (tmp_path / "file").touch()

    with pytest.raises(LedgerUnavailable):
        SQLiteLedger(tmp_path / "file" / "quota.sqlite3", clock=clock).reset()


OPEN = """
import sys
from rezoom.errors import StateLost
from rezoom.quota import Policy, SQLiteLedger
ledger = SQLiteLedger(sys.argv[1])
for use in (ledger.reserve, ledger.usage):
    try:
        use(Policy().reservation("account", 1), *(["token"] if use == ledger.reserve else []))
    except StateLost as error:
        print(error.message)
"""


def test_a_process_that_opens_a_file_without_its_journal_is_refused(path: Path) -> None:
    """What is in the file alone is older than what was counted since the machine was booted."""
    with closing(SQLiteLedger(path)) as ledger:
        spend(ledger, 3)
        _without_journal(path)
        said = subprocess.run(
            [sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, check=True
        ).stdout

    assert said.count("is older than what was counted in it") == 2


def test_an_earlier_copy_is_refused_until_the_count_is_reset(
    ledger: SQLiteLedger, path: Path, clock: FakeClock
) -> None:
    """A backup that was put back knows nothing of what was spent since."""
    spend(ledger, 1)
    ledger.close()
    backup = path.read_bytes()
    clock.advance(timedelta(hours=1))
    spend(ledger, 2)
    ledger.close()
    path.write_bytes(backup)

    with closing(SQLiteLedger(path, clock=clock)) as other:
        with pytest.raises(StateLost, match="ledger reset"):
            other.reserve(asking(), "token")
        other.reset()
        spend(other, 1)

        assert other.usage(asking()).used == 1


def test_a_file_that_is_made_again_begins_a_new_count(path: Path, clock: FakeClock) -> None:
    """Deleted while no process used it: whoever did that meant it."""
    with closing(SQLiteLedger(path, clock=clock)) as ledger:
        spend(ledger, 3)
    path.unlink()

    with closing(SQLiteLedger(path, clock=clock)) as ledger:
        spend(ledger, 1)
        assert ledger.usage(asking()).used == 1


def test_a_full_disk_refuses_and_recovers(
    ledger: SQLiteLedger, path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be written is not granted, and not remembered either."""
    spend(ledger, 1)
    ledger.close()
    pages = path.stat().st_size // 1024

    class Small(database_file.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            if statement == "BEGIN IMMEDIATE":
                super().execute(f"PRAGMA max_page_count = {pages + 2}")
            return super().execute(statement, *values)

    monkeypatch.setattr(database_file, "Connection", Small)
    granted = 0

    def fill() -> None:
        nonlocal granted
        for number in range(1000):
            ledger.reserve(asking(key=f"{number:0200}"), f"fill {number}")
            granted += 1

    with pytest.raises(LedgerUnavailable, match="is on a full disk"):
        fill()

    # The next connection finds room again, and the process goes on.
    monkeypatch.undo()
    refused = asking(key=f"{granted:0200}")
    with closing(SQLiteLedger(path, clock=clock)) as other:
        assert ledger.usage(refused) == other.usage(refused)
        assert ledger.usage(refused).pending == 0
        ledger.reserve(refused, f"fill {granted}")
        assert other.usage(refused).pending == 1
        spend(ledger, 1)
        assert other.usage(asking()).used == 2


FILL = """
import resource, signal, sys
from pathlib import Path
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Policy, SQLiteLedger
ledger, policy = SQLiteLedger(Path(sys.argv[1])), Policy()
ledger.reserve(policy.reservation("account", 0), "0")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
granted = 1
try:
    for number in range(1, 1000):
        ledger.reserve(policy.reservation("account", number), f"{number}")
        granted += 1
except LedgerUnavailable as error:
    print(granted, len(ledger.keys("account/")), error.next_step)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX's")
def test_a_disk_that_takes_no_more_loses_no_grant(path: Path) -> None:
    """The system itself refuses to write: every grant that was given is in the file."""
    out = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], capture_output=True, text=True, check=True
    ).stdout

    granted, counted = out.split()[:2]
    assert 0 < int(granted) == int(counted) < 1000


def test_a_file_on_a_network_is_refused(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines would count apart, each behind locks that the other one does not see."""
    monkeypatch.setattr(database_file, "filesystem", lambda _: "nfs4")

    with pytest.raises(LedgerUnavailable, match=r"network file system \(nfs4\)"):
        SQLiteLedger(path, clock=clock).reserve(asking(), "token")
    assert not path.exists()


def test_a_folder_is_no_file(path: Path, clock: FakeClock) -> None:
    """With the reason; a GET that only wants to note a host goes on."""
    path.parent.mkdir()
    path.mkdir()
    ledger = SQLiteLedger(path, clock=clock)

    with pytest.raises(LedgerUnavailable, match="is a folder") as caught:
        ledger.reserve(asking(), "token")
    assert "REZOOM_LEDGER" in caught.value.next_step
    ledger.learn_host("account", 1, "host")


def _endless(folder: Path) -> Path:
    (folder / "loop").symlink_to(folder / "loop")
    return folder / "loop" / "quota.sqlite3"


def _below_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "quota.sqlite3"


@pytest.mark.parametrize(
    "where",
    [_endless, _below_a_file, lambda folder: folder / "a\0b", lambda folder: folder / ("x" * 300)],
    ids=["endless link", "below a file", "a NUL", "too long"],
)
def test_a_path_that_cannot_be_is_a_typed_error(
    tmp_path: Path, clock: FakeClock, where: Callable[[Path], Path]
) -> None:
    """For a reservation and for a look."""
    ledger = SQLiteLedger(where(tmp_path), clock=clock)

    with pytest.raises(LedgerUnavailable):
        ledger.reserve(asking(), "token")
    with pytest.raises(LedgerUnavailable):
        ledger.usage(asking())


READ_ONLY = """
import os, pathlib, sys, tempfile
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Policy, SQLiteLedger
asked = Policy().reservation("account", 1)
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "quota.sqlite3")
    ledger = SQLiteLedger(path)
    ledger.settle(ledger.reserve(asked, "first"))
    ledger.close()
    path.chmod(0o444)
    pathlib.Path(folder).chmod(int(sys.argv[1], 8))
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        SQLiteLedger(path).reserve(asked, "second")
    except LedgerUnavailable as error:
        print(error.message, "|", error.next_step)
    finally:
        os.seteuid(me)
        pathlib.Path(folder).chmod(0o700)
    print(SQLiteLedger(path).usage(asked).used)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files and users are POSIX's")
@pytest.mark.parametrize("folder", ["755", "555"])
def test_a_file_that_may_not_be_written_is_refused(folder: str) -> None:
    """With the reason and the fix; what is in it stays."""
    out = subprocess.run(
        [sys.executable, "-c", READ_ONLY, folder], capture_output=True, text=True, check=True
    ).stdout

    said, count = out.splitlines()
    assert "cannot be" in said
    assert "REZOOM_LEDGER" in said
    assert count == "1"


def test_a_note_that_cannot_be_written_stops_no_task(path: Path, clock: FakeClock) -> None:
    """As with the blocking methods: it is logged, and the GET goes on."""
    path.mkdir(parents=True)

    anyio.run(SQLiteLedger(path, clock=clock).alearn_host, "account", 1, "host")


def _text(path: Path) -> None:
    path.write_text("shopping list, " * 100)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name)")


def _newer(path: Path) -> None:
    with closing(SQLiteLedger(path)) as ledger:
        spend(ledger, 1)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


def _corrupt(path: Path) -> None:
    with closing(SQLiteLedger(path)) as ledger:
        for number in range(200):
            ledger.reserve(asking(key=f"{number}"), f"{number}")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_text, "is not a database"),
        (_foreign, "is a database of something else"),
        (_newer, "was written by a newer release"),
        (_corrupt, "is damaged"),
    ],
)
def test_a_file_that_is_no_ledger_of_ours_is_refused_and_left_alone(
    path: Path, spoil: object, reason: str
) -> None:
    """With the reason and the fix."""
    assert callable(spoil)
    path.parent.mkdir()
    spoil(path)
    before = path.read_bytes()

    with closing(SQLiteLedger(path)) as ledger, pytest.raises(LedgerUnavailable) as caught:
        ledger.reserve(asking(), "token")

    assert reason in str(caught.value)
    assert "REZOOM_LEDGER" in caught.value.next_step
    assert path.read_bytes() == before


def test_a_ledger_that_was_moved_back_goes_on(ledger: SQLiteLedger, path: Path) -> None:
    """It is the same file again."""
    spend(ledger, 1)
    away = path.with_name("away")
    shutil.move(path, away)
    with pytest.raises(StateLost):
        spend(ledger, 1)
    shutil.move(away, path)

    spend(ledger, 1)
    assert ledger.usage(asking()).used == 2
