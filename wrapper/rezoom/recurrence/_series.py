"""Recurrence and Series: the public values, over plain data and functions.

The modules of rules, calendars and English sentences are loaded on first use, for a lighter start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import wraps
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar, Unpack
from zoneinfo import ZoneInfo

from .._public import public
from ..errors import Problem
from . import _english as english
from . import _expand as expand
from . import _limits as limits
from . import _zones as zones
from . import _zoom as zoom
from ._date_diff import Difference, compare
from ._limits import WrongStep, problem, refusal
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Nth, Pattern, Weekday, Weekly
from ._timeline import ClockGaps, Count, End, Forever, ShortMonths, Timeline, Until, UntilInstant
from ._warnings import left_out, surprises
from ._zones import Occurrence

if TYPE_CHECKING:
    from .._wire import Meeting
    from ._calendar_reading import Reading
    from ._icalendar import Event

P = ParamSpec("P")
R = TypeVar("R")
_A_RECURRENCE = "write Recurrence.weekly(MON).until(date(2027, 6, 30))"


def explained(field: str, rule: str, fix: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turn a call with too few or with unknown arguments into a refusal that knows the fix."""

    def decorate(build: Callable[P, R]) -> Callable[P, R]:
        @wraps(build)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return build(*args, **kwargs)
            except TypeError as error:
                # No further frame: the call did not fit, `build` itself never ran.
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise
                raise refusal(field, rule, str(error), fix) from None

        return checked

    return decorate


class Phase:
    """One phase of saying a recurrence; `_ELSEWHERE` knows what other phases offer."""

    __slots__ = ()

    # Hidden from mypy, which must go on refusing what is not there.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            phase = type(self).__name__
            if elsewhere := _ELSEWHERE.get(phase, {}).get(name):
                raise WrongStep([problem(*elsewhere, severity="error")])
            raise AttributeError(f"{phase!r} object has no attribute {name!r}")


