"""Recurrence and Series: the public values, and the steps that put them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import dropwhile, islice, takewhile
from typing import TYPE_CHECKING, Any, Unpack
from zoneinfo import ZoneInfo

from . import _expand as expand
from . import _limits as limits
from . import _problems as problems
from . import _zones as zones
from ._expand import ShortMonths
from ._pattern import (
    Count,
    Daily,
    End,
    Forever,
    MonthlyOnDay,
    MonthlyOnWeekday,
    Nth,
    Pattern,
    Until,
    UntilInstant,
    Weekly,
)
from ._problems import RecurrenceError, explained, refusal
from ._weekday import Weekday
from ._zones import ClockGaps, Occurrence

if TYPE_CHECKING:
    from .._wire import Meeting
    from ..errors import Problem
    from ._date_diff import Difference
    from ._icalendar import EventWords

_DAILY_FIX = (
    "write Recurrence.daily(every=2); days of the week belong to Recurrence.weekly(MON, WED), "
    "days of the month to Recurrence.monthly()"
)


@dataclass(frozen=True, slots=True)
class Unbounded(problems.Phase):
    """A pattern without an end yet: say one of `until`, `until_instant`, `times`, `forever`."""

    _ELSEWHERE = problems.AFTER_PATTERN
    pattern: Pattern

    def until(self, last_day: date, /) -> Recurrence:
        """End with `last_day`, in the series' own time zone: meetings may still start on it."""
        return Recurrence(self.pattern, Until(last_day))

    def until_instant(self, end: datetime, /) -> Recurrence:
        """End at an exact instant, given as an aware datetime."""
        return Recurrence(self.pattern, UntilInstant(end))

    def times(self, count: int, /) -> Recurrence:
        """End after `count` meetings."""
        limits.count_limit(count)
        return Recurrence(self.pattern, Count(count))

    def forever(self) -> Recurrence:
        """Never end; Zoom makes a limited number of meetings of it, see `Series.warnings()`."""
        return Recurrence(self.pattern, Forever())


@dataclass(frozen=True, slots=True)
class Monthly(problems.Phase):
    """A monthly pattern without its day yet: say `on_day` or `on_the`."""

    _ELSEWHERE = problems.AFTER_MONTHLY
    every: int = 1

    @explained("monthly_day", "monthly-needs-day", "write on_day(15)")
    def on_day(self, day: int, /) -> Unbounded:
        """Choose a day of the month, 1 to 31; see `short_months` of `Series` for 29 to 31."""
        return Unbounded(MonthlyOnDay(self.every, day))

    @explained("monthly_week_day", "monthly-week-needs-week-day", 'write on_the("last", FRI)')
    def on_the(self, nth: Nth, day: Weekday, /) -> Unbounded:
        """Choose a weekday of the month, such as the last Friday."""
        return Unbounded(MonthlyOnWeekday(self.every, limits.named_week(nth), day))


