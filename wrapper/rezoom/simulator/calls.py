"""One request as the fake Zoom sees it, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import Answer
from .record import Verdict


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
