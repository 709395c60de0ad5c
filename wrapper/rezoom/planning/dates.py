"""The meetings of a series before a change and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from .._wire import facts
from ..recurrence import Occurrence, Series
from ..recurrence.pattern import Forever, Weekly

# Longer than any list of occurrences that Zoom makes.
_LOOK_AHEAD = 2 * facts.ENDLESS.weekly


@dataclass(frozen=True, slots=True)
class Dates:
    """The meetings to come, before a change of the series and after it, as instants in UTC."""

    before: tuple[datetime, ...]
    after: tuple[datetime, ...]
    place: ZoneInfo
    # Meetings that somebody moved or deleted one by one: a change of the series makes them anew.
    edited: tuple[datetime, ...] = ()
    deleted: tuple[datetime, ...] = ()

    @property
    def moved(self) -> tuple[tuple[datetime, datetime], ...]:
        """Meetings that take place at another time: pairs of before and after."""
        return tuple(self._pairs())

    @property
    def appears(self) -> tuple[datetime, ...]:
        """Meetings that were not there before."""
        known = {*self.before, *(after for _, after in self._pairs())}
        return tuple(start for start in self.after if start not in known)

    @property
    def disappears(self) -> tuple[datetime, ...]:
        """Meetings that are no longer there."""
        kept = {*self.after, *(before for before, _ in self._pairs())}
        return tuple(start for start in self.before if start not in kept)

    def _pairs(self) -> Iterator[tuple[datetime, datetime]]:
        """Pair the starts of one day; or all of them, where every date moves by the same."""
        known, planned = set(self.before), set(self.after)
        old = [start for start in self.before if start not in planned]
        new = [start for start in self.after if start not in known]
        walls = [[start.astimezone(self.place).replace(tzinfo=None) for start in side]
                 for side in (old, new)]  # fmt: skip
        whole = len(old) == len(self.before) and len(new) == len(self.after) == len(old)
        if whole and len({b - a for a, b in zip(*walls, strict=True)}) == 1:
            yield from zip(old, new, strict=True)
            return
        days = {wall.date(): start for wall, start in zip(walls[1], new, strict=True)}
        for wall, start in zip(walls[0], old, strict=True):
            if wall.date() in days:
                yield start, days[wall.date()]


def expected(series: Series | None, now: datetime) -> tuple[datetime, ...]:
    """List the starts that Zoom makes of a series, as instants still to come."""
    if series is None:
        return ()
    return tuple(start.utc for start in bounded(series, now) if start.utc > now)


def horizon(series: Series) -> int:
    """Tell how many meetings Zoom makes of a series without an end."""
    weekly = isinstance(series.recurrence.pattern, Weekly)
    return facts.ENDLESS.weekly if weekly else facts.ENDLESS.other


def bounded(series: Series, now: datetime) -> Iterator[Occurrence]:
    """Yield the starts of a series as far as Zoom makes them."""
    if isinstance(series.recurrence.end, Forever):
        yield from series.next(horizon(series), after=now)
    else:
        yield from islice(series, _LOOK_AHEAD)
