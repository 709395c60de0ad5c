"""Stub and facade put the same request on the wire, and the stub survives the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from rezoom import Bearer, Zoom
from rezoom_wire import AuthenticatedClient
from rezoom_wire.api.meetings import get_meeting, update_meeting
from rezoom_wire.models import Meeting, ZoomError
from rezoom_wire.types import UNSET, Response

pytestmark = pytest.mark.smoke

BASE = "https://api.zoom.us/v2"
OCCURRENCE = "1648194360000"

UPDATES: dict[str, dict[str, Any]] = {
    "one field": {"topic": "Stand-up"},
    "every script": {"topic": "Grüße · 会議 · 🎉", "agenda": 'a "b" \\ \n </c>'},
    "nested": {
        "settings": {
            "waiting_room": False,
            "alternative_hosts": "a@example.org;b@example.org",
            "breakout_room": {"rooms": [{"name": "North", "participants": []}]},
        }
    },
    "series": {
        "type": 8,
        "start_time": "2030-03-04T09:00:00",
        "timezone": "Europe/Berlin",
        "recurrence": {"type": 2, "weekly_days": "2,4", "end_times": 7, "repeat_interval": 1},
    },
    "emptied": {"agenda": "", "password": "", "tracking_fields": []},
}


class Recorder:
    """Keeps every request, and answers all of them alike."""

    def __init__(self, answer: httpx.Response) -> None:
        self.seen: list[httpx.Request] = []
        self._answer = answer

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        copy = self._answer
        return httpx.Response(copy.status_code, headers=copy.headers, content=copy.content)


def of_the_facade(call: Callable[[Zoom], object], answer: httpx.Response) -> httpx.Request:
    """Record the one request of a call to the facade."""
    wire = Recorder(answer)
    with httpx.Client(transport=httpx.MockTransport(wire)) as http:
        call(Zoom(Bearer("token"), http=http))
    (request,) = wire.seen
    return request


def of_the_stub(
    call: Callable[[AuthenticatedClient], object], answer: httpx.Response
) -> httpx.Request:
    """Record the one request of a call to the generated stub."""
    wire = Recorder(answer)
    with vendored(wire) as client:
        call(client)
    (request,) = wire.seen
    return request


def vendored(wire: Recorder) -> AuthenticatedClient:
    """Make the generated client as a project that has vendored it would."""
    return AuthenticatedClient(
        base_url=BASE, token="token", httpx_args={"transport": httpx.MockTransport(wire)}
    )


def on_the_wire(request: httpx.Request) -> tuple[object, ...]:
    """Take what the endpoint sees of a request."""
    headers = (request.headers.get(name) for name in ("content-type", "authorization"))
    return (request.method, str(request.url), *headers, request.content)


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_is_the_same_request(name: str) -> None:
    """Method, address, content type, token, and the body byte for byte."""
    body, accepted = UPDATES[name], httpx.Response(204)

    facade = of_the_facade(lambda zoom: zoom.update(85746065, body), accepted)
    stub = of_the_stub(
        lambda client: update_meeting.sync_detailed(85746065, client=client, body=body), accepted
    )

    assert on_the_wire(facade) == on_the_wire(stub)


def test_an_update_of_an_occurrence_is_the_same_request() -> None:
    """The occurrence goes to the query, never to the body."""
    body, accepted = {"duration": 30}, httpx.Response(204)

    facade = of_the_facade(lambda zoom: zoom.update(1, body, occurrence=OCCURRENCE), accepted)
    stub = of_the_stub(
        lambda client: update_meeting.sync_detailed(
            1, client=client, body=body, occurrence_id=OCCURRENCE
        ),
        accepted,
    )

    assert on_the_wire(facade) == on_the_wire(stub)
    assert facade.url.params["occurrence_id"] == OCCURRENCE


@pytest.mark.parametrize(("occurrence", "past"), [(None, False), (OCCURRENCE, False), (None, True)])
def test_a_read_is_the_same_request(occurrence: str | None, past: bool) -> None:
    """A read has no body, and its switches are written as JSON writes them."""
    found = httpx.Response(200, json={"id": 1})

    facade = of_the_facade(lambda zoom: zoom.get(1, occurrence=occurrence, past=past), found)
    stub = of_the_stub(
        lambda client: get_meeting.sync_detailed(
            1,
            client=client,
            occurrence_id=occurrence or UNSET,
            show_previous_occurrences=past or UNSET,
        ),
        found,
    )

    assert on_the_wire(facade) == on_the_wire(stub)


ODD: dict[str, httpx.Response] = {
    "html-429": httpx.Response(429, html="<html>Slow down</html>"),
    "empty-429": httpx.Response(429),
    "520": httpx.Response(520, text="error code: 520"),
    "299": httpx.Response(299, json={}),
    "list": httpx.Response(400, json=[1]),
    "text": httpx.Response(404, json="gone"),
    "cut-short": httpx.Response(400, content=b'{"code": 3'),
    "not-utf-8": httpx.Response(401, content=b"\xff\xfe"),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_the_stub_survives_an_odd_answer(name: str, is_async: bool) -> None:
    """Nothing is parsed; the status, the headers and the bytes are still there."""
    answer = ODD[name]
    client = vendored(Recorder(answer))

    got = answered(client, is_async)

    assert (got.parsed, got.status_code, got.content) == (
        None,
        answer.status_code,
        answer.content,
    )
    assert type(got.status_code) is int


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_the_stub_reads_zooms_own_error(is_async: bool) -> None:
    """Code, message, and whatever Zoom adds to them."""
    said = {"code": 429, "message": "slow down", "new": 1}
    got = answered(vendored(Recorder(httpx.Response(429, json=said))), is_async)

    assert isinstance(got.parsed, ZoomError)
    assert got.parsed.to_dict() == said


def test_the_stub_reads_a_meeting() -> None:
    """The same model that the facade returns."""
    wire = Recorder(httpx.Response(200, json={"id": 1, "settings": {"waiting_room": True}}))
    with vendored(wire) as client:
        meeting = get_meeting.sync(1, client=client)

    assert isinstance(meeting, Meeting)
    assert meeting.settings.waiting_room is True


def answered(client: AuthenticatedClient, is_async: bool) -> Response[Any]:
    """Send one update by either of the stub's two ways."""
    if not is_async:
        with client:
            return update_meeting.sync_detailed(1, client=client, body={"topic": "x"})

    async def send() -> Response[Any]:
        async with client:
            return await update_meeting.asyncio_detailed(1, client=client, body={"topic": "x"})

    return asyncio.run(send())
