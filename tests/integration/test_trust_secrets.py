"""Secrets planted wherever one is held or quoted, looked for in everything that is shown."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import re
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rezoom
from callers import Caller
from rezoom import Bearer, RezoomError, ServerToServer
from rezoom._auth.tokens import Token
from rezoom._redaction import hidden_paths, masked, without_secrets
from rezoom._rules.judge import Change
from rezoom.quota import open_ledger
from wire import ACCEPTED, Answer, Wire, answer

NOW = datetime(2027, 1, 4, tzinfo=UTC)
TOKEN, CLIENT_SECRET, PASSCODE = "eyJzdiI6IjAwMDAwMSJ9", "kQ7vX2nB9mLp4RsT", "Tr0ub4dor"
OURS = str(Path(rezoom.__file__).parent)
BASIC = base64.b64encode(f"client:{CLIENT_SECRET}".encode()).decode()
GOOD_TOKEN = answer(200, {"access_token": TOKEN, "expires_in": 3600})


def shown(thing: object) -> str:
    """Write all that a log, a debugger or an error tracker shows of an object."""
    texts = [repr(thing)]
    if isinstance(thing, str):
        texts.append(repr(thing[:80]))  # as those show it who cut what is long
    else:  # of a str, the value itself is what it is for
        texts += [str(thing), repr(getattr(thing, "__dict__", ""))]
    if not isinstance(thing, ServerToServer | Bearer):
        texts.append(repr(pickle.loads(pickle.dumps(thing))))
    return "\n".join(texts)


def traced(error: BaseException) -> str:
    """Write a traceback with the local variables of our own frames."""
    parts, waiting = [], [traceback.TracebackException.from_exception(error, capture_locals=True)]
    while waiting:
        one = waiting.pop()
        waiting += filter(None, (one.__cause__, one.__context__))
        parts += [str(one), *(f"{f.locals}" for f in one.stack if f.filename.startswith(OURS))]
    return "\n".join(parts)


def assert_silent(text: str) -> None:
    """Look for every secret in a text."""
    assert [one for one in (TOKEN, CLIENT_SECRET, BASIC, PASSCODE) if one in text] == []


def app_of(url: str | None = None) -> ServerToServer:
    """Make the credentials of an app."""
    return ServerToServer("account", "client", CLIENT_SECRET, token_url=url)


def with_token() -> ServerToServer:
    """Make credentials that keep a token."""
    app = app_of()
    app.accept(200, json.dumps({"access_token": TOKEN}).encode(), NOW)
    return app


BODY = {"password": PASSCODE}
HOLDERS: dict[str, Callable[[], Any]] = {
    "credentials": app_of,
    "credentials-with-a-token": with_token,
    "kept": lambda: with_token()._kept,
    "bearer": lambda: Bearer(TOKEN),
    "token": lambda: Token(TOKEN),
    "value": lambda: Token(TOKEN).value,
    "token-of-a-function": lambda: Bearer(lambda: TOKEN).peek(NOW),
    "token-request": lambda: app_of().request(),
    "change": lambda: Change("", BODY, extra=BODY, body=BODY),
    "headers": lambda: app_of().request().headers,
}


@pytest.mark.parametrize("name", HOLDERS)
def test_nothing_that_holds_a_secret_shows_it(name: str) -> None:
    """Not its repr, not `vars()`, and not what a pickle becomes."""
    assert_silent(shown(HOLDERS[name]()))


def test_a_secret_is_still_the_text_that_it_is() -> None:
    """Only its repr hides: whoever writes a header needs the value."""
    assert f"Bearer {Token(TOKEN).value}" == f"Bearer {TOKEN}"
    assert app_of().request().headers["Authorization"] == f"Basic {BASIC}"


WRONG: dict[str, Callable[[], object]] = {
    "client-secret": lambda: ServerToServer("a", "c", f"{CLIENT_SECRET}\n"),
    "client-id": lambda: ServerToServer("a", "c:c", CLIENT_SECRET),
    "token-url": lambda: app_of("nonsense"),
    "bearer": lambda: Bearer(f"{TOKEN} "),
    "function": lambda: Bearer(lambda: f"{TOKEN} ").peek(NOW),
    "odd-token": lambda: app_of().accept(200, _json({"access_token": f"{TOKEN} "}), NOW),
    "odd-life": lambda: app_of().accept(200, _json({"access_token": TOKEN, "expires_in": -1}), NOW),
    "refused": lambda: app_of().accept(400, _json({"reason": f"{CLIENT_SECRET} {BASIC}"}), NOW),
    "cut-answer": lambda: app_of().accept(200, f'{{"access_token": "{TOKEN}'.encode(), NOW),
    "sqlite-address": lambda: open_ledger(f"sqlite://me:{PASSCODE}@host/ledger"),
    "sqlite-nonsense": lambda: open_ledger(f"sqlite://me:{PASSCODE}@[host/ledger"),
    "sqlite-option": lambda: open_ledger(f"sqlite:///l?durability={PASSCODE}"),
    "redis-address": lambda: open_ledger(f"redis://me:{PASSCODE}@host:port/0"),
    "redis-option": lambda: open_ledger(f"redis://me:{PASSCODE}@host/0?socket_timeout={PASSCODE}"),
    "unknown-ledger": lambda: open_ledger(f"postgres://me:{PASSCODE}@host/0"),
}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("name", WRONG)
def test_no_error_shows_a_secret_in_its_text(name: str) -> None:
    """Nor in its attributes, nor in the errors behind it."""
    with pytest.raises(RezoomError) as caught:
        WRONG[name]()

    assert_silent(shown(caught.value) + json.dumps(caught.value.to_dict()))


# The address of a ledger is the caller's own text, in the caller's own frame.
CREDENTIALS = [name for name in WRONG if not re.match("sqlite|redis|unknown", name)]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_no_local_variable_shows_a_credential(name: str) -> None:
    """An error tracker sends the locals of every frame along."""
    with pytest.raises(RezoomError) as caught:
        WRONG[name]()

    assert_silent(traced(caught.value))


FAILURES: dict[str, Answer] = {
    "refused": answer(400, {"code": 300, "message": "no"}),
    "token-rejected": answer(401, {"code": 124, "message": "no"}),
    "gateway": answer(502, b"<p>no</p>"),
    "daily-limit": answer(429, {"code": 429, "message": "maximum daily rate limit"}),
}


@pytest.mark.parametrize("name", FAILURES)
def test_no_local_variable_of_a_call_shows_the_token(
    name: str, wire: Wire, call: Callable[..., Caller]
) -> None:
    """Whatever Zoom answers, through every frame of ours that the error passes."""
    wire.grants(GOOD_TOKEN, GOOD_TOKEN).says(FAILURES[name], FAILURES[name])

    with pytest.raises(RezoomError) as caught:
        call(app_of(f"{wire.origin}/oauth/token"), retries=0).update(1, topic="x")

    assert_silent(traced(caught.value))


LINKS = (
    f"https://zoom.us/j/1?pwd={PASSCODE}",
    f"https://zoom.us/j/1?x=1&pwd={PASSCODE}.1&y",
    f"https://zoom.us/s/1?zak={PASSCODE}",
    f"https://zoom.us/w/1?tk={PASSCODE}#x",
    f"https://zoom.us/j/1?PWD={PASSCODE}",
    f"https://zoom.us/sso?back=%2Fj%2F1%3Fpwd%3D{PASSCODE}",
    f"zoommtg://zoom.us/join?confno=1&pwd={PASSCODE}",
    f"https://me:{PASSCODE}@zoom.us/v2",
    f"redis://:{PASSCODE}@host:6379/0",
)


def answers(link: str) -> Iterator[Answer]:
    """Quote a link wherever an answer can quote one."""
    yield answer(400, {"code": 300, "message": f"see {link} there"})
    yield answer(400, {"code": 300, "errors": [{"field": link, "message": link}]})
    yield answer(404, {"code": 3001, "message": link})
    yield answer(429, {"code": 429, "message": f"maximum daily rate limit {link}"})
    yield answer(502, f"<html><p>{link}</p></html>".encode())


@pytest.mark.parametrize("link", LINKS)
def test_no_link_that_zoom_quotes_shows_what_is_in_it(
    link: str, wire: Wire, call: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    """A passcode or a host's key in a link is not among the values that were sent."""
    caplog.set_level(logging.DEBUG)
    caller = call(Bearer(TOKEN), retries=0)
    for meeting, said in enumerate(answers(link), 1):
        wire.says(said)
        with pytest.raises(RezoomError) as caught:
            caller.update(meeting, topic="x")
        assert_silent(shown(caught.value) + json.dumps(caught.value.to_dict()))
    assert_silent(caplog.text)


