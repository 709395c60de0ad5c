"""HTTP transports: clients of our own, or one passed in by the caller.

An attempt never raises. What is read of an answer is bounded, and so is the time of the whole
attempt; a status that has come counts, whatever becomes of the body behind it.
"""

from __future__ import annotations

import logging
import math
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Generic, TypeVar, cast

import anyio
import httpx

from .._auth.tokens import TokenRequest
from .._clock import Clock
from .._secret import Secret
from .._visible import visible
from .._wire import facts
from ..errors import ConfigError, RezoomError
from .body import BodyReader
from .families import family_of, unsent
from .flow import Failure, Outgoing
from .responses import LONGEST_TRACKING, Reply
from .spending import GUARDED

# httpx 0.28 walks through its whole pool for each request: with a hundred connections in one
# client that costs more than the requests.
_CLIENTS, _CONNECTIONS = 12, 8
_LIMITS = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)

Client = TypeVar("Client", bound=httpx.Client | httpx.AsyncClient)
_log = logging.getLogger("rezoom")


@dataclass(slots=True)
class _Slot(Generic[Client]):
    """A client, and how many requests it has in flight."""

    client: Client
    busy: int = 0


class Clients(Generic[Client]):
    """A client, or several that are made when those before are busy."""

    def __init__(self, make: Callable[[], Client], *, most: int = _CLIENTS) -> None:
        """Make up to `most` clients, each on demand."""
        self._make, self._most = make, most
        self._lock = threading.Lock()
        self._slots: list[_Slot[Client]] = []

    @contextmanager
    def one(self) -> Iterator[Client]:
        """Lend the first client with room, or the one with the fewest requests in flight."""
        with self._lock:
            slot = next((slot for slot in self._slots if slot.busy < _CONNECTIONS), None)
            if slot is None and len(self._slots) < self._most:
                slot = _Slot(self._make())
                self._slots.append(slot)
            slot = slot or min(self._slots, key=lambda slot: slot.busy)
            slot.busy += 1
        try:
            yield slot.client
        finally:
            with self._lock:
                slot.busy -= 1

    def __iter__(self) -> Iterator[Client]:
        """Go through the clients that there are."""
        return iter([slot.client for slot in self._slots])


def whole_attempt(timeout: float | httpx.Timeout) -> float:
    """Return how many seconds an attempt may take; of an httpx.Timeout the sum of its phases."""
    if isinstance(timeout, int | float):
        return timeout
    return sum(math.inf if phase is None else phase for phase in timeout.as_dict().values())


# When the attempt of this thread ends, by time.monotonic().
_ENDS: ContextVar[float] = ContextVar("ends", default=math.inf)


class _TimedSocket(ssl.SSLSocket):
    """TLS socket whose reads end with the attempt: httpx bounds each of them, not their sum."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read, within what is left of the attempt."""
        left, timeout = _ENDS.get() - time.monotonic(), self.gettimeout()
        if left <= 0:
            raise TimeoutError("the attempt has taken too long")
        if left < (math.inf if timeout is None else timeout):
            self.settimeout(left)
        return super().recv(buflen, flags)


