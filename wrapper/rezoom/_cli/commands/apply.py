"""`rezoom apply` and `rezoom undo`: carry out plans, updates from JSON lines, and the way back."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from ..._change.results import Plan
from ..._clock import SystemClock
from .. import flags
from ..batch import Done, Task, carry_out, run
from ..exit_codes import UsageError
from ..rows import apply_rows
from ..saved_files import read_plan, read_receipts, receipt_file, write_plan
from ..views import show_plans

if TYPE_CHECKING:
    from ..._client.sync import Zoom


@flags.with_options
def apply(
    *,
    plans: Annotated[
        list[str],
        flags.argument(
            "PLAN…|ROWS|-",
            "Files that `rezoom plan --out` wrote; or updates: rows.csv, rows.jsonl, - for a pipe.",
        ),
    ],
    skip_unchanged: flags.SkipUnchanged = False,
    force: Annotated[
        bool, flags.switch("--force", "Apply a plan although the meeting has changed since.")
    ] = False,
    plan_only: Annotated[
        bool,
        flags.switch("--plan-only", "Judge the rows, say what they cost at least, send nothing."),
    ] = False,
    journal: Annotated[
        str | None,
        flags.option("FILE", "Keep what is done: the same command goes on there, after a kill."),
    ] = None,
    out: Annotated[
        str | None,
        flags.option("FILE", "Write the rows of a CSV file again, with their results."),
    ] = None,
    send: flags.SendOptions,
) -> None:
    """Carry out plans, or many updates from a file or a pipe.

    Shows each plan, asks on a terminal, sends it, and reads the meeting again.
    A plan is refused when the meeting has changed since it was made.

    Each line of - or of rows.jsonl is an object such as
    {"meeting": 85746065, "body": {"topic": "x"}}, and may have the members occurrence, host,
    repeat, rrule, allow and extra, as `rezoom update` has options. Each line of - is answered by
    one line on stdout. The columns of rows.csv are meeting, key, host, occurrence, repeat, rrule,
    allow, and fields by their paths. Refusals do not stop the rest; a daily limit does, for what
    it concerns. With REZOOM_ACCOUNT_PLAN many are under way at once.
    """
    names = list(dict.fromkeys(plans))
    if send.receipt is not None and (len(names) > 1 or names == ["-"] or not send.verify):
        raise UsageError(
            "--receipt keeps the receipt of one plan, and of a meeting that is read again",
            next_step="With several, the lines of --json are receipts that `rezoom undo` reads.",
        )
    rows = [name for name in names if name == "-" or name.endswith((".csv", ".jsonl"))]
    for option, given in {
        "--skip-unchanged": skip_unchanged,
        "--plan-only": plan_only,
        "--journal": journal,
        "--out": out,
    }.items():
        if given and not rows:
            why = "is for rows: a plan says by itself what it changes, and is carried out once"
            raise UsageError(f"{option} {why}", next_step="Leave it out.")
    if rows and len(names) == 1:
        apply_rows(
            names[0],
            send,
            skip_unchanged=skip_unchanged,
            plan_only=plan_only,
            journal=journal,
            out=out,
        )
    elif rows:
        raise UsageError(
            f"{rows[0]} holds rows, or stands for all of standard input",
            next_step="Apply it in a command of its own.",
        )
    else:
        found = {name: read_plan(name) for name in names}

        def again(first: Task) -> str:
            return f"rezoom apply {shlex.join(names[names.index(first.origin['plan']) :])}"

        _apply_plans("plan", found, send, again, force=force)


@flags.with_options
def undo(
    *,
    file: Annotated[
        str,
        flags.argument(
            "RECEIPT|-",
            "What `rezoom update --receipt`, its --json, or `rezoom apply` has written.",
        ),
    ],
    out: Annotated[
        str | None, flags.option("FILE", "Send nothing; keep the plan for `rezoom apply`.")
    ] = None,
    force: Annotated[
        bool, flags.switch("--force", "Undo although the meeting has changed since.")
    ] = False,
    send: flags.SendOptions,
) -> None:
    """Bring back what was there before an update; costs one of the day's updates.

    Shows what comes back and what cannot, and why; asks on a terminal, sends, and reads again.
    Several receipts are undone from the last to the first.
    """
    plans = _plans_back(file)
    if len(plans) > 1 and (out is not None or send.receipt is not None):
        raise UsageError(
            f"{file} holds {len(plans)} receipts: --out and --receipt are for one",
            next_step="Undo them with --json, whose lines are receipts again.",
        )
    if out is not None:
        write_plan(out, next(iter(plans.values())), secrets=send.secrets)
        send = replace(send, dry_run=True)

    def again(_: Task) -> str:
        return f"rezoom undo {shlex.quote(file)} --force"

    _apply_plans("receipt", plans, send, again, force=force)


def _plans_back(file: str) -> dict[str, Plan[Any]]:
    now = SystemClock().now()
    found = read_receipts(file)
    if not found:
        raise UsageError(f"{file} holds no receipt", next_step="Give the answer of an update.")
    if len(found) == 1:
        return {file: found[0].undo(now=now)}
    plans = [(number, one.undo(now=now)) for number, one in enumerate(found, 1) if one.sent]
    return {f"{file}:{number}": plan for number, plan in reversed(plans)}


def _apply_plans(
    kind: str,
    plans: Mapping[str, Plan[Any]],
    send: flags.SendOptions,
    again: Callable[[Task], str],
    *,
    force: bool,
) -> None:
    """Show the plans, ask, and apply them; `kind` is where they come from: a plan or a receipt."""
    if not show_plans(plans, send):
        return

    def sent(plan: Plan[Any], zoom: Zoom) -> Done:
        return zoom.apply(plan, force=force, **send.sending)

    tasks = [Task({kind: name}, partial(sent, plan), plan.meeting) for name, plan in plans.items()]
    with receipt_file(send.receipt, secrets=send.secrets) as keep:
        run(
            partial(carry_out, tasks),
            again,
            send,
            many=len(tasks) > 1,
            total=len(tasks),
            keep=keep,
        )
