"""The two libraries whose clients may be brought, httpx and httpx2, and what their errors prove."""

from __future__ import annotations

import sys
from types import ModuleType

from ..errors import ConfigError

# These come before the first byte of a request is written; any other error may come after.
_BEFORE = (
    "InvalidURL UnsupportedProtocol LocalProtocolError ConnectError ConnectTimeout PoolTimeout"
    " ProxyError"
).split()
# A client that was closed in the last moment; nothing says so but the text of a RuntimeError.
_CLOSED = "the client has been closed"


def family_of(client: object, kind: str) -> ModuleType:
    """Return the library of a client: httpx, or httpx2; raise ConfigError for any other."""
    # A client that is here has loaded its library.
    for family in filter(None, map(sys.modules.get, ("httpx", "httpx2"))):
        if isinstance(client, getattr(family, kind)):
            return family
    name = f"{type(client).__module__}.{type(client).__qualname__}"
    step = f"Give an httpx.{kind} or httpx2.{kind}, or leave it out."
    raise ConfigError(f"http is a {name}", field="http", next_step=step)


def unsent(error: Exception, family: ModuleType) -> bool:
    """Tell whether an error of httpx, or of httpx2, proves that nothing was sent."""
    if isinstance(error, RuntimeError) and _CLOSED in str(error):
        return True
    # UnicodeError: a host name that cannot be encoded ("a..b"), which httpx lets through.
    return isinstance(error, (UnicodeError, *(getattr(family, name) for name in _BEFORE)))
