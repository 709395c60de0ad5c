"""A stranger's text wherever one comes in, looked at wherever it comes out."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cli_runner import Ran
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rezoom import Bearer, Plan, Recurrence, RezoomError, Series, Zoom, check
from rezoom._cli.app import app
from rezoom.quota import open_ledger
from rezoom.simulator import Simulator
from typer.testing import CliRunner
from wire import ACCEPTED, Wire, answer

STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
MARKUP = ("[red]", "[/red]", "[link=https://evil.example]", "[/]", ":smile:", "\\[b]", "%s", "{0}")
PIECES = (
    *("\nFORGED", "\r\nFORGED", "\rFORGED", "\x85FORGED", "\u2028FORGED", "\t"),
    *("\x1b[2J", "\x1b]0;t\x07", "\x9b1A", "\x08", "\x00", "\x7f"),
    *("\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\ufeff", "\xad", "\u2029"),
    *("\u180b", "\u2065", "\U000e0041", "\U000e0100", "\ufff0", "\u3164", "\u061c"),
    *MARKUP,
    *("b", "Ł", "日", "\u00a0"),
)
STRANGE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
# One that has them all, and does more than a few drawn ones would show.
ALL = "".join(PIECES)


@dataclass
class Entrance:
    """Where a text comes in, and what came out."""

    wire: Wire
    folder: Path

    def command(self, *words: str, **env: str) -> Iterator[str]:
        """Run a command against the wire, and once more for JSON; yield both streams."""
        base = {
            "ZOOM_ACCOUNT_ID": "acc",
            "ZOOM_CLIENT_ID": "client",
            "ZOOM_CLIENT_SECRET": "s3cret-of-the-app",
            "ZOOM_API_URL": f"{self.wire.origin}/v2",
            "ZOOM_OAUTH_URL": f"{self.wire.origin}/oauth/token",
            "REZOOM_LEDGER": "memory:",
            "COLUMNS": "9000",
        }
        for form in ([], ["--json"]):
            ran: Ran = CliRunner().invoke(app, [*words, *form], env=base | env)
            assert ran.exit_code != 1, ran.output
            yield ran.stdout
            yield ran.stderr

    def answers(self, *replies: Any) -> None:
        """Let the wire answer so from now on."""
        self.wire.script.clear()
        self.wire.says(*replies)


def meeting(text: str) -> dict[str, Any]:
    """Show a meeting with the text in all that is free."""
    start = "2030-01-07T08:00:00Z"
    free = dict.fromkeys(("topic", "agenda", "host_email", "status", "unheard_of"), text)
    settings = {"alternative_hosts": text, text: True, "language": [text]}
    occurrences = [
        {"occurrence_id": text, "start_time": start, "status": text, "duration": 5},
        {"occurrence_id": "7", "start_time": text, "status": "available", "duration": 5},
    ]
    more = {"occurrences": occurrences, "settings": settings, "tracking_fields": [{"field": text}]}
    recurrence = {"type": 2, "weekly_days": text, "repeat_interval": 1, "end_times": 3}
    return free | more | {"id": 85746065, "type": 8, "recurrence": recurrence, "timezone": text}


def shown_meeting(entrance: Entrance, text: str) -> Iterator[str]:
    """Read a meeting on the command line."""
    for form in (meeting(text), {"id": text, "start_time": text, "timezone": "UTC", "type": text}):
        entrance.answers(*[answer(200, form)] * 2)
        yield from entrance.command("show", "85746065")


def planned(entrance: Entrance, text: str) -> Iterator[str]:
    """Plan an update of a meeting, in every form."""
    plain = meeting(text) | {"type": 2, "timezone": "UTC"}
    file = entrance.folder / "plan.json"
    for words in (("--topic", "new"), ("--topic", f"new{text}"), ("--extra", f"odd={text}")):
        entrance.answers(*[answer(200, plain)] * 2)
        yield from entrance.command("plan", "85746065", *words, "--out", str(file))
        with suppress(OSError):
            yield file.read_text("utf-8")
            yield str(Plan.from_json(file.read_text("utf-8")))
            entrance.answers(*[answer(200, plain)] * 2)
            yield from entrance.command("apply", str(file), "--dry-run")
        entrance.answers(*[answer(200, plain)] * 2)
        ran = CliRunner().invoke(app, ["plan", "85746065", *words, "--out", "-"])
        yield ran.stdout
    entrance.answers(*[answer(200, plain), ACCEPTED, answer(200, plain)] * 2)
    yield from entrance.command("update", "85746065", "--topic", "new", "--yes")
    yield from entrance.command("update", "85746065", "--topic", f"new{text}", "--dry-run")


def refused(entrance: Entrance, text: str) -> Iterator[str]:
    """Be refused in a stranger's words."""
    head = quote(text, safe="")
    said = {"code": 300, "message": text, "errors": [{"field": text, "message": text}]}
    for reply in (
        answer(400, said, x_zm_trackingid=head),
        answer(404, {"code": 3001, "message": text}),
        answer(200, {"code": 3001, "message": text}),
        answer(400, {"code": 4711, "message": f"scopes:[{text}]"}),
        answer(502, f"<p>{text}".encode("utf-8", "replace")),
        answer(429, {"code": 429, "message": text}, retry_after=head),
    ):
        entrance.answers(reply, reply)
        yield from entrance.command("update", "85746065", "--topic", "x", "--yes", "--no-verify")
    entrance.wire.grants(*[answer(400, {"reason": text, "error": text})] * 2)
    yield from entrance.command("show", "85746065")


