"""One start of a series."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Occurrence(NamedTuple):
    """One start: wall clock, instant, and both in one; `index` counts from 0.

    The index is the place among the pattern's dates, so a start that was dropped leaves its number
    out.
    """

    index: int
    local: datetime
    utc: datetime
    zoned: datetime

    def __str__(self) -> str:
        return self.zoned.isoformat(" ", "minutes" if not self.local.second else "seconds")
