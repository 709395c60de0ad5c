"""Plans, receipts and what is left after them in words, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from .._change.plan_data import FieldChange, words
from .._change.results import Plan, Receipt
from .._change.text import date_lines, request_lines
from .._ledger.gauge import Gauge, Quota
from .._redaction import masked
from ..errors import LedgerError
from .console import answers, confirm, plain, print_json, print_line, print_problems, talk

if TYPE_CHECKING:
    from .._change.following import Following
    from .._change.plan_data import Dates

# Of the dates of a series, by the sign of their line.
_COLOURS = {"~": "yellow", "+": "green", "-": "red", "*": "yellow"}


def printed_number(number: object) -> str:
    """Group a meeting number as Zoom prints it: 857 4606 5012."""
    digits = str(number or "unknown")
    if not digits.isdecimal() or len(digits) not in (9, 10, 11):
        return digits
    middle = 3 if len(digits) < 11 else 4
    return f"{digits[:3]} {digits[3 : 3 + middle]} {digits[3 + middle :]}"


def show_plans(plans: Mapping[str, Plan[Any]], *, yes: bool, dry_run: bool, as_json: bool) -> bool:
    """Show what is about to be sent, and ask; False where nothing is to be sent."""
    if not (as_json and (yes or dry_run)):
        console = answers() if dry_run else talk()
        for plan in plans.values():
            print_plan(console, plan)
    if dry_run:
        for name, plan in plans.items() if as_json else ():
            origin = {"plan": name} if len(plans) > 1 else {}
            print_json("plan/1", origin | plan.to_dict())
        return False
    waiting = sum(not plan.empty for plan in plans.values())
    if waiting and not yes:
        confirm(
            "Send this?" if waiting == 1 else f"Send these {waiting}?",
            undone="Nothing was sent",
            look="Look at it with --dry-run, then send it with --yes.",
        )
    return True


def print_plan(console: Console, plan: Plan[Any]) -> None:
    """Show the diff of a plan, its warnings, and what applying it sends and spends."""
    topic = f" “{' '.join(plan.topic.split())}”" if plan.topic else ""
    one = f", only the date {plan.occurrence}" if plan.occurrence else ""
    print_line(console, f"Meeting {printed_number(plan.meeting)}{topic}{one}", "bold")
    print_difference(console, plan)
    if plan.problems:
        print_problems(console, plan.problems)
    if not plan.empty:
        for line in request_lines(plan):
            print_line(console, line, "dim")


def print_following(console: Console, found: Following[Any]) -> None:
    """Show how a series is split: how the old one ends, and the meeting that takes over."""
    number = printed_number(found.meeting)
    print_line(
        console, f"From {found.first:%a %Y-%m-%d %H:%M} on, meeting {number} becomes two.", "bold"
    )
    print_plan(console, found.trim)
    print_line(console, "The new meeting", "bold")
    if found.dates is not None:
        _print_dates(console, found.dates)
    if found.problems:
        print_problems(console, found.problems)
    body = json.dumps(masked(dict(found.new)), ensure_ascii=False)
    print_line(console, f"  Not sent by rezoom: POST /users/{{host}}/meetings {body}", "dim")


def print_difference(console: Console, plan: Plan[Any]) -> None:
    """Show what of a meeting differs from what is asked, and which dates move."""
    if plan.empty:
        print_line(console, "  Nothing to change: everything is as asked already.", "green")
    _print_changes(console, plan.changes)
    if plan.dates is not None:
        _print_dates(console, plan.dates)


def _print_changes(console: Console, changes: Iterable[FieldChange]) -> None:
    """Show each member with what it was and what it becomes."""
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
    for line in date_lines(dates):
        print_line(console, line, _COLOURS.get(line.split()[0], ""))


def print_receipt(receipt: Receipt) -> None:
    """Show on stdout what is known, and on stderr what is not."""
    console = answers()
    if not receipt.sent:
        print_line(
            console,
            f"✓ Meeting {receipt.meeting} is as asked already: nothing was sent, nothing spent.",
            "green",
        )
        return
    print_line(console, f"✓ Zoom accepted the update of meeting {receipt.meeting}.", "green")
    if receipt.verified:
        _print_verdict(console, receipt)
    if receipt.tracking_id:
        print_line(console, f"  tracking id  {receipt.tracking_id}")
    if isinstance(receipt.left, LedgerError):
        print_line(talk(), f"The ledger could not be read: {receipt.left.message}.")
    elif receipt.left is not None:
        _print_left(console, receipt.quota)
    if receipt.verify_error is not None:
        unread = f"The meeting could not be read again: {receipt.verify_error}"
        print_line(talk(), unread, "yellow")
    elif not receipt.verified:
        look = f"rezoom show {receipt.meeting}"
        hint = f"Zoom can ignore a field without saying so; see it with: {look}"
        print_line(talk(), hint, "dim")


def _print_verdict(console: Console, receipt: Receipt) -> None:
    applied = Table.grid(padding=(0, 1))
    for path, value in receipt.applied.items():
        shown = words(masked(value, path))
        applied.add_row(Text("  applied", style="green"), Text(plain(path)), Text(plain(shown)))
    if applied.row_count:
        console.print(applied)
    if receipt.ignored:
        print_line(console, "  ignored by Zoom:", "red")
        print_problems(console, list(receipt.ignored.values()))
    if receipt.unseen:
        print_line(console, "  sent, and not shown when it is read:", "yellow")
        print_problems(console, list(receipt.unseen.values()))
    if receipt.side_effects:
        print_line(console, "  changed as well, unasked:", "yellow")
        _print_changes(console, receipt.side_effects)


def _print_left(console: Console, quota: Quota) -> None:
    gauges = {
        "updates of this meeting": quota.meeting,
        "creates and updates of its host": quota.host,
    }
    for what, gauge in gauges.items():
        if gauge is not None:
            print_line(console, f"  {_left(gauge, what)}")
    if quota.uncounted:
        print_line(talk(), "  not counted: the ledger could not be used before")


def _left(gauge: Gauge, whose: str) -> str:
    """Say in words what is left: "97 of 100 updates of this meeting left until 14:03"."""
    until = ""
    if gauge.next_free is not None:
        until = f" until {clock_time(gauge.next_free, datetime.now(UTC))}"
    return f"{gauge.remaining} of {gauge.limit} {whose} left{until}"


def clock_time(at: datetime, now: datetime) -> str:
    """Write an instant on the clock of this machine: the minute, and the day unless it is today."""
    local, here = next_minute(at).astimezone(), now.astimezone()
    clock = f"{local:%H:%M}"
    return clock if local.date() == here.date() else f"{local:%a} {local.day} {local:%b} {clock}"


def next_minute(at: datetime) -> datetime:
    """Round up to the minute: who comes at a time that was shown is never too early."""
    up = at + timedelta(minutes=1) - timedelta(microseconds=1)
    return up.replace(second=0, microsecond=0)
