"""The control endpoint: clock, log, states and faults of a simulator, as JSON over HTTP."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from ...errors import ConfigError
from .._answers import loaded
from .._fault_plan import read_faults
from .._meetings.rescheduling import zulu
from .._quirks import behaviours
from .._scenario import Scenario
from .._seeds import BEYOND
from .asgi_app import CONTROL
from .uvicorn_thread import is_loopback

# Of a number in a query; Python reads no more than 4300.
_DIGITS = 20


def index(scenario: Scenario, calls: Sequence[str]) -> dict[str, Any]:
    """Say what this is and what can be asked."""
    return {
        "schema": "rezoom.simulator-index/1",
        "now": zulu(scenario.clock.now()),
        "plan": scenario.plan,
        "limits": scenario.limits,
        "meetings": list(scenario.meetings),
        "calls": list(calls),
    }


def clock(scenario: Scenario) -> dict[str, Any]:
    """Return the time, and the seconds that have gone by."""
    now = scenario.clock.now().isoformat().replace("+00:00", "Z")
    return {"now": now, "monotonic": scenario.clock.monotonic()}


def requests(scenario: Scenario, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the log, oldest first, narrowed by method, path, status, and a last few."""
    for name in query:
        if name not in {"method", "path", "status", "last"}:
            raise ConfigError(
                f"there is no filter {name!r}",
                field=name,
                next_step="Choose from method, path, status, last.",
            )
    found = [request.to_dict() for request in scenario.requests]
    if "method" in query:
        found = [one for one in found if one["method"] == query["method"].upper()]
    if "path" in query:
        found = [one for one in found if query["path"] in one["path"]]
    if "status" in query:
        found = [one for one in found if str(one["status"]) == query["status"]]
    last = query.get("last")
    if last is None:
        return found
    if not (last.isascii() and last.isdigit() and len(last) < _DIGITS):
        raise ConfigError(f"last cannot be {last!r}", field="last", next_step="Give a number.")
    return found[len(found) - int(last) :] if int(last) < len(found) else found


def meetings(scenario: Scenario) -> list[dict[str, Any]]:
    """Return every meeting as a read shows it."""
    return [scenario.meeting(number) for number in scenario.meetings]


def meeting(scenario: Scenario, number: int) -> dict[str, Any]:
    """Return one meeting with its history, and with what no read shows."""
    return {
        "meeting": scenario.meeting(number),
        "history": [change.to_dict() for change in scenario.history(number)],
        **scenario.internals(number),
    }


