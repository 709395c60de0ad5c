"""`rezoom update`: judge, show, ask, send; and `rezoom check`, the judging alone."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from ..._change.compare import leaves
from ..._redaction import HIDDEN, masked
from ...errors import ScopeError
from .. import flags
from ..console import Console, answering, answers, can_ask, confirm, print_json, talk
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
        str | None, flags.option("ID", "The host whose daily hundred is spent.")
    ] = None,
    skip_unchanged: flags.SkipUnchanged = False,
    send: flags.SendOptions,
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
        _print_dry_run(wanted, job, as_json=send.as_json)
        return
    with open_zoom() as zoom, receipt_file(send.receipt, secrets=send.secrets) as keep:
        planned = None
        if job is not None:
            _ask(zoom, wanted, job, send)
        else:
            with talk().status("Reading …"):
                planned = wanted.plan(zoom)
            show_plans({str(wanted.meeting): planned}, send)
        try:
            with talk().status("Sending …"):
                if planned is not None and host is None:
                    done = zoom.apply(planned, **send.sending)
                else:
                    done = wanted.send(zoom, skip_unchanged=skip_unchanged, **send.sending)
        except KeyboardInterrupt:
            step = f"See what is there now: rezoom show {shlex.quote(str(wanted.meeting))}"
            raise Interrupted("Interrupted", next_step=step, sent=None) from None
        except ScopeError as error:
            if send.verify:
                error.next_step += " With --no-verify the meeting is not read, only updated."
            raise
        keep(done)
    with answering(sent=done.sent):
        if send.as_json:
            print_json("receipt/2", **receipt_line(done))
        else:
            print_receipt(done)
    raise typer.Exit(receipt_code(done, verify=send.verify))


@flags.with_options
def check(
    *,
    change: flags.FieldOptions,
    occurrence: Annotated[
        bool, flags.switch("--occurrence", "Judge it as a change of one date of a series.")
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
        print_json("check/1", ok=not refused, problems=[one.to_dict() for one in problems])
    else:
        console = answers()
        console.problems(problems)
        verdict = f"{_count(refused, 'error')}, {_count(len(problems) - refused, 'warning')}: "
        verdict += "an update would be refused." if refused else "an update would be sent."
        console.say(verdict, "red" if refused else "green")
    raise typer.Exit(2 if refused else 0)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ask(zoom: Zoom, wanted: MeetingUpdate, job: PreparedUpdate, send: flags.SendOptions) -> None:
    if not (send.yes and send.as_json):
        _print_request(talk(), job, wanted.occurrence)
    if send.yes:
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


def _print_dry_run(wanted: MeetingUpdate, job: PreparedUpdate, *, as_json: bool) -> None:
    if wanted.occurrence is not None and job.occurrence is None:
        raise UsageError(
            "--dry-run reads nothing, and so does not know which date that is",
            next_step="Give its id, or look with `rezoom plan`, which reads the meeting.",
        )
    if not as_json:
        _print_request(answers(), job, wanted.occurrence)
        talk().say("Nothing was sent: this was a dry run.", "dim")
        return
    request = job.request
    print_json(
        "request/1",
        meeting=job.meeting,
        sent=False,
        method=request.method,
        path=request.path,
        query=request.arguments["params"],
        body=masked(job.body),
        warnings=[problem.to_dict() for problem in job.warnings],
    )


def _print_request(console: Console, job: PreparedUpdate, occurrence: object) -> None:
    """Show what is about to be sent, member by member, secrets hidden."""
    one = "" if occurrence is None else f", only the date {occurrence}"
    console.say(f"Update of meeting {job.meeting}{one}", "bold")
    console.rows(
        (f"  {path}", value if value == HIDDEN else json.dumps(value, ensure_ascii=False))
        for path, value in leaves(masked(job.body))
    )
    if job.warnings:
        console.problems(job.warnings)
