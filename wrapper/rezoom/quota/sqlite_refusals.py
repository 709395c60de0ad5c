"""Refusals that still hold: a full scope is asked for again and again, and says no at once."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import QuotaExceeded
from .instants import SECOND, micros
from .reservation import Reservation

# How many refusals are remembered.
_MOST = 1024


@dataclass(frozen=True, slots=True)
class _Refusal:
    reservation: Reservation
    wait: float
    seen: int
    until: int
    error: QuotaExceeded


class Refusals:
    """The last refusal for each set of scopes.

    Nothing but time passing and an event can end it, and events have numbers.
    """

    def __init__(self) -> None:
        self.by_key: dict[str, _Refusal] = {}

    def known(self, reservation: Reservation) -> bool:
        """Tell whether these scopes were full when last asked for."""
        return _key(reservation) in self.by_key

    def recall(self, seen: int, reservation: Reservation, wait: float, wall: int) -> None:
        """Raise the refusal again if it holds; `seen` is the number of the last event."""
        old = self.by_key.get(_key(reservation))
        if (
            old is not None
            and wall < old.until
            and wait == old.wait
            and old.seen == seen
            and (reservation is old.reservation or reservation == old.reservation)
        ):
            error = old.error
            raise QuotaExceeded(
                limit=error.limit, used=error.used, pending=error.pending, unknown=error.unknown,
                external=error.external, scope=error.scope, retry_at=error.retry_at,
            )  # fmt: skip

    def remember(
        self, seen: int, reservation: Reservation, wait: float, error: QuotaExceeded
    ) -> None:
        """Keep a refusal, as of the event `seen`."""
        if len(self.by_key) >= _MOST:
            self.by_key.clear()
        # Two clocks that tremble: retry_at is up to a millisecond late (see rail.shown).
        until = micros(error.retry_at) - SECOND // 1000
        self.by_key[_key(reservation)] = _Refusal(reservation, wait, seen, until, error)

    def forget(self, reservation: Reservation) -> None:
        """Drop a refusal: there was a place."""
        self.by_key.pop(_key(reservation), None)


def _key(reservation: Reservation) -> str:
    return "\n".join([scope.key for scope in reservation.scopes])
