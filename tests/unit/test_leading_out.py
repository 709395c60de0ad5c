"""Messages lead out: the fix is chosen by field and value, and is taken when it is followed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from limits import most
from rezoom import Bearer, InvalidChange, Problem, Zoom, check
from rezoom.recurrence import MON, WED, Recurrence, Series, WordsError

NOW = datetime.fromisoformat("2027-01-01T00:00:00Z")
WEEKLY = {"type": 2, "weekly_days": "2,4", "end_times": 6}


def problems(body: Any) -> list[Problem]:
    return check(body, now=NOW)


def series(**members: Any) -> dict[str, Any]:
    start = {"start_time": "2027-03-01T09:00:00", "timezone": "Europe/Berlin", "type": 8}
    kept = {name: value for name, value in (WEEKLY | members).items() if value is not None}
    return {**start, "recurrence": kept}


@pytest.mark.parametrize(
    ("body", "path", "fix"),
    [
        ({"start_time": date(2027, 5, 3)}, "start_time", "2027-05-03T09:00:00 with timezone"),
        ({"start_time": "2027-05-03"}, "start_time", "2027-05-03T08:00:00Z"),
        ({"start_time": time(9, 30)}, "start_time", "write a day too"),
        (
            series(end_times=None, end_date_time=date(2027, 5, 3)),
            "recurrence.end_date_time",
            "until(date(2027, 5, 3))",
        ),
        (
            series(end_times=None, end_date_time="2027-05-03"),
            "recurrence.end_date_time",
            "2027-05-03T23:59:59Z",
        ),
        (
            series(end_times=None, end_date_time="2027-05-03T10:00:00"),
            "recurrence.end_date_time",
            "2026-12-07T08:00:00Z",
        ),
        (
            {"start_time": "2027-05-03T09:00:00", "timezone": "Europe/Madird"},
            "timezone",
            "Europe/Madrid",
        ),
        ({"timezone": "LIMA"}, "timezone", "write America/Lima"),
        ({"timezone": "oslo"}, "timezone", "write Europe/Oslo"),
        ({"timezone": "CST"}, "timezone", "ambiguous"),
        ({"timezone": "UTC+5"}, "timezone", "an offset does not say"),
        ({"timezone": "  "}, "timezone", "leave timezone out"),
        ({"duration": timedelta(hours=1.5)}, "duration", "write 90"),
        ({"duration": "30"}, "duration", "write 30"),
        ({"duration": "30 min"}, "duration", "give a whole number"),
        (series(end_times="6"), "recurrence.end_times", "write 6"),
        (series(weekly_days=4), "recurrence.weekly_days", 'write "4"'),
        ({"settings": {"host_video": "on"}}, "settings.host_video", "give a boolean: true"),
        ({"settings": {"mute_upon_entry": 0}}, "settings.mute_upon_entry", "a boolean: false"),
        ({"topic": 7}, "topic", 'write "7"'),
        (series(meeting_type=2), "recurrence.meeting_type", "did you mean type?"),
        (series(repeat_intervall=2), "recurrence.repeat_intervall", "repeat_interval?"),
        ({"waiting_room": True}, "waiting_room", "it belongs at settings.waiting_room"),
        ({"settings": {"topic": "x"}}, "settings.topic", "it belongs at topic"),
        ({"schedual": "x"}, "schedual", "schedule="),
        ({"verfy": True}, "verfy", "did you mean verify=?"),
        ({"tz": "Europe/Berlin"}, "tz", "did you mean timezone?"),
        ({"body": "x"}, "body", "update(meeting, body)"),
    ],
)
def test_the_fix_is_that_of_the_field_and_the_value(body: Any, path: str, fix: str) -> None:
    """One error, at the member that is wrong, with what to write there."""
    (problem,) = [one for one in problems(body) if one.severity == "error"]

    assert (problem.path, fix in problem.fix) == (path, True), problem


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (series(weekly_days=["monday", MON, object()]), "recurrence.weekly_days[2]"),
        (series(weekly_days=None) | {"start_time": "soon"}, "start_time"),
        (series(end_times=None, end_date_time="soon"), "recurrence.end_date_time"),
        (series(type="weekly"), "recurrence.type"),
        ({"settings": {"alternative_hosts": [b"ada"]}}, "settings.alternative_hosts[0]"),
    ],
)
def test_a_refused_value_brings_no_second_problem(body: Any, path: str) -> None:
    """Nothing is said to be missing, or out of form, where a value was refused."""
    found = [one for one in problems(body) if one.path.partition("[")[0] == path.partition("[")[0]]

    assert [one.path for one in found] == [path]


def test_days_of_the_week_are_zooms_numbers() -> None:
    """`weekly_days=[MON, WED]`, or a day alone: what Python calls Monday is 2 to Zoom."""
    said = {"type": 2, "weekly_days": [MON, WED], "end_times": 6}
    assert problems(series() | {"recurrence": said}) == problems(series())
    assert "recurrence.weekly_days" not in [one.path for one in problems(series(weekly_days=MON))]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("x" * (most("password") + 1), f"{most('password') + 1} characters"),
        ("a b", "none of those"),
        ("ünï", "none of those"),
    ],
)
def test_a_refused_passcode_says_which_rule_it_breaks(text: str, detail: str) -> None:
    """Its length, or its characters, and nothing of the passcode itself."""
    (problem,) = problems({"password": text})

    assert detail in problem.message
    assert text not in str(problem)


@pytest.mark.parametrize(
    ("schedule", "fix"),
    [
        (Recurrence.weekly(MON).times(3), "schedule.starting(datetime("),
        (Recurrence.weekly(MON), "schedule.times(12).starting("),
        (Recurrence.monthly(), "give it an end and a start"),
        ("every monday, 3 times", "Recurrence.parse('every monday, 3 times')"),
        (WEEKLY, "pass members of a body as fields"),
        (12, "Recurrence.weekly(MON)"),
        (Series, "Recurrence.weekly(MON)"),
    ],
)
def test_a_schedule_that_is_no_series_is_explained(schedule: Any, fix: str) -> None:
    """By `check` and by `update`, beside what else is wrong; nothing is sent."""
    found = {one.rule: one for one in check({"topic": 5}, schedule=schedule, now=NOW)}

    assert found.keys() == {"not-a-series", "topic.type"}
    assert fix in found["not-a-series"].fix
    zoom = Zoom(Bearer("token", account="a"), ledger="memory:")
    with zoom, pytest.raises(InvalidChange, match="no Series"):
        zoom.update(85746065, schedule=schedule, allow=["not-a-series"])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("bi-weekly on mon", "two meanings"),
        ("Bi weekly on mon", "two meanings"),
        ("semi-monthly", "two series"),
        ("second and fourth wednesday", "a series for each"),
        ("every month on the 1st, 3rd monday", "a series for each"),
        ("first weekday of the month", "on the first Friday"),
        ("every month on the last business day", "on the last Friday"),
        ("twice a month", "make two series"),
    ],
)
def test_an_explanation_is_not_tied_to_one_spelling(words: str, says: str) -> None:
    """Hyphens, blanks and other words for the same lead to the same way out."""
    with pytest.raises(WordsError, match=says):
        Recurrence.parse(words)


@pytest.mark.parametrize(
    ("words", "same"),
    [
        ("week days until 2027-06-30", "every weekday until 2027-06-30"),
        ("every working day, 5 times", "every weekday, 5 times"),
        ("on business days forever", "every weekday forever"),
        ("the first day of the month 3 times", "every month on day 1, 3 times"),
    ],
)
def test_other_words_for_the_same_are_read(words: str, same: str) -> None:
    """Working days are Monday to Friday, the first day of a month is its day 1."""
    assert Recurrence.parse(words) == Recurrence.parse(same)
