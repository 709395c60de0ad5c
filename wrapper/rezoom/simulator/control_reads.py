"""What the control endpoint shows, ready for JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ConfigError
from .quirks import behaviours
from .stage import Stage
from .timing import zulu

# Of a number in a query; Python reads no more than 4300.
_DIGITS = 20


def index(stage: Stage, calls: Sequence[str]) -> dict[str, Any]:
    """Say what this is and what can be asked."""
    return {
        "schema": "rezoom.simulator-index/1",
        "now": zulu(stage.clock.now()),
        "plan": stage.plan,
        "limits": stage.limits,
        "meetings": list(stage.meetings),
        "calls": list(calls),
    }


def clock(stage: Stage) -> dict[str, Any]:
    """Return the time, and the seconds that have gone by."""
    return {"now": stage.clock.now().isoformat().replace("+00:00", "Z"),
            "monotonic": stage.clock.monotonic()}  # fmt: skip


def requests(stage: Stage, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the log, oldest first, narrowed by method, path, status, and a last few."""
    for name in query:
        if name not in {"method", "path", "status", "last"}:
            raise ConfigError(
                f"there is no filter {name!r}",
                field=name,
                next_step="Choose from method, path, status, last.",
            )
    found = [request.to_dict() for request in stage.requests]
    if "method" in query:
        found = [one for one in found if one["method"] == query["method"].upper()]
    if "path" in query:
        found = [one for one in found if query["path"] in one["path"]]
    if "status" in query:
        found = [one for one in found if str(one["status"]) == query["status"]]
    last = query.get("last")
    if last is None:
        return found
    if not (last.isascii() and last.isdigit() and len(last) < _DIGITS):
        raise ConfigError(f"last cannot be {last!r}", field="last", next_step="Give a number.")
    return found[len(found) - int(last) :] if int(last) < len(found) else found


def meetings(stage: Stage) -> list[dict[str, Any]]:
    """Return every meeting as a read shows it."""
    return [stage.meeting(number) for number in stage.meetings]


def meeting(stage: Stage, number: int) -> dict[str, Any]:
    """Return one meeting with its history, and with what no read shows."""
    return {
        "meeting": stage.meeting(number),
        "history": [change.to_dict() for change in stage.history(number)],
        **stage.behind(number),
    }


def users(stage: Stage) -> list[dict[str, Any]]:
    """Return the users that were added."""
    return [user.to_dict() for user in stage.users]


def faults(stage: Stage) -> Any:
    """Return what is still to go wrong, in the form it is asked for."""
    return stage.faults_to_dict()


def quirks(stage: Stage) -> list[dict[str, Any]]:
    """Return every quirk with its present value, choices and sources."""
    now = stage.quirks.to_dict()
    return [
        {
            "name": row.name.replace("_", "-"),
            "value": now[row.name.replace("_", "-")],
            "choices": list(row.choices),
            "sentence": row.sentence,
            "sources": list(row.sources),
        }
        for row in behaviours()
    ]
