"""The change that a command line asks for, whole: fields, series, occurrence, and rules lifted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ..errors import InvalidChange, OccurrenceError
from .change import Change, read_change
from .schedule import one_of, read_series
from .when import read_when

if TYPE_CHECKING:
    from ..client import Zoom
    from ..planning.following import Following
    from ..planning.plan import Plan
    from ..planning.receipt import Receipt
    from ..prepare import Job
    from ..recurrence import Series


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which meeting; nothing is judged yet."""

    meeting: str
    change: Change
    schedule: Series | None = None
    occurrence: str | date | datetime | None = None
    allow: tuple[str, ...] = ()

    def options(self) -> dict[str, Any]:
        """Return what `Zoom.update` and `Zoom.plan` take by keyword."""
        return {
            "schedule": self.schedule, "occurrence": self.occurrence, "allow": self.allow,
            "extra": self.change.extra or None,
        }  # fmt: skip

    def judge(self) -> Job:
        """Judge it by what is known without a read, and write its request."""
        from ..prepare import Asked, update_job
        from ..system_clock import SystemClock

        now = SystemClock().now()
        asked = Asked(self.meeting, self.change.body, {}, now, **self.options())
        with self._with_unreadable():
            return update_job(asked)

    def plan(self, zoom: Zoom) -> Plan:
        """Work it out from one read; InvalidChange has what could not be read, too."""
        with self._with_unreadable():
            return zoom.plan(self.meeting, self.change.body, **self.options())

    def plan_following(self, zoom: Zoom) -> Following:
        """Split the series before the occurrence, on one read."""
        options = self.options()
        when = options.pop("occurrence")
        with self._with_unreadable():
            return zoom.plan_following(self.meeting, when, self.change.body, **options)

    def update(self, zoom: Zoom, **more: Any) -> Receipt:
        """Send it as it is."""
        return zoom.update(self.meeting, self.change.body, **self.options(), **more)

    @contextmanager
    def _with_unreadable(self) -> Iterator[None]:
        """Tell what could not be read together with what judging the rest found."""
        try:
            yield
        except OccurrenceError:
            raise
        except InvalidChange as error:
            raise InvalidChange(self.change.with_verdicts(error.problems)) from None
        if self.change.problems:
            raise InvalidChange(self.change.problems)


def read_question(
    meeting: str,
    direct: Mapping[str, str | None],
    *,
    repeat: str | None,
    rrule: str | None,
    sets: Sequence[str] | None,
    body: str | None,
    occurrence: str | None,
    allow: Sequence[str] | None,
    extra: Sequence[str] | None,
) -> Question:
    """Read the options that `rezoom plan` and `rezoom update` share."""
    fields, schedule = dict(direct), None
    if repeat is not None or rrule is not None:
        one_of(repeat, rrule, names="--repeat and --rrule")
        schedule = read_series(repeat, rrule, fields["start_time"], fields["timezone"])
        fields |= {"start_time": None, "timezone": None}
    change = read_change(body=body, sets=sets or (), direct=fields, extras=extra or ())
    when = None if occurrence is None else read_when(occurrence)
    return Question(meeting, change, schedule, when, tuple(allow or ()))
