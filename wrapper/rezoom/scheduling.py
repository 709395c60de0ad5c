"""A whole schedule in an update: start, zone, and recurrence go together, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._wire import source
from .body import as_mapping
from .errors import InvalidChange, Problem
from .rules import judge

if TYPE_CHECKING:
    from .recurrence import Series


def judge_scheduled(
    change: object,
    fields: Mapping[str, object],
    *,
    schedule: Series | None,
    now: datetime,
    occurrence: bool = False,
    extra: Mapping[str, object] | None = None,
    allow: Sequence[str] = (),
) -> tuple[dict[str, Any], list[Problem]]:
    """Judge a change as `judge` does, with `schedule` written into it; `now` tells what is past."""
    if schedule is None:
        return judge(change, fields, occurrence=occurrence, extra=extra, allow=allow)
    given = as_mapping(change) if change is not None and not fields else fields
    if occurrence or given is None:
        _, problems = judge(change, fields, occurrence=occurrence, extra=extra, allow=allow)
        return {}, [*problems, *([_one_meeting()] if occurrence else [])]
    try:
        written = schedule.to_zoom()
    except InvalidChange as error:
        _, problems = judge(given, {}, extra=extra, allow=allow) if given else ({}, [])
        return {}, [*problems, *error.problems]
    twice = [_twice(name) for name in written if name in given]
    # What the series knows of itself comes with dates, and replaces what its wire form shows.
    own = [p for p in schedule.warnings(now=now) if p.rule not in allow]
    body, problems = judge({**given, **written}, {}, extra=extra, allow=allow)
    known = {problem.rule for problem in own}
    return body, [*twice, *own, *(p for p in problems if p.rule not in known)]


def _twice(name: str) -> Problem:
    message = "the schedule says this already, and says it whole"
    fix = f"leave {name} out, or leave schedule out"
    return Problem(name, "error", "schedule-and-fields", message, fix, source("F17076"))


def _one_meeting() -> Problem:
    message = "a schedule is a whole series, and this update is for one occurrence of it"
    fix = "leave occurrence out, or pass start_time and duration for the one meeting"
    return Problem("schedule", "error", "schedule-of-occurrence", message, fix, source("C25"))
