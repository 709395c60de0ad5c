"""AsyncZoom: the same as Zoom, awaited."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, Unpack

from .._public import public
from ..errors import ConfigError
from .options import Session

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from .._auth.tokens import TokenSource
    from .._change.following import Following
    from .._change.occurrences import When
    from .._change.results import Plan, Receipt
    from .._clock import Wait
    from .._http.flow import Flow, T
    from .._http.transport import AsyncTransport
    from .._ledger.gauge import Quota
    from .._rules.judge import Change
    from .._wire import Meeting, MeetingUpdate, MeetingUpdateFields
    from ..recurrence import Series
    from .many import AsyncMany
    from .options import ZoomOptions

# As in `sync.py`, what a call needs is imported in the call.


@public("rezoom")
class AsyncZoom(Session):
    """The same as `Zoom`, awaited; belongs to the event loop in which it sends first.

    In another one it raises ConfigError, sending nothing.
    """

    _kind = "AsyncClient"

    def __init__(
        self,
        auth: TokenSource,
        *,
        http: httpx.AsyncClient | None = None,
        **options: Unpack[ZoomOptions],
    ) -> None:
        """Hold `auth` and the options; raises ConfigError for an option that cannot be."""
        super().__init__(auth, http=http, **options)
        self._http: AsyncTransport | None = None
        self._loop: object = None
        if http is not None:
            self._http = self._transport(http)

    async def update(
        self,
        meeting: int | str,
        change: MeetingUpdate | Mapping[str, Any] | None = None,
        /,
        *,
        schedule: Series | None = None,
        occurrence: When | None = None,
        host: str | None = None,
        verify: bool = False,
        skip_unchanged: bool | None = None,
        wait: Wait | None = None,
        allow: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        **fields: Unpack[MeetingUpdateFields],
    ) -> Receipt:
        """Change the named fields of a meeting; see `Zoom.update`."""
        from .._rules.judge import Change
        from .pipeline import update

        wanted = Change(
            meeting, fields, None, host, occurrence, schedule, allow, extra, body=change
        )
        del change, fields, extra  # a passcode may be in them, and a traceback may show them
        context = self._context
        flow = update(
            context,
            wanted,
            context.clock.now(),
            verify=verify,
            skip_unchanged=skip_unchanged,
            wait=wait,
        )
        return await self._run(flow)

    async def plan(
        self,
        meeting: int | str,
        change: MeetingUpdate | Mapping[str, Any] | None = None,
        /,
        *,
        schedule: Series | None = None,
        occurrence: When | None = None,
        allow: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        **fields: Unpack[MeetingUpdateFields],
    ) -> Plan[Awaitable[Receipt]]:
        """Show what a change would do; see `Zoom.plan`."""
        from .._rules.judge import Change
        from . import planned

        wanted = Change(
            meeting, fields, None, None, occurrence, schedule, allow, extra, body=change
        )
        del change, fields, extra  # a passcode may be in them, and a traceback may show them
        context = self._context
        flow = planned.plan(context, wanted, context.clock.now())
        return (await self._run(flow)).bound(self.apply)

    async def plan_following(
        self,
        meeting: int | str,
        occurrence: When,
        change: MeetingUpdate | Mapping[str, Any] | None = None,
        /,
        *,
        schedule: Series | None = None,
        allow: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        **fields: Unpack[MeetingUpdateFields],
    ) -> Following[Awaitable[Receipt]]:
        """Split a series into two; see `Zoom.plan_following`."""
        from .._rules.judge import Change
        from . import planned

        wanted = Change(
            meeting, fields, None, None, occurrence, schedule, allow, extra, body=change
        )
        del change, fields, extra  # a passcode may be in them, and a traceback may show them
        context = self._context
        flow = planned.plan_following(context, wanted, context.clock.now())
        return (await self._run(flow)).bound(self.apply)

    def update_many(
        self,
        changes: Iterable[Change | Mapping[str, Any]],
        /,
        *,
        verify: bool = False,
        skip_unchanged: bool | None = None,
        plan_only: bool = False,
        in_flight: int | None = None,
        journal: str | Path | None = None,
        wait: Wait | None = None,
        deadline: Wait | None = None,
    ) -> AsyncMany:
        """Carry out many changes; use it in `async with`, and iterate; see `Zoom.update_many`."""
        from .changes import Treatment
        from .many import AsyncMany

        how = Treatment(verify, skip_unchanged, plan_only, wait)
        more = {"in_flight": in_flight, "journal": journal, "deadline": deadline}
        return AsyncMany(self._run, self.apply, self._context, changes, how, **more)

    async def apply(
        self,
        plan: Plan[Any],
        /,
        *,
        verify: bool = False,
        wait: Wait | None = None,
        force: bool = False,
    ) -> Receipt:
        """Send a plan; see `Zoom.apply`."""
        from . import planned

        context = self._context
        now = context.clock.now()
        flow = planned.apply(context, plan, now, verify=verify, wait=wait, force=force)
        return await self._run(flow)

    async def get(
        self, meeting: int | str, /, *, occurrence: When | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; see `Zoom.get`."""
        from . import planned

        return await self._run(
            planned.get(self._context, meeting, occurrence=occurrence, past=past)
        )

    async def quota(self, meeting: int | str | None = None, /, *, host: str | None = None) -> Quota:
        """Tell what is left of the day's updates; see `Zoom.quota`."""
        from . import pipeline

        return await self._run(pipeline.quota(self._context, meeting, host=host))

    async def aclose(self) -> None:
        """Close the connections, and the ledger, that this client opened."""
        self._close_ledger()
        if self._owns_http and self._http is not None and self._pid == os.getpid():
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, tb: object) -> None:
        await self.aclose()

    async def _run(self, flow: Flow[T]) -> T:
        from .._http.driver import adrive

        return await adrive(flow, self._context, self._open)

    def _open(self) -> AsyncTransport:
        from anyio.lowlevel import current_token

        if self._closed or (self._http is not None and self._http.is_closed):
            raise self._is_closed()
        loop = current_token()
        with self._opening:
            # A connection shared with a parent process would mix two conversations on one socket.
            if self._http is None or (self._owns_http and self._pid != os.getpid()):
                self._http = self._transport()
            if self._loop is None or self._pid != os.getpid():
                self._loop, self._pid = loop, os.getpid()
            if self._loop != loop:
                raise ConfigError(
                    "this AsyncZoom is used in another event loop than before",
                    next_step="Make a client in each event loop; they may share a ledger.",
                )
            return self._http

    def _transport(self, http: httpx.AsyncClient | None = None) -> AsyncTransport:
        from .._http.transport import AsyncTransport

        return AsyncTransport(self._base_url, self._context.clock, self._timeout, http)
