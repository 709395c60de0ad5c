"""`rezoom preview`: what a person sees and what a program reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import icalendar
import pytest
from rezoom._cli.app import app
from rezoom._cli.commands.preview import months
from rezoom._cli.console import Console
from rezoom.recurrence import Recurrence
from typer.testing import CliRunner

pytestmark = pytest.mark.smoke

Run: TypeAlias = Callable[..., Any]

START = ("--start", "2097-03-06T09:00", "--timezone", "Europe/Berlin")
EVERY_OTHER = ("--repeat", "every 2 weeks on tue until 2097-04-30")


@pytest.fixture
def run() -> Run:
    """Run the command; it needs no account and no network."""
    return lambda *words, **options: CliRunner().invoke(
        app, ["preview", *map(str, words)], env={"COLUMNS": "200"}, **options
    )


def test_every_start_is_listed(run: Run) -> None:
    """The sentence, then local and UTC, with the change of the clocks marked."""
    ran = run(*EVERY_OTHER, *START, "--duration", 45)

    assert ran.exit_code == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == (
        "every 2 weeks on Tuesday until 30 April 2097, 9:00 Europe/Berlin "
        "(4 meetings, last on 30 April)"
    )
    assert [line.split()[:5] for line in lines[2:6]] == [
        ["1", "Tue", "2097-03-19", "09:00–09:45", "03-19"],
        ["2", "Tue", "2097-04-02", "09:00–09:45", "04-02"],
        ["3", "Tue", "2097-04-16", "09:00–09:45", "04-16"],
        ["4", "Tue", "2097-04-30", "09:00–09:45", "04-30"],
    ]
    assert [index for index, line in enumerate(lines) if "clocks +01:00" in line] == [3]


def test_warnings_come_with_their_dates(run: Run) -> None:
    """What may surprise, and when."""
    ran = run(*EVERY_OTHER, *START)

    assert "first-differs" in ran.stdout
    assert "2097-03-19" in ran.stdout.partition("first-differs")[2]


def test_json_is_one_object(run: Run) -> None:
    """Sentence, words, rule, the update, starts and problems."""
    ran = run(*EVERY_OTHER, *START, "--json", "--count", 2)

    (line,) = ran.stdout.splitlines()
    answer = json.loads(line)
    assert answer["schema"] == "rezoom.preview/1"
    assert answer["words"] == "every 2 weeks on Tuesday until 2097-04-30"
    assert answer["rrule"] == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU;UNTIL=20970430T215959Z"
    assert answer["update"]["recurrence"]["weekly_days"] == "3"
    assert (answer["total"], answer["more"], answer["endless"], answer["ok"]) == (
        4,
        True,
        False,
        True,
    )
    assert answer["occurrences"][1] == {
        "index": 1,
        "local": "2097-04-02T09:00:00",
        "utc": "2097-04-02T07:00:00Z",
        "weekday": "Tuesday",
        "offset": "+02:00",
        "offset_change": "+01:00",
    }
    assert [problem["rule"] for problem in answer["problems"]] == ["first-differs"]


def test_an_endless_series_is_listed_for_a_while(run: Run) -> None:
    """Twelve starts, and that it goes on."""
    ran = run("--repeat", "every weekday forever", *START, "--json")

    answer = json.loads(ran.stdout)
    assert (len(answer["occurrences"]), answer["total"], answer["endless"]) == (12, None, True)
    assert "without an end" in run("--repeat", "every weekday forever", *START).stdout


def test_a_rule_brings_its_start(run: Run) -> None:
    """With DTSTART nothing else is needed; without it --start and --timezone are."""
    rule = "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"
    text = f"DTSTART;TZID=Europe/Berlin:20970301T090000\n{rule}"

    assert "every month on the last Friday, 3 times" in run("--rrule", text).stdout
    assert run("--rrule", rule, *START).exit_code == 0
    assert run("--rrule", rule, "--start", "2097-03-01T09:00").exit_code == 2


def test_a_body_is_previewed_as_it_would_be_sent(run: Run, tmp_path: Path) -> None:
    """Zoom's own form, with --start and --timezone laid over it."""
    body = tmp_path / "change.json"
    recurrence = {"type": 2, "weekly_days": "2,4", "end_times": 3}
    body.write_text(json.dumps({"timezone": "Europe/Berlin", "recurrence": recurrence}))

    ran = run("--body", body, "--start", "2097-03-04T09:00")

    assert ran.stdout.startswith("every week on Monday and Wednesday, 3 times, 9:00 Europe/Berlin")


def test_what_zoom_would_refuse_ends_with_2(run: Run) -> None:
    """A start that is past: listed all the same, and said."""
    ran = run("--repeat", "daily, 3 times", "--start", "2020-03-06T09:00", *START[2:])

    assert ran.exit_code == 2
    assert "2020-03-08 09:00" in ran.stdout
    assert "past-start" in ran.stdout


def test_more_than_zoom_is_known_to_make_is_a_warning(run: Run) -> None:
    """No source limits an end by date: the first ones are listed, and the doubt is said."""
    ran = run("--repeat", "daily until 2097-12-31", *START)

    assert ran.exit_code == 0
    assert "over-count" in ran.stdout
    assert "--count N lists them" in ran.stdout


