"""`rezoom undo`: bring a meeting back to where it was before an update."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .. import flags
from ..batch import Answers, Task, run
from ..confirm import show_plans
from ..exit_codes import UsageError
from ..saved_files import keeping, read_receipts, write_plan

if TYPE_CHECKING:
    from ..._change.results import Plan
    from ..._client.sync import Zoom
    from ..batch import Done


def undo(
    *,
    receipt: Annotated[
        str,
        typer.Argument(
            metavar="RECEIPT|-",
            help="What `rezoom update --receipt`, its --json, or `rezoom apply` has written.",
            show_default=False,
        ),
    ],
    yes: flags.Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")
    ] = False,
    out: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Send nothing; keep the plan for `rezoom apply`.",
            show_default=False,
        ),
    ] = None,
    verify: flags.Verify = True,
    force: Annotated[
        bool, typer.Option("--force", help="Undo although the meeting has changed since.")
    ] = False,
    wait: flags.Waiting = None,
    kept: flags.ReceiptOut = None,
    secrets: flags.Secrets = False,
    as_json: flags.Json = False,
) -> None:
    """Bring back what was there before an update; costs one of the day's updates.

    Shows what comes back and what cannot, and why; asks on a terminal, sends, and reads again.
    Several receipts are undone from the last to the first.
    """  # fmt: skip
    plans = _plans(receipt)
    if len(plans) > 1 and (out is not None or kept is not None):
        raise UsageError(
            f"{receipt} holds {len(plans)} receipts: --out and --receipt are for one",
            next_step="Undo them with --json, whose lines are receipts again.",
        )
    if out is not None:
        write_plan(out, next(iter(plans.values())), secrets=secrets)
        dry_run = True
    if not show_plans(plans, yes=yes, dry_run=dry_run, as_json=as_json):
        return
    how = {"verify": verify, "wait": wait, "force": force}
    tasks = [
        Task({"receipt": name}, _sender(plan, how), plan.meeting) for name, plan in plans.items()
    ]
    said = Answers(as_json=as_json, many=len(tasks) > 1)
    with keeping(kept, secrets=secrets) as file:
        run(tasks, said, lambda _: f"rezoom undo {shlex.quote(receipt)} --force",
            verify=verify, total=len(tasks), kept=file)  # fmt: skip


def _plans(name: str) -> dict[str, Plan]:
    from ..._clock import SystemClock

    now = SystemClock().now()
    found = read_receipts(name)
    if not found:
        raise UsageError(f"{name} holds no receipt", next_step="Give the answer of an update.")
    if len(found) == 1:
        return {name: found[0].undo(now=now)}
    plans = [(number, one.undo(now=now)) for number, one in enumerate(found, 1) if one.sent]
    return {f"{name}:{number}": plan for number, plan in reversed(plans)}


def _sender(plan: Plan[Any], how: Mapping[str, Any]) -> Callable[[Zoom], Done]:
    return lambda zoom: zoom.apply(plan, **how)
