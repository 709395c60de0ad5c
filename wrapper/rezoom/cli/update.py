"""`rezoom update`: judge, show, ask, send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InvalidChange, LedgerError
from ..secrecy import masked
from . import options
from .asking import confirm
from .change import Change, read_change
from .connect import open_zoom
from .outcome import Interrupted
from .quota_view import left
from .render import answers, plain, print_json, print_request, talk
from .schedule import one_of, read_series

if TYPE_CHECKING:
    from rich.console import Console

    from ..planning.receipt import Receipt
    from ..prepare import Job
    from ..quota import Quota
    from ..recurrence import Series


def update(
    *,
    meeting: options.MeetingNumber,
    topic: options.Topic = None,
    agenda: options.Agenda = None,
    duration: options.Duration = None,
    start: options.Start = None,
    timezone: options.Timezone = None,
    repeat: options.Repeat = None,
    rrule: options.Rrule = None,
    sets: options.Sets = None,
    body: options.BodyFile = None,
    occurrence: options.OccurrenceId = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="The host whose daily hundred is spent.", show_default=False
        ),
    ] = None,
    allow: options.Allowed = None,
    extra: options.Extras = None,
    wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="All sleeping this may do between attempts; 30 unless said.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the request and send nothing.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Change fields of a meeting, or of one date of a series.

    Nothing is sent while the change has one problem.
    What will be sent is shown, and on a terminal asked about.
    """
    schedule = None
    if repeat is not None or rrule is not None:
        one_of(repeat, rrule, names="--repeat and --rrule")
        schedule = read_series(repeat, rrule, start, timezone)
        start = timezone = None
    direct = options.common_fields(topic, agenda, duration, start, timezone)
    change = read_change(body=body, sets=sets or (), direct=direct, extras=extra or ())
    job = _judged(meeting, change, schedule, occurrence, allow or [])
    if dry_run:
        _print_dry_run(job, as_json=as_json)
        return
    with open_zoom() as zoom:
        console = talk()
        if not (yes and as_json):
            _preview(console, job)
        if not yes:
            confirm(
                "Send this?",
                undone="Nothing was sent",
                look="Look at the change with --dry-run, then send it with --yes.",
            )
        try:
            with console.status("Sending …"):
                receipt = zoom.update(
                    meeting, change.body, schedule=schedule, occurrence=occurrence, host=host,
                    wait=wait,
                    allow=allow or (), extra=change.extra or None,
                )  # fmt: skip
        except KeyboardInterrupt:
            step = f"See what is there now: rezoom show {job.meeting}"
            raise Interrupted("Interrupted", next_step=step, sent=None) from None
    if as_json:
        print_json("receipt/1", receipt.to_dict())
    else:
        _print_receipt(receipt)


def _judged(
    meeting: str, change: Change, schedule: Series | None, occurrence: str | None, allow: list[str]
) -> Job:
    from ..prepare import Asked, update_job
    from ..system_clock import SystemClock

    now = SystemClock().now()
    asked = Asked(meeting, change.body, {}, now, schedule, occurrence, allow, change.extra)
    try:
        job = update_job(asked)
    except InvalidChange as error:
        raise InvalidChange(change.with_verdicts(error.problems)) from None
    if change.problems:
        raise InvalidChange(change.problems)
    return job


def _preview(console: Console, job: Job) -> None:
    print_request(console, title=_title(job), body=_body(job), warnings=job.warnings)


def _title(job: Job) -> str:
    date = job.request.query.get("occurrence_id")
    return f"Update of meeting {job.meeting}" + (f", only date {plain(date)}" if date else "")


def _body(job: Job) -> dict[str, object]:
    # From the very bytes that will be sent: nothing can differ.
    body: dict[str, object] = json.loads(job.request.content or b"{}")
    return body


def _print_dry_run(job: Job, *, as_json: bool) -> None:
    if not as_json:
        _preview(answers(), job)
        talk().print("Nothing was sent: this was a dry run.", style="dim", soft_wrap=True)
        return
    request = job.request
    told = {"meeting": job.meeting, "sent": False, "method": request.method, "path": request.path}
    told |= {"query": dict(request.query), "body": masked(_body(job))}
    print_json("request/1", told | {"warnings": [problem.to_dict() for problem in job.warnings]})


def _print_left(quota: Quota) -> None:
    gauges = {
        "updates of this meeting": quota.meeting,
        "creates and updates of its host": quota.host,
    }
    for what, gauge in gauges.items():
        if gauge is not None:
            answers().print(f"  {left(gauge, what)}", soft_wrap=True)
    if quota.uncounted:
        talk().print("  not counted: the ledger could not be used before", soft_wrap=True)


def _print_receipt(receipt: Receipt) -> None:
    console = answers()
    console.print(f"✓ Zoom accepted the update of meeting {receipt.meeting}.", soft_wrap=True)
    if receipt.tracking_id:
        console.print(f"  tracking id  {plain(receipt.tracking_id)}", soft_wrap=True)
    if isinstance(receipt.left, LedgerError):
        talk().print(
            f"The ledger could not be read: {plain(receipt.left.message)}.", soft_wrap=True
        )
    elif receipt.left is not None:
        _print_left(receipt.left)
    talk().print(
        f"Zoom can ignore a field without saying so; see it with: rezoom show {receipt.meeting}",
        style="dim",
        soft_wrap=True,
    )
