"""Rules of RFC 5545: what Zoom can say is exact, the rest is refused by name."""

from __future__ import annotations

import contextlib
import pickle
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from limits import most
from rezoom.recurrence import (
    FRI,
    MON,
    SAT,
    SUN,
    TUE,
    WED,
    NotExpressible,
    Recurrence,
    RecurrenceError,
    Series,
    Weekday,
)
from rezoom.recurrence._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Weekly
from rezoom.recurrence._timeline import Count, Forever, ShortMonths, Until, UntilInstant

MOST = most("recurrence.end_times")

NEW_YORK = "America/New_York"
BERLIN = ZoneInfo("Europe/Berlin")


def series(start: str, rule: str) -> Series:
    return Series.from_rrule(f"DTSTART;TZID={NEW_YORK}:{start}\nRRULE:{rule}")


def dates(of: Series, count: int) -> list[str]:
    return [f"{start.local:%y%m%d}" for start in islice(of, count)]


# RFC 5545 §3.8.5.3, in its order: the rules Zoom can say, with the dates that stand there.
EXACT = [
    (
        "19970902T090000",
        "FREQ=DAILY;COUNT=10",
        "970902 970903 970904 970905 970906 970907 970908 970909 970910 970911",
    ),
    ("19970902T090000", "FREQ=DAILY;UNTIL=19971224T000000Z", "970902 970903 970904"),
    ("19970902T090000", "FREQ=DAILY;INTERVAL=2", "970902 970904 970906 970908 970910"),
    ("19970902T090000", "FREQ=DAILY;INTERVAL=10;COUNT=5", "970902 970912 970922 971002 971012"),
    (
        "19970902T090000",
        "FREQ=WEEKLY;COUNT=10",
        "970902 970909 970916 970923 970930 971007 971014 971021 971028 971104",
    ),
    (
        "19970902T090000",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "970902 970909 970916 970923 970930 971007 971014 971021 971028 971104 971111 971118",
    ),
    (
        "19970902T090000",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "970902 970916 970930 971014 971028 971111 971125 971209 971223 980106 980120 980203",
    ),
    (
        "19970902T090000",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "970902 970904 970909 970911 970916 970918 970923 970925 970930 971002",
    ),
    (
        "19970902T090000",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "970902 970904 970909 970911 970916 970918 970923 970925 970930 971002",
    ),
    (
        "19970901T090000",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "970901 970903 970905 970915 970917 970919 970929 971001 971003 971013 971015 971017",
    ),
    (
        "19970902T090000",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "970902 970904 970916 970918 970930 971002 971014 971016",
    ),
    (
        "19970905T090000",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "970905 971003 971107 971205 980102 980206 980306 980403 980501 980605",
    ),
    (
        "19970905T090000",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "970905 971003 971107 971205",
    ),
    (
        "19970805T090000",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "970805 970817 970819 970831",
    ),
]