def test_no_link_in_a_token_answer_shows_what_is_in_it() -> None:
    """The token address may quote, too."""
    for body in (_json({"reason": LINKS[0]}), f"<p>{LINKS[0]}</p>".encode()):
        with pytest.raises(RezoomError) as caught:
            app_of().accept(500, body, NOW)
        assert_silent(shown(caught.value))


KEYS = ("pwd", "passcode", "h323_password", "PWD", "host_key", "zak", "tk", "meeting_pwd")
NESTS: dict[str, Callable[[str], Any]] = {
    "alone": lambda key: {key: PASSCODE},
    "deep": lambda key: {"a": {"b": [{key: PASSCODE}]}},
    "list": lambda key: {key: [PASSCODE]},
    "object": lambda key: {key: {"value": PASSCODE}},
    "object-in-a-list": lambda key: {"a": [{key: [{"value": PASSCODE}]}]},
    "number": lambda key: {key: {"value": [PASSCODE, 1]}},
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("nest", NESTS)
def test_an_extra_member_is_masked_by_its_name(
    key: str, nest: str, wire: Wire, call: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    """In plans, receipts, errors and logs, however deep it lies."""
    caplog.set_level(logging.DEBUG)
    extra = NESTS[nest](key)
    caller = call(Bearer(TOKEN), retries=0)
    wire.says(answer(200, {"id": 1, "topic": "x"}))
    plan = caller.plan(1, extra=extra)
    wire.says(ACCEPTED)
    receipt = caller.update(2, extra=extra)
    wire.says(answer(400, {"code": 300, "message": f"odd: {PASSCODE}"}))
    with pytest.raises(RezoomError) as caught:
        caller.update(3, extra=extra)

    texts = [*map(str, plan.changes), *map(repr, plan.changes), str(plan)]
    texts += [json.dumps(one.to_dict()) for one in (plan, receipt, caught.value)]
    texts += [str(receipt), repr(receipt), str(caught.value), caplog.text]
    assert_silent("\n".join(texts))
    assert PASSCODE not in str(masked(extra)) + str(without_secrets(extra))
    assert list(hidden_paths(extra))
