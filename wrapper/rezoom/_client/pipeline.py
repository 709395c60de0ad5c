"""The flow of an update, and of a look at the quota; what reads first is in `planned`.

That is loaded when it is needed: most programs only ever update.
"""

from __future__ import annotations

from .._change.results import Receipt
from .._clock import Wait
from .._http.flow import Flow, Host, Usage
from .._ledger.gauge import Quota
from .._rules.meeting_id import meeting_number
from .context import ClientContext, host_id
from .prepare import UpdateCall, update_job
from .sending import send


def update(
    context: ClientContext,
    call: UpdateCall,
    *,
    host: str | None,
    verify: bool,
    skip_unchanged: bool | None,
    wait: Wait | None,
) -> Flow[Receipt]:
    """Judge a change, send it, and say what is left."""
    policy = context.policy(wait)
    if context.skip_unchanged if skip_unchanged is None else skip_unchanged:
        from .planned import update_changed

        return (yield from update_changed(context, call, policy, host=host, verify=verify))
    job = update_job(call)
    if verify or (call.occurrence is not None and job.occurrence is None):
        from .planned import update_known

        return (yield from update_known(context, call, job, policy, host=host, verify=verify))
    return (yield from send(context, job, host, policy, before=None, verify=False))


def quota(context: ClientContext, meeting: int | str | None, *, host: str | None) -> Flow[Quota]:
    """Read from the ledger what is left."""
    number = None if meeting is None else meeting_number(meeting)
    host = yield from host_id(context, host)
    if number is not None and host is None:
        host = yield Host(context.ledger_account, number)
    left: Quota = yield Usage(context.reservation(number, host))
    return left
