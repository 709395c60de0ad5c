"""From a change and one read of the meeting to what differs, and to the plan; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from .._paths import Body, at, first_name, put
from .._redaction import masked
from .._rules.in_context import (
    build_case,
    form_reason,
    judge_situation,
    letting_in,
    still_open,
)
from .._rules.judge import Change, judge, judge_scheduled, raise_errors, with_dates
from .._times import in_utc, place_of, read_time, wall, zulu
from .._wire import facts
from .._zone_names import same_zone
from ..errors import PlanError, Problem
from ..recurrence._zoom import zone_of
from . import compare
from .compare import leaves, same
from .fingerprint import fingerprint, salt_of
from .occurrences import LISTED, Listed, expected, view_of
from .plan_data import Diff, FieldChange, PlanData
from .timing import TIMED, Timing, complete, is_series, series_of


def make_plan(
    change: Change,
    answer: Body,
    *,
    meeting: int,
    account: str,
    now: datetime,
    occurrence: Listed | None = None,
    seen: bool = True,
) -> PlanData:
    """Work out an update of the meeting that `answer` shows; InvalidChange lists every error.

    `seen`: the read was of this one occurrence, and not of its series; otherwise only the time and
    the length of the occurrence are known.
    """
    view = view_of(answer, occurrence)
    diff = work_out(change, view, now=now, occurrence=occurrence, seen=seen)
    raise_errors(diff.problems)
    made_at = now.replace(microsecond=0)
    salt = salt_of(meeting, made_at)
    return PlanData(
        meeting,
        account,
        diff.body,
        tuple(diff.changes),
        tuple(diff.problems),
        read=fingerprint(diff.body, view, salt=salt, occurrence=occurrence, seen=seen),
        made_at=made_at,
        occurrence=None if occurrence is None else occurrence.id,
        dates=diff.dates,
        topic=str(answer.get("topic") or ""),
        allow=tuple(change.allow),
    )


def work_out(
    change: Change,
    view: Body,
    *,
    now: datetime,
    occurrence: Listed | bool | None = None,
    seen: bool = True,
) -> Diff:
    """Judge a change in view of the meeting, and leave of it what differs."""
    timings: list[Timing] = []
    completed = partial(_completed, timings, change.schedule is not None, view, now)
    one = bool(occurrence)
    body, problems = judge_scheduled(
        change, now=now, occurrence=one, complete=None if one else completed
    )
    timing = timings[0] if timings else None
    if timing is not None and change.schedule is None:
        own = timing.series.warnings(now=now) if timing.series is not None else [*timing.errors]
        own += timing.doubts
        problems = with_dates(problems, own, change.allow)
    kept = _kept_otherwise(body, view) if seen else []
    body, changes = _reduce(body, view, timing, seen=seen, done={one.path for one in kept})
    # Of a zone that stays as it is nothing goes out.
    moot = () if "timezone" in body else ("zone-not-listed",)
    problems = [one for one in (*problems, *kept) if one.rule not in moot]
    dates = timing.dates if timing is not None and timing.changes else None
    if not body:
        errors = [one for one in problems if one.severity == "error"]
        return Diff({}, changes, errors + kept, dates)
    target = occurrence.to_dict() if isinstance(occurrence, Listed) else one
    problems = rejudge(problems, body, view, now=now, occurrence=target, allow=change.allow)
    return Diff(body, changes, problems, dates)


def judge_written(body: Body, *, occurrence: bool, allow: Sequence[str]) -> list[Problem]:
    """Judge a body that was made earlier; raise PlanError where it is not what is judged."""
    made = change_of(body)
    judged, problems = judge(
        None, made.fields, occurrence=occurrence, extra=made.extra, allow=allow
    )
    refused = any(problem.severity == "error" for problem in problems)
    odd = [path for path, value in leaves(body) if at(judged, path) != value]
    if odd and not refused:
        raise PlanError(
            f"The plan's {odd[0]} is not in the form that Zoom reads",
            next_step="It was changed after it was made; make a new plan.",
        )
    return problems


def check_shown(plan: PlanData) -> None:
    """Raise ValueError unless a plan from a file shows the changes and the dates that it sends."""
    shown = {change.path for change in plan.changes}
    for change in plan.changes:
        if masked(at(plan.body, change.path), change.path) != change.after:
            raise ValueError(f"changes: {change.path} is not what body sends")
    # One member of a time may be sent only because another one changes.
    timed = plan.dates is not None or any(first_name(path) in TIMED for path in shown)
    for path, _ in leaves(plan.body):
        if path not in shown and not (timed and path in TIMED):
            raise ValueError(f"changes: {path} is sent, and is not among them")
    dates = plan.dates
    if dates is not None:
        series = series_of(plan.body, dates.place)
        placed = place_of(plan.body) in (None, dates.place)
        if not placed or not plan.made_at or dates.after != expected(series, plan.made_at):
            raise ValueError("dates: they are not those that body makes")


def change_of(body: Body) -> Change:
    """Take a body for a change; what the spec does not know in it is its `extra`."""
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for path, value in leaves(body):
        put(known if compare.writable(path) else extra, path, value)
    return Change("", known, extra=extra or None)


def rejudge(
    problems: Sequence[Problem],
    body: Body,
    answer: Body,
    *,
    now: datetime,
    occurrence: Body | bool,
    allow: Sequence[str],
) -> list[Problem]:
    """Add to the problems of a body what the meeting as it is says to it; security first."""
    case = build_case(body, answer, now=now, occurrence=occurrence)
    known = {problem.rule for problem in problems}
    found = (problem for problem in judge_situation(case, allow) if problem.rule not in known)
    return sorted([*still_open(problems, case), *found], key=letting_in, reverse=True)


def is_so(path: str, value: Any, view: Body, place: ZoneInfo | None) -> bool:
    """Tell whether the meeting has the requested value already."""
    places = compare.elsewhere(path)
    if places:
        wanted = str(value).casefold()
        return any(str(at(view, name)).casefold() == wanted for name in places)
    if path == "password" and not value and _has_passcode(view):
        return False
    return same(path, value, at(view, path), place)


def _has_passcode(view: Body) -> bool:
    """Tell whether a meeting has a passcode, also where a read does not show it itself."""
    others = (view.get(name) for name in facts.SECRET_NAMES if name.endswith("password"))
    return any(others) or "pwd=" in str(view.get("join_url"))


def _completed(
    timings: list[Timing], whole: bool, view: Body, now: datetime, body: dict[str, Any]
) -> dict[str, Any]:
    """Complete a body from the meeting; of a series its Timing is noted too."""
    start, zone = body.get("start_time"), body.get("timezone")
    moves = "recurrence" in body or "start_time" in body
    if (moves or not (zone is None or same_zone(zone, view.get("timezone")))) and is_series(
        body, view
    ):
        timings.append(complete(body, view, now, whole=whole))
        return {**body, **timings[-1].body}
    if isinstance(start, str) and not in_utc(start) and zone is None:
        return {**body, "timezone": zone_of(view).key}
    return body


def _kept_otherwise(body: Body, view: Body) -> list[Problem]:
    """List what the meeting shows already, in a form of Zoom's own that a rule knows."""
    place = place_of(body) or place_of(view)
    forms = (
        (path, compare.form_of(path, value, at(view, path), place)) for path, value in leaves(body)
    )
    known = (form_reason(path, form) for path, form in forms if form is not None)
    return [one for one in known if one is not None]


