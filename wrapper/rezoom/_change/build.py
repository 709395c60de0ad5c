"""How a plan is made: from what is asked and one read, without any I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._paths import put
from .._rules.in_context import build_case, judge_situation, still_open
from .._rules.judge import judge, judge_scheduled
from ..errors import InvalidChange, Problem
from . import compare
from .compare import leaves
from .diff import reduce
from .fingerprint import fingerprint, salt_of
from .occurrences import Listed, place_of
from .plan_data import Outcome, Wish
from .results import Plan
from .timing import Timing, complete, is_series

if TYPE_CHECKING:
    from collections.abc import Callable


def make_plan(
    wish: Wish,
    answer: Mapping[str, Any],
    *,
    meeting: int,
    account: str,
    now: datetime,
    occurrence: Listed | None = None,
    seen: bool = True,
) -> Plan:
    """Work out an update of the meeting that `answer` shows; InvalidChange lists every error.

    `seen`: the read was of this one occurrence, and not of its series; otherwise only the time and
    the length of the occurrence are known.
    """
    view = _view(answer, occurrence)
    done = work_out(wish, view, now=now, occurrence=occurrence, seen=seen)
    errors = [problem for problem in done.problems if problem.severity == "error"]
    if errors:
        raise InvalidChange(errors)
    made_at = now.replace(microsecond=0)
    salt = salt_of(meeting, made_at)
    return Plan(
        meeting, account, done.body, tuple(done.changes), tuple(done.problems),
        read=fingerprint(done.body, view, salt=salt, occurrence=occurrence, seen=seen),
        made_at=made_at, occurrence=None if occurrence is None else occurrence.id,
        dates=done.dates, topic=str(answer.get("topic") or ""), allow=tuple(wish.allow),
    )  # fmt: skip


def work_out(
    wish: Wish,
    view: Mapping[str, Any],
    *,
    now: datetime,
    occurrence: Listed | bool | None = None,
    seen: bool = True,
) -> Outcome:
    """Judge a wish in view of the meeting, and leave of it what differs."""
    timings: list[Timing] = []
    schedule = wish.schedule
    body, problems = judge_scheduled(
        wish.change, wish.fields, schedule=schedule, now=now, occurrence=bool(occurrence),
        extra=wish.extra, allow=wish.allow,
        complete=_completing(timings, view, now, whole=schedule is not None, one=bool(occurrence)),
    )  # fmt: skip
    done = Outcome(problems=problems)
    timing = timings[0] if timings else None
    if timing is not None and schedule is None:
        own = timing.series.warnings(now=now) if timing.series is not None else timing.errors
        problems = _with_dates(problems, own, wish.allow)
    done.body, done.changes = reduce(body, view, timing, seen=seen)
    if timing is not None and timing.changes:
        done.dates = timing.dates
    target = occurrence.to_dict() if isinstance(occurrence, Listed) else bool(occurrence)
    if not done.body:
        errors = [problem for problem in problems if problem.severity == "error"]
        done.problems = errors
        return done
    done.problems = rejudge(problems, done.body, view, now=now, occurrence=target, allow=wish.allow)
    return done


def judge_written(
    body: Mapping[str, Any], *, occurrence: bool, allow: Sequence[str]
) -> list[Problem]:
    """Judge a body that was made earlier; what the spec does not know was allowed as `extra`."""
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for path, value in leaves(body):
        put(known if compare.writable(path) else extra, path, value)
    return judge(known, {}, occurrence=occurrence, extra=extra or None, allow=allow)[1]


def rejudge(
    problems: Sequence[Problem],
    body: Mapping[str, Any],
    answer: Mapping[str, Any],
    *,
    now: datetime,
    occurrence: Mapping[str, Any] | bool,
    allow: Sequence[str],
) -> list[Problem]:
    """Add to the problems of a body what the meeting as it is says to it."""
    case = build_case(body, answer, now=now, occurrence=occurrence)
    known = {problem.rule for problem in problems}
    found = (problem for problem in judge_situation(case, allow) if problem.rule not in known)
    return [*still_open(problems, case), *found]


def _view(answer: Mapping[str, Any], occurrence: Listed | None) -> Mapping[str, Any]:
    """Show the meeting as one of its occurrences."""
    if occurrence is None:
        return answer
    shown = {**answer, "start_time": occurrence.to_dict()["start_time"]}
    if occurrence.duration is not None:
        shown["duration"] = occurrence.duration
    return shown


def _completing(
    timings: list[Timing], view: Mapping[str, Any], now: datetime, *, whole: bool, one: bool
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def completing(body: dict[str, Any]) -> dict[str, Any]:
        if one:
            return body
        if is_series(body, view) and (
            "recurrence" in body
            or "start_time" in body
            or body.get("timezone") not in (None, view.get("timezone"))
        ):
            timing = complete(body, view, now, whole=whole)
            timings.append(timing)
            return {**body, **timing.body}
        start, place = body.get("start_time"), place_of(view)
        if isinstance(start, str) and not start.endswith("Z") and "timezone" not in body and place:
            return {**body, "timezone": place.key}
        return body

    return completing


def _with_dates(
    problems: Sequence[Problem], own: Sequence[Problem], allow: Sequence[str]
) -> list[Problem]:
    """Say what a series knows of itself with its dates, in the place of what its form shows."""
    dated = [problem for problem in own if problem.rule not in allow]
    rules = {problem.rule for problem in dated}
    return [*dated, *(problem for problem in problems if problem.rule not in rules)]
