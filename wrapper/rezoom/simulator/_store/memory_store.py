"""Where the simulated meetings live: a protocol, and the store that keeps them in memory."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ...errors import ConfigError
from .._record import masked

State = dict[str, Any]
_CONTAINERS = (dict, list)
_DEEPEST = 48  # Zoom's own go five deep
Edit = Callable[[State], tuple[State, tuple[str, ...]]]

# Of each meeting; a soak test must fill neither the memory nor the disk.
HISTORY = 1_000


def cloned(value: Any) -> Any:
    """Return a copy of JSON data that shares nothing; several times faster than `deepcopy`."""
    if isinstance(value, dict):
        return {k: cloned(v) if isinstance(v, _CONTAINERS) else v for k, v in value.items()}
    if isinstance(value, list):
        return [cloned(item) if isinstance(item, _CONTAINERS) else item for item in value]
    return value


def too_deep(value: Any) -> bool:
    """Tell whether JSON data is nested deeper than what goes into itself level by level can go."""
    level, depth = [value], 0
    while level := [
        inner
        for outer in level
        if isinstance(outer, _CONTAINERS)
        for inner in (outer.values() if isinstance(outer, dict) else outer)
        if isinstance(inner, _CONTAINERS)
    ]:
        depth += 1
        if depth > _DEEPEST:
            return True
    return False


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One update a meeting took, and which members of it were ignored."""

    at: datetime
    body: Mapping[str, Any]
    occurrence_id: str | None
    ignored: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the change, ready for JSON."""
        return {
            "at": self.at.isoformat().replace("+00:00", "Z"),
            "body": self.body,
            "occurrence_id": self.occurrence_id,
            "ignored": list(self.ignored),
        }

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
        """Replace the state by what `edit` makes of it, with no other change between.

        `edit` returns a new state and leaves the one it is given; when it raises, nothing changes.
        """
        ...

    def history(self, meeting: int) -> Sequence[Change]:
        """Return the changes a meeting took, oldest first."""
        ...

    def meetings(self) -> Sequence[int]:
        """Return every number, in the order the meetings were added."""
        ...

    def clear(self) -> None:
        """Forget every meeting and its history."""
        ...

    def recall(self, name: str) -> Any:
        """Return the JSON value that was remembered under a name, or None."""
        ...

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value under a name: the clock, what was counted."""
        ...

    def notes(self, prefix: str) -> Mapping[str, Any]:
        """Return what was remembered under names that begin so, without that beginning."""
        ...

    def forget(self, prefix: str) -> None:
        """Remember nothing more under names that begin so."""
        ...

    def open(self) -> None:
        """Take files again after `close`; a new store is open already."""
        ...

    def close(self) -> None:
        """Give back files; what was kept stays readable in memory, and a file on the disk."""
        ...


class MemoryStore:
    """Keeps meetings until the process ends, and of each the last thousand changes."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._states: dict[int, State] = {}
        self._history: dict[int, deque[Change]] = {}
        self._notes: dict[str, Any] = {}

    def add(self, meeting: int, state: State) -> None:
        """Keep a new meeting; ValueError when the number is taken."""
        with self._lock:
            if meeting in self._states:
                raise taken(meeting)
            self._states[meeting] = cloned(state)
            self._history[meeting] = deque(maxlen=HISTORY)

    def read(self, meeting: int) -> State | None:
        """Return a copy of a meeting's state, or None."""
        with self._lock:
            state: State | None = cloned(self._states.get(meeting))
            return state

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
            done = Change(at, cloned(body), occurrence_id, ignored)
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

    def clear(self) -> None:
        """Forget every meeting and its history."""
        with self._lock:
            self._states.clear()
            self._history.clear()

    def recall(self, name: str) -> Any:
        """Return the JSON value that was remembered under a name, or None."""
        with self._lock:
            return cloned(self._notes.get(name))

    def remember(self, name: str, value: object) -> None:
        """Keep a JSON value under a name."""
        with self._lock:
            self._notes[name] = cloned(value)

    def notes(self, prefix: str) -> Mapping[str, Any]:
        """Return what was remembered under names that begin so, without that beginning."""
        with self._lock:
            found = {n: v for n, v in self._notes.items() if n.startswith(prefix)}
            return {name.removeprefix(prefix): cloned(value) for name, value in found.items()}

    def forget(self, prefix: str) -> None:
        """Remember nothing more under names that begin so."""
        with self._lock:
            for name in [name for name in self._notes if name.startswith(prefix)]:
                del self._notes[name]

    def open(self) -> None:
        """Do nothing: there is no file."""

    def close(self) -> None:
        """Do nothing: there is no file."""


def taken(meeting: int) -> ConfigError:
    """Say that a number is in use; ConfigError is a ValueError."""
    return ConfigError(
        f"seed: there is already a meeting {meeting}",
        field="seed",
        next_step="Leave `id` out, and the next free number is taken.",
    )
