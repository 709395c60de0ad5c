"""What became of an update: field by field, from the reads before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .. import _paths
from .._paths import Body, at, first_name
from .._rules.in_context import build_case, likely_reason
from .._times import place_of, read_time, zulu
from .._wire import facts, is_whole
from ..errors import Problem
from . import compare
from .compare import leaves
from .diff import is_so
from .occurrences import listed
from .plan_data import Altered, Dates, FieldChange, Verdict

_OCCURRENCES = "occurrences"
# What is found is neither what was there nor a form of what was requested.
_OTHER = "other"
_END_TIMES = "recurrence.end_times"
_MOVING = ("start_time", "recurrence")


def verdict_of(
    body: Body,
    before: Body | None,
    after: Body,
    *,
    now: datetime,
    dates: Dates | None = None,
    occurrence: str | None = None,
) -> Verdict:
    """Compare a request with the read after it; and with the read before, what else has changed."""
    case = build_case(body, before or {}, now=now, occurrence=occurrence is not None)
    applied: dict[str, Any] = {}
    ignored: dict[str, Problem] = {}
    altered: dict[str, Altered] = {}
    unseen: dict[str, Problem] = {}
    starts = tuple(item.utc for item in listed(after) if item.utc > now and not item.deleted)
    for path, value in _members(body):
        if _is_applied(path, value, body, after, starts) or (
            path == "start_time" and dates is not None and () != starts[:1] == dates.after[:1]
        ):
            applied[path] = value
        elif compare.proves_nothing(path, at(after, path)):
            unseen[path] = likely_reason(path, case)
        else:
            place = place_of(body) or place_of(after)
            found = compare.shown_at(path, after)
            form = compare.form_of(path, value, found, place)
            old = found if before is None else compare.shown_at(path, before)
            if compare.unchanged(path, old, found, place):
                ignored[path] = likely_reason(path, case, form)
            else:
                reason = likely_reason(path, case, form or _OTHER)
                altered[path] = Altered(old, value, found, reason)
    if dates is not None and not _as_planned(starts, dates, now, at(body, _END_TIMES)):
        reason = likely_reason(_OCCURRENCES, case)
        planned = _ahead(dates.after, now)
        if starts == _ahead(dates.before, now):
            ignored[_OCCURRENCES] = reason
        else:
            old, requested, found = (
                [*map(zulu, side)] for side in (_ahead(dates.before, now), planned, starts)
            )
            altered[_OCCURRENCES] = Altered(old, requested, found, reason)
    effects = () if before is None else _side_effects(body, before, after, now, occurrence)
    return Verdict(applied, ignored, unseen, tuple(effects), altered)


def _ahead(starts: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(start for start in starts if start > now)


def _as_planned(
    starts: tuple[datetime, ...], dates: Dates, now: datetime, end_times: object
) -> bool:
    planned = _ahead(dates.after, now)
    if end_times == 0:
        # How far Zoom lists an endless series is Zoom's own choice.
        return bool(starts) and starts == planned[: len(starts)]
    return starts == planned


def _members(body: Body) -> Iterator[tuple[str, Any]]:
    """Yield the members that a verdict names: a recurrence member by member."""
    return _paths.leaves(body, lambda path: path != "recurrence" and is_whole(path))


def _is_applied(
    path: str, value: Any, body: Body, after: Body, starts: tuple[datetime, ...]
) -> bool:
    place = place_of(body) or place_of(after)
    if is_so(path, value, after, place):
        return True
    if path == "start_time" and starts:
        # A series says when it began, or when it goes on: its dates say both.
        return read_time(value, place) == starts[0]
    if path == _END_TIMES and value == 0:
        return bool(starts)  # whatever number Zoom has made of it
    if path == "recurrence.repeat_interval" and value == 1:
        return at(after, path) is None
    return False


def _side_effects(
    body: Body, before: Body, after: Body, now: datetime, occurrence: str | None
) -> Iterator[FieldChange]:
    requested = {name for path, _ in leaves(body) for name in (path, *compare.elsewhere(path))}
    place = place_of(after) or place_of(before)
    moved = occurrence is None and bool({*_MOVING, "type"} & requested)
    skipped = {*facts.VOLATILE, _OCCURRENCES, *(_MOVING if moved else ())}
    for path in dict.fromkeys(path for read in (before, after) for path, _ in leaves(read)):
        old, new = at(before, path), at(after, path)
        known = path in requested or first_name(path) in skipped
        if not known and not compare.unchanged(path, old, new, place):
            yield FieldChange(path, old, new)
    lists = [
        {
            item.id: (item.utc, item.duration, item.status)
            for item in listed(one)
            if item.utc > now and item.id != occurrence
        }
        for one in (before, after)
    ]
    usual = before.get("duration")
    if (
        not moved
        and lists[0] != lists[1]
        and not _only_length(lists[0], lists[1], usual, requested)
    ):
        yield FieldChange(_OCCURRENCES, before.get(_OCCURRENCES), after.get(_OCCURRENCES))


def _only_length(old: Body, new: Body, usual: object, requested: set[str]) -> bool:
    """Tell whether no more has changed than the length that all dates had together."""
    if "duration" not in requested or old.keys() != new.keys():
        return False
    return all(
        old[name][::2] == new[name][::2] and old[name][1] in (usual, new[name][1]) for name in old
    )
