"""A Redis server that counts: checked before first use, and asked again when it was cut off."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import blake2b, sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from ..._clock import Time, machine_boot
from ..._times import HOUR, MINUTE, SECOND, instant, micros
from ..._visible import visible
from ...errors import ClockUntrusted, LedgerError, LedgerUnavailable, StateLost
from ..model import Scope
from ..pacing import RECOVERY, Pace
from .redis_server import address_of, as_text, explained, inspect, on_this_machine

if TYPE_CHECKING:
    from redis import Redis, RedisCluster

_log = logging.getLogger("rezoom.quota")
T = TypeVar("T")
OnLoss = Literal["refuse", "wait", "trust"]

# One hash tag: a cluster then keeps everything on one node, the epoch with what it vouches for.
TAG = "{rezoom}:"
_EPOCH = f"{TAG}epoch".encode()
_FORMAT = "2"
# What two clocks may be apart.
_TOLERANCE = MINUTE
# Below this, two clocks are taken for one, and an instant is shown as it was counted.
_SAME_CLOCK = SECOND // 10
# Seconds after which a server is looked at again: it may have been replaced or configured anew.
_CHECK_EVERY = 60.0
# A server that has lost its count counts everything again after that: window, horizon, margin.
_FORGOTTEN_AFTER = 25 * HOUR


class Answer(NamedTuple):
    """What a script said at `now`; `ran_at` and `ahead` are of this machine's wall clock.

    `ran_at` is half-way between question and answer, and `ahead` is how far that clock is ahead of
    the server's.
    """

    status: str
    now: int
    rest: list[Any]
    ran_at: int
    ahead: int


class Link:
    """A server and the epoch of the count in it; shared by threads, and good after a fork."""

    def __init__(
        self, client: Redis | RedisCluster, clock: Time, server_clock: Time | None, on_loss: OnLoss
    ) -> None:
        # Not at the top: whoever has no ledger in Redis does without the package.
        from redis import exceptions

        self.url, self.client = visible(address_of(client)), _with_own_pool(client)
        self._cut_off = exceptions.ConnectionError, exceptions.TimeoutError
        self._answered = exceptions.ResponseError, LedgerError
        self._forgotten = exceptions.NoScriptError
        self._clock, self._server_clock, self._on_loss = clock, server_clock, on_loss
        # A clock that stands still in sleep is no witness against the server's.
        self._steady = on_this_machine(client) and machine_boot() is not None
        self._epoch = ""
        self._check_at = 0.0
        # The server's time, and the clock that nobody sets, read together.
        self._anchor: tuple[int, float] | None = None

    def ask(
        self,
        file: str,
        operation: str,
        scopes: Sequence[Scope] = (),
        pace: Pace | None = None,
        token: str = "",
        **request: object,
    ) -> Answer:
        """Run an operation; one that was cut off is run again, because each of them allows it."""
        keys = [_EPOCH, *(f"{TAG}scope:{scope.key}".encode() for scope in scopes)]
        if pace is not None:
            keys.append(f"{TAG}pace:{pace.key}".encode())
            request |= {"gap": pace.gap, "full": pace.full, "recovery": RECOVERY}
        request |= {"operation": operation, "scopes": [_described(scope) for scope in scopes]}
        request["token"] = blake2b(token.encode(), digest_size=16).hexdigest()

        def run() -> Answer:
            return self._run(file, keys, request)

        with explained(self.url):
            answer = self.reach(run)
            if answer.status == "lost":
                self._take_up(as_text(answer.rest[0]), answer.now)
                answer = self.reach(run)
        if answer.status == "lost":
            raise self._lost("loses its count all the time")
        return answer

    def reach(self, call: Callable[[], T]) -> T:
        """Make a call that may be made twice, once the server was checked."""
        try:
            try:
                return self._checked(call)
            except self._cut_off:
                self._drop_idle()  # as this one, they may all be dead
                return self._checked(call)
        except self._answered:
            raise
        except BaseException:
            self._drop_idle()  # or a late answer would be taken for the next call's
            raise

    def reset(self, prefix: str) -> None:
        """Forget what was counted; of everything, also for the other clients of this server."""
        if prefix:
            self.ask("read", "forget", prefix=prefix)
        else:
            answer = self.ask("read", "reset", prefix="")
            with explained(self.url):
                self._epoch = as_text(answer.rest[0])

    def close(self) -> None:
        """Close this process's connections."""
        self._check_at = 0.0
        self.client.close()

    def _drop_idle(self) -> None:
        self._check_at = 0.0  # what answers next may be another server
        nodes = getattr(self.client, "get_nodes", None)
        clients = [node.redis_connection for node in nodes()] if nodes else [self.client]
        for client in filter(None, clients):
            client.connection_pool.disconnect(inuse_connections=False)

    def _checked(self, call: Callable[[], T]) -> T:
        if self._clock.monotonic() >= self._check_at:
            find = getattr(self.client, "get_node_from_key", None)  # a cluster's: who counts
            facts = self.client.info(**({"target_nodes": find(_EPOCH)} if find else {}))
            inspect(self.url, facts)
            if not self._epoch:
                epoch, new = self._open()
                self._read_epoch(epoch)
                if new:
                    _log.warning("nothing was counted at %s before: a new count begins", self.url)
                self._epoch = epoch
            self._check_at = self._clock.monotonic() + _CHECK_EVERY
        return call()

    def _open(self) -> tuple[str, bool]:
        request = {"operation": "open", "scopes": [], "token": ""}
        epoch, new = self._run("read", [_EPOCH], request).rest
        return as_text(epoch), bool(new)

    def _run(self, file: str, keys: Sequence[bytes], request: dict[str, Any]) -> Answer:
        asked_at = micros(self._clock.now())
        request |= {"epoch": self._epoch, "witnesses": self._witnesses(asked_at)}
        request["tolerance"] = _TOLERANCE
        if self._server_clock is not None:
            request["clock"] = micros(self._server_clock.now())
        text, sha = _script(file)
        given = (len(keys), *keys, json.dumps(request))
        try:
            said = self.client.evalsha(sha, *given)
        except self._forgotten:
            said = self.client.eval(text, *given)
        status, now, *rest = said
        status, now = as_text(status), int(now)
        if status == "untrusted":
            raise ClockUntrusted(
                f"The clock of the server {self.url} shows {instant(now)}, and by the clocks of"
                f" this machine it is not far from {instant(asked_at)}",
                next_step="Set both clocks right; when they are, start this process again.",
            )
        self._anchor = (now, self._clock.monotonic())
        answered_at = micros(self._clock.now())
        ahead = answered_at - now if self._server_clock is None else 0
        ran_at = (asked_at + answered_at) // 2
        return Answer(status, now, rest, ran_at, 0 if abs(ahead) < _SAME_CLOCK else ahead)

    def _witnesses(self, wall: int) -> tuple[int, int]:
        """Say what time it is, in two ways; the server's time is believed if one of them agrees.

        On this machine the wall clock agrees with the server's whatever they are set to, so there
        only the monotonic clock is heard. Elsewhere it is heard with the other one: it
        stands still while a virtual machine is paused.
        """
        if self._anchor is None:
            return wall, wall
        counted, read = self._anchor
        passed = counted + round((self._clock.monotonic() - read) * SECOND)
        return passed, passed if self._steady else wall

    def _take_up(self, found: str, now: int) -> None:
        """Go on with another count than the one remembered, or raise StateLost."""
        if found and self._read_epoch(found)[0] == "reset":
            _log.warning("the count at %s was reset", self.url)
        elif self._on_loss == "refuse":
            raise self._lost("has lost what was counted")
        else:
            if not found:
                found, _ = self.reach(self._open)
            again_at = self._read_epoch(found)[1] + _FORGOTTEN_AFTER
            if self._on_loss == "wait" and now < again_at:
                raise self._lost(
                    "has lost what was counted",
                    f"At {instant(again_at)} nothing of it counts any more: try again then, or run"
                    " `rezoom ledger reset`.",
                )
            _log.warning("%s has lost what was counted: a new count begins", self.url)
        self._epoch = found

    def _read_epoch(self, epoch: str) -> tuple[str, int]:
        kept, _, rest = epoch.partition(":")
        kind, _, started = rest.partition(":")
        if kept != _FORMAT or not started.isdecimal() or len(started) > 16:
            raise LedgerUnavailable(
                f"What is counted at {self.url} was written by another release (format {kept})",
                next_step="Use the same release of rezoom everywhere, or another server.",
            )
        return kind, int(started)

    def _lost(self, what: str, fix: str | None = None) -> StateLost:
        return StateLost(f"The server {self.url} {what}", next_step=fix)


def _with_own_pool(client: Redis | RedisCluster) -> Any:
    """Make a client as the one that was brought, with as many connections of its own as it needs.

    Clusters and sentinels choose a server for every call, and are used as they are.
    """
    from redis import BlockingConnectionPool, ConnectionPool, Redis

    pool: Any = getattr(client, "connection_pool", None)
    if type(client) is not Redis or type(pool) not in (ConnectionPool, BlockingConnectionPool):
        return client
    given = pool.connection_kwargs | {"connection_class": pool.connection_class}
    return Redis.from_pool(ConnectionPool(**given, max_connections=1 << 31))


def _described(scope: Scope) -> dict[str, int]:
    limit = {"limit": scope.most} if scope.counted else {}
    span = scope.span if scope.rolling else 0
    return limit | {"span": span, "exclusive": scope.exclusive, "bundled": scope.bundled}


@cache
def _script(file: str) -> tuple[str, str]:
    """Read a script, and name it as a server does that remembers it."""
    folder = files(str(__package__)).joinpath("scripts")
    text = "\n".join(folder.joinpath(f"{part}.lua").read_text("utf-8") for part in ("head", file))
    return text, sha1(text.encode(), usedforsecurity=False).hexdigest()
