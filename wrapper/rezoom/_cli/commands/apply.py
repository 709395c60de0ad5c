"""`rezoom apply` and `rezoom undo`: carry out plans, updates from JSON lines, and the way back."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from ..._change.results import Plan
from ..._clock import SystemClock
from ..._disk import read_lines
from ...errors import RezoomError
from .. import flags
from ..batch import Done, Task, run, size_of
from ..console import can_ask, standard_input, talk
from ..exit_codes import NotConfirmed, UsageError
from ..input import MeetingUpdate, read_line
from ..saved_files import read_plan, read_receipts, receipt_file, write_plan
from ..views import show_plans

if TYPE_CHECKING:
    from ..._client.sync import Zoom

_SAME = "the same lines again with --skip-unchanged: what is done already costs nothing"


@flags.with_options
def apply(
    *,
    plans: Annotated[
        list[str],
        flags.argument(
            "PLAN…|-", "Files that `rezoom plan --out` wrote; or - for updates as JSON lines."
        ),
    ],
    skip_unchanged: flags.SkipUnchanged = False,
    force: Annotated[
        bool, flags.switch("--force", "Apply a plan although the meeting has changed since.")
    ] = False,
    send: flags.SendOptions,
) -> None:
    """Carry out plans, or updates from a pipe, one after another.

    Shows each plan, asks on a terminal, sends it, and reads the meeting again.
    A plan is refused when the meeting has changed since it was made.

    With - each line of standard input is an object such as
    {"meeting": 85746065, "body": {"topic": "x"}}, and may have the members occurrence, host,
    repeat, rrule, allow and extra, as `rezoom update` has options. Each is answered by one line
    on stdout. Refusals do not stop the rest; a daily limit does, for what it concerns.
    """
    names = list(dict.fromkeys(plans))
    if send.receipt is not None and (len(names) > 1 or names == ["-"] or not send.verify):
        raise UsageError(
            "--receipt keeps the receipt of one plan, and of a meeting that is read again",
            next_step="With several, the lines of --json are receipts that `rezoom undo` reads.",
        )
    if names == ["-"]:
        _apply_lines(send, skip_unchanged=skip_unchanged)
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
        run(tasks, again, send, many=len(tasks) > 1, total=len(tasks), keep=keep)


def _apply_lines(send: flags.SendOptions, *, skip_unchanged: bool) -> None:
    if not (send.yes or send.dry_run):
        raise NotConfirmed(
            "Nothing was sent: standard input holds the updates, so nobody can be asked",
            next_step="Look at them with --dry-run, then send them with --yes.",
        )

    def sent(line: MeetingUpdate, zoom: Zoom) -> Done:
        if send.dry_run:
            return line.plan(zoom)
        return line.send(zoom, skip_unchanged=skip_unchanged, **send.sending)

    source = standard_input()
    if can_ask():
        talk().say("One JSON object a line; Ctrl-D ends them.", "dim")
    tasks, total = read_tasks(read_lines(source), sent), size_of(source)
    run(tasks, lambda _: _SAME, replace(send, as_json=True), many=True, total=total)


def read_tasks(
    lines: Iterable[bytes], send: Callable[[MeetingUpdate, Zoom], Done]
) -> Iterator[Task]:
    """Read one task a line, while they come; a line that cannot be read is a task that fails."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            origin = {"line": number}
            try:
                update = read_line(line)
            except RezoomError as error:
                yield Task(origin, partial(_refuse, error))
            else:
                yield Task(origin, partial(send, update), update.meeting)


def _refuse(error: RezoomError, zoom: Zoom) -> Done:  # noqa: ARG001 - called as every other task
    raise error
