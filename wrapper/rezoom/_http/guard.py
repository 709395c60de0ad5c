"""A guard for any httpx client: transports that count what they send.

A booking of the flow's, Pause, Forward → Response, Keep → (Response, Reply), Host → id or None,
Learn; the transports carry them out, blocking and async.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeAlias, cast

import httpx

from .._clock import Clock, SystemClock, Wait, seconds
from .._ledger.events import OnEvent
from .._ledger.model import Grant, Lease, Reservation, account_key, is_alias
from .._ledger.opening import LedgerDown, chosen_ledger, chosen_limits
from .._ledger.policy import AccountPlan, Limits, Policy
from .._ledger.protocol import Ledger
from .._public import public
from ..errors import ConfigError, NotSentError
from .body import LONGEST_BODY, BodyReader
from .context import Turns
from .driver import HeldSlots, arun, run
from .families import unsent
from .flow import (
    Abandon,
    Host,
    Learn,
    LedgerIntent,
    Release,
    Reserve,
    Settle,
    TurnIntent,
    ending,
    take_turn,
)
from .responses import Reply, read, taught
from .spending import GUARDED, Named, Spending, named_in, read_by, spent_by

_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Forward:
    """Hand the request on; too late for the `grant`: SlotExpired."""

    request: httpx.Request
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Read the whole answer, so that it can be read here and once more by the client."""

    response: httpx.Response


Step: TypeAlias = LedgerIntent | TurnIntent | Forward | Keep | Host | Learn
Steps: TypeAlias = Generator[Step, Any, httpx.Response]


@dataclass(slots=True)
class Counter:
    """Whose requests are counted, by which limits."""

    account: str
    policy: Policy
    hosts: Callable[[int], str | None] | None = None

    def guarded(self, request: httpx.Request, wait: float) -> Steps:
        """Count one request and return its answer; raise QuotaExceeded and send nothing."""
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        spending = spent_by(request.method, path)
        if spending is None:
            return (yield from self._read(request, read_by(request.method, path)))
        if GUARDED in request.extensions:
            raise ConfigError(
                "this request is counted twice: one guard is inside another",
                field="transport",
                next_step="Keep one: a Zoom client counts by itself, and so does every transport"
                " of a Guard.",
            )
        account = self._account(request)
        host = yield from self._host(account, spending, request)
        reservation = self._reservation(request, account, spending.meeting, host)
        grant, _ = yield from take_turn(reservation, wait)
        try:
            response: httpx.Response = yield Forward(_marked(request), grant)
        except Exception as error:
            left = not (isinstance(error, NotSentError) or unsent(error, httpx))
            yield Abandon(grant) if left else Release(grant)
            raise
        if spending.user is not None and response.is_success:
            return (yield from self._created(request, response, grant, spending))
        if response.status_code == _TOO_MANY:
            response, reply = yield Keep(response)
            verdict = read(reply, secrets=frozenset(), repeatable=False)
            yield ending(grant, verdict, self.policy)
        else:
            yield Settle(grant, taught(_plain(response)) if response.is_success else ())
        gone = response.status_code == httpx.codes.NOT_FOUND
        if spending.meeting is not None and (gone or _moves_host(request, response)):
            yield Learn(account, spending.meeting, None)
        return response

    def _read(self, request: httpx.Request, meeting: int | None) -> Steps:
        response: httpx.Response = yield Forward(request)
        if meeting is None or response.status_code != httpx.codes.OK:
            return response
        response, reply = yield Keep(response)
        yield from self._learn(request, named_in(reply.body)._replace(meeting=meeting))
        return response

    def _learn(self, request: httpx.Request, named: Named) -> Generator[Step, Any, None]:
        for name in (named.meeting, named.email):
            if name is not None and named.host is not None:
                yield Learn(self._account(request), name, named.host)

    def _created(
        self,
        request: httpx.Request,
        response: httpx.Response,
        grant: Grant,
        spending: Spending,
    ) -> Steps:
        """Learn whose meeting was created; only the answer tells whose day "me" has spent."""
        account, lessons = self._account(request), taught(_plain(response))
        response, reply = yield Keep(response)
        named = named_in(reply.body)
        yield from self._learn(request, named)
        host = named.host
        if host is not None and spending.user is not None and is_alias(spending.user):
            yield Learn(account, _alias(spending.user, request), host)
        if host is None or grant.reservation.scope("host") is not None:
            yield Settle(grant, lessons)
            return response
        reservation = replace(self._reservation(request, account, None, host), pace=None)
        try:
            place = yield Reserve(reservation, 0.0)
        except NotSentError:
            yield Settle(grant, lessons)
        else:
            yield Settle(place, lessons)
            yield Release(grant)
        return response

    def _host(
        self, account: str, spending: Spending, request: httpx.Request
    ) -> Generator[Step, Any, str | None]:
        """Find the id of the host whose day is spent; None where it is not known."""
        name, meeting = spending.user, spending.meeting
        if meeting is not None:
            known: str | None = yield Host(account, meeting)
            if known is not None or self.hosts is None:
                return known
            name = self.hosts(meeting) or None
        if name is not None and is_alias(name):
            name = yield Host(account, _alias(name, request))
        if meeting is not None and name is not None:
            yield Learn(account, meeting, name)
        return name

    def _account(self, request: httpx.Request) -> str:
        return account_key(str(request.url), self.account)

    def _reservation(
        self, request: httpx.Request, account: str, meeting: int | None, host: str | None
    ) -> Reservation:
        reservation = self.policy.reservation(account, meeting, host)
        phases = request.extensions.get("timeout") or dict.fromkeys(("connect", "read", "write"))
        return replace(reservation, lease=Lease.for_phases(phases.values()))


