"""An exception out of a signal handler, at every place where one can come: nothing is lost."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import MONDAY_NOON, FakeClock
from interrupts import Place, interrupted, places
from ledgers import LEDGERS
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom.quota import Gauge, Grant, Ledger, Reservation, Scope

# The two ledgers of one file are asked by turns: another one would go on than was interrupted.
ONES = [name for name in LEDGERS if name != "sqlite by two"]


def asking(key: str) -> Reservation:
    """Ask for a place in a scope of each kind: rolling, by the day, in bundles, and at a pace."""
    scopes = (
        Scope("meeting", f"a/b/meeting/{key}", 3, exclusive=True),
        Scope("host", f"a/b/host/{key}", 100, "utc-day"),
        Scope("account", f"a/b/{key}/day", 1000),
    )
    return Reservation(scopes, Pace(f"a/b/{key}/pace", 50.0, 50, 50.0))


def counts(ledger: Ledger, asked: Reservation) -> list[tuple[int, int, int]]:
    """Read what is pending, used and unknown in each scope."""
    gauges: list[Gauge] = [ledger.usage(Reservation((scope,))) for scope in asked.scopes]
    return [(gauge.pending, gauge.used, gauge.unknown) for gauge in gauges]


def nobody_holds(folder: Path) -> None:
    """See that no lock and no transaction is left in the files of a ledger."""
    file = folder / "quota.sqlite3"
    lock = file.with_name(f"{file.name}.lock")
    if lock.exists():
        with lock.open() as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if file.exists():
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert not busy, "a transaction that reads is left open"


def beside(call: Callable[[], object]) -> None:
    """Make a call in a thread: a lock that was lost would hold it for ever."""
    failed: list[BaseException] = []

    def made() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised below, in the thread of the test
            failed.append(error)

    thread = threading.Thread(target=made, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "a lock is held"
    if failed:
        raise failed[0]


@dataclass
class Step:
    """A call of a ledger's: what comes before it, the call, and what holds after an interrupt."""

    call: Callable[[Ledger, Reservation, Grant], object]
    holds: Callable[[Ledger, Reservation, Grant], object]
    reserved: bool = True