def test_errors_in_words_are_pointed_at(run: Run) -> None:
    """The carets stand under the word, on stderr; JSON has the place."""
    ran = run("--repeat", "every 2nd tuesday forever", *START)

    assert ran.exit_code == 2
    assert "  every 2nd tuesday forever\n        ^^^^^^^^^^^\n" in ran.stderr
    answer = json.loads(run("--repeat", "every 2nd tuesday forever", *START, "--json").stdout)
    assert (answer["schema"], answer["type"]) == ("rezoom.error/1", "WordsError")
    assert (answer["position"], answer["length"]) == (6, 11)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "only one"),
        (("--repeat", "daily forever", "--rrule", "FREQ=DAILY"), "only one"),
        (("--repeat", "daily forever"), "--start is missing"),
        (("--repeat", "daily forever", "--start", "2097-03-05T09:00"), "--timezone is missing"),
        (("--repeat", "daily forever", "--start", "soon", "--timezone", "UTC"), "not a time"),
        (
            ("--repeat", "daily forever", "--start", "2097-03-05", "--timezone", "UTC"),
            "the hour is missing",
        ),
        (
            ("--repeat", "daily forever", "--start", "2097-03-05T09:00", "--timezone", "Berlin"),
            "write Europe/Berlin",
        ),
        (("--repeat", "daily until 2001-01-01", *START), "before it starts"),
        (("--rrule", "FREQ=YEARLY", *START), "FREQ=YEARLY"),
        (("--repeat", "daily forever", *START, "--short-months", "guess"), "short_months"),
        (("--repeat", "daily forever", *START, "--ics", "no/such/folder.ics"), "cannot write"),
    ],
)
def test_usage_is_explained(run: Run, words: tuple[str, ...], says: str) -> None:
    """Exit 2, with what to write."""
    ran = run(*words)

    assert ran.exit_code == 2
    assert says in ran.stderr
    assert not ran.stdout


def test_a_calendar_file_is_written(run: Run, tmp_path: Path) -> None:
    """One that calendars read, with line ends as they want them."""
    file = tmp_path / "series.ics"

    ran = run(*EVERY_OTHER, *START, "--duration", 45, "--ics", file)

    assert ran.exit_code == 0
    assert b"\r\nEND:VCALENDAR\r\n" in file.read_bytes()
    calendar: Any = icalendar.Calendar.from_ical(file.read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == "2097-03-19T09:00:00+01:00"


def test_a_terminal_sees_the_months() -> None:
    """Side by side as they fit, starts in reverse; without colours with a star."""
    pattern = Recurrence.parse("every 2 weeks on tue, 5 times")
    series = pattern.starting(datetime(2027, 3, 2, 9), tz="Europe/Berlin")
    days = [start.local.date() for start in series]
    plain = Console(width=50, force_terminal=True, color_system=None)
    coloured = Console(width=100, force_terminal=True, color_system="standard")

    with plain.capture() as starred:
        plain.print(months(plain, days))
    with coloured.capture() as marked:
        coloured.print(months(coloured, days))

    head = starred.get().splitlines()[0]
    assert "March 2027" in head
    assert "April 2027" in head
    assert "May 2027" not in head
    assert " 7  8  9 10 11 12 13 " in starred.get()
    assert "14 15 16*17 18 19 20 " in starred.get()
    assert "\x1b[1;7m16\x1b[0m" in marked.get()
    assert "May" not in marked.get()


CALENDAR = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:stand-up
DTSTART;TZID=Europe/Berlin:20970306T090000
RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=4
EXDATE;TZID=Europe/Berlin:20970313T090000
END:VEVENT
BEGIN:VEVENT
UID:retro
DTSTART;TZID=Europe/Berlin:20970328T160000
RRULE:FREQ=MONTHLY;BYDAY=-1TH;COUNT=2
END:VEVENT
END:VCALENDAR
"""


def test_an_event_of_a_calendar_is_previewed(run: Run, tmp_path: Path) -> None:
    """From a file or standard input, chosen by its uid, with the day that it leaves out."""
    file = tmp_path / "team.ics"
    file.write_text(CALENDAR, "utf-8")

    read = run("--from-ics", file, "--uid", "stand-up", "--json")
    piped = run("--from-ics", "-", "--uid", "retro", input=CALENDAR)

    answer = json.loads(read.stdout)
    assert (answer["start"], answer["total"]) == ("2097-03-06T09:00:00", 4)
    assert answer["excluded"] == ["2097-03-13"]
    assert "excluded-dates" in [problem["rule"] for problem in answer["problems"]]
    assert piped.stdout.startswith("every month on the last Thursday, 2 times, 16:00 Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "uid='stand-up'"),
        (("--uid", "lunch"), "no event with the uid 'lunch'"),
        (("--uid", "retro", *START[:2]), "--from-ics has its start in the file"),
        (("--uid", "retro", *START[2:]), None),
        (("--uid", "retro", "--timezone", "Asia/Tokyo"), "meant in Europe/Berlin"),
        (("--uid", "retro", "--rrule", "FREQ=DAILY"), "one of --repeat, --rrule, --from-ics"),
    ],
)
def test_a_choice_among_events_is_explained(
    run: Run, words: tuple[str, ...], says: str | None
) -> None:
    """Which events there are, and what does not go together."""
    ran = run("--from-ics", "-", *words, input=CALENDAR)

    assert (ran.exit_code, says or "") == (0 if says is None else 2, says or "")
    assert says is None or says in " ".join(ran.stderr.split())
