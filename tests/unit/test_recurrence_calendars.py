"""Series read from calendars: events of whole files, the dates they leave out, and their zones."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from rezoom.recurrence import (
    FRI,
    MON,
    TUE,
    NotExpressible,
    Recurrence,
    RecurrenceError,
    Series,
)

BERLIN = "Europe/Berlin"
START = "DTSTART;TZID=Europe/Berlin:20270301T090000"
WEEKLY = "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6"
EVENT = ("UID:stand-up@example.com", "SUMMARY:Stand-up\\, short", START, WEEKLY)


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def calendar(*events: str, head: str = "VERSION:2.0") -> str:
    return "\r\n".join(("BEGIN:VCALENDAR", head, *events, "END:VCALENDAR", ""))


@pytest.mark.smoke
@pytest.mark.parametrize(
    "text",
    [
        calendar(event(*EVENT)),
        event(*EVENT),
        calendar(event(*EVENT)).replace("\r\n", "\n"),
        "\ufeff" + calendar(event(*EVENT)),
        calendar(event(*EVENT).replace("COUNT", "COU\r\n NT")),
        calendar(event(*EVENT, "BEGIN:VALARM", "DTSTART:20200101T000000Z", "END:VALARM")),
        calendar(event(*EVENT, "DESCRIPTION:two", "lines of a program that breaks them")),
    ],
    ids=["file", "event", "unix", "bom", "folded", "alarm", "broken description"],
)
def test_an_event_is_a_series(text: str) -> None:
    """A file, a VEVENT alone, other line ends, an alarm inside: the same series."""
    found = Series.from_ics(text)

    weekly = Recurrence.weekly(MON).times(6)
    assert found == weekly.starting(datetime(2027, 3, 1, 9), tz=BERLIN)


_SERIES = st.builds(
    lambda recurrence, day, zone, clock: recurrence.starting(datetime.combine(day, clock), tz=zone),
    st.sampled_from(
        [
            Recurrence.daily(every=3).times(20),
            Recurrence.weekly(MON, FRI, every=2).until(date(2029, 6, 30)),
            Recurrence.monthly().on_day(31).times(9),
            Recurrence.monthly(every=2).on_the("last", FRI).times(12),
            Recurrence.weekly(TUE).until(date(2028, 12, 31)),
        ]
    ),
    st.dates(date(2027, 1, 1), date(2028, 3, 1)),
    st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Gaza"]),
    st.times(time(0), time(23, 59)).map(lambda clock: clock.replace(second=0, microsecond=0)),
)


@given(_SERIES, st.data())
def test_what_is_written_comes_back(series: Series, data: st.DataObject) -> None:
    """The starts, the zone and the excluded days of `to_ics` are those of `from_ics`."""
    days = sorted({start.local.date() for start in series})
    excluded = data.draw(st.lists(st.sampled_from(days), unique=True).map(sorted))
    lines = "".join(
        f"EXDATE;VALUE=DATE:{day:%Y%m%d}\r\n" for day in excluded if len(excluded) < len(days)
    )
    first = Series.from_ics(series.to_ics().replace("SUMMARY:", f"{lines}SUMMARY:"))

    again = Series.from_ics(first.to_ics())

    assert [start.utc for start in again] == [start.utc for start in series]
    assert (again.tz, again.excluded) == (series.tz, tuple(excluded if lines else ()))


def test_other_readers_leave_out_the_same_dates() -> None:
    """What `to_ics` writes of excluded days is what icalendar and dateutil read."""
    lines = ("EXDATE;TZID=Europe/Berlin:20270308T090000,20270322T090000",)
    series = Series.from_ics(event(*EVENT, *lines))

    read: Any = icalendar.Calendar.from_ical(series.to_ics()).walk("VEVENT")[0]
    exdates = read["EXDATE"]
    listed = exdates if isinstance(exdates, list) else [exdates]
    left_out = {one.dt.date() for each in listed for one in each.dts}
    rule = read["RRULE"].to_ical().decode()
    dates = {day.date() for day in rrulestr(rule, dtstart=read["DTSTART"].dt)}

    assert left_out == set(series.excluded) == {date(2027, 3, 8), date(2027, 3, 22)}
    assert dates - left_out == {start.local.date() for start in series} - set(series.excluded)


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("EXDATE;TZID=Europe/Berlin:20270308T090000", [8]),
        ("EXDATE:20270308T080000Z", [8]),
        ("EXDATE;TZID=America/New_York:20270308T030000", [8]),
        ("EXDATE;VALUE=DATE:20270308,20270315", [8, 15]),
        ("EXDATE:20270308T090000", [8]),
    ],
)
def test_a_date_is_left_out_in_whatever_form_it_is_written(line: str, days: list[int]) -> None:
    """In the series' zone, in another, in UTC, as a whole day; the series itself keeps it."""
    found = Series.from_rrule(f"{START}\n{WEEKLY}\n{line}")

    assert found.excluded == tuple(date(2027, 3, day) for day in days)
    assert len(found.occurrences()) == 6
    (said,) = (one for one in found.warnings() if one.rule == "excluded-dates")
    assert (said.dates, "DELETE" in said.fix) == (found.excluded, True)


