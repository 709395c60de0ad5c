"""The fake Zoom as an ASGI app: reads requests, lets faults happen, keeps the request log."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .._calls import Call, Outcome, kept_elsewhere, readable
from .._fake_zoom import FakeZoom
from .._faults.delivery import Operation, respond, seen_status
from .._faults.fault import LIMITS, Fault
from .._faults.fault_plan import FaultPlan
from .._record import Request, RequestLog, without_credentials, without_secrets

_log = logging.getLogger("rezoom.simulator")

# Outside /v2, so that it is never in the way of Zoom's own paths.
CONTROL = "/simulator"
_MEETINGS, _TOKEN = "/v2/meetings/", "/oauth/token"
_GLANCES = 20


def build_app(fake: FakeZoom, faults: FaultPlan, log: RequestLog, control: ASGIApp) -> ASGIApp:
    """Return the app that answers for `fake`; `control` answers below its own prefix."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(CONTROL) and scope["path"][len(CONTROL) :][:1] in {"", "/"}:
            await control({**scope, "path": scope["path"].rstrip("/")}, receive, send)
            return
        content = await _read(receive)
        if content is None:
            return
        call = _call(scope, content)
        at = fake.clock.now()
        fault = faults.take(call.method, call.path)
        async with _turn(fake, call) as operation:
            outcome, response = await respond(call, operation, fault, receive, at)
            if fault is not None and fault.kind in LIMITS:
                # Zoom's own answer, unlike those of a gateway before it.
                response.headers["x-zm-trackingid"] = fake.tracking_id()
            response.headers["date"] = format_datetime(at.astimezone(UTC), usegmt=True)
            log.add(_entry(call, outcome, response, fault, at))
            _log.debug("%s %s %s", call.method, call.path, seen_status(response) or "cut")
            await response(scope, receive, send)

    return app


def _operation(fake: FakeZoom, call: Call) -> Operation:
    if call.meeting:
        if call.method == "PATCH":
            return fake.update
        if call.method == "GET":
            return fake.read
    elif call.path == _TOKEN and call.method == "POST":
        return fake.token
    return fake.unknown


@contextlib.asynccontextmanager
async def _turn(fake: FakeZoom, call: Call) -> AsyncIterator[Operation]:
    """Let one update of a meeting be under way at a time; a second one is told so."""
    if call.method != "PATCH" or not call.meeting or not fake.allowance.caps.lock:
        yield _operation(fake, call)
        return
    mine = fake.begin(call)
    for _ in range(_GLANCES):
        if mine:
            break
        # A client that has hung up is out of the way as soon as the loop has noticed.
        await asyncio.sleep(0)
        mine = fake.begin(call)
    if not mine:
        yield fake.locked_out
        return
    try:
        yield fake.update
    finally:
        fake.end(call)


async def _read(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _call(scope: Scope, content: bytes) -> Call:
    path: str = scope["path"]
    query = scope["query_string"]
    meeting = path[len(_MEETINGS) :] if path.startswith(_MEETINGS) else ""
    return Call(
        method=scope["method"],
        path=path,
        query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {},
        headers={n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"]},
        content=content,
        meeting="" if "/" in meeting else meeting,
    )


def _entry(
    call: Call, outcome: Outcome | None, response: Response, fault: Fault | None, at: datetime
) -> Request:
    return Request(
        at=at,
        method=call.method,
        path=call.path,
        query=without_secrets(call.query),
        headers=without_credentials(call.headers),
        body=outcome.body if outcome else _unread(call),
        status=seen_status(response),
        verdict=outcome.verdict if outcome else None,
        ignored=outcome.ignored if outcome else (),
        note=outcome.note if outcome else "",
        fault=fault.name if fault else None,
        tracking_id=response.headers.get("x-zm-trackingid"),
    )


def _unread(call: Call) -> Any:
    return readable(call.content) if call.meeting else kept_elsewhere(call.content)
