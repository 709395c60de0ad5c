"""Wire forms of time: the same instant, and never an offset."""

import pickle
import re
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rezoom._times import (
    WireTimeError,
    clock_gap,
    clock_overlap,
    in_utc,
    read_time,
    read_wall,
    start_fields,
    utc_instant,
    wall,
    zone,
    zulu,
)
from rezoom._zone_names import is_place

BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 12, 7, 9, 0)
WALL = {"start_time": "2026-12-07T09:00:00"}
IN_BERLIN = WALL | {"timezone": "Europe/Berlin"}
EIGHT_UTC = {"start_time": "2026-12-07T08:00:00Z"}

INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
# Without posix/Europe/Berlin and the like, which are refused.
PLACES = st.timezones().filter(lambda place: is_place(place.key))
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda m: timezone(timedelta(minutes=m)))
WIRE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")


class Pytz(tzinfo):
    """A time zone with as much of pytz as is read: one offset, and the name in `zone`."""

    def __init__(self, name: str) -> None:
        self.zone = name

    def utcoffset(self, _: datetime | None) -> timedelta:
        return timedelta(hours=1)

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _: datetime | None) -> str:
        return "CET"


def denoted(fields: dict[str, str]) -> datetime:
    """Read wire fields the way Zoom documents them."""
    assert WIRE.fullmatch(fields["start_time"])
    if fields["start_time"].endswith("Z"):
        return datetime.fromisoformat(fields["start_time"])
    wall = datetime.fromisoformat(fields["start_time"])
    return wall.replace(tzinfo=ZoneInfo(fields["timezone"])).astimezone(UTC)


@given(INSTANTS, PLACES | OFFSETS, st.none() | PLACES, st.booleans())
def test_aware_times_keep_their_instant(
    instant: datetime, place: tzinfo, tz: ZoneInfo | None, utc_only: bool
) -> None:
    """Whatever zone a time carries or is put into, Zoom is told the same instant."""
    fields = start_fields(instant.astimezone(place), tz, utc_only=utc_only)

    assert denoted(fields) == instant
    assert not (utc_only and "timezone" in fields)


@given(INSTANTS, OFFSETS, st.sampled_from("T "), st.none() | PLACES)
def test_offset_strings_keep_their_instant(
    instant: datetime, offset: timezone, separator: str, tz: ZoneInfo | None
) -> None:
    """An offset in a string is understood here, for Zoom would read it as UTC."""
    text = instant.astimezone(offset).isoformat(sep=separator)

    assert denoted(start_fields(text, tz, utc_only=False)) == instant
    assert datetime.fromisoformat(utc_instant(text)) == instant


@given(INSTANTS, PLACES)
def test_a_naive_time_stays_what_the_wall_clock_shows(instant: datetime, place: ZoneInfo) -> None:
    """Nine in the morning is sent as nine in the morning."""
    naive = instant.replace(tzinfo=None)

    assert start_fields(naive, place, utc_only=False) == {
        "start_time": naive.isoformat(),
        "timezone": place.key,
    }


@pytest.mark.parametrize(
    ("value", "tz", "sent"),
    [
        (NINE.replace(tzinfo=BERLIN), None, IN_BERLIN),
        (NINE.replace(tzinfo=Pytz("Europe/Berlin")), None, IN_BERLIN),
        (NINE.replace(tzinfo=Pytz("local")), None, EIGHT_UTC),
        (NINE.replace(tzinfo=timezone(timedelta(hours=1))), None, EIGHT_UTC),
        (NINE.replace(hour=8, tzinfo=UTC), None, EIGHT_UTC),
        (NINE.replace(hour=8, tzinfo=ZoneInfo("Etc/UTC")), None, EIGHT_UTC),
        (NINE.replace(hour=8, tzinfo=UTC), "Europe/Berlin", IN_BERLIN),
        (NINE.replace(hour=3, tzinfo=ZoneInfo("America/New_York")), BERLIN, IN_BERLIN),
        (NINE, "Europe/Berlin", IN_BERLIN),
        (NINE, BERLIN, IN_BERLIN),
        (NINE, None, WALL),
        (NINE.replace(microsecond=999_999), None, WALL),
        ("2026-12-07T09:00:00", "Europe/Berlin", IN_BERLIN),
        ("2026-12-07T08:00:00Z", "Europe/Berlin", IN_BERLIN),
    ],
)
def test_start_fields_chooses_the_documented_form(
    value: datetime | str, tz: str | ZoneInfo | None, sent: dict[str, str]
) -> None:
    """A named zone gives wall clock and timezone, everything else an instant with Z."""
    assert start_fields(value, tz, utc_only=False) == sent


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-07T08:00:00Z",
        "2026-12-07t08:00:00z",
        "2026-12-07 08:00:00Z",
        "2026-12-07 08:00:00 Z",
        " 2026-12-07T08:00Z ",
        "2026-12-07T08:00:00.000Z",
        "2026-12-07T08:00:00,75Z",
        "20261207T080000Z",
        "2026-12-07T09:00:00+01:00",
        "2026-12-07T09:00:00+0100",
        "2026-12-07T09:00+01",
        "2026-12-07T00:00:00-0800",
    ],
)
def test_every_unambiguous_spelling_is_understood(text: str) -> None:
    """People, databases and calendars write the same instant in many ways."""
    assert start_fields(text, None, utc_only=False) == EIGHT_UTC
    assert utc_instant(text) == EIGHT_UTC["start_time"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-02-30T09:00:00", "day is out of range"),
        ("2026-12-07T25:00:00", "hour must be in"),
        ("2026-12-07T09:00:60", "second must be in"),
        ("2026-12-07T09:00:00+25:00", "offset"),
        ("0000-01-01T09:00:00", "year"),
        ("2026-12-07", "a day without a time"),
        ("2026-12-07T09", "not a date and time"),
        ("7.12.2026 09:00", "not a date and time"),
        ("tomorrow", "not a date and time"),
        ("", "not a date and time"),
        ("٢٠٢٦-12-07T09:00:00", "not a date and time"),
        ("0001-01-01T00:00:00+01:00", "leaves the calendar"),
    ],
)
def test_what_is_no_time_is_refused_with_a_fix(text: str, reason: str) -> None:
    """The error says what is wrong with the text and how a time is written."""
    with pytest.raises(WireTimeError, match=reason) as refused:
        start_fields(text, None, utc_only=False)

    assert "2026-12-07T08:00:00Z" in refused.value.fix


