"""A token source as httpx.Auth, for the vendored client and any other httpx code."""

import threading
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
import httpx

if TYPE_CHECKING:
    from .tokens import TokenSource

_TIMEOUT = httpx.Timeout(30)
_LOOK_AGAIN = 0.01


def _now() -> datetime:
    return datetime.now(UTC)


class TokenAuth(httpx.Auth):
    """Puts the source's token on every request, and renews it once after a 401."""

    def __init__(self, source: "TokenSource", now: Callable[[], datetime] = _now) -> None:
        self._source = source
        self._now = now
        # One lock for threads, tasks and event loops alike; who waits finds the new token.
        self._renewing = threading.Lock()

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Send with a token, and once more with a new one after a 401."""
        request.read()
        rejected = None
        for _ in range(2):
            token = self._source.peek(self._now(), rejected=rejected)
            if token is None:
                with self._renewing:
                    token = self._source.peek(self._now(), rejected=rejected)
                    if token is None:
                        answer = yield self._token_request(request)
                        answer.read()
                        token = self._source.accept(answer.status_code, answer.content, self._now())
            request.headers["Authorization"] = f"Bearer {token.value}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            rejected = token.value

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send with a token, and once more with a new one after a 401."""
        await request.aread()
        rejected = None
        for _ in range(2):
            token = self._source.peek(self._now(), rejected=rejected)
            if token is None:
                while not self._renewing.acquire(blocking=False):  # noqa: ASYNC110 - an Event knows one loop
                    await anyio.sleep(_LOOK_AGAIN)
                try:
                    token = self._source.peek(self._now(), rejected=rejected)
                    if token is None:
                        answer = yield self._token_request(request)
                        await answer.aread()
                        token = self._source.accept(answer.status_code, answer.content, self._now())
                finally:
                    self._renewing.release()
            request.headers["Authorization"] = f"Bearer {token.value}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            rejected = token.value

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        wanted = self._source.request()
        # A request made by hand has no timeout of its own: it takes that of the one it serves.
        timeout = request.extensions.get("timeout", _TIMEOUT.as_dict())
        return httpx.Request(
            "POST",
            wanted.url,
            data=dict(wanted.form),
            headers=dict(wanted.headers),
            extensions={"timeout": timeout},
        )
