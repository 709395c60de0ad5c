"""Requests as the fake Zoom takes them, and answers in the shapes of Zoom's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from .._paths import deeper_than
from .._times import utc_instant
from .._wire import facts
from ._request_log import Flaw, Verdict, without_secrets

Limit = Literal["second", "account-day", "host-day", "lock"]
JSON = "application/json;charset=UTF-8"
ACCOUNT_DAY = facts.RATES["free"].per_day or 0

# The digits of any meeting number (int64); int() reads no more than 4300.
_LONGEST = 19
_DEEPEST = 48  # Zoom's own bodies go five deep
_ERRORS = {row.id: row for row in facts.ERRORS}
_THROTTLES = {row.id: row for row in facts.THROTTLES}
# What the one full dump of a host out of updates shows: https://devforum.zoom.us/t/18928
_LEFT_IN_THE_DUMP = 5893


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the headers that belong to it, and a body as bytes."""

    status: int
    content: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


def with_json(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    """Answer with a JSON object."""
    # ASCII only: text that came in with half a surrogate pair must be able to go out again.
    content = json.dumps(body, separators=(",", ":")).encode("ascii")
    return Answer(status, content, {"content-type": JSON, **(headers or {})})


def refused(error: str, *, status: int = 400, **words: object) -> Answer:
    """Refuse with the row of the spec's x-errors that has this id; `words` fill its braces.

    `status` is for rows that hold for several.
    """
    row = _ERRORS[error]
    body = {"code": row.code, "message": row.message.format_map(words)}
    return with_json(row.status or status, body)


def validation_failed(flaws: Sequence[Flaw]) -> Answer:
    """Refuse a body, naming each member by its dotted path."""
    row = _ERRORS["validation-failed"]
    errors = [{"field": flaw.field, "message": flaw.message} for flaw in flaws]
    return with_json(400, {"code": row.code, "message": row.message, "errors": errors})


# The first parts of the paths of Zoom's REST APIs (https://developers.zoom.us/docs/api/).
_RESOURCES = frozenset(
    "accounts archive_files billing calendars chat clips contact_center contacts crc dashboard"
    " devices docs groups h323 im info_barriers jbf live_meetings mail marketplace meetings"
    " metrics numbers past_meetings past_webinars phone qss report roles rooms scheduler sip_phones"
    " tasks tracking_fields tsp users video_management videosdk webinars whiteboards workspaces"
    " zoom_events".split()
)
_VERSION = "/v2/"


def lacking(method: str, path: str) -> Answer | None:
    """Answer for an operation that Zoom has and the simulator has not; None where Zoom has none."""
    first = path.removeprefix(_VERSION).partition("/")[0]
    if not path.startswith(_VERSION) or first not in _RESOURCES:
        return None
    said = f"rezoom's simulator has no {method} {path}: nothing was done"
    return with_json(501, {"code": 501, "message": said})


def token_refused(reason: str, error: str) -> Answer:
    """Refuse at the token address, which has a shape of its own."""
    return with_json(400, {"reason": reason, "error": error})


def limited(
    limit: Limit,
    now: datetime,
    *,
    code: int = 429,
    size: int = ACCOUNT_DAY,
    left: int | None = None,
) -> Answer:
    """Answer 429 with the text and the headers reported for that limit, misleading ones included.

    `code` is 429 in the bodies that were seen and 4001 in the endpoint document of 2026. `size`
    and `left` are what the headers show; for a host out of updates Zoom shows another pool.
    """
    row = _THROTTLES[limit]
    if left is None:
        left = _LEFT_IN_THE_DUMP if limit == "host-day" else 0
    midnight = utc_instant(next_midnight(now))
    headers = {
        facts.HEADERS[name]: text.format(limit=size, remaining=left, midnight=midnight)
        for name, text in row.headers.items()
    }
    return with_json(429, {"code": code, "message": row.message}, headers)


def next_midnight(now: datetime) -> datetime:
    """Return the next 00:00 of the instant's own zone."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a client; header names are in lower case, `meeting` is its ID as written."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    # None: it is longer than anything that is read.
    content: bytes | None = field(repr=False)
    meeting: str = ""

    @property
    def authorization(self) -> str:
        """Return the header that carries the credentials."""
        return self.headers.get("authorization", "")


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to a call, and what the request log is to keep of it."""

    answer: Answer
    body: Any = None
    verdict: Verdict | None = None
    ignored: tuple[str, ...] = ()
    note: str = ""


def whole_number(text: str) -> int | None:
    """Return the number that a text of digits says; None for what is none, or beyond an int64."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def parsed(content: bytes | None) -> dict[str, Any] | None:
    """Return the JSON object of a body, or None; an empty body is an empty update."""
    if content is None:
        return None
    if not content:
        return {}
    try:
        body = loaded(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def loaded(content: bytes | str, **options: Any) -> Any:
    """Return a JSON value; ValueError when it is none, or nested beyond all use."""
    try:
        value = json.loads(content, parse_constant=_no_constant, **options)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if deeper_than(value, _DEEPEST):
        raise ValueError("nested too deeply")
    return value


def readable(content: bytes | None) -> Any:
    """Return a body as far as it can be read, for the request log."""
    if not content:
        return None
    body = parsed(content)
    return content.decode("utf-8", "replace") if body is None else body


def kept_elsewhere(content: bytes | None) -> Any:
    """Return what the request log may keep of a body that was sent to no address of ours.

    A client that is wrongly set up sends its credentials there, so only the harmless members of a
    JSON object are kept.
    """
    body = parsed(content) if content else None
    return None if body is None else without_secrets(body)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
