"""Calendar text: read back by the icalendar package, to the same instants."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from rezoom.recurrence import SUN, TUE, Recurrence, RecurrenceError, Series

BERLIN = "Europe/Berlin"
START = datetime(2026, 3, 3, 9)
ZONES = (
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Asia/Jerusalem",
    "Asia/Gaza",
)


def series(words: str = "every 2 weeks on tue until 2026-06-30", tz: str = BERLIN) -> Series:
    return Recurrence.parse(words).starting(START, tz=tz)


def parsed(text: str) -> tuple[icalendar.Calendar, Any]:
    (calendar,) = icalendar.Calendar.from_ical(text, multiple=True)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@pytest.mark.smoke
def test_a_calendar_reads_what_was_meant() -> None:
    """A calendar reads the start, the length, the rule and the words that were meant."""
    text = series().to_ics(duration=timedelta(minutes=45), summary="Stand-up", uid="85746065@zoom")

    _, event = parsed(text)

    assert event["DTSTART"].dt.replace(tzinfo=None) == START
    assert event["DTSTART"].params["TZID"] == BERLIN
    assert event["DURATION"].dt == timedelta(minutes=45)
    rule = event["RRULE"].to_ical().decode()
    assert sorted(rule.split(";")) == sorted(series().to_rrule().split(";"))
    assert (event["SUMMARY"], event["UID"]) == ("Stand-up", "85746065@zoom")


def test_the_event_alone_is_the_event_of_the_file() -> None:
    """The file of `to_ics` holds the event that `to_vevent` writes."""
    assert series().to_vevent() in series().to_ics()


def test_the_same_series_has_the_same_text() -> None:
    """Nothing is read from a clock; another series has another UID."""
    assert series().to_ics() == series().to_ics()
    assert (
        parsed(series("daily, 3 times").to_ics())[1]["UID"] != parsed(series().to_ics())[1]["UID"]
    )


def test_the_stamp_is_written_in_utc() -> None:
    """A stamp of any time zone is written in UTC, and a naive one is refused."""
    stamp = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo(BERLIN))

    assert "\r\nDTSTAMP:20260101T110000Z\r\n" in series().to_ics(stamp=stamp)
    with pytest.raises(RecurrenceError, match="any time zone"):
        series().to_vevent(stamp=datetime(2026, 1, 1))


@given(st.text(max_size=200))
def test_any_words_are_escaped_and_folded(words: str) -> None:
    """Whatever it says, no line is over 75 octets and the text comes back without controls."""
    text = series().to_ics(summary=words, description=words)

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    _, event = parsed(text)
    kept = words.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char for char in kept if char == "\n" or char.isprintable() or ord(char) > 0x9F)
    assert (event.get("DESCRIPTION") or "") == "".join(c for c in kept if not _surrogate(c))


def _surrogate(char: str) -> bool:
    return 0xD800 <= ord(char) <= 0xDFFF


def test_an_event_starts_where_the_series_does() -> None:
    """A calendar always counts DTSTART, so it is the first real start."""
    late = (
        Recurrence.weekly(SUN, TUE, every=2).times(3).starting(datetime(2026, 3, 4, 9), tz=BERLIN)
    )

    assert "DTSTART;TZID=Europe/Berlin:20260315T090000\r\n" in late.to_vevent()


@pytest.mark.parametrize("tz", ["UTC", "Etc/UTC"])
def test_utc_needs_no_time_zone(tz: str) -> None:
    """The times of a series in UTC end in Z."""
    calendar, event = parsed(series(tz=tz).to_ics())

    assert event["DTSTART"].to_ical() == b"20260303T090000Z"
    assert not calendar.walk("VTIMEZONE")


def test_regular_zones_take_two_rules() -> None:
    """Both rules are open-ended, so that an endless series stays right."""
    text = series("daily forever").to_ics()

    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n" in text
    assert "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n" in text
    assert text.count("BEGIN:STANDARD") == text.count("BEGIN:DAYLIGHT") == 1


@pytest.mark.parametrize("tz", ZONES)
def test_the_time_zone_tells_the_clocks_of_the_whole_span(tz: str) -> None:
    """A calendar that follows the rules gets the offset of every start."""
    made = Recurrence.parse("every 2 weeks on sun until 2034-01-01").starting(START, tz=tz)

    (component,) = parsed(made.to_ics())[0].walk("VTIMEZONE")

    for start in made:
        assert _offset(component, start.local) == start.zoned.utcoffset()


@settings(max_examples=60)
@given(
    tz=st.sampled_from(ZONES),
    start=st.datetimes(datetime(1975, 1, 1), datetime(2030, 1, 1)),
    days=st.integers(1, 2000),
)
def test_time_zones_of_the_past_too(tz: str, start: datetime, days: int) -> None:
    """The rules hold also where a zone has changed its mind, or left a day out."""
    last = start.date() + timedelta(days=days)
    made = Recurrence.daily(every=30).until(last).starting(start, tz=tz)

    text = made.to_ics()

    components = parsed(text)[0].walk("VTIMEZONE")
    for start_ in made:
        zoned = start_.zoned
        if zoned.utcoffset() == zoned.replace(fold=1).utcoffset():
            assert _offset(components[0], start_.local) == zoned.utcoffset()


def _offset(component: Any, wall: datetime) -> timedelta:
    """Look an offset up the way RFC 5545 §3.6.5 says: the last onset before the time counts."""
    onsets = []
    for part in component.subcomponents:
        begin, rule = part["DTSTART"].dt, part.get("RRULE")
        found = [begin]
        if rule is not None:
            text = rule.to_ical().decode()
            # UNTIL is an instant, and onsets are counted on the old offset's clock.
            zone = timezone(part["TZOFFSETFROM"].td)
            dates = rrulestr(text, dtstart=begin.replace(tzinfo=zone))
            wanted = takewhile(lambda one: one.replace(tzinfo=None) <= wall, dates)
            found = [one.replace(tzinfo=None) for one in wanted] or [begin]
        onsets += [(onset, part["TZOFFSETTO"].td) for onset in found if onset <= wall]
    offset: timedelta = max(onsets)[1]
    return offset


def test_starts_in_a_gap_are_added_where_they_took_place() -> None:
    """Calendars drop what does not exist; ours moved forward, and a count ends by time."""
    made = Recurrence.daily().times(4).starting(datetime(2027, 3, 27, 2, 30), tz=BERLIN)

    text = made.to_vevent()

    assert "RDATE;TZID=Europe/Berlin:20270328T033000\r\n" in text
    assert "RRULE:FREQ=DAILY;UNTIL=20270330T003000Z\r\n" in text


def test_an_event_needs_a_length_of_some_kind() -> None:
    """Without a length no DURATION is written, and a length of nothing or less is refused."""
    assert "DURATION" not in series().to_vevent()
    assert "\r\nDURATION:PT1H30M\r\n" in series().to_vevent(duration=timedelta(minutes=90))
    with pytest.raises(RecurrenceError, match="is none"):
        series().to_vevent(duration=timedelta())


def test_an_endless_series_is_written_too() -> None:
    """An endless series is written with the clock gaps of the years ahead."""
    made = Recurrence.daily().forever().starting(datetime(2026, 3, 3, 2, 30), tz=BERLIN)

    text = made.to_ics()

    assert text.count("RDATE") == 10
    assert "RRULE:FREQ=DAILY\r\n" in text
