"""Arguments and answers that nothing sensible gives: each is refused, or read, in our own words."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import httpx
import pytest
from rezoom import AsyncZoom, Bearer, ConfigError, Receipt, UnansweredError, Zoom
from rezoom._change.occurrences import Listed, planned_start
from rezoom._cli.views import print_receipt
from rezoom._http.responses import Reply, read
from rezoom._http.spending import Spending, read_by, spent_by
from rezoom._ledger.location import default_path
from rezoom._vendor import VendorError, check_vendored, diff_vendored, vendor
from rezoom.errors import LedgerUnavailable
from rezoom.quota import Guard, MemoryLedger, Policy, SQLiteLedger
from rezoom.recurrence import RecurrenceError, Series

NOW = datetime(2027, 1, 4, tzinfo=UTC)
MEETING = 85746065


@pytest.mark.parametrize("client", [Zoom, AsyncZoom])
@pytest.mark.parametrize("auth", [None, "a-token-as-it-is", object(), Mock(spec=["peek"])])
def test_what_is_no_token_source_is_refused(client: Callable[..., object], auth: object) -> None:
    """Where the client is made, with what to give instead, and without a token in the message."""
    with pytest.raises(ConfigError, match=r"auth is (a|an) \w+.*Bearer") as refused:
        client(auth)

    assert refused.value.field == "auth"
    assert "a-token" not in str(refused.value)


def test_a_mock_of_a_client_is_refused() -> None:
    """It says that it is an httpx.Client, and has no time that could be read."""
    with pytest.raises(ConfigError, match="timeout is <Mock"):
        Zoom(Bearer("x" * 20), http=Mock(spec=httpx.Client))


def test_a_hook_that_raises_before_sending_proves_nothing() -> None:
    """A transport of somebody's own need not say when it sends: the slot stays spent."""

    def hook(request: httpx.Request) -> None:
        raise KeyError(request.method)

    http = httpx.Client(event_hooks={"request": [hook]})
    with Zoom(Bearer("x" * 20), http=http, ledger="memory:", retries=0) as zoom:
        with pytest.raises(UnansweredError, match="KeyError") as unknown:
            zoom.update(MEETING, topic="x")

        assert (unknown.value.sent, zoom.quota(MEETING).unknown) == (None, 1)


@pytest.mark.parametrize("limit", ["5", True, [5], float("nan"), float("inf")])
def test_a_slower_pace_takes_a_number(limit: Any) -> None:
    """Whatever else is named is refused, on every ledger before it is asked."""
    ledger, reservation = MemoryLedger(), Policy().reservation("account", MEETING)

    with pytest.raises(ConfigError, match="limit is"):
        ledger.slow_down(reservation, limit)


@pytest.mark.parametrize("account", ["", "  ", None, 1])
def test_an_account_has_a_name(account: Any) -> None:
    """Or two of them would count together."""
    with pytest.raises(ConfigError, match="account is"):
        Policy().reservation(account, MEETING)


@pytest.mark.parametrize("digits", ["1" * 400, "9" * 5_000, "9" * 100_000])
def test_an_occurrence_with_a_number_of_any_length_is_where_it_is_said_to_be(digits: str) -> None:
    """Its number is no instant then."""
    item = Listed(digits, NOW, ZoneInfo("UTC"), 60, "available")

    assert planned_start(item) == NOW


@pytest.mark.parametrize("until", ["99991231T235959", "99991231T235959Z", "99991231"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "UTC"])
def test_the_end_of_time_is_read_or_refused(until: str, zone: str) -> None:
    """East and west of Greenwich, and in words of ours."""
    rule = f"DTSTART;TZID={zone}:20270104T090000\nRRULE:FREQ=WEEKLY;UNTIL={until}"
    with suppress(RecurrenceError):
        assert Series.from_rrule(rule).next(after=NOW) is not None


@pytest.mark.parametrize(
    "path", ["/v2/meetings/123//", "/v2//meetings/123", "/v2/meetings//123///", "//meetings/123/"]
)
def test_slashes_in_a_row_are_one(path: str) -> None:
    """Zoom may read them so: the update is counted."""
    assert spent_by("PATCH", path) == Spending(meeting=123)
    assert read_by("GET", path) == 123
    assert spent_by("POST", path.replace("meetings/", "users/").replace("123", "a/meetings"))


def test_a_guard_counts_a_path_that_ends_in_slashes() -> None:
    """In the ledger, as any other update."""
    guard = Guard("memory:")
    inner = httpx.MockTransport(lambda _: httpx.Response(204))
    with httpx.Client(transport=guard.transport(inner)) as client:
        client.patch("https://api.zoom.us/v2/meetings/123//", json={})

    assert any(key.endswith("/meeting/123") for key in guard.ledger.keys(""))


def test_a_tracking_id_of_any_length_is_shown_in_part() -> None:
    """In the text of the error."""
    reply = Reply(400, {"x-zm-trackingid": "t" * 90_000}, b'{"code": 300}', NOW)
    error = read(reply, secrets=frozenset(), repeatable=False).error

    assert len(str(error)) < 2_000


def test_a_message_of_any_length_is_shown_in_part() -> None:
    """Whoever answers does not fill a terminal."""
    body = b'{"code": 300, "message": "%s"}' % (b"m" * 90_000)
    error = read(Reply(400, {}, body, NOW), secrets=frozenset(), repeatable=False).error

    assert len(str(error)) < 6_000


def test_a_folder_is_logged_on_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its name is, no line of a log can be forged with it."""
    evil = tmp_path / "a\n\x1b[31mWARNING b"

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no room", str(evil))

    for kind in ("nfs", "overlay", "ext4"):
        default_path(
            {"STATE_DIRECTORY": str(evil)},
            user_state=evil,
            temporary=tmp_path,
            user=os.getuid(),
            filesystem=dict.fromkeys((evil, evil / "rezoom"), kind).__getitem__,
        )
    ledger = SQLiteLedger(evil / "quota.sqlite3")
    assert ledger.keys("") == ()
    monkeypatch.setattr(os, "pwrite", full)
    ledger.reserve(Policy().reservation("account", MEETING), "token")
    ledger.close()

    said = [record.getMessage() for record in caplog.records if "WARNING b" in record.getMessage()]
    assert len(said) >= 4
    assert not any(set(line) & {"\n", "\x1b"} for line in said)


def test_a_ledger_that_fails_is_told_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """By the command line, after an update that was sent."""
    left = LedgerUnavailable("The ledger a\nForged: b failed")

    print_receipt(Receipt(MEETING, True, "t", left))

    assert "a\\nForged: b" in capsys.readouterr().err


@pytest.mark.parametrize("name", [5, b"rows.journal", 1.5, ["rows.journal"], object()])
def test_a_journal_that_is_no_path_is_refused(name: Any) -> None:
    """Before anything is sent, and by the name of the option."""
    many = Zoom(Bearer("x" * 20), ledger="memory:").update_many([], journal=name)
    with pytest.raises(ConfigError, match="is no path") as refused, many:
        pass

    assert refused.value.field == "journal"


@pytest.mark.parametrize("call", [vendor, check_vendored, diff_vendored])
@pytest.mark.parametrize("folder", [None, 5, b"copy", object()])
def test_a_folder_that_is_no_path_is_refused(call: Callable[[Any], Any], folder: Any) -> None:
    """As one that cannot be written to is."""
    with pytest.raises(VendorError, match="is no path"):
        call(folder)
