"""The library as the scenarios see it: either client, called as its README shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Rezoom:
    """The library, one line per call; made of the `update` of either client, awaited outside."""

    update_call = "zoom.update(…, …)"
    occurrence_call = "zoom.update(…, occurrence=…, …)"

    def __init__(self, update: Callable[..., object]) -> None:
        self._update = update

    def update(self, meeting: int, **fields: Any) -> object:
        """Update a meeting and wait."""
        return self._update(meeting, **fields)

    def update_occurrence(self, meeting: int, occurrence: str, **fields: Any) -> object:
        """Update one occurrence and wait."""
        return self._update(meeting, occurrence=occurrence, **fields)