def _after_reserve(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
    assert counts(ledger, asked) == [(0, 0, 0)] * 3
    ledger.release(ledger.reserve(asked, f"{grant.token} again"))


def _ends_as(end: str, *pending_or: tuple[int, int, int]) -> Callable[..., None]:
    def holds(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
        found = counts(ledger, asked)
        assert set(found) <= {(1, 0, 0), *pending_or}
        getattr(ledger, end)(grant)
        assert counts(ledger, asked) == [pending_or[-1]] * 3

    return holds


def _blocked(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
    ledger.release(grant)
    until = MONDAY_NOON + timedelta(hours=5)
    ledger.block(asked, "host", until, "why")
    with pytest.raises(QuotaExceeded) as refused:
        ledger.reserve(asked, f"{grant.token} again")
    assert refused.value.retry_at == until


def _external(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
    assert ledger.usage(asked).host is not None
    ledger.external(asked, "host", 40)
    host = ledger.usage(asked).host
    assert host is not None
    assert (host.pending, host.external) == (1, 39)


def _still_pending(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
    assert counts(ledger, asked) == [(1, 0, 0)] * 3


def _host(*found: str | None) -> Callable[..., None]:
    def holds(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
        assert ledger.host_of("a", grant.token) in found
        ledger.learn_host("a", grant.token, "other")
        assert ledger.host_of("a", grant.token) == "other"

    return holds


def _forgotten(ledger: Ledger, asked: Reservation, grant: Grant) -> None:
    assert counts(ledger, asked) in ([(1, 0, 0)] * 3, [(0, 0, 0)] * 3)
    ledger.reset("a/b/")
    assert counts(ledger, asked) == [(0, 0, 0)] * 3


STEPS: dict[str, Step] = {
    "reserve": Step(
        lambda ledger, asked, grant: ledger.reserve(asked, grant.token), _after_reserve, False
    ),
    "settle": Step(
        lambda ledger, asked, grant: ledger.settle(grant), _ends_as("settle", (0, 1, 0))
    ),
    "release": Step(
        lambda ledger, asked, grant: ledger.release(grant), _ends_as("release", (0, 0, 0))
    ),
    "abandon": Step(
        lambda ledger, asked, grant: ledger.abandon(grant), _ends_as("abandon", (0, 0, 1))
    ),
    "block": Step(
        lambda ledger, asked, grant: ledger.block(
            asked, "host", MONDAY_NOON + timedelta(hours=5), "why"
        ),
        _blocked,
    ),
    "external": Step(lambda ledger, asked, grant: ledger.external(asked, "host", 40), _external),
    "slow_down": Step(lambda ledger, asked, grant: ledger.slow_down(asked, 20), _still_pending),
    "usage": Step(lambda ledger, asked, grant: ledger.usage(asked), _still_pending),
    "keys": Step(lambda ledger, asked, grant: ledger.keys("a/b/"), _still_pending),
    "learn_host": Step(
        lambda ledger, asked, grant: ledger.learn_host("a", grant.token, "h"), _host(None, "h")
    ),
    "host_of": Step(lambda ledger, asked, grant: ledger.host_of("a", grant.token), _host(None)),
    "forget_host": Step(
        lambda ledger, asked, grant: ledger.forget_host("a", grant.token), _host(None)
    ),
    "reset": Step(lambda ledger, asked, grant: ledger.reset("a/b/"), _forgotten),
}


class Trial:
    """One step again and again, each time of another meeting: places, then an interrupt at each."""

    def __init__(self, ledger: Ledger, folder: Path, step: Step) -> None:
        self._ledger, self._folder, self._step = ledger, folder, step
        self._number = 0

    def prepared(self) -> tuple[Reservation, Grant]:
        """Make a new meeting, and reserve where the step ends that."""
        self._number += 1
        # As long as the ones before, so that the places are the same.
        key = f"{self._number:06d}"
        asked = asking(key)
        grant = Grant(key, asked, 0)
        return asked, self._ledger.reserve(asked, key) if self._step.reserved else grant

    def places(self) -> list[Place]:
        """Find the places."""
        for _ in range(2):
            asked, grant = self.prepared()
            self._step.call(self._ledger, asked, grant)
        asked, grant = self.prepared()
        return places(lambda: self._step.call(self._ledger, asked, grant))

    def interrupted(self, place: Place, second: int = 0) -> int:
        """Interrupt the step there, and see what holds; tell how often it was interrupted."""
        asked, grant = self.prepared()
        done = interrupted(lambda: self._step.call(self._ledger, asked, grant), place, second)
        assert done.raised, f"nothing was raised at {place.what}"
        beside(lambda: self._ledger.host_of("a", 0))
        nobody_holds(self._folder)
        if not second:
            try:
                self._step.holds(self._ledger, asked, grant)
            except AssertionError as error:
                error.add_note(f"interrupted at {done.raised}")
                raise
        return len(done.raised)


@pytest.mark.parametrize("ledger_name", ONES)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_a_ledger_is_whole_or_conservative(
    ledger_name: str,
    step: str,
    tmp_path: Path,
    clock: FakeClock,
    record_property: Callable[[str, object], None],
) -> None:
    """Wherever it is interrupted, no lock is held, all scopes agree, and the ledger goes on."""
    with LEDGERS[ledger_name](tmp_path, clock) as ledger:
        trial = Trial(ledger, tmp_path, STEPS[step])
        found = [place for place in trial.places() if not place.outermost]
        for place in found:
            trial.interrupted(place)

    record_property("places", len(found))
    print(f"{ledger_name}: {step}: {len(found)} places")
