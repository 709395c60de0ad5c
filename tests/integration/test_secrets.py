"""An update that carries a passcode, through success and every failure: no output shows it."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from callers import Caller
from rezoom import Bearer, RezoomError, ServerToServer, check
from rezoom_wire import AuthenticatedClient
from rezoom_wire.models import Meeting, MeetingUpdate
from wire import ACCEPTED, HANG_UP, SILENCE, Answer, Wire, answer, patience

Call = Callable[..., Caller]

PASSCODE, TOKEN, CLIENT_SECRET = "Tr0ub4dor", "eyJzdiI6IjAwMDAwMSJ9", "kQ7vX2nB9mLp4RsT"
BASIC = base64.b64encode(f"client:{CLIENT_SECRET}".encode()).decode()
SECRETS = (PASSCODE, TOKEN, CLIENT_SECRET, BASIC)
# What an address may quote back: the secrets that were sent to it.
ECHO = f"{PASSCODE} {TOKEN} pwd={PASSCODE}&x"
TOKEN_ECHO = f"{CLIENT_SECRET} {BASIC}"
GOOD_TOKEN = answer(200, {"access_token": TOKEN, "expires_in": 3600})
START_URL = f"https://zoom.us/s/1?zak={TOKEN}"

FAILURES: dict[str, Answer] = {
    "validation": answer(
        400, {"code": 300, "message": ECHO, "errors": [{"field": "password", "message": ECHO}]}
    ),
    "scopes": answer(400, {"code": 4711, "message": f"scopes:[meeting:update] {ECHO}"}),
    "token-rejected": answer(401, {"code": 124, "message": ECHO}),
    "not-found": answer(404, {"code": 3001, "message": ECHO}),
    "daily-limit": answer(429, {"code": 429, "message": f"maximum daily rate limit {ECHO}"}),
    "short-limit": answer(429, {"code": 429, "message": f"per-second {ECHO}"}),
    "gateway-page": answer(502, f"<html><b>Bad Gateway</b> {ECHO}</html>".encode()),
    "plain-text": answer(520, ECHO.encode()),
    "success-with-an-error": answer(200, {"code": 3000, "message": ECHO}),
    "cut-json": answer(400, f'{{"message": "{ECHO}'.encode()),
    "hung-up": HANG_UP,
    "silence": SILENCE,
    "cut-short": answer(200, ECHO.encode(), content_length="4000", after="close"),
}
TOKEN_FAILURES: dict[str, Answer] = {
    "refused": answer(400, {"reason": TOKEN_ECHO, "error": "invalid_client"}),
    "page": answer(200, f"<p>{TOKEN_ECHO}</p>".encode()),
    "odd-token": answer(200, {"access_token": f"{TOKEN} {CLIENT_SECRET}"}),
    "odd-life": answer(200, {"access_token": TOKEN, "expires_in": -1}),
    "broken": answer(500, f"<p>{TOKEN_ECHO}</p>".encode()),
    "hung-up": HANG_UP,
}


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Listen to us, httpx, and httpcore alike."""
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def app(wire: Wire) -> ServerToServer:
    """Make the credentials of an app at the scripted token address."""
    return ServerToServer(
        "account", "client", CLIENT_SECRET, token_url=f"{wire.origin}/oauth/token"
    )


def told(thing: object) -> Iterator[str]:
    """Yield every way in which an object can end up in front of somebody."""
    yield repr(thing)
    yield str(thing)
    to_dict: Callable[[], dict[str, Any]] | None = getattr(thing, "to_dict", None)
    if to_dict is not None:
        yield json.dumps(to_dict())
    if isinstance(thing, BaseException):
        yield "".join(traceback.format_exception(thing))
        yield repr(vars(thing))
        yield repr(pickle.loads(pickle.dumps(thing)).__dict__)


