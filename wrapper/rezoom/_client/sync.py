"""Zoom: an httpx client, policies, and one line per method over a flow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, Unpack

from .._public import public
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
    from .._http.transport import Transport
    from .._ledger.gauge import Quota
    from .._rules.judge import Change
    from .._wire import Meeting, MeetingUpdate, MeetingUpdateFields
    from ..recurrence import Series
    from .many import Many
    from .options import ZoomOptions

# What a call needs is imported in the call, httpx above all: `from rezoom import Zoom` is quick.


@public("rezoom")
class Zoom(Session):
    """Update Zoom meetings, guarded; thread- and fork-safe, and opens nothing before first use.

    `wait` bounds all sleeping of one call (seconds or a timedelta), `retries` the further attempts
    after a failure that may be tried again, `timeout` each whole attempt (seconds, or an
    httpx.Timeout: its phases, and their sum). An `http` client
    that you pass in, of httpx or httpx2, stays yours: `close` leaves it open.
    """

    _kind = "Client"

    def __init__(
        self, auth: TokenSource, *, http: httpx.Client | None = None, **options: Unpack[ZoomOptions]
    ) -> None:
        """Hold `auth` and the options; raises ConfigError for an option that cannot be."""
        super().__init__(auth, http=http, **options)
        self._http: Transport | None = None
        if http is not None:
            self._http = self._transport(http)

    def update(
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
        """Change the named fields of a meeting, or of one occurrence of it.

        Nothing is sent unless the whole change passes the spec's rules: InvalidChange lists every
        problem. `schedule` is a whole series (start, zone, recurrence): Zoom replaces a recurrence
        whole, so a part of one is refused here, and completed by `plan`. `occurrence` is an id, a
        date or naive datetime (in the meeting's own zone), an aware datetime, or an occurrence of a
        read or a Series; all but ids are looked up by one read. `host` names the host whose quota
        is spent. `allow` lifts rules by id; `extra` is merged last and may hold fields Zoom added
        after this release.

        A Receipt says that Zoom accepted the update, not that it applied it. With `verify` the
        meeting is read before and after (reads spend none of the 100), and the Receipt tells what
        was applied, ignored, or changed besides. With `skip_unchanged` the change is planned first:
        what is already so is not sent, and nothing is spent where nothing is left.

        Raises InvalidChange, QuotaExceeded, NotSentError, UnansweredError, RefusedError (AuthError,
        ScopeError, NotFoundError, ServerError, RateLimited).
        """
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
        return self._run(flow).bound(self.apply)

    def plan(
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
    ) -> Plan:
        """Show what a change would do: one read, and nothing is sent or spent.

        A part of a `recurrence` is completed from the present one, with a start still to come;
        what is already as wanted is left out. `str(plan)` is the diff, `plan.apply()` sends it. The
        other parameters are those of `update`; an `occurrence` given by its day is read with its
        series, so that only its time and length are compared, by its id as a whole.

        Raises InvalidChange (OccurrenceError for an occurrence that is not there), NotSentError,
        UnansweredError, RefusedError.
        """
        from .._rules.judge import Change
        from . import planned

        wanted = Change(
            meeting, fields, None, None, occurrence, schedule, allow, extra, body=change
        )
        del change, fields, extra  # a passcode may be in them, and a traceback may show them
        context = self._context
        flow = planned.plan(context, wanted, context.clock.now())
        return self._run(flow).bound(self.apply)

    def plan_following(
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
    ) -> Following:
        """Split a series before one of its meetings: this and the following ones are changed.

        Zoom has no such update. `trim` of the answer is a plan that ends the old series just before
        the split, `new` is the JSON-ready body for creating the meeting that takes over: a copy of
        the old one with the change on it. Creating it is yours to do. One read; nothing is sent.

        Raises what `plan` raises; OccurrenceError also where nothing of the old series would be
        left.
        """
        from .._rules.judge import Change
        from . import planned

        wanted = Change(
            meeting, fields, None, None, occurrence, schedule, allow, extra, body=change
        )
        del change, fields, extra  # a passcode may be in them, and a traceback may show them
        context = self._context
        flow = planned.plan_following(context, wanted, context.clock.now())
        return self._run(flow).bound(self.apply)

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
    ) -> Many:
        """Carry out many changes at the rate Zoom allows; use it in `with`, and iterate.

        A change is a Change, or a mapping with its names (`meeting`, `host`, `occurrence`, …) whose
        other members are fields. Changes are read when there is room for them, judged as `update`
        judges, and answered by an UpdateResult each, as they come: what is refused, put off or
        unknown is a result and stops no other. Changes of one meeting keep their order; one behind
        a change that was put off, or is unknown, is put off too.

        As many calls are in flight as the account plan's rate and the latency ask for, `in_flight`
        at most (without a known rate, that many, or 8). `plan_only` sends nothing. `wait` bounds
        the sleeping of each change, `deadline` the run (seconds or a timedelta): then nothing more
        is sent. Name the hosts, or set `hosts="resolve"`: a spent host is then known beforehand.

        With a `journal`, a file that it keeps (`rezoom.journal/1`, without secrets), the same call
        goes on where an earlier one ended, by a kill too: what is done is answered from it, and
        what was under way is looked at last, and sent only where the meeting is not so already.
        Another change under a known key is refused; of a passcode the journal keeps nothing, so
        another passcode needs another key.

        Iterating raises, when what is under way has its results, AuthError, LedgerError,
        QuotaExceeded or RateLimited (of the account), or NotSentError (Zoom is out of reach).
        """
        from .changes import Treatment
        from .many import Many

        how = Treatment(verify, skip_unchanged, plan_only, wait)
        more = {"in_flight": in_flight, "journal": journal, "deadline": deadline}
        return Many(self._run, self.apply, self._context, changes, how, **more)

    def apply(
        self,
        plan: Plan[Any],
        /,
        *,
        verify: bool = False,
        wait: Wait | None = None,
        force: bool = False,
    ) -> Receipt:
        """Send a plan, if the meeting is still as the plan has read it.

        Reads once more: PlanStale says what has changed since, and `force` sends it all the same.
        An empty plan sends nothing and spends nothing. `verify` and `wait` are those of `update`.

        Raises PlanError for a plan of another account or Zoom, InvalidChange where the meeting as
        it is now forbids the change, and what `update` raises.
        """
        from . import planned

        context = self._context
        now = context.clock.now()
        flow = planned.apply(context, plan, now, verify=verify, wait=wait, force=force)
        return self._run(flow).bound(self.apply)

    def get(
        self, meeting: int | str, /, *, occurrence: When | None = None, past: bool = False
    ) -> Meeting:
        """Read a meeting; `past` includes occurrences that are over. Spends none of the 100."""
        from . import planned

        return self._run(planned.get(self._context, meeting, occurrence=occurrence, past=past))

    def quota(self, meeting: int | str | None = None, /, *, host: str | None = None) -> Quota:
        """Tell what is left of the day's updates, from the ledger alone.

        The host counts if it is named, or known from a `get` of the meeting. Instants are UTC.
        """
        from . import pipeline

        return self._run(pipeline.quota(self._context, meeting, host=host))

    def close(self) -> None:
        """Close the connections, and the ledger, that this client opened."""
        self._close_ledger()
        if self._owns_http and self._http is not None and self._pid == os.getpid():
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, tb: object) -> None:
        self.close()

    def _run(self, flow: Flow[T]) -> T:
        from .._http.driver import drive

        return drive(flow, self._context, self._open)

    def _open(self) -> Transport:
        if self._closed or (self._http is not None and self._http.is_closed):
            raise self._is_closed()
        if self._http is not None and (self._pid == os.getpid() or not self._owns_http):
            return self._http
        with self._opening:
            # A connection shared with a parent process would mix two conversations on one socket.
            if self._http is None or self._pid != os.getpid():
                self._http, self._pid = self._transport(), os.getpid()
            return self._http

    def _transport(self, http: httpx.Client | None = None) -> Transport:
        from .._http.transport import Transport

        return Transport(self._base_url, self._context.clock, self._timeout, http)
