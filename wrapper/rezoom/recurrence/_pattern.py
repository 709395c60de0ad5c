"""The values of a recurrence: a pattern, an end, and the steps that put them together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from . import _limits as limits
from ._weekday import Weekday

Nth: TypeAlias = Literal["first", "second", "third", "fourth", "last"]


@dataclass(frozen=True, slots=True)
class Daily:
    """Every n-th day."""

    every: int

    def __post_init__(self) -> None:
        limits.interval(self.every)


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these days, kept from Monday to Sunday, of every n-th week, which begins on Sunday."""

    every: int
    days: tuple[Weekday, ...]

    def __post_init__(self) -> None:
        limits.interval(self.every)
        object.__setattr__(self, "days", limits.weekdays(self.days))


@dataclass(frozen=True, slots=True)
class MonthlyOnDay:
    """On a day of every n-th month."""

    every: int
    day: int

    def __post_init__(self) -> None:
        limits.interval(self.every)
        limits.month_day(self.day)


@dataclass(frozen=True, slots=True)
class MonthlyOnWeekday:
    """On a weekday of every n-th month: the first (1) to fourth (4), or the last (-1)."""

    every: int
    nth: int
    day: Weekday

    def __post_init__(self) -> None:
        limits.interval(self.every)
        limits.week_of_month(self.nth)
        limits.weekday(self.day, "monthly_week_day")


@dataclass(frozen=True, slots=True)
class Until:
    """The last local day on which a meeting may start."""

    last_day: date

    def __post_init__(self) -> None:
        limits.last_day(self.last_day)


@dataclass(frozen=True, slots=True)
class UntilInstant:
    """The last instant at which a meeting may start; kept in UTC and whole seconds."""

    instant: datetime

    def __post_init__(self) -> None:
        limits.aware(self.instant)
        whole = self.instant.astimezone(UTC).replace(microsecond=0, fold=0)
        object.__setattr__(self, "instant", whole)


@dataclass(frozen=True, slots=True)
class Count:
    """After so many meetings."""

    times: int

    def __post_init__(self) -> None:
        limits.positive_count(self.times)


@dataclass(frozen=True, slots=True)
class Forever:
    """No end."""


Pattern: TypeAlias = Daily | Weekly | MonthlyOnDay | MonthlyOnWeekday
End: TypeAlias = Until | UntilInstant | Count | Forever
