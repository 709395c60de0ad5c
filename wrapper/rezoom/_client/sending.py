"""Updates that are judged, written and sent: whose quota they spend, and what is left.

What reads before or after is in `planned` and `reading`, which are loaded when they are needed:
most programs only ever update.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from .._change.plan_data import Record
from .._change.results import Receipt
from .._http.context import Call, ClientContext
from .._http.flow import Flow, Host, Outgoing, Usage, exchange, learn
from .._http.responses import Reply
from .._ledger.model import Reservation, is_alias
from .._redaction import is_secret
from .._rules.judge import Change, judge_scheduled, with_dates
from .._rules.meeting_id import meeting_number
from .._rules.normalize import DEEPEST_BODY, as_mapping
from .._secret import Secret
from .._visible import visible
from .._wire import UNSET, build_request, facts
from ..errors import InvalidChange, LedgerError, NotFoundError, OccurrenceError, Problem

if TYPE_CHECKING:
    from .._ledger.gauge import Quota


_log = logging.getLogger("rezoom")


@dataclass(slots=True)
class PreparedUpdate:
    """An update that has been judged, ready to be sent; `before` is the meeting as it was read."""

    meeting: int
    request: Outgoing
    body: Mapping[str, Any] = field(repr=False)
    occurrence: str | None
    warnings: tuple[Problem, ...]
    before: Mapping[str, Any] | None = field(default=None, repr=False)


def prepare(change: Change, now: datetime) -> PreparedUpdate:
    """Judge a change by what is known without a read, and write its request.

    Raises InvalidChange with every problem at once.
    """
    single = change.occurrence is not None
    body, problems = judged_alone(change, now, occurrence=single)
    meeting, known = target_of(change, problems)
    return written(meeting, body, known, problems)


def judged_alone(
    change: Change, now: datetime, *, occurrence: bool
) -> tuple[dict[str, Any], list[Problem]]:
    """Judge a change by all that body and clock decide."""
    body, problems = judge_scheduled(change, now=now, occurrence=occurrence)
    # Few changes are about time, and the others need no recurrences.
    if not body.keys() & {"start_time", "recurrence"}:
        return body, problems
    if any(problem.severity == "error" for problem in problems):
        return body, problems
    from .._change.timing import judge_times

    own = judge_times(body, now=now, occurrence=occurrence, allow=change.allow)
    return body, with_dates(problems, own, change.allow)


def target_of(change: Change, problems: Sequence[Problem] = ()) -> tuple[int, str | None]:
    """Read which meeting is meant, and which occurrence if its id is known without a read.

    Raises InvalidChange with what is wrong there and all `problems` at once.
    """
    if change.occurrence is None and not problems:
        return meeting_number(change.meeting), None
    from .._change.occurrences import known_id

    number, known = 0, None
    found: list[InvalidChange] = []
    try:
        number = meeting_number(change.meeting)
    except InvalidChange as error:
        found.append(error)
    try:
        known = None if change.occurrence is None else known_id(change.occurrence)
    except OccurrenceError as error:
        found.append(error)
    wrong = [problem for problem in problems if problem.severity == "error"]
    if len(found) == 1 and not wrong:
        raise found[0]
    wrong = [problem for error in found for problem in error.problems] + wrong
    if wrong:
        raise InvalidChange(wrong)
    return number, known


def written(
    meeting: int,
    body: Mapping[str, Any],
    occurrence: str | None,
    problems: Sequence[Problem],
    before: Mapping[str, Any] | None = None,
) -> PreparedUpdate:
    """Write the request of an update that has been judged."""
    arguments = build_request(
        "updateMeeting",
        meeting,
        body=body,
        occurrence_id=UNSET if occurrence is None else occurrence,
    )
    recurrence = body.get("recurrence")
    endless = isinstance(recurrence, Mapping) and recurrence.get("end_times") == 0
    request = Outgoing(
        "updateMeeting",
        meeting,
        arguments,
        # Every PATCH of an endless series pushes its horizon on [ITH].
        repeatable=facts.OPERATIONS["updateMeeting"].repeatable and not endless,
        success=facts.OPERATIONS["updateMeeting"].success,
        secrets=frozenset(secret_values(body)),
    )
    return PreparedUpdate(meeting, request, body, occurrence, tuple(problems), before)


def send(call: Call, prepared: PreparedUpdate, host: str | None, *, verify: bool) -> Flow[Receipt]:
    """Send a change, and say what is known of it; with `verify`, look after it."""
    context, meeting, before = call.context, prepared.meeting, prepared.before
    log_warnings(meeting, prepared.warnings)
    host = (yield from host_id(context, host)) or (yield from _host_of(call, meeting))
    spent = context.reservation(meeting, host)
    try:
        reply: Reply = yield from exchange(prepared.request, call, spent)
    except NotFoundError:
        yield from learn(context.account, meeting, None)
        raise
    if "schedule_for" in prepared.body:
        # Whose quota the next update spends is not known after this one.
        yield from learn(context.account, meeting, None)
    left = yield from read_left(spent)
    tracking = reply.headers.get(facts.HEADERS["tracking_id"])
    record = Record(context.account, prepared.body, reply.at, prepared.occurrence, before)
    if before is not None and prepared.occurrence is None:
        from .._change.timing import dates_of

        record = replace(record, dates=dates_of(prepared.body, before, reply.at))
    receipt = Receipt(meeting, True, tracking, left, prepared.warnings, record=record)
    if not verify:
        return receipt
    from .reading import verified

    return (yield from verified(call, receipt, record))


def log_warnings(meeting: int, problems: Sequence[Problem]) -> None:
    """Log what is doubtful about an update, once each, with its rule and its field."""
    for one in problems:
        said = (meeting, one.path or "update", visible(one.message), one.rule)
        _log.warning("meeting %s: %s: %s [%s]", *said, extra={"rule": one.rule, "field": one.path})


def read_left(spent: Reservation) -> Flow[Quota | LedgerError]:
    """Read what is left; a ledger that cannot be read says so instead."""
    try:
        left: Quota = yield Usage(spent)
    except LedgerError as error:
        error.sent = True  # the update, whose receipt it is in
        return error
    return left


def host_id(context: ClientContext, host: str | None) -> Flow[str | None]:
    """Return the id of a host who is named by an e-mail address; None where it is not known."""
    if host is None or not is_alias(host):
        return host
    known: str | None = yield Host(context.account, host.casefold())
    return known


def _host_of(call: Call, meeting: int) -> Flow[str | None]:
    """Find out whose hundred an update spends."""
    context = call.context
    known: str | None = yield Host(context.account, meeting)
    if known is not None or context.hosts == "known":
        return known
    if not callable(context.hosts):
        from .reading import named_host, read_first

        return named_host((yield from read_first(call, meeting, None)).answer)
    host = yield from host_id(context, context.hosts(meeting) or None)
    if host is not None:
        yield from learn(context.account, meeting, host)
    return host


def secrets_of(change: Change) -> frozenset[str]:
    """Collect the values of the secret members of a change, however it was said."""
    parts = map(as_mapping, (change.body, change.fields, change.extra))
    return frozenset(one for part in parts for one in secret_values(part))


def secret_values(body: object, *, within: bool = False, depth: int = 0) -> Iterator[str]:
    """Yield the values of secret members, so that nothing ever quotes them.

    What is nested deeper than any body is refused, and is not looked through.
    """
    deeper = partial(secret_values, depth=depth + 1)
    if depth > DEEPEST_BODY:
        return
    if isinstance(body, dict):
        for key, value in body.items():
            yield from deeper(value, within=within or is_secret(str(key)))
    elif isinstance(body, list | tuple):
        for item in body:
            yield from deeper(item, within=within)
    elif within and isinstance(body, str):
        yield Secret(body)
