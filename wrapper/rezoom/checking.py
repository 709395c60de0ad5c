"""Judge a change without a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from .errors import Problem
from .scheduling import judge_scheduled
from .system_clock import SystemClock

if TYPE_CHECKING:
    from ._wire import MeetingUpdate, MeetingUpdateFields
    from .recurrence import Series


def check(
    change: MeetingUpdate | Mapping[str, Any] | None = None,
    /,
    *,
    schedule: Series | None = None,
    occurrence: bool = False,
    allow: Sequence[str] = (),
    extra: Mapping[str, Any] | None = None,
    **fields: Unpack[MeetingUpdateFields],
) -> list[Problem]:
    """List what is wrong or doubtful about an update, without sending anything.

    `update` refuses a change whose list holds a Problem of severity "error". With `occurrence`
    the change is judged as one to a single occurrence.
    """
    now = SystemClock().now()
    return judge_scheduled(
        change, fields, schedule=schedule, now=now, occurrence=occurrence, extra=extra, allow=allow
    )[1]
