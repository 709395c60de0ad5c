"""A plan as people read it: what changes, which meetings move, and the request; no secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .._redaction import masked
from .._wire import facts

if TYPE_CHECKING:
    from ..errors import Problem
    from .plan_data import Dates, PlanData, Split

_MOST_SHOWN = 8


def split_lines(split: Split) -> Iterator[str]:
    """Write both parts of a split series for people; secrets are masked."""
    yield f"From {split.first:%a %Y-%m-%d %H:%M} on, meeting {split.meeting} becomes two."
    yield from plan_lines(split.trim)
    if split.dates is not None:
        yield "New meeting"
        yield from date_lines(split.dates)
    for problem in split.problems:
        yield _problem_line(problem)
    yield "Request, which rezoom does not send: POST /users/{host}/meetings"
    yield f"  {json.dumps(masked(dict(split.new)), ensure_ascii=False)}"


def plan_lines(plan: PlanData) -> Iterator[str]:
    """Write a plan as a diff for people; secrets are masked."""
    one = f", only the occurrence {plan.occurrence}" if plan.occurrence else ""
    topic = f" “{' '.join(plan.topic.split())}”" if plan.topic else ""
    yield f"Plan for meeting {plan.meeting}{topic}{one}"
    if plan.empty:
        yield "  Nothing to change: everything is as asked already."
    for change in plan.changes:
        yield f"  {change}"
    if plan.dates is not None:
        yield from date_lines(plan.dates)
    for problem in plan.problems:
        yield _problem_line(problem)
    if not plan.empty:
        yield from request_lines(plan)


def request_lines(plan: PlanData) -> Iterator[str]:
    """Write the request of a plan, and what it spends."""
    query = f"?occurrence_id={plan.occurrence}" if plan.occurrence else ""
    yield f"Request: PATCH /meetings/{plan.meeting}{query}"
    yield f"  {json.dumps(masked(dict(plan.body)), ensure_ascii=False)}"
    limit = facts.QUOTAS["meeting"]
    yield (
        f"Price: {plan.price} of the {limit.limit} updates of this meeting in {limit.hours} hours,"
        " and of its host's of the day"
    )


def _problem_line(problem: Problem) -> str:
    """Write one problem on one line, with its days and its rule."""
    days = ", ".join(day.isoformat() for day in problem.dates[:_MOST_SHOWN])
    more = len(problem.dates) - _MOST_SHOWN
    days += f" and {more} more" if more > 0 else ""
    return f"  ! {problem}{f' ({days})' if days else ''} [{problem.rule}]"


def date_lines(dates: Dates) -> Iterator[str]:
    """Write the meetings before and after, each line with its sign: moved ~, new +, gone -."""
    before, after = len(dates.before), len(dates.after)
    yield f"  Meetings to come: {before} → {after}, in {dates.place.key}"
    yield from _listed("~", [_pair(*pair, dates.place) for pair in dates.moved])
    yield from _listed("+", [_day(start, dates.place) for start in dates.appears])
    yield from _listed("-", [_day(start, dates.place) for start in dates.disappears])
    if not (dates.moved or dates.appears or dates.disappears):
        yield "    the same dates"
    for start in dates.edited:
        yield f"    * edited by hand, and may be reset: {_day(start, dates.place)}"
    for start in dates.deleted:
        yield f"    * was deleted, and may come back: {_day(start, dates.place)}"


def _day(start: datetime, place: ZoneInfo) -> str:
    """Write a start on the clock of the meeting."""
    return f"{start.astimezone(place):%a %Y-%m-%d %H:%M}"


def _pair(old: datetime, new: datetime, place: ZoneInfo) -> str:
    before, after = _day(old, place), _day(new, place)
    day, _, clock = after.rpartition(" ")
    return f"{before} → {clock if before.startswith(day) else after}"


def _listed(sign: str, items: Sequence[str]) -> Iterator[str]:
    yield from (f"    {sign} {item}" for item in items[:_MOST_SHOWN])
    if len(items) > _MOST_SHOWN:
        yield f"    {sign} … and {len(items) - _MOST_SHOWN} more, the last {items[-1]}"
