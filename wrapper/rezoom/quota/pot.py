"""The places of one scope, held in memory."""

from __future__ import annotations

from .gauge import PENDING

_NEVER = 1 << 62


class Place:
    """One place, or `number` of them that free together."""

    __slots__ = ("free_at", "number", "send_by", "state")

    def __init__(self, free_at: int, state: int, number: int, send_by: int) -> None:
        self.free_at, self.state, self.number, self.send_by = free_at, state, number, send_by


class Pot:
    """The places of one scope, and their number; `earliest` is when the first of them frees."""

    __slots__ = ("blocked", "count", "earliest", "pending", "places")

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.count = self.pending = self.blocked = 0
        self.earliest = _NEVER

    def put(self, token: str, place: Place) -> None:
        self.places[token] = place
        self.count += place.number
        self.pending += place.state == PENDING
        self.earliest = min(self.earliest, place.free_at)

    def add(self, token: str, place: Place) -> None:
        """Put a place, or make the bundle of that name larger."""
        if token in self.places:
            place.number += self.places[token].number
            self.drop(token)
        self.put(token, place)

    def drop(self, token: str) -> None:
        place = self.places.pop(token)
        self.count -= place.number
        self.pending -= place.state == PENDING

    def purge(self, now: int) -> None:
        for token in [token for token, place in self.places.items() if place.free_at <= now]:
            self.drop(token)
        self.earliest = min((place.free_at for place in self.places.values()), default=_NEVER)

    def flying_until(self, now: int) -> int:
        """Tell until when a request is taken to be under way; 0 when there is none."""
        pending = (place.send_by for place in self.places.values() if place.state == PENDING)
        return max((send_by for send_by in pending if send_by > now), default=0)