def users(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the users that were added."""
    return [user.to_dict() for user in scenario.users]


def faults(scenario: Scenario) -> Any:
    """Return what is still to go wrong, in the form it is asked for."""
    return scenario.faults_to_dict()


def quirks(scenario: Scenario) -> list[dict[str, Any]]:
    """Return every quirk with its present value, choices and sources."""
    now = scenario.quirks.to_dict()
    return [
        {
            "name": row.name.replace("_", "-"),
            "value": now[row.name.replace("_", "-")],
            "choices": list(row.choices),
            "sentence": row.sentence,
            "sources": list(row.sources),
        }
        for row in behaviours()
    ]


class ControlCall(NamedTuple):
    """One control call, as far as it matters."""

    scenario: Scenario
    body: Any
    path: Mapping[str, str]
    query: Mapping[str, str]

    def member(self, name: str, example: object) -> Any:
        """Return a member of the body; ConfigError when it is not there."""
        if isinstance(self.body, Mapping) and name in self.body:
            return self.body[name]
        raise wrong(name, f"{name} is missing", f"Send {json.dumps({name: example})}.")

    @property
    def number(self) -> int:
        """Return the meeting number in the path; KeyError when it is none."""
        text = self.path["number"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0
        if not 0 < number < BEYOND:
            raise KeyError(f"the simulator has no meeting {text}")
        return number


def _set_clock(call: ControlCall) -> Any:
    said = call.member("now", "2030-01-01T12:00:00Z")
    try:
        instant = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        raise wrong(
            "now", f"now cannot be {said!r}", "Give an instant such as 2030-01-01T12:00:00Z."
        ) from None
    call.scenario.clock.set(instant)
    return clock(call.scenario)


def _advance_clock(call: ControlCall) -> Any:
    seconds = call.member("seconds", 3600)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise wrong("seconds", f"seconds cannot be {seconds!r}", "Give a number.")
    try:
        call.scenario.clock.advance(seconds)
    except OverflowError:
        raise wrong("seconds", f"{seconds} seconds leave the calendar", "Give fewer.") from None
    return clock(call.scenario)


def _add_meetings(call: ControlCall) -> Any:
    several = call.body if isinstance(call.body, list) else [call.body or {}]
    for fields in several:
        if not isinstance(fields, Mapping):
            raise wrong("meetings", f"{fields!r} is no meeting", "Send an object, or a list.")
    added = call.scenario.add_meetings(several)
    states = [meeting(call.scenario, number) for number in added]
    return states if isinstance(call.body, list) else states[0]


def _add_faults(call: ControlCall) -> Any:
    call.scenario.arm(read_faults(call.body))
    return faults(call.scenario)


def _add_webinar(call: ControlCall) -> Any:
    number = call.member("id", 93201235)
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < BEYOND:
        raise wrong("id", f"id cannot be {number!r}", "Give a number.")
    return {"id": call.scenario.add_webinar(number)}


def _add_user(call: ControlCall) -> Any:
    return call.scenario.add_user(call.body).to_dict()


def _set_scopes(call: ControlCall) -> Any:
    scopes = call.member("scopes", ["meeting:update:meeting:admin"])
    call.scenario.set_scopes(*(scopes if isinstance(scopes, list) else [scopes]))
    return {"scopes": scopes}


def _set_quirks(call: ControlCall) -> Any:
    if not isinstance(call.body, Mapping):
        raise wrong("quirks", "the body is no object", 'Send {"past-start": "rewrite-to-now"}.')
    return call.scenario.set_quirks(call.body).to_dict()


def _then(
    do: Callable[[ControlCall], object], read: Callable[[Scenario], Any]
) -> Callable[[ControlCall], Any]:
    def act(call: ControlCall) -> Any:
        do(call)
        return read(call.scenario)

    return act


def _changing(do: Callable[[ControlCall], object]) -> Callable[[ControlCall], Any]:
    def act(call: ControlCall) -> Any:
        do(call)
        return meeting(call.scenario, call.number)

    return act


TABLE: tuple[tuple[Any, ...], ...] = (
    ("", "GET", lambda call: index(call.scenario, calls())),
    ("/clock", "GET", lambda call: clock(call.scenario)),
    ("/clock", "PUT", _set_clock),
    ("/clock/advance", "POST", _advance_clock),
    ("/requests", "GET", lambda call: requests(call.scenario, call.query)),
    ("/requests", "DELETE", lambda call: call.scenario.clear_requests()),
    ("/meetings", "GET", lambda call: meetings(call.scenario)),
    ("/meetings", "POST", _add_meetings, 201),
    ("/meetings/{number}", "GET", lambda call: meeting(call.scenario, call.number)),
    (
        "/meetings/{number}/start",
        "POST",
        _changing(lambda call: call.scenario.start_meeting(call.number)),
    ),
    (
        "/meetings/{number}/end",
        "POST",
        _changing(lambda call: call.scenario.end_meeting(call.number)),
    ),
    (
        "/meetings/{number}/occurrences/{occurrence}",
        "DELETE",
        _changing(
            lambda call: call.scenario.delete_occurrence(call.number, call.path["occurrence"])
        ),
    ),
    ("/webinars", "POST", _add_webinar, 201),
    ("/users", "GET", lambda call: users(call.scenario)),
    ("/users", "POST", _add_user, 201),
    ("/scopes", "PUT", _set_scopes),
    ("/tokens/revoke", "POST", lambda call: {"revoked": call.scenario.revoke_tokens()}),
    ("/quota", "GET", lambda call: call.scenario.quota()),
    (
        "/quota",
        "DELETE",
        _then(lambda call: call.scenario.clear_quota(), lambda scenario: scenario.quota()),
    ),
    ("/faults", "GET", lambda call: faults(call.scenario)),
    ("/faults", "POST", _add_faults, 201),
    ("/faults", "DELETE", _then(lambda call: call.scenario.clear_faults(), faults)),
    ("/quirks", "GET", lambda call: quirks(call.scenario)),
    ("/quirks", "PATCH", _set_quirks),
    ("/reset", "POST", _then(lambda call: call.scenario.reset(), meetings)),
)


def calls() -> list[str]:
    """List the calls as method and path."""
    return [f"{row[1]} {CONTROL}{row[0]}" for row in TABLE]


def wrong(field: str, message: str, next_step: str) -> ConfigError:
    """Return the error that the endpoint explains to its caller."""
    return ConfigError(message, field=field, next_step=next_step)


Access = Literal["loopback", "anywhere", "off"]


def build_control(scenario: Scenario, access: Access) -> Starlette:
    """Return the app that answers below `CONTROL` for one simulator."""

    def route(
        path: str, method: str, act: Callable[[ControlCall], Any], status: int = 200
    ) -> Route:
        async def endpoint(request: HttpRequest) -> Response:
            _check_caller(request.scope, access)
            try:
                body = loaded(await request.body() or b"null")
            except ValueError:
                raise wrong("body", "the body is not JSON", "Send one JSON value.") from None
            call = ControlCall(scenario, body, request.path_params, dict(request.query_params))
            return _json(act(call), status)

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
