"""What one scope of a SQLite ledger holds, in memory: what its tables and its events say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from .gauge import EXTERNAL, SETTLED, UNKNOWN
from .pot import Pot
from .sqlite_sql import BLOCKED

# A row of the tables: scope, state, when it frees, how many, and its token.
Held: TypeAlias = tuple[int, int, int, int, str]

# Of a request that is not under way any more, in place of `send_by`.
SETTLED_REQUEST, UNKNOWN_REQUEST = -1, 0


class Weight(Pot):
    """What one scope holds: all of it once it is `whole`, else what stands in the events.

    `due` is 0 until it is whole: nothing may be judged by it before.
    """

    __slots__ = ("named", "scope", "whole")

    def __init__(self, scope: int) -> None:
        super().__init__()
        self.scope = scope
        self.whole = False
        self.due = 0
        # Whether what the number stands for is known to be written down.
        self.named = False

    def complete(self, rows: Iterable[Held], now: int) -> None:
        """Add what stands in the tables."""
        for _, state, free_at, number, token in rows:
            if state == BLOCKED:
                self.block(free_at)
            elif state == SETTLED:
                self.settled.append((free_at, number))
            elif state == EXTERNAL:
                self.external += ((free_at, number),)
            else:
                self.waiting[token] = free_at
                if state == UNKNOWN:
                    self.unknown |= {token}
        self.settled = sorted(self.settled)
        self.answered = sum(number for _, number in self.settled)
        self.whole = True
        self.due = 0
        self.purge(now)

    def remember(self, token: str, free_at: int, send_by: int) -> None:
        """Add what an event says; what is due is seen when the tables are added."""
        if send_by == SETTLED_REQUEST:
            self.settled.append((free_at, 1))
            return
        self.waiting[token] = free_at
        if send_by == UNKNOWN_REQUEST:
            self.unknown |= {token}
