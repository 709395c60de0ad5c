"""A meeting as a read shows it: without what the simulator keeps for itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .store import State, cloned

OCCURRENCE_MEMBERS = ("occurrence_id", "start_time", "duration", "status")


def occurrence(state: State, occurrence_id: str) -> dict[str, Any]:
    """Return that date of the series, as it is stored; LookupError when there is none."""
    for date in state.get("occurrences", ()):
        if date["occurrence_id"] == occurrence_id and date["status"] != "deleted":
            found: dict[str, Any] = date
            return found
    raise LookupError(occurrence_id)


def view(
    state: State, *, occurrence_id: str | None = None, now: datetime, previous: bool = True
) -> dict[str, Any]:
    """Return a meeting as a GET answers it: of past dates only those that were asked for.

    Deleted dates are shown with that status. Members that begin with an underscore are the
    simulator's own.
    """
    shown: dict[str, Any] = {
        name: cloned(value)
        for name, value in state.items()
        if name != "occurrences" and not name.startswith("_")
    }
    if occurrence_id is not None:
        date = occurrence(state, occurrence_id)
        shown |= {name: date[name] for name in ("start_time", "duration", "agenda") if name in date}
        shown.setdefault("settings", {}).update(date.get("settings", {}))
    if "occurrences" in state:
        shown["occurrences"] = [
            {name: date[name] for name in OCCURRENCE_MEMBERS}
            for date in state["occurrences"]
            if previous or not _is_over(date, now)
        ]
    return shown


def _is_over(date: Mapping[str, Any], now: datetime) -> bool:
    begun = (now - datetime.fromisoformat(date["start_time"])).total_seconds()
    return begun >= 60 * int(date["duration"])