def _reduce(
    body: Body, view: Body, timing: Timing | None, *, seen: bool, done: set[str]
) -> tuple[dict[str, Any], list[FieldChange]]:
    """Drop what is already so; start, zone and recurrence go together, or not at all."""
    kept: dict[str, Any] = {}
    changes: list[FieldChange] = []
    place = place_of(body) or place_of(view)
    differing = {
        path
        for path, value in leaves(body)
        if path not in done
        and (not is_so(path, value, view, place) or (not seen and path not in LISTED))
    }
    # A member that is sent only because another one is sent is no change of its own.
    listed = set(differing)
    if timing is not None:
        whole = set(timing.body) if timing.changes else set()
        first, earlier = timing.dates.after[:1], timing.dates.before[:1]
        moves = timing.start_requested and first != earlier
        listed = {path for path in whole & differing if path != "start_time" or moves}
        differing = (differing - set(TIMED)) | whole
    else:
        if "start_time" in differing and "timezone" in body:
            differing.add("timezone")
        if {"start_time", "timezone"} <= body.keys() and "timezone" in differing:
            differing.add("start_time")
    for path, value in leaves(body):
        if path not in differing:
            continue
        put(kept, path, value)
        if path in listed or path not in TIMED:
            changes += _field_changes(path, value, view, timing)
    return kept, changes


def _field_changes(path: str, value: Any, view: Body, timing: Timing | None) -> list[FieldChange]:
    """List what changes at a path: one member, or of a recurrence each that differs."""
    before = compare.shown_at(path, view)
    if path == "recurrence" and isinstance(value, dict):
        old = before if isinstance(before, Mapping) else {}
        names = dict.fromkeys([*value, *(name for name in old if old[name] not in (None, ""))])
        return [
            FieldChange(f"{path}.{name}", old.get(name), value.get(name))
            for name in names
            if not same(f"{path}.{name}", value.get(name), old.get(name))
        ]
    if path == "start_time":
        before = _local(before, view, timing, value)
    return [FieldChange(path, before, value)]


def _local(before: Any, view: Body, timing: Timing | None, value: Any) -> Any:
    """Write a start that was read as the one that is sent: in UTC, or on the meeting's clock."""
    place = place_of(view)
    moment = timing.dates.before[0] if timing and timing.dates.before else read_time(before, place)
    if moment is None or (place is None and not in_utc(value)):
        return before
    return zulu(moment) if in_utc(value) else wall(moment, place)
