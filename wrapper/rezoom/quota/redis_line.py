"""Lines to a Redis server: what redis-py does around a call costs twice as much as the call.

Watching, retrying and the bookkeeping of a pool are left out here; the connections are redis-py's
own, made as its pool would make them, so addresses, logins and TLS are its affair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .machine import in_forked_child

if TYPE_CHECKING:
    from redis import Redis, RedisCluster


class Lines:
    """Runs scripts, each call on a connection that nobody else uses meanwhile."""

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
