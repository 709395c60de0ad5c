"""A plan as people read it: what changes, which meetings move, and the request; no secrets."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from .._ledger.gauge import Quota
from .._redaction import masked
from .._rules.in_context import letting_in
from .._visible import visible
from .._wire import facts

if TYPE_CHECKING:
    from ..errors import Problem
    from .plan_data import Dates, PlanData, ReceiptData, Split

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
    yield f"Plan for meeting {plan.meeting}{_quoted(plan.topic)}{one}"
    if plan.empty:
        yield "  Nothing to change: everything is as asked already."
    urgent, others = by_urgency(plan.problems)
    yield from map(_problem_line, urgent)
    for change in plan.changes:
        yield f"  {change}"
    if plan.dates is not None:
        yield from date_lines(plan.dates)
    yield from map(_problem_line, others)
    if not plan.empty:
        yield from request_lines(plan)


# What fits on any terminal, and is read at a glance.
_WIDTH, _PAGE, _FEW = 60, 12, 3


def plan_page(plan: PlanData) -> str:
    """Write a plan on a dozen short lines: the changes, the doubts, and what meetings move."""
    one = f", only the occurrence {plan.occurrence}" if plan.occurrence else ""
    head = [f"Plan for meeting {plan.meeting}{_quoted(plan.topic)}{one}"]
    if plan.empty:
        head.append("  Nothing to change: everything is as asked already.")
    urgent, others = by_urgency(plan.problems)
    lines = [f"  ! {_in_short(problem)}" for problem in urgent]
    lines += [line for change in plan.changes for line in _folded(f"  {change}", most=1)]
    lines += [f"  ! {_in_short(problem)}" for problem in others]
    if plan.dates is not None:
        lines += date_lines(plan.dates, most=1)
    limit = facts.QUOTAS["meeting"]
    price = f"It spends {plan.price} of the {limit.limit} updates in {limit.hours} hours."
    return _page(head, lines, [] if plan.empty else [price])


def receipt_page(receipt: ReceiptData) -> str:
    """Write a receipt on a dozen short lines: what became of the change, and what is left."""
    if receipt.sent:
        head = [f"Zoom accepted the update of meeting {receipt.meeting}."]
    else:
        head = [f"Meeting {receipt.meeting} is as asked already; nothing was sent."]
    urgent, others = by_urgency(receipt.warnings)
    lines, last_lines, verdict = [f"! {_in_short(one)}" for one in urgent], [], receipt.verdict
    if receipt.sent and verdict is None:
        why = receipt.verify_error
        lines.append("It was not read back." if why is None else f"It was not read back: {why}")
    if verdict is not None:
        altered = verdict.altered.values()
        lines += _left([_in_short(one) for one in verdict.ignored.values()], [*verdict.ignored])
        lines += [f"Changed to something else: {one}" for one in altered]
        lines += [f"Not shown by a read: {path}" for path in verdict.unseen]
        paths = (change.path for change in verdict.side_effects)
        effects = ", ".join(_with_rule(path, receipt.warnings) for path in paths)
        lines += [f"Applied: {', '.join(verdict.applied)}"] if verdict.applied else []
        lines += [f"Changed as well, unasked: {effects}"] if effects else []
    lines += [f"! {_in_short(problem)}" for problem in others]
    if isinstance(receipt.left, Quota):
        last_lines += [line for line in str(receipt.left).splitlines() if not line.startswith(" ")]
    if receipt.tracking_id:
        last_lines.append(f"Zoom's tracking id: {receipt.tracking_id}")
    return _page(head, lines, last_lines)


def _with_rule(path: str, warnings: Sequence[Problem]) -> str:
    """Write a member that changed unasked, with the rule that had foretold it."""
    rules = (facts.RULES[one.rule] for one in warnings if one.rule in facts.RULES)
    return next((f"{path} ({rule.id})" for rule in rules if path in rule.explains), path)


def _left(reasons: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Say what was left as it was: of a few members why, of many only which."""
    if len(paths) <= _FEW:
        return [f"Left as it was: {reason}" for reason in reasons]
    return [f"{len(paths)} members were left as they were: {', '.join(paths)}"]


def _in_short(problem: Problem) -> str:
    """Write of a problem where it is, and its first sentence."""
    return f"{problem.path}: {problem.message.partition('. ')[0].rstrip('.')}"


def by_urgency(problems: Sequence[Problem]) -> tuple[list[Problem], list[Problem]]:
    """Part from the other problems those by which strangers may come in."""
    urgent = [problem for problem in problems if letting_in(problem)]
    return urgent, [problem for problem in problems if problem not in urgent]


def _quoted(topic: str) -> str:
    return f" “{' '.join(topic.split())}”" if topic else ""


def _page(head: Sequence[str], lines: Sequence[str], last_lines: Sequence[str]) -> str:
    """Fold each line into two at most, and leave out of `lines` what the page cannot hold."""
    first, middle, last = (
        [part for one in side for part in _folded(one)] for side in (head, lines, last_lines)
    )
    room = _PAGE - len(first) - len(last)
    if len(middle) > room:
        middle = [*middle[: room - 1], f"  … and {len(middle) - room + 1} lines more"]
    return "\n".join([*first, *middle, *last])


def _folded(line: str, most: int = 2) -> list[str]:
    line = visible(line)
    return textwrap.wrap(
        line,
        _WIDTH,
        # With a sign, so that no text of a stranger can begin a line like one of ours.
        subsequent_indent=f"{' ' * (len(line) - len(line.lstrip()) + 2)}│ ",
        max_lines=most,
        placeholder=" …",
    )


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


def date_lines(dates: Dates, most: int = _MOST_SHOWN) -> Iterator[str]:
    """Write the meetings before and after, each line with its sign: moved ~, new +, gone -."""
    before, after = len(dates.before), len(dates.after)
    yield f"  Meetings to come: {before} → {after}, in {dates.place.key}"
    place = dates.place
    yield from _listed("~", [_pair(*pair, place) for pair in dates.moved], most)
    yield from _listed("+", [_day(start, place) for start in dates.appears], most)
    yield from _listed("-", [_day(start, place) for start in dates.disappears], most)
    if not (dates.moved or dates.appears or dates.disappears):
        yield "    the same dates"
    for what, starts in (
        ("edited by hand, and may be reset", dates.edited),
        ("was deleted, and may come back", dates.deleted),
    ):
        yield from _listed("*", [f"{what}: {_day(start, place)}" for start in starts], most)


def _day(start: datetime, place: ZoneInfo) -> str:
    """Write a start on the clock of the meeting."""
    return f"{start.astimezone(place):%a %Y-%m-%d %H:%M}"


def _pair(old: datetime, new: datetime, place: ZoneInfo) -> str:
    before, after = _day(old, place), _day(new, place)
    day, _, clock = after.rpartition(" ")
    return f"{before} → {clock if before.startswith(day) else after}"


def _listed(sign: str, items: Sequence[str], most: int) -> Iterator[str]:
    yield from (f"    {sign} {item}" for item in items[:most])
    if len(items) > most:
        yield f"    {sign} … and {len(items) - most} more, the last {items[-1]}"
