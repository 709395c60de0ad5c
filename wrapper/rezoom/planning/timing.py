"""How a series is changed: its start, its zone and its recurrence together, or not at all.

Zoom replaces `recurrence` whole, and without a start in the future it has been seen to count from
the last meeting or to ignore the change (https://github.com/MacsiDigital/laravel-zoom/issues/39).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from .._wire import facts
from ..errors import InvalidChange
from ..recurrence import Series
from ..recurrence.pattern import Count, Forever, Recurrence
from ..recurrence.reading import read_recurrence
from ..recurrence.wire import DAILY, MONTHLY, SERIES_TYPE, WEEKLY
from .comparing import instant, same
from .listing import Listed, listed, place_of, upcoming

TIMED = ("start_time", "timezone", "recurrence")
_DAYS = {"weekly_days": WEEKLY, "monthly_day": MONTHLY, "monthly_week": MONTHLY}
_DAYS["monthly_week_day"] = MONTHLY
_ORDER = ("type", "repeat_interval", *_DAYS, "end_times", "end_date_time")
_PAIR = ("monthly_week", "monthly_week_day")
# Longer than any list of occurrences that Zoom makes.
_LOOK_AHEAD = 2 * facts.ENDLESS.weekly
_ONE_DATE = frozenset({DAILY, WEEKLY, MONTHLY})


@dataclass(frozen=True, slots=True)
class Dates:
    """The meetings to come, before a change of the series and after it, as instants in UTC."""

    before: tuple[datetime, ...]
    after: tuple[datetime, ...]
    place: ZoneInfo
    # Meetings that somebody moved or deleted one by one: a change of the series makes them anew.
    edited: tuple[datetime, ...] = ()
    deleted: tuple[datetime, ...] = ()

    @property
    def moved(self) -> tuple[tuple[datetime, datetime], ...]:
        """Meetings that take place at another time: pairs of before and after."""
        return tuple(self._pairs())

    @property
    def appears(self) -> tuple[datetime, ...]:
        """Meetings that were not there before."""
        known = {*self.before, *(after for _, after in self._pairs())}
        return tuple(start for start in self.after if start not in known)

    @property
    def disappears(self) -> tuple[datetime, ...]:
        """Meetings that are no longer there."""
        kept = {*self.after, *(before for before, _ in self._pairs())}
        return tuple(start for start in self.before if start not in kept)

    def _pairs(self) -> Iterator[tuple[datetime, datetime]]:
        """Pair the starts of one day; or all of them, where the whole series moves as one."""
        old = [start for start in self.before if start not in set(self.after)]
        new = [start for start in self.after if start not in set(self.before)]
        walls = [[start.astimezone(self.place).replace(tzinfo=None) for start in side]
                 for side in (old, new)]  # fmt: skip
        if len(old) == len(new) and len({b - a for a, b in zip(*walls, strict=True)}) == 1:
            yield from zip(old, new, strict=True)
            return
        days = {wall.date(): start for wall, start in zip(walls[1], new, strict=True)}
        for wall, start in zip(walls[0], old, strict=True):
            if wall.date() in days:
                yield start, days[wall.date()]


@dataclass(slots=True)
class Timing:
    """What an update of a series says about time, and what comes of it."""

    body: dict[str, Any]
    dates: Dates
    # Whether anything of it differs from what is there.
    changes: bool = True
    series: Series | None = None
    start_asked: bool = False
    notes: dict[str, Any] = field(default_factory=dict)


def is_series(body: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Tell whether the meeting is a series with fixed times once `body` has been applied."""
    return bool(body.get("type", answer.get("type")) == SERIES_TYPE)


def complete(
    body: Mapping[str, Any], answer: Mapping[str, Any], now: datetime, *, whole: bool = False
) -> Timing:
    """Complete what `body` says about the time of a series, from the meeting as it is.

    `whole`: the body's recurrence stands for itself, and nothing of the present one is added.
    """
    present = _present(answer.get("recurrence"))
    asked = body.get("recurrence")
    timed = {name: body[name] for name in TIMED if name in body}
    place = place_of(body) or place_of(answer) or ZoneInfo("UTC")
    items = listed(answer)
    ahead = upcoming(items, now)
    old = _series(present, answer.get("start_time"), place_of(answer) or place)
    remaining = _remaining(present, ahead, old, now)
    if not whole and (present or asked is not None) and isinstance(asked or {}, dict):
        timed["recurrence"] = completed(present | remaining, asked or {})
    if "start_time" not in timed:
        start = next_wall_clock(old, ahead, now)
        if start is not None:
            timed["start_time"] = _wall(start, place)
    if "start_time" in timed and not _is_zulu(timed["start_time"]):
        timed.setdefault("timezone", place.key)
    recurrence = timed.get("recurrence")
    new = _series(recurrence if isinstance(recurrence, dict) else {}, timed.get("start_time"), place)
    after = expected(new, now)
    there = [item for item in ahead if not item.deleted]
    planned = set(expected(old, now)) if old is not None else {item.utc for item in there}
    dates = Dates(
        tuple(item.utc for item in there), after, place,
        tuple(item.utc for item in there if _is_edited(item, planned, answer)),
        tuple(item.utc for item in ahead if item.deleted and item.utc in set(after)),
    )  # fmt: skip
    timing = Timing(timed, dates, series=new, start_asked="start_time" in body)
    timing.changes = not _is_there(timing, answer, present, remaining, ahead)
    return timing


