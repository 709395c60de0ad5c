"""Times: instants counted in microseconds, and times as Zoom reads and writes them.

An offset such as +01:00 is never written: Zoom describes only these two forms, and has been seen
to read an offset as UTC (https://github.com/calcom/cal.diy/pull/3238).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any

from ._zone_names import find_zone, is_place, nearest

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(instant: datetime) -> int:
    """Count the microseconds from 1970 to an aware instant."""
    # Exact until 2106: a float of seconds is off by less than a quarter of a microsecond.
    return round(instant.timestamp() * SECOND)


def instant(count: int) -> datetime:
    """Return the instant, in UTC, so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)


def zulu(moment: datetime) -> str:
    """Write an aware datetime as an instant in UTC: 2027-01-04T08:00:00Z."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def wall(moment: datetime, place: tzinfo | None = None) -> str:
    """Write what the clock shows, of `place` where one is given: 2027-01-04T09:00:00."""
    if place is not None and moment.tzinfo is not place:
        moment = _moved(moment, place)
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def in_utc(text: object) -> bool:
    """Tell whether a written time is an instant, and no wall clock that needs a time zone."""
    return isinstance(text, str) and text.endswith(("Z", "z"))


# No meeting is older than Zoom's clock or younger than this; the ends of the calendar overflow.
_YEARS = range(1971, 9000)


def read_time(text: object, place: tzinfo | None) -> datetime | None:
    """Read a time as Zoom writes it, in UTC: an instant, or what the clock of `place` shows.

    None is the answer for all that is no time, or that could be in any time zone.
    """
    moment = _written(text)
    if moment is None or (moment.tzinfo is None and place is None):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=place)).astimezone(UTC)


def read_wall(text: object, place: tzinfo) -> datetime | None:
    """Read a time as the clock of `place` shows it; a wall clock in a gap stays as written."""
    moment = _written(text)
    if moment is None or moment.tzinfo is None:
        return moment
    return _moved(moment, place).replace(tzinfo=None)


def _written(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.year in _YEARS else None


_WRITTEN = re.compile(
    r"""
    (?P<year>[0-9]{4}) (?P<dash>-?) (?P<month>[0-9]{2}) (?P=dash) (?P<day>[0-9]{2})
    [Tt ]
    (?P<hour>[0-9]{2}) (?P<colon>:?) (?P<minute>[0-9]{2})
    (?: (?P=colon) (?P<second>[0-9]{2}) (?:[.,][0-9]+)? )?
    [ ]? (?P<zone> [Zz] | (?P<sign>[+-]) (?P<hours>[0-9]{2}) (?: :? (?P<minutes>[0-9]{2}) )? )?
    """,
    re.VERBOSE,
)
_UTC_NAMES = frozenset({"UTC", "UCT", "Universal", "Zulu", "Etc/UTC", "Etc/UCT", "GMT", "Etc/GMT"})
_WRITE_IT = "write it as 2026-12-07T09:00:00 with timezone, or as 2026-12-07T08:00:00Z"
_WRITE_UTC = "write an instant, such as 2026-12-07T08:00:00Z or an aware datetime"
_SAY_WHERE = "pass timezone, an aware datetime, or a time that ends in Z"


class WireTimeError(ValueError):
    """A time or a time zone that cannot be written the way Zoom reads it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message, fix)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} - {self.fix}"


def start_fields(
    value: datetime | str, tz: str | ZoneInfo | None, *, utc_only: bool
) -> dict[str, str]:
    """Return `start_time`, and `timezone` where it belongs, for one start.

    With `utc_only` the answer is an instant alone: an edit of one occurrence ignores `timezone`.
    """
    if (day := _a_day(value)) is not None:
        raise WireTimeError(f"{day} is a day without a time", f"write {start_on(day)}")
    moment = _moment(value, _WRITE_IT)
    place = None if tz is None else zone(tz)
    if moment.tzinfo is None and (moment.fold or utc_only):
        # No default sets fold=1: it says which of the two is meant.
        moment = moment.replace(tzinfo=place)
    if moment.tzinfo is None:
        if utc_only:
            raise WireTimeError(f"{wall(moment)} could be in any time zone", _SAY_WHERE)
        return {"start_time": wall(moment)} | ({"timezone": place.key} if place else {})
    place = place or _named_zone(moment.tzinfo)
    if place is None or utc_only:
        return {"start_time": _instant(moment)}
    local = _moved(moment, place)
    # In the hour that a clock shows twice, the wall clock cannot say which one is meant.
    twice = clock_overlap(local.replace(tzinfo=None), place)
    return {"start_time": _instant(moment) if twice else wall(local), "timezone": place.key}


