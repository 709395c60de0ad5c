"""The control endpoint: the clock, the log, states and faults of a simulator, as JSON over HTTP."""

import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from ..errors import ConfigError
from .app import CONTROL
from .calls import loaded
from .control_calls import TABLE, Ask, wrong
from .server import is_loopback
from .stage import Stage

Access = Literal["loopback", "anywhere", "off"]


def build_control(stage: Stage, access: Access) -> Starlette:
    """Return the app that answers below `CONTROL` for one simulator."""

    def route(path: str, method: str, act: Callable[[Ask], Any], status: int = 200) -> Route:
        async def endpoint(request: HttpRequest) -> Response:
            _check_caller(request.scope, access)
            try:
                body = loaded(await request.body() or b"null")
            except ValueError:
                raise wrong("body", "the body is not JSON", "Send one JSON value.") from None
            ask = Ask(stage, body, request.path_params, dict(request.query_params))
            return _json(act(ask), status)

        return Route(CONTROL + path, endpoint, methods=[method])

    routes = [route(*row) for row in TABLE]
    handlers: dict[Any, Callable[[HttpRequest, Any], Awaitable[Response]]] = {
        ConfigError: _bad,
        ValueError: _bad,
        KeyError: _missing,
        HTTPException: _unrouted,
    }
    return Starlette(routes=routes, exception_handlers=handlers)


def access(value: object) -> Access:
    """Check who may use the endpoint."""
    for known in get_args(Access):
        if value == known:
            return known  # type: ignore[no-any-return]  # get_args knows no types
    raise wrong(
        "control", f"control cannot be {value!r}", f"Choose from {', '.join(get_args(Access))}."
    )


def _check_caller(scope: Scope, access: Access) -> None:
    client = scope.get("client")
    if access == "off":
        raise HTTPException(403, "the control endpoint is switched off")
    if access == "loopback" and client is not None and not is_loopback(client[0]):
        raise HTTPException(403, "the control endpoint answers this machine only")
    if access == "loopback" and not _names_this_machine(scope):
        # Under a name of its own, which it has led here, a page needs no origin to be told.
        raise HTTPException(403, "the control endpoint answers to an address or to localhost only")
    if any(name == b"origin" for name, _ in scope["headers"]):
        # Whoever writes a web page must not move the clock of everybody who opens it.
        raise HTTPException(403, "the control endpoint does not answer web pages")


def _names_this_machine(scope: Scope) -> bool:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    name = ""
    try:
        name = urlsplit(f"//{host.decode('latin-1')}").hostname or ""
        ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost") or not host
    return True


def _json(value: Any, status: int) -> Response:
    if value is None:
        return Response(status_code=204)
    content = json.dumps(value, indent=2).encode("ascii")
    return Response(content + b"\n", status, media_type="application/json")


def _said(status: int, message: str, next_step: str, **more: object) -> Response:
    return _json({"error": message, "next_step": next_step, **more}, status)


async def _bad(_: HttpRequest, error: Exception) -> Response:
    if isinstance(error, ConfigError):
        return _said(400, error.message, error.next_step or "", field=error.field)
    return _said(400, str(error), "Correct the value and send the call again.")


async def _missing(_: HttpRequest, error: Exception) -> Response:
    return _said(404, str(error.args[0]), f"GET {CONTROL}/meetings lists what there is.")


async def _unrouted(request: HttpRequest, error: HTTPException) -> Response:
    if error.status_code not in {404, 405}:
        return _said(error.status_code, error.detail, "See `control` in the documentation.")
    app: Starlette = request.app
    said = f"there is no {request.method} {request.url.path}"
    allowed = sorted(
        method
        for route in app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
        if method != "HEAD"
    )
    step = f"Use {' or '.join(allowed)}." if allowed else f"GET {CONTROL} lists every call."
    return _said(error.status_code, said, step)
