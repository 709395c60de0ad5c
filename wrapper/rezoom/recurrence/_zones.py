"""From dates to starts: the wall clock of a time zone, and the instants it means.

In the hour that a clock shows twice, the first one counts. A wall clock time that the clock jumps
over moves forward by as much as the clock does, or is dropped: Zoom does not say which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from .._public import public
from .._times import WireTimeError, clock_gap, zone
from .._zone_names import of_windows
from ._limits import RecurrenceError, refusal
from ._timeline import ClockGaps, End, Until, UntilInstant


@public("rezoom.recurrence")
@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One start: the wall clock (naive), the instant (UTC), and both in one (aware in the zone).

    `index` counts the pattern's dates from 0; a start that is dropped leaves its number out.
    """

    index: int
    local: datetime
    utc: datetime
    zoned: datetime

    def __str__(self) -> str:
        return self.zoned.isoformat(" ", "seconds" if self.local.second else "minutes")


_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NAME_IT = 'write starting(datetime(2027, 3, 3, 9, 0), tz="Europe/Berlin")'


def starts(
    index: int, days: Iterable[int], clock: time, tz: ZoneInfo, clock_gaps: ClockGaps = "move"
) -> Iterator[Occurrence]:
    """Put a wall-clock time on day numbers; `index` is the place of the first one."""
    previous: Occurrence | None = None
    for place, day in enumerate(days, index):
        local = datetime.combine(date.fromordinal(day), clock)
        zoned = datetime.combine(local, clock, tz)
        utc = zoned.astimezone(UTC)
        shown = utc.astimezone(tz)
        # Two times of one zone compare by their clocks, which differ in a gap only.
        if shown != zoned:
            if clock_gaps == "drop":
                continue
            local, zoned = shown.replace(tzinfo=None), shown
        start = Occurrence(place, local, utc, zoned)
        # Across a day that a zone never had, a start moves onto the next one: one meeting.
        if previous is not None and previous.utc != start.utc:
            yield previous
        previous = start
    if previous is not None:
        yield previous


def last_instant(day: date, tz: ZoneInfo) -> datetime:
    """Return the last whole second of a local day, in UTC."""
    if day >= date.max - _DAY:
        return datetime.max.replace(tzinfo=UTC, microsecond=0)
    midnight = datetime.combine(day + _DAY, time.min)
    after = midnight.replace(tzinfo=tz).astimezone(UTC)
    if clock_gap(midnight, tz):
        # There is no midnight: find the instant at which the clock jumps over it.
        before = midnight.replace(tzinfo=tz, fold=1).astimezone(UTC)
        after = first_second(before, after, lambda then: then.astimezone(tz).date() > day)
    return after - _SECOND


def first_second(low: datetime, high: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """Find the first second after `low` at which something holds that holds from then to `high`."""
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if holds(middle):
            high = middle
        else:
            low = middle
    return high


def moment(when: date | datetime | Occurrence, tz: ZoneInfo) -> datetime:
    """Return the instant that is meant; of a day, the last second of it in that zone."""
    if isinstance(when, Occurrence):
        return when.utc
    if isinstance(when, datetime):
        return instant(when, tz)
    if isinstance(when, date):
        return last_instant(when, tz)
    fix = "give a date, datetime or Occurrence"
    raise refusal("", "moment", f"{when!r:.40} is not a moment", fix, of="")


def end_at(instant: datetime, tz: ZoneInfo) -> Until | UntilInstant:
    """Return the end that an instant means: a day, if it is the last second of one in that zone."""
    day = local(instant, tz).date()
    return Until(day) if last_instant(day, tz) == instant else UntilInstant(instant)


def cutoff(end: End, tz: ZoneInfo) -> datetime | None:
    """Return the last instant at which a meeting may start, if the series ends by time."""
    match end:
        case Until(last_day):
            return last_instant(last_day, tz)
        case UntilInstant(instant):
            return instant
    return None


def local(instant: datetime, tz: ZoneInfo) -> datetime:
    """Return the wall clock of that zone; that of UTC where the calendar ends."""
    with suppress(OverflowError):
        instant = instant.astimezone(tz)
    return instant.replace(tzinfo=None)


def instant(wall: datetime, tz: ZoneInfo) -> datetime:
    """Return the instant of an aware datetime, or of a naive one on that zone's clock.

    Where the calendar ends, the clock of UTC is taken for that of the zone.
    """
    aware = wall if wall.utcoffset() is not None else wall.replace(tzinfo=tz)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        return aware.replace(tzinfo=UTC)


def named(tz: str | ZoneInfo) -> ZoneInfo:
    """Return the zone of that name; an unknown one is refused with the nearest names."""
    try:
        return zone(tz)
    except WireTimeError as error:
        raise refusal("timezone", "time-zone", error.message, error.fix, of="") from None


def calendar_zone(name: str) -> ZoneInfo:
    """Return the zone that a calendar names: in other letters, behind a path, or as Windows does.

    "/mozilla.org/20050126_1/America/New_York" is how RFC 5545 §3.2.19 lets programs write theirs.
    """
    known = _keys()
    steps = name.casefold().split("/")
    ends = ("/".join(steps[first:]) for first in range(len(steps) if name[:1] == "/" else 1))
    found = next((known[end] for end in ends if end in known), None)
    return named(found or of_windows(name) or name)


@cache
def _keys() -> Mapping[str, str]:
    # Whoever asks looks through the whole database.
    return {key.casefold(): key for key in available_timezones()}


def placed(start: datetime, tz: str | ZoneInfo | None) -> tuple[datetime, ZoneInfo]:
    """Return the start on the wall clock of its zone, in whole seconds, and that zone."""
    if not isinstance(start, datetime):
        kind = "a date without a time" if isinstance(start, date) else f"{start!r:.40}"
        raise _bad_start(f"a series starts at a datetime, not {kind}", _NAME_IT)
    place = named(tz) if tz is not None else _zone_of(start)
    if not date.min.year < start.year < date.max.year:
        raise _bad_start(f"{start} is too near the end of the calendar", "choose another year")
    if start.utcoffset() is not None and start.tzinfo is not place:
        start = local(instant(start, place), place)
    # Whatever subclass came in; Zoom reads whole seconds.
    return datetime.combine(start.date(), start.time().replace(microsecond=0, fold=0)), place


def _zone_of(start: datetime) -> ZoneInfo:
    if start.utcoffset() is None:
        raise _bad_start(f"{start.isoformat()} could be in any time zone", _NAME_IT)
    info: tzinfo | None = start.tzinfo
    # pytz keeps the name in `zone`.
    named_by = info if isinstance(info, ZoneInfo) else getattr(info, "zone", None)
    if isinstance(named_by, str | ZoneInfo):
        return named(named_by)
    raise _bad_start(
        f"{start.isoformat()} has an offset, which does not say when the clocks change",
        'name the zone: tz="Europe/Berlin", or tz="UTC" if no clocks should change',
        field="timezone",
    )


def _bad_start(message: str, fix: str, field: str = "start_time") -> RecurrenceError:
    return refusal(field, "start", message, fix, of="")
