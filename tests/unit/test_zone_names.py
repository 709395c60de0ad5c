"""Names of time zones: Zoom's list, its twins in the tz database, and the names of Windows."""

from __future__ import annotations

import subprocess
import sys
from zoneinfo import ZoneInfo, available_timezones

import pytest
from rezoom import Meeting, check
from rezoom._times import WireTimeError, start_fields, zone
from rezoom._wire import facts
from rezoom._zone_names import alike, find_zone, of_windows, same_zone, twin
from rezoom.recurrence import RecurrenceError, Series

LISTED = [name for name in facts.ZONES.listed if name != "SST"]


@pytest.mark.parametrize("name", LISTED)
def test_what_zoom_lists_is_known_and_goes_without_a_word(name: str) -> None:
    """All but SST, Zoom's own name for the Solomon Islands, are names of the tz database."""
    assert zone(name).key == name
    assert check(timezone=name) == []


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Europe/Kyiv", "Europe/Kiev"),
        ("America/Nuuk", "America/Godthab"),
        ("Asia/Ho_Chi_Minh", "Asia/Saigon"),
        ("America/Indiana/Indianapolis", "America/Indianapolis"),
        ("Asia/Katmandu", "Asia/Kathmandu"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Africa/Lagos", "Africa/Bangui"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_zone_under_another_name_is_warned_of_with_its_name_in_the_list(
    name: str, listed: str
) -> None:
    """It goes out as it was written, and the warning says what Zoom calls it."""
    (problem,) = check(timezone=name)

    assert (problem.rule, problem.severity, problem.path) == (
        "zone-not-listed",
        "warning",
        "timezone",
    )
    assert f"write {listed}," in problem.fix
    assert same_zone(name, listed)
    assert check(timezone=name, allow=["zone-not-listed"]) == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Etc/GMT+5", "America/Panama"),
        ("Europe/Riga", "Europe/Athens"),
        ("America/Detroit", "America/New_York"),
        ("Asia/Colombo", "Asia/Kolkata"),
    ],
)
def test_a_zone_without_a_twin_brings_one_with_the_same_clocks(name: str, other: str) -> None:
    """By the offset and the rule that it has by now, which need no clock to be compared."""
    (problem,) = check(timezone=name)

    assert f"write {other}, which has the same clocks now" in problem.fix
    assert (twin(name), alike(name)) == (None, other)


@pytest.mark.parametrize("name", ["Asia/Manila", "Australia/Lord_Howe"])
def test_a_zone_like_no_other_is_warned_of_all_the_same(name: str) -> None:
    """Then the way out is to look, or to say the start in UTC."""
    (problem,) = check(timezone=name)

    assert problem.fix == facts.RULES["zone-not-listed"].fix


@pytest.mark.parametrize("name", ["EST", "MST7MDT", "Etc/GMT-14", "EET"])
def test_a_zone_that_is_an_abbreviation_or_an_offset_is_warned_of(name: str) -> None:
    """They are in the database, and none of them is in Zoom's list."""
    assert [problem.rule for problem in check(timezone=name)] == ["zone-not-listed"]


def test_the_zone_of_a_start_and_of_a_series_is_looked_up_too() -> None:
    """It goes out as `timezone`, wherever it was said."""
    series = Series.from_rrule("DTSTART;TZID=Europe/Kyiv:20270301T090000\nRRULE:FREQ=DAILY;COUNT=3")
    start = series.start.replace(tzinfo=ZoneInfo("Europe/Kyiv"))

    for found in (check(start_time=start), check(schedule=series)):
        assert "zone-not-listed" in [problem.rule for problem in found]


@pytest.mark.parametrize("name", ["Factory", "posix/Europe/Berlin", "right/UTC"])
def test_what_is_no_place_is_refused(name: str) -> None:
    """As a name, and as a ZoneInfo where this machine has one; a time in it is sent as UTC."""
    assert find_zone(name) is None
    assert [problem.severity for problem in check(timezone=name)] == ["error"]
    if name not in available_timezones():
        return
    with pytest.raises(WireTimeError, match="no time zone"):
        zone(ZoneInfo(name))
    moment = Series.from_rrule("DTSTART:20270301T090000Z\nRRULE:FREQ=DAILY;COUNT=3").start
    assert start_fields(moment.replace(tzinfo=ZoneInfo(name)), None, utc_only=False).keys() == {
        "start_time"
    }


@pytest.mark.parametrize("name", facts.ZONES.windows)
def test_every_name_of_windows_is_read_from_a_calendar(name: str) -> None:
    """In its own letters or others, bare or in quotes."""
    place = of_windows(name)

    assert place == facts.ZONES.windows[name]
    for written in (name, f'"{name}"', name.lower()):
        text = f"DTSTART;TZID={written}:20270301T090000\nRRULE:FREQ=WEEKLY;COUNT=4"
        found = Series.from_rrule(text).tz.key
        # UTC is a name of both, and means the same.
        assert same_zone(found, place)


def test_a_zone_of_windows_that_is_none_is_refused() -> None:
    """Nothing is guessed from a likeness."""
    with pytest.raises(RecurrenceError, match="no time zone"):
        Series.from_rrule(
            "DTSTART;TZID=Q. Europe Standard Time:20270301T090000\nRRULE:FREQ=DAILY;COUNT=2"
        )


def test_a_rule_and_its_caller_may_name_one_zone_differently() -> None:
    """Links of the database are equal here as everywhere."""
    text = "DTSTART;TZID=Europe/Kyiv:20270301T090000\nRRULE:FREQ=DAILY;COUNT=2"

    assert Series.from_rrule(text, tz="Europe/Kiev").tz.key == "Europe/Kyiv"


def test_the_names_are_not_loaded_by_an_import() -> None:
    """Nor by an update that says no time zone."""
    code = (
        "import sys, rezoom; rezoom.check(topic='x');"
        "assert 'rezoom_wire.tables.zones' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_zone_that_stays_as_it_is_is_not_warned_of() -> None:
    """A sync that says the zone each night sends none, so nobody is told of its name."""
    meeting = Meeting.from_dict({"type": 2, "timezone": "Europe/Kiev", "topic": "Old"})

    assert check(topic="New", timezone="Europe/Kyiv", current=meeting) == []
