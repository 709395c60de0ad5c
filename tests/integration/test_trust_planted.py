"""One value planted wherever a secret can enter, looked for in everything that comes out."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import rezoom
import rich.console
import rich.traceback
from callers import Caller
from cli_runner import runner
from rezoom import Bearer, Plan, Receipt, ServerToServer, Zoom, check
from rezoom.quota import Guard, MemoryLedger, open_ledger
from rezoom.simulator import Simulator
from rezoom_wire.models import Meeting, MeetingUpdate
from wire import ACCEPTED, HANG_UP, Wire, answer

# As long as a passcode may be, and written otherwise in an address; a token's is much longer.
PASSCODE = "Pl4nt3d@X9"
LONG = f"{PASSCODE}.{'tail' * 40}"
FORMS = {
    PASSCODE,
    quote(PASSCODE, safe=""),
    *(base64.b64encode(f"client:{one}".encode()).decode().rstrip("=") for one in (PASSCODE, LONG)),
}
OURS = str(Path(rezoom.__file__).parent)


@dataclass
class Shown:
    """Everything that came out, with where it came out."""

    wire: Wire
    call: Callable[..., Caller]
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    # Whether local variables are looked at; docs/security.md says whose are not.
    local: bool = True
    texts: list[tuple[str, str]] = field(default_factory=list)

    def text(self, where: str, text: str) -> None:
        """Note a text that came out."""
        self.texts.append((where, text))

    def does(self, act: Callable[[], Any]) -> Any:
        """Do something, and note what it returns or raises."""
        try:
            found = act()
        except Exception as error:  # noqa: BLE001 - whatever it raises, it shows nothing
            self._raised(error)
            return None
        self.thing(found)
        return found

    def thing(self, found: Any) -> None:
        """Note all that a log, a debugger or an error tracker shows of a thing."""
        name = type(found).__name__
        self.text(f"repr of {name}", repr(found))
        # Of these, the members are what they are for.
        if isinstance(found, str | Meeting | MeetingUpdate | Simulator):
            return
        self.text(f"str of {name}", str(found))
        self.text(f"vars of {name}", repr(getattr(found, "__dict__", "")))
        self.text(f"rich on {name}", _rendered([found, getattr(found, "__dict__", "")]))
        for write in ("to_dict", "to_json"):
            if callable(getattr(found, write, None)):
                self.text(f"{write} of {name}", json.dumps(self.does(getattr(found, write))))
        if isinstance(found, Plan | Receipt | Exception):
            copy = pickle.loads(pickle.dumps(found))
            self.text(f"pickled {name}", repr(copy) + repr(vars(copy)))

    def _raised(self, error: Exception) -> None:
        self.thing(error)
        one: BaseException | None = error
        while one is not None:
            tb = _from_ours(one.__traceback__)
            self.text("str behind", str(one) + repr(one))
            if tb is not None and self.local:
                kind = type(one)
                found = traceback.TracebackException(kind, one, tb, capture_locals=True)
                self.text("traceback", "".join(found.format(chain=False)))
                pretty = rich.traceback.Traceback.from_exception(kind, one, tb, show_locals=True)
                self.text("rich traceback", _rendered(pretty))
            behind = None if one.__suppress_context__ else one.__context__
            one = one.__cause__ or behind

    def command(self, sim: Simulator, *words: str, **env: str) -> None:
        """Run a command in debug mode; note its streams."""
        ran = runner(sim)(
            *words, env=sim.env() | {"REZOOM_LEDGER": "memory:", "REZOOM_DEBUG": "1"} | env
        )
        self.text(f"stdout of {words[0]}", ran.stdout)
        self.text(f"stderr of {words[0]}", ran.stderr)

    def requests(self, sim: Simulator) -> None:
        """Note what a simulator says of its requests."""
        self.text("requests", "".join(map(repr, sim.requests)) + repr(sim))


def _rendered(thing: object) -> str:
    file = io.StringIO()
    rich.console.Console(file=file, width=300).print(thing)
    return file.getvalue()


def _from_ours(tb: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of the caller, who has put the value there."""
    while tb is not None and not tb.tb_frame.f_code.co_filename.startswith(OURS):
        tb = tb.tb_next
    return tb


