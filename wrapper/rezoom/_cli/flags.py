"""Options that several commands share, one by one and in groups."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from functools import partial, wraps
from typing import Annotated, Any, TypeAlias

import typer


def option(metavar: str, text: str, *names: str, **more: Any) -> Any:
    """Describe an option that takes a value; without `names` it is called as its parameter."""
    # Without a default none is shown: older releases of typer show None as one.
    return typer.Option(*names, metavar=metavar, help=text, show_default=False, **more)


def argument(metavar: str, text: str) -> Any:
    """Describe an argument of a command."""
    return typer.Argument(metavar=metavar, help=text, show_default=False)


def switch(names: str, text: str, **more: Any) -> Any:
    """Describe an option that is on or off; only a name given here has a --no form."""
    return typer.Option(*names.split(), help=text, **more)


_common = partial(option, rich_help_panel="Common fields")

MeetingNumber: TypeAlias = Annotated[
    str,
    argument("ID", "The meeting number, as digits or as Zoom prints it: 85746065 or '857 460 65'."),
]
BodyFile: TypeAlias = Annotated[
    str | None, option("FILE|-", "A JSON object with fields; --set is laid over it.")
]
Start: TypeAlias = Annotated[
    str | None,
    _common(
        "TIME", "The start: 2027-03-01T09:30 (on the clock of --timezone), or an instant with Z."
    ),
]
Timezone: TypeAlias = Annotated[
    str | None, _common("ZONE", "The time zone, such as Europe/Berlin.")
]
Repeat: TypeAlias = Annotated[
    str | None,
    option("WORDS", "The pattern and its end in words: 'every 2 weeks on tue until 2027-06-30'."),
]
Rrule: TypeAlias = Annotated[
    str | None,
    option("RULE", "The same as a rule of RFC 5545: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=12'."),
]
FromIcs: TypeAlias = Annotated[
    str | None,
    option("FILE|-", "The same from a calendar: an .ics file, or the text of one event."),
]
Uid: TypeAlias = Annotated[
    str | None, option("UID", "Which event of --from-ics, if there are several.", "--uid")
]
Occurrence: TypeAlias = Annotated[
    str | None,
    option(
        "ID|DATE|TIME",
        "One date of a series: the id that `rezoom show` prints, a day such as 2027-03-01, or "
        "a time such as 2027-03-01T09:30 on the meeting's own clock.",
    ),
]
SkipUnchanged: TypeAlias = Annotated[
    bool,
    switch("--skip-unchanged", "Leave out what is as asked already; spend nothing if all is."),
]
Secrets: TypeAlias = Annotated[
    bool,
    switch("--secrets", "Let the file hold passcodes and links, so that they can be undone, too."),
]
Json: TypeAlias = Annotated[
    bool, switch("--json", "Answer with exactly one JSON object on stdout.")
]


@dataclass(frozen=True, kw_only=True)
class FieldOptions:
    """The fields that a change sets, the rules it lifts, and what rezoom does not know yet."""

    topic: Annotated[str | None, _common("TEXT", "The title.")] = None
    agenda: Annotated[str | None, _common("TEXT", "The description.")] = None
    duration: Annotated[str | None, _common("MINUTES", "The length.")] = None
    start: Start = None
    timezone: Timezone = None
    sets: Annotated[
        list[str] | None,
        option(
            "PATH=VALUE",
            "One field of the update: settings.waiting_room=on. Lists and objects in JSON; "
            "@FILE or @- reads the value, which keeps it out of the list of processes.",
            "--set",
        ),
    ] = None
    body: BodyFile = None
    allow: Annotated[
        list[str] | None, option("RULE", "Lift one rule, by the id its problem names.")
    ] = None
    extra: Annotated[
        list[str] | None,
        option("PATH=VALUE", "A field that Zoom added after this release; sent unchecked."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class ChangeOptions(FieldOptions):
    """All that says what becomes of a meeting: fields, a series, or one date of it."""

    repeat: Repeat = None
    rrule: Rrule = None
    from_ics: FromIcs = None
    uid: Uid = None
    occurrence: Occurrence = None


@dataclass(frozen=True, kw_only=True)
class SendOptions:
    """How an update is sent, and what is kept of it."""

    yes: Annotated[bool, switch("--yes -y", "Send without asking.")] = False
    dry_run: Annotated[bool, switch("--dry-run", "Show what would be sent, and send nothing.")] = (
        False
    )
    wait: Annotated[
        float | None,
        option("SECONDS", "All sleeping one update may do between attempts; 30 unless said."),
    ] = None
    verify: Annotated[
        bool,
        switch(
            "--verify/--no-verify",
            "Read the meeting before and after, and say what Zoom applied and what it ignored.",
        ),
    ] = True
    receipt: Annotated[
        str | None,
        option(
            "FILE",
            "Keep the receipt for `rezoom undo`: what was there before, without passcodes and "
            "links; readable by you alone.",
        ),
    ] = None
    secrets: Secrets = False
    as_json: Json = False

    @property
    def sending(self) -> dict[str, Any]:
        """Return what `Zoom.update` and `Zoom.apply` take by keyword."""
        return {"verify": self.verify, "wait": self.wait}


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Offer the fields of each group of options that a command takes as options of the command.

    typer reads the signature of a command, in which a group is one parameter; the returned
    function has its fields instead, and makes the group from them.
    """
    own = inspect.signature(command, eval_str=True).parameters
    groups = {
        name: inspect.signature(one.annotation).parameters
        for name, one in own.items()
        if isinstance(one.annotation, type) and is_dataclass(one.annotation)
    }

    @wraps(command)
    def run(**given: Any) -> None:
        for name, members in groups.items():
            given[name] = own[name].annotation(**{member: given.pop(member) for member in members})
        command(**given)

    parameters = [
        parameter
        for name, one in own.items()
        for parameter in (groups[name].values() if name in groups else (one,))
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # PEP 362; types of functions do not know it
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
