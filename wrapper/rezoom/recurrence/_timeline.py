"""The ends of a recurrence, and a timeline: a pattern and its end, placed in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from .._public import public
from ._limits import RecurrenceError, is_whole, refusal, until_call
from ._pattern import Pattern

ShortMonths: TypeAlias = Literal["skip", "clamp"]
ClockGaps: TypeAlias = Literal["move", "drop"]


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Until:
    """The last local day on which a meeting may start."""

    last_day: date

    def __post_init__(self) -> None:
        day: object = self.last_day
        if isinstance(day, datetime):
            hint = "" if day.utcoffset() is not None else ", with a time zone"
            message = f"{day.isoformat()} is a moment, and until() takes the last day"
            raise _bad_end(message, f"write {until_call(day)}, or until_instant(…){hint}")
        if not isinstance(day, date):
            raise _bad_end(f"{day!r:.40} is not a date", "write until(date(2027, 6, 30))")


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class UntilInstant:
    """The last instant at which a meeting may start; kept in UTC and whole seconds."""

    instant: datetime

    def __post_init__(self) -> None:
        end: object = self.instant
        if not isinstance(end, datetime):
            fix = "write until(date(2027, 6, 30)) for a day, "
            fix += "or until_instant(datetime(…, tzinfo=UTC))"
            raise _bad_end(f"{end!r:.60} is not an instant", fix)
        if end.utcoffset() is None:
            message = f"{end.isoformat()} could be in any time zone"
            raise _bad_end(message, f"write {until_call(end)}, or give it a tzinfo")
        whole = end.astimezone(UTC).replace(microsecond=0, fold=0)
        object.__setattr__(self, "instant", whole)


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Count:
    """After so many meetings."""

    times: int

    def __post_init__(self) -> None:
        if not is_whole(self.times, 1):
            message = f"{self.times!r:.40} is not a number of meetings, 1 or more"
            fix = "write times(12), or forever() for no end"
            raise refusal("end_times", "recurrence.end_times.minimum", message, fix)


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Forever:
    """Without an end; Zoom makes a limited number of meetings of it."""


End: TypeAlias = Until | UntilInstant | Count | Forever


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Timeline:
    """A pattern and its end, placed at a first wall-clock time of a time zone.

    What functions take and return in place of a `Series`, which means the same and has methods.
    """

    pattern: Pattern
    end: End
    start: datetime
    tz: ZoneInfo
    short_months: ShortMonths = "skip"
    clock_gaps: ClockGaps = "move"


def _bad_end(message: str, fix: str) -> RecurrenceError:
    return refusal("end_date_time", "end-date", message, fix)
