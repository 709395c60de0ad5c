"""`rezoom quota` and `rezoom ledger`: what a ledger in a file says, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from rezoom._cli.app import app
from rezoom._ledger.model import Key, account_key, read_key
from rezoom.quota import Gauge, Policy, SQLiteLedger
from rezoom.simulator import Simulator
from typer.testing import CliRunner

ACCOUNT = "api.zoom.us/acc-1"
MEETING = 85746065012
Run: TypeAlias = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name the file that counts."""
    return tmp_path / "quota.sqlite3"


@pytest.fixture
def run(file: Path) -> Run:
    """Run the command line with the file as its ledger, an account, and no credentials."""

    def go(*words: object, **more: str) -> Any:
        env = {"REZOOM_LEDGER": f"sqlite://{file}", "ZOOM_ACCOUNT_ID": "acc-1", "COLUMNS": "120"}
        return CliRunner().invoke(app, [str(word) for word in words], env=env | more)

    return go


@pytest.fixture
def ledger(file: Path) -> Iterator[SQLiteLedger]:
    """Open the same file as a program beside the command line would."""
    ledger = SQLiteLedger(file, durability="normal")
    yield ledger
    ledger.close()


def spend(
    ledger: SQLiteLedger, number: int, *, meeting: int = MEETING, host: str | None = None
) -> None:
    """Let Zoom answer that many updates."""
    wanted = Policy().reservation(ACCOUNT, meeting, host)
    for turn in range(number):
        ledger.settle(ledger.reserve(wanted, f"{meeting}-{turn}"))


def lines(ran: Any) -> list[dict[str, Any]]:
    """Read the quotas out of the one JSON object on stdout."""
    (line,) = ran.stdout.splitlines()
    answer = json.loads(line)
    assert answer["schema"] == "rezoom.quota/1"
    quotas: list[dict[str, Any]] = answer["quotas"]
    return quotas


def clock_of(instant: datetime) -> str:
    """Write the next whole minute on the clock of this machine."""
    up = (instant + timedelta(minutes=1)).replace(second=0, microsecond=0)
    return f"{up.astimezone():%H:%M}"


def gauge_of(ledger: SQLiteLedger, meeting: int = MEETING) -> Gauge:
    """Read a meeting's gauge."""
    gauge = ledger.usage(Policy().reservation(ACCOUNT, meeting)).meeting
    assert gauge is not None
    return gauge


@pytest.mark.smoke
def test_a_meeting_has_a_bar_and_a_time(run: Run, ledger: SQLiteLedger) -> None:
    """What is left of how many, and when the next place is free, on the clock of the wall."""
    spend(ledger, 3)

    ran = run("quota", MEETING)

    next_free = gauge_of(ledger).next_free
    assert next_free is not None
    assert ran.exit_code == 0, ran.output
    assert "meeting 857 4606 5012" in ran.stdout
    assert "97 of 100" in ran.stdout
    assert "█·" in ran.stdout
    assert f"3 at {next_free.astimezone():%a}" in ran.stdout
    assert clock_of(next_free) in ran.stdout
    assert "places come back" not in ran.stdout


def test_a_narrow_terminal_cuts_no_number(run: Run, ledger: SQLiteLedger) -> None:
    """The counts make way, which the bar tells too; and only names are folded."""
    spend(ledger, 26, host="a-host-with-a-rather-long-id")
    ledger.reserve(Policy().reservation(ACCOUNT, MEETING), "under way")
    wide, narrow = (run("quota", COLUMNS=width).stdout for width in ("120", "80"))

    assert ("used" in wide, "pending" in wide) == (True, True)
    assert (" used\n" in narrow, "pending" in narrow) == (False, False)
    assert "▓ in flight" in narrow
    assert "…" not in narrow
    assert "███·······  73 of 100  26 at" in narrow
    assert "73 of 100  26 at" in run("quota", COLUMNS="60").stdout
    assert "places come back: 26 at" in wide
    assert wide.splitlines()[-1] == narrow.splitlines()[-1]


def test_without_ids_everything_that_counts_is_shown(run: Run, ledger: SQLiteLedger) -> None:
    """Meetings before hosts, the tightest first; another account's are not ours."""
    spend(ledger, 1, meeting=1001)
    spend(ledger, 3, meeting=1002, host="host/1")
    theirs = Policy().reservation("api.zoom.us/acc-10", 1003)
    ledger.settle(ledger.reserve(theirs, "theirs"))

    found = lines(run("quota", "--json"))

    answer = [(one["scope"], one.get("meeting"), one["host"], one["remaining"]) for one in found]
    assert answer == [
        ("meeting", 1002, None, 97),
        ("meeting", 1001, None, 99),
        ("host", None, "host/1", 97),
    ]


