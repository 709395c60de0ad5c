"""Zoom and AsyncZoom: an httpx client, policies, and one line per method over a flow."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

import anyio
import httpx

from .auth import TokenSource
from .drive import SystemClock, adrive, drive
from .errors import LedgerError, NotFoundError, Problem
from .flow import Reply, exchange
from .meeting_id import meeting_number
from .prepare import Job, get_job, meeting_answer, named_host, update_job
from .quota import Quota, Reservation
from .receipt import Receipt
from .retry import Wait
from .scheduling import judge_scheduled
from .session import AGENT, Session, ZoomOptions, learning

if TYPE_CHECKING:
    from ._wire import Meeting, MeetingUpdate, MeetingUpdateFields
    from .recurrence import Series


class Zoom(Session):
    """Update Zoom meetings, guarded; thread- and fork-safe, and opens nothing before first use.

    `wait` bounds all sleeping of one call (seconds or a timedelta), `retries` the further attempts
    after a failure that may be tried again, `timeout` each attempt (seconds). An `http` client
    that you pass in stays yours: `close` leaves it open.
    """

    def __init__(
        self,
        auth: TokenSource,
        *,
        http: httpx.Client | None = None,
        **options: Unpack[ZoomOptions],
    ) -> None:
        """Hold `auth` and the options; raises ConfigError for an option that cannot be."""
        super().__init__(auth, http=http, **options)
        self._http = http

    def update(
        self,
        meeting: int | str,
        change: MeetingUpdate | Mapping[str, Any] | None = None,
        /,
        *,
        schedule: Series | None = None,
        occurrence: str | None = None,
        host: str | None = None,
        wait: Wait | None = None,
        allow: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        **fields: Unpack[MeetingUpdateFields],
    ) -> Receipt:
        """Change the named fields of a meeting, or of one occurrence of it.

        Nothing is sent unless the whole change passes the spec's rules: InvalidChange lists every
        problem. `schedule` is a whole series (start, zone, recurrence): Zoom replaces a recurrence
        whole, so a part of one is refused. `occurrence` is an occurrence id. `host` names the host
        whose quota is spent. `allow` lifts rules by id; `extra` is merged last and may hold fields
        Zoom added after this release. A Receipt says that Zoom accepted the update, not
        that it applied it.

        Raises InvalidChange, QuotaExceeded, NotSentError, UnansweredError, RefusedError (AuthError,
        ScopeError, NotFoundError, ServerError, RateLimited).
        """
        job = update_job(
            meeting, change, fields, schedule=schedule, now=self._tools.clock.now(),
            occurrence=occurrence, allow=allow, extra=extra,
        )  # fmt: skip
        ledger, account = self._tools.ledger, self._desk.ledger_account
        spent = self._desk.reservation(job.meeting, host or self._host(job.meeting))
        try:
            reply = self._run(job, wait, spent)
        except NotFoundError:
            ledger.forget_host(account, job.meeting)
            raise
        if job.moves_host:
            ledger.forget_host(account, job.meeting)
        return self._desk.receipt(job, reply, self._left(spent))

    def get(
        self, meeting: int | str, /, *, occurrence: str | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; `past` includes occurrences that are over. Spends none of the 100."""
        job = get_job(meeting, occurrence=occurrence, past=past)
        answer = meeting_answer(self._run(job))
        host = named_host(answer)
        if host is not None:
            with learning():
                self._tools.ledger.learn_host(self._desk.ledger_account, job.meeting, host)
        return answer

    def quota(self, meeting: int | str | None = None, /, *, host: str | None = None) -> Quota:
        """Tell what is left of the day's updates, from the ledger; asks nobody else.

        The host counts if it is named, or known from a `get` of the meeting. Instants are UTC.
        """
        number = None if meeting is None else meeting_number(meeting)
        if number is not None and host is None:
            host = self._tools.ledger.host_of(self._desk.ledger_account, number)
        return self._tools.ledger.usage(self._desk.reservation(number, host))

    def close(self) -> None:
        """Close the connections, and the ledger, that this client opened."""
        self._close_ledger()
        if self._owns_http and self._http is not None and self._pid == os.getpid():
            self._http.close()

    def __enter__(self) -> Self:
        """Use the client in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close at the end of the block."""
        self.close()

    def _left(self, spent: Reservation) -> Quota | LedgerError:
        try:
            return self._tools.ledger.usage(spent)
        except LedgerError as error:
            return error

    def _host(self, meeting: int) -> str | None:
        known = self._tools.ledger.host_of(self._desk.ledger_account, meeting)
        if known is not None or self._hosts == "known":
            return known
        if not callable(self._hosts):
            return named_host(self.get(meeting))
        host = self._hosts(meeting)
        if host:
            with learning():
                self._tools.ledger.learn_host(self._desk.ledger_account, meeting, host)
        return host or None

    def _run(self, job: Job, wait: Wait | None = None, spent: Reservation | None = None) -> Reply:
        return drive(
            exchange(job.request, self._desk.policy(wait), spent), self._tools, self._open()
        )

    def _open(self) -> httpx.Client:
        self._usable(self._http)
        with self._opening:
            # A connection shared with a parent process would mix two conversations on one socket.
            if self._http is None or (self._owns_http and self._pid != os.getpid()):
                self._http = httpx.Client(timeout=self._timeout, headers=AGENT)
                self._pid = os.getpid()
            return self._http


