"""A tiny Zoom of another making, to hold the simulator against: its series come from dateutil."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, SU, WEEKLY, rrule

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
TOKEN = timedelta(hours=1)


@dataclass
class ModelDate:
    """One date of a series."""

    id: str
    start: datetime
    duration: int
    deleted: bool = False


@dataclass
class ModelMeeting:
    """What an update can change and a test can see."""

    host: str
    topic: str
    start: datetime
    zone: str
    duration: int
    made: datetime
    pattern: dict[str, Any] | None = None
    dates: list[ModelDate] = field(default_factory=list)

    def lay_out(self, first: datetime) -> None:
        """Make every date anew, the first on or after a wall clock."""
        place, pattern = ZoneInfo(self.zone), self.pattern or {}
        options: dict[str, Any] = {
            "dtstart": first,
            "interval": pattern["repeat_interval"],
            "count": pattern["end_times"],
            "wkst": SU,
        }
        if pattern["type"] == 1:
            walls = rrule(DAILY, **options)
        elif pattern["type"] == 2:
            # Zoom counts from Sunday = 1, dateutil from Monday = 0.
            days = [(int(day) + 5) % 7 for day in pattern["weekly_days"].split(",")]
            walls = rrule(WEEKLY, byweekday=days, **options)
        else:
            walls = rrule(MONTHLY, bymonthday=pattern["monthly_day"], **options)
        starts = [wall.replace(tzinfo=place).astimezone(UTC) for wall in walls]
        self.dates = [
            ModelDate(str(round(start.timestamp() * 1000)), start, self.duration)
            for start in starts
        ]
        self.start = starts[0]

    def wall(self) -> datetime:
        """Return the present start as the clock of its zone shows it."""
        return self.start.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def lapses(self) -> datetime:
        """Return when the number is no longer a meeting's."""
        last = max([self.made, self.start, *(date.start for date in self.dates[-1:])])
        return last + (365 if self.dates else 30) * DAY


class ModelZoom:
    """Meetings, a token, and what has been counted; answers with a status and a code."""

    def __init__(self, now: datetime, *, second: int, host_day: int, meeting_day: int) -> None:
        self.now = now
        self.meetings: dict[int, ModelMeeting] = {}
        self.token_ends = now
        self._second, self._host_day, self._meeting_day = second, host_day, meeting_day
        self._requests: list[datetime] = []
        self._updates: list[tuple[datetime, str, int]] = []

    def used_by_host(self, host: str) -> int:
        """Count the updates of a host on this UTC day."""
        return sum(one == host and at.date() == self.now.date() for at, one, _ in self._updates)

    def admit(self) -> tuple[int, int] | None:
        """Refuse a request for its token or for the second it comes in."""
        if self.now >= self.token_ends:
            return 401, 124
        if sum(self.now - at < SECOND for at in self._requests) >= self._second:
            return 429, 429
        self._requests.append(self.now)
        return None

    def next_free(self, number: int) -> datetime | None:
        """Return when the oldest update of a meeting is a day old."""
        counted = [at + DAY for at, _, one in self._updates if one == number]
        return min((at for at in counted if at > self.now), default=None)

    def read(self, number: int) -> tuple[int, int]:
        """Answer a GET of a meeting."""
        refused = self.admit()
        if refused is None and self.meetings[number].lapses() <= self.now:
            refused = 404, 3001
        return refused or (200, 0)

    def update(self, number: int, body: dict[str, Any], one: str | None) -> tuple[int, int]:
        """Answer a PATCH of a meeting."""
        refused = self.admit()
        if refused is not None:
            return refused
        meeting = self.meetings[number]
        valid = body.get("duration", 1) >= 1
        if meeting.lapses() <= self.now:
            # A body that cannot be is told before a meeting that is not there.
            return (404, 3001) if valid else (400, 300)
        recent = sum(at > self.now - DAY and m == number for at, _, m in self._updates)
        if self.used_by_host(meeting.host) >= self._host_day or recent >= self._meeting_day:
            return 429, 429
        self._updates.append((self.now, meeting.host, number))
        if not valid:
            return 400, 300
        if one is None:
            self._change(meeting, body)
            return 204, 0
        dates = {date.id: date for date in meeting.dates if not date.deleted}
        if one not in dates:
            return 400, 3000
        self._change_one(meeting, dates[one], body)
        return 204, 0

    def _change(self, meeting: ModelMeeting, body: dict[str, Any]) -> None:
        meeting.topic = body.get("topic", meeting.topic)
        if "duration" in body:
            meeting.duration = body["duration"]
            for date in meeting.dates:
                date.duration = meeting.duration
        series = body.get("type") == 8 or meeting.pattern is not None
        if "start_time" in body:
            wall = datetime.fromisoformat(body["start_time"])
            start = wall.replace(tzinfo=ZoneInfo(body["timezone"])).astimezone(UTC)
            late = start <= self.now
            if not (late and series):
                meeting.zone = body["timezone"]
            if late:
                return
            meeting.start = start
            if series:
                meeting.pattern = body.get("recurrence", meeting.pattern)
                if meeting.pattern is not None:
                    meeting.lay_out(wall)
        elif "recurrence" in body and series:
            meeting.pattern = body["recurrence"]
            meeting.lay_out(meeting.wall())

    def _change_one(self, meeting: ModelMeeting, date: ModelDate, body: dict[str, Any]) -> None:
        date.duration = body.get("duration", date.duration)
        if "start_time" in body:
            wall = datetime.fromisoformat(body["start_time"])
            start = wall.replace(tzinfo=ZoneInfo(meeting.zone)).astimezone(UTC)
            if start > self.now:
                date.start = start
