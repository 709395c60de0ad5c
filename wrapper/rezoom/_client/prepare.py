"""What one call needs, worked out before anything is sent: no I/O, no clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._http.flow import Outgoing
from .._http.responses import Reply
from .._paths import json_object
from .._rules.judge import Change, judge_scheduled
from .._rules.meeting_id import meeting_number
from .._wire import facts, get_request, source, update_request
from ..errors import InvalidChange, OccurrenceError, Problem, ServerError

if TYPE_CHECKING:
    from .._change.occurrences import When
    from ..recurrence import Series

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(slots=True)
class Job:
    """One update, ready to be sent."""

    meeting: int
    request: Outgoing
    body: Mapping[str, Any] = field(repr=False)
    occurrence: str | None
    warnings: tuple[Problem, ...]
    # Whose quota the next update spends is not known after this one.
    moves_host: bool


@dataclass(slots=True)
class UpdateCall:
    """What a caller wants of one meeting, as it was said; `now` tells what is past."""

    meeting: int | str
    change: object
    fields: Mapping[str, object]
    now: datetime
    schedule: Series | None = None
    occurrence: When | None = None
    allow: Sequence[str] = ()
    extra: Mapping[str, object] | None = None

    @property
    def requested(self) -> Change:
        """The change itself, without its meeting."""
        return Change(self.change, self.fields, self.schedule, self.extra, self.allow)


def target_of(call: UpdateCall, problems: Sequence[Problem] = ()) -> tuple[int, str | None]:
    """Read which meeting is meant, and which occurrence if its id is known without a read.

    Raises InvalidChange with what is wrong there and all `problems` at once.
    """
    if call.occurrence is None and not problems:
        return meeting_number(call.meeting), None
    from .._change.occurrences import known_id

    number, known = 0, None
    found: list[InvalidChange] = []
    try:
        number = meeting_number(call.meeting)
    except InvalidChange as error:
        found.append(error)
    try:
        known = None if call.occurrence is None else known_id(call.occurrence)
    except OccurrenceError as error:
        found.append(error)
    wrong = [problem for problem in problems if problem.severity == "error"]
    if len(found) == 1 and not wrong:
        raise found[0]
    wrong = [problem for error in found for problem in error.problems] + wrong
    if wrong:
        raise InvalidChange(wrong)
    return number, known


def update_job(call: UpdateCall) -> Job:
    """Judge an update by what is known without a read, and write its request.

    Raises InvalidChange with every problem at once.
    """
    single = call.occurrence is not None
    body, problems = judge_scheduled(call.requested, now=call.now, occurrence=single)
    meeting, known = target_of(call, problems)
    return written_job(meeting, body, known, problems)


def written_job(
    meeting: int, body: Mapping[str, Any], occurrence: str | None, problems: Sequence[Problem]
) -> Job:
    """Write the request of an update that has been judged."""
    method, path, query = update_request(meeting, occurrence)
    recurrence = body.get("recurrence")
    endless = isinstance(recurrence, Mapping) and recurrence.get("end_times") == 0
    request = Outgoing(
        method=method,
        path=path,
        query=query,
        content=encode(dict(body)),
        # Every PATCH of an endless series pushes its horizon on [ITH].
        repeatable=not endless,
        success=204,
        secrets=frozenset(secret_values(body)),
    )
    return Job(meeting, request, body, occurrence, tuple(problems), "schedule_for" in body)


def read_request(meeting: int, *, occurrence: str | None, past: bool) -> Outgoing:
    """Write the request of a GET."""
    written = get_request(meeting, occurrence, past)
    query = {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in written.get("params", {}).items()
    }
    return Outgoing(written["method"].upper(), written["url"], query)


def read_answer(reply: Reply) -> dict[str, Any]:
    """Read a 200; an unreadable body is a typed error."""
    answer = json_object(reply.body)
    tracking = reply.headers.get(facts.HEADERS["tracking_id"])
    if answer is None:
        raise ServerError(
            "the answer is not a JSON object",
            status=reply.status,
            tracking_id=tracking,
            meaning="It was cut short, or something between here and Zoom wrote it.",
        )
    if "id" not in answer and isinstance(answer.get("code"), int) and answer["code"]:
        raise ServerError(
            str(answer.get("message", "")),
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


def encode(body: Mapping[str, Any]) -> bytes:
    """Write JSON as httpx does, so that facade and generated stub send the same bytes."""
    return _ENCODER.encode(body).encode("utf-8")


def secret_values(body: object) -> Iterator[str]:
    """Yield the values that the spec marks as secret, so that nothing ever quotes them."""
    if isinstance(body, dict):
        for key, value in body.items():
            if isinstance(value, str) and key in facts.SECRET_NAMES:
                yield value
            yield from secret_values(value)
    elif isinstance(body, list):
        for item in body:
            yield from secret_values(item)
