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

    `last` is the latest time that was counted by; then the wall clock was `ahead` of it.
    """

    boot: str
    since_boot: int
    counted: int
    last: int
    ahead: int = 0


class AnchoredClock:
    """Reads the time to count by, in microseconds, and how far the wall clock is ahead of it."""

    def __init__(self, wall: Callable[[], int], boot: Boot | None) -> None:
        """Count by `boot`; without one by `wall`, refusing when that is set back."""
        self._wall, self._boot = wall, boot
        self._offset = self._last = 0

    @property
    def boot(self) -> str:
        """Name the boot of the machine; empty without a clock since boot."""
        return "" if self._boot is None else self._boot.id

    def anchor(self, stored: Anchor | None) -> Anchor:
        """Take up the ledger's anchor, or a new one where it is of another boot; return it.

        Raises ClockUntrusted where another time namespace of this boot shifts the clock.
        """
        wall = self._wall()
        kept = stored or Anchor("", 0, wall, 0)
        now = wall
        if self._boot is None:
            _log.warning(
                "there is no clock since boot that all processes share:"
                " a wall clock that is set forward frees places too early"
            )
        else:
            since_boot = self._boot.read()
            if kept.boot.partition(" ")[0] != self._boot.id.partition(" ")[0]:
                # How long the machine was off is not known: if the wall clock went back, as if it
                # had not been off at all.
                if wall < kept.last - MINUTE:
                    _log.warning(
                        "the clock shows %s and the ledger was last used at %s: places stay"
                        " counted for longer",
                        instant(wall),
                        instant(kept.last),
                    )
                counted = max(wall, kept.last)
                kept = Anchor(self._boot.id, since_boot, counted, kept.last, wall - counted)
            self._offset = kept.counted - kept.since_boot
            now = since_boot + self._offset
            shifted = abs(wall - now - kept.ahead) > MINUTE
            if kept.boot != self._boot.id and shifted:
                # The clock since boot can be shifted in a time namespace, the wall clock cannot:
                # https://man7.org/linux/man-pages/man7/time_namespaces.7.html
                raise ClockUntrusted(
                    "This process is in another time namespace than those that count here, and"
                    f" its clock since boot is {(now - wall + kept.ahead) / SECOND:.0f} s off",
                    next_step="Run it in the same time namespace, or give it a ledger of its own.",
                )
        self._last = max(now, kept.last)
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
            self._last = max(wall, self._last)
            return wall, 0
        now = self._boot.read() + self._offset
        return now, wall - now


def shown(at: int, ahead: int) -> int:
    """Turn a time to count by into one of the wall clock; never early."""
    # The two clocks are read one after the other, so their distance trembles.
    return at + ahead + SECOND // 1000 if ahead else at
