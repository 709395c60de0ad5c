"""Plans, receipts and what is left after them in words, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rich.table import Column
from rich.text import Text

from .._change.plan_data import FieldChange, words
from .._change.results import Plan, Receipt
from .._change.text import by_urgency, date_lines, request_lines
from .._ledger.gauge import Quota
from .._redaction import masked
from .._visible import visible
from ..errors import LedgerError
from .console import Console, answers, confirm, print_json, talk
from .flags import SendOptions

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


def show_plans(plans: Mapping[str, Plan[Any]], send: SendOptions) -> bool:
    """Show what is about to be sent, and ask; False where nothing is to be sent."""
    if not (send.as_json and (send.yes or send.dry_run)):
        console = answers() if send.dry_run else talk()
        for plan in plans.values():
            print_plan(console, plan)
    if send.dry_run:
        for name, plan in plans.items() if send.as_json else ():
            origin = {"plan": name} if len(plans) > 1 else {}
            print_json("plan/1", **(origin | plan.to_dict()))
        return False
    waiting = sum(not plan.empty for plan in plans.values())
    if waiting and not send.yes:
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
    console.say(f"Meeting {printed_number(plan.meeting)}{topic}{one}", "bold")
    urgent, others = by_urgency(plan.problems)
    console.problems(urgent)
    print_difference(console, plan)
    console.problems(others)
    if not plan.empty:
        for line in request_lines(plan):
            console.say(line, "dim")


def print_following(console: Console, found: Following[Any]) -> None:
    """Show how a series is split: how the old one ends, and the meeting that takes over."""
    number = printed_number(found.meeting)
    console.say(f"From {found.first:%a %Y-%m-%d %H:%M} on, meeting {number} becomes two.", "bold")
    print_plan(console, found.trim)
    console.say("The new meeting", "bold")
    if found.dates is not None:
        _print_dates(console, found.dates)
    if found.problems:
        console.problems(found.problems)
    body = json.dumps(masked(dict(found.new)), ensure_ascii=False)
    console.say(f"  Not sent by rezoom: POST /users/{{host}}/meetings {body}", "dim")


def print_difference(console: Console, plan: Plan[Any]) -> None:
    """Show what of a meeting differs from what is asked, and which dates move."""
    if plan.empty:
        console.say("  Nothing to change: everything is as asked already.", "green")
    _print_changes(console, plan.changes)
    if plan.dates is not None:
        _print_dates(console, plan.dates)


def _print_changes(console: Console, changes: Iterable[FieldChange]) -> None:
    """Show each member with what it was and what it becomes."""
    rows = []
    for change in changes:
        shown = change.to_dict()
        was, becomes = (words(shown[side], change.path) for side in ("before", "after"))
        if was == becomes:
            # Two secrets, of which nothing is shown but that they differ.
            becomes = f"another {becomes}"
        value = Text.assemble(
            (visible(was), "dim" if change.before is None else "red"),
            " → ",
            (visible(becomes), "dim" if change.after is None else "green"),
        )
        rows.append((f"  {change.path}", value))
    if rows:
        console.rows(rows, Column(), Column(overflow="fold"))


def _print_dates(console: Console, dates: Dates) -> None:
    for line in date_lines(dates):
        console.say(line, _COLOURS.get(line.split()[0], ""))


def print_receipt(receipt: Receipt) -> None:
    """Show on stdout what is known, and on stderr what is not."""
    console = answers()
    if not receipt.sent:
        unchanged = f"✓ Meeting {receipt.meeting} is as asked already"
        console.say(f"{unchanged}: nothing was sent, nothing spent.", "green")
        if receipt.warnings:
            talk().problems(receipt.warnings)
        return
    console.say(f"✓ Zoom accepted the update of meeting {receipt.meeting}.", "green")
    if receipt.verified:
        _print_verdict(console, receipt)
    if receipt.tracking_id:
        console.say(f"  tracking id  {receipt.tracking_id}")
    if isinstance(receipt.left, LedgerError):
        talk().say(f"The ledger could not be read: {visible(receipt.left.message)}.")
    elif receipt.left is not None:
        _print_left(console, receipt.quota)
    if receipt.verify_error is not None:
        unread = f"The meeting could not be read again: {receipt.verify_error}"
        talk().say(unread, "yellow")
    elif not receipt.verified:
        look = f"rezoom show {receipt.meeting}"
        hint = f"Zoom can ignore a field without saying so; see it with: {look}"
        talk().say(hint, "dim")


def _print_verdict(console: Console, receipt: Receipt) -> None:
    mark = Text("  applied", style="green")
    applied = [
        (mark, path, words(masked(value, path), path)) for path, value in receipt.applied.items()
    ]
    if applied:
        console.rows(applied, gap=1)
    if receipt.ignored:
        console.say("  ignored by Zoom:", "red")
        console.problems(list(receipt.ignored.values()))
    if receipt.altered:
        console.say("  changed by Zoom to something else:", "red")
        for one in receipt.altered.values():
            console.say(f"  {one}")
        console.problems([one.problem for one in receipt.altered.values()])
    if receipt.unseen:
        console.say("  sent, and not shown when it is read:", "yellow")
        console.problems(list(receipt.unseen.values()))
    if receipt.side_effects:
        console.say("  changed as well, unasked:", "yellow")
        _print_changes(console, receipt.side_effects)


def _print_left(console: Console, quota: Quota) -> None:
    gauges = {
        "updates of this meeting": quota.meeting,
        "creates and updates of its host": quota.host,
    }
    for what, gauge in gauges.items():
        if gauge is not None:
            until = ""
            if gauge.next_free is not None:
                until = f" until {clock_time(gauge.next_free, datetime.now(UTC))}"
            console.say(f"  {gauge.remaining} of {gauge.limit} {what} left{until}")
    if quota.uncounted:
        talk().say("  not counted: the ledger could not be used before")


def clock_time(at: datetime, now: datetime) -> str:
    """Write an instant on the clock of this machine: the minute, and the day unless it is today."""
    local, here = next_minute(at).astimezone(), now.astimezone()
    clock = f"{local:%H:%M %Z}".strip()
    return clock if local.date() == here.date() else f"{local:%a} {local.day} {local:%b} {clock}"


def next_minute(at: datetime) -> datetime:
    """Round up to the minute: who comes at a time that was shown is never too early."""
    up = at + timedelta(minutes=1) - timedelta(microseconds=1)
    return up.replace(second=0, microsecond=0)
