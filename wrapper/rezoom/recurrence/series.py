"""A recurrence placed in time: every start to the minute, before Zoom is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import dropwhile, islice, takewhile
from typing import TYPE_CHECKING, Any, Unpack
from zoneinfo import ZoneInfo

from . import checks, engine, zones
from .engine import ShortMonths
from .occurrence import Occurrence
from .pattern import Count, End, Forever, Recurrence, Until, UntilInstant
from .refusal import RecurrenceError, refusal
from .zones import ClockGaps

if TYPE_CHECKING:
    from .._wire import Meeting
    from ..errors import Problem
    from .difference import Difference
    from .ical import EventWords

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_CALENDAR_END = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Series:
    """A recurrence with its first day, wall clock time and time zone.

    `start` is kept as the wall clock shows it, without a tzinfo. `short_months` says what becomes
    of a 31st in a month of 30 days: "skip" leaves the month out, "clamp" takes its last day.
    `clock_gaps` says what becomes of a start that the clocks jump over: "move" takes it forward by
    as much as the clocks go, "drop" leaves it out. Zoom documents neither, and `diff` shows what it
    did. `reading` holds what was odd in the answer that the series was read from.
    """

    recurrence: Recurrence
    start: datetime
    tz: ZoneInfo
    short_months: ShortMonths = field(default="skip", kw_only=True)
    clock_gaps: ClockGaps = field(default="move", kw_only=True)
    reading: tuple[Problem, ...] = field(default=(), kw_only=True, compare=False, repr=False)

    def __post_init__(self) -> None:
        checks.recurrence(self.recurrence)
        checks.policy("short_months", self.short_months, ("skip", "clamp"))
        checks.policy("clock_gaps", self.clock_gaps, ("move", "drop"))
        start, tz = zones.placed(self.start, self.tz)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "tz", tz)

    @staticmethod
    def from_zoom(meeting: Meeting | Mapping[str, Any], /) -> Series:
        """Read the series of a meeting that Zoom returned; `warnings()` tells what was odd."""
        from .reading import read_series

        return read_series(meeting)

    @staticmethod
    def from_rrule(
        text: str,
        /,
        *,
        tz: str | ZoneInfo | None = None,
        short_months: ShortMonths = "skip",
        clock_gaps: ClockGaps = "move",
    ) -> Series:
        """Read DTSTART and RRULE; `tz` may be left out if DTSTART names its zone."""
        from .rrule import read_series

        return read_series(text, tz, short_months, clock_gaps)

    def __str__(self) -> str:
        from .words import sentence

        return sentence(self)

    def __iter__(self) -> Iterator[Occurrence]:
        return self._from(self.start.date())

    def occurrences(self) -> tuple[Occurrence, ...]:
        """Return every start; an endless series raises, iterate that one instead."""
        if isinstance(self.recurrence.end, Forever):
            raise refusal(
                "end_times", "endless", "the series has no end, so its starts cannot be listed",
                "iterate over it, or ask for next(10, after=…) or between(a, b)",
            )  # fmt: skip
        return tuple(self)

    def between(
        self, first: date | datetime | Occurrence, last: date | datetime | Occurrence, /
    ) -> tuple[Occurrence, ...]:
        """Return the starts from `first` to `last`, both included; a date means all of its day."""
        begin, end = self._begin(first), self._end(last)
        if end < begin:
            raise refusal(
                "", "between", f"{last} lies before {first}", "name the earlier one first", of=""
            )
        found = dropwhile(lambda start: start.utc < begin, self._near(begin))
        return tuple(takewhile(lambda start: start.utc <= end, found))

    def next(
        self, count: int = 1, /, *, after: date | datetime | Occurrence
    ) -> tuple[Occurrence, ...]:
        """Return the next starts after a moment, or after a day; fewer where the series ends."""
        moment = self._end(after)
        found = dropwhile(lambda start: start.utc <= moment, self._near(moment))
        return tuple(islice(found, count))

    def at(self, clock: time, /) -> Series:
        """Return the series at another time of day, on the same days."""
        checks.wall_clock(clock)
        return replace(self, start=datetime.combine(self.start, clock.replace(fold=0)))

    def until(self, last_day: date, /) -> Series:
        """Return the series with another last day."""
        return self._ending(Until(last_day)).not_empty()

    def ahead(self, now: datetime, /) -> Series:
        """Return the part that is still to come; the series itself if all of it is, or none.

        A number of meetings leaves out those that are over.
        """
        from .remaining import ahead_of

        return ahead_of(self, now)

    def with_count(self) -> Series:
        """Return the same series, ended by its number of meetings: free of time zones."""
        count = len(self.occurrences())
        checks.count_limit(count)
        return self._ending(Count(count))

    def not_empty(self) -> Series:
        """Return the series itself, or raise if it has no start at all."""
        if next(iter(self), None) is None:
            raise self.emptiness()
        return self

    def emptiness(self) -> RecurrenceError:
        """Return the error that says why the series has no start."""
        cutoff = self.cutoff
        if cutoff is not None and cutoff < zones.instant(self.start, self.tz):
            return refusal(
                "end_date_time", "end-before-start",
                f"the series would end on {cutoff.astimezone(self.tz):%Y-%m-%d %H:%M}, before it "
                f"starts on {self.start:%Y-%m-%d %H:%M}",
                f"write until(date({self.start.year + 1}, 6, 30)) or another later day",
            )  # fmt: skip
        return refusal(
            "end_date_time", "empty",
            f"the pattern has no date between {self.start:%Y-%m-%d} and the end",
            "choose a later end, or a pattern that fits in between",
        )  # fmt: skip

    def warnings(self, *, now: datetime | None = None) -> list[Problem]:
        """Return what may surprise; with `now`, a start in the past too. Errors are in it too."""
        from .warnings import surprises

        return list(surprises(self, now))

    def to_zoom(self) -> dict[str, Any]:
        """Write what Zoom needs to make this series: start, time zone, and the whole recurrence.

        The start is the first real one, so it does not matter whether Zoom would count a start
        that is off the pattern.
        """
        from .wire import write_series

        return write_series(self.not_empty())

    def to_rrule(self) -> str:
        """Write the rule of RFC 5545 that goes with the first start as DTSTART."""
        from .rrule import write_rule

        return write_rule(self)

    def to_vevent(self, **event: Unpack[EventWords]) -> str:
        """Write the VEVENT; see `ical.Event` for summary, duration, uid, stamp and the rest."""
        from .ical import Event, vevent

        return vevent(self, Event(**event))

    def to_ics(self, **event: Unpack[EventWords]) -> str:
        """Write a calendar file: the VEVENT and the rules of its time zone."""
        from .ical import Event, calendar

        return calendar(self, Event(**event))

    def diff(
        self, occurrences: Sequence[object], /, *, since: datetime | None = None
    ) -> Difference:
        """Compare with the occurrences of a read; `since` leaves out what that no longer shows."""
        from .difference import compare

        return compare(self, occurrences, since)

    @property
    def cutoff(self) -> datetime | None:
        """The last instant at which a meeting may start, if the series ends by time."""
        match self.recurrence.end:
            case Until(last_day):
                return zones.last_instant(last_day, self.tz)
            case UntilInstant(instant):
                return instant
        return None

    def days(self) -> Iterator[int]:
        """Return the pattern's dates from the start on, as day numbers, whatever the end."""
        pattern, first = self.recurrence.pattern, self.start.date()
        return engine.dates(pattern, first, first, self.short_months)[1]

    def _from(self, day: date) -> Iterator[Occurrence]:
        recurrence, first, end = self.recurrence, self.start.date(), self.recurrence.end
        counted = isinstance(end, Count)
        # At most some dozens are counted, and a dropped start must not count.
        not_before = first if counted else day
        index, days = engine.dates(recurrence.pattern, first, not_before, self.short_months)
        found = zones.starts(index, days, self.start.time(), self.tz, self.clock_gaps)
        if isinstance(end, Count):
            return islice(found, end.times)
        cutoff = self.cutoff
        return found if cutoff is None else takewhile(lambda start: start.utc <= cutoff, found)

    def _near(self, moment: datetime) -> Iterator[Occurrence]:
        first = zones.instant(self.start, self.tz)
        local = min(max(moment, first), _CALENDAR_END).astimezone(self.tz).date()
        # A day to spare, for starts that moved forward across a gap.
        return self._from(local - _DAY)

    def _begin(self, when: date | datetime | Occurrence) -> datetime:
        if isinstance(when, date) and not isinstance(when, datetime):
            return zones.last_instant(max(when, self.start.date()) - _DAY, self.tz) + _SECOND
        return self._end(when)

    def _end(self, when: date | datetime | Occurrence) -> datetime:
        if isinstance(when, Occurrence):
            return when.utc
        if isinstance(when, datetime):
            return zones.instant(when, self.tz)
        if isinstance(when, date):
            return zones.last_instant(when, self.tz)
        raise refusal(
            "", "moment", f"{when!r:.40} is not a moment", "give a date, datetime or Occurrence",
            of="",
        )  # fmt: skip

    def _ending(self, end: End) -> Series:
        # What was odd about the old end is no longer of interest.
        kept = tuple(note for note in self.reading if not note.path.startswith("recurrence.end_"))
        return replace(self, recurrence=Recurrence(self.recurrence.pattern, end), reading=kept)
