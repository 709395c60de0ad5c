"""A ledger in Redis or Valkey: shared by all machines that reach the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread

from ..._clock import MACHINE, Time
from ..._public import public
from ..._times import SECOND, instant, micros
from ...errors import ConfigError, QuotaExceeded
from ..gauge import (
    Forecast,
    Gauge,
    Quota,
    flying_refusal,
    last,
    nth_free,
    pace_refusal,
    read_gauge,
    scope_refusal,
    spent,
)
from ..model import Grant, Reservation, Scope
from ..protocol import BlockingLedger, Tolerant
from .codec import (
    TAG,
    State,
    number_words,
    pace_key,
    read_pace,
    read_state,
    scope_key,
    scope_words,
    turn_key,
)
from .connection import GRANTED, SPENT, Answer, Link, OnLoss
from .redis_server import as_text, connect

if TYPE_CHECKING:
    from redis import Redis, RedisCluster

T = TypeVar("T")
# Lua reads no infinity on every system, and no call waits for a thousand years.
_LONGEST_WAIT = 1e9


@public("rezoom.quota")
class RedisLedger(BlockingLedger):
    """A ledger in a Redis or Valkey server (6.2 or later), counting by the server's clock.

    The server must keep an append-only file and evict nothing. With `appendfsync everysec` a crash
    of its machine can lose the last second or two, with `always` nothing; a failover can lose what
    its replica had not got. A server that lost its whole count is noticed by every process that had
    used it; `on_loss` says what then:

    * "refuse": raise StateLost until `reset`, which the other processes accept;
    * "wait": raise StateLost until nothing that was lost can count any more, then go on;
    * "trust": begin a new count, log it, and leave it to Zoom to refuse what is too much.

    `clock` is this machine's; it only bears witness. `server_clock` takes the place of the
    server's own, for tests. Async methods run in a worker thread, on any event loop.
    """

    def __init__(
        self,
        server: str | Redis | RedisCluster,
        *,
        on_loss: OnLoss = "refuse",
        clock: Time | None = None,
        server_clock: Time | None = None,
    ) -> None:
        """Count in the server at an address, or behind a client; opens nothing before first use."""
        if on_loss not in ("refuse", "wait", "trust"):
            raise ConfigError(
                f"on_loss is {on_loss!r}",
                field="on_loss",
                next_step='Give "refuse", "wait" or "trust".',
            )
        client = connect(server) if isinstance(server, str) else server
        if hasattr(client, "__aenter__"):
            raise ConfigError(
                "The ledger was given an async client of Redis",
                field="ledger",
                next_step="Give a redis.Redis: the async methods use it in a worker thread.",
            )
        self._link = Link(client, clock or MACHINE, server_clock, on_loss)

    @property
    def url(self) -> str:
        """Name the server; without credentials."""
        return self._link.url

    def reserve(self, reservation: Reservation, token: str, *, wait: float = 0.0) -> Grant:
        """Take one place in every scope and a turn, or nothing."""
        lease, pace, scopes = reservation.lease, reservation.pace, reservation.scopes
        longest = min(wait, _LONGEST_WAIT) * SECOND
        paced = (pace.rate or 0, pace.gap, pace.slack, pace.ceiling) if pace else (0, 0, 0, 0)
        words = number_words(lease.horizon, lease.margin, lease.send_within, longest, *paced)
        keys = [*map(scope_key, scopes), pace_key(pace)]
        if not any(scope.counted or scope.exclusive for scope in scopes):
            keys.append(turn_key(token))
        words += scope_words(scopes)
        answer = self._link.ask("reserve", "reserve", keys, words, token=token)
        if answer.status == SPENT:
            raise spent(token)
        if answer.status != GRANTED:
            raise _refusal(reservation, answer, wait)
        turn = answer.number
        # Of a grant that was given before, the turn may be over; the time to send is not longer.
        late = max(0, answer.now - turn)
        return Grant(token, reservation, answer.asked_at - late, max(0, turn - answer.now))

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        self._finish("settle", grant, "an answer")

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        self._finish("release", grant, "an unused place")

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        self._finish("abandon", grant, "a missing answer")

    def block(self, reservation: Reservation, name: str, until: datetime, why: str = "") -> None:
        """Refuse this scope until the latest reset Zoom has named."""
        scope = reservation.scope(name)
        if scope is not None:
            del why
            self._learn("block", scope, micros(until), reservation, "a limit of Zoom's")

    def external(self, reservation: Reservation, name: str, used: int) -> int:
        """Make up for what others have spent."""
        scope = reservation.scope(name)
        if scope is None or not scope.counted:
            return 0
        answer = self._learn("external", scope, used, reservation, "what others spent")
        return 0 if answer is None else answer.number

    def slow_down(self, reservation: Reservation, limit: float | None = None) -> None:
        """Pace more slowly for a while."""
        pace = reservation.pace
        if pace is not None:
            words = number_words(pace.rate or 0, pace.ceiling, max(0, limit or 0))
            with Tolerant("a slower pace"):
                self._link.ask("learn", "slow_down", (pace_key(pace),), words)

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        scopes = tuple(scope for scope in reservation.scopes if scope.limit is not None)
        answer = self._link.ask("read", "usage", [*map(scope_key, scopes)])
        gauges = {}
        for scope, stored in zip(scopes, answer.rest, strict=True):
            state = read_state(stored, answer.now)
            if not scope.gate or state.blocked > answer.now:
                gauges[scope.name] = _gauge(scope, state, answer)
        return Quota.of(gauges)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        answer = self._link.ask("read", "keys", (), prefix.encode())
        return tuple(sorted(as_text(key) for key in answer.rest[0]))

    def reset(self) -> None:
        """Forget what was counted; processes that remember another count go on with the new one."""
        self._link.start_over()

    def learn_host(self, account: str, meeting: int, host: str) -> None:
        """Remember the host of `meeting`."""
        with Tolerant("whose meeting it is"):
            self._link.redis("HSET", f"{TAG}hosts:{account}", str(meeting), host)

    def host_of(self, account: str, meeting: int) -> str | None:
        """Look up the host of `meeting`."""
        found = self._link.redis("HGET", f"{TAG}hosts:{account}", str(meeting))
        return None if found is None else as_text(found)

    def forget_host(self, account: str, meeting: int) -> None:
        """Drop the host of `meeting`."""
        with Tolerant("a new host"):
            self._link.redis("HDEL", f"{TAG}hosts:{account}", str(meeting))

    def close(self) -> None:
        """Close this process's connections."""
        self._link.close()

    async def _away(self, call: Callable[[], T], *, durable: bool = False) -> T:
        del durable  # what is durable is the server's affair
        return await anyio.to_thread.run_sync(call)

    def _finish(self, operation: str, grant: Grant, what: str) -> None:
        scopes = grant.reservation.scopes
        words = number_words(grant.reservation.lease.margin) + scope_words(scopes)
        with Tolerant(what):
            self._link.ask("finish", operation, [*map(scope_key, scopes)], words, token=grant.token)

    def _learn(
        self, operation: str, scope: Scope, value: int, reservation: Reservation, what: str
    ) -> Answer | None:
        words = number_words(value, reservation.lease.margin) + scope_words((scope,))
        with Tolerant(what):
            return self._link.ask("learn", operation, (scope_key(scope),), words)
        return None


def _refusal(reservation: Reservation, answer: Answer, wait: float) -> QuotaExceeded:
    paced, *stored = answer.rest

    def show(at: int) -> datetime:
        return instant(at + answer.ahead)

    refusals = []
    for scope, text in zip(reservation.scopes, stored, strict=True):
        state = read_state(text, answer.now)
        if sum(state.counts) >= scope.most or state.blocked > answer.now:
            refusals.append(scope_refusal(scope.name, _gauge(scope, state, answer)))
        if scope.exclusive and state.flying > answer.now:
            refusals.append(flying_refusal(show(state.flying)))
    pace = reservation.pace
    if pace is not None:
        refusals.append(pace_refusal(pace, read_pace(paced), answer.now, wait, show))
    return last(refusals)


def _gauge(scope: Scope, state: State, answer: Answer) -> Gauge:
    blocked = state.blocked if state.blocked > answer.now else 0
    return read_gauge(
        scope.limit,
        state.counts,
        partial(nth_free, state.places),
        blocked,
        lambda at: instant(at + answer.ahead),
        forecast=Forecast(state.places, answer.ahead),
    )
