"""How a series is changed: its start, its zone and its recurrence together, or not at all.

Zoom replaces `recurrence` whole, and without a start in the future it has been seen to count from
the last meeting or to ignore the change (https://github.com/MacsiDigital/laravel-zoom/issues/39).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import InvalidChange, Problem
from ..recurrence import Occurrence, Recurrence, Series
from ..recurrence._zoom import SERIES_TYPE, first_wall_clock
from .compare import instant, same
from .merge import completed, present_of, remaining_of
from .occurrences import Dates, Listed, bounded, expected, listed, place_of, upcoming

TIMED = ("start_time", "timezone", "recurrence")


@dataclass(slots=True)
class Timing:
    """What an update of a series says about time, and what comes of it."""

    body: dict[str, Any]
    dates: Dates
    # Whether anything of it differs from what is there.
    changes: bool = True
    series: Series | None = None
    start_asked: bool = False
    # Why no series can be made of it.
    errors: tuple[Problem, ...] = ()


def is_series(body: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Tell whether the meeting is a series with fixed times once `body` has been applied."""
    return bool(body.get("type", answer.get("type")) == SERIES_TYPE)


def complete(
    body: Mapping[str, Any], answer: Mapping[str, Any], now: datetime, *, whole: bool = False
) -> Timing:
    """Complete what `body` says about the time of a series, from the meeting as it is.

    `whole`: the body's recurrence stands for itself, and nothing of the present one is added.
    """
    present = present_of(answer.get("recurrence"))
    asked = body.get("recurrence")
    timed = {name: body[name] for name in TIMED if name in body}
    place = place_of(body) or place_of(answer) or ZoneInfo("UTC")
    items = listed(answer)
    ahead = upcoming(items, now)
    old = _series(present, answer.get("start_time"), place_of(answer) or place)
    slots = {} if old is None else {start.utc: start for start in bounded(old, now)}
    remaining = remaining_of(present, len(ahead) or sum(start > now for start in slots))
    if not whole and (present or asked is not None) and isinstance(asked or {}, dict):
        timed["recurrence"] = completed(present | remaining, asked or {})
    recurrence = timed.get("recurrence")
    if "start_time" not in timed:
        start = next_wall_clock(old, slots, ahead, now) or _resumed(
            recurrence, answer.get("start_time"), place_of(answer) or place, now
        )
        if start is not None:
            timed["start_time"] = _wall(start, place)
    if "start_time" in timed and not _is_zulu(timed["start_time"]):
        timed.setdefault("timezone", place.key)
    new, errors = None, list[Problem]()
    try:
        new = _read(recurrence, timed.get("start_time"), place)
    except InvalidChange as error:
        errors = error.problems
    if new is not None and "start_time" not in body:
        # Nobody knows if Zoom counts a start that is off the pattern.
        new = replace(new, start=first_wall_clock(new.timeline))
        timed["start_time"] = new.start.isoformat(timespec="seconds")
    after = expected(new, now)
    there = [item for item in ahead if not item.deleted]
    planned = slots or {item.utc for item in there}
    dates = Dates(
        tuple(item.utc for item in there), after, place,
        tuple(item.utc for item in there if _is_edited(item, planned, answer)),
        _returning(ahead, after, place),
    )  # fmt: skip
    timing = Timing(
        timed, dates, series=new, start_asked="start_time" in body, errors=tuple(errors)
    )
    timing.changes = not _is_there(timing, answer, present, remaining, ahead)
    return timing


def dates_of(body: Mapping[str, Any], answer: Mapping[str, Any], now: datetime) -> Dates | None:
    """Tell which meetings an update that is sent as it stands makes; None: none of them move."""
    if not is_series(body, answer) or not {"recurrence", "start_time"} & body.keys():
        return None
    return complete(body, answer, now, whole="recurrence" in body).dates


def series_of(body: Mapping[str, Any], place: ZoneInfo) -> Series | None:
    """Read the series of a body or an answer; None where it has none that can be read."""
    recurrence = body.get("recurrence")
    return _series(recurrence, body.get("start_time"), place_of(body) or place)


def on_pattern(body: Mapping[str, Any]) -> str | None:
    """Return the first start on the pattern."""
    series = series_of(body, ZoneInfo("UTC"))
    if series is None:
        return None
    return first_wall_clock(series.timeline).isoformat(timespec="seconds")


