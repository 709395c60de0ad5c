"""Tokens: the request for one, the protocol of a source, and how an answer is read.

`peek` gives a usable token or None; then `request` says what to send and `accept` reads the answer.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from .._paths import json_object
from .._public import public
from .._redaction import MaskedRepr, masked_links
from .._secret import Secret, SecretBytes
from ..errors import AuthError, ConfigError, RateLimited, RezoomError, ServerError
from .addresses import header_flaw, safe_address

_SHORTEST_SECRET = 8
_LONGEST_LIFE = timedelta(days=366)
# Zoom names no window for this limit; a minute is long for a per-second one and short for a day.
_LIMITED_FOR = timedelta(minutes=1)


@dataclass(frozen=True)
class Token:
    """A bearer token and what came with it."""

    value: str = field(repr=False)
    expires_at: datetime | None = None
    api_url: str | None = None

    def __post_init__(self) -> None:
        # Whatever source it is from: it becomes a local variable of every attempt.
        object.__setattr__(self, "value", Secret(self.value))


def read_token(status: int, body: bytes, now: datetime, *, secrets: Iterable[str] = ()) -> Token:
    """Return the token in an answer of the token address, or raise the typed reason.

    `secrets` are masked wherever the answer quotes them back.
    """
    body, found = SecretBytes(body), json_object(body)
    answer = None if found is None else MaskedRepr(found)
    del found
    if 200 <= status < 300 and answer is not None and "access_token" in answer:
        return _token(status, answer, now)
    said: str = "" if answer is None else _said(answer)
    excerpt, is_json = _excerpt(body), answer is not None
    del answer  # which quotes them, in a local variable of a frame that raises
    # A test's "secret" would blot out every message that speaks of a client_secret.
    for secret in (one for one in secrets if len(one) >= _SHORTEST_SECRET):
        said, excerpt = said.replace(secret, "(hidden)"), excerpt.replace(secret, "(hidden)")
    said, excerpt = masked_links(said), masked_links(excerpt)
    raise _refusal(status, said[:300], excerpt[:120], is_json=is_json, now=now)


def _token(status: int, answer: Mapping[str, Any], now: datetime) -> Token:
    flaw = header_flaw(answer["access_token"])
    if flaw:
        raise _unreadable(status, f"the access_token in the answer {flaw}")
    address = answer.get("api_url")
    try:
        address = safe_address(str(address or ""), "api_url", fix="")
    except ConfigError:  # the token itself is good
        address = None
    life = answer.get("expires_in")
    expires_at = None if life is None else now + _lifetime(status, life)
    return Token(answer["access_token"], expires_at, address)


def _lifetime(status: int, value: object) -> timedelta:
    try:
        seconds = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    if isinstance(value, bool) or not 0 < seconds <= _LONGEST_LIFE.total_seconds():
        raise _unreadable(status, f"expires_in is {str(value)[:40]!r}, not a number of seconds")
    return timedelta(seconds=seconds)


def _unreadable(status: int, reason: str, excerpt: str = "") -> ServerError:
    return ServerError(
        f"token request: {reason}",
        status=status,
        sent=False,
        body_excerpt=excerpt,
        next_step="Try again; if it stays so, look at what answers at token_url.",
    )


def _refusal(status: int, said: str, excerpt: str, *, is_json: bool, now: datetime) -> RezoomError:
    if status == 429:
        scope, retry_at = "token", now + _LIMITED_FOR
        return RateLimited(
            f"token request: {said or 'too many requests'}",
            retry_at=retry_at,
            scope=scope,
            sent=False,
        )
    if status >= 500:
        return _unreadable(status, said or "no answer that can be read", excerpt)
    if not said and (status < 400 or status in {404, 405}):
        if is_json:
            return _unreadable(status, "the answer has no access_token")
        return ConfigError(
            f"token_url answered HTTP {status} without JSON, so it is not the token address",
            field="token_url",
            next_step="Leave token_url out, or give the whole address (https://zoom.us/oauth/token).",
        )
    return _refused_credentials(status, said, excerpt)


def _refused_credentials(status: int, said: str, excerpt: str) -> AuthError:
    from .._catalog import find_token_error
    from .._wire import source

    row = find_token_error(said)
    return AuthError(
        f"token request: {said or 'refused without a reason'}",
        status=status,
        code=row.code,
        meaning=row.meaning,
        next_step=row.next_step,
        source=source(row.source),
        body_excerpt=excerpt,
        sent=False,
    )


def _said(answer: Mapping[str, Any]) -> str:
    names = ("reason", "error", "error_description", "message", "code", "errorCode")
    values = (answer.get(name) for name in names)
    texts = (" ".join(str(value).split()) for value in values if isinstance(value, str | int))
    return ", ".join(filter(None, dict.fromkeys(texts)))


def _excerpt(body: bytes) -> str:
    # Only a page is quoted: a broken JSON answer may hold half a token.
    text = body[:4096].decode("utf-8", "replace").strip()
    if not text.startswith("<"):
        return ""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


@dataclass(frozen=True)
class TokenRequest:
    """One form to POST to the token address."""

    url: str
    form: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@public("rezoom")
class TokenSource(Protocol):
    """Gives out the tokens of one account; `account` names it in the ledger."""

    account: str | None

    def peek(self, now: datetime, *, rejected: str | None = None) -> Token | None:
        """Return a token that is good for a while yet; never the one Zoom just rejected."""
        ...

    def request(self) -> TokenRequest:
        """Return the request that gets a new token; raise if there can be none."""
        ...

    def accept(self, status: int, body: bytes, now: datetime) -> Token:
        """Keep and return the token in the answer; raise the reason if there is none."""
        ...
