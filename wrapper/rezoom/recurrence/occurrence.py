"""One start of a series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One start: the wall clock (naive), the instant (UTC), and both in one (aware in the zone).

    `index` counts the pattern's dates from 0; a start that is dropped leaves its number out.
    """

    index: int
    local: datetime
    utc: datetime
    zoned: datetime

    def __str__(self) -> str:
        return self.zoned.isoformat(" ", "seconds" if self.local.second else "minutes")
