"""The difference between the starts that Zoom lists for a series and those that were meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Any

from .._public import public
from ._expand import occurrences
from ._timeline import Forever, Timeline
from ._zones import Occurrence
from ._zoom import members, moment

_MOST_SHOWN = 10


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True)
class Difference:
    """Starts that Zoom lists as expected, lacks, has besides, or lists as deleted.

    `unexpected` starts are aware datetimes in the zone of the series. A single meeting that
    somebody moved is missing at its old time and unexpected at the new one.
    """

    matched: tuple[Occurrence, ...]
    missing: tuple[Occurrence, ...]
    unexpected: tuple[datetime, ...]
    deleted: tuple[Occurrence, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing and nothing unexpected; a deleted one is no difference."""
        return not self.missing and not self.unexpected

    def __str__(self) -> str:
        expected = len(self.matched) + len(self.missing) + len(self.deleted)
        lines = [f"{len(self.matched)} of {expected} meetings are there as expected"]
        others = {
            "missing": [start.zoned for start in self.missing],
            "unexpected": self.unexpected,
            "deleted in Zoom": [start.zoned for start in self.deleted],
        }
        lines += [f"{name}: {_shown(starts)}" for name, starts in others.items() if starts]
        return "\n".join(lines)


def compare(timeline: Timeline, listed: Sequence[object], since: datetime | None) -> Difference:
    """Compare a series with the `occurrences` of a read, instant by instant."""
    seen: dict[datetime, Any] = {}
    for item in listed:
        given = members(item)
        instant = moment(given.get("start_time"), timeline.tz)
        if since is None or instant >= since:
            seen[instant] = given.get("status")
    expected = {start.utc: start for start in _expected(timeline, seen, since)}
    deleted = [instant for instant, status in seen.items() if status == "deleted"]
    there = seen.keys() - set(deleted)
    return Difference(
        matched=tuple(start for utc, start in expected.items() if utc in there),
        missing=tuple(start for utc, start in expected.items() if utc not in seen),
        unexpected=tuple(utc.astimezone(timeline.tz) for utc in sorted(there - expected.keys())),
        deleted=tuple(expected[utc] for utc in sorted(deleted) if utc in expected),
    )


def _expected(
    timeline: Timeline, seen: dict[datetime, Any], since: datetime | None
) -> list[Occurrence]:
    starts = occurrences(timeline)
    if isinstance(timeline.end, Forever):
        # Zoom lists an endless series up to some horizon only.
        end = max(seen, default=None)
        starts = takewhile(lambda start: start.utc <= end, starts) if end else islice(starts, 1)
    return [start for start in starts if since is None or start.utc >= since]


def _shown(starts: Sequence[datetime]) -> str:
    texts = [f"{start:%a %Y-%m-%d %H:%M}" for start in starts[:_MOST_SHOWN]]
    more = len(starts) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")
