"""The token source inside any httpx client: one renewal, for threads and tasks."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx
import pytest
from rezoom._auth.sources import ServerToServer
from rezoom.errors import AuthError

pytestmark = pytest.mark.smoke

API = "https://api.zoom.us/v2/meetings/1"
CALLERS = 8


class FakeZoom:
    """Gives out numbered tokens and accepts only the newest."""

    def __init__(self, *, refuse_tokens: bool = False) -> None:
        self.issued = 0
        self.calls: list[httpx.Request] = []
        self.refuse_tokens = refuse_tokens
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.calls.append(request)
            if request.url.path == "/oauth/token":
                return self._token()
            newest = request.headers["Authorization"] == f"Bearer token-{self.issued}"
            return httpx.Response(204 if newest else 401, json=None if newest else {"code": 124})

    def _token(self) -> httpx.Response:
        if self.refuse_tokens:
            return httpx.Response(400, json={"reason": "no", "error": "lunar"})
        self.issued += 1
        return httpx.Response(
            200, json={"access_token": f"token-{self.issued}", "expires_in": 3600}
        )

    def expire(self) -> None:
        """Make every token given out so far invalid."""
        self.issued += 1


def client_of(zoom: FakeZoom, source: ServerToServer | None = None) -> httpx.Client:
    auth = (source or source_of()).as_httpx_auth()
    return httpx.Client(transport=httpx.MockTransport(zoom), auth=auth, timeout=7)


def source_of() -> ServerToServer:
    return ServerToServer("acc", "id", "secret")


def paths(zoom: FakeZoom) -> list[str]:
    return [request.url.path for request in zoom.calls]


def test_the_first_request_gets_a_token_and_the_next_ones_share_it() -> None:
    """One POST to the token address serves every request after it."""
    zoom = FakeZoom()
    with client_of(zoom) as client:
        statuses = [client.patch(API, json={"topic": "x"}).status_code for _ in range(3)]

    assert statuses == [204, 204, 204]
    assert paths(zoom) == ["/oauth/token", *["/v2/meetings/1"] * 3]


def test_the_token_request_is_a_form_with_the_timeout_of_the_client() -> None:
    """Without it, a silent token address would block for ever."""
    zoom = FakeZoom()
    with client_of(zoom) as client:
        client.get(API)

    asked = zoom.calls[0]
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.content == b"grant_type=account_credentials&account_id=acc"
    assert asked.extensions["timeout"]["read"] == 7


def test_a_401_renews_once_and_sends_the_same_body_again() -> None:
    """A revoked token costs one renewal, and the caller never sees it."""
    zoom = FakeZoom()
    with client_of(zoom) as client:
        client.get(API)
        zoom.expire()
        response = client.patch(API, json={"topic": "x"})

    assert response.status_code == 204
    assert [json.loads(call.content) for call in zoom.calls if call.method == "PATCH"] == [
        {"topic": "x"}
    ] * 2


def test_a_second_401_is_the_answer() -> None:
    """There is no third attempt."""
    zoom = FakeZoom()

    def never(request: httpx.Request) -> httpx.Response:
        return zoom(request) if request.url.path == "/oauth/token" else httpx.Response(401)

    with httpx.Client(
        transport=httpx.MockTransport(never), auth=source_of().as_httpx_auth()
    ) as client:
        assert client.get(API).status_code == 401
    assert zoom.issued == 2


def test_a_refused_token_request_raises_and_leaves_the_lock_free() -> None:
    """The next caller gets the same typed error instead of waiting for ever."""
    zoom = FakeZoom(refuse_tokens=True)
    with client_of(zoom) as client:
        for _ in range(2):
            with pytest.raises(AuthError, match="lunar"):
                client.get(API)


def test_a_lost_token_request_leaves_the_lock_free() -> None:
    """A connection that breaks during a renewal does not lock the others out."""
    zoom = FakeZoom()
    broken: list[Callable[[httpx.Request], httpx.Response]] = [unreachable, zoom]

    def first_of_them(request: httpx.Request) -> httpx.Response:
        return broken[0](request)

    with httpx.Client(
        transport=httpx.MockTransport(first_of_them),
        auth=source_of().as_httpx_auth(),
    ) as client:
        with pytest.raises(httpx.ConnectError):
            client.get(API)
        broken.pop(0)
        assert client.get(API).status_code == 204


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


def test_threads_share_one_token_and_one_renewal() -> None:
    """Eight threads that start together, and again after a revocation, cost two renewals."""
    zoom = FakeZoom()
    together = threading.Barrier(CALLERS)

    with client_of(zoom) as client, ThreadPoolExecutor(CALLERS) as pool:

        def call(_: int) -> int:
            together.wait()
            return client.get(API).status_code

        assert set(pool.map(call, range(CALLERS))) == {204}
        zoom.expire()
        assert set(pool.map(call, range(CALLERS))) == {204}

    assert paths(zoom).count("/oauth/token") == 2


def test_tasks_share_one_token_and_one_renewal() -> None:
    """The same for tasks, on two event loops in turn with one source."""
    zoom, source = FakeZoom(), source_of()

    async def slowly(request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()
        return zoom(request)

    async def main() -> None:
        async with (
            httpx.AsyncClient(
                transport=httpx.MockTransport(slowly), auth=source.as_httpx_auth()
            ) as client,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(CALLERS):
                tasks.start_soon(call, client)

    async def call(client: httpx.AsyncClient) -> None:
        assert (await client.get(API)).status_code == 204

    anyio.run(main)
    zoom.expire()
    anyio.run(main)

    assert paths(zoom).count("/oauth/token") == 2


def test_two_clients_of_one_source_share_its_lock() -> None:
    """Asking twice for the adapter gives the same one."""
    source = source_of()

    assert source.as_httpx_auth() is source.as_httpx_auth()