def words_of_options(entrance: Entrance, text: str) -> Iterator[str]:
    """Write the text where an option, an argument or a rule has its own words."""
    text = text.replace("\x00", "")  # which no argument of a process can hold
    entrance.answers(*[answer(404, {})] * 99)
    update = ("update", "85746065", "--yes", "--no-verify")
    for words in (
        ("show", text),
        ("show", "85746065", "--occurrence", text),
        ("explain", text),
        ("quota", text),
        ("quota", "--host", text),
        ("ledger", "reset", "--yes", "--account", text),
        ("check", "--topic", "x", "--allow", text),
        ("check", "--set", f"topic{text}=x"),
        ("check", "--set", text),
        ("check", "--set", f"duration={text}"),
        ("check", "--body", str(entrance.folder / f"no{text}".replace("/", ""))),
        ("check", "--start", text, "--timezone", text),
        ("apply", str(entrance.folder / f"no{text}".replace("/", "")), "--yes"),
        ("undo", f"no{text}", "--yes"),
        ("preview", "--repeat", text, "--start", "2030-01-07T09:00", "--timezone", "UTC"),
        ("preview", "--rrule", text, "--start", "2030-01-07T09:00", "--timezone", text),
        (*update, "--topic", "x", "--host", text),
        (*update, "--topic", "x", "--receipt", str(entrance.folder / "no" / text.replace("/", ""))),
        ("simulate", "--seed", f"no{text}.json"),
        ("simulate", "--quirk", text),
        ("simulate", "--faults", text),
        ("simulate", "--clock", text),
        ("simulate", "--plan", text),
        ("vendor", str(entrance.folder / text.replace("/", "")), "--check"),
        (text,),
        ("show", f"--{text}"),
    ):
        yield from entrance.command(*words)


def environment(entrance: Entrance, text: str) -> Iterator[str]:
    """Write the text into the variables that name addresses, ledgers and limits."""
    text = text.replace("\x00", "")  # which no variable can hold
    entrance.answers(*[answer(404, {})] * 99)
    for name, value in (
        ("REZOOM_LEDGER", text),
        ("REZOOM_LEDGER", f"sqlite:///{entrance.folder}/no/{text}"),
        ("REZOOM_LEDGER", f"sqlite:///{entrance.folder}/a{text.replace('/', '')}"),
        ("REZOOM_LEDGER", f"redis://{text}/0"),
        ("REZOOM_LEDGER", f"redis://127.0.0.1:1/0?{text}"),
        ("REZOOM_LEDGER_DOWN", text),
        ("REZOOM_LIMITS", text),
        ("REZOOM_ACCOUNT_PLAN", text),
        ("ZOOM_API_URL", f"https://{text}/v2"),
        ("ZOOM_OAUTH_URL", text),
        ("ZOOM_ACCOUNT_ID", f"a{text}"),
    ):
        yield from entrance.command("quota", "85746065", **{name: value})
        yield from entrance.command("ledger", "where", **{name: value})
        yield from entrance.command("show", "85746065", **{name: value})


