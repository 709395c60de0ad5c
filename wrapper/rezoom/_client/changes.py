"""One change of many: how a row is read, what becomes of it, and its way through the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

from .._change.results import Plan, Receipt
from .._clock import Wait
from .._http.context import ClientContext
from .._http.flow import Flow, Intent, Outgoing, Send, T
from .._ledger.gauge import Quota
from .._public import public
from .._rules.judge import Change
from ..errors import (
    AuthError,
    ConfigError,
    LedgerError,
    NotSentError,
    QuotaExceeded,
    RetryLater,
    RezoomError,
    ServerError,
    SlotExpired,
)
from .pipeline import quota, update
from .planned import plan

Status: TypeAlias = Literal[
    "applied",
    "accepted",
    "unchanged",
    "planned",
    "altered",
    "ignored",
    "refused",
    "put off",
    "unknown",
]
# Limits of a meeting or of a host: others may still go out.
_NARROW = ("meeting", "host")
_OPTIONS = frozenset(one.name for one in fields(Change))
_COUNTS = "limit", "used", "pending", "unknown", "external"


@public("rezoom")
@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What became of one change of many.

    `status`: "accepted" (Zoom took it, and nothing was verified), "applied", "altered" or "ignored"
    (it was read again), "unchanged" (nothing had to be sent), "planned" (nothing was to be sent),
    "refused" (by a rule, or by Zoom), "put off" (not sent, `retry_at` says until when, in UTC), or
    "unknown" (sent, and not answered). `error` says why, `key` is the change's own, or its number
    in the input, from 1.
    """

    key: str
    change: Change
    status: Status
    receipt: Receipt | None = None
    error: RezoomError | None = None
    retry_at: datetime | None = None
    plan: Plan[Any] | None = None


@dataclass(slots=True, eq=False)
class Row:
    """A change on its way; `lane` is its meeting, `sent` whether its update has left."""

    key: str
    change: Change
    lane: int
    # What a journal knows it by.
    digest: str = field(default="", kw_only=True)
    # It may have been carried out in an earlier run: it is looked at before it is sent.
    last: bool = False
    sent: bool = False
    tries: int = 0


class Stopped(NotSentError):
    """The run was ended before this change was sent."""


class Treatment(NamedTuple):
    """How every change of a run is treated; see `Zoom.update_many`."""

    verify: bool = False
    skip_unchanged: bool | None = None
    plan_only: bool = False
    wait: Wait | None = None


def read_change(said: Change | Mapping[str, Any]) -> Change:
    """Take a row for a change: the names of `Change` are its options, all others its fields.

    What is no row at all becomes a change that is refused when it is judged.
    """
    if isinstance(said, Change):
        return said
    if not isinstance(said, Mapping):
        return Change("", body=said)
    options = {name: said[name] for name in _OPTIONS & said.keys()}
    given = {name: value for name, value in said.items() if name not in _OPTIONS}
    if isinstance(options.get("fields"), Mapping):
        given = {**options.pop("fields"), **given}
    elif "fields" in options:
        given["fields"] = options.pop("fields")
    return Change(**{"meeting": "", **options}, fields=given)


def stages(
    context: ClientContext, row: Row, now: datetime, how: Treatment, *, limited: bool
) -> Flow[Receipt | Plan]:
    """Bring one change to its end; `limited`: a host's limit was met in this run.

    Then the ledger is asked before anything is read, and hosts that are not known are looked up:
    one refusal of Zoom's is enough for all meetings of a host.
    """
    change = row.change
    if how.plan_only:
        return (yield from plan(context, change, now))
    if limited:
        if context.hosts == "known":
            context = replace(context, hosts="resolve")
        left: Quota = yield from quota(context, change.meeting, host=change.host)
        _check_left(left)
    skip = True if row.last else how.skip_unchanged
    return (
        yield from update(
            context, change, now, verify=how.verify, skip_unchanged=skip, wait=how.wait
        )
    )


def _check_left(left: Quota) -> None:
    """Raise QuotaExceeded where the ledger knows that nothing more may be sent."""
    for name in ("meeting", "host", "account"):
        gauge = getattr(left, name)
        if gauge is not None and gauge.remaining <= 0 and gauge.next_free is not None:
            counts = {key: getattr(gauge, key) for key in _COUNTS}
            raise QuotaExceeded(**counts, scope=name, retry_at=gauge.next_free)


def watched(
    flow: Flow[T],
    monotonic: Callable[[], float],
    sending: Callable[[Outgoing], None],
    measured: Callable[[float], None],
) -> Generator[Intent, Any, T]:
    """Pass a flow's intents on: `sending` is called before each request, and may keep it back.

    `measured` is told how many seconds its answer took.
    """
    step: Callable[[], Intent] = partial(flow.send, None)
    while True:
        try:
            intent = step()
        except StopIteration as done:
            value: T = done.value
            return value
        began = monotonic()
        try:
            if isinstance(intent, Send):
                sending(intent.request)
            answer = yield intent
        except Exception as error:  # noqa: BLE001 - the flow itself knows what it means
            step = partial(flow.throw, error)
        else:
            if isinstance(intent, Send):
                measured(monotonic() - began)
            step = partial(flow.send, answer)


def status_of(done: Receipt | Plan | RezoomError) -> Status:
    """Say in one word what became of a change."""
    if isinstance(done, RetryLater):
        return "put off"
    if isinstance(done, RezoomError):
        # A failing server may have carried it out.
        doubtful = done.sent is None or (isinstance(done, ServerError) and done.sent)
        return "unknown" if doubtful else "refused"
    if isinstance(done, Plan):
        return "unchanged" if done.empty else "planned"
    if not done.sent:
        return "unchanged"
    if not done.verified:
        return "accepted"
    if done.ignored:
        return "ignored"
    return "altered" if done.altered else "applied"


def is_passing(error: BaseException) -> bool:
    """Tell whether the same change may go soon: a turn, a lock, or a slot that came too late."""
    if isinstance(error, RetryLater):
        return not error.scope.startswith((*_NARROW, "account"))
    return isinstance(error, SlotExpired)


def is_host_limit(error: BaseException) -> bool:
    """Tell whether it is a limit of the host."""
    return isinstance(error, RetryLater) and error.scope.startswith("host")


def ends_all(error: BaseException) -> bool:
    """Tell whether every other change would fail in the same way."""
    if isinstance(error, RetryLater):
        return error.scope.startswith("account")
    if isinstance(error, ConfigError):
        # A list of rules to allow belongs to its change.
        return error.field != "allow"
    # A bare NotSentError is an unreached Zoom, or a journal that cannot be written.
    return isinstance(error, AuthError | LedgerError) or type(error) is NotSentError
