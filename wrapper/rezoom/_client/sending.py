"""Sending a change that is ready: whose quota it spends, and what is left afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._change.plan_data import Record
from .._change.results import Receipt
from .._http.flow import Flow, Host, Policy, Usage, exchange
from .._http.responses import Reply
from .._ledger.gauge import Quota
from .._ledger.model import Reservation
from .._wire import facts
from ..errors import LedgerError, NotFoundError
from .context import ClientContext, host_id, learn
from .prepare import Job, named_host


def send(
    context: ClientContext,
    job: Job,
    host: str | None,
    policy: Policy,
    *,
    before: Mapping[str, Any] | None,
    verify: bool,
) -> Flow[Receipt]:
    """Send a change, and say what is known of it; with `verify`, look after it."""
    host = (yield from host_id(context, host)) or (yield from _host(context, job.meeting, policy))
    spent = context.reservation(job.meeting, host)
    try:
        reply: Reply = yield from exchange(job.request, policy, spent)
    except NotFoundError:
        yield from learn(context, job.meeting, None)
        raise
    if job.moves_host:
        yield from learn(context, job.meeting, None)
    left = yield from read_left(spent)
    tracking = reply.headers.get(facts.HEADERS["tracking_id"])
    record = Record(context.ledger_account, job.body, reply.at, job.occurrence, before)
    if before is not None and job.occurrence is None:
        from .._change.timing import dates_of

        record = replace(record, dates=dates_of(job.body, before, reply.at))
    receipt = Receipt(job.meeting, True, tracking, left, job.warnings, record=record)
    if not verify:
        return receipt
    from .reading import verified

    return (yield from verified(context, receipt, record, policy))


def read_left(spent: Reservation) -> Flow[Quota | LedgerError]:
    """Read what is left; a ledger that cannot be read says so instead."""
    try:
        left: Quota = yield Usage(spent)
    except LedgerError as error:
        error.sent = True  # the update, whose receipt it is in
        return error
    return left


def _host(context: ClientContext, meeting: int, policy: Policy) -> Flow[str | None]:
    """Find out whose hundred an update spends."""
    known: str | None = yield Host(context.ledger_account, meeting)
    if known is not None or context.hosts == "known":
        return known
    if not callable(context.hosts):
        from .reading import read_first

        return named_host((yield from read_first(context, meeting, policy, None)).answer)
    host = yield from host_id(context, context.hosts(meeting) or None)
    if host is not None:
        yield from learn(context, meeting, host)
    return host
