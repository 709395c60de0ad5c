"""Meetings that run: what those in them have, and what waits for the restart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._account.people import People
from .._quirks import Quirks
from .._store.memory_store import State, cloned
from .members import occurrence
from .patch import apply
from .rescheduling import zulu

RUNNING, WAITING = "started", "waiting"
_IN_FORCE = ("topic", "agenda", "duration", "settings")


def start(state: State, now: datetime) -> State:
    """Return the meeting, running; what its participants have is kept beside what it is."""
    new: State = cloned(state)
    new["status"] = RUNNING
    new["_session"] = {
        "started_at": zulu(now),
        **{name: cloned(new[name]) for name in _IN_FORCE if name in new},
    }
    return new


def end(state: State, now: datetime, quirks: Quirks, people: People) -> State:
    """Return the meeting after its end, with the updates that were held meanwhile."""
    new: State = cloned(state)
    held = new.pop("_held", [])
    new.pop("_session", None)
    new |= {"status": WAITING, "_used_at": zulu(now)}
    for one in held:
        new, _ = apply(
            new,
            one["body"],
            occurrence_id=one["occurrence_id"],
            now=datetime.fromisoformat(one["at"]),
            quirks=quirks,
            people=people,
        )
    return new


def hold(state: State, body: Mapping[str, Any], occurrence_id: str | None, now: datetime) -> State:
    """Return the meeting with an update that waits for its end."""
    one = {"body": cloned(body), "occurrence_id": occurrence_id, "at": now.isoformat()}
    return {**state, "_held": [*state.get("_held", ()), one]}


def delete_occurrence(state: State, occurrence_id: str) -> State:
    """Return the series without that date; LookupError when there is none."""
    new: State = cloned(state)
    occurrence(new, occurrence_id)["status"] = "deleted"
    return new