def test_excluded_days_stay_with_a_changed_series() -> None:
    """Another time of day, and what is still to come, leave out the same days."""
    series = Series.from_ics(event(*EVENT, "EXDATE;VALUE=DATE:20270315"))

    moved = series.at(time(11, 30)).ahead(datetime(2027, 3, 9, tzinfo=ZoneInfo(BERLIN)))

    assert moved.excluded == (date(2027, 3, 15),)
    assert "EXDATE;TZID=Europe/Berlin:20270315T113000" in moved.to_vevent()


def test_a_date_that_the_series_lacks_is_told() -> None:
    """An EXDATE at another hour leaves nothing out, as RFC 5545 has it, and is a warning."""
    found = Series.from_ics(event(*EVENT, "EXDATE;TZID=Europe/Berlin:20270308T100000"))

    assert found.excluded == ()
    assert [said.dates for said in found.warnings() if said.rule == "no-such-date"] == [
        (date(2027, 3, 8),)
    ]


def test_an_added_date_cannot_be_said() -> None:
    """RDATE is refused by name unless the pattern has it anyway."""
    with pytest.raises(NotExpressible, match="RDATE:20270309T080000Z"):
        Series.from_ics(event(*EVENT, "RDATE:20270309T080000Z"))

    assert Series.from_ics(event(*EVENT, "RDATE:20270308T080000Z/PT1H")) == Series.from_ics(
        event(*EVENT)
    )


def test_single_dates_that_the_calendar_moves_are_told() -> None:
    """A cancelled one is left out, a moved one is a warning with the way to do it."""
    moved = "RECURRENCE-ID;TZID=Europe/Berlin:20270315T090000"
    gone = "RECURRENCE-ID:20270322T080000Z"
    found = Series.from_ics(
        calendar(
            event(EVENT[0], moved, "DTSTART;TZID=Europe/Berlin:20270316T140000"),
            event(*EVENT),
            event(EVENT[0], gone, "STATUS:CANCELLED", "DTSTART:20270322T080000Z"),
            event("UID:other", moved, "DTSTART:20270316T140000Z"),
        )
    )

    assert found.excluded == (date(2027, 3, 22),)
    (said,) = (one for one in found.warnings() if one.rule == "changed-dates")
    assert said.dates == (date(2027, 3, 15),)


def test_several_events_are_named_and_one_is_chosen() -> None:
    """Without a uid each is named by uid, summary and start; with one that event is read."""
    other = event("UID:retro", "SUMMARY:Retro", START, "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3")
    text = calendar(event(*EVENT), other)

    with pytest.raises(RecurrenceError) as caught:
        Series.from_ics(text)
    for part in ("2 events", "uid='retro'", "'Stand-up, short'", "20270301T090000"):
        assert part in str(caught.value)
    assert Series.from_ics(text, uid="retro").recurrence == Recurrence.monthly().on_the(
        "last", FRI
    ).times(3)
    with pytest.raises(RecurrenceError, match="no event with the uid 'Retro'"):
        Series.from_ics(text, uid="Retro")
    with pytest.raises(RecurrenceError, match="2 events with the uid 'retro'"):
        Series.from_ics(calendar(other, other), uid="retro")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no event"),
        ("RRULE:FREQ=DAILY", "no event"),
        (calendar(), "no event"),
        (event(START, "SUMMARY:once"), "write start_time"),
        (calendar(event(*EVENT))[:-17], "is not closed"),
        ("BEGIN:VEVENT\r\nEND:VCALENDAR", "closes what was not begun"),
        (event("DTSTART;VALUE=DATE:20270301", WEEKLY), "DTSTART;TZID=Europe/Berlin:20270301T09"),
        (event("DTSTART:20270301T090000", WEEKLY), "names no time zone"),
        (event(START, "RRULE:FREQ=YEARLY"), "FREQ=YEARLY"),
        (event(START, WEEKLY, "EXRULE:FREQ=MONTHLY;BYMONTHDAY=1"), "EXRULE"),
        (event(START, START, WEEKLY), "DTSTART stands twice"),
    ],
)
def test_a_refusal_says_what_to_do(text: str, says: str) -> None:
    """No event, one that does not repeat, a file that is cut off, a whole day, no zone."""
    with pytest.raises(RecurrenceError, match=says):
        Series.from_ics(text)


