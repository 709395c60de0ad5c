"""A plan in colour: what changes, which meetings move, and the request; secrets hidden."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .._wire import facts
from ..planning.change import FieldChange, words
from ..planning.wording import day
from ..secrecy import masked
from .meeting_view import printed_number
from .render import plain, print_problems

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ..planning.dates import Dates
    from ..planning.following import Following
    from ..planning.plan import Plan

# A year of weeks is longer than anybody reads; the number of the others is told.
_MOST = 12


def print_plan(console: Console, plan: Plan[Any]) -> None:
    """Show the diff of a plan, its warnings, and what applying it sends and spends."""
    from rich.text import Text

    topic = f" “{' '.join(plan.topic.split())}”" if plan.topic else ""
    one = f", only the date {plan.occurrence}" if plan.occurrence else ""
    title = f"Meeting {printed_number(plan.meeting)}{topic}{one}"
    console.print(Text(plain(title), style="bold"), soft_wrap=True)
    print_difference(console, plan)
    if plan.problems:
        print_problems(console, plan.problems)
    if not plan.empty:
        query = f"?occurrence_id={plan.occurrence}" if plan.occurrence else ""
        body = json.dumps(masked(dict(plan.body)), ensure_ascii=False)
        line = f"  PATCH /meetings/{plan.meeting}{query} {body}"
        console.print(Text(plain(line), style="dim"), soft_wrap=True)
        limit = facts.QUOTAS["meeting"]
        spent = f"{plan.price} of the {limit.limit} updates of this meeting in {limit.hours} hours"
        console.print(Text(f"  Spends {spent}.", style="dim"), soft_wrap=True)


def print_following(console: Console, found: Following[Any]) -> None:
    """Show how a series is split: how the old one ends, and the meeting that takes over."""
    from rich.text import Text

    number = printed_number(found.meeting)
    title = f"From {found.first:%a %Y-%m-%d %H:%M} on, meeting {number} becomes two."
    console.print(Text(title, style="bold"), soft_wrap=True)
    print_plan(console, found.trim)
    console.print(Text("The new meeting", style="bold"), soft_wrap=True)
    if found.dates is not None:
        _print_dates(console, found.dates)
    if found.problems:
        print_problems(console, found.problems)
    body = json.dumps(masked(dict(found.new)), ensure_ascii=False)
    said = f"  Not sent by rezoom: POST /users/{{host}}/meetings {body}"
    console.print(Text(plain(said), style="dim"), soft_wrap=True)


def print_difference(console: Console, plan: Plan[Any]) -> None:
    """Show what of a meeting differs from what is asked, and which dates move."""
    from rich.text import Text

    if plan.empty:
        said = "  Nothing to change: everything is as asked already."
        console.print(Text(said, style="green"), soft_wrap=True)
    print_changes(console, plan.changes)
    if plan.dates is not None:
        _print_dates(console, plan.dates)


def print_changes(console: Console, changes: Iterable[FieldChange]) -> None:
    """Show each member with what it was and what it becomes."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    for change in changes:
        shown = change.to_dict()
        was, becomes = words(shown["before"]), words(shown["after"])
        if was == becomes:
            # Two secrets, of which nothing is shown but that they differ.
            becomes = f"another {becomes}"
        value = Text.assemble(
            (plain(was), "dim" if change.before is None else "red"),
            " → ",
            (plain(becomes), "dim" if change.after is None else "green"),
        )
        table.add_row(Text(f"  {plain(change.path)}"), value)
    if table.row_count:
        console.print(table)


def _print_dates(console: Console, dates: Dates) -> None:
    from rich.text import Text

    before, after = len(dates.before), len(dates.after)
    counts = f"{before} → {after}" if before != after else f"{after}"
    line = f"  Meetings to come: {counts}, on the clock of {plain(dates.place.key)}"
    console.print(Text(line, style="italic"), soft_wrap=True)
    place = dates.place

    def both(pair: Sequence[Any]) -> Text:
        old, new = (day(start, place) for start in pair)
        return Text.assemble((old, "red"), " → ", (new, "green"))

    _print_some(console, "~", "yellow", dates.moved, both)
    _print_some(
        console, "+", "green", dates.appears, lambda start: Text(day(start, place), "green")
    )
    _print_some(console, "-", "red", dates.disappears, lambda start: Text(day(start, place), "red"))
    if not (dates.moved or dates.appears or dates.disappears):
        console.print(Text("    the same dates", style="dim"))
    for starts, said in (
        (dates.edited, "was edited by itself, and may be reset"),
        (dates.deleted, "was deleted, and may come back"),
    ):
        for start in starts:
            console.print(Text(f"    ! {day(start, place)} {said}", style="yellow"))


def _print_some(
    console: Console, sign: str, colour: str, items: Sequence[Any], write: Callable[[Any], Text]
) -> None:
    from rich.text import Text

    more = len(items) - _MOST
    # One more line is no longer than the line that says so.
    shown = items if more <= 1 else items[: _MOST - 1]
    for item in shown:
        console.print(Text.assemble("    ", (sign, colour), " ", write(item)))
    if len(shown) < len(items):
        rest = Text.assemble(
            "    ",
            (sign, colour),
            f" … {len(items) - len(shown) - 1} more, then ",
            write(items[-1]),
        )
        console.print(rest)
