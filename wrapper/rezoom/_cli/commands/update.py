"""`rezoom update`: judge, show, ask, send."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..._redaction import masked
from ...errors import ScopeError
from .. import flags
from ..confirm import can_ask, confirm, show_plans
from ..environment import open_zoom
from ..exit_codes import Interrupted, UsageError, answering, receipt_code
from ..input import Question, read_question
from ..render import answers, plain, print_json, print_request, talk
from ..saved_files import keeping, receipt_line
from ..views import print_difference, print_receipt

if TYPE_CHECKING:
    from rich.console import Console

    from ..._change.results import Receipt
    from ..._client.prepare import Job
    from ..._client.sync import Zoom


def update(
    *,
    meeting: flags.MeetingNumber,
    topic: flags.Topic = None,
    agenda: flags.Agenda = None,
    duration: flags.Duration = None,
    start: flags.Start = None,
    timezone: flags.Timezone = None,
    repeat: flags.Repeat = None,
    rrule: flags.Rrule = None,
    sets: flags.Sets = None,
    body: flags.BodyFile = None,
    occurrence: flags.Occurrence = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="The host whose daily hundred is spent.", show_default=False
        ),
    ] = None,
    allow: flags.Allowed = None,
    extra: flags.Extras = None,
    wait: flags.Waiting = None,
    verify: flags.Verify = True,
    skip_unchanged: flags.SkipUnchanged = False,
    receipt: flags.ReceiptOut = None,
    secrets: flags.Secrets = False,
    yes: flags.Yes = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the request and send nothing.")
    ] = False,
    as_json: flags.Json = False,
) -> None:
    """Change fields of a meeting, or of one date of a series.

    Nothing is sent while the change has one problem. What will be sent is shown, and on a
    terminal asked about. Then the meeting is read again: leaves with 7 if Zoom ignored a part.
    """
    direct = flags.common_fields(topic, agenda, duration, start, timezone)
    question = read_question(
        meeting, direct, repeat=repeat, rrule=rrule, sets=sets, body=body,
        occurrence=occurrence, allow=allow, extra=extra,
    )  # fmt: skip
    if receipt is not None and not verify:
        raise UsageError(
            "--receipt keeps what was there before, and --no-verify does not read it",
            next_step="Leave one of them out.",
        )
    # With a part of a series, only the meeting tells whether the change can be.
    job = question.judge() if dry_run or not skip_unchanged else None
    if job is not None and dry_run:
        _print_dry_run(question, job, as_json=as_json)
        return
    how = {"verify": verify, "wait": wait}
    with open_zoom() as zoom, keeping(receipt, secrets=secrets) as kept:
        if job is None:
            done = _send_difference(zoom, question, host, how, yes=yes, as_json=as_json)
        else:
            _ask(zoom, question, job, yes=yes, as_json=as_json)
            done = _sent(meeting, verify, lambda: question.update(zoom, host=host, **how))
        if kept is not None:
            kept.take(done)
    with answering(sent=done.sent):
        if as_json:
            print_json("receipt/1", receipt_line(done))
        else:
            print_receipt(done)
    raise typer.Exit(receipt_code(done, verify=verify))


def _send_difference(
    zoom: Zoom,
    question: Question,
    host: str | None,
    how: Mapping[str, Any],
    *,
    yes: bool,
    as_json: bool,
) -> Receipt:
    with talk().status("Reading …"):
        planned = question.plan(zoom)
    show_plans({question.meeting: planned}, yes=yes, dry_run=False, as_json=as_json)
    if host is None:
        return _sent(question.meeting, how["verify"], lambda: zoom.apply(planned, **how))
    again = {"host": host, "skip_unchanged": True, **how}
    return _sent(question.meeting, how["verify"], lambda: question.update(zoom, **again))


def _ask(zoom: Zoom, question: Question, job: Job, *, yes: bool, as_json: bool) -> None:
    if not (yes and as_json):
        _preview(talk(), job, question.occurrence)
    if yes:
        return
    if can_ask():
        # Only for somebody who looks at it: what is sent is what was said.
        with talk().status("Reading …"):
            planned = question.plan(zoom)
        print_difference(talk(), planned)
    confirm(
        "Send this?",
        undone="Nothing was sent",
        look="Look at the change with --dry-run, then send it with --yes.",
    )


def _sent(meeting: str, verify: bool, send: Callable[[], Receipt]) -> Receipt:
    try:
        with talk().status("Sending …"):
            return send()
    except KeyboardInterrupt:
        step = f"See what is there now: rezoom show {shlex.quote(meeting)}"
        raise Interrupted("Interrupted", next_step=step, sent=None) from None
    except ScopeError as error:
        if verify:
            error.next_step += " With --no-verify the meeting is not read, only updated."
        raise


def _preview(console: Console, job: Job, occurrence: object) -> None:
    one = "" if occurrence is None else f", only the date {plain(occurrence)}"
    title = f"Update of meeting {job.meeting}{one}"
    print_request(console, title=title, body=_body(job), warnings=job.warnings)


def _body(job: Job) -> dict[str, object]:
    # From the very bytes that will be sent: nothing can differ.
    body: dict[str, object] = json.loads(job.request.content or b"{}")
    return body


def _print_dry_run(question: Question, job: Job, *, as_json: bool) -> None:
    if question.occurrence is not None and job.occurrence is None:
        raise UsageError(
            "--dry-run reads nothing, and so does not know which date that is",
            next_step="Give its id, or look with `rezoom plan`, which reads the meeting.",
        )
    if not as_json:
        _preview(answers(), job, question.occurrence)
        talk().print("Nothing was sent: this was a dry run.", style="dim", soft_wrap=True)
        return
    request = job.request
    told = {"meeting": job.meeting, "sent": False, "method": request.method, "path": request.path}
    told |= {"query": dict(request.query), "body": masked(_body(job))}
    print_json("request/1", told | {"warnings": [problem.to_dict() for problem in job.warnings]})
