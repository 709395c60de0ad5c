"""One request as the fake Zoom sees it, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import Answer
from .record import Verdict, without_secrets
from .store import too_deep


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as far as it matters; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    meeting: str = ""

    @property
    def authorization(self) -> str:
        """Return the header that carries the credentials."""
        return self.headers.get("authorization", "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a call, and what the request log is to know about it."""

    answer: Answer
    body: Any = None
    verdict: Verdict | None = None
    ignored: tuple[str, ...] = ()
    note: str = ""


def parsed(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a body, or None; no body at all is an update that says nothing."""
    if not content:
        return {}
    try:
        body = loaded(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def loaded(content: bytes) -> Any:
    """Return the JSON value of a body; ValueError when it is none, or nested beyond all use."""
    try:
        value = json.loads(content, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if too_deep(value):
        raise ValueError("nested too deeply")
    return value


def readable(content: bytes) -> Any:
    """Return a body as far as it can be read, for the request log."""
    if not content:
        return None
    body = parsed(content)
    return content.decode("utf-8", "replace") if body is None else body


def kept_elsewhere(content: bytes) -> Any:
    """Return what the request log may keep of a body that was sent to no address of ours.

    A client that is wrongly set up sends its credentials there, so only the harmless members of a
    JSON object are kept.
    """
    body = parsed(content) if content else None
    return None if body is None else without_secrets(body)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
