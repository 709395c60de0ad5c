"""The one way of every update: its stages, in order, and which of them a call goes through.

normalize → [read → complete] → validate → [judge in context → diff] → reserve → write → send →
settle → [read back → compare]
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .._http.context import ClientContext
from .._http.flow import Flow, Host, Usage
from .._rules.judge import Change
from .._rules.meeting_id import meeting_number
from .sending import host_id, prepare, secrets_of, send

if TYPE_CHECKING:
    from .._change.results import Receipt
    from .._clock import Wait
    from .._ledger.gauge import Quota


def update(
    context: ClientContext,
    change: Change,
    now: datetime,
    *,
    verify: bool = False,
    skip_unchanged: bool | None = None,
    wait: Wait | None = None,
) -> Flow[Receipt]:
    """Judge a change, send it, and say what is left; `now` tells what is past."""
    call = context.call(wait)
    call.secrets = secrets_of(change)
    if context.skip_unchanged if skip_unchanged is None else skip_unchanged:
        from .planned import update_changed

        return (yield from update_changed(call, change, now, verify=verify))
    prepared = prepare(change, now)
    if verify or (change.occurrence is not None and prepared.occurrence is None):
        from .planned import completed

        prepared = yield from completed(call, change, prepared, now, alone=verify)
    return (yield from send(call, prepared, change.host, verify=verify))


def quota(context: ClientContext, meeting: int | str | None, *, host: str | None) -> Flow[Quota]:
    """Read from the ledger what is left."""
    number = None if meeting is None else meeting_number(meeting)
    host = yield from host_id(context, host)
    if number is not None and host is None:
        host = yield Host(context.account, number)
    left: Quota = yield Usage(context.reservation(number, host))
    return left
