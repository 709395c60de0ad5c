"""Our own connections, in small pools of httpx's transports.

httpcore looks through a whole pool at every turn of every request: with a hundred connections in
one, that costs more than the requests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx

# Together about as many as an httpx client has. All are kept: closing what is too much has hit a
# connection that another thread was just taking.
_POOLS, _CONNECTIONS = 12, 8
LIMITS = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)

Transport = TypeVar("Transport")


@dataclass(slots=True)
class Pool(Generic[Transport]):
    """A transport, and how many requests are under way in it."""

    transport: Transport
    busy: int = 0


class Pools(Generic[Transport]):
    """Pools that are made when all the ones before are busy."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        """Make none yet."""
        self._make = make
        self._lock = threading.Lock()
        self.made: list[Pool[Transport]] = []

    def take(self) -> Pool[Transport]:
        """Choose a pool with room, or the one with the shortest queue."""
        with self._lock:
            for pool in self.made:
                if pool.busy < _CONNECTIONS:
                    break
            else:
                if len(self.made) < _POOLS:
                    pool = Pool(self._make())
                    self.made.append(pool)
                else:
                    pool = min(self.made, key=lambda pool: pool.busy)
            pool.busy += 1
            return pool

    def give_back(self, pool: Pool[Transport]) -> None:
        """Note that a request is over."""
        with self._lock:
            pool.busy -= 1
