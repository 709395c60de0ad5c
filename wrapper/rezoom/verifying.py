"""Looking after an update: what of it Zoom has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .errors import RezoomError
from .intents import Flow, Pause
from .planning.listing import filled
from .planning.receipt import Receipt, Record
from .planning.verdict import Verdict, compare
from .reads import read

if TYPE_CHECKING:
    from .desk import Desk
    from .flow import Policy

# No source tells how soon a read shows an update; a second look costs none of the day's updates.
_LAG = 1.0


def verified(desk: Desk, receipt: Receipt, record: Record, policy: Policy) -> Flow[Receipt]:
    """Read the meeting again and compare; look twice where something seems ignored.

    The change is out, so nothing that goes wrong here is raised.
    """
    try:
        checked = yield from _look(desk, receipt, record, policy)
    except RezoomError as error:
        return replace(receipt, verify_error=error)
    if checked.ignored and policy.slept + _LAG <= policy.wait:
        yield Pause(_LAG)
        policy.slept += _LAG
        try:
            return (yield from _look(desk, receipt, record, policy))
        except RezoomError:
            pass  # the first look still stands
    return checked


def _look(desk: Desk, receipt: Receipt, record: Record, policy: Policy) -> Flow[Receipt]:
    after = filled((yield from read(desk, receipt.meeting, policy, occurrence=record.occurrence)))
    verdict = _compared(record, after)
    return replace(receipt, verdict=verdict, record=replace(record, after=after))


def _compared(record: Record, after: Mapping[str, Any]) -> Verdict:
    try:
        return compare(
            record.body, record.before, after,
            now=record.at, dates=record.dates, occurrence=record.occurrence,
        )  # fmt: skip
    except Exception as error:
        raise RezoomError(
            f"The answer could not be compared: {type(error).__name__}", sent=True,
            next_step="Read the meeting.",
        ) from error  # fmt: skip
