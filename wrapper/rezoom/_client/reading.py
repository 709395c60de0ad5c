"""Reading a meeting, before a change and after it, and the occurrence that is meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from .._change.compare import instant
from .._change.occurrences import Listed, choose, choose_id, filled, known_id, not_there
from .._change.plan_data import Record, Verdict
from .._change.results import Receipt
from .._change.verify import verdict_of
from .._http.context import Call
from .._http.flow import Flow, Outgoing, Pause, exchange, learn
from .._http.responses import Reply, clean
from .._paths import json_object
from .._redaction import MaskedRepr
from .._times import place_of
from .._wire import UNSET, facts, source
from ..errors import AuthError, RateLimited, RefusedError, RezoomError, ServerError
from ..recurrence import Occurrence

if TYPE_CHECKING:
    from .._change.occurrences import When


@dataclass(frozen=True, slots=True)
class Found:
    """What a read shows; `seen` tells whether it shows the occurrence, or only its series."""

    answer: Mapping[str, Any] = field(repr=False)
    occurrence: Listed | None = None
    seen: bool = True


def read(
    call: Call, meeting: int, *, occurrence: str | None = None, past: bool = False
) -> Flow[dict[str, Any]]:
    """Read a meeting, and learn whose it is."""
    from rezoom_wire.api.meetings import get_meeting

    arguments = get_meeting.build_request(
        meeting,
        occurrence_id=UNSET if occurrence is None else occurrence,
        show_previous_occurrences=True if past else UNSET,
    )
    context = call.context
    request = Outgoing("getMeeting", meeting, arguments)
    spent = context.quota.reading(context.account)
    reply = yield from exchange(request, call, spent)
    answer = _answer(reply, call.secrets)
    host = named_host(answer)
    if host is not None:
        yield from learn(context.account, meeting, host)
        email = answer.get("host_email")
        if isinstance(email, str) and email:
            yield from learn(context.account, email.casefold(), host)
    return answer


def _answer(reply: Reply, secrets: Collection[str]) -> MaskedRepr:
    """Read a 200; an unreadable body is a typed error."""
    found = json_object(reply.body)
    tracking = reply.headers.get(facts.HEADERS["tracking_id"])
    if found is None:
        raise ServerError(
            "the answer is not a JSON object",
            status=reply.status,
            tracking_id=tracking,
            meaning="It was cut short, or something between here and Zoom wrote it.",
        )
    answer = MaskedRepr(found)
    del found
    if "id" not in answer and isinstance(answer.get("code"), int) and answer["code"]:
        raise ServerError(
            clean(str(answer.get("message", "")), secrets),
            status=reply.status,
            code=answer["code"],
            tracking_id=tracking,
            meaning="An error came with the status of a success.",
            source=source("ZNET"),
        )
    return answer


def named_host(answer: Mapping[str, Any]) -> str | None:
    """Read the host's id; never the address beside it, or one host would have two quotas."""
    host = answer.get("host_id")
    return host if isinstance(host, str) and host.strip() else None


def read_first(call: Call, meeting: int, when: When | None, *, alone: bool = False) -> Flow[Found]:
    """Read a meeting, or one occurrence of it, before a change.

    An occurrence that is named by its day is found among those of its series; with `alone` it is
    then read by itself too. Whatever goes wrong here, no change was sent.
    """
    try:
        return (yield from _found(call, meeting, when, alone=alone))
    except RezoomError as error:
        error.sent = False
        raise


def _found(call: Call, meeting: int, when: When | None, *, alone: bool) -> Flow[Found]:
    if when is None:
        return Found(filled((yield from read(call, meeting))))
    if isinstance(when, date | Occurrence):
        answer = yield from read(call, meeting)
        item = choose(when, answer)
        if not alone:
            return Found(filled(answer), item, seen=False)
        number = item.id
    else:
        number = known_id(when) or ""
    try:
        answer = yield from read(call, meeting, occurrence=number)
    except (AuthError, RateLimited, ServerError):
        raise
    except RefusedError:
        # The meeting, or only the occurrence? If the meeting is gone too, this read says so.
        answer = yield from read(call, meeting)
        if choose_id(number, answer) is not None:
            raise
        raise not_there(number, answer) from None
    return Found(filled(answer), choose_id(number, answer) or _alone(number, answer))


def _alone(number: str, answer: Mapping[str, Any]) -> Listed:
    """Take the occurrence as the answer itself shows it."""
    place = place_of(answer)
    start, length = instant(answer.get("start_time"), place), answer.get("duration")
    if start is None:
        raise not_there(number, answer)
    return Listed(number, start, place or UTC, length if isinstance(length, int) else None)


# No source tells how soon a read shows an update; a second look costs none of the day's updates.
_LAG = 1.0


def verified(call: Call, receipt: Receipt, record: Record) -> Flow[Receipt]:
    """Read the meeting again and compare; look twice where something seems ignored.

    The change is out, so nothing that goes wrong here is raised.
    """
    try:
        checked = yield from _look(call, receipt, record)
    except RezoomError as error:
        return replace(receipt, verify_error=error)
    if (checked.ignored or checked.altered) and call.left >= _LAG:
        yield Pause(_LAG)
        call.slept += _LAG
        try:
            return (yield from _look(call, receipt, record))
        except RezoomError:
            pass  # the first look still stands
    return checked


def _look(call: Call, receipt: Receipt, record: Record) -> Flow[Receipt]:
    after = filled((yield from read(call, receipt.meeting, occurrence=record.occurrence)))
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
