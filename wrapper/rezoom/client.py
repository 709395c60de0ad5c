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
from .errors import Problem
from .flow import Reply, exchange
from .prepare import Job, Wait, get_job, meeting_answer, update_job
from .quota import Claim
from .receipt import Receipt
from .scheduling import judge_scheduled
from .session import AGENT, Session, ZoomOptions

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
        ledger = self._tools.ledger
        known = host or ledger.host_of(self._desk.ledger_account, job.meeting)
        claim = self._desk.claim(job.meeting, known)
        reply = self._run(job, wait, claim)
        return self._desk.receipt(job, reply, ledger.usage(claim))

    def get(
        self, meeting: int | str, /, *, occurrence: str | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; `past` includes occurrences that are over. Spends none of the 100."""
        job = get_job(meeting, occurrence=occurrence, past=past)
        answer = meeting_answer(self._run(job))
        if isinstance(answer.host_id, str) and answer.host_id:
            self._tools.ledger.learn_host(self._desk.ledger_account, job.meeting, answer.host_id)
        return answer

    def close(self) -> None:
        """Close the connections this client opened."""
        self._closed = True
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

    def _run(self, job: Job, wait: Wait | None = None, claim: Claim | None = None) -> Reply:
        return drive(
            exchange(job.request, self._desk.policy(wait), claim), self._tools, self._open()
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
        ledger = self._tools.ledger
        known = host or await ledger.ahost_of(self._desk.ledger_account, job.meeting)
        claim = self._desk.claim(job.meeting, known)
        reply = await self._run(job, wait, claim)
        return self._desk.receipt(job, reply, await ledger.ausage(claim))

    async def get(
        self, meeting: int | str, /, *, occurrence: str | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; see `Zoom.get`."""
        job = get_job(meeting, occurrence=occurrence, past=past)
        answer = meeting_answer(await self._run(job))
        if isinstance(answer.host_id, str) and answer.host_id:
            await self._tools.ledger.alearn_host(
                self._desk.ledger_account, job.meeting, answer.host_id
            )
        return answer

    async def aclose(self) -> None:
        """Close the connections this client opened."""
        self._closed = True
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

    async def _run(self, job: Job, wait: Wait | None = None, claim: Claim | None = None) -> Reply:
        self._usable(self._http)
        if self._http is None or (self._owns_http and self._pid != os.getpid()):
            self._http = httpx.AsyncClient(timeout=self._timeout, headers=AGENT)
            self._pid = os.getpid()
        if self._renewing is None:
            self._renewing = anyio.Lock()
        flow = exchange(job.request, self._desk.policy(wait), claim)
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
