"""Fifty weekly starts across two clock changes, beside the floor, dateutil, and whenever."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import TU, WEEKLY, rrule
from rezoom.recurrence import TUE, Recurrence
from whenever import PlainDateTime

from .harness import Case

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 3, 3, 9, 0)
COUNT = 50


def cases() -> list[Case]:
    """List what is compared; the goals are those of the Recurrence issue."""
    series = Recurrence.weekly(TUE).times(COUNT).starting(FIRST, tz=BERLIN)
    return [
        Case("floor: datetime.combine in a loop", _floor),
        Case("rezoom: local and UTC, built and listed", _rezoom, goal=6.0),
        Case("rezoom: local and UTC, listed", series.occurrences, goal=6.0),
        Case("dateutil: local only, built and listed", _dateutil),
        Case("whenever: local and instant", _whenever),
    ]


def next_cases() -> list[Case]:
    """The next start of an endless series: near, and seven thousand years away."""
    endless = Recurrence.weekly(TUE, every=2).forever().starting(FIRST, tz=BERLIN)
    near, far = datetime(2026, 6, 1, 12), datetime(9000, 6, 1, 12)
    return [
        Case("rezoom: next after 2026", lambda: endless.next(1, after=near)),
        Case("rezoom: next after 9000", lambda: endless.next(1, after=far), goal=2.0),
    ]


def _floor() -> list[datetime]:
    day, clock = FIRST.date(), FIRST.time()
    week = timedelta(weeks=1)
    return [datetime.combine(day + week * n, clock, BERLIN) for n in range(COUNT)]


def _rezoom() -> object:
    return Recurrence.weekly(TUE).times(COUNT).starting(FIRST, tz=BERLIN).occurrences()


def _dateutil() -> list[datetime]:
    return list(rrule(WEEKLY, dtstart=FIRST, byweekday=TU, count=COUNT))


def _whenever() -> list[object]:
    start = PlainDateTime(FIRST.year, FIRST.month, FIRST.day, FIRST.hour)
    local = (start.add(weeks=n) for n in range(COUNT))
    return [moment.assume_tz("Europe/Berlin").to_instant() for moment in local]