def ahead_of(series: Series, now: datetime) -> Series:
    """Return the part of a series that is still to come: Zoom takes no start in the past.

    The same pattern from its next start on; a count of meetings leaves out those that are over.
    """
    first = next(iter(series.next(after=now)), None)
    if first is None or first.index == 0:
        return series
    end = series.recurrence.end
    if isinstance(end, Count):
        end = Count(end.times - first.index)
    day = date.fromordinal(next(islice(series.days(), first.index, None)))
    start = datetime.combine(day, series.start.time())
    return replace(series, start=start, recurrence=Recurrence(series.recurrence.pattern, end))


def completed(present: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the asked members over the present ones, and drop those which they exclude."""
    kept = dict(present)
    if "type" in asked and asked["type"] != present.get("type"):
        for name in ("repeat_interval", *_DAYS):
            kept.pop(name, None)
        kept["repeat_interval"] = 1
    if "end_date_time" in asked:
        kept.pop("end_times", None)
    if "end_times" in asked:
        kept.pop("end_date_time", None)
    if "monthly_day" in asked:
        for name in _PAIR:
            kept.pop(name, None)
    elif any(name in asked for name in _PAIR):
        kept.pop("monthly_day", None)
    kind = asked.get("type", kept.get("type"))
    for name, of in _DAYS.items():
        if kind in _ONE_DATE and kind != of:
            kept.pop(name, None)
    merged = {**kept, **asked}
    known = {name: merged[name] for name in _ORDER if name in merged}
    return known | merged


def next_wall_clock(
    series: Series | None, ahead: tuple[Listed, ...], now: datetime
) -> datetime | None:
    """Return when the series goes on: its next start as the pattern has it.

    An occurrence that somebody moved tells nothing about the others, so it counts only where
    nothing else is left.
    """
    there = [item for item in ahead if not item.deleted]
    if series is not None:
        planned = {start.utc: start for start in _bounded(series, now)}
        known = [planned[item.utc] for item in there if item.utc in planned]
        if not ahead:
            known = list(series.next(after=now))
        if known:
            # As the pattern has it: a start that the clocks moved must not move the others.
            day = known[0].local.date()
            return datetime.combine(day, series.start.time(), series.tz)
    return there[0].zoned if there else None


def expected(series: Series | None, now: datetime) -> tuple[datetime, ...]:
    """List the starts that Zoom makes of a series, as instants still to come."""
    if series is None:
        return ()
    return tuple(start.utc for start in _bounded(series, now) if start.utc > now)


def horizon(series: Series) -> int:
    """Tell how many meetings Zoom makes of a series without an end."""
    weekly = series.to_zoom()["recurrence"]["type"] == WEEKLY
    return facts.ENDLESS.weekly if weekly else facts.ENDLESS.other


def _bounded(series: Series, now: datetime) -> Iterator[Any]:
    if isinstance(series.recurrence.end, Forever):
        yield from series.next(horizon(series), after=now)
    else:
        yield from islice(series, _LOOK_AHEAD)


def _present(recurrence: object) -> dict[str, Any]:
    """Read the present recurrence without what is not set, in the form in which it is sent."""
    if not isinstance(recurrence, Mapping):
        return {}
    found = {
        name: value for name, value in recurrence.items()
        if name in _ORDER and value not in (None, "") and (value != 0 or name == "end_times")
    }  # fmt: skip
    if "end_date_time" in found:
        found.pop("end_times", None)
    most = facts.FIELDS["recurrence.end_times"].maximum or 0
    count = found.get("end_times")
    if isinstance(count, int) and count > most:
        found["end_times"] = 0  # Zoom itself wrote it: a series without an end
    return found


def _remaining(
    present: Mapping[str, Any], ahead: tuple[Listed, ...], series: Series | None, now: datetime
) -> dict[str, int]:
    """Count what is left of a series that ends by a count: those that are over do not recur."""
    count = present.get("end_times")
    if not isinstance(count, int) or count <= 0:
        return {}
    left = len(ahead)
    if not ahead and series is not None:
        left = len(expected(series, now))
    return {"end_times": left} if 0 < left < count else {}


def _series(recurrence: Mapping[str, Any], start: object, place: ZoneInfo) -> Series | None:
    moment = instant(start, place)
    if moment is None or not recurrence or not isinstance(start, str):
        return None
    local = datetime.fromisoformat(start)
    if local.tzinfo is not None:
        local = moment.astimezone(place).replace(tzinfo=None)
    try:
        return Series(read_recurrence(recurrence, place)[0], local, place).not_empty()
    except InvalidChange:
        return None


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


def _is_edited(item: Listed, planned: set[datetime], answer: Mapping[str, Any]) -> bool:
    length = answer.get("duration")
    return item.utc not in planned or (
        item.duration is not None and isinstance(length, int) and item.duration != length
    )


def _is_zulu(text: object) -> bool:
    return isinstance(text, str) and text.endswith(("Z", "z"))
