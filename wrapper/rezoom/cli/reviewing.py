"""Plans before they are sent: shown, and asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .asking import confirm
from .plan_view import print_plan
from .render import answers, print_json, talk

if TYPE_CHECKING:
    from ..planning.plan import Plan


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
