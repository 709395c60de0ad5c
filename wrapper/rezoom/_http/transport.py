"""HTTP transports: our own client, or one passed in by the caller.

httpcore looks through a whole pool at every turn of every request: with a hundred connections in
one, that costs more than the requests.

A brought client is used for everything, its hooks, cookies and parameters included. Our own has
none of these, so its transports are called directly; what instruments or replaces httpx's
transports (OpenTelemetry, pytest-httpx, RESPX) still sees every request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Self, TypeAlias, TypeVar
from urllib.request import getproxies

import httpx

from .flow import Outgoing
from .spending import GUARDED

AGENT = {"User-Agent": "rezoom"}

# Together about as many as an httpx client has. All are kept: closing what is too much has hit a
# connection that another thread was just taking.
_POOLS, _CONNECTIONS = 12, 8
LIMITS = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)

Transport = TypeVar("Transport")


@dataclass(slots=True)
class Pool(Generic[Transport]):
    """A transport, and how many requests are under way in it."""

    transport: Transport
    busy: int = 0


class Pools(Generic[Transport]):
    """Pools that are made when all the ones before are busy."""

    def __init__(self, make: Callable[[], Transport]) -> None:
        """Make the first pool on demand."""
        self._make = make
        self._lock = threading.Lock()
        self.made: list[Pool[Transport]] = []

    def take(self) -> Pool[Transport]:
        """Choose a pool with room, or the one with the shortest queue."""
        with self._lock:
            if all(pool.busy >= _CONNECTIONS for pool in self.made) and len(self.made) < _POOLS:
                self.made.append(Pool(self._make()))
            roomy = (pool for pool in self.made if pool.busy < _CONNECTIONS)
            pool = next(roomy, None) or min(self.made, key=lambda pool: pool.busy)
            pool.busy += 1
            return pool

    def give_back(self, pool: Pool[Transport]) -> None:
        """Note that a request is over."""
        with self._lock:
            pool.busy -= 1


# Whatever client the caller brought: its own auth would replace our token, and a followed redirect
# would be a second update on one reservation.
_AS_IS: Mapping[str, Any] = {"auth": None, "follow_redirects": False}
_Client = TypeVar("_Client", bound=httpx.Client | httpx.AsyncClient)


class Answer(NamedTuple):
    """What came back, read whole; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, response: httpx.Response, body: bytes) -> Self:
        """Read the headers once: httpx looks through all of them for each lookup."""
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in response.headers.raw
        }
        return cls(response.status_code, headers, body)


class _Writer:
    """Writes requests to one API; how httpx is to make them is told by each kind."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def fill(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Request:
        """Write a form to POST to another address."""
        return self._made("POST", url, dict(headers), data=dict(form))

    def write(self, outgoing: Outgoing, token: str) -> httpx.Request:
        """Write a request to the API; raises what httpx raises for an address that cannot be."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if outgoing.content is not None:
            headers["Content-Type"] = "application/json"
        return self._made(
            outgoing.method,
            self._base_url + outgoing.path,
            headers,
            params=dict(outgoing.query) or None,
            content=outgoing.content,
            extensions={GUARDED: True},
        )

    def _made(self, method: str, url: str, headers: dict[str, str], **more: Any) -> httpx.Request:
        raise NotImplementedError


class Own(_Writer):
    """Requests of our own to one API; connections are made as they are needed."""

    def __init__(self, base_url: str, timeout: float | httpx.Timeout) -> None:
        """Write requests below `base_url`; `timeout` holds for each phase of each."""
        super().__init__(base_url)
        self.timeout = httpx.Timeout(timeout)
        self.is_closed = False

    def _made(self, method: str, url: str, headers: dict[str, str], **more: Any) -> httpx.Request:
        # An update is answered without a body: nothing there to compress.
        packed = {"Accept-Encoding": "gzip, deflate"} if method == "GET" else {}
        request = httpx.Request(method, url, headers={**AGENT, **packed, **headers}, **more)
        request.extensions["timeout"] = self.timeout.as_dict()
        return request


class OwnLine(Own):
    """Own connections of a blocking client."""

    def __init__(self, base_url: str, timeout: float | httpx.Timeout) -> None:
        super().__init__(base_url, timeout)
        trust = httpx.create_ssl_context()
        self._pools = Pools(lambda: httpx.HTTPTransport(verify=trust, limits=LIMITS))

    def send(self, request: httpx.Request) -> Answer:
        """Send, and read the whole answer; raises what httpx raises."""
        pool = self._pools.take()
        try:
            with closing(pool.transport.handle_request(request)) as response:
                return Answer.of(response, response.read())
        finally:
            self._pools.give_back(pool)

    def close(self) -> None:
        """Close all connections that are open."""
        self.is_closed = True
        for pool in self._pools.made:
            pool.transport.close()


class AsyncOwnLine(Own):
    """Connections of one event loop."""

    def __init__(self, base_url: str, timeout: float | httpx.Timeout) -> None:
        super().__init__(base_url, timeout)
        trust = httpx.create_ssl_context()
        self._pools = Pools(lambda: httpx.AsyncHTTPTransport(verify=trust, limits=LIMITS))

    async def send(self, request: httpx.Request) -> Answer:
        """Send, and read the whole answer; raises what httpx raises."""
        pool = self._pools.take()
        try:
            async with aclosing(await pool.transport.handle_async_request(request)) as response:
                return Answer.of(response, await response.aread())
        finally:
            self._pools.give_back(pool)

    async def aclose(self) -> None:
        """Close all connections that are open."""
        self.is_closed = True
        for pool in self._pools.made:
            await pool.transport.aclose()


class Brought(_Writer, Generic[_Client]):
    """A whole client of httpx, in which all of its options hold."""

    def __init__(self, base_url: str, client: _Client) -> None:
        super().__init__(base_url)
        self._client = client

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._client.is_closed

    def _made(self, method: str, url: str, headers: dict[str, str], **more: Any) -> httpx.Request:
        return self._client.build_request(method, url, headers=headers, **more)


class BroughtLine(Brought[httpx.Client]):
    """A client that blocks."""

    def send(self, request: httpx.Request) -> Answer:
        """Send, and read the whole answer; raises what httpx raises."""
        response = self._client.send(request, **_AS_IS)
        return Answer.of(response, response.content)

    def close(self) -> None:
        """Close the client and its connections."""
        self._client.close()


class AsyncBroughtLine(Brought[httpx.AsyncClient]):
    """A client of one event loop."""

    async def send(self, request: httpx.Request) -> Answer:
        """Send, and read the whole answer; raises what httpx raises."""
        response = await self._client.send(request, **_AS_IS)
        return Answer.of(response, response.content)

    async def aclose(self) -> None:
        """Close the client and its connections."""
        await self._client.aclose()


Line: TypeAlias = OwnLine | BroughtLine
AsyncLine: TypeAlias = AsyncOwnLine | AsyncBroughtLine


def open_line(base_url: str, timeout: float | httpx.Timeout) -> Line:
    """Open a way out; where the environment names a proxy, a client, which knows about proxies."""
    if getproxies():
        return BroughtLine(base_url, httpx.Client(timeout=timeout, headers=AGENT))
    return OwnLine(base_url, timeout)


def open_async_line(base_url: str, timeout: float | httpx.Timeout) -> AsyncLine:
    """As `open_line`, for one event loop."""
    if getproxies():
        return AsyncBroughtLine(base_url, httpx.AsyncClient(timeout=timeout, headers=AGENT))
    return AsyncOwnLine(base_url, timeout)
