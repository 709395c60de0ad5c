"""A whole schedule in an update: start, zone, and recurrence go together, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .body import as_mapping
from .errors import InvalidChange, Problem
from .rules import computed, judge

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
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> tuple[dict[str, Any], list[Problem]]:
    """Judge a change as `judge` does, with `schedule` written into it; `now` tells what is past.

    Of a series that has begun only what is still to come is written.
    """
    if schedule is None:
        return judge(
            change, fields, occurrence=occurrence, extra=extra, allow=allow, complete=complete
        )
    given = as_mapping(change) if change is not None and not fields else fields
    if occurrence or given is None:
        _, problems = judge(change, fields, occurrence=occurrence, extra=extra, allow=allow)
        return {}, [
            *problems,
            *([computed("schedule-of-occurrence", "schedule")] if occurrence else []),
        ]
    ahead = schedule.ahead(now)
    try:
        written = ahead.to_zoom()
    except InvalidChange as error:
        _, problems = judge(given, {}, extra=extra, allow=allow) if given else ({}, [])
        return {}, [*problems, *error.problems]
    twice = [
        computed("schedule-and-fields", name, f"leave {name} out, or leave schedule out")
        for name in written
        if name in given
    ]
    # What the series knows of itself comes with dates, and replaces what its wire form shows.
    said = ahead.warnings(now=now)
    if ahead is not schedule:
        begins = (ahead.start.date(),)
        said.insert(0, replace(computed("series-goes-on", "start_time"), dates=begins))
    own = [problem for problem in said if problem.rule not in allow]
    body, problems = judge({**given, **written}, {}, extra=extra, allow=allow, complete=complete)
    known = {problem.rule for problem in own}
    return body, [*twice, *own, *(p for p in problems if p.rule not in known)]
