"""`rezoom show`: one meeting, as a person likes to read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from rich.table import Column, Table

from ..._change.compare import leaves
from ..._redaction import HIDDEN, hidden_paths, is_secret, masked, without_secrets
from ..._times import read_time
from .. import flags
from ..console import Console, answers, as_text, print_json, talk
from ..environment import open_zoom
from ..input import read_when
from ..views import printed_number

_KINDS = {
    "1": "instant meeting",
    "2": "scheduled meeting",
    "3": "recurring, without a fixed time",
    "4": "personal meeting room",
    "8": "recurring, with a fixed time",
    "10": "screen share only",
}
_LINK = re.compile(r"https://[^/?#\s]+/j/[0-9]+(?=\?|$)")


def show(
    meeting: flags.MeetingNumber,
    occurrence: flags.Occurrence = None,
    past: Annotated[
        bool, flags.switch("--past", "Include the dates of a series that are over.")
    ] = False,
    reveal: Annotated[
        bool, flags.switch("--reveal", "Show passcodes and links that carry one.")
    ] = False,
    as_json: flags.Json = False,
) -> None:
    """Read a meeting: when it is, its series and dates, and the settings that are on.

    Spends none of the hundred updates a day.
    """
    when = None if occurrence is None else read_when(occurrence)
    with open_zoom() as zoom, talk().status("Reading …"):
        answer: dict[str, Any] = zoom.get(meeting, occurrence=when, past=past).to_dict()
    if not as_json:
        print_meeting(answers(), answer, reveal=reveal)
        return
    dates = answer.get("occurrences")
    for date in dates if isinstance(dates, list) else ():
        # They are in the order of epoch milliseconds: a reader with doubles only would round them.
        if isinstance(date, dict) and isinstance(date.get("occurrence_id"), int):
            date["occurrence_id"] = str(date["occurrence_id"])
    if not reveal:
        answer = without_secrets(answer) | {"hidden": list(hidden_paths(answer))}
    print_json("meeting/1", **answer)


def print_meeting(console: Console, answer: dict[str, Any], *, reveal: bool) -> None:
    """Show title, time, series, dates and settings; secrets only on request."""
    # Here and below: --help of every command needs no recurrences.
    from ..._change.occurrences import listed
    from ..._times import place_of

    dates, place = listed(answer), place_of(answer)
    meeting: dict[str, Any] = answer if reveal else masked(answer)
    console.print(as_text(str(meeting.get("topic") or "(no title)"), "bold"))
    facts = _facts(meeting, answer, place, reveal=reveal)
    console.rows((as_text(f"  {name}", "dim"), words) for name, words in facts)
    if dates:
        where = f"Dates, in {place.key if place else 'UTC'}"
        table = Table(box=None, padding=(0, 1), title=where, title_justify="left")
        for column in ("  id", "when", "min", "status"):
            table.add_column(column, header_style="dim", no_wrap=True)
        for date in dates:
            when = _minute(_local(date.utc, place))
            cells = (f"  {date.id}", when, date.duration or "", date.status)
            style = "dim" if date.deleted else ""
            table.add_row(*map(as_text, cells), style=style)
        console.print(table)
    _print_settings(console, meeting.get("settings"))


def _facts(
    meeting: Mapping[str, Any], answer: Mapping[str, Any], place: ZoneInfo | None, *, reveal: bool
) -> Iterator[tuple[str, str]]:
    yield "number", printed_number(meeting.get("id"))
    if (kind := meeting.get("type")) is not None:
        yield "kind", _KINDS.get(str(kind), f"type {kind}")
    start = read_time(meeting.get("start_time"), place)
    if start is not None:
        yield "when", _span(start, meeting.get("duration"), place)
    elif meeting.get("start_time"):
        yield "when", str(meeting["start_time"])
    if isinstance(meeting.get("recurrence"), dict):
        yield "series", series_words(meeting["recurrence"], place)
    for name in ("status", "agenda", "host_email"):
        if meeting.get(name):
            yield name.replace("_email", ""), str(meeting[name])
    # The number alone opens nothing: the passcode is in what follows the question mark.
    link = _LINK.match(str(answer.get("join_url", "")))
    if link and not reveal:
        yield "link", f"{link[0]} (asks for the passcode)"
    secret = [name for name in meeting if is_secret(name) and meeting[name]]
    for name in secret if reveal else ():
        yield name, str(meeting[name])
    if secret and not reveal:
        yield "hidden", f"{', '.join(secret)} (--reveal shows them)"


def _print_settings(console: Console, settings: object) -> None:
    found = [] if not isinstance(settings, dict) else list(leaves(settings))
    switched_on = [path for path, value in found if value is True]
    valued = [(p, v) for p, v in found if not isinstance(v, bool) and v not in ("", None, [], {})]
    if not switched_on and not valued:
        return
    console.say("Settings", "italic")
    rows = [(f"  {path}", as_text("on", "green")) for path in switched_on]
    for path, value in valued:
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        rows.append((f"  {path}", as_text(words, "dim" if words == HIDDEN else "")))
    console.rows(rows, Column(overflow="fold"), Column(overflow="fold"))


def series_words(recurrence: Mapping[str, Any], place: ZoneInfo | None) -> str:
    """Say a pattern and its end as `--repeat` reads them; what cannot be read stays as it came."""
    from ...recurrence import Recurrence, RecurrenceError

    try:
        return str(Recurrence.from_zoom(recurrence, tz=place or ZoneInfo("UTC")))
    except (RecurrenceError, OverflowError):
        return json.dumps(dict(recurrence), ensure_ascii=False)


def _span(start: datetime, minutes: object, place: ZoneInfo | None) -> str:
    local = _local(start, place)
    until = ""
    if isinstance(minutes, int) and 0 < minutes <= 24 * 60:
        until = f"–{_local(start + timedelta(minutes=minutes), place):%H:%M} ({minutes} min)"
    zulu = f", {start:%H:%M} UTC" if place and local.utcoffset() else ""
    return f"{_minute(local)}{until} {place.key if place else 'UTC'}{zulu}"


def _minute(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b} {local.year}, {local:%H:%M}"


def _local(instant: datetime, place: ZoneInfo | None) -> datetime:
    try:
        return instant.astimezone(place or UTC)
    except OverflowError:
        return instant
