"""The fake Zoom as an ASGI app: reads requests, lets faults happen, keeps the request log."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..._visible import visible
from .._answers import (
    JSON,
    Answer,
    Call,
    CallResult,
    kept_elsewhere,
    limited,
    readable,
    whole_number,
)
from .._fake_zoom import FakeZoom
from .._fault_plan import FaultPlan
from .._faults import LIMITS, Fault
from .._request_log import Request, RequestLog, without_credentials, without_secrets
from .uvicorn_thread import Line

_log = logging.getLogger("rezoom.simulator.requests")

# Outside /v2, so that it is never in the way of Zoom's own paths.
CONTROL = "/simulator"
_MEETINGS = "/v2/meetings/"
_GLANCES = 20
# Stands in for an answer that was not made, or that has no body to spoil.
_STUB = Answer(200, b'{"code":300,"message":""}', {"content-type": JSON})
_TOO_LARGE = 200_000
_LEAVE = 1.0
# Of a request to Zoom; the longest update that it takes has some tens of KB.
_LARGEST_BODY = 512 * 2**10

# Holds a call against the limits; what it returns carries the call out.
Operation = Callable[[Call], Callable[[], CallResult]]


def build_app(fake: FakeZoom, faults: FaultPlan, log: RequestLog, control: ASGIApp) -> ASGIApp:
    """Return the app that answers for `fake`; `control` answers below its own prefix."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(CONTROL) and scope["path"][len(CONTROL) :][:1] in {"", "/"}:
            await control({**scope, "path": scope["path"].rstrip("/")}, receive, send)
            return
        try:
            call = await _call(HttpRequest(scope, receive))
        except ClientDisconnect:
            return
        at = fake.clock.now()
        if call.meeting:
            log.arrives(call.method, at)
        fault = faults.take(call.method, call.path)
        async with _turn(fake, call) as operation:
            result, response = await _respond(call, operation, fault, receive, at)
            if fault is not None and fault.kind in LIMITS:
                # Zoom's own answer, unlike those of a gateway before it.
                response.headers["x-zm-trackingid"] = fake.tracking_id()
            response.headers["date"] = format_datetime(at.astimezone(UTC), usegmt=True)
            entry = _entry(call, result, response, fault, at)
            log.add(entry)
            _tell(entry)
            await response(scope, receive, send)

    return app


@contextlib.asynccontextmanager
async def _turn(fake: FakeZoom, call: Call) -> AsyncIterator[Operation]:
    """Let one update of a meeting be under way at a time; a second one is answered 429."""
    if call.method != "PATCH" or not call.meeting or not fake.allowance.caps.lock:
        yield fake.enter
        return
    for _ in range(_GLANCES):
        if call.meeting not in fake.under_way:
            break
        # A client that has hung up is out of the way as soon as the loop has noticed.
        await asyncio.sleep(0)
    else:
        yield partial(fake.enter, locked=True)
        return
    fake.under_way.add(call.meeting)
    try:
        yield fake.enter
    finally:
        fake.under_way.discard(call.meeting)


async def _call(request: HttpRequest) -> Call:
    path: str = request.scope["path"]
    # Some clients write a slash behind the number, and Zoom takes it.
    meeting = path.removeprefix(_MEETINGS).removesuffix("/") if path.startswith(_MEETINGS) else ""
    return Call(
        method=request.method,
        path=path,
        query=dict(request.query_params),
        headers=dict(request.headers.items()),
        content=await read_body(request, _LARGEST_BODY),
        meeting="" if "/" in meeting else meeting,
    )


async def read_body(request: HttpRequest, most: int) -> bytes | None:
    """Read the body; None for one that is longer than `most`, of which no more is read."""
    declared = whole_number(request.headers.get("content-length", "0"))
    if declared is None or declared > most:
        return None
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > most:
            return None
    return b"".join(parts)


def _tell(entry: Request) -> None:
    """Log a request; one that the simulator cannot answer as Zoom does is worth a warning."""
    level = logging.WARNING if entry.lacking else logging.INFO
    note = f", {visible(entry.note)}" if entry.note else ""
    what = (visible(entry.method), visible(entry.path), entry.status or "cut off", note)
    _log.log(level, "%s %s: %s%s", *what)


