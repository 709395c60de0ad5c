"""The tests that come with the program: they run where every warning is an error."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import program
import pytest
from rezoom import InvalidChange, Receipt, Zoom
from rezoom.simulator import Simulator


@pytest.fixture(autouse=True)
def _ledger(zoom_simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count in a file, as a program does that says nothing of ledgers."""
    monkeypatch.setenv("REZOOM_LEDGER", f"sqlite:///{tmp_path / 'quota.sqlite3'}")


def test_a_series_is_moved_and_brought_back(zoom_simulator: Simulator) -> None:
    """A plan is applied and read back, and its receipt undoes it."""
    number = zoom_simulator.add_series()
    before = zoom_simulator.meeting(number)
    today = datetime.now(UTC).date()
    tuesday = today + timedelta(days=364 + (1 - today.weekday()) % 7)

    receipt = program.move(number, datetime.combine(tuesday, time(9)))
    moved = zoom_simulator.meeting(number)
    program.undo(receipt)

    assert moved["recurrence"]["repeat_interval"] == 2
    assert zoom_simulator.meeting(number) == before


@pytest.mark.parametrize("rename", [program.rename_in_threads, program.rename_awaited])
def test_many_are_renamed(zoom_simulator: Simulator, rename: Callable[..., list[Receipt]]) -> None:
    """Each meeting has the new name, and each receipt counts one update of it."""
    numbers = [zoom_simulator.add_meeting() for _ in range(20)]

    receipts = rename(numbers, "Stand-up")

    assert [zoom_simulator.meeting(number)["topic"] for number in numbers] == ["Stand-up"] * 20
    counted = [receipt.quota.meeting for receipt in receipts]
    assert [gauge and gauge.used for gauge in counted] == [1] * 20


def test_other_clients_are_counted_too(zoom_simulator: Simulator) -> None:
    """A guarded httpx client spends from the same hundred."""
    number = zoom_simulator.add_meeting()

    status = program.rename_by_httpx(number, "Stand-up")

    with Zoom.from_env() as zoom:
        gauge = zoom.quota(number).meeting
        assert (status, gauge and gauge.used) == (204, 1)


def test_a_wrong_change_is_refused(zoom_simulator: Simulator) -> None:
    """A mistake is told, and nothing is sent."""
    number = zoom_simulator.add_meeting()

    with Zoom.from_env() as zoom, pytest.raises(InvalidChange, match="2000 is above 1440"):
        zoom.update(number, duration=2000)

    assert zoom_simulator.updates(number) == ()


def test_the_command_line_says_nothing_but_the_answer(zoom_simulator: Simulator) -> None:
    """A command in a process of its own leaves one object on stdout and no warning on stderr."""
    number = zoom_simulator.add_meeting()
    command = [sys.executable, "-m", "rezoom.cli", "update", str(number), "--topic", "Stand-up"]

    done = subprocess.run([*command, "--yes", "--json"], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["schema"] == "rezoom.receipt/2"
    assert "Warning" not in done.stderr
