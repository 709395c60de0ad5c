"""`rezoom plan`: what an update would change, seen before anything is sent."""

from __future__ import annotations

import shlex
from typing import Annotated

from .. import flags
from ..console import answers, print_json, talk
from ..environment import open_zoom
from ..exit_codes import UsageError
from ..input import read_update
from ..saved_files import new_body, write_document, write_plan
from ..views import print_following, print_plan


@flags.with_options
def plan(
    *,
    meeting: flags.MeetingNumber,
    change: flags.ChangeOptions,
    following: Annotated[
        bool,
        flags.switch(
            "--following",
            "Change the date of --occurrence and all that follow: ends the series before it, "
            "and shows the body of the meeting that takes over, for you to create.",
        ),
    ] = False,
    out: Annotated[
        str | None,
        flags.option(
            "FILE", "Keep the plan, to review it and to apply it later; readable by you alone."
        ),
    ] = None,
    new: Annotated[
        str | None, flags.option("FILE", "With --following: keep the body of the new meeting.")
    ] = None,
    secrets: flags.Secrets = False,
    as_json: flags.Json = False,
) -> None:
    """Show what an update would change; never writes to Zoom.

    Reads the meeting once, completes a part of a series from what is there, leaves out what is
    as asked already, and shows the dates before and after.
    """
    update = read_update(meeting, change)
    if following and update.occurrence is None:
        raise UsageError(
            "--following needs the date it begins with",
            next_step="Give --occurrence 2027-03-01, or the id that `rezoom show` prints.",
        )
    if new is not None and not following:
        raise UsageError(
            "--new is for --following, which alone makes a new meeting", next_step="Leave it out."
        )
    if as_json and out == "-" and not following:
        raise UsageError("--json and --out - would both be the answer", next_step="Give one.")
    with open_zoom() as zoom, talk().status("Reading …"):
        split = update.plan_following(zoom) if following else None
        found = update.plan(zoom) if split is None else split.trim
    # The passcode that is refused in one file must not be in the other already.
    body = None if new is None or split is None else new_body(split.new, secrets=secrets)
    if out is not None:
        write_plan(out, found, secrets=secrets)
    if new is not None and body is not None:
        write_document(new, body)
    if as_json:
        form, answer = ("plan/1", found) if split is None else ("following/1", split)
        print_json(form, **answer.to_dict())
        return
    if split is not None:
        print_following(answers(), split)
    else:
        print_plan(talk() if out == "-" else answers(), found)
        if found.empty:
            return
    if out is None:
        apply = "with --out PLAN.json, then rezoom apply PLAN.json"
    elif out == "-":
        apply = "keep it in PLAN.json, then rezoom apply PLAN.json"
    else:
        apply = f"rezoom apply {shlex.quote(out)}"
    talk().say(f"Nothing was sent. To apply it: {apply}", "dim")
