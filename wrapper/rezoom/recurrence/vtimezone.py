"""A time zone's rules for a calendar file, found by watching its clocks.

Each change of the clocks becomes a yearly rule as long as it comes at the same place in the year,
and a rule ends where the zone changes its mind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from .weekday import Weekday

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
# Far enough back to see a change before the first start, far enough on to tell a rule from chance.
_BEFORE, _AHEAD = timedelta(days=500), timedelta(days=3653)
_NEXT_YEAR = timedelta(days=400)
_A_RULE = 5
_UTC_KEYS = frozenset(("UTC", "Etc/UTC", "Etc/UCT", "UCT", "Zulu", "Universal"))
_EARLIEST, _LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)

# What a clock shows: its offset, how much of that is summer time, and its name.
State: TypeAlias = tuple[timedelta, timedelta, str]


class Change(NamedTuple):
    """The clocks change: at `wall` on the clock before."""

    instant: datetime
    before: State
    after: State

    @property
    def wall(self) -> datetime:
        """The time that the old clock would have shown."""
        return self.instant.replace(tzinfo=None) + self.before[0]

    @property
    def places(self) -> frozenset[int]:
        """Which of its weekday the day is in its month: from the front, and -1 if the last."""
        wall = self.wall
        nth = (wall.day - 1) // 7 + 1
        last = (wall + timedelta(weeks=1)).month != wall.month
        return frozenset((nth, -1) if last else (nth,))

    def continues(self, earlier: Change) -> bool:
        """Tell whether this is the same change a year later."""
        a, b = self.wall, earlier.wall
        same = (a.year - 1, a.month, a.weekday(), a.time(), self.before, self.after)
        return same == (b.year, b.month, b.weekday(), b.time(), earlier.before, earlier.after)


def is_utc(tz: ZoneInfo) -> bool:
    """Tell whether the zone is UTC, which needs no rules."""
    return tz.key in _UTC_KEYS


def lines(tz: ZoneInfo, first: datetime, last: datetime | None) -> Iterator[str]:
    """Write VTIMEZONE for starts from `first` to `last`, or from `first` on."""
    begin = max(first - _BEFORE, _EARLIEST)
    end = min(max(first + _AHEAD, last or first), _LATEST)
    changes = list(_changes(tz, begin, end))
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{tz.key}"
    if not changes or changes[0].instant > first:
        state = _state(tz, begin)
        yield from _observance(state, state, begin.replace(tzinfo=None) + state[0])
    # What comes after the last start is of no interest, but for telling rules from chance.
    limit = last or end
    for run in _runs(changes):
        if run[0].instant <= limit:
            known = run[-1].instant + _NEXT_YEAR > end and len(run) >= _A_RULE
            opening = run[0]
            yield from _observance(
                opening.before, opening.after, opening.wall, _yearly(run, open_ended=known)
            )
    yield "END:VTIMEZONE"


def _changes(tz: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Change]:
    day, before = begin, _state(tz, begin)
    while day < end:
        after = _state(tz, day + _DAY)
        if after != before:
            yield Change(_moment(tz, day, day + _DAY, before), before, after)
        day, before = day + _DAY, after


def _moment(tz: ZoneInfo, low: datetime, high: datetime, before: State) -> datetime:
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if _state(tz, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _state(tz: ZoneInfo, instant: datetime) -> State:
    local = instant.astimezone(tz)
    none = timedelta()
    return local.utcoffset() or none, local.dst() or none, local.tzname() or tz.key


def _runs(changes: Sequence[Change]) -> list[list[Change]]:
    """Put changes together that one yearly rule can say."""
    runs: list[list[Change]] = []
    for change in changes:
        for run in runs:
            places = frozenset.intersection(change.places, *(one.places for one in run))
            if change.continues(run[-1]) and places:
                run.append(change)
                break
        else:
            runs.append([change])
    return runs


def _yearly(run: Sequence[Change], *, open_ended: bool) -> str:
    if len(run) == 1:
        return ""
    wall = run[0].wall
    place = min(frozenset.intersection(*(change.places for change in run)))
    day = f"{place}{Weekday.from_python(wall.weekday()).rrule}"
    until = "" if open_ended else f";UNTIL={run[-1].instant:%Y%m%dT%H%M%SZ}"
    return f"FREQ=YEARLY;BYMONTH={wall.month};BYDAY={day}{until}"


def _observance(before: State, after: State, wall: datetime, rule: str = "") -> Iterator[str]:
    # Not by the sign of the summer time alone: Ireland's is negative, and in winter.
    summer = bool(before[1] or after[1]) and after[0] > before[0]
    kind = "DAYLIGHT" if summer or (before == after and after[1] > timedelta()) else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{wall:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_offset(before[0])}"
    yield f"TZOFFSETTO:{_offset(after[0])}"
    yield f"TZNAME:{after[2]}"
    if rule:
        yield f"RRULE:{rule}"
    yield f"END:{kind}"


def _offset(offset: timedelta) -> str:
    minutes, seconds = divmod(abs(int(offset.total_seconds())), 60)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02}{minutes % 60:02}{f'{seconds:02}' if seconds else ''}"
