"""What Zoom made of a series, against what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from ._pattern import Forever
from ._zones import Occurrence
from ._zoom import members, moment

if TYPE_CHECKING:
    from ._series import Series

_MOST_SHOWN = 10


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
        """Whether nothing is missing and nothing unexpected; deleting one was somebody's wish."""
        return not self.missing and not self.unexpected

    def __str__(self) -> str:
        expected = len(self.matched) + len(self.missing) + len(self.deleted)
        lines = [f"{len(self.matched)} of {expected} meetings are there as expected"]
        lines += [
            f"{name}: {_shown(starts)}"
            for name, starts in (
                ("missing", [start.zoned for start in self.missing]),
                ("unexpected", self.unexpected),
                ("deleted in Zoom", [start.zoned for start in self.deleted]),
            )
            if starts
        ]
        return "\n".join(lines)


def compare(series: Series, listed: Sequence[object], since: datetime | None) -> Difference:
    """Compare a series with the `occurrences` of a read, instant by instant."""
    seen: dict[datetime, Any] = {}
    for item in listed:
        given = members(item)
        instant = moment(given.get("start_time"), series.tz)
        if since is None or instant >= since:
            seen[instant] = given.get("status")
    expected = {start.utc: start for start in _expected(series, seen, since)}
    deleted = [instant for instant, status in seen.items() if status == "deleted"]
    there = seen.keys() - set(deleted)
    return Difference(
        matched=tuple(start for utc, start in expected.items() if utc in there),
        missing=tuple(start for utc, start in expected.items() if utc not in seen),
        unexpected=tuple(utc.astimezone(series.tz) for utc in sorted(there - expected.keys())),
        deleted=tuple(expected[utc] for utc in sorted(deleted) if utc in expected),
    )


def _expected(
    series: Series, seen: dict[datetime, Any], since: datetime | None
) -> list[Occurrence]:
    if not isinstance(series.recurrence.end, Forever):
        starts = list(series)
    elif seen:
        # Zoom lists an endless series up to some horizon only.
        starts = list(takewhile(lambda start: start.utc <= max(seen), series))
    else:
        starts = list(islice(series, 1))
    return [start for start in starts if since is None or start.utc >= since]


def _shown(starts: Sequence[datetime]) -> str:
    texts = [f"{start:%a %Y-%m-%d %H:%M}" for start in starts[:_MOST_SHOWN]]
    more = len(starts) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more else "")
