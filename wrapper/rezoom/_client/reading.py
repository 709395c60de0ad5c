"""Reading a meeting, before a change and after it, and the occurrence that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from .._change.compare import instant
from .._change.occurrences import Listed, choose, choose_id, filled, known_id, not_there
from .._change.plan_data import Record, Verdict
from .._change.results import Receipt
from .._change.verify import verdict_of
from .._http.flow import Flow, Pause, Policy, exchange
from .._times import place_of
from ..errors import AuthError, RateLimited, RefusedError, RezoomError, ServerError
from ..recurrence import Occurrence
from .context import ClientContext, learn
from .prepare import named_host, read_answer, read_request

if TYPE_CHECKING:
    from .._change.occurrences import When


@dataclass(frozen=True, slots=True)
class Found:
    """What a read shows; `seen` tells whether it shows the occurrence, or only its series."""

    answer: Mapping[str, Any]
    occurrence: Listed | None = None
    seen: bool = True


def read(
    context: ClientContext,
    meeting: int,
    policy: Policy,
    *,
    occurrence: str | None = None,
    past: bool = False,
) -> Flow[dict[str, Any]]:
    """Read a meeting, and learn whose it is."""
    request = read_request(meeting, occurrence=occurrence, past=past)
    answer = read_answer((yield from exchange(request, policy)))
    host = named_host(answer)
    if host is not None:
        yield from learn(context, meeting, host)
        email = answer.get("host_email")
        if isinstance(email, str) and email:
            yield from learn(context, email.casefold(), host)
    return answer


def read_first(
    context: ClientContext, meeting: int, policy: Policy, when: When | None, *, alone: bool = False
) -> Flow[Found]:
    """Read a meeting, or one occurrence of it, before a change.

    An occurrence that is named by its day is found among those of its series; with `alone` it is
    then read by itself too. Whatever goes wrong here, no change was sent.
    """
    try:
        return (yield from _found(context, meeting, policy, when, alone=alone))
    except RezoomError as error:
        error.sent = False
        raise


def _found(
    context: ClientContext, meeting: int, policy: Policy, when: When | None, *, alone: bool
) -> Flow[Found]:
    if when is None:
        return Found(filled((yield from read(context, meeting, policy))))
    if isinstance(when, date | Occurrence):
        answer = yield from read(context, meeting, policy)
        item = choose(when, answer)
        if not alone:
            return Found(filled(answer), item, seen=False)
        number = item.id
    else:
        number = known_id(when) or ""
    try:
        answer = yield from read(context, meeting, policy, occurrence=number)
    except (AuthError, RateLimited, ServerError):
        raise
    except RefusedError:
        # The meeting, or only the occurrence? If the meeting is gone too, this read says so.
        answer = yield from read(context, meeting, policy)
        if choose_id(number, answer) is not None:
            raise
        raise not_there(number, answer) from None
    return Found(filled(answer), choose_id(number, answer) or _alone(number, answer))


def _alone(number: str, answer: Mapping[str, Any]) -> Listed:
    """Take the occurrence as the answer itself shows it."""
    place = place_of(answer)
    start, length = instant(answer.get("start_time"), place), answer.get("duration")
    if start is None or place is None:
        raise not_there(number, answer)
    return Listed(number, start, place, length if isinstance(length, int) else None)


# No source tells how soon a read shows an update; a second look costs none of the day's updates.
_LAG = 1.0


def verified(
    context: ClientContext, receipt: Receipt, record: Record, policy: Policy
) -> Flow[Receipt]:
    """Read the meeting again and compare; look twice where something seems ignored.

    The change is out, so nothing that goes wrong here is raised.
    """
    try:
        checked = yield from _look(context, receipt, record, policy)
    except RezoomError as error:
        return replace(receipt, verify_error=error)
    if checked.ignored and policy.slept + _LAG <= policy.wait:
        yield Pause(_LAG)
        policy.slept += _LAG
        try:
            return (yield from _look(context, receipt, record, policy))
        except RezoomError:
            pass  # the first look still stands
    return checked


def _look(
    context: ClientContext, receipt: Receipt, record: Record, policy: Policy
) -> Flow[Receipt]:
    after = filled(
        (yield from read(context, receipt.meeting, policy, occurrence=record.occurrence))
    )
    verdict = _compared(record, after)
    return replace(receipt, verdict=verdict, record=replace(record, after=after))


def _compared(record: Record, after: Mapping[str, Any]) -> Verdict:
    try:
        return verdict_of(
            record.body,
            record.before,
            after,
            now=record.at,
            dates=record.dates,
            occurrence=record.occurrence,
        )
    except Exception as error:
        raise RezoomError(
            f"The answer could not be compared: {type(error).__name__}",
            sent=True,
            next_step="Read the meeting.",
        ) from error