def test_every_kind_of_place_is_counted(run: Run, ledger: SQLiteLedger) -> None:
    """Answered, under way, without an answer, spent elsewhere; and when each comes back."""
    wanted = Policy().reservation(ACCOUNT, MEETING)
    ledger.settle(ledger.reserve(wanted, "answered"))
    ledger.abandon(ledger.reserve(wanted, "unknown"))
    ledger.external(wanted, "meeting", 10)
    ledger.reserve(wanted, "under way")

    (found,) = lines(run("quota", MEETING, "--json"))

    counts = {name: found[name] for name in ("used", "pending", "unknown", "external", "remaining")}
    assert counts == {"used": 1, "pending": 1, "unknown": 1, "external": 8, "remaining": 89}
    assert sum(free["places"] for free in found["frees"]) == 11
    shown = run("quota", MEETING).stdout
    assert all(name in shown for name in ("used", "pending", "unknown", "external"))


def test_times_are_utc_with_z(run: Run, ledger: SQLiteLedger) -> None:
    """In JSON a time is an instant, not a clock on somebody's wall."""
    spend(ledger, 1)

    (found,) = lines(run("quota", MEETING, "--json"))

    at = datetime.fromisoformat(found["frees"][0]["at"])
    assert found["next_free"] == found["frees"][0]["at"]
    assert found["next_free"].endswith("Z")
    assert timedelta(hours=23) < at - datetime.now(UTC) < timedelta(hours=25)


def test_a_used_up_meeting_says_when_to_come_back(run: Run, ledger: SQLiteLedger) -> None:
    """A full bar and the first instant at which an update succeeds."""
    spend(ledger, 100)

    ran = run("quota", MEETING)

    assert "0 of 100" in ran.stdout
    assert "█" * 20 in ran.stdout
    assert "·" not in ran.stdout.splitlines()[2]


def test_the_host_is_counted_once_it_is_known(run: Run, ledger: SQLiteLedger) -> None:
    """By the ledger, or by --host; until then the table says that it is missing."""
    spend(ledger, 2, host="host-1")

    strange = run("quota", MEETING)
    named = lines(run("quota", MEETING, "--host", "host-1", "--json"))
    ledger.learn_host(ACCOUNT, MEETING, "host-1")
    learned = lines(run("quota", MEETING, "--json"))

    assert "is not known" in strange.stderr
    assert f"rezoom show {MEETING}" in strange.stderr
    for found in (named, learned):
        assert [(one["scope"], one["host"], one["remaining"]) for one in found] == [
            ("meeting", "host-1", 98),
            ("host", "host-1", 98),
        ]


def test_two_meetings_of_a_host_show_it_once(run: Run, ledger: SQLiteLedger) -> None:
    """Its day is one."""
    for meeting in (1001, 1002):
        spend(ledger, 1, meeting=meeting, host="host-1")
        ledger.learn_host(ACCOUNT, meeting, "host-1")

    found = lines(run("quota", 1001, 1002, 1001, "--json"))

    assert [one["scope"] for one in found] == ["meeting", "meeting", "host"]
    assert found[-1]["used"] == 2


def test_the_account_has_a_day_on_the_free_plan(run: Run) -> None:
    """REZOOM_ACCOUNT_PLAN names the plan; others have no daily figure."""
    free = lines(run("quota", MEETING, "--json", REZOOM_ACCOUNT_PLAN="free"))
    pro = lines(run("quota", MEETING, "--json", REZOOM_ACCOUNT_PLAN="pro"))

    assert [(one["scope"], one["limit"]) for one in free] == [("meeting", 100), ("account", 6000)]
    assert [one["scope"] for one in pro] == ["meeting"]


def test_a_raised_limit_is_shown(run: Run, ledger: SQLiteLedger) -> None:
    """With Zoom's own beside it, in the table and in JSON; a lowered one needs no word."""
    spend(ledger, 1)
    env = {"REZOOM_LIMITS": "meeting=500,host=off,per_second=2", "REZOOM_ACCOUNT_PLAN": "free"}

    ran, answer = run("quota", MEETING, **env), run("quota", MEETING, "--json", **env)

    assert "499 of 500" in ran.stdout
    assert "meeting: raised to 500 by REZOOM_LIMITS; Zoom's own limit is 100" in ran.stdout
    assert "host: switched off" in ran.stdout
    assert "per_second" not in ran.stdout
    assert json.loads(answer.stdout)["raised"] == {
        "meeting": {"limit": 500, "zooms": 100},
        "host": {"limit": None, "zooms": 100},
    }


