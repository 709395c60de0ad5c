"""A receipt for people: what was applied, what was not and why, and what else changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import LedgerError
from ..planning.change import words
from ..quota import Quota
from ..secrecy import masked
from .plan_view import print_changes
from .quota_view import left
from .render import answers, plain, print_problems, talk

if TYPE_CHECKING:
    from rich.console import Console

    from ..planning.receipt import Receipt


def print_receipt(receipt: Receipt) -> None:
    """Show on stdout what is known, and on stderr what is not."""
    from rich.text import Text

    console = answers()
    if not receipt.sent:
        said = f"✓ Meeting {receipt.meeting} is as asked already: nothing was sent, nothing spent."
        console.print(Text(said, style="green"), soft_wrap=True)
        return
    accepted = f"✓ Zoom accepted the update of meeting {receipt.meeting}."
    console.print(Text(accepted, style="green"), soft_wrap=True)
    if receipt.verified:
        _print_verdict(console, receipt)
    if receipt.tracking_id:
        console.print(f"  tracking id  {plain(receipt.tracking_id)}", soft_wrap=True)
    if isinstance(receipt.left, LedgerError):
        said = f"The ledger could not be read: {plain(receipt.left.message)}."
        talk().print(said, soft_wrap=True)
    elif receipt.left is not None:
        _print_left(console, receipt.quota)
    if receipt.verify_error is not None:
        said = f"The meeting could not be read again: {receipt.verify_error}"
        talk().print(Text(plain(said), style="yellow"), soft_wrap=True)
    elif not receipt.verified:
        said = (
            f"Zoom can ignore a field without saying so; see it with: rezoom show {receipt.meeting}"
        )
        talk().print(Text(said, style="dim"), soft_wrap=True)


def _print_verdict(console: Console, receipt: Receipt) -> None:
    from rich.table import Table
    from rich.text import Text

    applied = Table.grid(padding=(0, 1))
    for path, value in receipt.applied.items():
        shown = words(masked(value, path.rpartition(".")[2]))
        applied.add_row(Text("  applied", style="green"), Text(plain(path)), Text(plain(shown)))
    if applied.row_count:
        console.print(applied)
    if receipt.ignored:
        console.print(Text("  ignored by Zoom:", style="red"))
        print_problems(console, list(receipt.ignored.values()))
    if receipt.unseen:
        console.print(Text("  sent, and not shown when it is read:", style="yellow"))
        print_problems(console, list(receipt.unseen.values()))
    if receipt.side_effects:
        console.print(Text("  changed as well, unasked:", style="yellow"))
        print_changes(console, receipt.side_effects)


def _print_left(console: Console, quota: Quota) -> None:
    gauges = {
        "updates of this meeting": quota.meeting,
        "creates and updates of its host": quota.host,
    }
    for what, gauge in gauges.items():
        if gauge is not None:
            console.print(f"  {left(gauge, what)}", soft_wrap=True)
    if quota.uncounted:
        talk().print("  not counted: the ledger could not be used before", soft_wrap=True)
