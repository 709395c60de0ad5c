"""Read whatever Zoom answered as evidence; reading an answer never raises."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from .._catalog import find_error, find_throttle, missing_scopes
from .._clock import LONGEST_WAIT
from .._ledger.model import Block, External, Lease, Lesson, SlowDown
from .._ledger.policy import next_utc_midnight
from .._paths import json_object
from .._redaction import masked_links
from .._wire import facts, source
from ..errors import (
    AuthError,
    NotFoundError,
    RateLimited,
    Refusal,
    RefusedError,
    RezoomError,
    ScopeError,
    ServerError,
)


def retryable_status(status: int) -> bool:
    """Tell whether a gateway, not Zoom's application, gave this answer."""
    return status in {502, 503, 504}


def parse_retry_after(value: str | None, now: datetime) -> datetime | None:
    """Return the instant a `Retry-After` header names; None for the past and for nonsense.

    Zoom writes an ISO instant for its daily limits (source DOC-RL,
    https://developers.zoom.us/docs/api/rate-limits/); proxies write seconds or an HTTP date.
    """
    text = (value or "").strip()
    try:
        instant = _seconds(text, now) or _instant(text)
    except OverflowError:
        return None
    if instant is None or instant <= now:
        return None
    return min(instant, now + LONGEST_WAIT).astimezone(UTC)


def _seconds(text: str, now: datetime) -> datetime | None:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return None
    return now + timedelta(seconds=min(float(text), LONGEST_WAIT.total_seconds()))


def _instant(text: str) -> datetime | None:
    for written in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            instant = written(text)
        except ValueError:
            continue
        # Zoom's texts speak of GMT wherever they leave the zone out.
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return None


# Zoom names no time for its per-second limit: one to two seconds, the second one as jitter.
_SHORT = timedelta(seconds=1)
_CLASSES: Mapping[str, type[RefusedError]] = {
    "auth": AuthError,
    "scope": ScopeError,
    "not-found": NotFoundError,
    "server": ServerError,
}
# Zoom's midnight is not ours to the second; the ledger waits as long.
_CLOCKS_APART = timedelta(microseconds=Lease().margin)
# The counted scope that each daily limit closes.
_SCOPES = {"host-day": "host", "meeting-day": "meeting", "account-day": "account"}
_TOO_MANY = 429
# Characters of what Zoom says, and of a tracking id (which has some sixty), that are kept.
_LONGEST_MESSAGE, LONGEST_TRACKING = 4096, 256


@dataclass(slots=True)
class Reply:
    """Whatever came back over HTTP; header names are lower case.

    With a `flaw` the body is not whole: it may prove a failure, never a success that needs it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means for the call: the error, and whether another try is allowed."""

    error: RezoomError
    retry: bool = False
    # Zoom rejected the token: a new one is worth one more attempt.
    renew: bool = False
    retry_after: timedelta | None = None
    # Zoom has counted the request among the updates of the day.
    spent: bool = True
    # What the ledger has to learn of it.
    lessons: tuple[Lesson, ...] = ()


def read(reply: Reply, *, secrets: frozenset[str], repeatable: bool) -> Verdict:
    """Classify an answer that is not the expected success.

    `secrets` are masked in whatever Zoom quotes back, and `repeatable` tells whether sending the
    request again is harmless.
    """
    status = reply.status
    success = 200 <= status < 300
    # Behind the status of a success a flawed body proves nothing, a refusal neither.
    message, more = _read_body(b"" if success and reply.flaw else reply.body, secrets)
    tracking = reply.headers.get(facts.HEADERS["tracking_id"], "")
    more["tracking_id"] = clean(tracking, secrets)[:LONGEST_TRACKING] or None
    if status == _TOO_MANY:
        return _limited(message, reply, more)
    # A success by status that carries an error by code is read by its code.
    code = more.get("code")
    row = find_error(None if success else status, code, message)
    if row is not None:
        more |= Refusal(meaning=row.meaning, next_step=row.next_step, source=source(row.source))
    kind = _kind(row, status)
    if success and not code:
        kind = "server"
        more["meaning"] = f"HTTP {status} is not the answer this call has, so nothing is proven."
        more["next_step"] = "Read the meeting to see what happened."
        more["source"] = source("ZNET")
    retry = repeatable and retryable_status(status)
    return Verdict(_error(kind, status, message, more), retry=retry, renew=kind == "auth")


def _kind(row: facts.ErrorCode | None, status: int) -> str:
    if row is not None and (row.status is not None or row.code is not None):
        return row.kind
    return {401: "auth", 404: "not-found"}.get(
        status, "refused" if 400 <= status < 500 else "server"
    )


