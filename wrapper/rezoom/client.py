"""Zoom: an httpx client, policies, and one line per method over a flow."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

import httpx

from . import operations
from .auth import TokenSource
from .drive import drive
from .intents import Flow, T
from .prepare import Asked
from .quota import Quota
from .receipt import Receipt
from .retry import Wait
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
        asked = Asked(meeting, change, fields, self._now(), schedule, occurrence, allow, extra)
        return self._run(operations.update(self._desk, asked, host=host, wait=wait))

    def get(
        self, meeting: int | str, /, *, occurrence: str | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; `past` includes occurrences that are over. Spends none of the 100."""
        return self._run(operations.get(self._desk, meeting, occurrence=occurrence, past=past))

    def quota(self, meeting: int | str | None = None, /, *, host: str | None = None) -> Quota:
        """Tell what is left of the day's updates, from the ledger; asks nobody else.

        The host counts if it is named, or known from a `get` of the meeting. Instants are UTC.
        """
        return self._run(operations.quota(self._desk, meeting, host=host))

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

    def _run(self, flow: Flow[T]) -> T:
        return drive(flow, self._tools, self._open)

    def _open(self) -> httpx.Client:
        self._usable(self._http)
        with self._opening:
            # A connection shared with a parent process would mix two conversations on one socket.
            if self._http is None or (self._owns_http and self._pid != os.getpid()):
                self._http = httpx.Client(timeout=self._timeout, headers=AGENT)
                self._pid = os.getpid()
            return self._http
