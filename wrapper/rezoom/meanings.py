"""Which row of the spec an answer belongs to; the first one that fits, as the spec says."""

from __future__ import annotations

import re

from ._wire import facts


def find_error(status: int | None, code: int | None, message: str) -> facts.ErrorCode | None:
    """Find what an answer means; without a `status` the code and the words decide."""
    text = message.casefold()
    for row in facts.ERRORS:
        by_status = row.status in (None, status) or (status is None and row.code is not None)
        if by_status and row.code in (None, code) and row.match in text:
            return row
    return None


def find_throttle(message: str, kind: str, limit: str) -> facts.Throttle:
    """Find which limit a 429 means; `kind` and `limit` are the values of its headers, or empty."""
    text = message.casefold()
    for row in facts.THROTTLES:
        by_kind = row.type is None or row.type.casefold() == kind.strip().casefold()
        by_limit = row.limit is None or str(row.limit) == limit.strip()
        if row.match in text and by_kind and by_limit:
            return row
    return facts.THROTTLES[-1]


def find_token_error(said: str) -> facts.TokenError:
    """Find why no token was given."""
    numbers, text = set(re.findall(r"[0-9]+", said)), said.casefold()
    for row in facts.TOKEN_ERRORS:
        if row.match in text and (row.code is None or str(row.code) in numbers):
            return row
    return facts.TOKEN_ERRORS[-1]


def missing_scopes(message: str) -> tuple[str, ...]:
    """Read the scopes that Zoom names as missing."""
    found = re.search(r"scopes?\s*:?\s*\[([^\]]*)\]", message)
    words = found[1] if found else ""
    return tuple(dict.fromkeys(re.findall(r"[\w:]+:[\w:]+", words)))
