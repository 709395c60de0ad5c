"""The places of one scope, held in memory so that almost all that is done to them is quick."""

from __future__ import annotations

from collections.abc import Callable

from .gauge import Row, nth_free
from .reservation import Scope

NO_PLACE = (0, 0)
NEVER = 1 << 62

# Half the time of Row(), which is made for every scope of every update.
as_row: Callable[[type[Row], tuple[object, ...]], Row] = tuple.__new__


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
        # Only ever added to, but for the last one: see `row`.
        self.settled: list[tuple[int, int]] = []
        self.answered = 0  # how many those are
        # Places without an answer, by token; `unknown` names those whose outcome nobody knows.
        self.waiting: dict[str, int] = {}
        # Both are rare, and a pot is made for every meeting: most share one that is empty.
        self.unknown: frozenset[str] = frozenset()
        self.external: tuple[tuple[int, int], ...] = ()
        self.count = self.blocked = self.flying = self.closed = 0
        self.pilot = ""
        self.due = NEVER

    def settle(self, token: str, free_at: int) -> None:
        """Note the answer to a request that is under way."""
        waiting, settled = self.waiting, self.settled
        worst = waiting.get(token)
        if worst is None or token in self.unknown:
            return
        del waiting[token]
        # An answer only ever improves it; min() takes three times as long.
        if free_at > worst:  # noqa: PLR1730 - see above
            free_at = worst
        self.answered += 1
        if not settled or free_at > settled[-1][0]:
            settled.append((free_at, 1))
        elif free_at == settled[-1][0]:
            settled[-1] = (free_at, settled[-1][1] + 1)
        else:
            # An answer that was read late, or someone who counts with another margin.
            self.settled = sorted([*settled, (free_at, 1)])  # a row may hold the old ones
        if free_at < self.due:  # noqa: PLR1730 - min() takes three times as long
            self.due = free_at
        if token == self.pilot:
            self.flying, self.closed = 0, self.blocked

    def release(self, token: str) -> None:
        """Forget a request that is under way."""
        if token in self.waiting and token not in self.unknown:
            del self.waiting[token]
            self.count -= 1
            self.land(token)

    def abandon(self, token: str) -> None:
        """Note that no answer will come."""
        if token in self.waiting:
            self.unknown |= {token}
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
        self.external += ((free_at, number),)
        self.count += number
        self.due = min(self.due, free_at)

    def purge(self, now: int) -> None:
        """Let go of what counts no longer."""
        if self.due > now:
            return
        if self.settled and self.settled[0][0] <= now:
            self.settled = [one for one in self.settled if one[0] > now]
            self.answered = sum(number for _, number in self.settled)
        self.external = tuple(one for one in self.external if one[0] > now)
        for token in [token for token, free_at in self.waiting.items() if free_at <= now]:
            del self.waiting[token]
            self.unknown -= {token}
        self.count = sum(self.counts())
        self.due = self.free_at(1) if self.count else NEVER

    def counts(self) -> tuple[int, int, int, int]:
        """Count the places: pending, settled, external, unknown."""
        unknown = len(self.unknown)
        external = sum(number for _, number in self.external) if self.external else 0
        return len(self.waiting) - unknown, self.answered, external, unknown

    def row(self, scope: Scope, now: int) -> Row:
        """Say what there is; what nobody looks at is never put together."""
        settled, waiting = self.settled, self.waiting
        blocked = self.blocked if self.blocked > now else 0
        return as_row(Row, (
            scope.name, scope.limit, blocked, self.answered, settled, len(settled),
            settled[-1] if settled else NO_PLACE, tuple(waiting.values()) if waiting else (),
            len(self.unknown), self.external,
        ))  # fmt: skip

    def free_at(self, wanted: int) -> int:
        """Tell when `wanted` places have freed."""
        if wanted > 1:
            return nth_free(self.places(), wanted)
        first = [self.settled[0][0]] if self.settled else []
        return min(*first, *self.waiting.values(), *(at for at, _ in self.external), NEVER)

    def places(self) -> tuple[tuple[int, int], ...]:
        """List (free at, how many)."""
        waiting = [(free_at, 1) for free_at in self.waiting.values()]
        return (*self.settled, *waiting, *self.external)
