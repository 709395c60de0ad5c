"""Splitting a series, to change one meeting and all that follow it.

Zoom knows a series as a whole and single occurrences of it, nothing between. So there are two
steps: a plan that ends the old series, and the body for creating the new one, which is not our
endpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from .._paths import Body, at, drop, filtered, first_name, merged, pattern_path, put
from .._rules.judge import Change, judge_scheduled, raise_errors
from .._rules.spec_rules import ruled
from .._times import in_utc, place_of, zulu
from .._wire import facts, is_whole
from ..errors import OccurrenceError, Problem
from ..recurrence import Recurrence, Series
from ..recurrence._timeline import Count
from ..recurrence._zones import last_instant
from ..recurrence._zoom import SERIES_TYPE, zone_of
from .compare import leaves
from .diff import make_plan
from .merge import completed, present_of
from .occurrences import Listed, expected, listed, nearest, planned_start, upcoming
from .plan_data import Dates, Split
from .timing import first_on_pattern, series_of

# Members that a meeting gets when it is created, or says with its start.
_OWN = frozenset({"start_time", "timezone", "recurrence", "type", "schedule_for", "pre_schedule"})


def split_series(
    change: Change, answer: Body, item: Listed, *, meeting: int, account: str, now: datetime
) -> Split:
    """Split a series before the occurrence `item`, and lay the change over its second part.

    InvalidChange lists every error of both parts; OccurrenceError says why there is no split.
    """
    series = _series(answer)
    planned = expected(series, now)
    first = _on_pattern(item, planned)
    kept = [start for start in planned if start < first]
    if not kept:
        raise _refused(
            f"{item} is the next meeting of the series, so nothing of it would be left",
            "change the whole series with plan(...), or choose a later occurrence",
            nearest(listed(answer), item.utc),
        )
    end = last_instant(kept[-1].astimezone(series.tz).date(), series.tz)
    ended = {"recurrence": {"end_date_time": zulu(end)}}
    trim = make_plan(
        Change("", ended, allow=change.allow), answer, meeting=meeting, account=account, now=now
    )
    left = [start for start in planned if start >= first]
    new, new_problems = _new(change, answer, _rest(series, left, first), now)
    place = place_of(new) or series.tz
    problems = [ruled("following-is-another-meeting")]
    if at(answer, "settings.approval_type") in (0, 1) or answer.get("registration_url"):
        problems.append(ruled("following-registrants"))
    later = [one for one in upcoming(listed(answer), now) if one.utc >= item.utc]
    edited = [one.utc for one in later if one.deleted or one.utc not in planned]
    if edited:
        days = [start.astimezone(series.tz).date() for start in edited]
        problems.append(ruled("following-edited-dates", dates=days))
    before = tuple(one.utc for one in later if not one.deleted)
    dates = Dates(before, expected(series_of(new, place), now), place)
    local = first.astimezone(series.tz)
    return Split(meeting, local, trim, new, (*problems, *new_problems), dates)


def _series(answer: Body) -> Series:
    found = series_of(
        {**answer, "recurrence": present_of(answer.get("recurrence"))}, zone_of(answer)
    )
    if answer.get("type") == SERIES_TYPE and found is not None:
        return found
    raise _refused(
        "this meeting is no series with fixed times that could be split",
        "change the meeting itself with plan(...)",
    )


def _on_pattern(item: Listed, planned: Sequence[datetime]) -> datetime:
    """Find where the pattern has the occurrence."""
    for start in (item.utc, planned_start(item)):
        if start in planned:
            return start
    return next((start for start in planned if start > item.utc), item.utc)


def _rest(series: Series, left: Sequence[datetime], first: datetime) -> Series:
    end = series.recurrence.end
    if isinstance(end, Count):
        end = Count(len(left))
    start = datetime.combine(first.astimezone(series.tz).date(), series.start.time())
    return replace(series, start=start, recurrence=Recurrence(series.recurrence.pattern, end))


def _new(
    change: Change, answer: Body, rest: Series, now: datetime
) -> tuple[dict[str, Any], list[Problem]]:
    """Write the body of the new meeting: what the old one has, and the change over it."""
    copied = rest.to_zoom()
    for path, value in leaves(filtered(answer, _is_copied)):
        if first_name(path) not in _OWN and value not in (None, "", [], {}):
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


def _laid_over(copied: Body, body: dict[str, Any]) -> dict[str, Any]:
    new, wanted = dict(copied), dict(body)
    if isinstance(wanted.get("recurrence"), dict):
        wanted["recurrence"] = completed(new["recurrence"], wanted["recurrence"])
        del new["recurrence"]
    if in_utc(wanted.get("start_time")):
        new.pop("timezone")
    new = merged(new, wanted, is_whole)
    if "start_time" not in wanted and "recurrence" in wanted:
        new["start_time"] = first_on_pattern(new) or new["start_time"]
    return new


def _is_copied(path: str) -> bool:
    """Tell whether creating a meeting knows the member."""
    known = facts.FIELDS.get(pattern_path(path))
    return known is not None and not known.update_only and not known.deprecated


def _refused(message: str, fix: str, near: Sequence[Listed] = ()) -> OccurrenceError:
    problem = Problem("occurrence", "error", "following", message, fix, "")
    return OccurrenceError([problem], candidates=near)
