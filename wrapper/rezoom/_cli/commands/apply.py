"""`rezoom apply`: carry out plans from files, or updates from JSON lines."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import flags
from ..batch import Answers, Task, run, size_of
from ..confirm import can_ask, show_plans, standard_input
from ..exit_codes import NotConfirmed, UsageError
from ..json_lines import read_tasks
from ..render import talk
from ..saved_files import ReceiptFile, keeping, read_plan

if TYPE_CHECKING:
    from ..._change.results import Plan
    from ..._client.sync import Zoom
    from ..batch import Done

_SAME = "the same lines again with --skip-unchanged: what is done already costs nothing"


def apply(
    *,
    plans: Annotated[
        list[str],
        typer.Argument(
            metavar="PLAN…|-",
            help="Files that `rezoom plan --out` wrote; or - for updates as JSON lines.",
            show_default=False,
        ),
    ],
    yes: flags.Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")
    ] = False,
    verify: flags.Verify = True,
    skip_unchanged: flags.SkipUnchanged = False,
    force: Annotated[
        bool, typer.Option("--force", help="Apply a plan although the meeting has changed since.")
    ] = False,
    wait: flags.Waiting = None,
    receipt: flags.ReceiptOut = None,
    secrets: flags.Secrets = False,
    as_json: flags.Json = False,
) -> None:
    """Carry out plans, or updates from a pipe, one after another.

    Shows each plan, asks on a terminal, sends it, and reads the meeting again.
    A plan is refused when the meeting has changed since it was made.

    With - each line of standard input is an object such as
    {"meeting": 85746065, "body": {"topic": "x"}}, and may have the members occurrence, host,
    repeat, rrule, allow and extra, as `rezoom update` has options. Each is answered by one line
    on stdout. Refusals do not stop the rest; a daily limit does, for what it concerns.
    """
    names, how = list(dict.fromkeys(plans)), {"verify": verify, "wait": wait}
    if receipt is not None and (len(names) > 1 or names == ["-"] or not verify):
        raise UsageError(
            "--receipt keeps the receipt of one plan, and of a meeting that is read again",
            next_step="With several, the lines of --json are receipts that `rezoom undo` reads.",
        )
    if names == ["-"]:
        _apply_lines(how | {"skip_unchanged": skip_unchanged}, yes=yes, dry_run=dry_run)
    elif "-" in names:
        raise UsageError(
            "- stands for all of standard input", next_step="Apply files in a command of their own."
        )
    elif skip_unchanged:
        raise UsageError(
            "--skip-unchanged is for -: a plan leaves out what is as asked anyway",
            next_step="Leave it out.",
        )
    else:
        found = {name: read_plan(name) for name in names}
        if not show_plans(found, yes=yes, dry_run=dry_run, as_json=as_json):
            return
        with keeping(receipt, secrets=secrets) as kept:
            _apply_plans(found, how | {"force": force}, kept, as_json=as_json)


def _apply_plans(
    plans: Mapping[str, Plan[Any]],
    how: Mapping[str, Any],
    kept: ReceiptFile | None,
    *,
    as_json: bool,
) -> None:
    names = list(plans)
    tasks = [Task({"plan": name}, _sender(plan, how), plan.meeting) for name, plan in plans.items()]

    def again(first: Task) -> str:
        return f"rezoom apply {shlex.join(names[tasks.index(first) :])}"

    said = Answers(as_json=as_json, many=len(tasks) > 1)
    run(tasks, said, again, verify=how["verify"], total=len(tasks), kept=kept)


def _apply_lines(how: Mapping[str, Any], *, yes: bool, dry_run: bool) -> None:
    if not (yes or dry_run):
        raise NotConfirmed(
            "Nothing was sent: standard input holds the updates, so nobody can be asked",
            next_step="Look at them with --dry-run, then send them with --yes.",
        )

    def send(zoom: Zoom, meeting: int, change: Mapping[str, Any], asked: Mapping[str, Any]) -> Done:
        if dry_run:
            return zoom.plan(meeting, change, **{k: v for k, v in asked.items() if k != "host"})
        return zoom.update(meeting, change, **asked, **how)

    source = standard_input()
    if can_ask():
        talk().print("One JSON object a line; Ctrl-D ends them.", style="dim", soft_wrap=True)
    total = size_of(source)
    tasks = read_tasks(source, send)
    said = Answers(as_json=True, many=True)
    run(tasks, said, lambda _: _SAME, verify=how["verify"], total=total)


def _sender(plan: Plan[Any], how: Mapping[str, Any]) -> Callable[[Zoom], Done]:
    return lambda zoom: zoom.apply(plan, **how)
