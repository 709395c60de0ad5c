"""Rules of RFC 5545 as text: read part by part, whether Zoom can say them or not, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from .._public import public
from .._zone_names import same_zone
from ..errors import Problem
from . import _zones as zones
from ._content_lines import ContentLine, read_line, unfolded
from ._limits import RecurrenceError, refusal
from ._pattern import Daily, MonthlyOnDay, MonthlyOnWeekday, Pattern, Weekday, Weekly
from ._timeline import Count, Timeline

# An ordinal weekday: (2, TUE) is 2TU, (None, TUE) every TU.
DayRule: TypeAlias = tuple[int | None, Weekday]

_BY_DAY = re.compile(r"(?P<nth>[+-]?[0-9]{1,2})?(?P<day>[A-Z]{2})")
_MOMENT = re.compile(r"(?P<day>[0-9]{8})(?:T(?P<clock>[0-9]{6})(?P<utc>Z?))?")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "MINUTELY", "SECONDLY")
_PARTS = frozenset(
    "FREQ INTERVAL COUNT UNTIL WKST BYDAY BYMONTHDAY BYSETPOS BYMONTH BYWEEKNO BYYEARDAY BYHOUR"
    " BYMINUTE BYSECOND RSCALE SKIP".split()
)
_DATES = ("EXDATE", "RDATE")
_SHORTEST = 28
_EXAMPLE = "write FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270630T215959Z"
AFTERWARDS = "leave it out, and delete or move those occurrences afterwards"
_A_CALENDAR = "Series.from_ics(text) reads events and whole calendar files"


@public("rezoom.recurrence")
class NotExpressible(RecurrenceError):
    """A rule that Zoom cannot say: `part` of it, `why`, and `nearest`, a rule that Zoom can say.

    `nearest` may be empty; otherwise `from_rrule` reads it, though not with the same dates.
    """

    def __init__(self, part: str, why: str, *, nearest: str = "", fix: str = "") -> None:
        hint = fix or (f"the nearest it can say: {nearest}" if nearest else "make single meetings")
        problem = Problem("recurrence", "error", "not-expressible", f"{part}: {why}", hint, "")
        super().__init__([problem])
        self.message = "Zoom cannot say this rule"
        self.part, self.why, self.nearest = part, why, nearest


@dataclass(frozen=True, slots=True)
class Rule:
    """The parts of one RRULE by name, and what the text tells beside it.

    The start is on the wall clock; the lines of `dates` leave some out (EXDATE), or add some.
    """

    parts: Mapping[str, str]
    start: datetime | None = None
    dates: tuple[ContentLine, ...] = ()

    def number(self, name: str, default: int) -> int:
        """Return a part that is one whole number of at least 1."""
        number, *more = self.numbers(name) or (default,)
        if more or number < 1:
            raise malformed(f"{self.said(name)} is not one whole number from 1")
        return number

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return a part that is a list of whole numbers; empty if it is not there."""
        if name not in self.parts:
            return ()
        texts = self.parts[name].split(",")
        if not all(re.fullmatch(r"[+-]?[0-9]{1,6}", text) for text in texts):
            raise malformed(f"{self.said(name)} is not a list of whole numbers")
        return tuple(dict.fromkeys(map(int, texts)))

    def days(self) -> tuple[DayRule, ...]:
        """Return BYDAY, each day once."""
        if "BYDAY" not in self.parts:
            return ()
        found = [_BY_DAY.fullmatch(text) for text in self.parts["BYDAY"].split(",")]
        days = [(int(m["nth"]) if m["nth"] else None, _weekday(m["day"])) for m in found if m]
        if len(days) < len(found) or any(nth == 0 for nth, _ in days):
            raise malformed(f"{self.said('BYDAY')} is not a list of days such as MO,WE or 2TU")
        return tuple(dict.fromkeys(days))

    def weekdays(self) -> tuple[Weekday, ...]:
        """Return BYDAY where a place in the month would mean nothing."""
        if any(nth is not None for nth, _ in self.days()):
            raise malformed(f"{self.said('BYDAY')} has a number, which only FREQ=MONTHLY takes")
        return tuple(day for _, day in self.days())

    def places(self) -> tuple[int, ...]:
        """Return BYSETPOS: places that count from 1, or from -1 at the end."""
        if 0 in (places := self.numbers("BYSETPOS")):
            raise malformed(f"{self.said('BYSETPOS')} has a place 0")
        return places

    def week_start(self) -> Weekday:
        """Return WKST, Monday unless it is there."""
        return _weekday(self.parts.get("WKST", "MO"))

    def said(self, name: str) -> str:
        """Return a part as the text has it."""
        return f"{name}={self.parts[name]:.60}"

    def text(self) -> str:
        """Write the rule again."""
        return ";".join(f"{name}={value}" for name, value in self.parts.items())

    def without(self, *names: str, **others: object) -> Rule:
        """Return the rule without some parts, and with others."""
        kept = {name: value for name, value in self.parts.items() if name not in names}
        return replace(self, parts=kept | {name: str(value) for name, value in others.items()})