@pytest.mark.parametrize("value", [1796630400, None, time(9)])
def test_other_types_are_refused(value: object) -> None:
    """A date has no time of day, and a number could be seconds or milliseconds."""
    with pytest.raises(WireTimeError, match="a time is a datetime or a string"):
        start_fields(value, None, utc_only=False)  # type: ignore[arg-type]  # the subject


@given(st.text())
def test_no_text_can_crash_the_reader(text: str) -> None:
    """Any text is a time or a WireTimeError."""
    with suppress(WireTimeError):
        assert WIRE.fullmatch(start_fields(text, None, utc_only=False)["start_time"])


def test_an_occurrence_takes_an_instant_only() -> None:
    """Zoom ignores `timezone` when one occurrence is edited."""
    assert start_fields(NINE, "Europe/Berlin", utc_only=True) == EIGHT_UTC
    assert start_fields(NINE.replace(tzinfo=BERLIN), None, utc_only=True) == EIGHT_UTC


def test_an_occurrence_refuses_a_time_that_could_be_anywhere() -> None:
    """A naive time without a zone would be a guess."""
    with pytest.raises(WireTimeError, match="any time zone") as refused:
        start_fields(NINE, None, utc_only=True)

    assert "pass timezone" in refused.value.fix


def test_an_end_date_time_must_be_an_instant() -> None:
    """`end_date_time` has no zone beside it."""
    with pytest.raises(WireTimeError, match="any time zone"):
        utc_instant(NINE)
    assert utc_instant(NINE.replace(tzinfo=BERLIN)) == "2026-12-07T08:00:00Z"


@pytest.mark.parametrize("fold", [0, 1])
def test_an_aware_time_in_the_repeated_hour_is_sent_as_an_instant(fold: int) -> None:
    """On 25 October 2026 Berlin's clocks show 02:30 twice; only Z says which."""
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=fold)

    assert start_fields(twice, None, utc_only=False) == {
        "start_time": f"2026-10-25T0{fold}:30:00Z",
        "timezone": "Europe/Berlin",
    }


def test_a_fold_on_a_naive_time_is_honoured() -> None:
    """A fold of 1 is never set by accident, so it says which of two times is meant."""
    second = datetime(2026, 10, 25, 2, 30, fold=1)

    assert start_fields(second, BERLIN, utc_only=False)["start_time"] == "2026-10-25T01:30:00Z"
    assert start_fields(second, None, utc_only=False)["start_time"] == "2026-10-25T02:30:00"


def test_an_aware_time_in_the_skipped_hour_is_sent_as_the_clock_will_show_it() -> None:
    """On 29 March 2026 Berlin's clocks go from 02:00 to 03:00."""
    skipped = datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN)

    assert start_fields(skipped, None, utc_only=False)["start_time"] == "2026-03-29T03:30:00"


