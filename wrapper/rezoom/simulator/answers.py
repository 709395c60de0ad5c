"""Answers in Zoom's shapes: the bodies that were reported, and where Zoom says nothing, our own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from .record import Flaw
from .timing import zulu

Limit = Literal["second", "account-day", "host-day", "lock"]
JSON = "application/json;charset=UTF-8"

_LIMITED: Mapping[str, str] = {
    "second": "You have reached the maximum per-second rate limit for this API. Try again later.",
    "account-day": "You have reached the maximum daily rate limit for this API.",
    "host-day": (
        "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests "
        "permitted for this user. The count starts anew at GMT 00:00:00."
    ),
    "lock": "Too many concurrent requests for this meeting. Wait for the first one to end.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the headers that belong to it, and a body as bytes."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def with_json(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with a JSON object."""
    # ASCII only: text that came in with half a surrogate pair must be able to go out again.
    content = json.dumps(body, separators=(",", ":")).encode("ascii")
    return Answer(status, content, {"content-type": JSON, **(headers or {})})


def refused(
    status: int, code: int, message: str, errors: Sequence[Mapping[str, str]] = ()
) -> Answer:
    """Refuse as the API does; https://developers.zoom.us/docs/api/errors/ has the shape."""
    body: dict[str, Any] = {"code": code, "message": message}
    if errors:
        body["errors"] = list(errors)
    return with_json(status, body)


def validation_failed(flaws: Sequence[Flaw]) -> Answer:
    """Refuse a body, naming each member by its dotted path."""
    errors = [{"field": flaw.field, "message": flaw.message} for flaw in flaws]
    return refused(400, 300, "Validation Failed.", errors)


def not_json() -> Answer:
    """Refuse a body that is not a JSON object."""
    return refused(400, 300, "Request Body should be a valid JSON object.")


def not_found(meeting: str) -> Answer:
    """Say that there is no such meeting."""
    return refused(404, 3001, f"Meeting does not exist: {meeting}.")


def unknown_address() -> Answer:
    """Say that nothing answers at this method and path."""
    return refused(404, 2300, "This API endpoint is not recognized.")


def token_rejected() -> Answer:
    """Refuse an expired, revoked or invented token."""
    return refused(401, 124, "Invalid access token.")


def scopes_missing(scopes: Sequence[str]) -> Answer:
    """Refuse a token that lacks the scopes of the operation; the status is 400, as reported."""
    listed = ", ".join(scopes)
    return refused(400, 4711, f"Invalid access token, does not contain scopes:[{listed}].")


def token_refused(reason: str, error: str) -> Answer:
    """Refuse at the token address, which has a shape of its own."""
    return with_json(400, {"reason": reason, "error": error})


def limited(limit: Limit, now: datetime, *, code: int = 429) -> Answer:
    """Answer 429 with the text and the headers reported for that limit, misleading ones included.

    `code` is 429 in the bodies that were seen and 4001 in the endpoint document of 2026.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    headers = {
        "second": {"x-ratelimit-category": "Light", "x-ratelimit-type": "QPS"},
        "account-day": {
            "x-ratelimit-category": "Light",
            "x-ratelimit-type": "Daily-limit",
            "x-ratelimit-limit": "6000",
            "x-ratelimit-remaining": "0",
            "retry-after": zulu(midnight),
        },
        # The one full dump there is shows the other pool, no type and no Retry-After:
        # https://devforum.zoom.us/t/18928
        "host-day": {
            "x-ratelimit-category": "Light",
            "x-ratelimit-limit": "6000",
            "x-ratelimit-remaining": "5893",
        },
        "lock": {},
    }[limit]
    return with_json(429, {"code": code, "message": _LIMITED[limit]}, headers)
