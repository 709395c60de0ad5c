"""What a client can do, each thing once: flows over `exchange`, run by either driver."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ._wire import facts
from .desk import Desk
from .errors import LedgerError, NotFoundError
from .flow import Policy, exchange
from .intents import Flow, Host, Learn, Reply, Usage
from .meeting_id import meeting_number
from .prepare import Asked, Job, get_job, meeting_answer, named_host, update_job
from .quota import Quota, Reservation
from .receipt import Receipt
from .retry import Wait

if TYPE_CHECKING:
    from ._wire import Meeting

_log = logging.getLogger("rezoom")


def update(desk: Desk, asked: Asked, *, host: str | None, wait: Wait | None) -> Flow[Receipt]:
    """Judge a change, send it, and say what is left."""
    return (yield from _send(desk, update_job(asked), host, desk.policy(wait)))


def get(desk: Desk, meeting: int | str, *, occurrence: str | None, past: bool) -> Flow[Meeting]:
    """Read a meeting, and learn whose it is."""
    job = get_job(meeting, occurrence=occurrence, past=past)
    return (yield from _read(desk, job, desk.policy()))


def quota(desk: Desk, meeting: int | str | None, *, host: str | None) -> Flow[Quota]:
    """Read from the ledger what is left."""
    number = None if meeting is None else meeting_number(meeting)
    if number is not None and host is None:
        host = yield Host(desk.ledger_account, number)
    left: Quota = yield Usage(desk.reservation(number, host))
    return left


def _read(desk: Desk, job: Job, policy: Policy) -> Flow[Meeting]:
    answer = meeting_answer((yield from exchange(job.request, policy)))
    host = named_host(answer)
    if host is not None:
        yield from _learn(desk, job.meeting, host)
    return answer


def _send(desk: Desk, job: Job, host: str | None, policy: Policy) -> Flow[Receipt]:
    host = host or (yield from _host(desk, job.meeting, policy))
    spent = desk.reservation(job.meeting, host)
    try:
        reply: Reply = yield from exchange(job.request, policy, spent)
    except NotFoundError:
        yield from _learn(desk, job.meeting, None)
        raise
    if job.moves_host:
        yield from _learn(desk, job.meeting, None)
    left = yield from _left(spent)
    tracking = reply.headers.get(facts.HEADERS["tracking_id"])
    return Receipt(job.meeting, True, tracking, left, job.warnings)


def _left(spent: Reservation) -> Flow[Quota | LedgerError]:
    try:
        left: Quota = yield Usage(spent)
    except LedgerError as error:
        return error
    return left


def _host(desk: Desk, meeting: int, policy: Policy) -> Flow[str | None]:
    """Find out whose hundred an update spends."""
    known: str | None = yield Host(desk.ledger_account, meeting)
    if known is not None or desk.hosts == "known":
        return known
    if not callable(desk.hosts):
        job = get_job(meeting, occurrence=None, past=False)
        return named_host((yield from _read(desk, job, policy)))
    host = desk.hosts(meeting)
    if host:
        yield from _learn(desk, meeting, host)
    return host or None


def _learn(desk: Desk, meeting: int, host: str | None) -> Flow[None]:
    """Write down whose a meeting is; a ledger that cannot only misses what could be learned."""
    try:
        yield Learn(desk.ledger_account, meeting, host)
    except LedgerError as error:
        _log.warning("the host of a meeting was not written down: %s", error)
