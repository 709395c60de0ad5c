"""A file of an earlier format is brought up to date, with all that counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import pytest
from clocks import MONDAY_NOON, FakeClock
from ledgers import asking
from rezoom import QuotaExceeded
from rezoom._ledger.pacing import Pace
from rezoom._ledger.sqlite.upgrade import number_of
from rezoom._times import DAY, MINUTE, SECOND, micros
from rezoom.errors import LedgerUnavailable, SlotExpired
from rezoom.quota import Grant, Reservation, Scope, SQLiteLedger

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
# The first format numbered meetings as it did everything else.
MEETING = int.from_bytes(blake2b(b"account/meeting/one", digest_size=8).digest(), signed=True)
PACE = Pace("account/pace", 2.0, 2.0)
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
        db.execute("INSERT INTO pace VALUES (?, 1.0, ?)", (number_of(PACE.key), NOW))
        for token, send_by in {"under way": NOW + 9 * SECOND, "unknown": 0, "answered": -1}.items():
            db.execute("INSERT INTO lease VALUES (?, ?, ?, ?)", (MEETING, token, free_at, send_by))
        turn = (number_of(PACE.key), "", NOW + 3 * SECOND, -2)
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


# Files as releases of the second and the third format left them, as SQL.
FORMATS = Path(__file__).parent / "ledger_formats"
LEFT_AT = datetime(2026, 12, 9, 15, 2, tzinfo=UTC)


def meeting(name: str) -> Reservation:
    """Ask for what an update of a meeting spends in those files."""
    scopes = (
        Scope("meeting", f"account/meeting/{name}", 9, exclusive=True),
        Scope("host", "account/host/h", 50, "utc-day"),
        Scope("account", "account/day", 6000, "utc-day"),
    )
    return Reservation(scopes, PACE)


@pytest.fixture(params=["format-2", "format-3"])
def later(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of a later format, with requests in every state, folded and not."""
    file = tmp_path / "later.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript((FORMATS / f"{request.param}.sql").read_text("utf-8"))
    return file


@pytest.fixture
def upgraded(later: Path, clock: FakeClock) -> Iterator[SQLiteLedger]:
    """A ledger of this release on that file, at the instant at which it was left."""
    clock.jump(LEFT_AT)
    with closing(SQLiteLedger(later, clock=clock)) as made:
        yield made


# What the old releases said of those files themselves: used, pending, unknown, external, next_free.
SAID = {
    "one": (4, 1, 1, 3, datetime(2026, 12, 10, 12, 16, tzinfo=UTC)),
    "two": (0, 1, 0, 0, datetime(2026, 12, 10, 12, 16, 0, 500000, tzinfo=UTC)),
    "three": (4, 0, 0, 5, datetime(2026, 12, 9, 20, tzinfo=UTC)),
    "four": (1, 1, 1, 0, datetime(2026, 12, 10, 15, 3, tzinfo=UTC)),
}


@pytest.mark.parametrize("name", SAID)
def test_a_later_format_counts_what_its_release_counted(upgraded: SQLiteLedger, name: str) -> None:
    """In every state, for the meeting, its host and the account."""
    usage = upgraded.usage(meeting(name))
    gauge = usage.meeting
    assert gauge is not None
    assert usage.host is not None
    assert usage.account is not None

    assert (
        gauge.used,
        gauge.pending,
        gauge.unknown,
        gauge.external,
        gauge.next_free,
    ) == SAID[name]
    for one in (usage.host, usage.account):
        assert (one.used, one.pending, one.unknown) == (9, 3, 2)
        assert one.next_free == datetime(2026, 12, 10, 0, 1, tzinfo=UTC)


def test_a_later_format_keeps_names_hosts_and_the_pace(upgraded: SQLiteLedger) -> None:
    """What freed long ago stays behind."""
    names = ("four", "one", "three", "two")
    listed = tuple(f"account/meeting/{name}" for name in names)

    assert upgraded.keys("account/meeting/") == listed
    assert upgraded.host_of("account", 7) == "h1"
    # Learned: 1.4 a second, with turns given until 15:03:01.9, so the next one is within 63 s.
    grant = upgraded.reserve(meeting("two"), "paced", wait=90)
    assert grant.pause == pytest.approx(2.5, abs=0.1)


@pytest.mark.parametrize("name", ["one", "four"])
def test_a_request_in_flight_in_a_later_format_can_be_ended(
    upgraded: SQLiteLedger, name: str
) -> None:
    """By the process that sent it, once it is of this release too."""
    token = "under way" if name == "one" else "events under way"
    with pytest.raises(QuotaExceeded):
        upgraded.reserve(meeting("four"), "second", wait=90)

    upgraded.settle(Grant(token, meeting(name), 0))

    usage = upgraded.usage(meeting(name)).meeting
    assert usage is not None
    assert (usage.used, usage.pending) == (SAID[name][0] + 1, 0)


def test_a_process_of_a_later_format_reserves_nothing_more(
    later: Path, upgraded: SQLiteLedger
) -> None:
    """Its journal is gone."""
    with closing(sqlite3.connect(later)) as old:
        old.execute("SELECT count(*) FROM event")
        upgraded.usage(ASKED)

        with pytest.raises(sqlite3.OperationalError, match="no such table: event"):
            old.execute("DELETE FROM event")


def test_a_count_without_a_name_is_not_dropped(later: Path, clock: FakeClock) -> None:
    """Nobody can tell which scope it belongs to, so the file is left as it is."""
    clock.jump(LEFT_AT)
    with closing(sqlite3.connect(later, isolation_level=None)) as db:
        db.execute("DELETE FROM name WHERE key LIKE '%/three'")
    before = later.read_bytes()

    expected = pytest.raises(LedgerUnavailable, match="counts in 1 scopes that it does not name")
    with closing(SQLiteLedger(later, clock=clock)) as ledger, expected:
        ledger.usage(ASKED)

    assert later.read_bytes() == before
