"""Faults on demand: what goes wrong with the next requests, in the order it was asked for."""

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from ..errors import ConfigError
from .answers import JSON, Answer, Limit, limited

Kind = Literal["answer", "drop", "truncate", "delay"]
_STATUSES = range(200, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong `times` times (None: always) with requests that fit `match`.

    `match` is a part of "PATCH /v2/meetings/85746065"; by default any request but those for
    tokens. With `applied` the request is carried out all the same, and only its answer is lost.
    """

    status: int = 500
    body: str | bytes | Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = 1
    match: str = "/v2/"
    applied: bool = False
    kind: Kind = "answer"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.status not in _STATUSES:
            raise _wrong("status", self.status, "Give a status from 200 to 999.")
        if self.times is not None and self.times < 1:
            raise _wrong("times", self.times, "Give a positive number, or None for always.")
        if self.seconds < 0:
            raise _wrong("seconds", self.seconds, "Give a number of seconds, 0 or more.")

    @classmethod
    def limited(cls, limit: Limit, now: datetime, **more: Any) -> Self:
        """A 429 with the text and the headers reported for one of Zoom's limits."""
        answer = limited(limit, now)
        return cls(status=429, body=answer.content, headers=answer.headers, **more)

    @classmethod
    def drop(cls, **more: Any) -> Self:
        """A connection that is reset instead of an answer."""
        return cls(kind="drop", **more)

    @classmethod
    def truncate(cls, **more: Any) -> Self:
        """An answer that ends before it is complete."""
        return cls(kind="truncate", **more)

    @classmethod
    def delay(cls, seconds: float, **more: Any) -> Self:
        """An answer that comes late, in real seconds.

        With `applied` the request is carried out before the wait, else after it, and only if the
        client is still there.
        """
        return cls(kind="delay", seconds=seconds, **more)

    @property
    def name(self) -> str:
        """Say it in a word, for the request log."""
        return str(self.status) if self.kind == "answer" else self.kind

    def answer(self) -> Answer:
        """Return the answer that this fault gives."""
        if self.body is None:
            return Answer(self.status, b"", self.headers)
        if isinstance(self.body, Mapping):
            content, kind = json.dumps(self.body).encode("ascii"), JSON
        else:
            content = self.body if isinstance(self.body, bytes) else self.body.encode()
            kind = "text/html" if content.lstrip().startswith(b"<") else "text/plain"
        return Answer(self.status, content, {"content-type": kind, **self.headers})


class FaultPlan:
    """The faults that are still to come; the first one that fits a request is taken."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._left: list[tuple[Fault, int | None]] = []
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Put more faults behind those that are still to come."""
        with self._lock:
            self._left += [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Call off every fault."""
        with self._lock:
            self._left.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for this request, counting it as used."""
        with self._lock:
            for index, (fault, left) in enumerate(self._left):
                if fault.match in f"{method} {path}":
                    if left == 1:
                        del self._left[index]
                    elif left is not None:
                        self._left[index] = (fault, left - 1)
                    return fault
        return None


def _wrong(name: str, value: object, next_step: str) -> ConfigError:
    return ConfigError(f"fault: {name} cannot be {value!r}", field="faults", next_step=next_step)
