"""The control endpoint: clock, log, states and faults of a simulator, as JSON over HTTP."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Match, Route

from ..._disk import LARGEST
from ..._times import zulu
from ...errors import ConfigError
from .._answers import loaded, whole_number
from .._checked import dashed, wrong
from .._fault_plan import read_faults
from .._quirks import behaviours
from .._scenario import Scenario
from .._sim_clock import read_clock
from .asgi_app import CONTROL, read_body
from .uvicorn_thread import is_loopback


class ControlCall(NamedTuple):
    """One control call: whom it is for, its body, and what its address says."""

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
        number = whole_number(self.path["number"])
        if number is None:
            raise KeyError(f"the simulator has no meeting {self.path['number']}")
        return number


def _index(call: ControlCall) -> Any:
    """Say what this is and what can be called."""
    return {
        "schema": "rezoom.simulator-index/1",
        "now": zulu(call.scenario.clock.now()),
        "limits": call.scenario.limits,
        "meetings": list(call.scenario.meetings),
        "calls": calls(),
    }


def _clock(call: ControlCall) -> Any:
    clock = call.scenario.clock
    return {"now": zulu(clock.now()), "monotonic": clock.monotonic()}


def _set_clock(call: ControlCall) -> None:
    now = read_clock(str(call.member("now", "2030-01-01T12:00:00Z"))).now()
    call.scenario.clock.set(now)


def _advance_clock(call: ControlCall) -> None:
    seconds = call.member("seconds", 3600)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        raise wrong("seconds", f"seconds cannot be {seconds!r}", "Give a number.")
    try:
        call.scenario.clock.advance(seconds)
    except OverflowError:
        raise wrong("seconds", f"{seconds} seconds leave the calendar", "Give fewer.") from None


def _requests(call: ControlCall) -> Any:
    """Return the log, oldest first, narrowed by method, path, status, and a last few."""
    query = call.query
    for name in query:
        if name not in {"method", "path", "status", "last"}:
            step = "Choose from method, path, status, last."
            raise wrong(name, f"there is no filter {name!r}", step)
    found = [
        one.to_dict()
        for one in call.scenario.requests
        if query.get("method", "").upper() in {"", one.method}
        and query.get("path", "") in one.path
        and query.get("status", str(one.status)) == str(one.status)
    ]
    last = whole_number(query.get("last", str(len(found))))
    if last is None:
        raise wrong("last", f"last cannot be {query['last']!r}", "Give a number.")
    return found[max(len(found) - last, 0) :]


def _arrivals(call: ControlCall) -> Any:
    return {method: one.to_dict() for method, one in call.scenario.arrivals().items()}


def _meetings(call: ControlCall) -> Any:
    return [call.scenario.meeting(number) for number in call.scenario.meetings]


def _add_meetings(call: ControlCall) -> Any:
    several = call.body if isinstance(call.body, list) else [call.body or {}]
    states = [_whole(call.scenario, number) for number in call.scenario.add_meetings(several)]
    return states if isinstance(call.body, list) else states[0]


def _meeting(call: ControlCall) -> Any:
    return _whole(call.scenario, call.number)


def _whole(scenario: Scenario, number: int) -> dict[str, Any]:
    """Return one meeting with its history, and with what no read shows."""
    return {
        "meeting": scenario.meeting(number),
        "history": [update.to_dict() for update in scenario.history(number)],
        **scenario.behind(number),
    }


def _set_scopes(call: ControlCall) -> Any:
    scopes = call.member("scopes", ["meeting:update:meeting:admin"])
    call.scenario.set_scopes(*(scopes if isinstance(scopes, list) else [scopes]))
    return {"scopes": scopes}


def _quota(call: ControlCall) -> Any:
    return call.scenario.quota()


def _faults(call: ControlCall) -> Any:
    return call.scenario.faults_to_dict()


def _quirks(call: ControlCall) -> Any:
    """Return every quirk with its present value, choices and sources."""
    now = call.scenario.quirks.to_dict()
    return [
        {**row._asdict(), "name": dashed(row.name), "value": now[dashed(row.name)]}
        for row in behaviours()
    ]


def _set_quirks(call: ControlCall) -> Any:
    if not isinstance(call.body, Mapping):
        raise wrong("quirks", "the body is no object", 'Send {"past-start": "rewrite-to-now"}.')
    return call.scenario.set_quirks(call.body).to_dict()


# Path, method, the answer, and what is done before.
TABLE: tuple[tuple[Any, ...], ...] = (
    ("", "GET", _index),
    ("/clock", "GET", _clock),
    ("/clock", "PUT", _clock, _set_clock),
    ("/clock/advance", "POST", _clock, _advance_clock),
    ("/requests", "GET", _requests),
    ("/requests", "DELETE", lambda call: call.scenario.clear_requests()),
    ("/arrivals", "GET", _arrivals),
    ("/meetings", "GET", _meetings),
    ("/meetings", "POST", _add_meetings),
    ("/meetings/{number}", "GET", _meeting),
    ("/meetings/{number}/start", "POST", _meeting, lambda c: c.scenario.start_meeting(c.number)),
    ("/meetings/{number}/end", "POST", _meeting, lambda c: c.scenario.end_meeting(c.number)),
    (
        "/meetings/{number}/occurrences/{occurrence}",
        "DELETE",
        _meeting,
        lambda call: call.scenario.delete_occurrence(call.number, call.path["occurrence"]),
    ),
    (
        "/webinars",
        "POST",
        lambda call: {"id": call.scenario.add_webinar(call.member("id", 93201235))},
    ),
    ("/users", "GET", lambda call: [user.to_dict() for user in call.scenario.users]),
    ("/users", "POST", lambda call: call.scenario.add_user(call.body).to_dict()),
    ("/scopes", "PUT", _set_scopes),
    ("/tokens/revoke", "POST", lambda call: {"revoked": call.scenario.revoke_tokens()}),
    ("/quota", "GET", _quota),
    ("/quota", "DELETE", _quota, lambda call: call.scenario.clear_quota()),
    ("/faults", "GET", _faults),
    ("/faults", "POST", _faults, lambda call: call.scenario.arm(read_faults(call.body))),
    ("/faults", "DELETE", _faults, lambda call: call.scenario.clear_faults()),
    ("/quirks", "GET", _quirks),
    ("/quirks", "PATCH", _set_quirks),
    ("/reset", "POST", _meetings, lambda call: call.scenario.reset()),
)
_CREATING = frozenset({"/meetings", "/webinars", "/users", "/faults"})


def calls() -> list[str]:
    """List the calls as method and path."""
    return [f"{row[1]} {CONTROL}{row[0]}" for row in TABLE]


_Act = Callable[[ControlCall], Any]
Access = Literal["loopback", "anywhere", "off"]


def build_control(scenario: Scenario, access: Access) -> Starlette:
    """Return the app that answers below `CONTROL` for one simulator."""

    def route(path: str, method: str, answer: _Act, do: _Act | None = None) -> Route:
        creates = method == "POST" and path in _CREATING
        status = HTTPStatus.CREATED if creates else HTTPStatus.OK

        async def endpoint(request: HttpRequest) -> Response:
            _check_caller(request, access)
            content = await read_body(request, LARGEST)
            if content is None:
                raise HTTPException(413, f"a body of more than {LARGEST // 2**20} MB is not read")
            try:
                body = loaded(content or b"null")
            except ValueError:
                raise wrong("body", "the body is not JSON", "Send one JSON value.") from None
            call = ControlCall(scenario, body, request.path_params, request.query_params)
            if do is not None:
                do(call)
            return _json(answer(call), status)

        return Route(CONTROL + path, endpoint, methods=[method])

    handlers: dict[Any, Any] = {ValueError: _bad, KeyError: _missing, HTTPException: _unrouted}
    return Starlette(routes=[route(*row) for row in TABLE], exception_handlers=handlers)


def access(value: Access) -> Access:
    """Return the value if it says who may use the endpoint; ConfigError otherwise."""
    choices = get_args(Access)
    if value not in choices:
        raise wrong("control", f"control cannot be {value!r}", f"Choose from {', '.join(choices)}.")
    return value


def _check_caller(request: HttpRequest, access: Access) -> None:
    if access == "off":
        raise HTTPException(403, "the control endpoint is switched off")
    if access == "loopback" and request.client and not is_loopback(request.client.host):
        raise HTTPException(403, "the control endpoint answers this machine only")
    if access == "loopback" and not _names_this_machine(request.headers.get("host", "")):
        # Under a name of its own, which it has led here, a page needs no origin to be told.
        raise HTTPException(403, "the control endpoint answers to an address or to localhost only")
    if "origin" in request.headers:
        # Whoever writes a web page must not move the clock of everybody who opens it.
        raise HTTPException(403, "the control endpoint does not answer web pages")


def _names_this_machine(host: str) -> bool:
    name = ""
    try:
        name = urlsplit(f"//{host}").hostname or ""
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