def write_rule(timeline: Timeline, *, by_time: datetime | None = None) -> str:
    """Write the rule with a timeline's dates, to stand beside its first start as DTSTART.

    `by_time` ends it with that instant, whatever end the timeline has.
    """
    parts = write_pattern(timeline.pattern, clamp=timeline.short_months == "clamp")
    end, last = timeline.end, by_time or zones.cutoff(timeline.end, timeline.tz)
    if last is not None:
        parts["UNTIL"] = f"{written(last)}Z"
    elif isinstance(end, Count):
        parts["COUNT"] = str(end.times)
    return Rule(parts).text()


def written(moment: datetime) -> str:
    """Write the date and the clock of a moment: 20270630T215959."""
    return re.sub("[-:]", "", moment.isoformat()[:19])


def write_pattern(pattern: Pattern, *, clamp: bool = False) -> dict[str, str]:
    """Write the parts of a rule without its end."""
    every = {} if pattern.every == 1 else {"INTERVAL": str(pattern.every)}
    match pattern:
        case Daily():
            return {"FREQ": "DAILY"} | every
        case Weekly(days=days):
            listed = {"BYDAY": ",".join(day.rrule for day in days)}
            # Without WKST weeks begin on Monday, which matters once some are left out.
            return {"FREQ": "WEEKLY"} | every | listed | ({"WKST": "SU"} if every else {})
        case MonthlyOnDay(day=day) if clamp and day > _SHORTEST:
            numbers = ",".join(map(str, range(_SHORTEST, day + 1)))
            return {"FREQ": "MONTHLY"} | every | {"BYMONTHDAY": numbers, "BYSETPOS": "-1"}
        case MonthlyOnDay(day=day):
            return {"FREQ": "MONTHLY"} | every | {"BYMONTHDAY": str(day)}
        case MonthlyOnWeekday(nth=nth, day=weekday):
            return {"FREQ": "MONTHLY"} | every | {"BYDAY": f"{nth}{weekday.rrule}"}


def read_text(text: object, tz: ZoneInfo | None) -> tuple[Rule, ZoneInfo | None]:
    """Read an RRULE, alone or below its DTSTART; return it with the zone that it is meant in."""
    if not isinstance(text, str) or not text.strip():
        raise malformed(f"{text!r:.40} is not a rule")
    # A line without a name is the rule itself.
    lines = (read_line(line) or ContentLine("RRULE", line) for line in unfolded(text))
    return read_lines(lines, tz)


def read_lines(lines: Iterable[ContentLine], tz: ZoneInfo | None) -> tuple[Rule, ZoneInfo | None]:
    """Read the lines that say when, in any order; otherwise as `read_text` does."""
    rule: Mapping[str, str] | None = None
    start: datetime | None = None
    dates: list[ContentLine] = []
    for line in lines:
        if line.name == "DTSTART" and start is None:
            start, tz = _start(line, tz)
        elif line.name == "RRULE" and rule is None:
            rule = _parts(line.value)
        elif line.name in _DATES:
            dates.append(line)
        elif line.name == "EXRULE":
            raise NotExpressible("EXRULE", "a series at Zoom has one pattern", fix=AFTERWARDS)
        elif line.name == "BEGIN":
            raise malformed(f"BEGIN:{line.value:.40} is no part of a rule", _A_CALENDAR)
        else:
            twice = line.name in ("DTSTART", "RRULE")
            what = f"{line.name} stands twice" if twice else f"{line.name:.40} is no part of a rule"
            raise malformed(what)
    if rule is None:
        raise malformed("the text holds no RRULE")
    return Rule(rule, start, tuple(dates)), tz


