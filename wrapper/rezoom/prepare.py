"""What one call needs, worked out before anything is sent: no I/O, no clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ._wire import facts, get_request, read_meeting, source, update_request
from .errors import InvalidChange, Problem, ServerError
from .intents import Outgoing, Reply
from .meeting_id import meeting_number
from .scheduling import judge_scheduled

if TYPE_CHECKING:
    from ._wire import Meeting
    from .recurrence import Series


@dataclass(frozen=True, slots=True)
class Job:
    """One call, ready to be sent."""

    meeting: int
    request: Outgoing
    warnings: tuple[Problem, ...] = ()
    # Whose quota the next update spends is not known after this one.
    moves_host: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller wants of one meeting, as it was said; `now` tells what is past."""

    meeting: int | str
    change: object
    fields: Mapping[str, object]
    now: datetime
    schedule: Series | None = None
    occurrence: str | None = None
    allow: Sequence[str] = ()
    extra: Mapping[str, object] | None = None


def update_job(asked: Asked) -> Job:
    """Judge an update and write its request; raise InvalidChange with every problem at once."""
    occurrence = asked.occurrence
    problems: list[Problem] = []
    number = 0
    try:
        number = meeting_number(asked.meeting)
    except InvalidChange as error:
        problems += error.problems
    problems += _occurrence_problems(occurrence)
    body, found = judge_scheduled(
        asked.change, asked.fields, schedule=asked.schedule, now=asked.now,
        occurrence=occurrence is not None, extra=asked.extra, allow=asked.allow,
    )  # fmt: skip
    problems += found
    if any(problem.severity == "error" for problem in problems):
        raise InvalidChange([problem for problem in problems if problem.severity == "error"])
    written = update_request(number, body, occurrence)
    recurrence = body.get("recurrence")
    endless = isinstance(recurrence, dict) and recurrence.get("end_times") == 0
    request = Outgoing(
        operation="updateMeeting",
        method=written["method"].upper(),
        path=written["url"],
        query={key: str(value) for key, value in written.get("params", {}).items()},
        content=encode(written["json"]),
        # Every PATCH of an endless series pushes its horizon on [ITH].
        repeatable=not endless,
        success=204,
        secrets=frozenset(secret_values(body)),
    )
    return Job(number, request, tuple(problems), "schedule_for" in body)


def get_job(meeting: int | str, *, occurrence: str | None, past: bool) -> Job:
    """Write the request of a GET."""
    number = meeting_number(meeting)
    problems = _occurrence_problems(occurrence)
    if problems:
        raise InvalidChange(problems)
    written = get_request(number, occurrence, past)
    query = {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in written.get("params", {}).items()
    }
    return Job(number, Outgoing("getMeeting", written["method"].upper(), written["url"], query))


def meeting_answer(reply: Reply) -> Meeting:
    """Read a 200; an unreadable body is a typed error."""
    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    tracking = reply.headers.get(facts.HEADERS["tracking_id"])
    if not isinstance(answer, dict):
        raise ServerError(
            "the answer is not a JSON object", status=reply.status, tracking_id=tracking,
            meaning="It was cut short, or something between here and Zoom wrote it.",
        )  # fmt: skip
    if "id" not in answer and isinstance(answer.get("code"), int) and answer["code"]:
        raise ServerError(
            str(answer.get("message", "")), status=reply.status, code=answer["code"],
            tracking_id=tracking, meaning="An error came with the status of a success.",
            source=source("ZNET"),
        )  # fmt: skip
    return read_meeting(answer)


def named_host(meeting: Meeting) -> str | None:
    """Read the host's id; never the address beside it, or one host would have two quotas."""
    host = meeting.host_id
    return host if isinstance(host, str) and host else None


def encode(body: Mapping[str, Any]) -> bytes:
    """Write JSON as httpx does, so that facade and generated stub send the same bytes."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def secret_values(body: object) -> Iterator[str]:
    """Yield the values that the spec marks as secret, so that nothing ever quotes them."""
    if isinstance(body, dict):
        for key, value in body.items():
            if key in facts.SECRET_NAMES and isinstance(value, str):
                yield value
            else:
                yield from secret_values(value)
    elif isinstance(body, list):
        for item in body:
            yield from secret_values(item)


def _occurrence_problems(occurrence: object) -> list[Problem]:
    if occurrence is None:
        return []
    if isinstance(occurrence, str) and occurrence.isascii() and occurrence.isdigit():
        return []
    kind = repr(occurrence)[:40] if isinstance(occurrence, str) else type(occurrence).__name__
    message = f"{kind} is not an occurrence id, which is all digits, as text"
    fix = "take occurrence_id from the occurrences of a GET, such as '1648194360000'"
    return [Problem("occurrence", "error", "occurrence-id", message, fix, source("C25"))]
