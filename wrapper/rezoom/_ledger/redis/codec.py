"""What goes to the scripts of a ledger in Redis and what they keep, packed as they read it.

Numbers are doubles, which Lua's are too: they hold an instant in microseconds exactly. A scope is
one string: its places, then a journal; redis_lua/head.lua says what is in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from struct import Struct
from typing import NamedTuple

from ..gauge import PENDING, UNKNOWN
from ..model import Scope
from ..pacing import UNPACED, Pace, Stored

# One hash tag: a cluster then keeps everything on one node, the epoch with what it vouches for.
TAG = "{rezoom}:"
_NUMBERS = {count: Struct(f">{count}d") for count in range(1, 9)}
_HEAD = Struct(">4d16s")
_SPEC = Struct(">2d2B")
_PLACE = Struct(">dBd16s")
_TAIL = Struct(">5d16s")
_PACED = Struct(">4d")
_SAID = Struct(">B2d")
_ENDLESS = float("inf")
# From here on a double leaves numbers out; nobody has so many places.
_MOST = 1 << 53


class State(NamedTuple):
    """What counts in a scope: places by state, (free at, how many) in order, the block, the flight.

    `blocked` and `flying` are instants, or 0; they may be over.
    """

    counts: tuple[int, int, int, int]
    places: tuple[tuple[int, int], ...]
    blocked: int
    flying: int


def token_word(token: str) -> bytes:
    """Shorten a token to what is kept of it: sixteen bytes, whatever it is."""
    return blake2b(token.encode(), digest_size=16).digest()


def scope_key(scope: Scope) -> bytes:
    """Name the string that a scope is kept in."""
    return b"{rezoom}:scope:%b" % scope.key.encode()


def pace_key(pace: Pace | None) -> bytes:
    """Name the string that a pace is kept in."""
    return b"{rezoom}:pace:%b" % (pace.key.encode() if pace else b"")


def turn_key(token: str) -> bytes:
    """Name the string that tells the turn of a request that is counted nowhere."""
    return b"{rezoom}:turn:%b" % token.encode()


def head_words(clock: int, tolerance: int, witnesses: tuple[int, int], token: str) -> bytes:
    """Pack the first argument of every script."""
    return _HEAD.pack(clock, tolerance, *witnesses, token_word(token))


def number_words(*numbers: float) -> bytes:
    """Pack an operation's own numbers."""
    return _NUMBERS[len(numbers)].pack(*numbers)


def scope_words(scopes: Iterable[Scope]) -> bytes:
    """Pack what scopes allow, in the order of their keys; a span of 0 is a day of UTC."""
    return b"".join(
        [
            _SPEC.pack(
                min(scope.most, _MOST) if scope.counted else _ENDLESS,
                scope.span if scope.rolling else 0,
                scope.exclusive,
                scope.bundled,
            )
            for scope in scopes
        ]
    )


def read_said(word: bytes) -> tuple[int, int, int]:
    """Read the first word of an answer: a status, the clock, a number."""
    status, now, number = _SAID.unpack(word)
    return status, int(now), int(number)


def read_state(stored: bytes, now: int) -> State:
    """Read a scope's string; what has freed by `now` counts no longer."""
    if not stored:
        return State((0, 0, 0, 0), (), 0, 0)
    counts, places = [0, 0, 0, 0], []
    end = len(stored) - _TAIL.size
    for free_at, state, number, _ in _PLACE.iter_unpack(memoryview(stored)[:end]):
        if free_at > now:
            # Of a place without an answer, the number is the turn.
            many = 1 if state in (PENDING, UNKNOWN) else int(number)
            counts[state] += many
            places.append((int(free_at), many))
    _, _, _, blocked, flying, _ = _TAIL.unpack_from(stored, end)
    pending, settled, external, unknown = counts
    return State(
        (pending, settled, external, unknown), tuple(sorted(places)), int(blocked), int(flying)
    )


def read_pace(stored: bytes) -> Stored:
    """Read a pace's string."""
    if not stored:
        return UNPACED
    after, since, learned, _ = _PACED.unpack(stored)
    return int(after), learned or None, int(since)
