"""Nested, cyclic and unwritable values are typed errors, wherever they come in; nothing is sent."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rezoom import Bearer, ConfigError, InvalidChange, RezoomError, Zoom, check
from rezoom._vendor import VendorError, check_vendored, vendor
from rezoom.recurrence import Series

HALF = "a\ud800"


@pytest.fixture
def zoom() -> Zoom:
    """Give a client that could reach nobody."""
    address = "http://127.0.0.1:1/v2"
    return Zoom(Bearer("token", account="a"), ledger="memory:", base_url=address, retries=0)


def in_itself() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["a"] = found
    return found


@pytest.mark.parametrize(
    "given",
    [
        {"extra": in_itself()},
        {"settings": in_itself()},
        {"tracking_fields": [in_itself()]},
        {"extra": {"x": json.loads("[" * 900 + "]" * 900)}},
        {"extra": {5: 6}},
        {"extra": {HALF: 1}},
    ],
)
def test_what_is_nested_without_end_is_refused(zoom: Zoom, given: dict[str, Any]) -> None:
    """By an update and by a check, with the place."""
    with zoom, pytest.raises(InvalidChange) as refused:
        zoom.update(85746065, topic="x", **given)
    assert refused.value.sent is False
    assert any(one.severity == "error" for one in check(topic="x", **given))


def test_a_host_is_text_that_can_be_written(zoom: Zoom) -> None:
    """Half a surrogate pair names nobody."""
    for host in (HALF, f"{HALF}@example.com", "\ud800\n"):
        with pytest.raises(ConfigError, match="host is"):
            zoom.update(85746065, topic="x", host=host)


@pytest.mark.parametrize("path", ["a\0b", HALF])
def test_what_is_no_path_is_a_typed_error(zoom: Zoom, path: str, tmp_path: Path) -> None:
    """For a journal, and for a vendored copy."""
    with pytest.raises(ConfigError, match="journal"), zoom.update_many([], journal=path):
        pass
    for call in (vendor, check_vendored):
        with pytest.raises(VendorError):
            call(tmp_path / path)
        with pytest.raises(VendorError):
            call(tmp_path / ("a" * 300))


def test_a_key_that_cannot_be_written_is_refused(zoom: Zoom, tmp_path: Path) -> None:
    """As a result of its row, and as damage where a journal has it."""
    rows = [{"meeting": 85746065, "topic": "x", "key": HALF}]
    journal = tmp_path / "journal"
    with zoom.update_many(rows, journal=journal) as run:
        (result,) = run
    assert (result.status, "UTF-8" in str(result.error)) == ("refused", True)

    line = {"key": HALF, "change": "x", "status": "accepted", "at": "2027-01-01T00:00:00Z"}
    journal.write_text(journal.read_text("utf-8") + json.dumps(line) + "\n", "utf-8")
    with (
        pytest.raises(ConfigError, match="line 2 is damaged"),
        zoom.update_many([], journal=journal),
    ):
        pass


def test_a_deadline_may_be_as_far_away_as_can_be_said(zoom: Zoom) -> None:
    """The longest timedelta is no deadline at all."""
    with zoom.update_many([{"meeting": 85746065}], deadline=timedelta.max) as run:
        assert [one.status for one in run] == ["refused"]


def test_long_words_are_quoted_in_part(zoom: Zoom) -> None:
    """An error is not as long as what was typed."""
    with pytest.raises(RezoomError) as refused:
        zoom.update(85746065, topic="x", allow=["a" * 100_000])
    assert len(str(refused.value)) < 1000


def test_many_left_out_dates_are_read_in_one_look_at_the_zones() -> None:
    """Thousands of EXDATEs with a zone: the time zone database is not listed for each."""
    days = [datetime(2027, 1, 4, 9) + timedelta(weeks=week) for week in range(2000)]
    dates = ",".join(f"{day:%Y%m%dT%H%M%S}" for day in days)
    text = "DTSTART;TZID=Europe/Paris:20270104T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO"

    found = Series.from_rrule(f"{text}\nEXDATE;TZID=europe/paris:{dates}")

    assert found.excluded == tuple(day.date() for day in days)
