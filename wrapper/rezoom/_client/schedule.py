"""Which change of many may go next; pure: no time is read, nothing is sent, nothing waits."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Item(Protocol):
    """A row of the schedule: of one `lane` one after another, and perhaps not before the others."""

    @property
    def lane(self) -> Hashable:
        """What is changed: rows of one lane keep their order."""
        ...

    @property
    def last(self) -> bool:
        """Whether it waits until nothing else can go."""
        ...


I = TypeVar("I", bound=Item)  # noqa: E741 - the rows of a schedule


def needed(per_second: float | None, latency: float | None, most: int) -> int:
    """Return how many calls must be in flight to keep up a rate, by Little's law.

    A quarter more, and two, wait for their turn: latencies differ. Without a rate that is known,
    `most` decides; `latency` is None before the first answer.
    """
    if per_second is None:
        return most
    return min(most, math.ceil(1.25 * per_second * (0.25 if latency is None else latency)) + 2)


class Schedule(Generic[I]):
    """A window of rows: which may go, which are in flight, which wait for an instant.

    Instants are seconds of any clock that the caller reads.
    """

    def __init__(self, window: int) -> None:
        """Hold no row yet, and at most `window` of them."""
        self._window = window
        self.held = self.in_flight = 0
        # The first of a lane is in flight, or in one of the three below.
        self._lanes: dict[Hashable, deque[I]] = {}
        self._ready: deque[I] = deque()
        self._last: deque[I] = deque()
        self._later: list[tuple[float, int, I]] = []
        self._numbers = itertools.count()

    @property
    def full(self) -> bool:
        """Whether no other row may be added now."""
        return self.held >= self._window

    @property
    def wakes_at(self) -> float | None:
        """When the next row that waits may go; None where there is none."""
        return self._later[0][0] if self._later else None

    def add(self, row: I) -> None:
        """Add a row behind those of its lane."""
        self.held += 1
        lane = self._lanes.setdefault(row.lane, deque())
        lane.append(row)
        if len(lane) == 1:
            self._line_up(row)

    def take(self, now: float, *, drained: bool) -> I | None:
        """Put the next row in flight and return it; None where none may go now.

        `drained`: no row will be added any more.
        """
        row = None
        if self._later and self._later[0][0] <= now:
            row = heapq.heappop(self._later)[2]
        elif self._ready:
            row = self._ready.popleft()
        elif self._last and (drained or self.full):
            row = self._last.popleft()
        self.in_flight += row is not None
        return row

    def end(self, row: I) -> None:
        """Note that a row in flight has ended: the next of its lane may go."""
        self.held -= 1
        self.in_flight -= 1
        lane = self._lanes[row.lane]
        lane.popleft()
        if lane:
            self._line_up(lane[0])
        else:
            del self._lanes[row.lane]

    def postpone(self, row: I, until: float) -> None:
        """Let a row in flight wait, and those of its lane behind it."""
        self.in_flight -= 1
        heapq.heappush(self._later, (until, next(self._numbers), row))

    def _line_up(self, row: I) -> None:
        (self._last if row.last else self._ready).append(row)
