"""How a series is changed: its start, its zone and its recurrence together, or not at all.

Zoom replaces `recurrence` whole, and without a start in the future it has been seen to count from
the last meeting or to ignore the change (https://github.com/MacsiDigital/laravel-zoom/issues/39).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .._paths import Body, at
from .._rules.in_context import build_case, judge_situation
from .._times import in_utc, place_of, read_time, read_wall, wall
from .._zone_names import same_zone
from ..errors import InvalidChange, Problem
from ..recurrence import Occurrence, Recurrence, Series
from ..recurrence._zoom import SERIES_TYPE, count_or_endless, first_wall_clock, zone_of
from .compare import same
from .merge import completed, present_of, remaining_of
from .occurrences import Listed, bounded, expected, listed, upcoming
from .plan_data import Dates

_ENDS = {"end_times", "end_date_time"}
TIMED = ("start_time", "timezone", "recurrence")


@dataclass(frozen=True, slots=True)
class Timing:
    """The time members of an update of a series, completed, and the meetings they make."""

    body: dict[str, Any]
    dates: Dates
    # Whether anything of it differs from what is there.
    changes: bool
    series: Series | None
    start_requested: bool
    # Why no series can be made of it.
    errors: tuple[Problem, ...] = ()
    # What is doubtful about the present one.
    doubts: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Present:
    """The series as a read shows it, and what of it is still to come."""

    answer: Body
    # None: not known here.
    place: ZoneInfo | None
    recurrence: dict[str, Any]
    series: Series | None
    # The starts that the pattern makes.
    planned: Mapping[datetime, Occurrence]
    ahead: tuple[Listed, ...]
    # How many meetings a series that ends by a count still has.
    remaining: dict[str, int]

    @property
    def there(self) -> list[Listed]:
        """What is ahead and was not deleted."""
        return [item for item in self.ahead if not item.deleted]


def is_series(body: Body, answer: Body) -> bool:
    """Tell whether the meeting is a series with fixed times once `body` has been applied."""
    return bool(body.get("type", answer.get("type")) == SERIES_TYPE)


def complete(body: Body, answer: Body, now: datetime, *, whole: bool = False) -> Timing:
    """Complete what `body` says about the time of a series, from the meeting as it is.

    `whole`: the body's recurrence stands for itself, and nothing of the present one is added.
    Raises RecurrenceError where the meeting's time zone is needed, and not known here.
    """
    own = place_of(body) if "start_time" in body else None
    present = _present(answer, place_of(answer) if own else zone_of(answer), now)
    place = place_of(body) or zone_of(answer)
    timed = _timed(body, present, place, now, whole=whole)
    new, errors = _read(timed.get("recurrence"), timed.get("start_time"), place)
    if new is not None and "start_time" not in body:
        # It is not known whether Zoom counts a start that is off the pattern.
        new = replace(new, start=first_wall_clock(new.timeline))
        timed["start_time"] = wall(new.start)
    dates = _dates(present, expected(new, now), place)
    start_requested = "start_time" in body
    changes = not _is_there(timed, dates, present, start_requested=start_requested)
    ends = _ENDS & (body.get("recurrence") or {}).keys()
    doubts = () if whole or ends else count_or_endless(present.recurrence)
    return Timing(timed, dates, changes, new, start_requested, errors, doubts)


def _present(answer: Body, place: ZoneInfo | None, now: datetime) -> _Present:
    recurrence = present_of(answer.get("recurrence"))
    ahead = upcoming(listed(answer), now)
    series = None if place is None else _read(recurrence, answer.get("start_time"), place)[0]
    planned = {} if series is None else {start.utc: start for start in bounded(series, now)}
    remaining = remaining_of(recurrence, len(ahead) or sum(start > now for start in planned))
    return _Present(answer, place, recurrence, series, planned, ahead, remaining)


def _timed(
    body: Body, present: _Present, place: ZoneInfo, now: datetime, *, whole: bool
) -> dict[str, Any]:
    """Complete the members that say when the meetings are: start, zone and recurrence."""
    timed = {name: body[name] for name in TIMED if name in body}
    requested = body.get("recurrence")
    partial = not whole and isinstance(requested or {}, dict)
    if partial and (present.recurrence or requested is not None):
        timed["recurrence"] = completed(present.recurrence | present.remaining, requested or {})
    if "start_time" not in timed:
        start = _next_wall_clock(present, now) or _resumed(timed.get("recurrence"), present, now)
        if start is not None:
            timed["start_time"] = wall(start, place)
    if "start_time" in timed and not in_utc(timed["start_time"]):
        timed.setdefault("timezone", place.key)
    return timed


def _dates(present: _Present, after: tuple[datetime, ...], place: ZoneInfo) -> Dates:
    before = tuple(item.utc for item in present.there)
    length = present.answer.get("duration")
    usual = (None, length) if isinstance(length, int) else ()
    edited = tuple(
        item.utc
        for item in present.there
        if item.utc not in (present.planned or before) or (usual and item.duration not in usual)
    )
    # What was deleted comes back where a meeting would be on its day again.
    gone = [item.utc for item in present.ahead if item.deleted]
    days = {start.astimezone(place).date() for start in after} if gone else set()
    returning = tuple(start for start in gone if start.astimezone(place).date() in days)
    return Dates(before, after, place, edited, returning)


def dates_of(body: Body, answer: Body, now: datetime) -> Dates | None:
    """Tell which meetings an update that is sent as it stands makes; None: none of them move."""
    if not is_series(body, answer) or not {"recurrence", "start_time"} & body.keys():
        return None
    try:
        return complete(body, answer, now, whole="recurrence" in body).dates
    except InvalidChange:
        return None  # the zone is not known, and neither is on which days they were


def series_of(body: Body, place: ZoneInfo) -> Series | None:
    """Read the series of a body or an answer; None where it has none that can be read."""
    return _read(body.get("recurrence"), body.get("start_time"), place_of(body) or place)[0]


def judge_times(
    body: Body, *, now: datetime, occurrence: bool, allow: Sequence[str]
) -> list[Problem]:
    """List what body and clock alone say of when it takes place: past, off the pattern, no dates.

    What only the meeting decides, such as in which zone its wall clock is, is left to a read.
    """
    found: list[Problem] = []
    start, place = body.get("start_time"), place_of(body)
    if place is None and in_utc(start):
        # Of an instant, the end can be compared in any zone, and the days cannot.
        end = read_time(at(body, "recurrence.end_date_time"), UTC)
        begins = read_time(start, None)
        if end is not None and begins is not None and end < begins:
            found += _read(body.get("recurrence"), start, ZoneInfo("UTC"))[1]
    elif place is not None and not occurrence:
        series, errors = _read(body.get("recurrence"), start, place)
        found += errors if series is None else series.warnings(now=now)
    case = build_case(body, {}, now=now, occurrence=occurrence)
    known = {problem.rule for problem in found}
    found += (one for one in judge_situation(case) if one.rule not in known)
    return [problem for problem in found if problem.rule not in allow]


def first_on_pattern(body: Body) -> str | None:
    """Return the first start that is on the pattern, on the series' own clock."""
    series = series_of(body, zone_of(body))
    return None if series is None else wall(first_wall_clock(series.timeline))