class Replayed(httpx.SyncByteStream, httpx.AsyncByteStream):
    """What was read of a body for us, and then the rest of it, or the error that came."""

    def __init__(self, response: httpx.Response) -> None:
        """Hold the answer; nothing is read yet."""
        self._parts: list[bytes] = []
        self._length = 0
        self._error: Exception | None = None
        self._response = response
        self._rest: Any = None

    def read(self) -> bytes:
        """Read the body, as far as it may be long."""
        self._rest = iter(cast("httpx.SyncByteStream", self._response.stream))
        try:
            for part in self._rest:
                if self._add(part):
                    break
        except Exception as error:  # noqa: BLE001 - the client shall meet it where it reads
            self._error = error
        except BaseException:
            self.close()
            raise
        return b"".join(self._parts)

    async def aread(self) -> bytes:
        """Read as `read` does, awaited."""
        self._rest = aiter(cast("httpx.AsyncByteStream", self._response.stream))
        try:
            async for part in self._rest:
                if self._add(part):
                    break
        except Exception as error:  # noqa: BLE001 - the client shall meet it where it reads
            self._error = error
        except BaseException:
            await self.aclose()
            raise
        return b"".join(self._parts)

    def reply(self, raw: bytes, at: datetime) -> tuple[httpx.Response, Reply]:
        """Put the answer together once more, and describe it as the flow does."""
        seen = self._response
        again = httpx.Response(
            seen.status_code, headers=seen.headers, stream=self, extensions=seen.extensions
        )
        reader = BodyReader(_plain(seen).get("content-encoding", "").strip().lower())
        if not reader.flaw:
            reader.add(raw)
        body, flaw = reader.whole(), reader.flaw
        if self._error is not None:
            flaw = f"broke off: {type(self._error).__name__}"
        return again, Reply(seen.status_code, _plain(seen), body, at, flaw)

    def _add(self, part: bytes) -> bool:
        self._parts.append(part)
        self._length += len(part)
        return self._length > LONGEST_BODY

    def __iter__(self) -> Iterator[bytes]:
        """Replay, and read on."""
        yield from self._parts
        if self._error is not None:
            raise self._error
        yield from self._rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Replay, and read on."""
        for part in self._parts:
            yield part
        if self._error is not None:
            raise self._error
        async for part in self._rest:
            yield part

    def close(self) -> None:
        """Close the answer that is replayed."""
        self._response.close()

    async def aclose(self) -> None:
        """Close the answer that is replayed."""
        await self._response.aclose()


def _plain(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _marked(request: httpx.Request) -> httpx.Request:
    """Copy the request: the client may send its own once more, and that has to be counted."""
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, GUARDED: True},
    )


def _alias(name: str, request: httpx.Request) -> str:
    if name != "me":
        return name.casefold()
    # Whoever the token belongs to; the token itself is not kept.
    token = request.headers.get("authorization", "").encode()
    return f"me {blake2b(token, digest_size=8).hexdigest()}"


def _moves_host(request: httpx.Request, response: httpx.Response) -> bool:
    try:
        return response.is_success and b'"schedule_for"' in request.content
    except httpx.RequestNotRead:
        return response.is_success


@public("rezoom.quota")
class Guard:
    """Keeps Zoom's daily limits for clients that know nothing of them.

    Updates of a meeting (PATCH …/meetings/{id}) and creates (POST …/users/{id}/meetings) take a
    place in the `ledger` before they leave, and raise QuotaExceeded where there is none;
    everything else passes. `account` names the account in the ledger: give the same as to a Zoom
    client beside it. `hosts` tells the id of a meeting's host until a GET has shown it.
    """

    def __init__(
        self,
        ledger: Ledger | str | None = None,
        *,
        account_plan: AccountPlan | None = None,
        account: str = "default",
        limits: Limits | None = None,
        hosts: Callable[[int], str | None] | None = None,
        ledger_down: LedgerDown | None = None,
        on_event: OnEvent | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Hold the options; raises ConfigError for one that cannot be, and opens nothing."""
        if hosts is not None and not callable(hosts):
            step = "Give a function from a meeting number to its host's id, or None."
            raise ConfigError(f"hosts is {hosts!r}", field="hosts", next_step=step)
        if not isinstance(account, str) or not account.strip():
            raise ConfigError(
                f"account is {account!r}", field="account", next_step="Give the account's id."
            )
        plan = account_plan or os.environ.get("REZOOM_ACCOUNT_PLAN") or None
        policy = Policy(chosen_limits(limits, os.environ), account_plan=plan)
        self.ledger = chosen_ledger(
            ledger, environ=os.environ, clock=clock, ledger_down=ledger_down, on_event=on_event
        )
        self.clock: Clock = clock or SystemClock()
        self.counter = Counter(account.strip(), policy, hosts)

    def __repr__(self) -> str:
        """Name the account; nothing is opened for it."""
        return f"Guard(account={self.counter.account!r})"

    def transport(
        self, inner: httpx.BaseTransport | None = None, *, wait: Wait = 30
    ) -> httpx.BaseTransport:
        """Guard `inner`, or a transport of httpx's own; a request may sleep `wait` for its turn."""
        inner = httpx.HTTPTransport() if inner is None else inner
        _check(inner, httpx.BaseTransport, "transport")
        return GuardedTransport(self, inner, seconds(wait))

    def async_transport(
        self, inner: httpx.AsyncBaseTransport | None = None, *, wait: Wait = 30
    ) -> httpx.AsyncBaseTransport:
        """As `transport`, for an httpx.AsyncClient."""
        inner = httpx.AsyncHTTPTransport() if inner is None else inner
        _check(inner, httpx.AsyncBaseTransport, "async_transport")
        return AsyncGuardedTransport(self, inner, seconds(wait))


