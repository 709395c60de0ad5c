"""What Zoom refuses although the shape is right, because of the calendar or of the meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .answers import Answer, refused, validation_failed
from .record import Flaw
from .store import State
from .timing import SCHEDULED, read_start, zone

_INSTANT, _NO_FIXED_TIME = 1, 3


def refusal(state: State, body: Mapping[str, Any]) -> Answer | None:
    """Return Zoom's answer to an update that it would not take, or None."""
    flaws = [*_calendar_flaws(state, body)]
    if flaws:
        return validation_failed(flaws)
    return _for_the_meeting(body.get("type", state["type"]), body)


def _calendar_flaws(state: State, body: Mapping[str, Any]) -> list[Flaw]:
    # No report says how Zoom answers 30 February or an unknown zone; a validation error is the
    # least surprising.
    flaws = []
    timezone, known = body.get("timezone"), state.get("timezone", "UTC")
    if timezone is not None:
        try:
            zone(timezone)
            known = timezone
        except ValueError:
            flaws.append(_invalid("timezone"))
    if "start_time" in body:
        try:
            read_start(body["start_time"], known)
        except ValueError:
            flaws.append(_invalid("start_time"))
    end = body.get("recurrence", {}).get("end_date_time")
    if end is not None:
        try:
            datetime.fromisoformat(end)
        except ValueError:
            flaws.append(_invalid("recurrence.end_date_time"))
    return flaws


def _for_the_meeting(kind: int, body: Mapping[str, Any]) -> Answer | None:
    user = body.get("schedule_for")
    if user is not None and kind == _INSTANT:
        return refused(400, 3000, "An instant meeting cannot be scheduled for another user.")
    if user is not None and not user.strip():
        return refused(400, 300, "The value of schedule_for is invalid.")
    if "," in body.get("settings", {}).get("enforce_login_domains", ""):
        return refused(400, 300, "enforce_login_domains must be separated by semicolons.")
    if body.get("pre_schedule") and kind not in {SCHEDULED, _NO_FIXED_TIME}:
        return refused(400, 3000, "Prescheduling is not possible for this type of meeting.")
    return None


def _invalid(path: str) -> Flaw:
    return Flaw(path, "invalid", f"Invalid parameter: {path.rpartition('.')[2]}.")
