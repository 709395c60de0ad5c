"""The way to a Redis or Valkey server: checked before its first use, and asked again when cut off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..errors import ClockUntrusted, LedgerUnavailable, StateLost
from .instants import HOUR, MINUTE, SECOND, instant, micros
from .machine import Time, machine_boot
from .redis_server import as_text, explain, inspect

if TYPE_CHECKING:
    from redis import Redis

_log = logging.getLogger("rezoom.quota")

# One hash tag: a cluster then keeps everything, the epoch included, on one node.
TAG = "{rezoom}:"
EPOCH, INDEX = f"{TAG}epoch", f"{TAG}index"
_FORMAT = "1"
# The first word of every answer, as in shared.lua.
REFUSED, GRANTED, SPENT, LOST, UNTRUSTED, DONE = range(6)
# What may lie between two readings of different clocks.
_TOLERANCE = MINUTE
# Below this, two clocks are taken for one: an instant is then shown as it was counted.
_SAME_CLOCK = SECOND // 10
# After this nothing counts any more that was counted by a server that has lost it.
_FORGOTTEN_AFTER = 25 * HOUR

OnLoss = Literal["refuse", "wait", "trust"]


class Script(NamedTuple):
    """A script, and the name by which a server remembers it."""

    text: str
    sha: str


class Answer(NamedTuple):
    """What a script answered at `now`; `asked_at` and `ahead` are of this machine's wall clock."""

    status: int
    now: int
    rest: list[Any]
    asked_at: int
    ahead: int


@cache
def script(name: str) -> Script:
    """Read one of the scripts, with the head they share."""
    folder = files(__package__).joinpath("redis_lua")
    parts = (folder.joinpath(f"{part}.lua").read_text("utf-8") for part in ("shared", name))
    text = "\n".join(parts)
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


class Link:
    """A server, and the epoch of the count in it; safe to share by threads, and after a fork."""

    def __init__(
        self,
        client: Redis,
        url: str,
        *,
        same_machine: bool,
        clock: Time,
        server_clock: Time | None,
        on_loss: OnLoss,
    ) -> None:
        self.client, self.url = client, url
        self._same_machine = same_machine and machine_boot() is not None
        self._clock, self._server_clock = clock, server_clock
        self._on_loss = on_loss
        self._epoch: str | None = None
        self._checked = False
        # The server's time and this machine's, read together; no clock setting moves the second.
        self._anchor: tuple[int, float] | None = None

    def ask(self, name: str, operation: str, keys: tuple[str, ...], *words: object) -> Answer:
        """Run a script; what was cut off is asked again, because every operation allows it."""
        answer = self.reach(lambda: self._ask(name, operation, keys, words))
        if answer.status == LOST:
            self._adopt(as_text(answer.rest[0]), answer.now)
            answer = self.reach(lambda: self._ask(name, operation, keys, words))
        if answer.status == LOST:
            raise self._lost("changes while it is used", answer.now)
        if answer.status == UNTRUSTED:
            raise ClockUntrusted(
                f"The clock of {self.url} shows {instant(answer.now)}, and the clocks here say that"
                f" it is {instant(answer.asked_at)}",
                next_step="Set both clocks right. If they are, start this process again.",
            )
        self._anchor = (answer.now, self._clock.monotonic())
        return answer

    def reach[T](self, call: Callable[[], T]) -> T:
        """Make a call that may be made twice, after the server was checked."""
        from redis.exceptions import ConnectionError as CutOff
        from redis.exceptions import RedisError
        from redis.exceptions import TimeoutError as TooSlow

        for again in (True, False):
            try:
                if not self._checked:
                    self._check()
                return call()
            except (CutOff, TooSlow) as error:
                # What answers next may be another server.
                self._checked = False
                if not again:
                    raise explain(self.url, error) from error
            except RedisError as error:
                raise explain(self.url, error) from error
        raise AssertionError("unreachable")
