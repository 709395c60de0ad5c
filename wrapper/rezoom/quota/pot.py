"""The places of one scope, held in memory so that almost all that is done to them is quick."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from .gauge import nth_free

_NEVER = 1 << 62


class Pot:
    """Places by state; `due` comes before anything in it frees, `count` is how many there are.

    `flying` is until when a request of an exclusive scope is taken to be under way, sent with the
    token `pilot`; `closed` is the later of that and the block.
    """

    __slots__ = (
        "answered", "blocked", "closed", "count", "due", "external", "flying", "pilot", "settled",
        "unknown", "waiting",
    )  # fmt: skip

    def __init__(self) -> None:
        # (free at, how many), in the order in which they free: the clock never runs backwards.
        self.settled: deque[tuple[int, int]] = deque()
        self.answered = 0  # how many those are
        # Places without an answer, by token; `unknown` names those whose outcome nobody knows.
        self.waiting: dict[str, int] = {}
        self.unknown: set[str] = set()
        self.external: list[tuple[int, int]] = []
        self.count = self.blocked = self.flying = self.closed = 0
        self.pilot = ""
        self.due = _NEVER

    def settle(self, token: str, free_at: int) -> None:
        """Note the answer to a request that is under way."""
        if token in self.waiting and token not in self.unknown:
            free_at = min(free_at, self.waiting.pop(token))  # an answer only ever improves it
            self.answered += 1
            latest, number = self.settled[-1] if self.settled else (0, 0)
            if free_at == latest:
                self.settled[-1] = (free_at, number + 1)
            else:
                self.settled.append((free_at, 1))
            if free_at < latest:
                # An answer that was read late, or someone who counts with another margin.
                self.settled = deque(sorted(self.settled))
            self.due = min(self.due, free_at)
            self.land(token)

    def release(self, token: str) -> None:
        """Forget a request that is under way."""
        if token in self.waiting and token not in self.unknown:
            del self.waiting[token]
            self.count -= 1
            self.land(token)

    def abandon(self, token: str) -> None:
        """Note that no answer will come."""
        if token in self.waiting:
            self.unknown.add(token)
            self.land(token)

    def block(self, until: int) -> None:
        """Refuse everything until the latest instant that was named."""
        self.blocked = max(self.blocked, until)
        self.closed = max(self.blocked, self.flying)

    def land(self, token: str) -> None:
        """Let the next request go."""
        if token == self.pilot:
            self.flying, self.closed = 0, self.blocked

    def spend(self, free_at: int, number: int) -> None:
        """Count what others have spent."""
        self.external.append((free_at, number))
        self.count += number
        self.due = min(self.due, free_at)

    def purge(self, now: int) -> None:
        """Let go of what counts no longer."""
        if self.due > now:
            return
        while self.settled and self.settled[0][0] <= now:
            self.answered -= self.settled.popleft()[1]
        self.external = [one for one in self.external if one[0] > now]
        for token in [token for token, free_at in self.waiting.items() if free_at <= now]:
            del self.waiting[token]
            self.unknown.discard(token)
        self.count = sum(self.counts())
        self.due = self.free_at(1) if self.count else _NEVER

    def counts(self) -> tuple[int, int, int, int]:
        """Count the places: pending, settled, external, unknown."""
        unknown = len(self.unknown)
        external = sum(number for _, number in self.external)
        return len(self.waiting) - unknown, self.answered, external, unknown

    def free_at(self, wanted: int) -> int:
        """Tell when `wanted` places have freed."""
        if wanted > 1:
            return nth_free(self.places(), wanted)
        first = [self.settled[0][0]] if self.settled else []
        return min(*first, *self.waiting.values(), *(at for at, _ in self.external), _NEVER)

    def places(self) -> Iterator[tuple[int, int]]:
        """List (free at, how many)."""
        yield from self.settled
        yield from ((free_at, 1) for free_at in self.waiting.values())
        yield from self.external
