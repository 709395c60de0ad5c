"""`rezoom show`: one meeting, as a person likes to read it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..._redaction import hidden_paths, without_secrets
from .. import flags
from ..environment import open_zoom
from ..input import read_when
from ..meeting_views import print_meeting
from ..render import answers, print_json, talk


def show(
    meeting: flags.MeetingNumber,
    occurrence: flags.Occurrence = None,
    past: Annotated[
        bool, typer.Option("--past", help="Include the dates of a series that are over.")
    ] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show passcodes and links that carry one.")
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
    _write_ids_as_text(answer)
    if not reveal:
        answer = without_secrets(answer) | {"hidden": list(hidden_paths(answer))}
    print_json("meeting/1", answer)


def _write_ids_as_text(answer: dict[str, Any]) -> None:
    dates = answer.get("occurrences")
    for date in dates if isinstance(dates, list) else ():
        # They are in the order of epoch milliseconds: a reader with doubles only would round them.
        if isinstance(date, dict) and isinstance(date.get("occurrence_id"), int):
            date["occurrence_id"] = str(date["occurrence_id"])
