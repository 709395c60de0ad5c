"""Undoing an update: the plan that brings a meeting to where it was, and what stays lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .._clock import aware_now
from .._paths import Body, at, drop, filtered, first_name, merged, put
from .._rules.spec_rules import ruled
from .._times import place_of, read_time, wall
from .._wire import is_whole
from ..errors import CannotUndo, InvalidChange, Problem
from . import compare
from .compare import leaves
from .diff import change_of, make_plan
from .occurrences import choose_id, expected, listed, upcoming
from .plan_data import PlanData, ReceiptData, Record
from .timing import TIMED, complete, is_series, series_of

_TIMES_OF_SERIES = ("type", *TIMED, "occurrences")
# Rules about a series that comes back, though not as a whole.
_OF_SERIES = frozenset(
    {"undo-series-goes-on", "undo-edited-dates", "undo-deleted-dates", "undo-endless"}
)
_HIDDEN = (
    "undo-hidden",
    "the receipt was written without secrets, so what it was before is not known",
    "set the one that is wanted; next time write to_json(secrets=True)",
    "",
)


@dataclass(slots=True)
class _Restored:
    """The members that bring a meeting back, and the problems of what stays lost."""

    body: dict[str, Any] = field(default_factory=dict)
    lost: list[Problem] = field(default_factory=list)

    def leave_out(self, problems: Sequence[Problem]) -> None:
        """Leave out what is refused, and warn of it; start, zone and recurrence go together."""
        for problem in problems:
            if first_name(problem.path) in TIMED:
                for name in (*TIMED, "type"):
                    self.body.pop(name, None)
                self.lost = [one for one in self.lost if one.rule not in _OF_SERIES]
            else:
                drop(self.body, problem.path)
        self.lost += (replace(problem, severity="warning") for problem in problems)

    def lose_start(self) -> None:
        self.lost.append(ruled("undo-start-is-past"))
        self.body.pop("type", None)


def undo(receipt: ReceiptData, now: datetime | None) -> PlanData:
    """Plan the inverse of what a receipt stands for; CannotUndo says why it cannot be."""
    record = receipt.record
    if now is not None:
        aware_now(now)
    if record is not None and not receipt.sent:
        return PlanData(receipt.meeting, record.account, {}, (), ())
    if record is None or record.before is None:
        raise CannotUndo(
            "Nothing was read before the update, so it is not known what to go back to"
        )
    moment = record.at if now is None else max(now, record.at)
    # Where nothing was read after the update, the meeting is taken to be as requested.
    after = record.after
    if after is None:
        after = merged(record.before, record.body, is_whole)
    back = _restore(receipt, record, record.before, after, moment)
    one = None if record.occurrence is None else choose_id(record.occurrence, after)
    if record.occurrence is not None and one is None:
        raise CannotUndo(
            f"The occurrence {record.occurrence} is no longer there",
            next_step="Choose another occurrence and update it.",
        )

    def made() -> PlanData:
        meeting, account = receipt.meeting, record.account
        if not back.body:
            return PlanData(meeting, account, {}, (), ())
        change = change_of(back.body)
        return make_plan(
            change, after, meeting=meeting, account=account, now=moment, occurrence=one
        )

    try:
        plan = made()
    except InvalidChange as error:
        # What Zoom had made by itself can be more than it takes from others.
        back.leave_out(error.problems)
        try:
            plan = made()
        except InvalidChange as again:
            raise CannotUndo(
                "What was there before cannot be sent: " + "; ".join(map(str, again.problems)),
                next_step="Plan the change that is wanted with zoom.plan(...).",
            ) from again
    return replace(plan, problems=(*back.lost, *plan.problems))


def _restore(
    receipt: ReceiptData, record: Record, before: Body, after: Body, now: datetime
) -> _Restored:
    back = _Restored()
    paths = dict.fromkeys(path for path, _ in leaves(record.body))
    if receipt.verdict is not None:
        effects = (change.path for change in receipt.verdict.side_effects)
        paths |= dict.fromkeys(filter(compare.writable, effects))
    timed = record.occurrence is None and any(path in (*TIMED, "type") for path in paths)
    place = place_of(after)
    for path in paths:
        old, new = at(before, path), at(after, path)
        if compare.elsewhere(path):
            _host(back, path, before, after)
        elif path in record.hidden or (timed and path in TIMED):
            continue
        elif not compare.unchanged(path, old, new, place):
            # To empty a text or a list is as near as an update comes to not being set.
            empty: Any = "" if isinstance(new, str) else [] if isinstance(new, list) else None
            value = empty if old is None else filtered(old, _is_sendable, path)
            if value is None:
                back.lost.append(ruled("undo-not-set", path))
            else:
                put(back.body, path, value)
    if timed and any(before.get(name) != after.get(name) for name in _TIMES_OF_SERIES):
        _schedule(back, before, after, now)
    if not timed and record.occurrence is None and "duration" in paths:
        _lengths(back, before, after, now)
    back.lost += (Problem(path, "warning", *_HIDDEN) for path in record.hidden)
    if "password" in back.body:
        back.lost.append(ruled("undo-passcode-links"))
    return back


def _is_sendable(path: str) -> bool:
    """Tell whether a member can be sent back; of an object that an update knows, not all can."""
    return compare.writable(path) or not compare.writable(path.rpartition(".")[0])


def _lengths(back: _Restored, before: Body, after: Body, now: datetime) -> None:
    """Say which dates had a length of their own, and lost it to that of the series."""
    there = {item.id: item.duration for item in listed(after)}
    own = [
        item
        for item in upcoming(listed(before), now)
        if not item.deleted
        and item.duration != before.get("duration")
        and there.get(item.id) == after.get("duration")
    ]
    if own:
        back.lost.append(ruled("undo-edited-dates", dates=[item.zoned.date() for item in own]))


def _host(back: _Restored, path: str, before: Body, after: Body) -> None:
    names = compare.elsewhere(path)
    if all(at(before, name) == at(after, name) for name in names):
        return
    host = next(filter(None, (at(before, name) for name in names)), None)
    if host is not None:
        put(back.body, path, host)
    back.lost.append(ruled("undo-host"))


def _start(back: _Restored, before: Body, after: Body, now: datetime) -> None:
    """Bring back the start of a single meeting, with the zone that says what it means."""
    if not before.get("timezone") and after.get("timezone"):
        back.lost.append(ruled("undo-not-set", "timezone"))
    timed = {name: before[name] for name in ("start_time", "timezone") if before.get(name)}
    if timed == {name: after[name] for name in timed if name in after}:
        return
    place = place_of(before)
    start = read_time(timed.get("start_time"), place)
    if start is not None and start <= now:
        back.lose_start()
        return
    if start is not None and place is not None:
        # Zoom has been seen to ignore the zone beside a start in UTC.
        timed["start_time"] = wall(start, place)
    back.body |= timed


def _schedule(back: _Restored, before: Body, after: Body, now: datetime) -> None:
    if not is_series({}, before):
        _start(back, before, after, now)
        return
    try:
        timing = complete({}, before, now)
    except InvalidChange:
        back.lose_start()
        return
    if (
        _is_over(before, timing.dates.place, now)
        or not {"start_time", "recurrence"} <= timing.body.keys()
    ):
        back.lose_start()
        return
    recurrence = dict(timing.body["recurrence"])
    recurrence.setdefault("repeat_interval", 1)
    back.body |= timing.body | {"recurrence": recurrence}
    began = read_time(before.get("start_time"), place_of(before))
    if began is not None and began <= now:
        back.lost.append(ruled("undo-series-goes-on"))
    dates = timing.dates
    for rule, starts in (
        ("undo-edited-dates", dates.edited),
        ("undo-deleted-dates", dates.deleted),
    ):
        if starts:
            days = [start.astimezone(dates.place).date() for start in starts]
            back.lost.append(ruled(rule, dates=days))
    if recurrence.get("end_times") == 0:
        back.lost.append(ruled("undo-endless"))


def _is_over(before: Body, place: ZoneInfo, now: datetime) -> bool:
    """Tell whether no meeting of the series was still to come."""
    items = listed(before)
    return not (upcoming(items, now) if items else expected(series_of(before, place), now))
