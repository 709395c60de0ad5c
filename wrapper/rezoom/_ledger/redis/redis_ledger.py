"""A ledger in Redis or Valkey: shared by all machines that reach the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._clock import MACHINE, Time, check_clock
from ..._public import public
from ..._times import SECOND
from ...errors import ConfigError
from .. import pacing
from ..gauge import Held, Quota, read_quota, refusal, spent
from ..model import Grant, Reservation, Scope, granted_before, wrong
from ..pacing import UNPACED, Pace
from ..protocol import BlockingLedger, tolerant
from .connection import TAG, Link, OnLoss
from .redis_server import as_text, connect, explained

if TYPE_CHECKING:
    from redis import Redis, RedisCluster

# What a refusal per second costs, for the script.
_COSTS: dict[str, Any] = {
    "lone": pacing.LONE,
    "repeated": pacing.REPEATED,
    "fewest": pacing.FEWEST,
    "many": pacing.MANY * pacing.WITHIN,
    "held": pacing.HELD,
    "slowest": pacing.SLOWEST,
}
# JSON has no infinity, and no call waits for thirty years.
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
            raise wrong("on_loss", on_loss, 'Give "refuse", "wait" or "trust".')
        client = connect(server) if isinstance(server, str) else server
        if hasattr(client, "__aenter__"):
            raise ConfigError(
                "The ledger was given an async client of Redis",
                field="ledger",
                next_step="Give a redis.Redis: the async methods use it in a worker thread.",
            )
        if not callable(getattr(client, "evalsha", None)):
            raise wrong("server", type(server), "Give redis://host:6379/0, or a redis.Redis.")
        check_clock(clock)
        check_clock(server_clock, "server_clock")
        self._link = Link(client, clock or MACHINE, server_clock, on_loss)

    @property
    def url(self) -> str:
        """Name the server; without credentials."""
        return self._link.url

    def settle(self, grant: Grant) -> None:
        """Shorten the place to what an answer proves."""
        self._finish("settle", grant, "an answer")

    def release(self, grant: Grant) -> None:
        """Give the place back."""
        self._finish("release", grant, "an unused place")

    def abandon(self, grant: Grant) -> None:
        """Keep the place counted, as spent at the worst instant."""
        self._finish("abandon", grant, "a missing answer")

    def usage(self, reservation: Reservation) -> Quota:
        """Read every scope that is limited."""
        answer = self._link.ask("read", "usage", reservation.scopes)
        with explained(self.url):
            return read_quota(reservation.scopes, _held(answer.rest), answer.ahead)

    def keys(self, prefix: str) -> tuple[str, ...]:
        """List the scopes that count something."""
        answer = self._link.ask("read", "keys", prefix=prefix)
        with explained(self.url):
            return tuple(sorted(map(as_text, answer.rest)))

    def reset(self, prefix: str = "") -> None:
        """Forget what was counted; where all was, other processes go on with the new count."""
        self._link.reset(prefix)

    def host_of(self, account: str, meeting: int | str) -> str | None:
        """Look up the host of `meeting`."""
        found = self._hosts("hget", account, meeting)
        with explained(self.url):
            return None if found is None else as_text(found)

    def forget_host(self, account: str, meeting: int | str) -> None:
        """Drop the host of `meeting`."""
        with tolerant("a new host"):
            self._hosts("hdel", account, meeting)

    def close(self) -> None:
        """Close this process's connections."""
        self._link.close()

    def _reserve(self, reservation: Reservation, token: str, wait: float) -> Grant:
        lease, pace = reservation.lease, reservation.pace
        answer = self._link.ask(
            "reserve",
            "reserve",
            reservation.scopes,
            pace,
            token,
            horizon=lease.horizon,
            margin=lease.margin,
            send_within=lease.send_within,
            wait=min(wait, _LONGEST_WAIT) * SECOND,
        )
        with explained(self.url):
            status, now, (first, *rest), ran_at, ahead = answer
            if status == "granted":
                # Of a grant that was given before, the turn may be over; the time to send is not
                # longer.
                send_by = int(first) + lease.send_within
                return granted_before(reservation, token, send_by, now, ran_at - now)
            if status == "spent":
                raise spent(token)
            stored = UNPACED
            if pace is not None:
                after, learned, since = as_text(first).split()
                stored = int(after), float(learned) or None, int(since)
            refused = refusal(reservation, _held(rest), stored, (now, ahead), wait)
            if refused is None:
                raise ValueError(f"{status}, and nothing is full")
            raise refused

    def _finish(self, operation: str, grant: Grant, what: str) -> None:
        scopes, margin = grant.reservation.scopes, grant.reservation.lease.margin
        with tolerant(what):
            self._link.ask("finish", operation, scopes, token=grant.token, margin=margin)

    def _block(self, scope: Scope, until: int, why: str) -> None:
        del why  # nothing shows it
        self._link.ask("learn", "block", (scope,), value=until)

    def _external(self, scope: Scope, used: int, margin: int) -> int:
        answer = self._link.ask("learn", "external", (scope,), value=used, margin=margin)
        with explained(self.url):
            return int(answer.rest[0])

    def _slow_down(self, pace: Pace, limit: float | None) -> None:
        named = pacing.SHARE * max(0, limit or 0)
        self._link.ask("learn", "slow_down", pace=pace, named=named, **_COSTS)

    def _learn_host(self, account: str, meeting: int | str, host: str) -> None:
        self._hosts("hset", account, meeting, host)

    def _hosts(self, command: str, account: str, *words: int | str) -> Any:
        call = getattr(self._link.client, command)
        with explained(self.url):
            return self._link.reach(lambda: call(f"{TAG}hosts:{account}", *words))


def _held(texts: list[Any]) -> list[Held]:
    """Read what a script says of scopes."""
    held = []
    for text in texts:
        blocked, in_flight, *words = as_text(text).split()
        slots = zip(words[::3], map(int, words[1::3]), map(int, words[2::3]), strict=True)
        held.append(Held(list(slots), int(blocked), int(in_flight)))
    return held