class _Attempt:
    """What is known of one attempt while it is made, and in the end."""

    def __init__(self, request: Outgoing | TokenRequest, clock: Clock, number: int) -> None:
        self._request, self._clock, self._number = request, clock, number
        self._start = clock.monotonic()
        self._traced = self._sent = False
        self._status: int | None = None
        self._headers: dict[str, str] = {}
        self._body = BodyReader("")

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note what httpx tells of a request under way: what raises later cannot deny it.

        A hook of the client may raise after the answer, and so may an address to redirect to.
        https://www.python-httpx.org/advanced/extensions/#trace
        """
        self._traced = True
        if event.endswith("send_request_headers.started"):
            # A proxy is asked for a tunnel first.
            self._sent = info["request"].method != b"CONNECT"
        elif event.endswith("receive_response_headers.complete") and self._sent:
            found = info["return_value"]
            status = next(one for one in found if isinstance(one, int))
            self._answers(status, next(one for one in found if isinstance(one, list)))

    async def atrace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note as `trace` does; httpx awaits it."""
        self.trace(event, info)

    def _answers(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._status = status
        self._headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers
        }

    def begins(self, response: httpx.Response) -> bool:
        """Note status and headers; tell whether there is a body to read."""
        self._answers(response.status_code, response.headers.raw)
        if response.is_stream_consumed:  # by a hook, or made in a test: unpacked already
            self.add(response.content)
            return False
        self._body = BodyReader(self._headers.get("content-encoding", "").strip().lower())
        return True

    def add(self, raw: bytes) -> bool:
        """Take in a part of the body; tell whether more may be read."""
        return self._body.add(raw)

    def ends(self, reason: str = "", *, sent: bool | None = None) -> Reply | Failure:
        """Say what has come back: an answer, whole or flawed, or none for this `reason`."""
        at = self._clock.now()
        fields: dict[str, Any] = {"attempt": self._number, "status": None, "tracking_id": None}
        if self._status is None:
            self._log(reason, fields)
            return Failure(False if self._traced and not self._sent else sent, reason, at)
        body = self._body.whole()
        flaw = f"broke off: {reason}" if reason else self._body.flaw
        tracking = self._headers.get(facts.HEADERS["tracking_id"])
        tracking = None if tracking is None else visible(tracking[:LONGEST_TRACKING])
        fields |= {"status": self._status, "tracking_id": tracking}
        self._log(str(self._status), fields)
        return Reply(self._status, self._headers, body, at, flaw)

    def fails(self, error: Exception, *, sent: bool | None = None) -> Reply | Failure:
        """Say what has come back before an error."""
        # The text of an httpx error may quote a URL with credentials of a proxy: only its kind
        # is shown, and what the operating system said.
        said = str(error) if isinstance(error, httpx.ConnectError) else ""
        return self.ends(f"{type(error).__name__}{f' ({said})' if said else ''}", sent=sent)

    def _log(self, what: str, fields: dict[str, Any]) -> None:
        request, what = self._request, visible(what)
        if isinstance(request, TokenRequest) or not _log.isEnabledFor(logging.INFO):
            return
        took = self._clock.monotonic() - self._start
        fields |= {"operation": request.operation, "meeting": request.meeting}
        text = "%s of %d: %s after %.3f s, attempt %d, tracking id %s"
        values = (request.operation, request.meeting, what, took, self._number)
        _log.info(text, *values, fields.get("tracking_id"), extra=fields)


class _Transport(Generic[Client]):
    """Writes requests to one API; each kind sends them by itself."""

    _kind: type[httpx.Client | httpx.AsyncClient]

    def __init__(
        self, base_url: str, clock: Clock, timeout: float | httpx.Timeout, brought: Client | None
    ) -> None:
        """Send below `base_url`; a `timeout` in seconds bounds a whole attempt."""
        self._base_url, self._clock, self._brought = base_url, clock, brought
        self._family = httpx if brought is None else family_of(brought, self._kind.__name__)
        self._deadline = whole_attempt(timeout)
        if isinstance(timeout, int | float):
            # What comes before sending ends before the whole does: it is known to be unsent.
            timeout = httpx.Timeout(timeout, connect=timeout / 3, pool=timeout / 4)
        self._phases = timeout.as_dict()
        self._trust: ssl.SSLContext | None = None
        self._closed = False
        self._clients = Clients(self._make, most=_CLIENTS if brought is None else 1)

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closed or (self._brought is not None and self._brought.is_closed)

    def _make(self) -> Client:
        if self._brought is not None:
            return self._brought
        try:
            if self._trust is None:
                self._trust = httpx.create_ssl_context()
                self._trust.sslsocket_class = _TimedSocket  # asyncio's own TLS does not use it
            # It knows the proxies of the environment, and keeps no cookies.
            nothing = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            made = self._kind(verify=self._trust, limits=_LIMITS, cookies=nothing)
            return cast("Client", made)
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise ConfigError(
                f"no connection can be made: {type(error).__name__}",
                field="http",
                next_step="Look at SSL_CERT_FILE, SSL_CERT_DIR, HTTP_PROXY, HTTPS_PROXY, ALL_PROXY"
                " and NO_PROXY; a SOCKS proxy needs httpx[socks].",
                # A complaint about a proxy's address may quote the password in it.
            ) from (error if isinstance(error, OSError) else None)

    def _late(self) -> str:
        return f"no whole answer within {self._deadline:g} s"

    def _write(
        self, client: Client, request: Outgoing | TokenRequest, token: str, trace: object
    ) -> httpx.Request:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if isinstance(request, TokenRequest):
            form = dict(request.form)
            sent: dict[str, Any] = {"method": "POST", "url": request.url, "data": form}
            headers |= {"Content-Type": "application/x-www-form-urlencoded", **request.headers}
        else:
            sent = {**request.arguments, "url": self._base_url + request.arguments["url"]}
            sent["params"] = sent["params"] or None
            headers |= {**sent.pop("headers", {}), "Authorization": Secret(f"Bearer {token}")}
        extensions = {GUARDED: True, "trace": trace}
        if self._brought is not None:  # all its options hold
            return client.build_request(**sent, headers=headers, extensions=extensions)
        headers["User-Agent"] = "rezoom"
        extensions["timeout"] = self._phases
        return httpx.Request(**sent, headers=headers, extensions=extensions)


