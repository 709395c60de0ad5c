"""What a command line, an ini file and a marker say of a clock and of quirks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rezoom import ConfigError
from rezoom.simulator import Quirks, SimClock
from rezoom.simulator._quirks import read_quirks
from rezoom.simulator._sim_clock import read_clock


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-01T00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),
        (" 2027-03-28T02:30:15+01:00 ", datetime(2027, 3, 28, 1, 30, 15, tzinfo=UTC)),
        ("20270101T0000Z", datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_clock_stands_at_the_instant_it_is_given(text: str, instant: datetime) -> None:
    """Any form of ISO 8601 with a zone."""
    clock = read_clock(text)
    assert clock.now() == clock.now() == instant


def test_a_clock_can_run_from_there() -> None:
    """For whoever cannot move it."""
    clock = read_clock("2027-01-01T00:00Z", runs=True)
    before = clock.monotonic()
    while clock.monotonic() == before:
        pass
    assert datetime(2027, 1, 1, tzinfo=UTC) < clock.now() < datetime(2027, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "now", "2027-01-01", "2027-01-01T00:00", "2027-13-01T00:00Z"])
def test_what_is_no_instant_is_explained(text: str) -> None:
    """A date alone, or a time without a zone, is none."""
    with pytest.raises(ConfigError, match="is no instant") as caught:
        read_clock(text)
    assert caught.value.field == "clock"


def test_quirks_are_read_as_they_are_said() -> None:
    """Where a quirk takes a list, one value is a list of one."""
    words = ["past-start = rewrite-to-now", "locked=settings.jbh_time,settings.waiting_room"]
    quirks = Quirks.of(read_quirks(words))
    assert quirks.past_start == "rewrite-to-now"
    assert quirks.locked == ("settings.jbh_time", "settings.waiting_room")
    assert Quirks.of(read_quirks(["locked=password"])).locked == ("password",)
    assert Quirks.of(read_quirks(["blocked_domains=intranet"])).blocked_domains == ("intranet",)


@pytest.mark.parametrize("word", ["", "past-start", "=x", "past-start="])
def test_what_is_no_quirk_is_explained(word: str) -> None:
    """The error gives an example."""
    with pytest.raises(ConfigError, match="is no quirk"):
        read_quirks([word])


@pytest.mark.parametrize("runs", [True, False])
def test_a_clock_is_restored_as_it_was(runs: bool) -> None:
    """One that runs keeps its distance from real time, one that stands keeps its place."""
    clock = SimClock(datetime(2030, 1, 1, tzinfo=UTC), runs=runs)
    clock.advance(timedelta(days=1))
    again = SimClock.restored(clock.memento())
    assert abs(again.now() - clock.now()) < timedelta(minutes=1)
    assert again.memento().keys() == clock.memento().keys()
    assert runs or again.now() == clock.now()


def test_a_move_is_reported_to_those_who_watch() -> None:
    """Set and advance are moves; reading is not."""
    clock, seen = SimClock(datetime(2030, 1, 1, tzinfo=UTC)), []
    clock.watch(lambda: seen.append(clock.now().day))
    clock.now()
    clock.advance(86_400)
    clock.set(datetime(2030, 1, 5, tzinfo=UTC))
    assert seen == [2, 5]
