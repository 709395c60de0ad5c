"""Judge a change without a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from .body import as_mapping
from .errors import Problem
from .planning.listing import filled
from .planning.making import Wish, work_out
from .scheduling import judge_scheduled
from .system_clock import SystemClock
from .times import aware_now

if TYPE_CHECKING:
    from ._wire import Meeting, MeetingUpdate, MeetingUpdateFields
    from .recurrence import Series


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
    is judged as `plan` does: in view of how the meeting is. `now` (aware) is the moment by which
    it is told what is past, in place of the machine's clock.
    """
    if now is None:
        now = SystemClock().now()
    else:
        aware_now(now)
    if current is not None:
        wish = Wish(change, fields, schedule, extra, allow)
        view = filled(as_mapping(current) or {})
        return work_out(wish, view, now=now, occurrence=occurrence).problems
    return judge_scheduled(
        change, fields, schedule=schedule, now=now, occurrence=occurrence, extra=extra, allow=allow
    )[1]