class Transport(_Transport[httpx.Client]):
    """Transport of blocking clients, for any thread."""

    _kind = httpx.Client

    def exchange(
        self,
        request: Outgoing | TokenRequest,
        token: str = "",
        sends: Callable[[], None] | None = None,
        number: int = 1,
    ) -> Reply | Failure:
        """Make one attempt; `sends` is called when all that is left to do is to send it."""
        attempt = _Attempt(request, self._clock, number)
        with self._clients.one() as client:
            ends = time.monotonic() + self._deadline
            _ENDS.set(ends)
            try:
                written = self._write(client, request, token, attempt.trace)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
                return attempt.fails(error, sent=False)
            if sends is not None:
                sends()
            try:
                with closing(self._send(client, written)) as response:
                    late = self._read(response, attempt, ends)
            except RezoomError:  # of a guard around the client
                raise
            except Exception as error:  # noqa: BLE001 - the status may have come all the same
                return attempt.fails(error, sent=False if unsent(error, self._family) else None)
            return attempt.ends(late)

    def _read(self, response: httpx.Response, attempt: _Attempt, ends: float) -> str:
        if attempt.begins(response):
            for part in response.iter_raw():
                if not attempt.add(part):
                    break
                if time.monotonic() > ends:
                    return self._late()
        return ""

    def _send(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        try:
            return client.send(request, auth=None, follow_redirects=False, stream=True)
        except self._family.HTTPStatusError as error:  # a hook's raise_for_status
            answered: httpx.Response = error.response
            return answered

    def close(self) -> None:
        """Close every connection that is open."""
        self._closed = True
        for client in self._clients:
            client.close()


class AsyncTransport(_Transport[httpx.AsyncClient]):
    """Transport of one event loop."""

    _kind = httpx.AsyncClient

    async def exchange(
        self,
        request: Outgoing | TokenRequest,
        token: str = "",
        sends: Callable[[], None] | None = None,
        number: int = 1,
    ) -> Reply | Failure:
        """Make one attempt, as `Transport` does."""
        attempt = _Attempt(request, self._clock, number)
        with self._clients.one() as client:
            try:
                written = self._write(client, request, token, attempt.atrace)
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
                return attempt.fails(error, sent=False)
            if sends is not None:
                sends()
            try:
                with anyio.move_on_after(self._deadline):
                    async with aclosing(await self._send(client, written)) as response:
                        await self._read(response, attempt)
                    return attempt.ends()
            except RezoomError:  # of a guard around the client
                raise
            except Exception as error:  # noqa: BLE001 - the status may have come all the same
                return attempt.fails(error, sent=False if unsent(error, self._family) else None)
            return attempt.ends(self._late())

    async def _read(self, response: httpx.Response, attempt: _Attempt) -> None:
        if attempt.begins(response):
            async for part in response.aiter_raw():
                if not attempt.add(part):
                    break

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
        try:
            return await client.send(request, auth=None, follow_redirects=False, stream=True)
        except self._family.HTTPStatusError as error:  # a hook's raise_for_status
            answered: httpx.Response = error.response
            return answered

    async def aclose(self) -> None:
        """Close every connection that is open."""
        self._closed = True
        for client in self._clients:
            await client.aclose()
