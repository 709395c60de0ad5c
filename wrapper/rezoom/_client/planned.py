"""Operations that read first: plans, plans carried out, updates that are checked or verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from .._change.diff import judge_written, make_plan, rejudge
from .._change.fingerprint import check_fresh
from .._change.following import Following
from .._change.occurrences import Listed, choose, choose_id, known_id, not_there
from .._change.plan_data import PlanData, Record, Verdict
from .._change.results import Plan, Receipt
from .._change.split import split_series
from .._clock import Wait
from .._http.context import Call, ClientContext
from .._http.flow import Flow, Host
from .._rules.judge import Change, raise_errors
from .._rules.meeting_id import meeting_number
from .._wire import read_meeting
from ..errors import InvalidChange, PlanError, PlanStale
from ..recurrence import Occurrence
from .reading import Found, read, read_first
from .sending import (
    PreparedUpdate,
    log_warnings,
    prepare,
    read_left,
    secret_values,
    secrets_of,
    send,
    target_of,
    written,
)

if TYPE_CHECKING:
    from .._change.occurrences import When
    from .._wire import Meeting


def update_changed(call: Call, change: Change, now: datetime, *, verify: bool) -> Flow[Receipt]:
    """Send what is not so already."""
    # An occurrence is compared only where it was read by itself.
    planned, first = yield from _plan(call, change, now, alone=True)
    return (yield from _carry_out(call, planned, first.answer, change.host, verify=verify))


def completed(
    call: Call, change: Change, prepared: PreparedUpdate, now: datetime, *, alone: bool
) -> Flow[PreparedUpdate]:
    """Judge an update once more, by what the meeting is now, and write it for its occurrence."""
    body = prepared.body
    found = yield from read_first(call, prepared.meeting, change.occurrence, alone=alone)
    number = found.occurrence.id if found.occurrence else None
    row = found.occurrence.to_dict() if found.occurrence else False
    known = rejudge(
        prepared.warnings, body, found.answer, now=now, occurrence=row, allow=change.allow
    )
    raise_errors(known)
    before = found.answer if found.seen else None
    return written(prepared.meeting, body, number, known, before)


def get(
    context: ClientContext, meeting: int | str, *, occurrence: When | None, past: bool
) -> Flow[Meeting]:
    """Read a meeting, or one occurrence of it."""
    number, call = meeting_number(meeting), context.call()
    known = None
    if occurrence is not None:
        known = known_id(occurrence)
        if known is None:
            found = yield from read_first(call, number, occurrence)
            known = found.occurrence.id if found.occurrence else None
    return read_meeting((yield from read(call, number, occurrence=known, past=past)))


def plan(context: ClientContext, change: Change, now: datetime) -> Flow[Plan]:
    """Work out a change from one read; nothing is sent."""
    call = context.call()
    call.secrets = secrets_of(change)
    return Plan.of((yield from _plan(call, change, now))[0])


def plan_following(context: ClientContext, change: Change, now: datetime) -> Flow[Following]:
    """Split a series before an occurrence, from one read; nothing is sent."""
    (meeting, known), when = target_of(change), change.occurrence
    if when is None:
        known_id(when)
    call = context.call()
    call.secrets = secrets_of(change)
    found = yield from read_first(call, meeting, None)
    if isinstance(when, date | Occurrence):
        first: Listed | None = choose(when, found.answer)
    else:
        first = choose_id(known or "", found.answer)
    if first is None:
        raise not_there(known or "", found.answer)
    made = split_series(
        change,
        found.answer,
        first,
        meeting=meeting,
        account=context.account,
        now=now,
    )
    return Following.of(made)


def apply(
    context: ClientContext,
    planned: Plan[Any],
    now: datetime,
    *,
    verify: bool,
    wait: Wait | None,
    force: bool,
) -> Flow[Receipt]:
    """Send a plan, if the meeting is still as it was when the plan was made."""
    if not isinstance(planned, Plan):
        raise PlanError(
            f"This is no plan but a {type(planned).__name__}",
            next_step="Give what zoom.plan(...) or Plan.from_json(...) has returned.",
        )
    if planned.account != context.account:
        raise PlanError(
            f"The plan was made for {planned.account}, and this client works for {context.account}",
            next_step="Apply it with a client of that account, or make a new plan.",
        )
    call = context.call(wait)
    call.secrets = frozenset(secret_values(planned.body))
    if planned.empty:
        return (yield from _carry_out(call, planned, None, None, verify=verify))
    found = yield from read_first(call, planned.meeting, planned.occurrence)
    try:
        if not force:
            check_fresh(planned, found.answer, found.occurrence, now=now)
    except PlanStale:
        if not _is_carried_out(planned, found, now):
            raise
        done = replace(planned, body={}, changes=(), dates=None)
        return (yield from _carry_out(call, done, None, None, verify=verify))
    row = found.occurrence.to_dict() if found.occurrence else False
    # A file may have come from anywhere: its body is judged like any other.
    again = judge_written(planned.body, occurrence=bool(row), allow=planned.allow)
    raise_errors(
        rejudge(again, planned.body, found.answer, now=now, occurrence=row, allow=planned.allow)
    )
    return (yield from _carry_out(call, planned, found.answer, None, verify=verify))


def _is_carried_out(planned: PlanData, found: Found, now: datetime) -> bool:
    """Tell whether the meeting is what the plan makes of it, by whoever's hand."""
    change = Change("", dict(planned.body), allow=planned.allow)
    try:
        return _made(change, found, planned.meeting, planned.account, now).empty
    except InvalidChange:
        return False


def _plan(
    call: Call, change: Change, now: datetime, *, alone: bool = False
) -> Flow[tuple[PlanData, Found]]:
    meeting = target_of(change)[0] if change.occurrence is None else prepare(change, now).meeting
    found = yield from read_first(call, meeting, change.occurrence, alone=alone)
    return _made(change, found, meeting, call.context.account, now), found


def _made(change: Change, found: Found, meeting: int, account: str, now: datetime) -> PlanData:
    return make_plan(
        change,
        found.answer,
        meeting=meeting,
        account=account,
        now=now,
        occurrence=found.occurrence,
        seen=found.seen,
    )


def _carry_out(
    call: Call,
    planned: PlanData,
    before: Mapping[str, Any] | None,
    host: str | None,
    *,
    verify: bool,
) -> Flow[Receipt]:
    context = call.context
    if planned.empty:
        log_warnings(planned.meeting, planned.problems)
        host = host or (yield Host(context.account, planned.meeting))
        left = yield from read_left(context.reservation(planned.meeting, host))
        at = planned.made_at
        record = None if at is None else Record(planned.account, {}, at, planned.occurrence)
        return Receipt(
            planned.meeting, False, None, left, planned.problems, None, Verdict(), record
        )
    prepared = written(planned.meeting, planned.body, planned.occurrence, planned.problems, before)
    return (yield from send(call, prepared, host, verify=verify))
