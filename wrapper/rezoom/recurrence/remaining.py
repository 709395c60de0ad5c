"""What is left of a series that has begun: Zoom takes no start in the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING

from .pattern import Count, Recurrence

if TYPE_CHECKING:
    from .series import Series


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
