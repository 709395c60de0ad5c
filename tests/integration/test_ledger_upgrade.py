"""A file of an earlier format is brought up to date, with all that counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import MONDAY_NOON, FakeClock
from ledgers import asking
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom._ledger.sqlite.schema import old_number, scope_number
from rezoom._times import DAY, MINUTE, SECOND, micros
from rezoom.errors import SlotExpired
from rezoom.quota import Reservation, SQLiteLedger

# As the first format had them.
TABLES = """
CREATE TABLE lease (scope INTEGER NOT NULL, token TEXT NOT NULL, free_at INTEGER NOT NULL,
  send_by INTEGER NOT NULL, PRIMARY KEY (scope, token)) WITHOUT ROWID;
CREATE TABLE place (scope INTEGER NOT NULL, free_at INTEGER NOT NULL, state INTEGER NOT NULL,
  number INTEGER NOT NULL, PRIMARY KEY (scope, free_at, state)) WITHOUT ROWID;
CREATE TABLE pace (scope INTEGER PRIMARY KEY, learned REAL NOT NULL, since INTEGER NOT NULL);
CREATE TABLE block (scope INTEGER PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL,
  seen INTEGER NOT NULL);
CREATE TABLE name (scope INTEGER PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE host (account TEXT NOT NULL, meeting INTEGER NOT NULL, host TEXT NOT NULL,
  PRIMARY KEY (account, meeting)) WITHOUT ROWID;
CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL,
  since_boot INTEGER NOT NULL, counted INTEGER NOT NULL, last INTEGER NOT NULL);
PRAGMA application_id = 1381649745;
PRAGMA user_version = 1;
"""
NOW = micros(MONDAY_NOON)
MEETING = old_number("account/meeting/one")
PACE = Pace("account/pace", 2.0, 1, 2.0)
ASKED = asking(limit=9, exclusive=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """One request under way, two answered (one not moved yet), one unknown, two spent by others."""
    file = tmp_path / "quota.sqlite3"
    free_at = NOW + DAY + MINUTE
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(TABLES)
        db.execute("INSERT INTO name VALUES (?, ?)", (MEETING, "account/meeting/one"))
        db.execute("INSERT INTO host VALUES ('account', 7, 'h1')")
        db.execute("INSERT INTO pace VALUES (?, 1.0, ?)", (scope_number(PACE.key), NOW))
        for token, send_by in {"under way": NOW + 9 * SECOND, "unknown": 0, "answered": -1}.items():
            db.execute("INSERT INTO lease VALUES (?, ?, ?, ?)", (MEETING, token, free_at, send_by))
        turn = (scope_number(PACE.key), "", NOW + 3 * SECOND, -2)
        db.execute("INSERT INTO lease VALUES (?, ?, ?, ?)", turn)
        db.execute("INSERT INTO place VALUES (?, ?, 1, 1)", (MEETING, free_at))
        db.execute("INSERT INTO place VALUES (?, ?, 2, 2)", (MEETING, free_at))
    return file


@pytest.fixture
def ledger(path: Path, clock: FakeClock) -> Iterator[SQLiteLedger]:
    """A ledger of this release on that file."""
    with closing(SQLiteLedger(path, clock=clock)) as made:
        yield made


def test_every_place_is_still_counted(ledger: SQLiteLedger) -> None:
    """In the state it was in."""
    usage = ledger.usage(ASKED)

    assert (usage.pending, usage.used, usage.unknown, usage.external) == (1, 2, 1, 2)
    assert ledger.keys("account/") == ("account/meeting/one",)
    assert ledger.host_of("account", 7) == "h1"


def test_what_was_under_way_is_under_way(ledger: SQLiteLedger) -> None:
    """No second request goes before its time is over."""
    with pytest.raises(QuotaExceeded) as caught:
        ledger.reserve(ASKED, "second")

    assert caught.value.scope == "in-flight"
    assert caught.value.retry_at == MONDAY_NOON + timedelta(seconds=9)


def test_a_token_of_unknown_outcome_stays_used(ledger: SQLiteLedger, clock: FakeClock) -> None:
    """As it was before."""
    clock.advance(timedelta(seconds=10))
    with pytest.raises(SlotExpired):
        ledger.reserve(ASKED, "unknown")


def test_the_pace_goes_on(ledger: SQLiteLedger) -> None:
    """With the turns that were given, and the rate that was learned."""
    asked = Reservation((), PACE)

    pauses = [ledger.reserve(asked, f"{number}", wait=9).pause for number in range(2)]

    assert pauses == [3, 4]


def test_a_process_of_the_old_release_reserves_nothing_more(
    ledger: SQLiteLedger, path: Path
) -> None:
    """It would count where nobody looks: its table is gone."""
    with closing(sqlite3.connect(path)) as old:
        old.execute("SELECT count(*) FROM lease")
        ledger.usage(ASKED)

        with pytest.raises(sqlite3.OperationalError, match="no such table: lease"):
            old.execute("INSERT INTO lease VALUES (1, 'late', 2, 3)")


@pytest.fixture
def second(tmp_path: Path, clock: FakeClock) -> Path:
    """A file of the second format, whose events did not say what their numbers stand for."""
    file = tmp_path / "second.sqlite3"
    with closing(SQLiteLedger(file, clock=clock)) as made:
        made.settle(made.reserve(ASKED, "answered"))
        made.reserve(ASKED, "under way")
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        key = "account/meeting/one"
        db.execute("INSERT INTO name VALUES (?, ?)", (scope_number(key), key))
        db.execute("ALTER TABLE event DROP COLUMN keys")
        db.execute("PRAGMA user_version = 2")
    return file


def test_the_second_format_is_taken_up_too(second: Path, clock: FakeClock) -> None:
    """With the request that is under way."""
    with closing(SQLiteLedger(second, clock=clock)) as ledger:
        usage = ledger.usage(ASKED)

        assert (usage.used, usage.pending) == (1, 1)
        with pytest.raises(QuotaExceeded):
            ledger.reserve(ASKED, "second")


def test_a_process_of_the_second_format_reserves_nothing_more(
    second: Path, clock: FakeClock
) -> None:
    """Its rows would lack what others read of them."""
    with closing(sqlite3.connect(second)) as old, closing(SQLiteLedger(second, clock=clock)) as new:
        new.usage(ASKED)

        with pytest.raises(sqlite3.OperationalError, match="6 columns but 5 values"):
            old.execute("INSERT INTO event VALUES (NULL, 0, 'late', 2, x'')")
