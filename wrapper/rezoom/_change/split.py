"""Splitting a series, to change one meeting and all that follow it.

Zoom knows a series as a whole and single occurrences of it, nothing between. So there are two
steps: a plan that ends the old series, and the body for creating the new one, which is not our
endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from .._paths import drop, merge, pattern_path, put
from .._rules.judge import Change, judge_scheduled, raise_errors
from .._rules.spec_rules import ruled
from .._times import place_of, zulu
from .._wire import facts
from ..errors import OccurrenceError, Problem
from ..recurrence import Recurrence, Series
from ..recurrence._timeline import Count
from ..recurrence._zones import last_instant
from ..recurrence._zoom import SERIES_TYPE
from .compare import leaves
from .diff import make_plan
from .merge import completed, present_of
from .occurrences import Listed, expected, listed, nearest, planned_start, upcoming
from .plan_data import Dates, Split
from .timing import first_on_pattern, series_of

# Members that a meeting gets when it is created, or says with its start.
_OWN = frozenset({"start_time", "timezone", "recurrence", "type", "schedule_for", "pre_schedule"})


def split_series(
    change: Change,
    answer: Mapping[str, Any],
    at: Listed,
    *,
    meeting: int,
    account: str,
    now: datetime,
) -> Split:
    """Split a series before the occurrence `at`, and lay the change over its second part.

    InvalidChange lists every error of both parts; OccurrenceError says why there is no split.
    """
    series = _series(answer, at)
    planned = expected(series, now)
    first = _on_pattern(at, planned)
    kept = [start for start in planned if start < first]
    if not kept:
        raise _refused(
            f"{at} is the next meeting of the series, so nothing of it would be left",
            "change the whole series with plan(...), or choose a later occurrence",
            nearest(listed(answer), at.utc),
        )
    ahead = upcoming(listed(answer), now)
    end = last_instant(kept[-1].astimezone(series.tz).date(), series.tz)
    ended = {"recurrence": {"end_date_time": zulu(end)}}
    trim = make_plan(
        Change(None, ended, allow=change.allow), answer, meeting=meeting, account=account, now=now
    )
    left = [start for start in planned if start >= first]
    new, new_problems = _new(change, answer, _rest(series, left, first), now)
    place = place_of(new) or series.tz
    problems = [ruled("following-is-another-meeting")]
    if _takes_registrations(answer):
        problems.append(ruled("following-registrants"))
    edited = _edited(ahead, planned, at.utc, series)
    if edited:
        problems.append(ruled("following-edited-dates", dates=edited))
    before = tuple(item.utc for item in ahead if not item.deleted and item.utc >= at.utc)
    dates = Dates(before, expected(series_of(new, place), now), place)
    local = first.astimezone(series.tz)
    return Split(meeting, local, trim, new, (*problems, *new_problems), dates)


def _series(answer: Mapping[str, Any], at: Listed) -> Series:
    found = series_of({**answer, "recurrence": present_of(answer.get("recurrence"))}, at.place)
    if answer.get("type") == SERIES_TYPE and found is not None:
        return found
    raise _refused(
        "this meeting is no series with fixed times that could be split",
        "change the meeting itself with plan(...)",
    )


def _on_pattern(at: Listed, planned: Sequence[datetime]) -> datetime:
    """Find where the pattern has the occurrence."""
    for start in (at.utc, planned_start(at)):
        if start in planned:
            return start
    return next((start for start in planned if start > at.utc), at.utc)


def _rest(series: Series, left: Sequence[datetime], first: datetime) -> Series:
    end = series.recurrence.end
    if isinstance(end, Count):
        end = Count(len(left))
    start = datetime.combine(first.astimezone(series.tz).date(), series.start.time())
    return replace(series, start=start, recurrence=Recurrence(series.recurrence.pattern, end))


def _new(
    change: Change, answer: Mapping[str, Any], rest: Series, now: datetime
) -> tuple[dict[str, Any], list[Problem]]:
    """Write the body of the new meeting: what the old one has, and the change over it."""
    copied = rest.to_zoom()
    for path, value in leaves(_known(answer)):
        if path.partition(".")[0] not in _OWN and value not in (None, "", [], {}):
            put(copied, path, value)
    requested: list[dict[str, Any]] = []

    def complete(body: dict[str, Any]) -> dict[str, Any]:
        requested.append(body)
        return _laid_over(copied, body)

    new, problems = judge_scheduled(change, now=now, complete=complete)
    own = {path for path, _ in leaves(requested[0])} if requested else set()
    # What the old meeting has may be more than a new one may be given: it is left out, not refused.
    excess = {problem.path for problem in problems if problem.severity == "error"} - own
    if excess and requested:
        for path in excess:
            drop(copied, path)
        new, problems = judge_scheduled(change, now=now, complete=complete)
    raise_errors(problems)
    return new, problems


def _laid_over(copied: Mapping[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    new: dict[str, Any] = deepcopy(dict(copied))
    wanted = dict(body)
    if isinstance(wanted.get("recurrence"), dict):
        wanted["recurrence"] = completed(new["recurrence"], wanted["recurrence"])
        del new["recurrence"]
    start = wanted.get("start_time")
    if isinstance(start, str) and start.endswith("Z"):
        new.pop("timezone")
    merge(new, wanted)
    if "start_time" not in wanted and "recurrence" in wanted:
        new["start_time"] = first_on_pattern(new) or new["start_time"]
    return new


def _known(value: Any, prefix: str = "") -> Any:
    """Keep what creating a meeting knows."""
    if isinstance(value, list):
        return [_known(item, prefix) for item in value]
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for name, item in value.items():
        path = f"{prefix}{name}"
        known = facts.FIELDS.get(pattern_path(path))
        if known is None or known.update_only or known.deprecated or item is None:
            continue
        step = f"{path}[]." if isinstance(item, list) else f"{path}."
        kept[name] = _known(item, step)
    return kept


def _edited(
    ahead: Sequence[Listed], planned: Sequence[datetime], since: datetime, series: Series
) -> list[date]:
    starts = set(planned)
    return [
        item.utc.astimezone(series.tz).date()
        for item in ahead
        if item.utc >= since and (item.deleted or item.utc not in starts)
    ]


def _takes_registrations(answer: Mapping[str, Any]) -> bool:
    settings = answer.get("settings")
    kind = settings.get("approval_type") if isinstance(settings, Mapping) else None
    return kind in (0, 1) or bool(answer.get("registration_url"))


def _refused(message: str, fix: str, near: Sequence[Listed] = ()) -> OccurrenceError:
    problem = Problem("occurrence", "error", "following", message, fix, "")
    return OccurrenceError([problem], candidates=near)