_NO_END = (
    "end_times",
    "no-end-means-one",
    "the pattern has no end yet, and Zoom would make one meeting",
    "say .until(date(2027, 6, 30)), .times(12) or .forever() first",
)
_NO_DAY = (
    "monthly_day",
    "monthly-needs-day",
    "the monthly pattern has no day yet",
    "say .on_day(15) or .on_the('last', FRI) first",
)
_SECOND_DAY = (
    "monthly_day",
    "monthly-one-form",
    "the pattern has its days already, and a month's day or weekday cannot be added",
    "choose one: Recurrence.monthly().on_day(15) or Recurrence.monthly().on_the('last', FRI)",
)
_SECOND_END = (
    "end_times",
    "both-ends",
    "the recurrence has its end already, and Zoom takes only one",
    "choose one of until, until_instant, times and forever; Series.until() changes it later",
)
_ENDS = ("until", "until_instant", "times", "forever")
_DAYS = ("on_day", "on_the")
_USES = ("starting", "to_zoom", "to_rrule")
# By the phase and the name: the field, the rule, the message and the fix of the refusal.
_ELSEWHERE = {
    "Unbounded": dict.fromkeys((*_USES, "end"), _NO_END) | dict.fromkeys(_DAYS, _SECOND_DAY),
    "Monthly": dict.fromkeys((*_ENDS, *_USES), _NO_DAY),
    "Recurrence": dict.fromkeys(_ENDS, _SECOND_END) | dict.fromkeys(_DAYS, _SECOND_DAY),
}


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Unbounded(Phase):
    """A pattern without an end yet: say one of `until`, `until_instant`, `times`, `forever`."""

    pattern: Pattern

    def until(self, last_day: date, /) -> Recurrence:
        """End with `last_day`, in the series' own time zone: meetings may still start on it."""
        return Recurrence(self.pattern, Until(last_day))

    def until_instant(self, end: datetime, /) -> Recurrence:
        """End at an exact instant, given as an aware datetime; meetings may still start at it."""
        return Recurrence(self.pattern, UntilInstant(end))

    def times(self, count: int, /) -> Recurrence:
        """End after `count` meetings; RecurrenceError over the most that Zoom makes."""
        end = Count(count)
        limits.count_limit(count)
        return Recurrence(self.pattern, end)

    def forever(self) -> Recurrence:
        """Never end; Zoom makes a limited number of meetings of it, see `Series.warnings()`."""
        return Recurrence(self.pattern, Forever())


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Monthly(Phase):
    """A monthly pattern without its day yet: say `on_day` or `on_the`."""

    every: int = 1

    @explained("monthly_day", "monthly-needs-day", "write on_day(15)")
    def on_day(self, day: int, /) -> Unbounded:
        """Choose a day of the month, 1 to 31; `short_months` of `Series` decides about 29 to 31."""
        return Unbounded(MonthlyOnDay(self.every, day))

    @explained("monthly_week_day", "monthly-week-needs-week-day", 'write on_the("last", FRI)')
    def on_the(self, nth: Nth, day: Weekday, /) -> Unbounded:
        """Choose a weekday of the month, such as the last Friday."""
        return Unbounded(MonthlyOnWeekday(self.every, limits.named_week(nth), day))


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Recurrence(Phase):
    """A pattern with its end; with a start and a time zone it becomes a `Series`."""

    pattern: Pattern
    end: End

    def __post_init__(self) -> None:
        if not isinstance(self.pattern, Pattern) or not isinstance(self.end, End):
            message = f"{self.pattern!r:.40} and {self.end!r:.40} are not a pattern and an end"
            raise refusal("", "recurrence-parts", message, _A_RECURRENCE)

    @staticmethod
    @explained(
        "",
        "daily-fields",
        "write Recurrence.daily(every=2); days of the week belong to Recurrence.weekly(MON, WED), "
        "days of the month to Recurrence.monthly()",
    )
    def daily(*, every: int = 1) -> Unbounded:
        """Repeat every day, or every n-th day."""
        limits.interval_limit("daily", every)
        return Unbounded(Daily(every))

    @staticmethod
    @explained(
        "weekly_days",
        "weekly-needs-days",
        "write Recurrence.weekly(MON, WED) or Recurrence.weekly(MON, every=2)",
    )
    def weekly(first: Weekday, /, *rest: Weekday, every: int = 1) -> Unbounded:
        """Repeat on these weekdays of every week, or of every n-th week."""
        limits.interval_limit("weekly", every)
        return Unbounded(Weekly(every, (first, *rest)))

    @staticmethod
    def weekdays() -> Unbounded:
        """Repeat from Monday to Friday."""
        return Unbounded(Weekly(1, english.WORKING_DAYS))

    @staticmethod
    @explained("", "monthly-fields", 'write Recurrence.monthly(every=2).on_the("last", FRI)')
    def monthly(*, every: int = 1) -> Monthly:
        """Repeat every month, or every n-th month."""
        limits.interval_limit("monthly", every)
        return Monthly(every)

    @staticmethod
    def from_zoom(obj: object, /, *, tz: str | ZoneInfo) -> Recurrence:
        """Read the `recurrence` of a meeting, a mapping or a generated model.

        `tz` is the meeting's time zone, in which the last day of the end is a day.
        RecurrenceError, if it cannot be read; `Series.from_zoom` also tells what was guessed.
        """
        pattern, end, _ = zoom.read_recurrence(obj, zones.named(tz))
        return Recurrence(pattern, end)

    @staticmethod
    def parse(words: str, /) -> Recurrence:
        """Read words such as "every 2 weeks on tue until 2027-06-30"; `str()` writes them.

        WordsError points at the first word that cannot be read.
        """
        from ._english_parser import parse

        return Recurrence(*parse(words))

    @staticmethod
    def from_rrule(
        text: str, /, *, tz: str | ZoneInfo, start: datetime | None = None
    ) -> Recurrence:
        """Read a rule of RFC 5545, meant in the time zone `tz`, for a series from `start` on.

        NotExpressible, if no recurrence of Zoom's has the same dates; RecurrenceError, if the text
        is no rule. Without a start the rule is read for one that lies on it.
        """
        from ._rrule_pattern import read_rule

        return Recurrence(*read_rule(text, tz, start))

    def __str__(self) -> str:
        return english.canonical(self.pattern, self.end)

    def starting(
        self,
        start: datetime,
        /,
        *,
        tz: str | ZoneInfo | None = None,
        short_months: ShortMonths = "skip",
        clock_gaps: ClockGaps = "move",
    ) -> Series:
        """Place the recurrence in time; `tz` may be left out if `start` carries a ZoneInfo.

        A naive `start` is on the wall clock of `tz`. RecurrenceError, if nothing would take place.
        """
        wall, place = zones.placed(start, tz)
        series = Series(self, wall, place, short_months=short_months, clock_gaps=clock_gaps)
        return series.not_empty()

    def to_zoom(self, *, tz: str | ZoneInfo) -> dict[str, Any]:
        """Write the whole `recurrence` object in Zoom's form; a last day ends in the zone `tz`."""
        return zoom.write_recurrence(self.pattern, self.end, zones.named(tz))


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Series:
    """A recurrence with its first day, wall clock time and time zone.

    `start` is kept as the wall clock shows it, without a tzinfo. `short_months` says what becomes
    of a 31st in a month of 30 days: "skip" leaves the month out, "clamp" takes its last day.
    `clock_gaps` says what becomes of a start that the clocks jump over: "move" takes it forward by
    as much as the clocks go, "drop" leaves it out. Zoom documents neither, and `diff` shows what it
    did. `reading` holds what had to be guessed in the answer that the series was read from, and
    `excluded` the local days that a calendar leaves out of it: Zoom makes a meeting on each of
    them, to be deleted afterwards.
    """

    recurrence: Recurrence
    start: datetime
    tz: ZoneInfo
    short_months: ShortMonths = field(default="skip", kw_only=True)
    clock_gaps: ClockGaps = field(default="move", kw_only=True)
    excluded: tuple[date, ...] = field(default=(), kw_only=True, repr=False)
    reading: tuple[Problem, ...] = field(default=(), kw_only=True, compare=False, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.recurrence, Unbounded | Monthly):
            _ = self.recurrence.starting  # the step that is missing says so itself
        if not isinstance(self.recurrence, Recurrence):
            message = f"{self.recurrence!r:.40} is not a Recurrence"
            raise refusal("", "recurrence", message, _A_RECURRENCE)
        limits.policy("short_months", self.short_months, ("skip", "clamp"))
        limits.policy("clock_gaps", self.clock_gaps, ("move", "drop"))
        start, tz = zones.placed(self.start, self.tz)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "tz", tz)

    @staticmethod
    def from_zoom(meeting: Meeting | Mapping[str, Any], /) -> Series:
        """Read the series of a meeting that Zoom returned; `warnings()` tells what was guessed.

        RecurrenceError, if it has no recurrence, start or time zone that can be read.
        """
        timeline, guesses = zoom.read_series(meeting)
        return replace(_series_of(timeline), reading=guesses)

    @staticmethod
    def from_rrule(
        text: str,
        /,
        *,
        tz: str | ZoneInfo | None = None,
        short_months: ShortMonths = "skip",
        clock_gaps: ClockGaps = "move",
    ) -> Series:
        """Read DTSTART and RRULE; `tz` may be left out if DTSTART names its zone.

        The dates of an EXDATE beside them are `excluded`. NotExpressible, if no recurrence of
        Zoom's has the same dates; RecurrenceError, if the text is no rule, has no start, or means
        another time zone than `tz`.
        """
        from ._calendar_reading import read_rule_text

        return _read(read_rule_text(text, tz, short_months, clock_gaps))

    @staticmethod
    def from_ics(
        text: str,
        /,
        *,
        uid: str | None = None,
        tz: str | ZoneInfo | None = None,
        short_months: ShortMonths = "skip",
        clock_gaps: ClockGaps = "move",
    ) -> Series:
        """Read the repeating event of a calendar file, or a VEVENT alone (RFC 5545).

        Of several events `uid` chooses one. The dates that the calendar leaves out are `excluded`;
        `warnings()` names those that it moves or changes. `tz` is needed only where neither the
        start nor the calendar names a zone. NotExpressible, if no recurrence of Zoom's has the same
        dates; RecurrenceError, if the text is no calendar, is cut off, has no such event, or means
        another time zone than `tz`.
        """
        from ._calendar_reading import read_calendar

        return _read(read_calendar(text, uid, tz, short_months, clock_gaps))

    def __str__(self) -> str:
        return english.sentence(self.timeline)

    def __iter__(self) -> Iterator[Occurrence]:
        return expand.occurrences(self.timeline)

    def occurrences(self) -> tuple[Occurrence, ...]:
        """Return every start; RecurrenceError for an endless series, which can be iterated."""
        if isinstance(self.recurrence.end, Forever):
            message = "the series has no end, so its starts cannot be listed"
            fix = "iterate over it, or ask for next(10, after=…) or between(a, b)"
            raise refusal("end_times", "endless", message, fix)
        return tuple(self)

    def between(
        self, first: date | datetime | Occurrence, last: date | datetime | Occurrence, /
    ) -> tuple[Occurrence, ...]:
        """Return the starts from `first` to `last`, both included; a date means all of its day.

        Dates and naive datetimes are those of the series' own time zone.
        """
        timeline, end = self.timeline, zones.moment(last, self.tz)
        if isinstance(first, date) and not isinstance(first, datetime):
            begin = expand.day_begins(first, timeline)
        else:
            begin = zones.moment(first, self.tz)
        if end < begin:
            message = f"{last} lies before {first}"
            raise refusal("", "between", message, "name the earlier one first", of="")
        return tuple(expand.starts_between(timeline, begin, end))

    def next(
        self, count: int = 1, /, *, after: date | datetime | Occurrence
    ) -> tuple[Occurrence, ...]:
        """Return the next `count` starts after a moment, or after a day; fewer at the series' end.

        Dates and naive datetimes are those of the series' own time zone.
        """
        found = expand.starts_after(self.timeline, zones.moment(after, self.tz))
        return tuple(islice(found, count))

    def at(self, clock: time, /) -> Series:
        """Return the series at another time of day, on the same days."""
        if not isinstance(clock, time) or clock.tzinfo is not None:
            message = f"{clock!r:.40} is not a plain time of day"
            fix = "write at(time(9, 30)); the series has its time zone already"
            raise refusal("start_time", "clock", message, fix, of="")
        return replace(self, start=datetime.combine(self.start, clock.replace(fold=0)))

    def until(self, last_day: date, /) -> Series:
        """Return the series with another last day; RecurrenceError, if it then has no start."""
        return self._ending(Until(last_day)).not_empty()

    def ahead(self, now: datetime, /) -> Series:
        """Return the part that is still to come; the series itself if all of it is, or none.

        A number of meetings leaves out those that are over.
        """
        timeline = self.timeline
        left = expand.ahead(timeline, zones.moment(now, self.tz))
        if left is timeline:
            return self
        return replace(_series_of(left), reading=self.reading, excluded=self.excluded)

    def with_count(self) -> Series:
        """Return the same series, ended by its number of meetings, which no time zone changes.

        RecurrenceError, if it is endless or has more meetings than Zoom makes.
        """
        end = Count(len(self.occurrences()))
        limits.count_limit(end.times)
        return self._ending(end)

    def not_empty(self) -> Series:
        """Return the series itself, or raise RecurrenceError if it has no start at all."""
        expand.first_start(self.timeline)
        return self

    def warnings(self, *, now: datetime | None = None) -> list[Problem]:
        """Return what may surprise; with `now`, a start in the past too. Errors are in it too."""
        return [*self.reading, *left_out(self.excluded), *surprises(self.timeline, now)]

    def to_zoom(self) -> dict[str, Any]:
        """Write what Zoom needs to make this series: start, time zone, and the whole recurrence.

        The start is the first real one, so it does not matter whether Zoom would count a start
        that is off the pattern.
        """
        return zoom.write_series(self.timeline)

    def to_rrule(self) -> str:
        """Write the rule of RFC 5545 that goes with the first start as DTSTART."""
        from ._rrule import write_rule

        return write_rule(self.timeline)

    def to_vevent(self, **event: Unpack[Event]) -> str:
        """Write the VEVENT of RFC 5545.

        It takes `summary`, `description`, `location`, a `duration`, the `stamp` of when it was
        made, and the `uid` by which a calendar knows an older version of it.
        """
        from ._icalendar import vevent

        return vevent(self.timeline, self.excluded, **event)

    def to_ics(self, **event: Unpack[Event]) -> str:
        """Write a calendar file: the VEVENT, as `to_vevent` does, and its time zone's rules."""
        from ._icalendar import calendar

        return calendar(self.timeline, self.excluded, **event)

    def diff(
        self, occurrences: Sequence[object], /, *, since: datetime | None = None
    ) -> Difference:
        """Compare with the occurrences of a read; `since` leaves out what that no longer shows."""
        return compare(self.timeline, occurrences, since)

    @property
    def timeline(self) -> Timeline:
        """The series as plain data, which the functions of this package take."""
        pattern, end = self.recurrence.pattern, self.recurrence.end
        return Timeline(pattern, end, self.start, self.tz, self.short_months, self.clock_gaps)

    def _ending(self, end: End) -> Series:
        # What was guessed about the old end is no longer of interest.
        kept = tuple(note for note in self.reading if not note.path.startswith("recurrence.end_"))
        return replace(self, recurrence=Recurrence(self.recurrence.pattern, end), reading=kept)


def _read(found: Reading) -> Series:
    series = _series_of(found.timeline).not_empty()
    return replace(series, excluded=found.excluded, reading=found.notes)


def _series_of(timeline: Timeline) -> Series:
    return Series(
        Recurrence(timeline.pattern, timeline.end),
        timeline.start,
        timeline.tz,
        short_months=timeline.short_months,
        clock_gaps=timeline.clock_gaps,
    )
