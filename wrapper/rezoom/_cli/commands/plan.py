"""`rezoom plan`: what an update would change, seen before anything is sent."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from .. import flags
from ..console import answers, print_json, print_line, talk
from ..environment import open_zoom
from ..exit_codes import UsageError
from ..input import MeetingUpdate, read_update
from ..saved_files import new_body, write_document, write_plan
from ..views import print_following, print_plan


@flags.with_options
def plan(
    *,
    meeting: flags.MeetingNumber,
    change: flags.ChangeOptions,
    following: Annotated[
        bool,
        typer.Option(
            "--following",
            help="Change the date of --occurrence and all that follow: ends the series before it, "
            "and shows the body of the meeting that takes over, for you to create.",
        ),
    ] = False,
    out: Annotated[
        str | None,
        flags.option(
            metavar="FILE",
            help="Keep the plan, to review it and to apply it later; readable by you alone.",
        ),
    ] = None,
    new: Annotated[
        str | None,
        flags.option(metavar="FILE", help="With --following: keep the body of the new meeting."),
    ] = None,
    secrets: flags.Secrets = False,
    as_json: flags.Json = False,
) -> None:
    """Show what an update would change; never writes to Zoom.

    Reads the meeting once, completes a part of a series from what is there, leaves out what is
    as asked already, and shows the dates before and after.
    """
    update = read_update(meeting, change)
    if following:
        _split(update, out, new, secrets=secrets, as_json=as_json)
        return
    if new is not None:
        raise UsageError(
            "--new is for --following, which alone makes a new meeting", next_step="Leave it out."
        )
    if as_json and out == "-":
        raise UsageError("--json and --out - would both be the answer", next_step="Give one.")
    with open_zoom() as zoom, talk().status("Reading …"):
        found = update.plan(zoom)
    if out is not None:
        write_plan(out, found, secrets=secrets)
    if as_json:
        print_json("plan/1", found.to_dict())
        return
    print_plan(talk() if out == "-" else answers(), found)
    if not found.empty:
        _say_how_to_go_on(out)


def _split(
    update: MeetingUpdate, out: str | None, new: str | None, *, secrets: bool, as_json: bool
) -> None:
    if update.occurrence is None:
        raise UsageError(
            "--following needs the date it begins with",
            next_step="Give --occurrence 2027-03-01, or the id that `rezoom show` prints.",
        )
    with open_zoom() as zoom, talk().status("Reading …"):
        found = update.plan_following(zoom)
    # The passcode that is refused in one file must not be in the other already.
    body = None if new is None else new_body(found.new, secrets=secrets)
    if out is not None:
        write_plan(out, found.trim, secrets=secrets)
    if new is not None and body is not None:
        write_document(new, body)
    if as_json:
        print_json("following/1", found.to_dict())
        return
    print_following(answers(), found)
    _say_how_to_go_on(out)


def _say_how_to_go_on(out: str | None) -> None:
    if out is None:
        apply = "with --out PLAN.json, then rezoom apply PLAN.json"
    elif out == "-":
        apply = "keep it in PLAN.json, then rezoom apply PLAN.json"
    else:
        apply = f"rezoom apply {shlex.quote(out)}"
    print_line(talk(), f"Nothing was sent. To apply it: {apply}", "dim")