def assert_silent(*texts: str) -> None:
    """Search everything for every secret."""
    everything = "\n".join(texts)
    assert [secret for secret in SECRETS if secret in everything] == []


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_of_an_update_shows_a_secret(
    name: str, wire: Wire, call: Call, app: ServerToServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Even if Zoom, or whoever answers in its name, quotes all of them back."""
    wire.grants(GOOD_TOKEN, GOOD_TOKEN).says(FAILURES[name], FAILURES[name])
    # A token that comes too late on a busy machine would be another failure.
    source = Bearer(TOKEN) if name == "silence" else app
    caller = call(source, retries=0, timeout=patience(FAILURES[name]))

    with pytest.raises(RezoomError) as caught:
        caller.update(1, topic="x", password=PASSCODE)

    assert PASSCODE.encode() in wire.calls[0].body
    assert_silent(*told(caught.value), repr(caller.zoom), caplog.text)


@pytest.mark.parametrize("name", TOKEN_FAILURES)
def test_no_failure_of_a_token_request_shows_a_secret(
    name: str, wire: Wire, call: Call, app: ServerToServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The credentials are the ones at stake here."""
    wire.grants(TOKEN_FAILURES[name])

    with pytest.raises(RezoomError) as caught:
        call(app, retries=0).update(1, password=PASSCODE)

    assert_silent(*told(caught.value), repr(app), caplog.text)


def test_no_success_shows_a_secret(
    wire: Wire, call: Call, app: ServerToServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The receipt, its warnings and the log of an update that went well."""
    wire.grants(GOOD_TOKEN).says(ACCEPTED)

    receipt = call(app).update(1, password=PASSCODE, settings={"jbh_time": 5})

    assert receipt.warnings
    assert_silent(*told(receipt), caplog.text)


def test_no_refused_change_shows_a_secret(wire: Wire, call: Call) -> None:
    """A wrong value is quoted in its problem, but never that of a secret, wherever it was put."""
    link = {"join_url": f"https://zoom.us/j/1?pwd={PASSCODE}"}
    with pytest.raises(RezoomError) as caught:
        call(Bearer(TOKEN)).update(
            f"https://zoom.us/j/1?pwd={PASSCODE}",
            {
                "password": f"{PASSCODE} with blanks",
                "topic": {"password": PASSCODE},
                "settings": [{"password": PASSCODE}],
                "tracking_fields": {"deep": [{"password": PASSCODE}]},
                "duration": (link,),
                "agenda": {"h323_password": 1.5, "password": {"start_url": PASSCODE}},
            },
        )

    assert_silent(*told(caught.value))


def test_no_checked_body_shows_a_secret() -> None:
    """What `check` lists is as silent as what `update` raises."""
    problems = check({"password": PASSCODE + "!", "settings": {"password": PASSCODE}})

    assert problems
    assert_silent(*(text for problem in problems for text in told(problem)))


def test_no_meeting_shows_a_secret(
    wire: Wire, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    """A meeting that was read can be printed; `start_url` would make its reader the host."""
    wire.says(
        answer(
            200,
            {
                "id": 1,
                "password": PASSCODE,
                "start_url": START_URL,
                "join_url": f"https://zoom.us/j/1?pwd={PASSCODE}",
                "unheard_of": PASSCODE,
            },
        )
    )

    meeting = call(Bearer(TOKEN)).get(1)

    assert meeting.password == PASSCODE
    assert_silent(repr(meeting), str(meeting), caplog.text)


@pytest.mark.parametrize(
    "thing",
    [
        Meeting(id=1, password=PASSCODE, start_url=START_URL),
        MeetingUpdate(password=PASSCODE),
        Bearer(TOKEN),
        ServerToServer("account", "client", CLIENT_SECRET),
        AuthenticatedClient(base_url="https://api.zoom.us/v2", token=TOKEN),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_no_holder_of_a_secret_shows_it(thing: object) -> None:
    """A repr ends up in logs, tracebacks and error trackers."""
    assert_silent(repr(thing), str(thing))


def test_the_vendored_client_does_not_log_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    """Its requests carry the token from any httpx client."""
    transport = httpx.MockTransport(
        lambda request: (
            httpx.Response(200, json={"access_token": TOKEN})
            if request.url.path == "/oauth/token"
            else httpx.Response(204)
        )
    )
    app = ServerToServer("account", "client", CLIENT_SECRET)
    with httpx.Client(auth=app.as_httpx_auth(), transport=transport) as client:
        client.patch("https://api.zoom.us/v2/meetings/1", json={"password": PASSCODE})

    assert_silent(caplog.text, repr(app.as_httpx_auth()))
