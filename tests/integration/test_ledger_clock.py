"""Clocks that jump: the right count, or ClockUntrusted; never a second budget."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from clocks import MONDAY_NOON, FakeClock
from ledgers import asking
from rezoom import MemoryLedger, QuotaExceeded
from rezoom.errors import ClockUntrusted
from rezoom.quota import Lease, Ledger, Reservation, Scope, SQLiteLedger

DAY = timedelta(days=1)
MARGIN = timedelta(microseconds=Lease().margin)
STEPS = [timedelta(hours=24), timedelta(hours=-24), timedelta(days=400), timedelta(days=-400)]


@dataclass
class FakeBoot:
    """A clock since boot that a test moves, whatever the wall clock shows."""

    id: str = "first boot"
    passed: int = 5_000_000

    def read(self) -> int:
        return self.passed


@dataclass
class Machine:
    """A wall clock, a clock since boot, and ledgers as processes open them."""

    path: Path
    stack: ExitStack
    wall: FakeClock
    boot: FakeBoot | None

    def open(self) -> Ledger:
        """Open the ledger as another process would."""
        ledger = SQLiteLedger(self.path, durability="normal", clock=self.wall, boot=self.boot)
        self.stack.callback(ledger.close)
        return ledger

    def live(self, span: timedelta) -> None:
        """Let time go by on both clocks."""
        self.wall.advance(span)
        if self.boot is not None:
            self.boot.passed += span // timedelta(microseconds=1)

    def restart(self, off: timedelta, *, wall: timedelta) -> None:
        """Boot anew after a while; the wall clock shows what it will."""
        assert self.boot is not None
        self.wall.advance(off + wall)
        self.boot = FakeBoot("second boot", 1_000_000)


@pytest.fixture
def machine(tmp_path: Path, clock: FakeClock) -> Iterator[Machine]:
    """A machine with a clock since boot."""
    with ExitStack() as stack:
        yield Machine(tmp_path / "quota.sqlite3", stack, clock, FakeBoot())


def fill(ledger: Ledger) -> None:
    """Spend all three slots of a meeting."""
    for number in range(3):
        ledger.settle(ledger.reserve(asking(), f"{number}"))


def refused(ledger: Ledger) -> QuotaExceeded:
    """Ask for a fourth."""
    with pytest.raises(QuotaExceeded) as caught:
        ledger.reserve(asking(), "one too many")
    return caught.value


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("process", ["the same process", "another process"])
def test_a_step_of_the_wall_clock_frees_nothing(
    machine: Machine, step: timedelta, process: str
) -> None:
    """The count goes by the clock since boot, in every process; times are told by the wall."""
    ledger = machine.open()
    fill(ledger)
    machine.live(timedelta(hours=1))
    machine.wall.advance(step)
    if process == "another process":
        ledger = machine.open()

    left = refused(ledger).retry_at - machine.wall.now()
    machine.live(timedelta(hours=23))
    refused(ledger)
    machine.live(MARGIN + timedelta(seconds=1))

    assert left - (timedelta(hours=23) + MARGIN) < timedelta(seconds=1)
    assert ledger.reserve(asking(), "in time")


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_frees_nothing_in_memory(clock: FakeClock, step: timedelta) -> None:
    """The same, by the process's own clock."""

    class Stepped(FakeClock):
        def now(self) -> datetime:
            return super().now() + shift

    shift = timedelta(0)
    stepped = Stepped()
    ledger = MemoryLedger(clock=stepped)
    fill(ledger)
    shift = step
    stepped.advance(timedelta(hours=24))
    refused(ledger)
    stepped.advance(MARGIN)

    assert ledger.reserve(asking(), "in time")


@pytest.mark.parametrize("step", STEPS[:2], ids=str)
def test_the_later_day_counts_where_the_clocks_disagree(machine: Machine, step: timedelta) -> None:
    """Nobody knows which day Zoom writes."""
    host = Reservation((Scope("host", "account/host/h", 1, "utc-day"),))
    ledger = machine.open()
    ledger.reserve(asking(), "opened before the step")
    machine.wall.advance(step + timedelta(hours=9))
    ledger.settle(ledger.reserve(host, "today"))

    with pytest.raises(QuotaExceeded) as caught:
        ledger.reserve(host, "again")

    midnight_by_wall = datetime.combine(
        machine.wall.now().date() + DAY, datetime.min.time(), tzinfo=UTC
    )
    assert caught.value.retry_at >= midnight_by_wall + MARGIN
    assert caught.value.retry_at - machine.wall.now() >= timedelta(hours=12)


def test_a_restart_goes_on_by_the_wall_clock(machine: Machine) -> None:
    """The hours for which the machine was off count too."""
    fill(machine.open())
    machine.restart(timedelta(hours=20), wall=timedelta(0))
    ledger = machine.open()
    refused(ledger)
    machine.live(timedelta(hours=4) + MARGIN)

    assert ledger.reserve(asking(), "in time")