MEETING = {
    "id": 1,
    "topic": "x",
    "agenda": "",
    "password": PASSCODE,
    "start_url": f"https://zoom.us/s/1?zak={LONG}",
    "join_url": f"https://zoom.us/j/1?pwd={PASSCODE}",
    "settings": {
        "alternative_host_pwd": PASSCODE,
        "approved": [{"join_url": f"https://z?tk={LONG}"}],
    },
}
REFUSED = answer(400, {"code": 300, "message": f"pwd={PASSCODE}, https://z?zak={LONG}"})


def every_verb(shown: Shown, caller: Caller, change: Any = None, **fields: Any) -> None:
    """Call every verb, against answers that accept, refuse, break off and quote."""
    says = shown.wire.says
    read = answer(200, MEETING)
    for replies in ([ACCEPTED], [REFUSED], [HANG_UP], [answer(500, f"<p>pwd={LONG}".encode())]):
        says(*replies)
        shown.does(lambda: caller.update(1, change, **fields))
        shown.wire.script.clear()
    for last in (read, REFUSED):
        says(read, ACCEPTED, last, last)
        shown.does(lambda: caller.update(1, change, verify=True, wait=0, **fields))
        shown.wire.script.clear()
    says(read)
    plan = shown.does(lambda: caller.plan(1, change, **fields))
    shown.wire.script.clear()
    says(answer(200, MEETING | {"topic": "another", "password": f"{PASSCODE}x"}))
    shown.does(lambda: caller.apply(plan))
    shown.wire.script.clear()
    says(read)
    shown.does(lambda: caller.plan_following(1, "1", change, **fields))
    shown.wire.script.clear()
    shown.does(lambda: caller.update("x", change, duration=5000, **fields))
    shown.does(lambda: caller.plan(1, change, topic=5, **fields))
    shown.does(lambda: check(change, **fields))
    shown.does(lambda: check(change, allow=["no"], **fields))


def credentials(shown: Shown) -> None:
    """Hold a client secret, and show it to a token address that quotes it."""
    for one in (PASSCODE, LONG):
        app = ServerToServer("a", "client", one, token_url=f"{shown.wire.origin}/oauth/token")
        shown.thing(app)
        shown.wire.grants(answer(400, {"reason": f"bad {one}"}), HANG_UP, answer(200, b"<p>"))
        for _ in range(4):
            caller = shown.call(app, retries=0)
            shown.does(lambda: caller.update(1, topic="x"))  # noqa: B023 - called at once
            shown.thing(caller.zoom)


def token(shown: Shown) -> None:
    """Hold a token, from a caller and from Zoom."""
    shown.wire.grants(answer(200, {"access_token": LONG, "expires_in": 3600}))
    app = ServerToServer(
        "a", "client", "s3cret-of-it", token_url=f"{shown.wire.origin}/oauth/token"
    )
    for auth in (Bearer(LONG), Bearer(lambda: LONG), app):
        shown.thing(auth)
        shown.wire.says(answer(401, {"code": 124, "message": LONG}))
        caller = shown.call(auth, retries=0)
        shown.does(lambda: caller.update(1, topic="x"))  # noqa: B023 - called at once
        every_verb(shown, caller, topic="y")
    shown.does(lambda: Bearer(f"{LONG}\n"))


def passcode(shown: Shown) -> None:
    """Set a passcode by keyword, in a body and in a model."""
    caller = shown.call(Bearer("t0ken"), retries=0)
    every_verb(shown, caller, password=PASSCODE)
    every_verb(shown, caller, {"password": PASSCODE, "settings": {"waiting_room": True}})
    every_verb(shown, caller, MeetingUpdate(password=PASSCODE))