@pytest.mark.parametrize(
    ("naive", "gap", "overlap"),
    [
        (datetime(2026, 3, 29, 1, 59, 59), False, False),
        (datetime(2026, 3, 29, 2, 0), True, False),
        (datetime(2026, 3, 29, 2, 59, 59), True, False),
        (datetime(2026, 3, 29, 3, 0), False, False),
        (datetime(2026, 10, 25, 1, 59, 59), False, False),
        (datetime(2026, 10, 25, 2, 0), False, True),
        (datetime(2026, 10, 25, 2, 59, 59), False, True),
        (datetime(2026, 10, 25, 3, 0), False, False),
        (datetime.min, False, False),
        (datetime.max, False, False),
    ],
)
def test_gap_and_overlap_begin_and_end_with_the_clock_change(
    naive: datetime, gap: bool, overlap: bool
) -> None:
    """The first second is inside, the last is not."""
    assert clock_gap(naive, BERLIN) is gap
    assert clock_overlap(naive, BERLIN) is overlap


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), PLACES)
def test_a_gap_is_where_a_wall_clock_does_not_come_back(naive: datetime, place: ZoneInfo) -> None:
    """Through UTC and back, a time in a gap is another one, and only such a time."""
    back = naive.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None)

    assert clock_gap(naive, place) is (back != naive)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("PST", "abbreviations are ambiguous"),
        ("LIMA", "America/Lima"),
        # As Zoom lists them, whatever the database calls them by now.
        ("Kyiv", "Europe/Kiev"),
        ("America/Nuukk", "America/Godthab"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("fle standard time", "Europe/Kiev"),
        # Names of the database that are no places.
        ("Factory", "no place"),
        ("localtime", "no place"),
        ("posixrules", "no place"),
        ("posix/Asia/Tokyo", "write Asia/Tokyo"),
        ("right/America/Lima", "write America/Lima"),
        ("right/x", "no place"),
        ("", "Europe/Berlin"),
        ("../../etc/passwd", "Europe/Berlin"),
        ("America", "Europe/Berlin"),
        ("a\0b", "Europe/Berlin"),
        ("x" * 5000, "Europe/Berlin"),
    ],
)
def test_an_unknown_zone_brings_the_nearest_names(name: str, hint: str) -> None:
    """A slip of the pen is answered with what was meant."""
    with pytest.raises(WireTimeError, match="no time zone") as refused:
        zone(name)

    assert hint in refused.value.fix
    assert len(str(refused.value)) < 200


def test_a_zone_is_returned_as_it_is() -> None:
    """A ZoneInfo needs no look-up."""
    assert zone(BERLIN) is BERLIN
    assert zone("Europe/Berlin") is BERLIN


@pytest.mark.parametrize("tz", [UTC, 3600])
def test_a_zone_without_a_name_is_refused(tz: object) -> None:
    """Zoom wants a name; an offset is not one."""
    with pytest.raises(WireTimeError, match="a time zone is a name"):
        zone(tz)  # type: ignore[arg-type]  # the subject


def test_the_error_survives_pickling() -> None:
    """Message and fix are both there on the other side."""
    twin = pickle.loads(pickle.dumps(WireTimeError("wrong", "write it right")))

    assert (str(twin), twin.fix) == ("wrong - write it right", "write it right")


@given(st.datetimes(datetime(1971, 1, 1), datetime(2999, 12, 31)))
def test_what_is_in_our_form_stays_as_it_is(moment: datetime) -> None:
    """A time that is written the way we write it is sent as it was given."""
    wall = moment.isoformat(timespec="seconds")

    assert utc_instant(f"{wall}Z") == f"{wall}Z"
    assert start_fields(wall, BERLIN, utc_only=False) == {
        "start_time": wall,
        "timezone": "Europe/Berlin",
    }


@given(INSTANTS.filter(lambda instant: instant.year > 1971), PLACES)
def test_what_is_written_is_read_back(instant: datetime, place: ZoneInfo) -> None:
    """Both of Zoom's forms, but for a wall clock that is shown twice or never."""
    local = instant.astimezone(place)

    assert read_time(zulu(instant), None) == instant
    assert read_wall(wall(instant, place), place) == local.replace(tzinfo=None)
    assert in_utc(zulu(instant))
    assert not in_utc(wall(instant, place))
    if not clock_overlap(local.replace(tzinfo=None), place):
        assert read_time(wall(instant, place), place) == instant


def test_a_wall_clock_without_a_zone_could_be_any_time() -> None:
    """It is never taken for UTC unless the caller says so."""
    assert read_time("2027-01-04T09:00:00", None) is None
    assert read_time("2027-01-04T09:00:00", UTC) == datetime(2027, 1, 4, 9, tzinfo=UTC)


def test_a_wall_clock_in_a_gap_is_read_as_it_is_written() -> None:
    """A series that starts there keeps its hour on all other days; its first start is moved."""
    assert read_wall("2027-03-28T02:30:00", BERLIN) == datetime(2027, 3, 28, 2, 30)
    assert read_time("2027-03-28T02:30:00", BERLIN) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", None, 20270104, True, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"],
)
def test_what_is_no_time_of_a_meeting_is_not_read(text: object) -> None:
    """At the ends of the calendar another time zone would be outside it."""
    assert read_time(text, BERLIN) is None
    assert read_wall(text, BERLIN) is None
