"""The values of a recurrence: a pattern, an end, and the steps that put them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from . import checks, steps
from .refusal import explained
from .weekday import Weekday

if TYPE_CHECKING:
    from .engine import ShortMonths
    from .series import Series
    from .zones import ClockGaps

_DAILY_FIX = (
    "write Recurrence.daily(every=2); days of the week belong to Recurrence.weekly(MON, WED), "
    "days of the month to Recurrence.monthly()"
)

Nth: TypeAlias = Literal["first", "second", "third", "fourth", "last"]


@dataclass(frozen=True, slots=True)
class Daily:
    """Every n-th day."""

    every: int

    def __post_init__(self) -> None:
        checks.interval(self.every)


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these days, kept from Monday to Sunday, of every n-th week, which begins on Sunday."""

    every: int
    days: tuple[Weekday, ...]

    def __post_init__(self) -> None:
        checks.interval(self.every)
        object.__setattr__(self, "days", checks.weekdays(self.days))


@dataclass(frozen=True, slots=True)
class MonthlyOnDay:
    """On a day of every n-th month."""

    every: int
    day: int

    def __post_init__(self) -> None:
        checks.interval(self.every)
        checks.month_day(self.day)


@dataclass(frozen=True, slots=True)
class MonthlyOnWeekday:
    """On a weekday of every n-th month: the first (1) to fourth (4), or the last (-1)."""

    every: int
    nth: int
    day: Weekday

    def __post_init__(self) -> None:
        checks.interval(self.every)
        checks.week_of_month(self.nth)
        checks.weekday(self.day, "monthly_week_day")


@dataclass(frozen=True, slots=True)
class Until:
    """The last local day on which a meeting may start."""

    last_day: date

    def __post_init__(self) -> None:
        checks.last_day(self.last_day)


@dataclass(frozen=True, slots=True)
class UntilInstant:
    """The last instant at which a meeting may start; kept in UTC and whole seconds."""

    instant: datetime

    def __post_init__(self) -> None:
        checks.aware(self.instant)
        whole = self.instant.astimezone(UTC).replace(microsecond=0, fold=0)
        object.__setattr__(self, "instant", whole)


@dataclass(frozen=True, slots=True)
class Count:
    """After so many meetings."""

    times: int

    def __post_init__(self) -> None:
        checks.positive_count(self.times)


@dataclass(frozen=True, slots=True)
class Forever:
    """No end."""


Pattern: TypeAlias = Daily | Weekly | MonthlyOnDay | MonthlyOnWeekday
End: TypeAlias = Until | UntilInstant | Count | Forever


@dataclass(frozen=True, slots=True)
class Unbounded(steps.Phase):
    """A pattern without an end yet: say one of `until`, `until_instant`, `times`, `forever`."""

    _ELSEWHERE = steps.AFTER_PATTERN
    pattern: Pattern

    def until(self, last_day: date, /) -> Recurrence:
        """End with `last_day`, in the series' own time zone: meetings may still start on it."""
        return Recurrence(self.pattern, Until(last_day))

    def until_instant(self, end: datetime, /) -> Recurrence:
        """End at an exact instant, given as an aware datetime."""
        return Recurrence(self.pattern, UntilInstant(end))

    def times(self, count: int, /) -> Recurrence:
        """End after `count` meetings."""
        checks.count_limit(count)
        return Recurrence(self.pattern, Count(count))

    def forever(self) -> Recurrence:
        """Never end; Zoom makes a limited number of meetings of it, see `Series.warnings()`."""
        return Recurrence(self.pattern, Forever())


@dataclass(frozen=True, slots=True)
class Monthly(steps.Phase):
    """A monthly pattern without its day yet: say `on_day` or `on_the`."""

    _ELSEWHERE = steps.AFTER_MONTHLY
    every: int = 1

    @explained("monthly_day", "monthly-needs-day", "write on_day(15)")
    def on_day(self, day: int, /) -> Unbounded:
        """Choose a day of the month, 1 to 31; see `short_months` of `Series` for 29 to 31."""
        return Unbounded(MonthlyOnDay(self.every, day))

    @explained("monthly_week_day", "monthly-week-needs-week-day", 'write on_the("last", FRI)')
    def on_the(self, nth: Nth, day: Weekday, /) -> Unbounded:
        """Choose a weekday of the month, such as the last Friday."""
        return Unbounded(MonthlyOnWeekday(self.every, checks.named_week(nth), day))


@dataclass(frozen=True, slots=True)
class Recurrence(steps.Phase):
    """A pattern with its end; with a start and a time zone it becomes a `Series`."""

    _ELSEWHERE = steps.AFTER_END
    pattern: Pattern
    end: End

    def __post_init__(self) -> None:
        if not isinstance(self.pattern, Pattern) or not isinstance(self.end, End):
            checks.not_a_recurrence(self.pattern, self.end)

    @staticmethod
    @explained("", "daily-fields", _DAILY_FIX)
    def daily(*, every: int = 1) -> Unbounded:
        """Repeat every day, or every n-th day."""
        checks.interval_limit("daily", every)
        return Unbounded(Daily(every))

    @staticmethod
    @explained(
        "weekly_days", "weekly-needs-days",
        "write Recurrence.weekly(MON, WED) or Recurrence.weekly(MON, every=2)",
    )  # fmt: skip
    def weekly(first: Weekday, /, *rest: Weekday, every: int = 1) -> Unbounded:
        """Repeat on these weekdays of every week, or of every n-th week."""
        checks.interval_limit("weekly", every)
        return Unbounded(Weekly(every, (first, *rest)))

    @staticmethod
    def weekdays() -> Unbounded:
        """Repeat from Monday to Friday."""
        return Unbounded(Weekly(1, tuple(Weekday)[:5]))

    @staticmethod
    @explained("", "monthly-fields", 'write Recurrence.monthly(every=2).on_the("last", FRI)')
    def monthly(*, every: int = 1) -> Monthly:
        """Repeat every month, or every n-th month."""
        checks.interval_limit("monthly", every)
        return Monthly(every)

    @staticmethod
    def from_zoom(obj: object, /, *, tz: str | ZoneInfo) -> Recurrence:
        """Read the `recurrence` of a meeting; `Series.from_zoom` also tells what was odd in it."""
        from .reading import read_recurrence
        from .zones import named

        return read_recurrence(obj, named(tz))[0]

    @staticmethod
    def parse(words: str, /) -> Recurrence:
        """Read words such as "every 2 weeks on tue until 2027-06-30"; `str()` writes them."""
        from .grammar import parse

        return parse(words)

    @staticmethod
    def from_rrule(
        text: str, /, *, tz: str | ZoneInfo, start: datetime | None = None
    ) -> Recurrence:
        """Read a rule of RFC 5545; NotExpressible if no recurrence has the same dates."""
        from .rrule import read_rule

        return read_rule(text, tz, start)

    def __str__(self) -> str:
        from .words import canonical

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
        from .series import Series
        from .zones import placed

        wall, place = placed(start, tz)
        series = Series(self, wall, place, short_months=short_months, clock_gaps=clock_gaps)
        return series.not_empty()

    def to_zoom(self, *, tz: str | ZoneInfo) -> dict[str, Any]:
        """Write the whole `recurrence` object in Zoom's form."""
        from .wire import write_recurrence
        from .zones import named

        return write_recurrence(self, named(tz))