def test_a_restart_with_a_clock_gone_back_frees_nothing_early(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """As if the machine had not been off at all; and it is told."""
    fill(machine.open())
    machine.restart(timedelta(hours=20), wall=timedelta(days=-300))
    ledger = machine.open()
    refused(ledger)
    machine.live(timedelta(hours=23, minutes=59))
    refused(ledger)
    machine.live(timedelta(minutes=2))

    assert "places stay counted for longer" in caplog.text
    assert ledger.reserve(asking(), "in time")


def test_the_last_use_is_remembered_over_restarts(machine: Machine) -> None:
    """A clock that went back is compared with it, not with the day the file was made."""
    ledger = machine.open()
    ledger.reserve(asking(key="other"), "long ago")
    machine.live(timedelta(days=10))
    fill(ledger)
    machine.restart(timedelta(0), wall=timedelta(days=-5))

    ledger = machine.open()
    refused(ledger)
    machine.live(timedelta(hours=23, minutes=58))

    refused(ledger)


def test_a_file_that_two_machines_take_turns_at_frees_nothing_early(machine: Machine) -> None:
    """Such as two virtual ones that share a folder: each has booted at another time."""
    fill(machine.open())
    machine.boot = FakeBoot("long up", 10**13)
    refused(machine.open())
    machine.boot = FakeBoot("just up", 10)

    assert refused(machine.open()).retry_at - machine.wall.now() >= DAY


@pytest.mark.parametrize("shift", [timedelta(hours=20), timedelta(hours=-20)], ids=str)
def test_a_time_namespace_with_another_clock_is_not_trusted(
    machine: Machine, shift: timedelta
) -> None:
    """Its clock since boot would free what still counts, or free it for the others."""
    fill(machine.open())
    assert machine.boot is not None
    passed = machine.boot.passed + 10**12 + shift // timedelta(microseconds=1)
    machine.boot = FakeBoot("first boot time:[4026532177]", passed)

    with pytest.raises(ClockUntrusted, match="another time namespace"):
        machine.open().reserve(asking(key="other"), "token")


def test_a_time_namespace_with_the_same_clock_counts_on(machine: Machine) -> None:
    """The wall clock, which no namespace shifts, bears witness: also after it was set."""
    ledger = machine.open()
    ledger.reserve(asking(key="other"), "opened before the step")
    machine.wall.advance(timedelta(hours=-9))
    fill(ledger)
    machine.live(timedelta(hours=1))
    assert machine.boot is not None
    machine.boot = FakeBoot("first boot time:[4026532177]", machine.boot.passed)

    ledger = machine.open()
    refused(ledger)
    machine.live(timedelta(hours=23) + MARGIN)

    assert ledger.reserve(asking(), "in time")


def test_a_restart_begins_a_new_distance_between_the_clocks(machine: Machine) -> None:
    """What they were apart before it says nothing of a time namespace after it."""
    ledger = machine.open()
    fill(ledger)
    machine.wall.advance(timedelta(hours=9))
    ledger.reserve(asking(key="other"), "nine hours ahead")
    machine.restart(timedelta(hours=1), wall=timedelta(0))
    machine.open().usage(asking())
    assert machine.boot is not None
    machine.boot = FakeBoot("second boot time:[4026532177]", machine.boot.passed)

    assert refused(machine.open()).scope == "meeting"


NAMESPACE = """
import sys
from rezoom.errors import ClockUntrusted
from rezoom.quota import Policy, SQLiteLedger
try:
    SQLiteLedger(sys.argv[1]).reserve(Policy().reservation("account", 1), "token")
except ClockUntrusted as error:
    print(error.message)
"""
_UNSHARE = ["unshare", "--time", "--boottime", "90000"]


def _namespaces_can_be_made() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and not subprocess.run([*_UNSHARE, "true"], check=False).returncode


@pytest.mark.skipif(
    not _namespaces_can_be_made(), reason="making a time namespace takes Linux 5.6 and root"
)
def test_a_process_in_a_real_time_namespace_is_refused(tmp_path: Path) -> None:
    """Where the clock since boot is a day ahead, and the boot has the same id."""
    file = tmp_path / "quota.sqlite3"
    with closing(SQLiteLedger(file)) as ledger:
        ledger.reserve(asking(), "here")

    ran = subprocess.run(
        [*_UNSHARE, sys.executable, "-c", NAMESPACE, str(file)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "its clock since boot is 90000 s off" in ran.stdout


def test_without_a_clock_since_boot_a_clock_gone_back_is_not_trusted(machine: Machine) -> None:
    """Whatever is granted in the wrong past would be free again at once in the right present."""
    machine.boot = None
    ledger = machine.open()
    fill(ledger)
    machine.wall.advance(-DAY)

    with pytest.raises(ClockUntrusted, match="The clock shows"):
        ledger.reserve(asking(key="other"), "token")
    with pytest.raises(ClockUntrusted):
        machine.open().reserve(asking(key="other"), "token")
    machine.wall.advance(DAY)
    assert refused(ledger).retry_at == MONDAY_NOON + DAY + MARGIN


def test_a_retry_at_the_told_instant_succeeds_between_two_clocks(machine: Machine) -> None:
    """They are never read at the same instant, so the told one is a little late."""
    ledger = machine.open()
    fill(ledger)
    machine.wall.advance(timedelta(microseconds=137))
    wait = refused(ledger).retry_at - machine.wall.now()
    machine.wall.advance(timedelta(microseconds=-20))
    machine.live(wait)

    assert ledger.reserve(asking(), "in time")


@pytest.mark.parametrize("make", [MemoryLedger, None], ids=["memory", "sqlite"])
def test_the_clocks_of_this_machine_agree(
    tmp_path: Path, make: Callable[[], Ledger] | None
) -> None:
    """Without a clock of the caller's, times are told as the wall clock tells them."""
    ledger = make() if make is not None else SQLiteLedger(tmp_path / "quota.sqlite3")
    before = datetime.now(UTC)
    grant = ledger.reserve(asking(), "token")
    ledger.close()

    assert abs(grant.granted_at - before) < timedelta(seconds=5)
