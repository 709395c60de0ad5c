"""The moment by which `check` judges: the caller's, or the machine's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from rezoom import MON, ConfigError, Meeting, Recurrence, check

FOUR_MONDAYS = Recurrence.weekly(MON).times(4).starting(datetime(2031, 1, 6, 9), tz="UTC")
BEFORE, DURING, AFTER = (datetime(2031, 1, day, 12, tzinfo=UTC) for day in (1, 8, 31))


@pytest.mark.parametrize(
    ("now", "rules"),
    [(BEFORE, []), (DURING, ["series-goes-on"]), (AFTER, ["past-start"])],
    ids=["before", "during", "after"],
)
def test_a_schedule_is_judged_by_the_moment_that_is_given(now: datetime, rules: list[str]) -> None:
    """The same series is to come, has begun, or is over, whatever the machine's clock shows."""
    assert [problem.rule for problem in check(schedule=FOUR_MONDAYS, now=now)] == rules


@pytest.mark.parametrize(("now", "rules"), [(BEFORE, []), (AFTER, ["past-start"])])
def test_a_meeting_is_judged_by_the_moment_that_is_given(now: datetime, rules: list[str]) -> None:
    """An hour later on the same day is still to come, or already past."""
    read = {"type": 2, "start_time": "2031-01-20T09:00:00Z", "timezone": "UTC", "duration": 30}

    found = check(start_time="2031-01-20T10:00:00Z", current=Meeting.from_dict(read), now=now)

    assert [problem.rule for problem in found] == rules


def test_without_a_moment_the_machines_clock_judges() -> None:
    """What was over when this was written is over for ever."""
    series = FOUR_MONDAYS.recurrence.starting(datetime(2001, 1, 1, 9), tz="UTC")

    assert [problem.rule for problem in check(schedule=series)] == ["past-start"]


@pytest.mark.parametrize("strange", [datetime(2031, 1, 8), "2031-01-08T12:00:00Z", 5])
def test_a_moment_without_a_zone_is_refused(strange: Any) -> None:
    """Also where nothing in the change depends on it."""
    with pytest.raises(ConfigError, match=r"now: .* is no aware datetime") as caught:
        check(topic="x", now=strange)

    assert "datetime.now(UTC)" in caught.value.next_step


@pytest.mark.parametrize(
    "edge",
    [
        datetime.min.replace(tzinfo=timezone(timedelta(hours=12))),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
    ],
    ids=["before the calendar", "after it"],
)
def test_a_moment_that_utc_does_not_know_is_refused(edge: datetime) -> None:
    """It is a typed error, whatever the change is about."""
    with pytest.raises(ConfigError, match="outside the calendar of UTC"):
        check(schedule=FOUR_MONDAYS, now=edge)