def utc_instant(value: datetime | str) -> str:
    """Return the `...Z` form of an instant, for fields that know no other."""
    day = _a_day(value)
    if day is not None:
        call = f"until(date({day.year}, {day.month}, {day.day}))"
        fix = f"write its last second in UTC, such as {day}T23:59:59Z; a Recurrence has {call}"
        raise WireTimeError(f"{day} is a day without a time", fix)
    moment = _moment(value, _WRITE_UTC)
    if moment.tzinfo is None:
        raise WireTimeError(f"{wall(moment)} could be in any time zone", _WRITE_UTC)
    return _instant(moment)


def start_on(day: date) -> str:
    """Write a start on a day as an example of what would be taken."""
    return f"{day}T09:00:00 with timezone, or {day}T08:00:00Z"


def _a_day(value: object) -> date | None:
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def zone(key: str | ZoneInfo) -> ZoneInfo:
    """Return the time zone of that name; a name that does not exist brings the nearest ones."""
    from zoneinfo import ZoneInfo

    if not isinstance(key, str | ZoneInfo):
        kind = type(key).__name__
        raise WireTimeError(f"a time zone is a name, not {kind}", "write 'Europe/Berlin'")
    name = key if isinstance(key, str) else key.key
    if name is None:
        raise WireTimeError("this ZoneInfo has no name to send", "use ZoneInfo('Europe/Berlin')")
    found = find_zone(name) if isinstance(key, str) or not is_place(name) else key
    if found is None:
        raise WireTimeError(f"there is no time zone {name[:60]!r}", nearest(name))
    return found


def place_of(answer: Mapping[str, Any]) -> ZoneInfo | None:
    """Return the meeting's time zone; None where the answer names none that exists."""
    name = answer.get("timezone")
    name = getattr(name, "key", name)
    return find_zone(name) if isinstance(name, str) else None


def clock_gap(naive: datetime, place: ZoneInfo) -> bool:
    """Tell whether the clocks of that zone jump over this wall-clock time."""
    earlier, later = _offsets(naive, place)
    return earlier < later


def clock_overlap(naive: datetime, place: ZoneInfo) -> bool:
    """Tell whether the clocks of that zone show this wall-clock time twice."""
    earlier, later = _offsets(naive, place)
    return earlier > later


def _offsets(naive: datetime, place: ZoneInfo) -> tuple[timedelta, timedelta]:
    # PEP 495: around a change, fold=0 takes the offset from before it and fold=1 the one after.
    before = naive.replace(tzinfo=place, fold=0).utcoffset()
    after = naive.replace(tzinfo=place, fold=1).utcoffset()
    return before or timedelta(), after or timedelta()


def _moment(value: datetime | str, fix: str) -> datetime:
    """Return a plain datetime in whole seconds, whatever subclass or text came in."""
    if isinstance(value, str):
        return _parsed(value, fix)
    if not isinstance(value, datetime):
        kind = type(value).__name__
        raise WireTimeError(f"a time is a datetime or a string, not {kind}", fix)
    clock = (value.year, value.month, value.day, value.hour, value.minute, value.second)
    aware = value.utcoffset() is not None
    return datetime(*clock, tzinfo=value.tzinfo if aware else None, fold=value.fold)


def _parsed(text: str, fix: str) -> datetime:
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise WireTimeError(f"{text[:60]!r} is not a date and time", fix)
    names = ("year", "month", "day", "hour", "minute", "second")
    try:
        info: tzinfo | None = UTC if found["zone"] else None
        if found["sign"]:
            offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
            info = timezone(offset if found["sign"] == "+" else -offset)
        year, month, day, hour, minute, second = (int(found[name] or 0) for name in names)
        return datetime(year, month, day, hour, minute, second, tzinfo=info)
    except ValueError as error:
        raise WireTimeError(f"{text[:60]!r} is not in the calendar: {error}", fix) from None


def _named_zone(info: tzinfo) -> ZoneInfo | None:
    # pytz keeps the name in `zone`; without it a series would be pinned to one offset.
    name = getattr(info, "key", None) or getattr(info, "zone", None)
    if not isinstance(name, str) or name in _UTC_NAMES or not is_place(name):
        return None
    from zoneinfo import ZoneInfo

    return info if isinstance(info, ZoneInfo) else find_zone(name)


def _moved(moment: datetime, place: tzinfo) -> datetime:
    try:
        # By way of UTC: astimezone() leaves a clock time inside a gap as it is.
        return moment.astimezone(UTC).astimezone(place)
    except OverflowError:
        message = f"{moment.replace(tzinfo=None)} leaves the calendar in another time zone"
        raise WireTimeError(message, _WRITE_IT) from None


def _instant(moment: datetime) -> str:
    return zulu(_moved(moment, UTC))