def next_wall_clock(
    series: Series | None,
    slots: Mapping[datetime, Occurrence],
    ahead: tuple[Listed, ...],
    now: datetime,
) -> datetime | None:
    """Return when the series goes on: its next start as the pattern has it.

    An occurrence that somebody moved tells nothing about the others, so it counts only where
    nothing else is left.
    """
    there = [item for item in ahead if not item.deleted]
    if series is not None:
        found = (slots[item.utc] for item in there if item.utc in slots)
        known = next(found if ahead else iter(series.next(after=now)), None)
        if known is not None:
            # As the pattern has it: a start that the clocks moved must not move the others.
            day = known.local.date()
            return datetime.combine(day, series.start.time(), series.tz)
    return there[0].zoned if there else None


def _series(recurrence: object, start: object, place: ZoneInfo) -> Series | None:
    try:
        return _read(recurrence, start, place)
    except InvalidChange:
        return None


def _read(recurrence: object, start: object, place: ZoneInfo) -> Series | None:
    moment = instant(start, place)
    if moment is None or not recurrence or not isinstance(start, str):
        return None
    local = datetime.fromisoformat(start)
    if local.tzinfo is not None:
        local = moment.astimezone(place).replace(tzinfo=None)
    return Recurrence.from_zoom(recurrence, tz=place).starting(local, tz=place)


def _resumed(recurrence: object, start: object, place: ZoneInfo, now: datetime) -> datetime | None:
    """Return when a series that is over would go on, if its pattern had no end."""
    endless = {"end_times": 0}
    if isinstance(recurrence, Mapping):
        endless = {k: v for k, v in recurrence.items() if k != "end_date_time"} | endless
    series = _series(endless, start, place)
    return None if series is None else next((one.zoned for one in series.next(after=now)), None)


def _wall(start: datetime, place: ZoneInfo) -> str:
    if start.tzinfo is not place:
        start = start.astimezone(UTC).astimezone(place)
    return start.replace(tzinfo=None).isoformat(timespec="seconds")


def _is_there(
    timing: Timing,
    answer: Mapping[str, Any],
    present: dict[str, Any],
    remaining: dict[str, int],
    ahead: tuple[Listed, ...],
) -> bool:
    """Tell whether the series is already as asked."""
    body, place = timing.body, timing.dates.place
    asked = body.get("recurrence", {})
    if answer.get("type") != SERIES_TYPE or place.key != answer.get("timezone", place.key):
        return False
    if not isinstance(asked, dict):
        return False
    pattern = [{k: v for k, v in one.items() if k != "end_times"} for one in (asked, present)]
    for one in pattern:
        one.setdefault("repeat_interval", 1)
    if not same("recurrence", pattern[0], pattern[1]) or pattern[0].keys() != pattern[1].keys():
        return False
    start = instant(body.get("start_time"), place)
    starts = {instant(answer.get("start_time"), place), *(item.utc for item in ahead[:1])}
    first = timing.dates.after[:1] or (start,)
    if timing.start_asked and not {start, *first} & starts:
        return False
    counts = {present.get("end_times"), remaining.get("end_times", present.get("end_times"))}
    raw = answer.get("recurrence", {}).get("end_times")
    if asked.get("end_times") == 0 and raw != 0:
        # Zoom would make the series longer: as many meetings from now on, again.
        return bool(ahead) and timing.dates.after[-1:] <= (ahead[-1].utc,)
    return asked.get("end_times") in counts


def _returning(
    ahead: Collection[Listed], after: Collection[datetime], place: ZoneInfo
) -> tuple[datetime, ...]:
    """List what was deleted on a day on which a meeting would be again."""
    gone = [item.utc for item in ahead if item.deleted]
    days = {start.astimezone(place).date() for start in after} if gone else set()
    return tuple(start for start in gone if start.astimezone(place).date() in days)


def _is_edited(item: Listed, planned: Collection[datetime], answer: Mapping[str, Any]) -> bool:
    length = answer.get("duration")
    return item.utc not in planned or (
        item.duration is not None and isinstance(length, int) and item.duration != length
    )


def _is_zulu(text: object) -> bool:
    return isinstance(text, str) and text.endswith(("Z", "z"))
