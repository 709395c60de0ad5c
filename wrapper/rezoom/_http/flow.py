"""The sans-I/O core: one request, sent until it is answered; a generator of intents.

A flow yields an intent and receives its result: Authorize → Token or Failure · Reserve → Grant ·
Send → Reply or Failure · Host → id or None · Usage → Quota · Turn → (Grant, seconds slept) ·
Await → seconds late · Settle, Release, Abandon, Learn, Pause → None.

Nothing here sends, sleeps, reads a clock, or touches a ledger; `driver.py` does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from .._auth.tokens import Token
from .._ledger.model import Grant, Lesson, Reservation
from .._ledger.pacing import ON_TIME
from .._ledger.policy import Policy
from ..errors import LedgerError, NotSentError, QuotaExceeded, RezoomError, UnansweredError
from .context import Call
from .responses import Reply, Verdict, read, taught

_NO_CONTENT = 204
_log = logging.getLogger("rezoom")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request of an operation, whole but for address and token.

    `arguments` are what the generated builder has returned; `secrets` never reach a message.
    """

    operation: str
    meeting: int
    arguments: Mapping[str, Any] = field(repr=False)
    # Sending it twice leaves what sending it once leaves.
    repeatable: bool = True
    success: int = 200
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def accepts(self, reply: Reply) -> bool:
        """Tell whether an answer is the success: only one without a body may have a flawed one."""
        return reply.status == self.success and (not reply.flaw or self.success == _NO_CONTENT)

    @property
    def method(self) -> str:
        """The method, in capital letters."""
        return str(self.arguments["method"]).upper()

    @property
    def path(self) -> str:
        """The path below the API's address, without a query."""
        return str(self.arguments["url"])

    def __str__(self) -> str:
        """Name the request as errors do."""
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class Failure:
    """No answer; `sent` is False only where provably no byte of the request left."""

    sent: bool | None
    reason: str
    at: datetime


@dataclass(slots=True)
class Authorize:
    """Get a token; not the one Zoom has just rejected."""

    rejected: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Reserve:
    """Take a slot in every quota and a turn within `wait` seconds, or raise QuotaExceeded."""

    reservation: Reservation
    wait: float


@dataclass(slots=True)
class Send:
    """Put the request on the wire; raises SlotExpired when it is too late for the `grant`.

    Whatever is a NotSentError says that nothing left. `number` counts the attempts of a call.
    """

    request: Outgoing
    token: Token
    grant: Grant | None = None
    number: int = 1


@dataclass(slots=True)
class Settle:
    """Zoom answered: the slot is spent. `lessons` are what else the answer teaches."""

    grant: Grant
    lessons: tuple[Lesson, ...] = ()


@dataclass(slots=True)
class Release:
    """The request never left, or was not counted by Zoom: the slot is free again."""

    grant: Grant
    lessons: tuple[Lesson, ...] = ()


@dataclass(slots=True)
class Abandon:
    """It is unknown whether Zoom counted the request: the slot stays spent."""

    grant: Grant


@dataclass(slots=True)
class Turn:
    """Go through `turn` while no other call of this client does; `wait` is for both, in seconds."""

    reservation: Reservation
    wait: float


@dataclass(slots=True)
class Await:
    """Sleep until the turn of a grant; tell how many seconds ago it came."""

    grant: Grant


@dataclass(slots=True)
class Pause:
    """Sleep for some seconds before going on."""

    seconds: float


@dataclass(slots=True)
class Host:
    """Look up whose meeting it is, or whose e-mail address."""

    account: str
    meeting: int | str


@dataclass(slots=True)
class Learn:
    """Remember whose meeting, or whose e-mail address, it is; None: forget it."""

    account: str
    meeting: int | str
    host: str | None


@dataclass(slots=True)
class Usage:
    """Read what is left; spends nothing."""

    reservation: Reservation


