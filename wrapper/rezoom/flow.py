"""The sans-I/O core: one request, sent until it is answered; a generator of intents.

Nothing here sends, sleeps, reads a clock, or touches a ledger; `drive.py` does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .answers import Verdict, read, taught
from .auth import Token
from .errors import NotSentError, QuotaExceeded, RezoomError, UnansweredError
from .intents import (
    Abandon,
    Authorize,
    Failure,
    Flow,
    Intent,
    Outgoing,
    Pause,
    Release,
    Reply,
    Reserve,
    Send,
    Settle,
)
from .quota import Grant, Reservation
from .retry import Backoff

# An update takes some tenths of a second; Zoom itself refuses what overlaps (its lock 429).
_IN_FLIGHT = "in-flight"
_BACKOFF = Backoff()
_LOOK_AGAIN, _LONGEST_LOOK = 0.05, 0.4


@dataclass(slots=True)
class Policy:
    """How often to try again, and how long one call may sleep in all (seconds).

    One for each call: `slept` adds up over all the requests that it makes.
    """

    retries: int
    wait: float
    rand: Callable[[], float]
    backoff: Backoff = _BACKOFF
    slept: float = 0.0


def exchange(
    request: Outgoing, policy: Policy, reservation: Reservation | None = None
) -> Flow[Reply]:
    """Send `request` until it succeeds or may not be tried again; return the successful reply.

    The token comes before the reservation, and every attempt reserves anew, the one after a
    renewed token included (architecture: every attempt costs quota and passes the same guard).
    """
    rejected: str | None = None
    failures = 0
    earlier: RezoomError | None = None
    while True:
        try:
            token = yield Authorize(rejected)
        except RezoomError as error:
            if rejected is not None:
                error.sent = True  # and refused: it is the renewal that failed
            failed = _telling(error, earlier)
            raise failed from failed.__cause__
        if isinstance(token, Failure):
            # The change itself never left: only the token request was under way.
            verdict = Verdict(
                NotSentError(
                    f"No token: {token.reason}",
                    next_step="Check the network and the token address.",
                ),
                retry=True,
            )
        else:
            try:
                left = policy.wait - policy.slept
                outcome, grant, turn = yield from _attempt(request, token, reservation, left)
            except RezoomError as error:
                if earlier is None:
                    raise
                # What became of the change is what the earlier attempt says, not the ledger.
                raise earlier from error
            policy.slept += turn
            if isinstance(outcome, Reply) and outcome.status == request.success:
                if grant is not None:
                    yield Settle(grant, taught(outcome.headers))
                return outcome
            verdict = yield from _account_for(outcome, request, token, grant)
            if verdict.renew and rejected is None:
                rejected = token.value
                continue
        failures += 1
        earlier = _telling(verdict.error, earlier)
        if not verdict.retry or failures > policy.retries:
            raise earlier
        pause = _pause(verdict, failures, policy)
        if policy.slept + pause > policy.wait:
            raise earlier
        yield Pause(pause)
        policy.slept += pause


def _attempt(
    request: Outgoing, token: Token, reservation: Reservation | None, wait: float
) -> Generator[Intent, Any, tuple[Reply | Failure, Grant | None, float]]:
    """Reserve, wait for the turn, send; return the outcome, the grant, and the seconds slept."""
    grant, slept = None, 0.0
    if reservation is not None:
        grant, slept = yield from take_turn(reservation, wait)
    try:
        outcome: Reply | Failure = yield Send(request, token, grant)
    except NotSentError:
        if grant is not None:
            yield Release(grant)
        raise
    return outcome, grant, slept


def take_turn(
    reservation: Reservation, wait: float
) -> Generator[Reserve | Pause, Any, tuple[Grant, float]]:
    """Reserve and sleep until the turn; return the grant and the seconds slept.

    Two updates of one meeting are never under way at once. When the other one ends, nobody calls:
    we look again after a short while, and not longer than `wait` in all.
    """
    slept = 0.0
    look_again = _LOOK_AGAIN
    while True:
        try:
            grant: Grant = yield Reserve(reservation, wait - slept)
        except QuotaExceeded as error:
            if error.scope != _IN_FLIGHT or slept + look_again > wait:
                raise
        else:
            if grant.pause:
                yield Pause(grant.pause)
            return grant, slept + grant.pause
        yield Pause(look_again)
        slept += look_again
        look_again = min(2 * look_again, _LONGEST_LOOK)


def _telling(latest: RezoomError, earlier: RezoomError | None) -> RezoomError:
    """Choose what to raise: an attempt that never left says nothing about one that may have."""
    if earlier is None or earlier.sent is False or latest.sent is not False:
        return latest
    earlier.__cause__ = latest
    return earlier


def _account_for(
    outcome: Reply | Failure, request: Outgoing, token: Token, grant: Grant | None
) -> Generator[Intent, Any, Verdict]:
    if isinstance(outcome, Failure):
        if grant is not None:
            yield Release(grant) if outcome.sent is False else Abandon(grant)
        return _verdict_on_failure(outcome, request)
    verdict = read(
        outcome.status, outcome.headers, outcome.body, outcome.at,
        secrets=request.secrets | {token.value}, repeatable=request.repeatable,
    )  # fmt: skip
    if grant is not None:
        yield Settle(grant, verdict.lessons)
    return verdict


def _verdict_on_failure(failure: Failure, request: Outgoing) -> Verdict:
    error: RezoomError
    if failure.sent is False:
        error = NotSentError(
            f"{request.method} {request.path}: {failure.reason}",
            next_step="Check the network, the proxy, and the API address.",
        )
        return Verdict(error, retry=True)
    error = UnansweredError(f"{request.method} {request.path}: {failure.reason}")
    return Verdict(error, retry=request.repeatable)


def _pause(verdict: Verdict, failures: int, policy: Policy) -> float:
    if verdict.retry_after is not None:
        # Zoom has seen a herd: spread the return over a second beyond what it asks for.
        return (verdict.retry_after + timedelta(seconds=policy.rand())).total_seconds()
    return policy.backoff.delay(failures, policy.rand)