@dataclass(frozen=True, slots=True)
class Recurrence(problems.Phase):
    """A pattern with its end; with a start and a time zone it becomes a `Series`."""

    _ELSEWHERE = problems.AFTER_END
    pattern: Pattern
    end: End

    def __post_init__(self) -> None:
        if not isinstance(self.pattern, Pattern) or not isinstance(self.end, End):
            limits.not_a_recurrence(self.pattern, self.end)

    @staticmethod
    @explained("", "daily-fields", _DAILY_FIX)
    def daily(*, every: int = 1) -> Unbounded:
        """Repeat every day, or every n-th day."""
        limits.interval_limit("daily", every)
        return Unbounded(Daily(every))

    @staticmethod
    @explained(
        "weekly_days", "weekly-needs-days",
        "write Recurrence.weekly(MON, WED) or Recurrence.weekly(MON, every=2)",
    )  # fmt: skip
    def weekly(first: Weekday, /, *rest: Weekday, every: int = 1) -> Unbounded:
        """Repeat on these weekdays of every week, or of every n-th week."""
        limits.interval_limit("weekly", every)
        return Unbounded(Weekly(every, (first, *rest)))

    @staticmethod
    def weekdays() -> Unbounded:
        """Repeat from Monday to Friday."""
        return Unbounded(Weekly(1, tuple(Weekday)[:5]))

    @staticmethod
    @explained("", "monthly-fields", 'write Recurrence.monthly(every=2).on_the("last", FRI)')
    def monthly(*, every: int = 1) -> Monthly:
        """Repeat every month, or every n-th month."""
        limits.interval_limit("monthly", every)
        return Monthly(every)

    @staticmethod
    def from_zoom(obj: object, /, *, tz: str | ZoneInfo) -> Recurrence:
        """Read the `recurrence` of a meeting; `Series.from_zoom` also tells what was odd in it."""
        from ._zones import named
        from ._zoom import read_recurrence

        return read_recurrence(obj, named(tz))[0]

    @staticmethod
    def parse(words: str, /) -> Recurrence:
        """Read words such as "every 2 weeks on tue until 2027-06-30"; `str()` writes them."""
        from ._english_parser import parse

        return parse(words)

    @staticmethod
    def from_rrule(
        text: str, /, *, tz: str | ZoneInfo, start: datetime | None = None
    ) -> Recurrence:
        """Read a rule of RFC 5545; NotExpressible if no recurrence has the same dates."""
        from ._rrule import read_rule

        return read_rule(text, tz, start)

    def __str__(self) -> str:
        from ._english_writer import canonical

        return canonical(self)

    def starting(
        self,
        start: datetime,
        /,
        *,
        tz: str | ZoneInfo | None = None,
        short_months: ShortMonths = "skip",
        clock_gaps: ClockGaps = "move",
    ) -> Series:
        """Place the recurrence in time; `tz` may be left out if `start` carries a ZoneInfo."""
        from ._zones import placed

        wall, place = placed(start, tz)
        series = Series(self, wall, place, short_months=short_months, clock_gaps=clock_gaps)
        return series.not_empty()

    def to_zoom(self, *, tz: str | ZoneInfo) -> dict[str, Any]:
        """Write the whole `recurrence` object in Zoom's form."""
        from ._zones import named
        from ._zoom import write_recurrence

        return write_recurrence(self, named(tz))


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
        limits.recurrence(self.recurrence)
        limits.policy("short_months", self.short_months, ("skip", "clamp"))
        limits.policy("clock_gaps", self.clock_gaps, ("move", "drop"))
        start, tz = zones.placed(self.start, self.tz)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "tz", tz)

    @staticmethod
    def from_zoom(meeting: Meeting | Mapping[str, Any], /) -> Series:
        """Read the series of a meeting that Zoom returned; `warnings()` tells what was odd."""
        from ._zoom import read_series

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
        from ._rrule import read_series

        return read_series(text, tz, short_months, clock_gaps)

    def __str__(self) -> str:
        from ._english_writer import sentence

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
        limits.wall_clock(clock)
        return replace(self, start=datetime.combine(self.start, clock.replace(fold=0)))

    def until(self, last_day: date, /) -> Series:
        """Return the series with another last day."""
        return self._ending(Until(last_day)).not_empty()

    def ahead(self, now: datetime, /) -> Series:
        """Return the part that is still to come; the series itself if all of it is, or none.

        A number of meetings leaves out those that are over.
        """
        return ahead_of(self, now)

    def with_count(self) -> Series:
        """Return the same series, ended by its number of meetings: free of time zones."""
        count = len(self.occurrences())
        limits.count_limit(count)
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
        from ._warnings import surprises

        return list(surprises(self, now))

    def to_zoom(self) -> dict[str, Any]:
        """Write what Zoom needs to make this series: start, time zone, and the whole recurrence.

        The start is the first real one, so it does not matter whether Zoom would count a start
        that is off the pattern.
        """
        from ._zoom import write_series

        return write_series(self.not_empty())

    def to_rrule(self) -> str:
        """Write the rule of RFC 5545 that goes with the first start as DTSTART."""
        from ._rrule import write_rule

        return write_rule(self)

    def to_vevent(self, **event: Unpack[EventWords]) -> str:
        """Write the VEVENT; see `ical.Event` for summary, duration, uid, stamp and the rest."""
        from ._icalendar import Event, vevent

        return vevent(self, Event(**event))

    def to_ics(self, **event: Unpack[EventWords]) -> str:
        """Write a calendar file: the VEVENT and the rules of its time zone."""
        from ._icalendar import Event, calendar

        return calendar(self, Event(**event))

    def diff(
        self, occurrences: Sequence[object], /, *, since: datetime | None = None
    ) -> Difference:
        """Compare with the occurrences of a read; `since` leaves out what that no longer shows."""
        from ._date_diff import compare

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
        return expand.dates(pattern, first, first, self.short_months)[1]

    def _from(self, day: date) -> Iterator[Occurrence]:
        recurrence, first, end = self.recurrence, self.start.date(), self.recurrence.end
        counted = isinstance(end, Count)
        # At most some dozens are counted, and a dropped start must not count.
        not_before = first if counted else day
        index, days = expand.dates(recurrence.pattern, first, not_before, self.short_months)
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


def ahead_of(series: Series, now: datetime) -> Series:
    """Return the same pattern from its next start on; the series itself if that is its first."""
    first = next(iter(series.next(after=now)), None)
    if first is None or first.index == 0:
        return series
    end = series.recurrence.end
    if isinstance(end, Count):
        end = Count(end.times - first.index)
    # As the pattern has it: a start that the clocks moved must not move the others.
    day = date.fromordinal(next(islice(series.days(), first.index, None)))
    start = datetime.combine(day, series.start.time())
    return replace(series, start=start, recurrence=Recurrence(series.recurrence.pattern, end))
