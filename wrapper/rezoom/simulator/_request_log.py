"""What the simulator keeps of each request: for tests to read, safe to print."""

import threading
from collections import deque
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from .._public import public
from .._redaction import masked, masked_links
from .._times import zulu
from .._visible import visible
from .._wire import facts

# Whoever holds one of these is the app or its user, so they are not even kept.
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})
_SECRETS_OF_FORMS = {"client_secret", "code", "code_verifier", "token", "assertion", "pwd", "zak"}
_FORM_SECRETS = facts.SECRET_NAMES | _SECRETS_OF_FORMS


@public("rezoom.simulator")
@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing the contract has against a body; `kind` is unknown, missing or invalid."""

    field: str
    kind: str
    message: str


@public("rezoom.simulator")
@dataclass(frozen=True, slots=True)
class Verdict:
    """What the generated contract says of a body, whether or not Zoom would refuse it."""

    flaws: tuple[Flaw, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether the contract has nothing against the body."""
        return not self.flaws

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict, ready for JSON."""
        return {"ok": self.ok, "flaws": [asdict(flaw) for flaw in self.flaws]}

    def __str__(self) -> str:
        return "; ".join(f"{flaw.field}: {flaw.message}" for flaw in self.flaws) or "ok"


@public("rezoom.simulator")
@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request and what became of it; `status` is None when the connection was cut instead.

    `note` says why an answer is the one it is, where its code could mean several things.
    """

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    status: int | None = None
    verdict: Verdict | None = None
    ignored: tuple[str, ...] = ()
    note: str = ""
    fault: str | None = None
    tracking_id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the request, ready for JSON; its body is shown as it came."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        said |= {"query": dict(self.query), "headers": dict(self.headers)}
        verdict = None if self.verdict is None else self.verdict.to_dict()
        return said | {"at": zulu(self.at), "verdict": verdict, "ignored": list(self.ignored)}

    def __repr__(self) -> str:
        query = f"?{'&'.join(f'{k}={v}' for k, v in self.query.items())}" if self.query else ""
        said = {
            "body": "" if self.body is None else repr(shown(self.body)),
            "verdict": repr(str(self.verdict)) if self.verdict and not self.verdict.ok else "",
            "ignored": ", ".join(self.ignored),
            "note": self.note and repr(self.note),
            "fault": self.fault,
        }
        details = "".join(f" {name}={text}" for name, text in said.items() if text)
        what = f"{self.method} {self.path}{query} -> {self.status or 'cut off'}{details}"
        return visible(masked_links(f"<Request {what}>"))


# A soak test must not fill the memory.
_KEPT = 10_000
_SECOND = timedelta(seconds=1)


@public("rezoom.simulator")
@dataclass(slots=True)
class Arrivals:
    """How many requests of one method came to meetings, when, and what they were answered.

    `answers` counts by status, None where the connection was cut; `fullest_second` is how many
    came within any one second.
    """

    number: int = 0
    first: datetime | None = None
    last: datetime | None = None
    fullest_second: int = 0
    answers: dict[int | None, int] = field(default_factory=dict)
    _recent: deque[datetime] = field(default_factory=deque, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, ready for JSON."""
        when = {"first": self.first and self.first.isoformat()}
        when["last"] = self.last and self.last.isoformat()
        answers = {str(status or "cut off"): number for status, number in self.answers.items()}
        counts = {"number": self.number, "fullest_second": self.fullest_second}
        return {**counts, **when, "answers": answers}

    def add(self, at: datetime) -> None:
        """Count one more request, which came at `at`."""
        self.number += 1
        self.first, self.last = self.first or at, at
        self._recent.append(at)
        # Also what lies ahead of a clock that was set back.
        while not at - _SECOND < self._recent[0] <= at:
            self._recent.popleft()
        self.fullest_second = max(self.fullest_second, len(self._recent))


class RequestLog:
    """The last ten thousand requests, and the counts of all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: deque[Request] = deque(maxlen=_KEPT)
        self._arrivals: dict[str, Arrivals] = {}

    def arrives(self, method: str, at: datetime) -> None:
        """Count a request to a meeting."""
        with self._lock:
            self._arrivals.setdefault(method, Arrivals()).add(at)

    def add(self, request: Request) -> None:
        """Keep a request that has been answered, or cut off."""
        with self._lock:
            self._last.append(request)
            if found := self._arrivals.get(request.method):
                found.answers[request.status] = found.answers.get(request.status, 0) + 1

    def last(self) -> tuple[Request, ...]:
        """Return what is kept, oldest first."""
        with self._lock:
            return tuple(self._last)

    def arrivals(self) -> dict[str, Arrivals]:
        """Return a copy of the counts, by method."""
        with self._lock:
            return deepcopy(self._arrivals)

    def clear(self) -> None:
        """Forget all that was counted."""
        with self._lock:
            self._last.clear()
            self._arrivals.clear()


def shown(body: object) -> object:
    """Return the body with every secret hidden; of text that is no JSON only its length."""
    if isinstance(body, str | bytes):
        return f"({len(body)} characters that are not a JSON object)"
    return masked(body)


def without_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that may be kept."""
    return {name: value for name, value in headers.items() if name not in _CREDENTIALS}


def without_secrets(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a token form, or of a query, that may be kept."""
    return {name: value for name, value in form.items() if name not in _FORM_SECRETS}