def test_the_network_is_not_used(run: Run, ledger: SQLiteLedger) -> None:
    """Neither a secret nor a server is needed, only the address that names the account."""
    wanted = Policy().reservation("127.0.0.1:9/acc-1", 1001)
    ledger.settle(ledger.reserve(wanted, "there"))

    found = lines(run("quota", "--json", ZOOM_API_URL="http://127.0.0.1:9/v2"))

    assert [one["meeting"] for one in found] == [1001]


def test_an_empty_ledger_says_so(run: Run) -> None:
    """Exit 0: nothing spent is an answer."""
    ran = run("quota")

    assert ran.exit_code == 0
    assert "Nothing was spent" in ran.stderr


def test_a_missing_account_is_pointed_out(run: Run) -> None:
    """The count of clients without an account is shown, and named as such."""
    ran = run("quota", ZOOM_ACCOUNT_ID="")

    assert ran.exit_code == 0
    assert "ZOOM_ACCOUNT_ID is not set" in ran.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REZOOM_LEDGER", "mysql://server/db"),
        ("REZOOM_ACCOUNT_PLAN", "gold"),
        ("REZOOM_LIMITS", "meeting=0"),
        ("REZOOM_LEDGER_DOWN", "ajar"),
        ("ZOOM_API_URL", "https://api.zoom.us"),
    ],
)
def test_a_broken_setting_is_named(run: Run, variable: str, value: str) -> None:
    """Exit 2, the variable, and what would do."""
    ran = run("quota", **{variable: value})

    assert ran.exit_code == 2
    assert variable in ran.stderr
    assert "Give" in ran.stderr


@pytest.mark.parametrize("words", [("quota",), ("quota", MEETING), ("ledger", "reset", "--yes")])
def test_a_ledger_that_cannot_be_used_is_exit_9(
    run: Run, file: Path, words: tuple[object, ...]
) -> None:
    """A file that is no ledger is neither read nor written over."""
    file.write_bytes(b"letters to the editor" * 100)

    ran = run(*words, "--json")

    answer = json.loads(ran.stdout)
    assert ran.exit_code == 9
    assert (answer["schema"], answer["type"]) == ("rezoom.error/1", "LedgerUnavailable")
    assert file.read_bytes().startswith(b"letters")


def test_a_wrong_number_is_refused(run: Run) -> None:
    """Exit 2, as in every command."""
    assert run("quota", "not-a-number").exit_code == 2


@pytest.mark.smoke
def test_where_names_the_ledger_and_its_circle(run: Run, file: Path) -> None:
    """The address, who shares it, and why it is this one."""
    ran, answer = run("ledger", "where"), json.loads(run("ledger", "where", "--json").stdout)

    assert ran.exit_code == 0
    assert str(file) in ran.stdout
    assert "all processes of this machine" in ran.stdout
    assert "nothing is sent" in ran.stdout
    assert "go out uncounted" in run("ledger", "where", REZOOM_LEDGER_DOWN="open").stdout
    assert answer == {
        "schema": "rezoom.ledger/1",
        "ledger": f"sqlite://{file.as_posix()}",
        "shared_by": "all processes of this machine",
        "account": ACCOUNT,
        "chosen_by": "REZOOM_LEDGER",
        "ledger_down": "closed",
    }
    assert not file.exists()


def test_where_finds_the_default_file(run: Run, tmp_path: Path) -> None:
    """A service's own state directory comes before the user's."""
    ran = run("ledger", "where", REZOOM_LEDGER="", STATE_DIRECTORY=str(tmp_path))

    assert str(tmp_path / "rezoom" / "quota.sqlite3") in ran.stdout
    assert "the default" in ran.stdout


def test_a_ledger_in_memory_is_pointed_out(run: Run) -> None:
    """Its count is another one in every process."""
    assert "in one process" in run("quota", REZOOM_LEDGER="memory:").stderr
    assert "this process alone" in run("ledger", "where", REZOOM_LEDGER="memory:").stdout