class AsyncZoom(Session):
    """The same as `Zoom`, awaited; belongs to one event loop."""

    def __init__(
        self,
        auth: TokenSource,
        *,
        http: httpx.AsyncClient | None = None,
        **options: Unpack[ZoomOptions],
    ) -> None:
        """Hold `auth` and the options; raises ConfigError for an option that cannot be."""
        super().__init__(auth, http=http, **options)
        self._http = http
        self._renewing: anyio.Lock | None = None

    async def update(
        self,
        meeting: int | str,
        change: MeetingUpdate | Mapping[str, Any] | None = None,
        /,
        *,
        schedule: Series | None = None,
        occurrence: str | None = None,
        host: str | None = None,
        wait: Wait | None = None,
        allow: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        **fields: Unpack[MeetingUpdateFields],
    ) -> Receipt:
        """Change the named fields of a meeting; see `Zoom.update`."""
        job = update_job(
            meeting, change, fields, schedule=schedule, now=self._tools.clock.now(),
            occurrence=occurrence, allow=allow, extra=extra,
        )  # fmt: skip
        ledger, account = self._tools.ledger, self._desk.ledger_account
        spent = self._desk.reservation(job.meeting, host or await self._host(job.meeting))
        try:
            reply = await self._run(job, wait, spent)
        except NotFoundError:
            await ledger.aforget_host(account, job.meeting)
            raise
        if job.moves_host:
            await ledger.aforget_host(account, job.meeting)
        return self._desk.receipt(job, reply, await self._left(spent))

    async def get(
        self, meeting: int | str, /, *, occurrence: str | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; see `Zoom.get`."""
        job = get_job(meeting, occurrence=occurrence, past=past)
        answer = meeting_answer(await self._run(job))
        host = named_host(answer)
        if host is not None:
            with learning():
                await self._tools.ledger.alearn_host(self._desk.ledger_account, job.meeting, host)
        return answer

    async def quota(self, meeting: int | str | None = None, /, *, host: str | None = None) -> Quota:
        """Tell what is left of the day's updates; see `Zoom.quota`."""
        number = None if meeting is None else meeting_number(meeting)
        if number is not None and host is None:
            host = await self._tools.ledger.ahost_of(self._desk.ledger_account, number)
        return await self._tools.ledger.ausage(self._desk.reservation(number, host))

    async def aclose(self) -> None:
        """Close the connections, and the ledger, that this client opened."""
        self._close_ledger()
        if self._owns_http and self._http is not None and self._pid == os.getpid():
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        """Use the client in an `async with` block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close at the end of the block."""
        await self.aclose()

    async def _left(self, spent: Reservation) -> Quota | LedgerError:
        try:
            return await self._tools.ledger.ausage(spent)
        except LedgerError as error:
            return error

    async def _host(self, meeting: int) -> str | None:
        known = await self._tools.ledger.ahost_of(self._desk.ledger_account, meeting)
        if known is not None or self._hosts == "known":
            return known
        if not callable(self._hosts):
            return named_host(await self.get(meeting))
        host = self._hosts(meeting)
        if host:
            with learning():
                await self._tools.ledger.alearn_host(self._desk.ledger_account, meeting, host)
        return host or None

    async def _run(
        self, job: Job, wait: Wait | None = None, spent: Reservation | None = None
    ) -> Reply:
        self._usable(self._http)
        if self._http is None or (self._owns_http and self._pid != os.getpid()):
            self._http = httpx.AsyncClient(timeout=self._timeout, headers=AGENT)
            self._pid = os.getpid()
        if self._renewing is None:
            self._renewing = anyio.Lock()
        flow = exchange(job.request, self._desk.policy(wait), spent)
        return await adrive(flow, self._tools, self._http, self._renewing)


def check(
    change: MeetingUpdate | Mapping[str, Any] | None = None,
    /,
    *,
    schedule: Series | None = None,
    occurrence: bool = False,
    allow: Sequence[str] = (),
    extra: Mapping[str, Any] | None = None,
    **fields: Unpack[MeetingUpdateFields],
) -> list[Problem]:
    """List what is wrong or doubtful about an update, without sending anything.

    `update` refuses a change whose list holds a Problem of severity "error". With `occurrence`
    the change is judged as one to a single occurrence.
    """
    now = SystemClock().now()
    return judge_scheduled(
        change, fields, schedule=schedule, now=now, occurrence=occurrence, extra=extra, allow=allow
    )[1]
