"""Show what will be done, and ask before it is done."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from .exit_codes import Interrupted, NotConfirmed, UsageError
from .render import answers, print_json, talk
from .views import print_plan

if TYPE_CHECKING:
    from .._change.results import Plan


def standard_input() -> BinaryIO:
    """Return standard input; UsageError where there is none, as in some services."""
    # A process may be started without one, which the types of `sys` do not know.
    there: TextIO | None = sys.stdin
    if there is None:
        raise UsageError("standard input is closed", next_step="Name a file, or pipe something in.")
    return there.buffer


def can_ask() -> bool:
    """Tell whether there is a terminal to ask on."""
    there: TextIO | None = sys.stdin
    return there is not None and there.isatty()


def confirm(question: str, *, undone: str, look: str) -> None:
    """Ask on the terminal; raise unless the answer is yes.

    `undone` says what has not happened then, `look` how to see beforehand what would.
    """
    if not can_ask():
        raise NotConfirmed(f"{undone}: there is no terminal to ask on", next_step=look)
    # Not typer.confirm: it writes a blank to stdout, which belongs to the answer.
    talk().print(f"{question} [y/N] ", end="")
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise Interrupted(f"Declined; {undone[:1].lower()}{undone[1:]}")


def show_plans(plans: Mapping[str, Plan[Any]], *, yes: bool, dry_run: bool, as_json: bool) -> bool:
    """Show what is about to be sent, and ask; False where nothing is to be."""
    if not (as_json and (yes or dry_run)):
        console = answers() if dry_run else talk()
        for plan in plans.values():
            print_plan(console, plan)
    if dry_run:
        for name, plan in plans.items() if as_json else ():
            place = {"plan": name} if len(plans) > 1 else {}
            print_json("plan/1", place | plan.to_dict())
        return False
    waiting = sum(not plan.empty for plan in plans.values())
    if waiting and not yes:
        confirm(
            "Send this?" if waiting == 1 else f"Send these {waiting}?",
            undone="Nothing was sent",
            look="Look at it with --dry-run, then send it with --yes.",
        )
    return True