def test_reset_without_a_terminal_needs_a_yes(run: Run, ledger: SQLiteLedger) -> None:
    """Exit 8, and everything still counts."""
    spend(ledger, 1)

    ran = run("ledger", "reset")

    assert ran.exit_code == 8
    assert f"{ACCOUNT}: 1 meeting" in ran.stderr
    assert gauge_of(ledger).used == 1


@pytest.mark.smoke
def test_reset_forgets_what_was_counted(run: Run, ledger: SQLiteLedger) -> None:
    """For the programs that have the ledger open, too; whose meetings are whose stays known."""
    spend(ledger, 100)
    ledger.learn_host(ACCOUNT, MEETING, "host-1")

    ran = run("ledger", "reset", "--yes")

    assert (ran.exit_code, gauge_of(ledger).remaining) == (0, 100)
    assert ledger.host_of(ACCOUNT, MEETING) == "host-1"
    assert "A new count begins" in ran.stdout


def test_reset_lists_what_it_will_forget_by_account(run: Run, ledger: SQLiteLedger) -> None:
    """So that whoever shares a ledger sees whose count would go."""
    spend(ledger, 1)
    other = Policy(account_plan="free").reservation("api.zoom.us/other", 7, "host-7")
    ledger.reserve(other, "in flight")

    ran = run("ledger", "reset")

    assert f"{ACCOUNT}: 1 meeting\n" in ran.stderr
    assert "api.zoom.us/other: 1 meeting, 1 host, the account's day" in ran.stderr


@pytest.mark.parametrize("name", ["api.zoom.us/other", "other"])
def test_reset_forgets_one_account_alone(run: Run, ledger: SQLiteLedger, name: str) -> None:
    """By its id, or as it is listed; the others go on counting."""
    spend(ledger, 1)
    other = Policy().reservation("api.zoom.us/other", 7)
    ledger.reserve(other, "in flight")

    ran = run("ledger", "reset", "--account", name, "--yes", "--json")

    answer = json.loads(ran.stdout)
    assert (ran.exit_code, answer["forgotten"]) == (0, 1)
    assert [one["account"] for one in answer["accounts"]] == ["api.zoom.us/other"]
    assert ledger.usage(other).remaining == 100
    assert gauge_of(ledger).used == 1


def test_reset_of_an_account_that_is_not_counted_forgets_nothing(
    run: Run, ledger: SQLiteLedger
) -> None:
    """A typing error must not be taken for an empty count."""
    spend(ledger, 1)

    ran = run("ledger", "reset", "--account", "elsewhere", "--yes")

    assert ran.exit_code == 2
    assert "counts nothing for the account 'elsewhere'" in ran.stderr
    assert gauge_of(ledger).used == 1


def test_the_receipt_says_what_is_left(run: Run) -> None:
    """The count goes on from command to command, and the host joins once it was read."""
    with Simulator() as sim:
        meeting = sim.add_meeting()
        words = ("update", meeting, "--topic", "x", "--yes", "--no-verify")
        first, second = run(*words, **sim.env()), run(*words, **sim.env())
        read = run("show", meeting, **sim.env())
        third = run(*words, **sim.env())

    assert read.exit_code == 0
    assert "99 of 100 updates of this meeting left until" in first.stdout
    assert "98 of 100 updates of this meeting left until" in second.stdout
    assert "97 of 100 updates of this meeting left until" in third.stdout
    assert "of its host left until" in third.stdout
    assert "of its host" not in second.stdout


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://api.zoom.us/v2", "api.zoom.us/a"),
        ("https://API.zoom.us:443/v2", "api.zoom.us/a"),
        ("http://127.0.0.1:8000/v2", "127.0.0.1:8000/a"),
        ("http://[::1]:8000/v2", "[::1]:8000/a"),
    ],
)
def test_an_address_written_otherwise_is_the_same_account(url: str, key: str) -> None:
    """Or two spellings would have two hundred."""
    assert account_key(url, "a") == key


def test_a_key_is_read_as_it_was_written() -> None:
    """Whatever is in the names."""
    account = account_key("https://api.zoom.us/v2", "a/b c")
    scopes = Policy(account_plan="free").reservation(account, 12, "h/1 @x").scopes

    assert [read_key(scope.key) for scope in scopes] == [
        Key(account, "meeting", "12"),
        Key(account, "host", "h/1 @x"),
        Key(account, "account", ""),
    ]
    assert read_key(f"{account}/pace") is None
