"""The rows of a SQLite ledger's `event`: what can happen, and how it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from struct import Struct
from typing import NamedTuple

from .sqlite_weight import Weight

# What an event says: a place was granted (and the next turn of the pace stands behind the places),
# or it was kept by a fold; a request was answered, never left, or has an unknown outcome; the rest
# was folded; everything was forgotten; something else was written about these scopes.
GRANTED, GRANTED_PACED, KEPT, ANSWERED, RELEASED, ABANDONED, FOLDED, RESET, CHANGED = range(9)


class Event(NamedTuple):
    """A row: what happened, to the request of a token, about scopes and instants."""

    row: int
    kind: int
    token: str
    send_by: int
    numbers: Sequence[int]
    keys: str | None = None


class Request:
    """A request since the last fold; under way until `send_by` if that is above 0.

    Its places are in `weights`, and free at `frees`; 0 is where nothing stays counted.
    """

    __slots__ = ("frees", "send_by", "weights")

    def __init__(self, weights: Sequence[Weight], frees: Sequence[int], send_by: int) -> None:
        self.weights, self.frees, self.send_by = weights, frees, send_by


@cache
def packer(numbers: int) -> Struct:
    """Write and read that many numbers as SQLite keeps them."""
    return Struct(f"<{numbers}q")