def lines_of_a_pipe(entrance: Entrance, text: str) -> Iterator[str]:
    """Write the text into the lines of `rezoom apply -`, and into files."""
    file = entrance.folder / "body.json"
    for body in ({text: text}, {"topic": text}, {"settings": {text: text}}, {"start_time": text}):
        file.write_text(json.dumps(body))
        yield from entrance.command("check", "--body", str(file))
    file.write_text(json.dumps({"schema": text}))
    yield from entrance.command("apply", str(file), "--yes")
    yield from entrance.command("undo", str(file), "--yes")


def library(entrance: Entrance, text: str) -> Iterator[str]:
    """Let errors, problems and reprs of the library speak of it."""
    for act in (
        lambda: check(topic="x", allow=[text]),
        lambda: check({text: text, "timezone": text, "duration": text}),
        lambda: Recurrence.parse(text),
        lambda: Recurrence.from_rrule(text, tz="UTC"),
        lambda: Recurrence.from_zoom({"type": text, text: text}, tz=text),
        lambda: Series.from_rrule(f"DTSTART;TZID={text}:{text}\nRRULE:{text}"),
        lambda: open_ledger(text),
        lambda: Zoom(Bearer("t"), base_url=text),
        lambda: Zoom(Bearer("t", account=text), base_url="https://zoom.us/v2"),
        lambda: Simulator(meetings=[{text: text, "topic": [text], "timezone": text}]),
        lambda: Simulator(quirks={text: text}),
    ):
        try:
            found: Any = act()
        except RezoomError as error:
            yield str(error)
            continue
        except TypeError:
            continue
        for one in found if isinstance(found, list) else [found]:
            yield str(one) if isinstance(found, list) else ""


def logs_and_requests(entrance: Entrance, text: str) -> Iterator[str]:
    """Send the text in the path and the query of a request, and read what is said of it."""
    with Simulator() as sim:
        link = HTTPConnection(sim.url.removeprefix("http://").removesuffix("/v2"))
        code = quote(text.encode("utf-8", "replace"), safe="")
        link.request("PATCH", f"/v2/meetings/{code}?occurrence_id={code}&{code}=1", "{}")
        link.getresponse().read()
        link.close()
        yield from map(repr, sim.requests)
    entrance.answers(answer(204, x_zm_trackingid=quote(text, safe="")))
    options: dict[str, Any] = {"base_url": f"{entrance.wire.origin}/v2", "retries": 0}
    with Zoom(Bearer("t", account=f"a{text}"), ledger="memory:", **options) as zoom:
        yield str(zoom.update(1, topic=f"x{text}"))


PLACES: tuple[Callable[[Entrance, str], Iterator[str]], ...] = (
    shown_meeting,
    planned,
    refused,
    words_of_options,
    environment,
    lines_of_a_pipe,
    library,
    logs_and_requests,
)


class Kept(logging.Handler):
    """Keep what our own loggers write."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as the usual formatter writes it."""
        self.lines.append(self.format(record))


@contextmanager
def listening() -> Iterator[list[str]]:
    """Listen to our loggers at DEBUG."""
    kept, ours = Kept(), logging.getLogger("rezoom")
    before = ours.level
    ours.addHandler(kept)
    ours.setLevel(logging.DEBUG)
    try:
        yield kept.lines
    finally:
        ours.removeHandler(kept)
        ours.setLevel(before)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(text=ALL)
@given(text=STRANGE)
def test_no_text_of_a_stranger_steers(
    place: Callable[[Entrance, str], Iterator[str]], text: str, wire: Wire, tmp_path: Path
) -> None:
    """Not a character of it is hidden, no line is forged, and markup stays what was written."""
    text = f"x{text}y"
    with listening() as logged:
        everything = "\n".join([*place(Entrance(wire, tmp_path), text), *logged])

    assert STEERS.findall(everything) == [], everything
    assert re.findall(r"^\s*FORGED.*", everything, re.MULTILINE) == [], everything
    for mark in MARKUP:
        # A program that reads it may have split or quoted a text at such a sign.
        if mark in text and place in (shown_meeting, planned, refused):
            assert mark in everything
