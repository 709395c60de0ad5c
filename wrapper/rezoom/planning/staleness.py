"""Whether a plan may still be sent: the meeting is as it was, and the start still to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..errors import PlanStale
from .change import FieldChange
from .comparing import instant
from .fingerprint import differences, salt_of
from .listing import Listed, place_of
from .plan import Plan


def check_fresh(
    plan: Plan[Any],
    answer: Mapping[str, Any],
    occurrence: Listed | None,
    *,
    now: datetime,
    force: bool,
) -> None:
    """Raise PlanStale, naming what has changed, unless `force`."""
    if force:
        return
    view = answer if occurrence is None else {**answer, **_own(occurrence)}
    salt = salt_of(plan.meeting, plan.made_at)
    changes = differences(plan.read, view, salt=salt, now=now, occurrence=occurrence)
    start = instant(plan.body.get("start_time"), place_of(plan.body) or place_of(answer))
    if start is not None and start <= now and (plan.made_at is None or start > plan.made_at):
        changes.append(FieldChange("start_time", plan.body["start_time"], "past by now"))
    if changes:
        raise PlanStale(changes)


def _own(occurrence: Listed) -> dict[str, Any]:
    return {name: value for name, value in occurrence.to_dict().items() if name != "status"}
