"""`rezoom update`: judge, show, ask, send; and `rezoom check`, the judging alone."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..._change.compare import leaves
from ..._change.results import Receipt
from ..._redaction import HIDDEN, masked
from ...errors import ScopeError
from .. import flags
from ..console import (
    answering,
    answers,
    can_ask,
    confirm,
    plain,
    print_json,
    print_line,
    print_problems,
    talk,
)
from ..environment import open_zoom
from ..exit_codes import Interrupted, UsageError, receipt_code
from ..input import MeetingUpdate, read_fields, read_update
from ..saved_files import receipt_file, receipt_line
from ..views import print_difference, print_receipt, show_plans

if TYPE_CHECKING:
    from ..._client.sending import PreparedUpdate
    from ..._client.sync import Zoom


@flags.with_options
def update(
    *,
    meeting: flags.MeetingNumber,
    change: flags.ChangeOptions,
    host: Annotated[
        str | None, flags.option(metavar="ID", help="The host whose daily hundred is spent.")
    ] = None,
    skip_unchanged: flags.SkipUnchanged = False,
    send: flags.SendOptions,
    as_json: flags.Json = False,
) -> None:
    """Change fields of a meeting, or of one date of a series.

    Nothing is sent while the change has one problem. What will be sent is shown, and on a
    terminal asked about. Then the meeting is read again: leaves with 7 if Zoom ignored a part.
    """
    wanted = read_update(meeting, change, host)
    if send.receipt is not None and not send.verify:
        raise UsageError(
            "--receipt keeps what was there before, and --no-verify does not read it",
            next_step="Leave one of them out.",
        )
    # With a part of a series, only the meeting tells whether the change can be.
    job = wanted.judge() if send.dry_run or not skip_unchanged else None
    if job is not None and send.dry_run:
        _print_dry_run(wanted, job, as_json=as_json)
        return
    with open_zoom() as zoom, receipt_file(send.receipt, secrets=send.secrets) as keep:
        if job is None:
            done = _send_difference(zoom, wanted, send, as_json=as_json)
        else:
            _ask(zoom, wanted, job, yes=send.yes, as_json=as_json)
            done = _sent(wanted, send, lambda: wanted.send(zoom, **send.sending))
        keep(done)
    with answering(sent=done.sent):
        if as_json:
            print_json("receipt/1", receipt_line(done))
        else:
            print_receipt(done)
    raise typer.Exit(receipt_code(done, verify=send.verify))


@flags.with_options
def check(
    *,
    change: flags.FieldOptions,
    occurrence: Annotated[
        bool, typer.Option("--occurrence", help="Judge it as a change of one date of a series.")
    ] = False,
    as_json: flags.Json = False,
) -> None:
    """Say what is wrong or doubtful about a change, without sending anything.

    Leaves with 2 if an update would be refused, with 0 if it would be sent.
    """
    from ..._rules.judge import judge

    fields, allow = read_fields(change), change.allow or ()
    _, found = judge(fields.body, {}, occurrence=occurrence, extra=fields.extra, allow=allow)
    problems = fields.with_verdicts(found)
    refused = sum(problem.severity == "error" for problem in problems)
    if as_json:
        answer = {"ok": not refused, "problems": [problem.to_dict() for problem in problems]}
        print_json("check/1", answer)
    else:
        console = answers()
        print_problems(console, problems)
        verdict = f"{_count(refused, 'error')}, {_count(len(problems) - refused, 'warning')}: "
        verdict += "an update would be refused." if refused else "an update would be sent."
        print_line(console, verdict, "red" if refused else "green")
    raise typer.Exit(2 if refused else 0)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _send_difference(
    zoom: Zoom, wanted: MeetingUpdate, send: flags.SendOptions, *, as_json: bool
) -> Receipt:
    with talk().status("Reading …"):
        planned = wanted.plan(zoom)
    show_plans({str(wanted.meeting): planned}, yes=send.yes, dry_run=False, as_json=as_json)
    if wanted.host is None:
        return _sent(wanted, send, lambda: zoom.apply(planned, **send.sending))
    return _sent(wanted, send, lambda: wanted.send(zoom, skip_unchanged=True, **send.sending))


def _ask(
    zoom: Zoom, wanted: MeetingUpdate, job: PreparedUpdate, *, yes: bool, as_json: bool
) -> None:
    if not (yes and as_json):
        _print_request(talk(), job, wanted.occurrence)
    if yes:
        return
    if can_ask():
        # Only where somebody looks at it: what is sent is what was said.
        with talk().status("Reading …"):
            planned = wanted.plan(zoom)
        print_difference(talk(), planned)
    confirm(
        "Send this?",
        undone="Nothing was sent",
        look="Look at the change with --dry-run, then send it with --yes.",
    )


def _sent(
    wanted: MeetingUpdate, send: flags.SendOptions, carry_out: Callable[[], Receipt]
) -> Receipt:
    try:
        with talk().status("Sending …"):
            return carry_out()
    except KeyboardInterrupt:
        step = f"See what is there now: rezoom show {shlex.quote(str(wanted.meeting))}"
        raise Interrupted("Interrupted", next_step=step, sent=None) from None
    except ScopeError as error:
        if send.verify:
            error.next_step += " With --no-verify the meeting is not read, only updated."
        raise


def _print_dry_run(wanted: MeetingUpdate, job: PreparedUpdate, *, as_json: bool) -> None:
    if wanted.occurrence is not None and job.occurrence is None:
        raise UsageError(
            "--dry-run reads nothing, and so does not know which date that is",
            next_step="Give its id, or look with `rezoom plan`, which reads the meeting.",
        )
    if not as_json:
        _print_request(answers(), job, wanted.occurrence)
        print_line(talk(), "Nothing was sent: this was a dry run.", "dim")
        return
    request = job.request
    answer = {
        "meeting": job.meeting,
        "sent": False,
        "method": request.method,
        "path": request.path,
        "query": request.arguments["params"],
        "body": masked(job.body),
        "warnings": [problem.to_dict() for problem in job.warnings],
    }
    print_json("request/1", answer)


def _print_request(console: Console, job: PreparedUpdate, occurrence: object) -> None:
    """Show what is about to be sent, member by member, secrets hidden."""
    one = "" if occurrence is None else f", only the date {occurrence}"
    print_line(console, f"Update of meeting {job.meeting}{one}", "bold")
    table = Table.grid(padding=(0, 2))
    for path, value in leaves(masked(job.body)):
        shown = value if value == HIDDEN else json.dumps(value, ensure_ascii=False)
        table.add_row(Text(f"  {plain(path)}"), Text(plain(shown)))
    console.print(table)
    if job.warnings:
        print_problems(console, job.warnings)
