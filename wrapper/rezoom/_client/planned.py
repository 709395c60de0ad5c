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
from .._http.flow import Flow, Host, Policy
from .._rules.judge import Change, raise_errors
from .._rules.meeting_id import meeting_number
from .._wire import read_meeting
from ..errors import InvalidChange, PlanError, PlanStale
from ..recurrence import Occurrence
from .context import ClientContext
from .prepare import Job, UpdateCall, target_of, update_job, written_job
from .reading import Found, read, read_first
from .sending import read_left, send

if TYPE_CHECKING:
    from .._change.occurrences import When
    from .._wire import Meeting


def update_changed(
    context: ClientContext, call: UpdateCall, policy: Policy, *, host: str | None, verify: bool
) -> Flow[Receipt]:
    """Send what is not so already."""
    # An occurrence is compared only where it was read by itself.
    planned, first = yield from _plan(context, call, policy, alone=True)
    return (yield from _carry_out(context, planned, first.answer, policy, host, verify=verify))


def update_known(
    context: ClientContext,
    call: UpdateCall,
    job: Job,
    policy: Policy,
    *,
    host: str | None,
    verify: bool,
) -> Flow[Receipt]:
    """Send a change that has been judged, and is judged once more by what the meeting is now."""
    body = job.body
    found = yield from read_first(context, job.meeting, policy, call.occurrence, alone=verify)
    number = found.occurrence.id if found.occurrence else None
    row = found.occurrence.to_dict() if found.occurrence else False
    known = rejudge(
        job.warnings, body, found.answer, now=call.now, occurrence=row, allow=call.allow
    )
    raise_errors(known)
    job = written_job(job.meeting, body, number, known)
    before = found.answer if found.seen else None
    return (yield from send(context, job, host, policy, before=before, verify=verify))


def get(
    context: ClientContext, meeting: int | str, *, occurrence: When | None, past: bool
) -> Flow[Meeting]:
    """Read a meeting, or one occurrence of it."""
    number, policy = meeting_number(meeting), context.policy()
    known = None
    if occurrence is not None:
        known = known_id(occurrence)
        if known is None:
            found = yield from read_first(context, number, policy, occurrence)
            known = found.occurrence.id if found.occurrence else None
    return read_meeting((yield from read(context, number, policy, occurrence=known, past=past)))


def plan(context: ClientContext, call: UpdateCall) -> Flow[Plan]:
    """Work out a change from one read; nothing is sent."""
    return Plan.of((yield from _plan(context, call, context.policy()))[0])


def plan_following(context: ClientContext, call: UpdateCall) -> Flow[Following]:
    """Split a series before an occurrence, from one read; nothing is sent."""
    (meeting, known), when = target_of(call), call.occurrence
    if when is None:
        known_id(when)
    found = yield from read_first(context, meeting, context.policy(), None)
    if isinstance(when, date | Occurrence):
        first: Listed | None = choose(when, found.answer)
    else:
        first = choose_id(known or "", found.answer)
    if first is None:
        raise not_there(known or "", found.answer)
    made = split_series(
        call.requested,
        found.answer,
        first,
        meeting=meeting,
        account=context.ledger_account,
        now=call.now,
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
    if planned.account != context.ledger_account:
        raise PlanError(
            f"The plan was made for {planned.account}, and this client works for"
            f" {context.ledger_account}",
            next_step="Apply it with a client of that account, or make a new plan.",
        )
    policy = context.policy(wait)
    if planned.empty:
        return (yield from _carry_out(context, planned, None, policy, None, verify=verify))
    found = yield from read_first(context, planned.meeting, policy, planned.occurrence)
    try:
        if not force:
            check_fresh(planned, found.answer, found.occurrence, now=now)
    except PlanStale:
        if not _is_carried_out(planned, found, now):
            raise
        done = replace(planned, body={}, changes=(), dates=None)
        return (yield from _carry_out(context, done, None, policy, None, verify=verify))
    row = found.occurrence.to_dict() if found.occurrence else False
    # A file may have come from anywhere: its body is judged like any other.
    again = judge_written(planned.body, occurrence=bool(row), allow=planned.allow)
    raise_errors(
        rejudge(again, planned.body, found.answer, now=now, occurrence=row, allow=planned.allow)
    )
    return (yield from _carry_out(context, planned, found.answer, policy, None, verify=verify))


def _is_carried_out(planned: PlanData, found: Found, now: datetime) -> bool:
    """Tell whether the meeting is what the plan makes of it, by whoever's hand."""
    change = Change(dict(planned.body), {}, allow=planned.allow)
    try:
        return _made(change, found, planned.meeting, planned.account, now).empty
    except InvalidChange:
        return False


def _plan(
    context: ClientContext, call: UpdateCall, policy: Policy, *, alone: bool = False
) -> Flow[tuple[PlanData, Found]]:
    meeting = target_of(call)[0] if call.occurrence is None else update_job(call).meeting
    found = yield from read_first(context, meeting, policy, call.occurrence, alone=alone)
    return _made(call.requested, found, meeting, context.ledger_account, call.now), found


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
    context: ClientContext,
    planned: PlanData,
    before: Mapping[str, Any] | None,
    policy: Policy,
    host: str | None,
    *,
    verify: bool,
) -> Flow[Receipt]:
    if planned.empty:
        host = host or (yield Host(context.ledger_account, planned.meeting))
        left = yield from read_left(context.reservation(planned.meeting, host))
        at = planned.made_at
        record = None if at is None else Record(planned.account, {}, at, planned.occurrence)
        return Receipt(
            planned.meeting, False, None, left, planned.problems, None, Verdict(), record
        )
    job = written_job(planned.meeting, planned.body, planned.occurrence, planned.problems)
    return (yield from send(context, job, host, policy, before=before, verify=verify))
