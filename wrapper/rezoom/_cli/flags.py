"""Options that several commands share, one by one and in groups."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import partial, wraps
from typing import Annotated, Any, TypeAlias, get_type_hints

import typer

# For what has no default: older releases of typer show None as one.
option = partial(typer.Option, show_default=False)
argument = partial(typer.Argument, show_default=False)

_COMMON = "Common fields"

MeetingNumber: TypeAlias = Annotated[
    str,
    argument(
        metavar="ID",
        help="The meeting number, as digits or as Zoom prints it: 85746065 or '857 460 65'.",
    ),
]
BodyFile: TypeAlias = Annotated[
    str | None,
    option("--body", metavar="FILE|-", help="A JSON object with fields; --set is laid over it."),
]
Start: TypeAlias = Annotated[
    str | None,
    option(
        metavar="TIME",
        help="The start: 2027-03-01T09:30 (on the clock of --timezone), or an instant with Z.",
        rich_help_panel=_COMMON,
    ),
]
Timezone: TypeAlias = Annotated[
    str | None,
    option(metavar="ZONE", help="The time zone, such as Europe/Berlin.", rich_help_panel=_COMMON),
]
Repeat: TypeAlias = Annotated[
    str | None,
    option(
        metavar="WORDS",
        help="The pattern and its end in words: 'every 2 weeks on tue until 2027-06-30'.",
    ),
]
Rrule: TypeAlias = Annotated[
    str | None,
    option(
        metavar="RULE", help="The same as a rule of RFC 5545: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12'."
    ),
]
Occurrence: TypeAlias = Annotated[
    str | None,
    option(
        "--occurrence",
        metavar="ID|DATE|TIME",
        help="One date of a series: the id that `rezoom show` prints, a day such as 2027-03-01, or "
        "a time such as 2027-03-01T09:30 on the meeting's own clock.",
    ),
]
SkipUnchanged: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--skip-unchanged", help="Leave out what is as asked already; spend nothing if all is."
    ),
]
Secrets: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--secrets", help="Let the file hold passcodes and links, so that they can be undone, too."
    ),
]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Answer with exactly one JSON object on stdout.")
]


@dataclass(frozen=True, kw_only=True)
class FieldOptions:
    """The fields that a change sets, the rules it lifts, and what rezoom does not know yet."""

    topic: Annotated[
        str | None, option(metavar="TEXT", help="The title.", rich_help_panel=_COMMON)
    ] = None
    agenda: Annotated[
        str | None, option(metavar="TEXT", help="The description.", rich_help_panel=_COMMON)
    ] = None
    duration: Annotated[
        str | None, option(metavar="MINUTES", help="The length.", rich_help_panel=_COMMON)
    ] = None
    start: Start = None
    timezone: Timezone = None
    sets: Annotated[
        list[str] | None,
        option(
            "--set",
            metavar="PATH=VALUE",
            help="One field of the update: settings.waiting_room=on. Lists and objects in JSON; "
            "@FILE or @- reads the value, which keeps it out of the list of processes.",
        ),
    ] = None
    body: BodyFile = None
    allow: Annotated[
        list[str] | None,
        option("--allow", metavar="RULE", help="Lift one rule, by the id its problem names."),
    ] = None
    extra: Annotated[
        list[str] | None,
        option(
            "--extra",
            metavar="PATH=VALUE",
            help="A field that Zoom added after this release; sent unchecked.",
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class ChangeOptions(FieldOptions):
    """All that says what becomes of a meeting: fields, a series, or one date of it."""

    repeat: Repeat = None
    rrule: Rrule = None
    occurrence: Occurrence = None


@dataclass(frozen=True, kw_only=True)
class SendOptions:
    """How an update is sent, and what is kept of it."""

    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")] = False
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")
    ] = False
    wait: Annotated[
        float | None,
        option(
            "--wait",
            metavar="SECONDS",
            help="All sleeping one update may do between attempts; 30 unless said.",
        ),
    ] = None
    verify: Annotated[
        bool,
        typer.Option(
            "--verify/--no-verify",
            help="Read the meeting before and after, and say what Zoom applied and what it "
            "ignored.",
        ),
    ] = True
    receipt: Annotated[
        str | None,
        option(
            "--receipt",
            metavar="FILE",
            help="Keep the receipt for `rezoom undo`: what was there before, without passcodes and "
            "links; readable by you alone.",
        ),
    ] = None
    secrets: Secrets = False

    @property
    def sending(self) -> dict[str, Any]:
        """Return what `Zoom.update` and `Zoom.apply` take by keyword."""
        return {"verify": self.verify, "wait": self.wait}


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Offer the fields of each group of options that a command takes as options of the command.

    typer reads the signature of a command, in which a group is one parameter; the returned
    function has its fields instead, and makes the group from them.
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name not in groups:
            parameters.append(parameter.replace(annotation=hints[name]))
            continue
        kinds = get_type_hints(groups[name], include_extras=True)
        parameters += (
            inspect.Parameter(
                option.name, parameter.kind, default=option.default, annotation=kinds[option.name]
            )
            for option in fields(groups[name])
        )

    @wraps(command)
    def run(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{option.name: given.pop(option.name) for option in fields(kind)})
        command(**given)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362; types of functions do not know it
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
