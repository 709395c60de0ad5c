"""The fake Zoom as an ASGI app: reads requests, lets faults happen, keeps the request log."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .answers import Answer
from .fake import Call, FakeZoom, Outcome
from .faults import Fault, FaultPlan
from .record import Request, RequestLog, without_credentials, without_secrets

_log = logging.getLogger("rezoom.simulator")

Operation = Callable[[Call], Outcome]
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_STUB = Answer(200, b'{"code":', {"content-type": "application/json"})


def build_app(fake: FakeZoom, faults: FaultPlan, log: RequestLog) -> Starlette:
    """Return the app that answers for `fake`."""

    def token(call: Call) -> Outcome:
        form = dict(parse_qsl(call.content.decode("utf-8", "replace")))
        outcome = fake.token(call, form)
        return Outcome(outcome.answer, without_secrets(form) or None)

    def route(path: str, operation: Operation, *methods: str) -> Route:
        async def endpoint(request: HttpRequest) -> Response:
            return await _exchange(request, operation, fake, faults, log)

        return Route(path, endpoint, methods=list(methods))

    return Starlette(
        routes=[
            route("/oauth/token", token, "POST"),
            route("/v2/meetings/{meeting}", fake.read, "GET"),
            route("/v2/meetings/{meeting}", fake.update, "PATCH"),
            route("/{rest:path}", fake.unknown, *_METHODS),
        ]
    )


async def _exchange(
    request: HttpRequest, operation: Operation, fake: FakeZoom, faults: FaultPlan, log: RequestLog
) -> Response:
    try:
        content = await request.body()
    except ClientDisconnect:
        return Response(status_code=400)
    call = Call(
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        headers=dict(request.headers),
        content=content,
        meeting=request.path_params.get("meeting", ""),
    )
    at = fake.clock.now()
    fault = faults.take(call.method, call.path)
    outcome, response = await _respond(call, operation, fault, request)
    response.headers["date"] = format_datetime(at.astimezone(UTC), usegmt=True)
    cut = isinstance(response, _Dropped)
    log.add(
        Request(
            at=at,
            method=call.method,
            path=call.path,
            query=without_secrets(call.query),
            headers=without_credentials(call.headers),
            body=outcome.body if outcome else (content.decode("utf-8", "replace") or None),
            status=None if cut else response.status_code,
            verdict=outcome.verdict if outcome else None,
            ignored=outcome.ignored if outcome else (),
            fault=fault.name if fault else None,
            tracking_id=response.headers.get("x-zm-trackingid"),
        )
    )
    _log.debug("%s %s %s", call.method, call.path, "cut" if cut else response.status_code)
    return response


async def _respond(
    call: Call, operation: Operation, fault: Fault | None, request: HttpRequest
) -> tuple[Outcome | None, Response]:
    if fault is None:
        done = operation(call)
        return done, _response(done.answer)
    applied = operation(call) if fault.applied else None
    if fault.kind == "drop":
        return applied, _Dropped()
    if fault.kind == "delay":
        if await _is_gone_within(fault.seconds, request.receive):
            return applied, _Dropped()
        done = applied or operation(call)
        return done, _response(done.answer)
    if fault.kind == "answer":
        return applied, _response(fault.answer())
    if fault.body is not None:
        return applied, _Truncated(fault.answer())
    done = applied or operation(call)
    return done, _Truncated(done.answer if done.answer.content else _STUB)


async def _is_gone_within(seconds: float, receive: Receive) -> bool:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return False
    return True


def _response(answer: Answer) -> Response:
    return Response(answer.content or None, answer.status, dict(answer.headers))


class _Truncated(Response):
    """Announces the whole body, sends half of it, and hangs up."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.content, answer.status, dict(answer.headers))
        self.headers["content-length"] = str(max(len(answer.content), 2) * 2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        cut_line(scope, reset=False)
        await _wait_until_gone(receive)


class _Dropped(Response):
    """Resets the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        cut_line(scope, reset=True)
        await _wait_until_gone(receive)


def cut_line(scope: Scope, *, reset: bool) -> None:
    """Cut the connection of a request; the server has put it into the scope."""
    line: Callable[[bool], None] | None = scope.get("state", {}).get("cut_line")
    if line is not None:
        line(reset)


def _wait_until_gone(receive: Receive) -> Awaitable[bool]:
    return _is_gone_within(1.0, receive)