def read_times(line: ContentLine, tz: ZoneInfo) -> list[date | datetime]:
    """Read the days and aware times of a line; of a period, its start."""
    found = (_placed(line, text.partition("/")[0].strip()) for text in line.value.split(","))
    return [
        moment.replace(tzinfo=place or tz)
        if isinstance(moment, datetime) and moment.tzinfo is None
        else moment
        for moment, place in found
    ]


def read_moment(text: str, name: str) -> date | datetime:
    """Read a date, a local time, or an instant that ends in Z."""
    found = _MOMENT.fullmatch(text.upper())
    try:
        if found and found["clock"]:
            # A leap second, which RFC 5545 allows, is the one before it.
            clock = re.sub("60$", "59", found["clock"])
            return datetime.fromisoformat(f"{found['day']}T{clock}{found['utc']}")
        if found:
            return date.fromisoformat(found["day"])
    except ValueError:
        pass  # not in the calendar, as said below
    raise malformed(f"{name}={text:.40} is not a time such as 20270630T215959Z")


def malformed(message: str, fix: str = _EXAMPLE) -> RecurrenceError:
    """Return the error for a text that breaks RFC 5545; the caller raises it."""
    return refusal("", "rrule", message, fix)


def _parts(value: str) -> Mapping[str, str]:
    parts: dict[str, str] = {}
    for part in value.strip().strip(";").split(";"):
        name, equals, content = (side.strip().upper() for side in part.partition("="))
        if not equals or not content:
            raise malformed(f"{part!r:.40} is not NAME=VALUE")
        if name.startswith("X-"):
            continue
        if name not in _PARTS:
            raise malformed(f"{name:.40} is no part of a rule")
        if name in parts:
            raise malformed(f"{name} stands twice")
        # Exchange writes blanks into lists.
        parts[name] = re.sub(r"\s*,\s*", ",", content)
    if parts.get("FREQ") not in _FREQUENCIES:
        raise malformed("FREQ is missing" if "FREQ" not in parts else f"FREQ={parts['FREQ']:.40}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise malformed("COUNT and UNTIL exclude each other")
    return parts


def _start(line: ContentLine, tz: ZoneInfo | None) -> tuple[datetime, ZoneInfo | None]:
    moment, named = _placed(line, line.value.strip())
    if not isinstance(moment, datetime):
        fix = f"write DTSTART;TZID=Europe/Berlin:{line.value.strip()}T090000"
        raise malformed(f"DTSTART={line.value:.40} has no time, and a meeting needs one", fix)
    place = named or (ZoneInfo("UTC") if moment.tzinfo else tz)
    if tz is not None and place is not None and not same_zone(place, tz):
        message = f"the rule is meant in {place.key}, not in {tz.key}"
        fix = f'write tz="{place.key}": in another zone its days and hours would differ'
        raise refusal("timezone", "rrule", message, fix, of="")
    return moment.replace(tzinfo=None), place


def _placed(line: ContentLine, text: str) -> tuple[date | datetime, ZoneInfo | None]:
    """Read a time of a line, and the zone that its TZID names."""
    moment = read_moment(text, line.name)
    if "TZID" not in line.parameters or not isinstance(moment, datetime):
        return moment, None
    name = line.parameters["TZID"]
    if moment.tzinfo is not None:
        # RFC 5545 §3.2.19: "MUST NOT be applied to … properties whose time values are in UTC".
        message = f"{line.name} has TZID={name:.40} and a time that ends in Z, which is UTC"
        fix = f"leave the Z out if the clock in {name:.40} is meant, otherwise TZID"
        raise malformed(message, fix)
    return moment, zones.calendar_zone(name)


def _weekday(code: str) -> Weekday:
    try:
        return Weekday.from_rrule(code)
    except RecurrenceError:
        raise malformed(f"{code!r:.40} is not a day: MO, TU, WE, TH, FR, SA, SU") from None
