"""What Zoom does with starts, patterns and single dates where its documents leave it open."""

from dataclasses import dataclass
from typing import Annotated, Literal

from .evidence import seen


@dataclass(frozen=True, kw_only=True)
class SeriesQuirks:
    """The switches of times and series; each default is the behaviour with the best evidence."""

    past_start: Annotated[
        Literal["ignore", "rewrite-to-now", "accept"],
        seen(
            "A start in the past is ignored, and with it the new timing of a series; it has also "
            "been seen rewritten to the present. `accept` is for setting up old meetings.",
            "C25 ITH",
        ),
    ] = "ignore"
    missing_start: Annotated[
        Literal["keep", "last-occurrence", "ignore"],
        seen(
            "A recurrence without start_time goes on from the series' start; it has also been seen "
            "to start at the last occurrence, and the documents say that it is ignored.",
            "F17076 MACS C25",
        ),
    ] = "keep"
    missing_recurrence: Annotated[
        Literal["keep", "refuse"],
        seen(
            "A new start for a whole series without its recurrence moves the series; the documents "
            "call recurrence required then, and nobody has reported what happens without it.",
            "C25 QOD",
        ),
    ] = "keep"
    recurrence: Annotated[
        Literal["replace", "merge"],
        seen(
            "A recurrence is taken whole: what it leaves out falls back to a default, and without "
            "its type it is refused. `merge` keeps what is left out.",
            "F17076 MACS ITH",
        ),
    ] = "replace"
    missing_weekly_days: Annotated[
        Literal["sunday", "start-day", "refuse"],
        seen("A weekly pattern without days falls on Sundays, the default that is printed.", "C25"),
    ] = "sunday"
    over_fifty: Annotated[
        Literal["take", "refuse"],
        seen(
            "Counts up to the printed maximum are taken; an older page stops at 50, and one team "
            "saw larger counts refused.",
            "C25 DOC-REC ITH",
        ),
    ] = "take"
    short_month: Annotated[
        Literal["skip", "clamp"],
        seen(
            "A month without the day wanted has no meeting, or has it on its last day; nobody has "
            "reported which.",
            "C25",
        ),
    ] = "skip"
    endless: Annotated[
        Literal["horizon", "sixty"],
        seen(
            "end_times 0 becomes about two years of weeks, or as many others as a count may name.",
            "ITH",
        ),
    ] = "horizon"
    clock_change: Annotated[
        Literal["wall-clock", "utc"],
        seen(
            "A series keeps its wall clock when the clocks change; one report, never answered, has "
            "its dates an hour off.",
            "C25 F141551",
        ),
    ] = "wall-clock"
    timezone_with_z: Annotated[
        Literal["ignore", "keep"],
        seen("A timezone beside a start_time that ends in Z is ignored.", "ITH CAL"),
    ] = "ignore"
    offset_start: Annotated[
        Literal["read-as-utc", "refuse"],
        seen("The offset in a start such as 09:00:00+01:00 is read as UTC.", "CAL"),
    ] = "read-as-utc"
    edited_occurrences: Annotated[
        Literal["reset", "keep"],
        seen(
            "A new start or pattern makes all dates anew, and single dates that were edited or "
            "deleted are as the others again. It follows from the whole replacement; nobody has "
            "reported it.",
            "ITH",
        ),
    ] = "reset"
    unknown_occurrence: Annotated[
        Literal["refuse", "not-found"],
        seen(
            "An occurrence that is not there, or is deleted, is refused with code 3000, as it is "
            "written down for deletions; `not-found` answers as for a meeting that is not there.",
            "HAR",
        ),
    ] = "refuse"
    single_to_series: Annotated[
        Literal["take", "ignore"],
        seen(
            "A scheduled meeting becomes a series and keeps number, passcode and link, as was seen "
            "for one without fixed times; for type 2 nobody has reported it.",
            "ITH",
        ),
    ] = "take"
