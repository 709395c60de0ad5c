"""The places of one scope, held in memory so that every operation on them takes constant time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from .gauge import EXTERNAL, PENDING, SETTLED, UNKNOWN

_NEVER = 1 << 62


class Pot:
    """Places by state; `due` is before anything in it frees, `flying` until when one is sent."""

    __slots__ = ("blocked", "due", "external", "flying", "pilot", "settled", "unknown", "waiting")

    def __init__(self) -> None:
        # In the order in which they free: the clock never runs backwards.
        self.settled: deque[int] = deque()
        # Places without an answer, by token; `unknown` names those whose outcome nobody knows.
        self.waiting: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.external: deque[tuple[int, int]] = deque()
        self.blocked = self.flying = 0
        self.pilot = ""
        self.due = _NEVER

    def count(self) -> int:
        """Count the places; after a purge."""
        others = sum(number for _, number in self.external) if self.external else 0
        return len(self.settled) + len(self.waiting) + others

    def settle(self, token: str, free_at: int | None) -> None:
        """Note the answer to a request that is under way; None: it is counted no longer."""
        if token not in self.waiting or token in self.unknown:
            return
        del self.waiting[token]
        self.land(token)
        if free_at is None:
            return
        self.settled.append(free_at)
        if len(self.settled) > 1 and free_at < self.settled[-2]:
            # Someone counts this scope with another margin.
            self.settled = deque(sorted(self.settled))
        self.due = min(self.due, free_at)

    def abandon(self, token: str) -> None:
        """Note that no answer will come."""
        if token in self.waiting:
            self.unknown.add(token)
            self.land(token)

    def land(self, token: str) -> None:
        """Let the next request of an exclusive scope go."""
        if token == self.pilot:
            self.flying = 0

    def spend(self, free_at: int, number: int) -> None:
        """Count what others have spent."""
        self.external.append((free_at, number))
        self.due = min(self.due, free_at)

    def purge(self, now: int) -> None:
        """Let go of what counts no longer."""
        while self.settled and self.settled[0] <= now:
            self.settled.popleft()
        self.external = deque(one for one in self.external if one[0] > now)
        for token in [token for token, free_at in self.waiting.items() if free_at <= now]:
            del self.waiting[token]
            self.unknown.discard(token)
        self.due = min((free_at for free_at, _, _ in self.places()), default=_NEVER)

    def places(self) -> Iterator[tuple[int, int, int]]:
        """List (free at, state, how many)."""
        yield from ((free_at, SETTLED, 1) for free_at in self.settled)
        yield from ((free_at, EXTERNAL, number) for free_at, number in self.external)
        for token, free_at in self.waiting.items():
            yield free_at, UNKNOWN if token in self.unknown else PENDING, 1
