"""What a guard does with a request: a generator that says what to do next, as in `flow`.

A booking of the flow's, Pause, Forward → Response, Keep → (Response, Reply), Host → id or None,
Learn; `transport.py` carries them out, blocking and async.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import httpx

from ..answers import read, taught
from ..drive import NEVER_LEFT
from ..errors import ConfigError, NotSentError
from ..flow import take_turn
from ..intents import Abandon, Booking, Host, Learn, Pause, Release, Reply, Reserve, Settle
from .keys import account_key
from .policy import Policy
from .reservation import Grant, Lease, Reservation
from .spending import GUARDED, Spending, named_in, read_by, spent_by

_TOO_MANY = 429
_MOST_ALIASES = 1024


@dataclass(frozen=True, slots=True)
class Forward:
    """Hand the request on; too late for the `grant`: SlotExpired."""

    request: httpx.Request
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Read the whole answer, so that it can be read here and once more by the client."""

    response: httpx.Response


Step: TypeAlias = Booking | Pause | Forward | Keep | Host | Learn
Steps: TypeAlias = Generator[Step, Any, httpx.Response]


@dataclass(slots=True)
class Counter:
    """Whose requests are counted, by which limits."""

    account: str
    policy: Policy
    hosts: Callable[[int], str | None] | None = None
    # Ids of the hosts that were named "me" or by an e-mail address.
    _ids: dict[int, str] = field(default_factory=dict)

    def guarded(self, request: httpx.Request, wait: float) -> Steps:
        """Count one request and return its answer; raise QuotaExceeded and send nothing."""
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        spending = spent_by(request.method, path)
        if spending is None:
            return (yield from self._read(request, read_by(request.method, path)))
        if GUARDED in request.extensions:
            raise ConfigError(
                "this request is counted twice: one guard is inside another", field="transport",
                next_step="Keep one: a Zoom client counts by itself, and so does every transport"
                " of a Guard.",
            )  # fmt: skip
        account = self._account(request)
        host, learned = yield from self._host(account, spending, request)
        asked = self._reservation(request, account, spending.meeting, host)
        grant, _ = yield from take_turn(asked, wait)
        try:
            response: httpx.Response = yield Forward(_marked(request), grant)
        except BaseException as error:
            # Provably nothing left; or nobody knows.
            unsent = isinstance(error, (*NEVER_LEFT, NotSentError))
            yield Release(grant) if unsent else Abandon(grant)
            raise
        if spending.user is not None and response.is_success:
            return (yield from self._created(request, response, grant, spending, learned))
        yield Settle(grant, taught(_plain(response)) if response.is_success else ())
        if response.status_code == _TOO_MANY:
            response, reply = yield Keep(response)
            verdict = read(
                reply.status, reply.headers, reply.body, reply.at,
                secrets=frozenset(), repeatable=False,
            )  # fmt: skip
            yield Settle(grant, verdict.lessons)
        gone = response.status_code == httpx.codes.NOT_FOUND
        if spending.meeting is not None and (gone or _moves_host(request, response)):
            yield Learn(account, spending.meeting, None)
        return response

    def _read(self, request: httpx.Request, meeting: int | None) -> Steps:
        response: httpx.Response = yield Forward(request)
        if meeting is None or response.status_code != httpx.codes.OK:
            return response
        response, reply = yield Keep(response)
        _, host = named_in(reply.body)
        if host is not None:
            yield Learn(self._account(request), meeting, host)
        return response

    def _created(
        self,
        request: httpx.Request,
        response: httpx.Response,
        grant: Grant,
        spending: Spending,
        learned: bool,
    ) -> Steps:
        """Learn whose meeting was created; what another name has spent is the host's."""
        account, lessons = self._account(request), taught(_plain(response))
        try:
            response, reply = yield Keep(response)
        except BaseException:
            yield Settle(grant, lessons)
            raise
        meeting, host = named_in(reply.body)
        if meeting is not None and host is not None:
            yield Learn(account, meeting, host)
        if host is None or learned or not spending.alias:
            yield Settle(grant, lessons)
            return response
        if len(self._ids) >= _MOST_ALIASES:
            self._ids.clear()
        self._ids[_alias(spending, request)] = host
        asked = replace(self._reservation(request, account, None, host), pace=None)
        try:
            place = yield Reserve(asked, 0.0)
        except NotSentError:
            yield Settle(grant, lessons)
        else:
            yield Settle(place, lessons)
            yield Release(grant)
        return response

    def _host(
        self, account: str, spending: Spending, request: httpx.Request
    ) -> Generator[Step, Any, tuple[str | None, bool]]:
        """Find whose day is spent, and whether that is an id."""
        if spending.user is not None:
            known = self._ids.get(_alias(spending, request)) if spending.alias else None
            return known or spending.user, known is not None
        meeting = spending.meeting
        host: str | None = None if meeting is None else (yield Host(account, meeting))
        if host is None and meeting is not None and self.hosts is not None:
            host = self.hosts(meeting)
            if host:
                yield Learn(account, meeting, host)
        return host or None, True

    def _account(self, request: httpx.Request) -> str:
        return account_key(str(request.url), self.account)

    def _reservation(
        self, request: httpx.Request, account: str, meeting: int | None, host: str | None
    ) -> Reservation:
        asked = self.policy.reservation(account, meeting, host)
        phases = request.extensions.get("timeout") or dict.fromkeys(("connect", "read", "write"))
        return replace(asked, lease=Lease.for_phases(phases.values()))


def kept(response: httpx.Response, raw: bytes) -> tuple[httpx.Response, bytes]:
    """Put the bytes that were read back for the client, and return them decoded."""
    again = httpx.Response(
        response.status_code, headers=response.headers, stream=httpx.ByteStream(raw),
        extensions=response.extensions,
    )  # fmt: skip
    coding = response.headers.get("content-encoding")
    try:
        body = httpx.Response(
            response.status_code, content=raw,
            headers={} if coding is None else {"content-encoding": coding},
        ).content  # fmt: skip
    except httpx.DecodingError:
        body = b""
    return again, body


def as_reply(response: httpx.Response, body: bytes, at: Any) -> Reply:
    """Describe an answer as the flow does."""
    return Reply(response.status_code, _plain(response), body, at)


def _plain(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _marked(request: httpx.Request) -> httpx.Request:
    """Copy the request: the client may send its own once more, and that has to be counted."""
    return httpx.Request(
        request.method, request.url, headers=request.headers, stream=request.stream,
        extensions={**request.extensions, GUARDED: True},
    )  # fmt: skip


def _alias(spending: Spending, request: httpx.Request) -> int:
    # "me" is whoever the token belongs to; the token itself is not kept.
    who = request.headers.get("authorization", "") if spending.user == "me" else ""
    return hash((spending.user, who))


def _moves_host(request: httpx.Request, response: httpx.Response) -> bool:
    try:
        return response.is_success and b'"schedule_for"' in request.content
    except httpx.RequestNotRead:
        return response.is_success