class GuardedTransport(httpx.BaseTransport):
    """Hands requests on once they are counted."""

    def __init__(self, guard: Guard, inner: httpx.BaseTransport, wait: float) -> None:
        """Wrap `inner`; called by `Guard.transport`."""
        self._guard, self._inner, self._wait = guard, inner, wait
        self._turns = Turns()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Count, wait for the turn, hand on."""
        guard = self._guard
        held = HeldSlots(guard.ledger, guard.clock, self._turns)

        def perform(step: Step) -> object:
            match step:
                case Forward(forwarded, place):
                    held.sends(place)
                    return self._inner.handle_request(forwarded)
                case Keep(response):
                    replayed = Replayed(response)
                    return replayed.reply(replayed.read(), guard.clock.now())
                case _:
                    return held.perform(step)

        return run(guard.counter.guarded(request, self._wait), perform, held)

    def close(self) -> None:
        """Close the transport inside."""
        self._inner.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """Async transport that does what `GuardedTransport` does."""

    def __init__(self, guard: Guard, inner: httpx.AsyncBaseTransport, wait: float) -> None:
        """Wrap `inner`; called by `Guard.async_transport`."""
        self._guard, self._inner, self._wait = guard, inner, wait
        self._turns = Turns()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count, wait for the turn, hand on."""
        guard = self._guard
        held = HeldSlots(guard.ledger, guard.clock, self._turns)

        async def perform(step: Step) -> object:
            match step:
                case Forward(forwarded, place):
                    held.sends(place)
                    return await self._inner.handle_async_request(forwarded)
                case Keep(response):
                    replayed = Replayed(response)
                    return replayed.reply(await replayed.aread(), guard.clock.now())
                case _:
                    return await held.aperform(step)

        return await arun(guard.counter.guarded(request, self._wait), perform, held)

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()


def _check(inner: Any, kind: type, method: str) -> None:
    if isinstance(inner, GuardedTransport | AsyncGuardedTransport):
        raise ConfigError(
            "the transport inside is a guard already: everything would be counted twice",
            field="inner",
            next_step="Keep one of them.",
        )
    if not isinstance(inner, kind):
        raise ConfigError(
            f"{method} was given {type(inner).__name__}",
            field="inner",
            next_step=f"Give an httpx.{kind.__name__}, such as httpx's own transports.",
        )