def _error(kind: str, status: int, message: str, more: Refusal) -> RefusedError:
    if kind == "scope":
        return ScopeError(message, status=status, missing=missing_scopes(message), **more)
    return _CLASSES.get(kind, RefusedError)(message, status=status, **more)


def _limited(message: str, reply: Reply, more: Refusal) -> Verdict:
    headers, at = reply.headers, reply.at
    kind, limit = (headers.get(facts.HEADERS[name], "") for name in ("type", "limit"))
    # Of a body that was cut short, the words that came may still name the limit.
    said = reply.body[:4096].decode("utf-8", "replace") if reply.flaw else message
    row = find_throttle(said, kind, limit)
    named = parse_retry_after(headers.get(facts.HEADERS["retry_after"]), at)
    if row.resets == "short":
        # A proxy may ask for seconds; a gateway's day-long answer to a short limit is not believed.
        wait = named - at if named is not None and named - at < timedelta(minutes=1) else _SHORT
        retry_at = at + wait
    else:
        wait, retry_at = None, named or next_utc_midnight(at) + _CLOCKS_APART
    more |= Refusal(meaning=row.meaning, next_step=row.next_step, source=source(row.source))
    error = RateLimited(message, retry_at=retry_at, scope=row.scope, **more)
    lessons = _lessons(row, retry_at, headers)
    # What could not be read might have named a day's limit.
    lost = reply.flaw and row is facts.THROTTLES[-1]
    return Verdict(
        error,
        retry=row.retry and not lost,
        retry_after=wait,
        spent=row.scope != "second",
        lessons=lessons,
    )


def _lessons(
    row: facts.Throttle, retry_at: datetime, headers: Mapping[str, str]
) -> tuple[Lesson, ...]:
    name = _SCOPES.get(row.scope)
    if name is not None:
        counted = facts.QUOTAS.get(name)
        # Zoom is at its limit before we are: the rest was spent by others.
        spent = () if counted is None else (External(name, counted.limit),)
        return (Block(name, retry_at, row.id), *spent)
    return (SlowDown(_number(headers, "limit")),) if row.scope == "second" else ()


def taught(headers: Mapping[str, str]) -> tuple[Lesson, ...]:
    """Read what the headers of a success say about a daily pool that others spend from too.

    `Remaining` is never taken as permission: an answer has carried another pool's numbers [F18928].
    """
    limit, host = _number(headers, "limit"), facts.QUOTAS["host"].limit
    if limit != host:
        return ()
    remaining = _number(headers, "remaining")
    if remaining is None or not 0 <= remaining <= host:
        return ()
    return (External("host", host - remaining),)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(facts.HEADERS[name])
    if text is None:
        return None
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _read_body(body: bytes, secrets: frozenset[str]) -> tuple[str, Refusal]:
    """Return what Zoom says, and what else can be read from the body."""
    answer = json_object(body)
    if answer is None:
        return "", Refusal(code=None, errors=(), body_excerpt=_excerpt(body, secrets))
    code = answer.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < 10:
        code = int(code)
    names = ("message", "error_message", "reason", "error")
    texts = [answer[name] for name in names if isinstance(answer.get(name), str)]
    details = answer.get("errors")
    errors = tuple(
        {
            name: clean(str(item.get(name, "")), secrets)[:_LONGEST_MESSAGE]
            for name in ("field", "message")
        }
        for item in (details if isinstance(details, list) else ())
        if isinstance(item, dict)
    )
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    said = clean(texts[0] if texts else "", secrets)[:_LONGEST_MESSAGE]
    return said, Refusal(code=code, errors=errors, body_excerpt="")


def _excerpt(body: bytes, secrets: frozenset[str]) -> str:
    text = body[:4096].decode("utf-8", "replace").strip()
    if text.startswith(("{", "[")):
        return ""  # half a JSON answer may hold half a start_url, which nothing here could mask
    text = re.sub(r"<(script|style)\b.*?(</\1>|$)", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return clean(" ".join(re.sub(r"<[^>]*>", " ", text).split()), secrets)[:200]


def clean(text: str, secrets: Collection[str]) -> str:
    """Hide what an answer quotes of secrets, and of links that hold one."""
    found = sorted((one for one in secrets if one and one in text), key=len, reverse=True)
    if found:
        # As a word of its own: a passcode of "1" must not garble every number of the message.
        words = "|".join(map(re.escape, found))
        text = re.sub(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", "(hidden)", text)
    return masked_links(text)
