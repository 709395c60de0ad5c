"""The way back: the plan that brings a meeting to where it was, and what stays lost."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..errors import CannotUndo, InvalidChange, Problem
from ..rules import merge
from . import reading_back
from .choosing import choose_id
from .comparing import at, leaves, put, same
from .listing import place_of
from .making import Wish, make_plan
from .plan import Plan
from .ruling import ruled
from .timing import TIMED, complete, is_series

if TYPE_CHECKING:
    from .receipt import Receipt, Record


@dataclass(slots=True)
class _Way:
    """What to ask for, and what cannot be had."""

    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    lost: list[Problem] = field(default_factory=list)

    def want(self, path: str, value: Any) -> None:
        put(self.fields if reading_back.writable(path) else self.extra, path, value)


def undo(receipt: Receipt, now: datetime | None) -> Plan:
    """Plan the inverse of what a receipt stands for; CannotUndo says why it cannot be."""
    record = receipt.record
    if not receipt.sent and record is not None:
        return Plan(receipt.meeting, record.account, {}, (), ())
    if record is None or record.before is None:
        raise CannotUndo("Nothing was read before the update, so nobody knows what to go back to")
    moment = record.at if now is None else max(now, record.at)
    after = _assumed(record) if record.after is None else record.after
    way = _way_back(receipt, record, record.before, after, moment)
    plan = Plan(receipt.meeting, record.account, {}, (), ())
    if way.fields or way.extra:
        wish = Wish(None, way.fields, extra=way.extra or None)
        one = None if record.occurrence is None else choose_id(record.occurrence, after)
        if record.occurrence is not None and one is None:
            raise CannotUndo(
                f"The occurrence {record.occurrence} is no longer there",
                next_step="Choose another occurrence and update it.",
            )
        try:
            plan = make_plan(
                wish, after, meeting=receipt.meeting, account=record.account, now=moment,
                occurrence=one,
            )  # fmt: skip
        except InvalidChange as error:
            raise CannotUndo(
                "What was there before cannot be sent: " + "; ".join(map(str, error.problems)),
                next_step="Plan the change that is wanted with zoom.plan(...).",
            ) from error
    return replace(plan, problems=(*way.lost, *plan.problems))


def _way_back(
    receipt: Receipt,
    record: Record,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
) -> _Way:
    way = _Way()
    paths = dict.fromkeys(path for path, _ in leaves(record.body))
    if receipt.verdict is not None:
        effects = (change.path for change in receipt.verdict.side_effects)
        paths |= dict.fromkeys(path for path in effects if reading_back.writable(path))
    series = record.occurrence is None and (is_series({}, before) or is_series({}, after))
    timed = series and any(path in (*TIMED, "type") for path in paths)
    place = place_of(after)
    for path in paths:
        old, new = at(before, path), at(after, path)
        if reading_back.elsewhere(path):
            _host(way, path, before, after)
        elif path in record.hidden or (timed and path in TIMED):
            continue
        elif not (same(path, old, new, place) and same(path, new, old, place)):
            _value(way, path, old, new)
    if timed and not _is_kept(before, after):
        _schedule(way, record, before, now)
    way.lost += map(_not_in_file, record.hidden)
    if "password" in way.fields:
        way.lost.append(ruled("undo-passcode-links"))
    return way


def _value(way: _Way, path: str, old: Any, new: Any) -> None:
    if old is None:
        # To empty a text or a list is as near as an update comes to not being set.
        if not isinstance(new, str | list):
            way.lost.append(ruled("undo-not-set", path))
            return
        old = "" if isinstance(new, str) else []
    way.want(path, _sendable(path, old))


def _sendable(path: str, value: Any) -> Any:
    """Leave out what only a read has."""
    if isinstance(value, list):
        return [_sendable(f"{path}[]", item) for item in value]
    if isinstance(value, Mapping):
        known = {name: item for name, item in value.items() if item is not None}
        return {
            name: _sendable(f"{path}.{name}", item)
            for name, item in known.items()
            if reading_back.writable(f"{path}.{name}") or not reading_back.writable(path)
        }
    return value


def _host(way: _Way, path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    names = reading_back.elsewhere(path)
    if all(at(before, name) == at(after, name) for name in names):
        return
    host = next(filter(None, (at(before, name) for name in names)), None)
    if host is not None:
        way.want(path, host)
    way.lost.append(ruled("undo-host"))


def _schedule(way: _Way, record: Record, before: Mapping[str, Any], now: datetime) -> None:
    if not is_series({}, before):
        for name in ("start_time", "timezone"):
            if before.get(name) is not None:
                way.want(name, before[name])
        return
    timing = complete({}, before, now)
    if "start_time" not in timing.body or not timing.dates.after:
        way.lost.append(ruled("undo-series-is-over"))
        way.fields.pop("type", None)
        return
    recurrence = dict(timing.body["recurrence"])
    recurrence.setdefault("repeat_interval", 1)
    for name, value in (timing.body | {"recurrence": recurrence}).items():
        way.want(name, value)
    place = timing.dates.place
    dates = record.dates or timing.dates
    days = [start.astimezone(place).date() for start in dates.edited]
    if days:
        way.lost.append(ruled("undo-edited-dates", dates=days))
    gone = [start.astimezone(place).date() for start in dates.deleted]
    if gone:
        way.lost.append(ruled("undo-deleted-dates", dates=gone))
    if recurrence.get("end_times") == 0:
        way.lost.append(ruled("undo-endless"))


def _is_kept(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    members = ("type", "timezone", "recurrence", "start_time", "occurrences")
    return all(before.get(name) == after.get(name) for name in members)


def _assumed(record: Record) -> dict[str, Any]:
    """Take the meeting to be as asked, where nobody has looked."""
    after: dict[str, Any] = deepcopy(dict(record.before or {}))
    merge(after, deepcopy(dict(record.body)))
    return after


def _not_in_file(path: str) -> Problem:
    message = "the receipt was written without secrets, so what it was before is not known"
    fix = "set the one that is wanted; next time write to_json(secrets=True)"
    return Problem(path, "warning", "undo-hidden", message, fix, "")
