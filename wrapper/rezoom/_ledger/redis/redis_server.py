"""Redis and Valkey servers: their addresses, what a ledger demands of them, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ...errors import ConfigError, LedgerError, LedgerUnavailable, StateLost

if TYPE_CHECKING:
    from redis import Redis, RedisCluster

# Valkey's own schemes mean the same.
_SCHEMES = {
    "redis": "redis",
    "rediss": "rediss",
    "unix": "unix",
    "valkey": "redis",
    "valkeys": "rediss",
}
_OLDEST = (6, 2)
# Seconds; `?socket_timeout=` and `?socket_connect_timeout=` in the address say otherwise.
_PATIENCE = 2.0
_READ_ONLY = "is a replica, which cannot be written", "Name the primary in REZOOM_LEDGER."
_REFUSALS = {
    "against a read only replica": _READ_ONLY,
    "used memory > 'maxmemory'": ("has no memory left", "Raise its maxmemory."),
    "MISCONF": ("cannot write to its disk", "See its log, and make room there."),
    "is loading the dataset": ("is still loading its data", "Try again in a moment."),
}
# Redis's word, and head.lua's.
_FOREIGN = "WRONGTYPE", "CORRUPT"
# What an address cannot describe, and the client that can.
_MANY_SERVERS = {
    "sentinel": 'Sentinel([("host", 26379)]).master_for("name")',
    "cluster": 'RedisCluster(host="host", port=6379)',
}


def connect(address: str) -> Redis:
    """Make a client, which opens nothing yet; raises ConfigError for a wrong address."""
    scheme = _judge(address)
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError as error:
        raise ConfigError(
            "The ledger is in Redis, and the package redis is not installed",
            field="ledger",
            next_step='Install it: pip install "rezoom[redis]"',
        ) from error
    try:
        client = redis.Redis.from_url(
            f"{scheme}://{address.partition('://')[2]}",
            socket_timeout=_PATIENCE,
            socket_connect_timeout=_PATIENCE,
            # A call that was cut off is made again by the ledger, after a new look at the server.
            retry=Retry(NoBackoff(), 0),
            protocol=2,  # with RESP3, redis-py does not look whether a connection is at rest
        )
        pool = client.connection_pool
        pool.connection_class(**pool.connection_kwargs)  # names every option that does not exist
    except (ValueError, TypeError, redis.RedisError):
        raise _wrong("has an option that redis-py does not know, or cannot use") from None
    return client


def address_of(client: Redis | RedisCluster) -> str:
    """Write the address of a client's server, without credentials."""
    given = _options(client)
    db = given.get("db") or 0
    if "path" in given:
        return f"unix://{quote(str(given['path']))}?db={db}"
    if "host" not in given:
        # Clusters and sentinels name hosts as they go.
        return f"redis:({type(client).__name__})"
    host = str(given["host"])
    host = f"[{host}]" if ":" in host else host
    pool = getattr(client, "connection_pool", None)
    kind = getattr(pool, "connection_class", None)
    scheme = "rediss" if "SSL" in getattr(kind, "__name__", "") else "redis"
    return f"{scheme}://{host}:{given.get('port', 6379)}/{db}"


def on_this_machine(client: Redis | RedisCluster) -> bool:
    """Tell whether the server surely goes by the same clock as this process."""
    given = _options(client)
    host = str(given.get("host", ""))
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return "path" in given or host == "localhost"


def inspect(url: str, info: Mapping[str, Any]) -> None:
    """Refuse a server that may forget what was counted."""
    version = str(info.get("redis_version", "0"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    policy = info.get("maxmemory_policy", "noeviction")
    if numbers < _OLDEST:
        what, fix = f"is version {version}", "Use Redis 6.2 or later, or any Valkey."
    elif info.get("role") == "slave":
        what, fix = _READ_ONLY
    elif info.get("aof_enabled") != 1:
        what = "keeps no append-only file, so a crash of it would lose what was counted"
        fix = "Start it with `appendonly yes`, or: CONFIG SET appendonly yes."
    elif policy != "noeviction":
        what = f"drops keys when its memory is full ({policy}), and with them what was counted"
        fix = "Start it with `maxmemory-policy noeviction`, or give the ledger a server of its own."
    else:
        return
    raise LedgerUnavailable(f"The server {url} {what}", next_step=fix)


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Raise a LedgerError for what redis-py raises, and for an answer that makes no sense."""
    from redis.exceptions import RedisClusterException, RedisError

    try:
        yield
    except (RedisError, RedisClusterException) as error:
        raise _explain(url, error) from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise LedgerUnavailable(
            f"The server {url} gave an answer that makes no sense ({error})",
            next_step="Name a Redis or Valkey server in REZOOM_LEDGER, with no proxy before it.",
        ) from error


def _explain(url: str, error: Exception) -> LedgerError:
    from redis import exceptions as redis

    # Their words tell more than their classes: what a script met is an error of the script's.
    for words, (known, remedy) in _REFUSALS.items():
        if words in str(error):
            return LedgerUnavailable(f"The server {url} {known}", next_step=remedy)
    if any(word in str(error) for word in _FOREIGN):
        return StateLost(
            f"The server {url} holds something that no ledger wrote ({error})",
            next_step="See what else writes keys that begin with {rezoom}: and delete what it"
            " wrote; `rezoom ledger reset` starts a new count.",
        )
    fix = None
    match error:
        case redis.AuthenticationError() | redis.AuthorizationError() | redis.NoPermissionError():
            what = "does not let this user in"
            fix = "Check the user, its password and its rights in REZOOM_LEDGER."
        case redis.TimeoutError():
            what = "does not answer in time"
        case redis.ConnectionError() | redis.RedisClusterException():
            what = "cannot be reached"
        case _:
            what = "refuses to work"
    return LedgerUnavailable(f"The server {url} {what} ({error})", next_step=fix)


def as_text(value: object) -> str:
    """Read a string of an answer; a client may decode them itself."""
    return value.decode() if isinstance(value, bytes) else str(value)


def _options(client: Redis | RedisCluster) -> Mapping[str, Any]:
    return getattr(getattr(client, "connection_pool", None), "connection_kwargs", {})


def _judge(address: str) -> str:
    """Return the scheme that redis-py knows; refuse what it would read some other way.

    It also complains about some addresses with the password in them.
    """
    scheme = address.partition(":")[0].lower()
    for kind, client in _MANY_SERVERS.items():
        if kind in scheme:
            raise ConfigError(
                f"The ledger's address names a {kind}: redis-py needs more than an address for it",
                field="ledger",
                next_step=f"Make the client, and give it to the ledger: RedisLedger({client}).",
            )
    try:
        parts = urlsplit(address)
        port, path = parts.port, parts.path.strip("/")
    except ValueError:
        raise _wrong("cannot be read") from None
    if scheme not in _SCHEMES:
        raise _wrong("is not the address of a Redis server")
    if not path if scheme == "unix" else port == 0 or not (path or "0").isdecimal():
        raise _wrong("names no socket, port or database that can be")
    return _SCHEMES[scheme]


def _wrong(what: str) -> ConfigError:
    return ConfigError(
        f"The ledger's address {what}",
        field="ledger",
        next_step=(
            "Write in REZOOM_LEDGER redis://user:password@host:6379/0, rediss:// for TLS, or"
            " unix:///path/to/socket?db=0, with special characters in a password as %XX."
        ),
    )