def extra(shown: Shown) -> None:
    """Put secrets under names that the spec does not know."""
    caller = shown.call(Bearer("t0ken"), retries=0)
    every_verb(shown, caller, extra={"pwd": PASSCODE, "a": [{"host_key": {"is": [PASSCODE]}}]})


def answered(shown: Shown) -> None:
    """Read a meeting full of secrets, and answers that quote them."""
    caller = shown.call(Bearer("t0ken"), retries=0)
    shown.wire.says(answer(200, MEETING), answer(200, {"code": 3000, "message": f"pwd={LONG}"}))
    for _ in range(2):
        shown.does(lambda: caller.get(1))
    every_verb(shown, caller, topic="x")
    odd = MEETING | {"occurrences": [{"occurrence_id": "1", "start_time": f"pwd={PASSCODE}"}]}
    for when in ("1", "2"):
        shown.wire.says(answer(200, odd), answer(200, odd))
        shown.does(lambda: caller.plan(1, topic="x", occurrence=when))  # noqa: B023 - called at once


def ledgers(shown: Shown) -> None:
    """Name a ledger by an address with a password in it."""
    shown.local = False
    code = quote(PASSCODE, safe="")
    for url in (
        f"redis://me:{code}@127.0.0.1:1/0",
        f"redis://:{code}@127.0.0.1:x/0",
        f"rediss://me:{code}@127.0.0.1:1/0?ssl_cert_reqs={code}",
        f"sqlite://me:{code}@host/l",
        f"postgres://me:{code}@host/l",
        f"redis://127.0.0.1:1/0?password={code}",
    ):
        ledger = shown.does(lambda: open_ledger(url))  # noqa: B023 - called at once
        if ledger is not None:
            shown.text("address", str(ledger.url))
            caller = shown.call(Bearer("t0ken"), ledger=ledger)
            shown.does(lambda: caller.update(1, topic="x"))  # noqa: B023 - called at once
            shown.does(lambda: caller.quota(1))  # noqa: B023 - called at once
        shown.does(lambda: shown.call(Bearer("t0ken"), ledger=url))  # noqa: B023 - called at once
        with Simulator() as sim:
            for words in (("quota",), ("ledger", "where"), ("ledger", "reset", "--yes")):
                shown.command(sim, *words, REZOOM_LEDGER=url)
                shown.command(sim, *words, "--json", REZOOM_LEDGER=url)


def proxies(shown: Shown) -> None:
    """Send through a proxy whose address has a password in it."""
    shown.local = False
    code = quote(PASSCODE, safe="")
    for name in ("NO_PROXY", "no_proxy"):
        shown.monkeypatch.delenv(name, raising=False)
    for scheme in ("http", "socks5", "nonsense", "https"):
        shown.monkeypatch.setenv("ALL_PROXY", f"{scheme}://me:{code}@127.0.0.1:1")
        with Zoom(Bearer("t0ken"), retries=0, ledger="memory:") as zoom:
            shown.does(lambda: zoom.update(1, topic="x"))
            shown.thing(zoom)


def addresses(shown: Shown) -> None:
    """Write a password into the addresses of Zoom."""
    shown.local = False
    code = quote(PASSCODE, safe="")
    for url in (f"https://me:{code}@zoom.us/v2", f"https://zoom.us/v2?pwd={PASSCODE}"):
        shown.does(lambda: shown.call(Bearer("t0ken"), base_url=url))  # noqa: B023 - called at once
        shown.does(lambda: ServerToServer("a", "c", "s3cret-of-it", token_url=url))  # noqa: B023 - called at once


def guarded(shown: Shown) -> None:
    """Update through an httpx client with a guard, past answers that quote."""
    guard = Guard(MemoryLedger())
    app = ServerToServer("a", "client", LONG, token_url=f"{shown.wire.origin}/oauth/token")
    shown.wire.grants(answer(200, {"access_token": LONG, "expires_in": 3600}))
    shown.wire.says(REFUSED, answer(429, {"message": f"daily rate limit pwd={LONG}"}))
    with httpx.Client(transport=guard.transport(), auth=app.as_httpx_auth()) as client:
        for _ in range(3):
            url = f"{shown.wire.origin}/v2/meetings/1"
            shown.does(lambda: client.patch(url, json={"password": PASSCODE}).status_code)  # noqa: B023 - called at once
    shown.thing(guard)