REFUSED = [
    (
        "19980101T090000",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "FREQ=YEARLY",
    ),
    ("19980101T090000", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", "BYMONTH=1"),
    ("19970907T090000", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "BYDAY=1SU,-1SU"),
    ("19970922T090000", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "BYDAY=-2MO"),
    ("19970928T090000", "FREQ=MONTHLY;BYMONTHDAY=-3", "BYMONTHDAY=-3"),
    ("19970902T090000", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "BYMONTHDAY=2,15"),
    ("19970930T090000", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "BYMONTHDAY=1,-1"),
    (
        "19970910T090000",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "BYMONTHDAY=10,11,12,13,14,15",
    ),
    ("19970902T090000", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "BYDAY=TU"),
    ("19970610T090000", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "FREQ=YEARLY"),
    ("19970310T090000", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "FREQ=YEARLY"),
    (
        "19970101T090000",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "BYYEARDAY=1,100,200",
    ),
    ("19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY"),
    ("19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "BYWEEKNO=20"),
    ("19970313T090000", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "FREQ=YEARLY"),
    ("19970605T090000", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "FREQ=YEARLY"),
    ("19970902T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "BYDAY=FR with BYMONTHDAY=13"),
    (
        "19970913T090000",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "BYDAY=SA with BYMONTHDAY=7,8,9,10,11,12,13",
    ),
    (
        "19961105T090000",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "FREQ=YEARLY",
    ),
    ("19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "BYSETPOS=3"),
    ("19970929T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "BYSETPOS=-2"),
    ("19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", "FREQ=HOURLY"),
    ("19970902T090000", "FREQ=MINUTELY;INTERVAL=15;COUNT=6", "FREQ=MINUTELY"),
    ("19970902T090000", "FREQ=MINUTELY;INTERVAL=90;COUNT=4", "FREQ=MINUTELY"),
    (
        "19970902T090000",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
        "BYHOUR=9,10,11,12,13,14,15,16",
    ),
    ("19970902T090000", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", "FREQ=MINUTELY"),
    ("19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "WKST=MO"),
    ("20070115T090000", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "BYMONTHDAY=15,30"),
    # Zoom's own limits.
    ("19970902T090000", f"FREQ=DAILY;COUNT={MOST + 1}", f"COUNT={MOST + 1}"),
    ("19970902T090000", "FREQ=DAILY;INTERVAL=1000", "INTERVAL=1000"),
    ("19970902T090000", "FREQ=WEEKLY;INTERVAL=510", "INTERVAL=510"),
    ("19970902T090000", "FREQ=MONTHLY;INTERVAL=120", "INTERVAL=120"),
    ("19970902T090000", "FREQ=DAILY;INTERVAL=2;BYDAY=TU", "BYDAY=TU"),
    ("19970902T090000", "FREQ=DAILY;INTERVAL=2;BYMONTHDAY=2", "BYMONTHDAY=2"),
    ("19970902T090000", "FREQ=DAILY;BYHOUR=10", "BYHOUR=10"),
    ("19970902T090000", "RSCALE=CHINESE;FREQ=MONTHLY", "RSCALE=CHINESE"),
    ("19970902T090000", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "SKIP=FORWARD"),
    ("19970901T090000", "FREQ=MONTHLY;BYMONTH=1,3,9", "BYMONTH=1,3,9"),
]


@pytest.mark.parametrize(("start", "rule", "listed"), EXACT)
def test_examples_of_the_rfc_are_exact(start: str, rule: str, listed: str) -> None:
    """The dates are those of the document, and of dateutil to the end."""
    found = series(start, rule)

    assert dates(found, len(listed.split())) == listed.split()
    zone = ZoneInfo(NEW_YORK)
    judge = rrulestr(rule, dtstart=datetime.strptime(start, "%Y%m%dT%H%M%S").replace(tzinfo=zone))
    assert [one.zoned for one in islice(found, 300)] == list(islice(judge, 300))


@pytest.mark.parametrize(("start", "rule", "part"), REFUSED)
def test_other_rules_are_refused_by_the_part(start: str, rule: str, part: str) -> None:
    """The refusal has a reason, and a rule that can be read instead if one is near."""
    with pytest.raises(NotExpressible) as caught:
        series(start, rule)

    error = caught.value
    assert error.part == part
    assert error.why
    assert str(error).startswith(f"Zoom cannot say this rule.\n  recurrence: {part}: {error.why}")
    if error.nearest:
        assert series(start, error.nearest)
        assert error.nearest in str(error)
    assert pickle.loads(pickle.dumps(error)).nearest == error.nearest


@pytest.mark.parametrize(
    ("rule", "pattern"),
    [
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", Weekly(1, tuple(Weekday)[:5])),
        ("FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR,SA,SU", Daily(3)),
        ("FREQ=DAILY;BYMONTHDAY=15", MonthlyOnDay(1, 15)),
        ("FREQ=DAILY;BYDAY=FR;BYMONTHDAY=8,9,10,11,12,13,14", MonthlyOnWeekday(1, 2, FRI)),
        ("FREQ=DAILY;BYSETPOS=-1", Daily(1)),
        ("FREQ=DAILY;INTERVAL=140", Weekly(20, (TUE,))),
        ("FREQ=WEEKLY", Weekly(1, (TUE,))),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", Weekly(1, (FRI,))),
        ("FREQ=WEEKLY;BYDAY=SU,WE;BYSETPOS=1", Weekly(1, (WED,))),
        ("FREQ=WEEKLY;BYDAY=TU,SU", Weekly(1, (TUE, SUN))),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,WE", Weekly(2, (TUE, WED))),
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0", Weekly(1, (MON,))),
        ("FREQ=MONTHLY", MonthlyOnDay(1, 2)),
        ("FREQ=MONTHLY;BYMONTHDAY=31", MonthlyOnDay(1, 31)),
        ("FREQ=MONTHLY;BYDAY=+2TU", MonthlyOnWeekday(1, 2, TUE)),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", MonthlyOnWeekday(1, 2, TUE)),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", MonthlyOnWeekday(1, -1, FRI)),
        ("FREQ=MONTHLY;BYDAY=1SA,2SA,3SA;BYSETPOS=3", MonthlyOnWeekday(1, 3, SAT)),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=FR;BYMONTHDAY=22,23,24,25,26,27,28",
            MonthlyOnWeekday(2, 4, FRI),
        ),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=-1,-2,-3,-4,-5,-6,-7", MonthlyOnWeekday(1, -1, FRI)),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=10", MonthlyOnDay(1, 10)),
        ("FREQ=MONTHLY;BYDAY=TU,FR", Weekly(1, (TUE, FRI))),
        ("FREQ=MONTHLY;BYDAY=TU,TU", Weekly(1, (TUE,))),
        ("FREQ=MONTHLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=5", MonthlyOnDay(1, 5)),
        ("FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=5", MonthlyOnDay(3, 5)),
        ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=1MO", MonthlyOnWeekday(6, 1, MON)),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT;BYMONTHDAY=5", MonthlyOnDay(1, 5)),
        ("freq=weekly;byday=tu", Weekly(1, (TUE,))),
    ],
)
def test_rewrites_keep_every_date(rule: str, pattern: object) -> None:
    """What is said otherwise in RFC 5545 becomes the pattern with the same dates."""
    found = series("19970902T090000", rule)

    assert found.recurrence.pattern == pattern
    zone = ZoneInfo(NEW_YORK)
    if "RSCALE" not in rule:  # which dateutil does not know
        judge = rrulestr(rule.upper(), dtstart=datetime(1997, 9, 2, 9, tzinfo=zone))
        assert [one.zoned for one in islice(found, 100)] == list(islice(judge, 100))


_ORDINALS = st.sampled_from((-5, -2, -1, 1, 2, 3, 4, 5))
_CODES = st.sampled_from([day.rrule for day in Weekday])
# Never both kinds in one rule: of those dateutil takes only days that are both.
_RULE_DAYS = st.lists(_CODES, min_size=1, max_size=3) | st.lists(
    st.builds(lambda nth, code: f"{nth}{code}", _ORDINALS, _CODES), min_size=1, max_size=3
)
_MONTH_DAYS = st.one_of(
    st.lists(st.integers(1, 31) | st.integers(-31, -1), min_size=1, max_size=3),
    # A week of days, from the front or from the back.
    st.integers(1, 22).map(lambda first: list(range(first, first + 7))),
    st.integers(1, 22).map(lambda first: [-day for day in range(first, first + 7)]),
)
_PLACES = st.lists(st.sampled_from((-2, -1, 1, 2, 3)), min_size=1, max_size=2)


@pytest.mark.slow
@settings(max_examples=200)
@given(
    parts=st.fixed_dictionaries(
        {"INTERVAL": st.integers(1, 3)},
        optional={"BYDAY": _RULE_DAYS, "BYMONTHDAY": _MONTH_DAYS, "BYSETPOS": _PLACES},
    ),
    first=st.dates(date(1996, 1, 1), date(2030, 1, 1)),
)
def test_what_is_read_has_the_dates_of_the_rule(parts: dict[str, object], first: date) -> None:
    """Whatever days a monthly rule picks, it is read with exactly these or refused."""
    assume("BYSETPOS" not in parts or len(parts) > 2)
    text = ";".join(
        f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in parts.items()
    )
    start = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    try:
        found = Series.from_rrule(f"DTSTART:{first:%Y%m%d}T120000Z\nRRULE:FREQ=MONTHLY;{text}")
    except RecurrenceError:
        assume(False)  # how hypothesis is told
    judge = rrulestr(f"FREQ=MONTHLY;{text}", dtstart=start)

    assert [one.utc for one in islice(found, 40)] == list(islice(judge, 40))


@pytest.mark.parametrize(
    ("rule", "end"),
    [
        ("UNTIL=20260630T215959Z", Until(date(2026, 6, 30))),
        ("UNTIL=20260630T220000Z", UntilInstant(datetime(2026, 6, 30, 22, tzinfo=UTC))),
        ("UNTIL=20260630T235959", Until(date(2026, 6, 30))),
        ("UNTIL=20260630T120000", UntilInstant(datetime(2026, 6, 30, 10, tzinfo=UTC))),
        ("UNTIL=20260630", Until(date(2026, 6, 30))),
        ("until=20260630t215959z", Until(date(2026, 6, 30))),
        ("UNTIL=20260630T215960Z", Until(date(2026, 6, 30))),
        ("UNTIL=99991231T235959Z", Until(date(9999, 12, 31))),
        ("COUNT=60", Count(60)),
        ("INTERVAL=1", Forever()),
    ],
)
def test_every_form_of_an_end(rule: str, end: object) -> None:
    """A date is the last day; a local time is one of the zone; the last second is the day."""
    assert Recurrence.from_rrule(f"FREQ=DAILY;{rule}", tz="Europe/Berlin").end == end


def test_a_rule_without_its_start_is_read_for_a_start_on_it() -> None:
    """A rule alone is read as the RFC wants; where the week start matters, DTSTART is asked for."""
    read = Recurrence.from_rrule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", tz=BERLIN)

    assert read == Recurrence.weekly(TUE, Weekday.THU, every=2).forever()
    with pytest.raises(NotExpressible, match=r"meant where it is left out.*add DTSTART") as caught:
        Recurrence.from_rrule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", tz=BERLIN)
    assert caught.value.nearest == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU"


@pytest.mark.parametrize(
    "end", ["COUNT=1", "UNTIL=19970809T000000Z"], ids=["one start", "over before it matters"]
)
def test_a_week_start_counts_by_its_dates(end: str) -> None:
    """Where no date differs, Monday is as good as Sunday."""
    found = series("19970805T090000", f"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO;{end}")

    assert dates(found, 9) == ["970805"]


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY", "FREQ=MONTHLY"])
def test_a_day_that_only_the_start_knows(rule: str) -> None:
    """Without it the rule is refused; with it the day is read."""
    with pytest.raises(RecurrenceError, match="DTSTART's, which is not there"):
        Recurrence.from_rrule(rule, tz=BERLIN)

    assert Recurrence.from_rrule(rule, tz=BERLIN, start=datetime(2026, 3, 3, 9))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is not a rule"),
        (None, "None is not a rule"),
        ("BYDAY=TU", "FREQ is missing"),
        ("FREQ=OFTEN", "FREQ=OFTEN"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ stands twice"),
        ("FREQ=DAILY;FOO=1", "FOO is no part of a rule"),
        ("FREQ=DAILY;COUNT", "'COUNT' is not NAME=VALUE"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0 is not one whole number"),
        ("FREQ=DAILY;INTERVAL=two", "INTERVAL=TWO is not a list of whole numbers"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20260630", "COUNT and UNTIL exclude each other"),
        ("FREQ=DAILY;UNTIL=20260631", "UNTIL=20260631 is not a time"),
        ("FREQ=DAILY;BYDAY=2TU", "only FREQ=MONTHLY takes"),
        ("FREQ=WEEKLY;BYDAY=XX", "'XX' is not a day"),
        ("FREQ=WEEKLY;BYDAY=MO;BYMONTHDAY=1", "not allowed beside FREQ=WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "leaves no dates"),
        ("FREQ=DAILY;BYSETPOS=2", "leaves no dates"),
        ("FREQ=MONTHLY;BYDAY=0TU", "is not a list of days"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "is not a list of days of a month"),
        ("FREQ=MONTHLY;BYDAY=1TU;BYMONTHDAY=20", "leave no dates"),
        ("FREQ=MONTHLY;BYSETPOS=1", "stands only beside"),
        ("FREQ=MONTHLY;BYMONTH=13", "is not a list of months"),
        ("RRULE:FREQ=DAILY\nRRULE:FREQ=DAILY", "RRULE stands twice"),
        ("DTSTART:20260303T090000Z", "holds no RRULE"),
        ("SUMMARY:Hello\nRRULE:FREQ=DAILY", "SUMMARY is no part of a rule"),
    ],
)
def test_broken_rules_are_refused(text: str, says: str) -> None:
    """What breaks RFC 5545 is named, with an example of what does not."""
    with pytest.raises(RecurrenceError) as caught:
        Recurrence.from_rrule(text, tz="UTC")

    assert says in str(caught.value)
    assert "write FREQ=WEEKLY" in str(caught.value)


@given(st.text(alphabet="FREQ=DAILYWK;BMONTHSU,:1234-T\n ", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a RecurrenceError is ever raised."""
    with contextlib.suppress(RecurrenceError):
        Recurrence.from_rrule(f"FREQ=MONTHLY;{text}", tz="UTC")


@pytest.mark.parametrize("name", ["EXDATE", "RDATE", "EXRULE"])
def test_exceptions_are_refused_by_name(name: str) -> None:
    """Zoom's pattern has none; its occurrences can be deleted afterwards."""
    with pytest.raises(NotExpressible, match="delete or move those occurrences"):
        Recurrence.from_rrule(f"RRULE:FREQ=DAILY\n{name}:20260303T090000Z", tz="UTC")


def test_places_are_counted_in_whole_weeks() -> None:
    """Also of the first week all days count, before the start too (RFC 5545 §3.3.10)."""
    found = series("19970902T090000", "FREQ=WEEKLY;BYDAY=SU,WE;BYSETPOS=2;WKST=SU")

    assert found.recurrence == Recurrence.weekly(WED).forever()


def test_private_parts_are_passed_over() -> None:
    """What begins with X- belongs to whoever wrote it."""
    assert (
        Recurrence.from_rrule("FREQ=DAILY;X-WHY=BECAUSE", tz="UTC") == Recurrence.daily().forever()
    )


def test_folded_lines_are_unfolded() -> None:
    """Lines that are folded as in a calendar file are read as one."""
    text = "DTSTART;TZID=Europe/Berlin:20260303T090000\r\nRRULE:FREQ=WEEK\r\n LY;BYDAY=TU\r\n"

    assert Series.from_rrule(text).recurrence == Recurrence.weekly(TUE).forever()


@pytest.mark.parametrize(
    ("text", "tz", "says"),
    [
        ("DTSTART;TZID=America/New_York:20260303T090000", "Europe/Berlin", "is meant in America"),
        ("DTSTART:20260303T090000Z", "Europe/Berlin", "is meant in UTC"),
        ("DTSTART:20260303T090000", None, "names no time zone"),
        ("DTSTART;TZID=Europe/Berlni:20260303T090000", None, "Europe/Berlin"),
        ("", "Europe/Berlin", "no DTSTART"),
    ],
)
def test_a_series_needs_one_start_in_one_zone(text: str, tz: str | None, says: str) -> None:
    """Two zones, none, or an unknown one are refused."""
    with pytest.raises(RecurrenceError, match=says):
        Series.from_rrule(f"{text}\nRRULE:FREQ=DAILY".lstrip(), tz=tz)


def test_clamped_months_are_a_policy_of_the_reader() -> None:
    """BYMONTHDAY=-1 is day 31 for who holds that Zoom takes the last day; then 31 alone is not."""
    last = "DTSTART:20260131T090000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"

    found = Series.from_rrule(last, short_months="clamp")

    assert dates(found, 9) == ["260131", "260228", "260331"]
    assert found.to_rrule() == "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=3"
    with pytest.raises(NotExpressible):
        Series.from_rrule(last)
    with pytest.raises(NotExpressible):
        Series.from_rrule(last.replace("-1", "31"), short_months="clamp")


_PATTERNS = st.one_of(
    st.builds(Daily, st.integers(1, 99)),
    st.builds(Weekly, st.integers(1, 50), st.sets(st.sampled_from(Weekday), min_size=1).map(tuple)),
    st.builds(MonthlyOnDay, st.integers(1, 10), st.integers(1, 31)),
    st.builds(
        MonthlyOnWeekday,
        st.integers(1, 10),
        st.sampled_from((1, 2, 3, 4, -1)),
        st.sampled_from(Weekday),
    ),
)
_ENDS = st.one_of(
    st.just(Forever()),
    st.builds(Count, st.integers(1, 60)),
    st.builds(Until, st.dates(date(2030, 1, 1), date(2040, 1, 1))),
)


@given(
    recurrence=st.builds(Recurrence, _PATTERNS, _ENDS),
    start=st.datetimes(datetime(2000, 1, 1), datetime(2029, 1, 1)),
    short_months=st.sampled_from(("skip", "clamp")),
)
def test_what_is_written_is_read_back(
    recurrence: Recurrence, start: datetime, short_months: ShortMonths
) -> None:
    """A rule that was written is read as the same recurrence, and written as the same text."""
    made = Series(recurrence, start.replace(microsecond=0), BERLIN, short_months=short_months)
    rule = made.to_rrule()
    text = f"DTSTART;TZID=Europe/Berlin:{made.start:%Y%m%dT%H%M%S}\nRRULE:{rule}"

    assert Series.from_rrule(text, short_months=short_months) == made
    assert Series.from_rrule(text, short_months=short_months).to_rrule() == rule


def test_sunday_weeks_are_written_where_they_matter() -> None:
    """WKST=SU is written where weeks are left out, since RFC 5545 takes Monday otherwise."""
    start = datetime(2026, 3, 3, 9)
    every_other = Recurrence.weekly(SUN, TUE, every=2).until(date(2026, 6, 30))

    assert every_other.starting(start, tz=BERLIN).to_rrule() == (
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;UNTIL=20260630T215959Z"
    )
    assert "WKST" not in Recurrence.weekly(TUE).forever().starting(start, tz=BERLIN).to_rrule()