T = TypeVar("T")
LedgerIntent: TypeAlias = Reserve | Settle | Release | Abandon
# What only reads the ledger, or improves it: no place is held for it.
LedgerQuery: TypeAlias = Host | Learn | Usage
# What is done about turns.
TurnIntent: TypeAlias = Turn | Await | Pause
Intent: TypeAlias = Authorize | LedgerIntent | Send | TurnIntent | LedgerQuery
Flow: TypeAlias = Generator[Intent, Any, T]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential growth up to a cap, with full jitter."""

    base: float = 0.5
    factor: float = 2.0
    cap: float = 8.0

    def delay(self, attempt: int, rand: Callable[[], float]) -> float:
        """Return the seconds to wait after the given failed attempt, the first being 1."""
        # Past 32 doublings only the float would overflow.
        growth = self.factor ** min(max(attempt - 1, 0), 32)
        return min(self.cap, self.base * growth) * rand()


# An update takes some tenths of a second; Zoom itself refuses what overlaps (its lock 429).
_IN_FLIGHT = "in-flight"
_BACKOFF = Backoff()
_LOOK_AGAIN, _LONGEST_LOOK = 0.05, 0.4
# How many turns one request asks for, where they come late.
_TURNS = 3


def exchange(request: Outgoing, call: Call, reservation: Reservation | None = None) -> Flow[Reply]:
    """Send `request` until it succeeds or may not be tried again; return the successful reply.

    The token comes before the reservation, and every attempt makes a new reservation, the one
    after a renewed token included: every attempt costs quota and passes the same guard.
    """
    rejected: str | None = None
    failures = number = 0
    earlier: RezoomError | None = None
    while True:
        number += 1
        try:
            token = yield Authorize(rejected)
        except RezoomError as error:
            if rejected is not None:
                error.sent = True  # and refused: it is the renewal that failed
            failed = _telling(error, earlier)
            raise failed from failed.__cause__
        if isinstance(token, Failure):
            # The change itself never left: only the token request was under way.
            step = "Check the network and the token address."
            verdict = Verdict(NotSentError(f"No token: {token.reason}", next_step=step), retry=True)
        else:
            call.secrets |= {token.value}
            try:
                result, grant = yield from _attempt(request, token, reservation, call, number)
            except RezoomError as error:
                if earlier is None:
                    raise
                # What became of the change is what the earlier attempt says, not the ledger.
                raise earlier from error
            if isinstance(result, Reply) and request.accepts(result):
                if grant is not None:
                    yield Settle(grant, taught(result.headers))
                return result
            verdict = yield from _account_for(result, request, grant, call)
            if verdict.renew and rejected is None:
                rejected = token.value
                continue
        failures += 1
        earlier = _telling(verdict.error, earlier)
        if not verdict.retry or failures > call.context.retries:
            raise earlier
        pause = _pause(verdict, failures, call.context.rand)
        if pause > call.left:
            raise earlier
        yield Pause(pause)
        call.slept += pause


def _attempt(
    request: Outgoing, token: Token, reservation: Reservation | None, call: Call, number: int
) -> Generator[Intent, Any, tuple[Reply | Failure, Grant | None]]:
    """Reserve, wait for the turn, send; return the result and the grant."""
    grant = None
    try:
        if reservation is not None:
            grant, slept = yield from take_turn(reservation, call.left)
            call.slept += slept
    except LedgerError as error:
        if request.method != "GET":
            raise
        _log.warning("a read was neither counted nor paced: %s", error)
    try:
        result: Reply | Failure = yield Send(request, token, grant, number)
    except NotSentError:
        if grant is not None:
            yield Release(grant)
        raise
    return result, grant


def learn(account: str, meeting: int | str, host: str | None) -> Flow[None]:
    """Write down whose meeting, or whose address, it is; a ledger that cannot only misses that."""
    try:
        yield Learn(account, meeting, host)
    except LedgerError as error:
        _log.warning("the host of a meeting was not written down: %s", error)


def take_turn(
    reservation: Reservation, wait: float
) -> Generator[Turn | Pause | Reserve | Await | Release, Any, tuple[Grant, float]]:
    """Reserve and sleep until the turn; return the grant and the seconds slept.

    Two updates of one meeting are never under way at once. The end of the other one is not
    announced: we look again after a short while, and not longer than `wait` in all.
    """
    # Without a rate there are no turns to stand in line for, only the ledger's own work.
    paced = reservation.pace is not None and reservation.pace.rate is not None
    slept = 0.0
    look_again = _LOOK_AGAIN
    while True:
        try:
            left = max(0.0, wait - slept)
            if paced:
                grant, more = yield Turn(reservation, left)
            else:
                grant, more = yield from turn(reservation, left)
        except QuotaExceeded as error:
            if error.scope != _IN_FLIGHT or slept + look_again > wait:
                raise
        else:
            return grant, slept + more
        yield Pause(look_again)
        slept += look_again
        look_again = min(2 * look_again, _LONGEST_LOOK)


def turn(
    reservation: Reservation, wait: float, slept: float = 0.0
) -> Generator[Reserve | Await | Release, Any, tuple[Grant, float]]:
    """Reserve, and sleep until the turn; one that has come too late is given back, for another.

    A turn is an instant. Calls that stalls have delayed would leave together, which is the burst
    that Zoom refuses. Where each turn comes late, the last one is used all the same.
    """
    turns = _TURNS
    while True:
        grant: Grant = yield Reserve(reservation, max(0.0, wait - slept))
        pace = reservation.pace
        if not grant.delay and (pace is None or pace.rate is None):
            return grant, slept  # nothing is paced
        slept += grant.pause
        late: float = yield Await(grant)
        turns -= 1
        if late <= ON_TIME or not turns:
            return grant, slept
        yield Release(grant)


def _telling(latest: RezoomError, earlier: RezoomError | None) -> RezoomError:
    """Choose what to raise: an attempt that never left says nothing about one that may have."""
    if earlier is None or earlier.sent is False or latest.sent is not False:
        return latest
    earlier.__cause__ = latest
    return earlier


def _account_for(
    result: Reply | Failure, request: Outgoing, grant: Grant | None, call: Call
) -> Generator[Intent, Any, Verdict]:
    if isinstance(result, Failure):
        if grant is not None:
            yield Release(grant) if result.sent is False else Abandon(grant)
        return _verdict_on_failure(result, request)
    verdict = _verdict_on_reply(result, request, call)
    if grant is not None:
        yield ending(grant, verdict, call.context.quota)
    return verdict


def ending(grant: Grant, verdict: Verdict, policy: Policy) -> Settle | Release:
    """Say what becomes of the slot of a request that was answered, though not with a success."""
    spent = verdict.spent or policy.refused_count
    return (Settle if spent else Release)(grant, verdict.lessons)


def _verdict_on_failure(failure: Failure, request: Outgoing) -> Verdict:
    what = f"{request}: {failure.reason}"
    if failure.sent is False:
        step = "Check the network, the proxy, and the API address."
        return Verdict(NotSentError(what, next_step=step), retry=True)
    return Verdict(UnansweredError(what), retry=request.repeatable)


def _verdict_on_reply(reply: Reply, request: Outgoing, call: Call) -> Verdict:
    if reply.status == request.success:  # the body is what was asked for, and it is not whole
        what = f"{request}: HTTP {reply.status}, and the body {reply.flaw}"
        return Verdict(UnansweredError(what), retry=request.repeatable)
    secrets = request.secrets | call.secrets
    return read(reply, secrets=secrets, repeatable=request.repeatable)


def _pause(verdict: Verdict, failures: int, rand: Callable[[], float]) -> float:
    if verdict.retry_after is not None:
        # Zoom has seen a herd: spread the return over a second beyond what it asks for.
        return (verdict.retry_after + timedelta(seconds=rand())).total_seconds()
    return _BACKOFF.delay(failures, rand)