def command_line(shown: Shown) -> None:
    """Say a passcode to every command that takes one."""
    file = shown.folder / "plan.json"
    with Simulator() as sim:
        number = str(sim.add_meeting(topic="x", password=PASSCODE))
        for change in (
            ("--set", f"password={PASSCODE}"),
            ("--extra", f"pwd={PASSCODE}"),
            ("--set", f"password={PASSCODE}", "--duration", "5000"),
            ("--set", f'settings={{"pwd": "{PASSCODE}'),
            (f"password={PASSCODE}",),
            ("--set", f"pasword={PASSCODE}"),
            ("--set", f"password={PASSCODE}", "--occurrence", "7"),
        ):
            for command in ("update", "plan", "check"):
                target = () if command == "check" else (number,)
                yes = ("--yes",) if command == "update" else ()
                for form in ((), ("--json",)):
                    shown.command(sim, command, *target, *change, *yes, *form)
            shown.command(sim, "update", number, *change, "--dry-run", "--json")
        shown.command(sim, "show", number)
        shown.command(sim, "show", number, "--json")
        shown.command(sim, "show", f"https://zoom.us/j/{number}?pwd={PASSCODE}")
        shown.command(sim, "explain", f"pwd={PASSCODE}")
        shown.command(
            sim, "plan", number, "--set", f"password={PASSCODE}q"[:20], "--out", str(file)
        )
        shown.command(sim, "update", number, "--topic", "y", "--yes", "--receipt", str(file))
        shown.text("receipt file", file.read_text())
        shown.requests(sim)


def plan_file(shown: Shown) -> None:
    """Read a plan that holds a secret, damaged and whole."""
    caller = shown.call(Bearer("t0ken"), retries=0)
    shown.wire.says(answer(200, MEETING))
    text = caller.plan(1, password=f"{PASSCODE[:-1]}8").to_json(secrets=True)
    text = text.replace(f"{PASSCODE[:-1]}8", PASSCODE)
    file = shown.folder / "plan.json"
    damaged = (
        text,
        text[:-40],
        text.replace('"body": {', f'"body": {{"pwd": "{PASSCODE}"}}, "x": {{'),
    )
    with Simulator() as sim:
        for one in damaged:
            shown.does(lambda: Plan.from_json(one))  # noqa: B023 - called at once
            shown.does(lambda: Receipt.from_json(one))  # noqa: B023 - called at once
            file.write_text(one)
            shown.command(sim, "apply", str(file), "--yes")
            shown.command(sim, "undo", str(file), "--yes", "--json")
            shown.command(sim, "update", "85746065", "--body", str(file), "--yes")


def seed(shown: Shown) -> None:
    """Start a simulator with meetings that have passcodes, good and bad."""
    shown.local = False
    for meeting in (
        {"password": PASSCODE, "topic": "x"},
        {"password": {"a": PASSCODE}},
        {"pasword": PASSCODE},
        {"id": f"pwd={PASSCODE}"},
        {"password": PASSCODE, "type": "x", "start_url": f"https://z?zak={LONG}"},
        {"settings": [{"password": PASSCODE}], "pwd": PASSCODE},
    ):
        file = shown.folder / "seed.json"
        file.write_text(json.dumps([meeting]))
        for seeds in ([meeting], file):
            sim = shown.does(lambda: Simulator(meetings=seeds))  # noqa: B023 - called at once
            if sim is None:
                continue
            with sim, sim.zoom() as zoom:
                number = next(iter(sim.meetings))
                for body in (json.dumps(meeting), f"pwd={PASSCODE}", ""):
                    _patch(f"{sim.url}/meetings/{number}?pwd={PASSCODE}", body)
                _patch(f"{sim.token_url}?client_secret={LONG}", f"client_secret={LONG}")
                shown.does(lambda: zoom.update(number, password=PASSCODE))  # noqa: B023 - called at once
                shown.requests(sim)
    (shown.folder / "seed.yaml").write_text(f"- password: {PASSCODE}\n  topic: [\n")
    shown.does(lambda: Simulator(meetings=shown.folder / "seed.yaml"))


