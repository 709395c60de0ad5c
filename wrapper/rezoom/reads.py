"""Reading a meeting, and finding the occurrence of it that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from .desk import Desk
from .errors import (
    AuthError,
    RateLimited,
    RefusedError,
    RezoomError,
    ServerError,
)
from .flow import Policy, exchange
from .hosts import learn
from .intents import Flow
from .planning.choosing import choose, choose_id, known_id, not_there
from .planning.comparing import instant
from .planning.listing import Listed, filled, place_of
from .prepare import get_job, named_host, read_answer
from .recurrence import Occurrence

if TYPE_CHECKING:
    from .planning.choosing import When


@dataclass(frozen=True, slots=True)
class Found:
    """What a read shows; `seen` tells whether it shows the occurrence, or only its series."""

    answer: Mapping[str, Any]
    occurrence: Listed | None = None
    seen: bool = True


def read(
    desk: Desk, meeting: int, policy: Policy, *, occurrence: str | None = None, past: bool = False
) -> Flow[dict[str, Any]]:
    """Read a meeting, and learn whose it is."""
    job = get_job(meeting, occurrence=occurrence, past=past)
    answer = read_answer((yield from exchange(job.request, policy)))
    host = named_host(answer)
    if host is not None:
        yield from learn(desk, meeting, host)
    return answer


def read_first(
    desk: Desk, meeting: int, policy: Policy, when: When | None, *, alone: bool = False
) -> Flow[Found]:
    """Read a meeting, or one occurrence of it, before a change.

    An occurrence that is named by its day is found among those of its series; with `alone` it is
    then read by itself too. Whatever goes wrong here, no change was sent.
    """
    try:
        return (yield from _found(desk, meeting, policy, when, alone=alone))
    except RezoomError as error:
        error.sent = False
        raise


def _found(
    desk: Desk, meeting: int, policy: Policy, when: When | None, *, alone: bool
) -> Flow[Found]:
    if when is None:
        return Found(filled((yield from read(desk, meeting, policy))))
    if isinstance(when, date | Occurrence):
        answer = yield from read(desk, meeting, policy)
        item = choose(when, answer)
        if not alone:
            return Found(filled(answer), item, seen=False)
        number = item.id
    else:
        number = known_id(when) or ""
    try:
        answer = yield from read(desk, meeting, policy, occurrence=number)
    except (AuthError, RateLimited, ServerError):
        raise
    except RefusedError:
        # The meeting, or only the occurrence? If the meeting is gone too, this read says so.
        answer = yield from read(desk, meeting, policy)
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
