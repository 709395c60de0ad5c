"""AsyncZoom: the same as Zoom, awaited."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, Unpack

from .._public import public
from .options import Session

if TYPE_CHECKING:
    import httpx

    from .._auth.tokens import TokenSource
    from .._change.following import Following
    from .._change.occurrences import When
    from .._change.results import Plan, Receipt
    from .._clock import Wait
    from .._http.flow import Flow, T
    from .._http.transport import AsyncLine
    from .._ledger.gauge import Quota
    from .._wire import Meeting, MeetingUpdate, MeetingUpdateFields
    from ..recurrence import Series
    from .options import ZoomOptions

# As in `sync.py`, what a call needs is imported in the call.


@public("rezoom")
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
        self._http: AsyncLine | None = None
        if http is not None:
            from .._http.transport import AsyncBroughtLine

            self._http = AsyncBroughtLine(self._context.base_url, http)

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
        from .pipeline import update
        from .prepare import UpdateCall

        call = UpdateCall(meeting, change, fields, self._now(), schedule, occurrence, allow, extra)
        flow = update(
            self._context, call, host=host, verify=verify, skip_unchanged=skip_unchanged, wait=wait
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
        from . import planned
        from .prepare import UpdateCall

        call = UpdateCall(meeting, change, fields, self._now(), schedule, occurrence, allow, extra)
        return (await self._run(planned.plan(self._context, call))).bound(self.apply)

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
        from . import planned
        from .prepare import UpdateCall

        call = UpdateCall(meeting, change, fields, self._now(), schedule, occurrence, allow, extra)
        return (await self._run(planned.plan_following(self._context, call))).bound(self.apply)

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

        flow = planned.apply(
            self._context, plan, self._now(), verify=verify, wait=wait, force=force
        )
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

        return await adrive(flow, self._tools, self._open)

    def _open(self) -> AsyncLine:
        self._usable(self._http)
        if self._http is None or (self._owns_http and self._pid != os.getpid()):
            from .._http.transport import open_async_line

            self._http = open_async_line(self._context.base_url, self._timeout)
            self._pid = os.getpid()
        return self._http
