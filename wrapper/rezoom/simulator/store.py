"""Where the simulated meetings live: a protocol, and the store that keeps them in memory."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ..errors import ConfigError
from .record import masked

State = dict[str, Any]
Edit = Callable[[State], tuple[State, tuple[str, ...]]]

_HISTORY = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One update a meeting took, and which members of it were ignored."""

    at: datetime
    body: Mapping[str, Any]
    occurrence_id: str | None
    ignored: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Change {self.at:%Y-%m-%dT%H:%M:%SZ} {masked(self.body)!r}>"


class Store(Protocol):
    """Keeps meetings by number; safe to use from several threads. States are JSON-ready."""

    def add(self, meeting: int, state: State) -> None:
        """Keep a new meeting; ValueError when the number is taken."""
        ...

    def read(self, meeting: int) -> State | None:
        """Return a copy of a meeting's state, or None."""
        ...

    def change(
        self,
        meeting: int,
        edit: Edit,
        *,
        at: datetime,
        body: Mapping[str, Any],
        occurrence_id: str | None,
    ) -> Change:
        """Replace the state by what `edit` makes of it, with no other change between."""
        ...

    def history(self, meeting: int) -> Sequence[Change]:
        """Return the changes a meeting took, oldest first."""
        ...

    def meetings(self) -> Sequence[int]:
        """Return every number, in the order the meetings were added."""
        ...


class MemoryStore:
    """Keeps meetings until the process ends, and of each the last thousand changes."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._states: dict[int, State] = {}
        self._history: dict[int, deque[Change]] = {}

    def add(self, meeting: int, state: State) -> None:
        """Keep a new meeting; ValueError when the number is taken."""
        with self._lock:
            if meeting in self._states:
                raise ConfigError(f"seed: there is already a meeting {meeting}", field="seed")
            self._states[meeting] = deepcopy(state)
            self._history[meeting] = deque(maxlen=_HISTORY)

    def read(self, meeting: int) -> State | None:
        """Return a copy of a meeting's state, or None."""
        with self._lock:
            return deepcopy(self._states.get(meeting))

    def change(
        self,
        meeting: int,
        edit: Edit,
        *,
        at: datetime,
        body: Mapping[str, Any],
        occurrence_id: str | None,
    ) -> Change:
        """Replace the state by what `edit` makes of it, with no other change between."""
        with self._lock:
            state, ignored = edit(self._states[meeting])
            self._states[meeting] = state
            done = Change(at, deepcopy(body), occurrence_id, ignored)
            self._history[meeting].append(done)
            return done

    def history(self, meeting: int) -> Sequence[Change]:
        """Return the changes a meeting took, oldest first."""
        with self._lock:
            return tuple(self._history.get(meeting, ()))

    def meetings(self) -> Sequence[int]:
        """Return every number, in the order the meetings were added."""
        with self._lock:
            return tuple(self._states)
