"""What Zoom does where its documents are silent or contradict each other: every answer by name."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args, get_type_hints

from .._wire import facts
from ..errors import ConfigError


class Evidence(NamedTuple):
    """Why a quirk exists: what is known, and the tags of its sources."""

    sentence: str
    sources: tuple[str, ...]


class Behaviour(NamedTuple):
    """One quirk as a table row, for help texts and documentation."""

    name: str
    choices: tuple[str, ...]
    default: str
    sentence: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """The switches; each default is the behaviour with the best evidence."""

    past_start: Annotated[
        Literal["ignore", "rewrite-to-now", "accept"],
        Evidence(
            "A start in the past is ignored, and with it the new timing of a series; it has also "
            "been seen rewritten to the present. `accept` is for setting up old meetings.",
            ("C25", "ITH"),
        ),
    ] = "ignore"
    missing_start: Annotated[
        Literal["keep", "last-occurrence", "ignore"],
        Evidence(
            "A recurrence without start_time goes on from the series' start; it has also been seen "
            "to start at the last occurrence, and the documents say that it is ignored.",
            ("F17076", "MACS", "C25"),
        ),
    ] = "keep"
    short_month: Annotated[
        Literal["skip", "clamp"],
        Evidence(
            "A month without the day wanted has no meeting, or has it on its last day; nobody has "
            "reported which.",
            ("C25",),
        ),
    ] = "skip"
    endless: Annotated[
        Literal["horizon", "sixty"],
        Evidence(
            "end_times 0 becomes about two years of weeks, or as many others as a count may name.",
            ("ITH",),
        ),
    ] = "horizon"
    timezone_with_z: Annotated[
        Literal["ignore", "keep"],
        Evidence("A timezone beside a start_time that ends in Z is ignored.", ("ITH", "CAL")),
    ] = "ignore"
    offset_start: Annotated[
        Literal["read-as-utc", "refuse"],
        Evidence("The offset in a start such as 09:00:00+01:00 is read as UTC.", ("CAL",)),
    ] = "read-as-utc"
    unknown_key: Annotated[
        Literal["ignore", "refuse"],
        Evidence(
            "An unknown or misplaced member is ignored in silence; one report has it refused.",
            ("FRA", "ASL"),
        ),
    ] = "ignore"
    null_member: Annotated[
        Literal["ignore", "refuse"],
        Evidence(
            "A member that is null is ignored: null did not clear a value, and a published client "
            "sends six of them with every update.",
            ("ZAPI43",),
        ),
    ] = "ignore"
    second_grant: Annotated[
        Literal["both-live", "replaces"],
        Evidence(
            "A second token leaves the first one good; in 2022 it ended it.",
            ("DOC-S2S", "F72070", "F74432", "F84334"),
        ),
    ] = "both-live"
    security_floor: Annotated[
        Literal["waiting-room", "none"],
        Evidence(
            "When passcode, waiting room and sign-in would all be off, one is switched on.",
            ("DOC-SEC",),
        ),
    ] = "waiting-room"
    locked: Annotated[
        tuple[str, ...],
        Evidence(
            "Members an administrator has locked, as dotted paths: an update leaves them alone.",
            ("MOO", "MOO-FS"),
        ),
    ] = ()

    def __post_init__(self) -> None:
        for row in behaviours():
            value = getattr(self, row.name)
            if row.choices and value not in row.choices:
                raise _wrong(
                    f"quirk {_dashed(row.name)} cannot be {value!r}",
                    f"Choose from {', '.join(row.choices)}.",
                )
        for path in self.locked if isinstance(self.locked, tuple) else ("",):
            if path not in facts.FIELDS:
                raise _wrong(
                    f"quirk locked names no member of an update: {path or self.locked!r}",
                    "Give a tuple of paths such as ('settings.join_before_host',).",
                )

    @classmethod
    def of(cls, value: Self | Mapping[str, Any] | None) -> Self:
        """Read quirks from a mapping such as {"past-start": "rewrite-to-now"}."""
        if isinstance(value, cls):
            return value
        mapping: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        given = {str(name).replace("-", "_"): choice for name, choice in mapping.items()}
        known = [field.name for field in fields(cls)]
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=2) or known
                names = ", ".join(map(_dashed, near))
                raise _wrong(f"there is no quirk {_dashed(name)!r}", f"Choose from {names}.")
        if isinstance(given.get("locked"), list):
            given["locked"] = tuple(given["locked"])
        return cls(**given)


def behaviours() -> tuple[Behaviour, ...]:
    """List every quirk with its choices, default and sources."""
    rows = []
    hints = get_type_hints(Quirks, include_extras=True)
    for field in fields(Quirks):
        kind, evidence = get_args(hints[field.name])
        choices = get_args(kind) if field.name != "locked" else ()
        rows.append(Behaviour(field.name, choices, str(field.default), *evidence))
    return tuple(rows)


def _wrong(message: str, next_step: str) -> ConfigError:
    return ConfigError(message, field="quirks", next_step=next_step)


def _dashed(name: str) -> str:
    return name.replace("_", "-")
