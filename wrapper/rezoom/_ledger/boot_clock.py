"""Monotonic clock shared by processes, anchored once to wall time.

Within one boot the count goes by the clock since boot, anchored once to the wall clock; the anchor
stands in the ledger, so all processes count alike. A wall clock set forward by a day would
otherwise free every place at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from .._clock import Boot
from .._times import MINUTE, SECOND, instant
from ..errors import ClockUntrusted

_log = logging.getLogger("rezoom.quota")


class Anchor(NamedTuple):
    """In the boot called `boot`, `counted` was the time to count by when `since_boot` had passed.

    `last` is the latest time that was counted by, to within a minute.
    """

    boot: str
    since_boot: int
    counted: int
    last: int


class AnchoredClock:
    """Reads the time to count by, in microseconds, and how far the wall clock is ahead of it."""

    def __init__(self, wall: Callable[[], int], boot: Boot | None) -> None:
        """Count by `boot`; without one by `wall`, refusing when that is set back."""
        self._wall, self._boot = wall, boot
        self._offset = self._last = 0

    def anchor(self, stored: Anchor | None) -> Anchor:
        """Take up the ledger's anchor, or a new one where it is of another boot; return it."""
        wall = self._wall()
        if stored is None:
            stored = Anchor("", 0, wall, 0)
        now = wall
        kept = stored
        if self._boot is not None:
            since_boot = self._boot.read()
            if stored.boot != self._boot.id:
                # Nobody knows how long the machine was off: if the wall clock went back, as if it
                # had not been off at all.
                if wall < stored.last - MINUTE:
                    _log.warning(
                        "the clock shows %s and the ledger was last used at %s: places stay"
                        " counted for longer",
                        instant(wall),
                        instant(stored.last),
                    )
                kept = Anchor(self._boot.id, since_boot, max(wall, stored.last), stored.last)
            self._offset = kept.counted - kept.since_boot
            now = since_boot + self._offset
        else:
            _log.warning(
                "there is no clock since boot that all processes share:"
                " a wall clock that is set forward frees places too early"
            )
        self._last = max(now, stored.last)
        return kept._replace(last=self._last)

    def read(self) -> tuple[int, int]:
        """Return the time to count by, and how far the wall clock is ahead of it."""
        wall = self._wall()
        if self._boot is None:
            if wall < self._last - MINUTE:
                raise ClockUntrusted(
                    f"The clock shows {instant(wall)}, and the ledger was used at"
                    f" {instant(self._last)}"
                )
            return wall, 0
        now = self._boot.read() + self._offset
        return now, wall - now

    def late(self, now: int) -> bool:
        """Tell whether `now` is to be stored as the last time."""
        return now >= self._last + MINUTE

    def stale(self, now: int) -> bool:
        """Tell whether `now` is to be stored as the last time, and take it as stored."""
        if not self.late(now):
            return False
        self._last = now
        return True


def shown(at: int, ahead: int) -> int:
    """Turn a time to count by into one of the wall clock; never early."""
    # The two clocks are read one after the other, so their distance trembles.
    return at + ahead + SECOND // 1000 if ahead else at