def _patch(url: str, body: str) -> None:
    """Send a request of a client that logs nothing of its own."""
    host, _, path = url.removeprefix("http://").partition("/")
    link = HTTPConnection(host)
    link.request("PATCH", f"/{path}", body, {"Authorization": f"Bearer {LONG}"})
    link.getresponse().read()
    link.close()


USERS_TEST = """
import os

import pytest
from rezoom import ServerToServer, Zoom, check

CODE = os.environ["PLANTED"].split()


@pytest.mark.parametrize("which", range(6))
def test_it(zoom_simulator, which):
    number = zoom_simulator.add_meeting(topic="x")
    app = ServerToServer("a", "c", os.environ["PLANTED"].replace(" ", "")) if which == 5 else None
    zoom = Zoom.from_env()
    if which == 0:
        zoom.update(number, password="-".join(CODE), duration=5000)
    if which == 1:
        zoom.update(number, {"password": "".join(CODE), "settings": {"jbh_time": 77}})
    if which == 2:
        zoom_simulator.fault("reset", match="PATCH")
        zoom.update(number, password="".join(CODE), extra={"pwd": "".join(CODE)})
    plan = zoom.plan(number, password="".join(CODE))
    receipt = zoom.update(number, password="".join(CODE), verify=True)
    request = zoom_simulator.requests[-1]
    assert plan is receipt
"""


def failing_tests(shown: Shown) -> None:
    """Let a user's tests fail, with their local variables shown."""
    (shown.folder / "test_user.py").write_text(USERS_TEST)
    halves = f"{PASSCODE[:5]} {PASSCODE[5:]}"
    paths = os.pathsep.join(filter(None, sys.path))
    env = os.environ | {
        "PLANTED": halves,
        "PYTHONPATH": paths,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    plugin = ("-p", "rezoom.simulator.pytest_plugin", "-p", "no:cacheprovider")
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-vv",
        "--showlocals",
        "--log-level=DEBUG",
        "--tb=long",
    ]
    ran = subprocess.run(  # noqa: PLW1510 - a failure is what it is for
        [*words, *plugin, "test_user.py"], cwd=shown.folder, env=env, capture_output=True, text=True
    )
    assert "6 failed" in ran.stdout, ran.stdout + ran.stderr
    shown.text("pytest", ran.stdout + ran.stderr)


PLACES = (
    credentials,
    token,
    passcode,
    extra,
    answered,
    ledgers,
    proxies,
    addresses,
    guarded,
    command_line,
    plan_file,
    seed,
    failing_tests,
)


@pytest.fixture
def shown(
    wire: Wire, call: Callable[..., Caller], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Shown:
    """Begin to note what comes out."""
    return Shown(wire, call, tmp_path, monkeypatch)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@pytest.mark.slow
def test_no_output_shows_what_was_planted(
    place: Callable[[Shown], None],
    shown: Shown,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Not in reprs, texts, tracebacks with locals, logs of whatever logger, JSON, or on streams."""
    caplog.set_level(logging.DEBUG)

    place(shown)

    logged = (f"{one.name} {one.getMessage()} {vars(one)}" for one in caplog.records)
    shown.text("logs", "\n".join(logged))
    shown.text("streams", "".join(capfd.readouterr()))
    assert len(shown.texts) > 2
    found = {where: text for where, text in shown.texts if any(form in text for form in FORMS)}
    assert not found, "\n\n".join(f"== {where}\n{text}" for where, text in found.items())
