"""Zoom and AsyncZoom behind one face, so that one test holds both of them to one promise."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import httpx
from rezoom import AsyncZoom, Following, Plan, Quota, Receipt, TokenSource, Zoom
from rezoom_wire.models import Meeting

# A client of the caller's own, with habits that must not reach our requests. It meets no TLS here,
# and reading the system's certificates is the slow part of making one.
_HABITS: dict[str, Any] = {
    "auth": ("name", "other"),
    "follow_redirects": True,
    "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
}


class Caller(Protocol):
    """Either client, called as if it were the blocking one."""

    @property
    def zoom(self) -> Zoom | AsyncZoom: ...
    @property
    def http(self) -> httpx.Client | httpx.AsyncClient: ...
    def update(self, *args: Any, **fields: Any) -> Receipt: ...
    def get(self, *args: Any, **options: Any) -> Meeting: ...
    def quota(self, *args: Any, **options: Any) -> Quota: ...
    def plan(self, *args: Any, **fields: Any) -> Plan[Any]: ...
    def plan_following(self, *args: Any, **fields: Any) -> Following[Any]: ...
    def apply(self, plan: Plan[Any], **options: Any) -> Receipt: ...
    def send(self, plan: Plan[Any], **options: Any) -> Receipt: ...
    def update_at_once(self, count: int) -> list[Receipt]: ...
    def close(self) -> None: ...
    def close_http(self) -> None: ...
    def end(self) -> None: ...


class SyncCaller:
    """The blocking client, and threads."""

    def __init__(self, auth: TokenSource, *, own_http: bool = False, **options: Any) -> None:
        self.http = httpx.Client(**_HABITS)
        self.zoom = Zoom(auth, http=self.http if own_http else None, **options)

    def update(self, *args: Any, **fields: Any) -> Receipt:
        return self.zoom.update(*args, **fields)

    def get(self, *args: Any, **options: Any) -> Meeting:
        return self.zoom.get(*args, **options)

    def quota(self, *args: Any, **options: Any) -> Quota:
        return self.zoom.quota(*args, **options)

    def plan(self, *args: Any, **fields: Any) -> Plan[Any]:
        return self.zoom.plan(*args, **fields)

    def plan_following(self, *args: Any, **fields: Any) -> Following[Any]:
        return self.zoom.plan_following(*args, **fields)

    def apply(self, plan: Plan[Any], **options: Any) -> Receipt:
        return self.zoom.apply(plan, **options)

    def send(self, plan: Plan[Any], **options: Any) -> Receipt:
        receipt: Receipt = plan.apply(**options)
        return receipt

    def update_at_once(self, count: int) -> list[Receipt]:
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda n: self.zoom.update(n + 1, topic="x"), range(count)))

    def close(self) -> None:
        self.zoom.close()

    def close_http(self) -> None:
        self.http.close()

    def end(self) -> None:
        self.zoom.close()
        self.http.close()


class AsyncCaller:
    """The awaited client, and tasks, in one event loop of its own."""

    def __init__(self, auth: TokenSource, *, own_http: bool = False, **options: Any) -> None:
        self.http = httpx.AsyncClient(**_HABITS)
        self.zoom = AsyncZoom(auth, http=self.http if own_http else None, **options)
        self._loop = asyncio.Runner()

    def update(self, *args: Any, **fields: Any) -> Receipt:
        return self._loop.run(self.zoom.update(*args, **fields))

    def get(self, *args: Any, **options: Any) -> Meeting:
        return self._loop.run(self.zoom.get(*args, **options))

    def quota(self, *args: Any, **options: Any) -> Quota:
        return self._loop.run(self.zoom.quota(*args, **options))

    def plan(self, *args: Any, **fields: Any) -> Plan[Any]:
        return self._loop.run(self.zoom.plan(*args, **fields))

    def plan_following(self, *args: Any, **fields: Any) -> Following[Any]:
        return self._loop.run(self.zoom.plan_following(*args, **fields))

    def apply(self, plan: Plan[Any], **options: Any) -> Receipt:
        return self._loop.run(self.zoom.apply(plan, **options))

    def send(self, plan: Plan[Any], **options: Any) -> Receipt:
        receipt: Receipt = self._loop.run(plan.apply(**options))
        return receipt

    def update_at_once(self, count: int) -> list[Receipt]:
        async def all_of_them() -> list[Receipt]:
            calls = (self.zoom.update(n + 1, topic="x") for n in range(count))
            return await asyncio.gather(*calls)

        return self._loop.run(all_of_them())

    def close(self) -> None:
        self._loop.run(self.zoom.aclose())

    def close_http(self) -> None:
        self._loop.run(self.http.aclose())

    def end(self) -> None:
        self._loop.run(self.zoom.aclose())
        self._loop.run(self.http.aclose())
        self._loop.close()