def test_only_text_is_read() -> None:
    """A path or the bytes of a file are refused with the call that reads them."""
    for wrong in (b"BEGIN:VCALENDAR", None, 5):
        with pytest.raises(RecurrenceError, match="read_text"):
            Series.from_ics(wrong)  # type: ignore[arg-type]  # what is tried here


def test_a_zone_and_a_time_in_utc_exclude_each_other() -> None:
    """RFC 5545 §3.2.19 forbids TZID beside a Z, for a start and for other times alike."""
    both = "DTSTART;TZID=America/Denver:20270308T090000Z"
    with pytest.raises(RecurrenceError, match="leave the Z out if the clock in America/Denver"):
        Series.from_rrule(f"{both}\n{WEEKLY}")
    with pytest.raises(RecurrenceError, match="EXDATE has TZID=America/Denver"):
        Series.from_rrule(f"{START}\n{WEEKLY}\n{both.replace('DTSTART', 'EXDATE')}")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("america/new_york", "America/New_York"),
        ('"America/New_York"', "America/New_York"),
        ("EUROPE/BERLIN", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/America/New_York", "America/New_York"),
        ("/freeassociation.sourceforge.net/America/Argentina/Salta", "America/Argentina/Salta"),
    ],
)
def test_a_zone_is_found_behind_a_path_and_in_any_letters(name: str, key: str) -> None:
    """Names of the tz database differ in more than their letters' case."""
    found = Series.from_rrule(f'DTSTART;X-NOTE="a:b;c";TZID={name}:20270301T090000\n{WEEKLY}')

    assert found.tz.key == key


def test_the_calendar_may_say_what_its_zone_is() -> None:
    """X-LIC-LOCATION names the zone of a TZID, X-WR-TIMEZONE that of times without one."""
    own = "BEGIN:VTIMEZONE\r\nTZID:Head office\r\nX-LIC-LOCATION:Asia/Kolkata\r\nEND:VTIMEZONE"
    office = event("DTSTART;TZID=Head office:20270301T090000", WEEKLY)
    floating = event("DTSTART:20270301T090000", WEEKLY)

    assert Series.from_ics(calendar(own, office)).tz.key == "Asia/Kolkata"
    head = "X-WR-TIMEZONE:Pacific/Auckland"
    assert Series.from_ics(calendar(floating, head=head)).tz.key == "Pacific/Auckland"
    assert Series.from_ics(floating, tz="Asia/Tokyo").tz.key == "Asia/Tokyo"
    with pytest.raises(RecurrenceError, match="Head office"):
        Series.from_ics(calendar(office))


def test_blanks_in_lists_are_passed_over() -> None:
    """Exchange writes them between the days."""
    found = Recurrence.from_rrule("FREQ=WEEKLY;BYDAY=MO, TU ,FR", tz="UTC")

    assert found == Recurrence.weekly(MON, TUE, FRI).forever()


@given(st.text(st.sampled_from('BEGINVD:;=,"\\\r\n \tRLUT27Z'), max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a RecurrenceError comes out of what is no calendar."""
    for whole in (text, event(*EVENT, text), f"{START}\n{WEEKLY}\n{text}"):
        for read in (Series.from_ics, Series.from_rrule):
            with suppress(RecurrenceError):
                assert isinstance(read(whole), Series)
