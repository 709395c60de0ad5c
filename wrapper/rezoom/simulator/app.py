"""The fake Zoom as an ASGI app: reads requests, lets faults happen, keeps the request log."""

import logging
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from .breakage import Operation, respond, seen_status
from .fake import Call, FakeZoom, Outcome
from .fault_plan import FaultPlan
from .record import Request, RequestLog, without_credentials, without_secrets

_log = logging.getLogger("rezoom.simulator")

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


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
    outcome, response = await respond(call, operation, fault, request.receive, at)
    response.headers["date"] = format_datetime(at.astimezone(UTC), usegmt=True)
    status = seen_status(response)
    log.add(
        Request(
            at=at,
            method=call.method,
            path=call.path,
            query=without_secrets(call.query),
            headers=without_credentials(call.headers),
            body=outcome.body if outcome else (content.decode("utf-8", "replace") or None),
            status=status,
            verdict=outcome.verdict if outcome else None,
            ignored=outcome.ignored if outcome else (),
            fault=fault.name if fault else None,
            tracking_id=response.headers.get("x-zm-trackingid"),
        )
    )
    _log.debug("%s %s %s", call.method, call.path, status or "cut")
    return response
