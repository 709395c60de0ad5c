"""Options that several commands share."""

from typing import Annotated, TypeAlias

import typer

_COMMON = "Common fields"

MeetingNumber: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="The meeting number, as digits or as Zoom prints it: 85746065 or '857 460 65'.",
        show_default=False,
    ),
]
Sets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="One field of the update: settings.waiting_room=on. Lists and objects in JSON; "
        "@FILE or @- reads the value, which keeps it out of the list of processes.",
        show_default=False,
    ),
]
BodyFile: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--body",
        metavar="FILE|-",
        help="A JSON object with fields; --set is laid over it.",
        show_default=False,
    ),
]
Extras: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--extra",
        metavar="PATH=VALUE",
        help="A field that Zoom added after this release; sent unchecked.",
        show_default=False,
    ),
]
Allowed: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="RULE",
        help="Lift one rule, by the id its problem names.",
        show_default=False,
    ),
]
Occurrence: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--occurrence",
        metavar="ID|DATE|TIME",
        help="One date of a series: the id that `rezoom show` prints, a day such as 2027-03-01, or "
        "a time such as 2027-03-01T09:30 on the meeting's own clock.",
        show_default=False,
    ),
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")]
Verify: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--verify/--no-verify",
        help="Read the meeting before and after, and say what Zoom applied and what it ignored.",
    ),
]
SkipUnchanged: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--skip-unchanged", help="Leave out what is as asked already; spend nothing if all is."
    ),
]
Waiting: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        help="All sleeping one update may do between attempts; 30 unless said.",
        show_default=False,
    ),
]
ReceiptOut: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--receipt",
        metavar="FILE",
        help="Keep the receipt for `rezoom undo`: what was there before, without passcodes and "
        "links; readable by you alone.",
        show_default=False,
    ),
]
Secrets: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--secrets", help="Let the file hold passcodes and links, so that they can be undone, too."
    ),
]
Topic: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="The title.", rich_help_panel=_COMMON, show_default=False),
]
Agenda: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help="The description.", rich_help_panel=_COMMON, show_default=False
    ),
]
Duration: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="MINUTES", help="The length.", rich_help_panel=_COMMON, show_default=False
    ),
]
Start: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="The start: 2027-03-01T09:30 (on the clock of --timezone), or an instant with Z.",
        rich_help_panel=_COMMON,
        show_default=False,
    ),
]
Timezone: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE",
        help="The time zone, such as Europe/Berlin.",
        rich_help_panel=_COMMON,
        show_default=False,
    ),
]
Repeat: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help="The pattern and its end in words: 'every 2 weeks on tue until 2027-06-30'.",
        show_default=False,
    ),
]
Rrule: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="RULE",
        help="The same as a rule of RFC 5545: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12'.",
        show_default=False,
    ),
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Answer with exactly one JSON object on stdout.")
]


def common_fields(
    topic: str | None, agenda: str | None, duration: str | None, start: str | None, zone: str | None
) -> dict[str, str | None]:
    """Name the fields that the options of their own stand for."""
    return {
        "topic": topic, "agenda": agenda, "duration": duration, "start_time": start,
        "timezone": zone,
    }  # fmt: skip