def _entry(
    call: Call, result: CallResult, response: Response, fault: Fault | None, at: datetime
) -> Request:
    return Request(
        at=at,
        method=call.method,
        path=call.path,
        query=without_secrets(call.query),
        headers=without_credentials(call.headers),
        body=result.body,
        # What reaches the client, if anything does.
        status=getattr(response, "seen_status", response.status_code),
        verdict=result.verdict,
        ignored=result.ignored,
        note=result.note,
        fault=fault.name if fault else None,
        tracking_id=response.headers.get("x-zm-trackingid"),
    )


async def _respond(
    call: Call, operation: Operation, fault: Fault | None, receive: Receive, now: datetime
) -> tuple[CallResult, Response]:
    """Carry out the call as far as the fault lets it; return what was done and what is sent."""
    if fault is None:
        done = operation(call)()
        return done, _response(done.answer)
    done = operation(call)() if fault.applied else _unread(call)
    for limit in LIMITS:
        if fault.kind == limit:
            return done, _response(limited(limit, now))
    match fault.kind:
        case "reset" | "reset-after" | "close":
            return done, _Cut(reset=fault.kind != "close")
        case "timeout" | "timeout-after":
            return done, _Silence()
        case "latency":
            # Zoom's limiter stands at the door: what comes in one second is counted in it.
            answer = None if fault.applied else operation(call)
            if await _is_gone_within(fault.seconds, receive):
                return done, _Cut(reset=True)
            done = answer() if answer else done
            return done, _response(done.answer)
        case "garbage":
            return done, _Cut(b"\x00\x16rezoom\x03 speaks no HTTP\r\n\r\n")
        case "oversized-header":
            return done, _response(done.answer, {"x-oversized": "x" * _TOO_LARGE})
        case "truncated" | "bad-chunk" | "bad-gzip":
            return done, _spoilt(fault, done.answer)
    return done, _response(fault.answer())


def _unread(call: Call) -> CallResult:
    """Return what the log keeps of a call that a fault has kept from being read."""
    read = readable if call.meeting else kept_elsewhere
    return CallResult(_STUB, read(call.content))


class _Cut(Response):
    """Sends bytes that need not be HTTP, or nothing, and ends the connection."""

    def __init__(
        self, content: bytes = b"", status: int | None = None, *, reset: bool = False
    ) -> None:
        super().__init__(None, status or 200)
        self.seen_status = status
        self._content, self._reset = content, reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the line below it is used instead
        line: Line = scope["state"]["line"]
        if self._content:
            line.write(self._content)
        line.cut(reset=self._reset)
        await _is_gone_within(_LEAVE, receive)


class _Silence(Response):
    """Sends nothing until the client gives up."""

    seen_status = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        line: Line = scope["state"]["line"]
        line.silent = True
        await _is_gone_within(None, receive)


def _spoilt(fault: Fault, zooms: Answer) -> Response:
    answer = fault.answer() if fault.body is not None else zooms
    if not answer.content:
        answer = _STUB
    content = answer.content
    if fault.kind == "bad-gzip":
        return _response(answer, {"content-encoding": "gzip"})
    length = f"content-length: {2 * len(content)}"
    if fault.kind == "bad-chunk":
        length = "transfer-encoding: chunked"
        content = f"{len(content):x}\r\n".encode() + content + b"\r\nno length\r\n"
    lines = [f"HTTP/1.1 {answer.status} OK", *(f"{k}: {v}" for k, v in answer.headers.items())]
    head = "\r\n".join([*lines, length, "\r\n"]).encode("latin-1")
    return _Cut(head + content, answer.status)


def _response(answer: Answer, more: Mapping[str, str] | None = None) -> Response:
    return Response(answer.content or None, answer.status, {**answer.headers, **(more or {})})


async def _is_gone_within(seconds: float | None, receive: Receive) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _is_gone(receive)
            return True
    return False


async def _is_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
