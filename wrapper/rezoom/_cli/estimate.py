"""What many updates will cost: calls, days, and the least time; nothing is sent."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from .._rules.meeting_id import meeting_number
from ..errors import RezoomError
from .batch import Task
from .console import answers, print_json
from .environment import open_ledger_account

# An update that is verified is read before and after.
_READS = 2


def print_estimate(
    tasks: Iterable[Task], *, verify: bool, skip_unchanged: bool, as_json: bool
) -> None:
    """Judge every row offline, and say how many there are and what they cost at least.

    The hosts that neither a row nor the ledger names are counted as one unknown each.
    """
    with open_ledger_account() as account:
        hosts, meetings, refused, unknown = _count(tasks, account.ledger.host_of, account.key)
        limits = account.policy.limits
    rows = meetings.total()
    calls = rows * (1 + (_READS if verify else int(skip_unchanged)))
    days = max(_days(hosts, limits.host), _days(meetings, limits.meeting), int(rows > 0))
    rate = limits.per_second
    least = calls / rate if isinstance(rate, int | float) else None
    found: dict[str, Any] = {
        "rows": rows + refused,
        "refused": refused,
        "meetings": len(meetings),
        "hosts": len(hosts),
        "meetings_of_unknown_hosts": unknown,
        "calls": calls,
        "days": days,
        "seconds": None if least is None else math.ceil(least),
    }
    if as_json:
        print_json("estimate/1", **found)
        return
    console = answers()
    console.say(f"{found['rows']} rows, {len(meetings)} meetings; nothing was sent.", "bold")
    if refused:
        console.say(f"  {refused} would be refused: see them with --dry-run", "red")
    of = f", and {unknown} meetings whose host is not known yet" if unknown else ""
    console.say(f"  {len(hosts)} hosts{of}")
    time = "unknown, without REZOOM_ACCOUNT_PLAN"
    if least is not None:
        time = f"{timedelta(seconds=math.ceil(least))} at {rate:g} calls a second"
    console.say(f"  {calls} calls; least time {time}")
    console.say(
        f"  {days} day{'' if days == 1 else 's'}, by the daily limits of hosts and meetings"
    )


def _count(
    tasks: Iterable[Task], host_of: Any, account: str
) -> tuple[Counter[str], Counter[int], int, int]:
    hosts: Counter[str] = Counter()
    meetings: Counter[int] = Counter()
    strangers: set[int] = set()
    refused = 0
    for task in tasks:
        number = _judged(task)
        if number is None:
            refused += 1
            continue
        meetings[number] += 1
        host = task.change.host if task.change is not None else None
        host = host or host_of(account, number)
        if host is None:
            strangers.add(number)
        else:
            hosts[host] += 1
    return hosts, meetings, refused, len(strangers)


def _judged(task: Task) -> int | None:
    """Return the meeting of a row that nothing speaks against, as far as is known offline."""
    if task.check is None or task.meeting is None:
        return None
    with suppress(RezoomError):
        task.check()
        return meeting_number(task.meeting)
    return None


def _days(counts: Counter[Any], limit: int | None) -> int:
    return max((math.ceil(number / limit) for number in counts.values()), default=0) if limit else 0
