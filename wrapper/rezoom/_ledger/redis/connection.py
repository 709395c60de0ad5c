"""Connections to a Redis server: checked before first use, and retried when cut off.

Watching, retrying and the bookkeeping of a pool are left out here; the connections are redis-py's
own, made as its pool would make them, so addresses, logins and TLS are its affair.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from ..._clock import Time, in_forked_child, machine_boot
from ..._times import HOUR, MINUTE, SECOND, instant, micros
from ...errors import ClockUntrusted, LedgerUnavailable, StateLost
from .codec import TAG, head_words, read_said
from .redis_server import address_of, as_text, explain, inspect, on_this_machine

if TYPE_CHECKING:
    from redis import Redis, RedisCluster


class Lines:
    """Runs scripts, each call on a connection of its own."""

    def __init__(self, client: Redis | RedisCluster) -> None:
        import redis
        from redis.client import NEVER_DECODE

        self._client: Any = client
        self._pool: Any = getattr(client, "connection_pool", None)
        # Clusters and sentinels choose a server for every call.
        pools = (redis.ConnectionPool, redis.BlockingConnectionPool)
        self._plain = type(client) is redis.Redis and type(self._pool) in pools
        self._refused = redis.ResponseError
        self._as_it_is = {NEVER_DECODE: True}
        self._idle: list[Any] = []
        in_forked_child(self._leave_to_parent)

    def run(self, *words: bytes) -> Any:
        """EVAL a script, or by its name EVALSHA; raises what redis-py raises, decodes nothing."""
        if not self._plain:
            return self._client.execute_command(words[0].decode(), *words[1:], **self._as_it_is)
        try:
            line = self._idle.pop()
        except IndexError:
            line = self._pool.connection_class(**self._pool.connection_kwargs)
        try:
            line.send_packed_command([_packed(words)])
            said = line.read_response(disable_decoding=True)
        except self._refused:
            self._idle.append(line)  # the server has answered, so the line is in order
            raise
        except BaseException:
            line.disconnect()  # or a late answer would be taken for the next call's
            raise
        self._idle.append(line)
        return said

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().disconnect()

    def _leave_to_parent(self) -> None:
        self._idle = []


def _packed(words: tuple[bytes, ...]) -> bytes:
    # https://redis.io/docs/latest/develop/reference/protocol-spec/#arrays
    parts = [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"*%d\r\n%b" % (len(parts), b"".join(parts))


_log = logging.getLogger("rezoom.quota")
T = TypeVar("T")
OnLoss = Literal["refuse", "wait", "trust"]

_EPOCH = f"{TAG}epoch".encode()
_FORMAT = "2"
# The first word of every answer, as in head.lua.
REFUSED, GRANTED, SPENT, _LOST, _UNTRUSTED, _DONE = range(6)
# What two clocks may be apart.
_TOLERANCE = MINUTE
# Below this, two clocks are taken for one, and an instant is shown as it was counted.
_SAME_CLOCK = SECOND // 10
# Seconds after which a server is looked at again: it may have been replaced or configured anew.
_CHECK_EVERY = 60.0
# A server that has lost its count counts everything again after that: window, horizon, margin.
_FORGOTTEN_AFTER = 25 * HOUR


class Script(NamedTuple):
    """A script, and the name by which a server remembers it."""

    text: bytes
    sha: bytes


class Answer(NamedTuple):
    """What a script said at `now`; `asked_at` and `ahead` are of this machine's wall clock.

    `number` is the turn of a grant, how many places were missing, or whether a count was begun.
    `ahead` is how far that clock is ahead of the server's; it is not needed after a grant.
    """

    status: int
    now: int
    number: int
    rest: list[Any]
    asked_at: int
    ahead: int


class Link:
    """A server and the epoch of the count in it; shared by threads, and good after a fork."""

    def __init__(
        self, client: Redis | RedisCluster, clock: Time, server_clock: Time | None, on_loss: OnLoss
    ) -> None:
        # Not at the top: whoever has no ledger in Redis does without the package.
        from redis import exceptions

        self._client, self.url = client, address_of(client)
        self._lines = Lines(client)
        self._cut_off = exceptions.ConnectionError, exceptions.TimeoutError
        self._forgotten, self._failed = exceptions.NoScriptError, exceptions.RedisError
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
        keys: Sequence[bytes] = (),
        words: bytes = b"",
        *,
        token: str = "",
    ) -> Answer:
        """Run an operation; one that was cut off is run again, because each of them allows it.

        `keys` and `words` are what codec.py makes of what is asked.
        """
        script = _script(file, operation)

        def run() -> Answer:
            return self._run(script, keys, words, token)

        answer = self.reach(run)
        if answer.status == _LOST:
            self._take_up(as_text(answer.rest[0]), answer.now)
            answer = self.reach(run)
        if answer.status == _LOST:
            raise self._lost("loses its count all the time")
        return answer

    def reach(self, call: Callable[[], T]) -> T:
        """Make a call that may be made twice, once the server was checked."""
        try:
            try:
                return self._checked_first(call)
            except self._cut_off:
                return self._checked_first(call)
        except self._failed as error:
            raise explain(self.url, error) from error

    def redis(self, *command: str) -> Any:
        """Run one command of Redis itself."""
        return self.reach(lambda: self._client.execute_command(*command))  # type: ignore[no-untyped-call]  # redis-py leaves it open

    def start_over(self) -> None:
        """Forget what was counted; the other clients of this server accept that."""
        self._epoch = as_text(self.ask("read", "reset").rest[0])

    def close(self) -> None:
        """Close this process's connections."""
        self._check_at = 0.0
        self._lines.close()
        self._client.close()

    def _checked_first(self, call: Callable[[], T]) -> T:
        try:
            if self._clock.monotonic() >= self._check_at:
                self._check()
            return call()
        except self._cut_off:
            self._check_at = 0.0  # what answers next may be another server
            raise

    def _check(self) -> None:
        client: Any = self._client
        find = getattr(client, "get_node_from_key", None)  # a cluster's: the node that counts
        inspect(self.url, client.info(**({"target_nodes": find(_EPOCH)} if find else {})))
        if not self._epoch:
            answer = self._open()
            epoch = as_text(answer.rest[0])
            self._read_epoch(epoch)
            if answer.number:
                _log.warning("nothing was counted at %s before: a new count begins", self.url)
            self._epoch = epoch
        self._check_at = self._clock.monotonic() + _CHECK_EVERY

    def _open(self) -> Answer:
        return self._run(_script("read", "open"))

    def _run(
        self, script: Script, keys: Sequence[bytes] = (), words: bytes = b"", token: str = ""
    ) -> Answer:
        asked_at = micros(self._clock.now())
        counted = 0 if self._server_clock is None else micros(self._server_clock.now())
        head = head_words(counted, _TOLERANCE, self._witnesses(asked_at), token)
        given = (b"%d" % (len(keys) + 1), _EPOCH, *keys, self._epoch.encode(), head + words)
        try:
            said = self._lines.run(b"EVALSHA", script.sha, *given)
        except self._forgotten:
            said = self._lines.run(b"EVAL", script.text, *given)
        first, *rest = said if isinstance(said, list) else (said,)
        status, now, number = read_said(first)
        if status == _UNTRUSTED:
            raise ClockUntrusted(
                f"The clock of the server {self.url} shows {instant(now)}, and by the clocks of"
                f" this machine it is not far from {instant(asked_at)}",
                next_step="Set both clocks right; when they are, start this process again.",
            )
        self._anchor = (now, self._clock.monotonic())
        ahead = 0
        if status != GRANTED and self._server_clock is None:
            ahead = micros(self._clock.now()) - now
            ahead = 0 if abs(ahead) < _SAME_CLOCK else ahead
        return Answer(status, now, number, rest, asked_at, ahead)

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
                found = as_text(self.reach(self._open).rest[0])
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
        if kept != _FORMAT or not started.isdecimal():
            raise LedgerUnavailable(
                f"What is counted at {self.url} was written by another release (format {kept})",
                next_step="Use the same release of rezoom everywhere, or another server.",
            )
        return kind, int(started)

    def _lost(self, what: str, fix: str | None = None) -> StateLost:
        return StateLost(f"The server {self.url} {what}", next_step=fix)


@cache
def _script(file: str, operation: str) -> Script:
    folder = files(str(__package__)).joinpath("scripts")
    parts = (folder.joinpath(f"{part}.lua").read_text("utf-8") for part in ("head", file))
    text = "\n".join((f"local operation = '{operation}'", *parts)).encode()
    return Script(text, sha1(text, usedforsecurity=False).hexdigest().encode())