def _next_wall_clock(present: _Present, now: datetime) -> datetime | None:
    """Return when the series goes on: its next start as the pattern has it.

    An occurrence that somebody moved tells nothing about the others, so it counts only where
    nothing else is left.
    """
    there, series, planned = present.there, present.series, present.planned
    if series is not None:
        found = (planned[item.utc] for item in there if item.utc in planned)
        known = next(found if present.ahead else iter(series.next(after=now)), None)
        if known is not None:
            # As the pattern has it: a start that the clocks moved must not move the others.
            day = known.local.date()
            return datetime.combine(day, series.start.time(), series.tz)
    return there[0].zoned if there else None


def _read(
    recurrence: object, start: object, place: ZoneInfo
) -> tuple[Series | None, tuple[Problem, ...]]:
    """Read a series; where none can be made of it, say why."""
    local = read_wall(start, place)
    if local is None or not recurrence:
        return None, ()
    try:
        return Recurrence.from_zoom(recurrence, tz=place).starting(local, tz=place), ()
    except InvalidChange as error:
        return None, tuple(error.problems)


def _resumed(recurrence: object, present: _Present, now: datetime) -> datetime | None:
    """Return when a series that is over would go on, if its pattern had no end."""
    endless = {"end_times": 0}
    if isinstance(recurrence, Mapping):
        endless = {k: v for k, v in recurrence.items() if k != "end_date_time"} | endless
    if present.place is None:
        return None
    series, _ = _read(endless, present.answer.get("start_time"), present.place)
    return None if series is None else next((one.zoned for one in series.next(after=now)), None)


def _is_there(timed: Body, dates: Dates, present: _Present, *, start_requested: bool) -> bool:
    """Tell whether the series already has the requested times."""
    answer, place = present.answer, dates.place
    requested = timed.get("recurrence", {})
    there = answer.get("type") == SERIES_TYPE and same_zone(answer.get("timezone", place), place)
    if not there or not isinstance(requested, dict):
        return False
    new, old = (
        {"repeat_interval": 1} | {k: v for k, v in one.items() if k != "end_times"}
        for one in (requested, present.recurrence)
    )
    if not same("recurrence", new, old) or new.keys() != old.keys():
        return False
    start = read_time(timed.get("start_time"), place)
    starts = {read_time(answer.get("start_time"), place), *(item.utc for item in present.ahead[:1])}
    if start_requested and not {start, *(dates.after[:1] or (start,))} & starts:
        return False
    count = present.recurrence.get("end_times")
    raw = at(answer, "recurrence.end_times")
    if requested.get("end_times") == 0 and raw != 0:
        # Zoom would make the series longer: as many meetings from now on, again.
        return bool(present.ahead) and dates.after[-1:] <= (present.ahead[-1].utc,)
    return requested.get("end_times") in (count, present.remaining.get("end_times", count))
