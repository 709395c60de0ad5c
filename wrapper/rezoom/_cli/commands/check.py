"""`rezoom check`: the same judgement as before an update, offline."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import flags
from ..input import read_change
from ..render import answers, print_json, print_problems


def check(
    *,
    topic: flags.Topic = None,
    agenda: flags.Agenda = None,
    duration: flags.Duration = None,
    start: flags.Start = None,
    timezone: flags.Timezone = None,
    sets: flags.Sets = None,
    body: flags.BodyFile = None,
    occurrence: Annotated[
        bool, typer.Option("--occurrence", help="Judge it as a change of one date of a series.")
    ] = False,
    allow: flags.Allowed = None,
    extra: flags.Extras = None,
    as_json: flags.Json = False,
) -> None:
    """Say what is wrong or doubtful about a change, without sending anything.

    Leaves with 2 if an update would be refused, with 0 if it would be sent.
    """
    from ..._rules.judge import judge

    direct = flags.common_fields(topic, agenda, duration, start, timezone)
    change = read_change(body=body, sets=sets or (), direct=direct, extras=extra or ())
    _, found = judge(change.body, {}, occurrence=occurrence, extra=change.extra, allow=allow or ())
    problems = change.with_verdicts(found)
    refused = sum(problem.severity == "error" for problem in problems)
    if as_json:
        told = {"ok": not refused, "problems": [problem.to_dict() for problem in problems]}
        print_json("check/1", told)
    else:
        console = answers()
        print_problems(console, problems)
        doubtful = len(problems) - refused
        verdict = f"{_count(refused, 'error')}, {_count(doubtful, 'warning')}: "
        verdict += "an update would be refused." if refused else "an update would be sent."
        console.print(verdict, style="red" if refused else "green", soft_wrap=True)
    raise typer.Exit(2 if refused else 0)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
