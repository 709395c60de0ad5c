"""Judge a change without a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from .._change.diff import work_out
from .._change.occurrences import filled
from .._clock import SystemClock, aware_now
from .._public import public
from .._rules.judge import Change
from .._rules.normalize import as_mapping
from ..errors import Problem
from .sending import judged_alone

if TYPE_CHECKING:
    from .._wire import Meeting, MeetingUpdate, MeetingUpdateFields
    from ..recurrence import Series


@public("rezoom")
def check(
    change: MeetingUpdate | Mapping[str, Any] | None = None,
    /,
    *,
    schedule: Series | None = None,
    occurrence: bool = False,
    current: Meeting | None = None,
    allow: Sequence[str] = (),
    extra: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    **fields: Unpack[MeetingUpdateFields],
) -> list[Problem]:
    """List what is wrong or doubtful about an update, without sending anything.

    `update` refuses a change whose list holds a Problem of severity "error". With `occurrence`
    the change is judged as one to a single occurrence. With `current`, a meeting that was read, it
    is judged as `plan` does: in view of how the meeting is. `now` (aware) is the moment to judge
    by, in place of the machine's clock: it decides what is past.
    """
    if now is None:
        now = SystemClock().now()
    else:
        aware_now(now)
    whole = Change("", fields, schedule=schedule, allow=allow, extra=extra, body=change)
    del change, fields, extra  # a passcode may be in them, and a traceback may show them
    if current is not None:
        view = filled(as_mapping(current) or {})
        return work_out(whole, view, now=now, occurrence=occurrence).problems
    return judged_alone(whole, now, occurrence=occurrence)[1]
