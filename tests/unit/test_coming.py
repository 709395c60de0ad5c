"""Dates of documents that have gone by are moved to where they are still to come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from coming import to_come

TEXT = "--start 2027-03-02T09:00 --until 2027-06-30, date(2028, 2, 29), 5 of 1440, 1803974400000"


def test_what_is_to_come_is_run_as_it_is_written() -> None:
    """Up to the second day before its first date: somewhere the next one has begun."""
    assert to_come(TEXT, date(2027, 2, 28)) == TEXT


@pytest.mark.parametrize("today", [date(2027, 3, 1), date(2027, 8, 1), date(2055, 2, 28)])
def test_all_dates_are_moved_once_the_first_is_there(today: date) -> None:
    """By the same years, and the id of an occurrence with them; other numbers stay."""
    moved = to_come(TEXT, today)

    assert moved.startswith("--start 2055-03-02T09:00 --until 2055-06-30, date(2056, 2, 29), 5 of ")
    then = datetime.fromtimestamp(1803974400, UTC).replace(year=2055)
    assert moved.endswith(f" 1440, {then.timestamp():.0f}000")


def test_a_moved_date_has_its_weekday_again() -> None:
    """As often as it is moved: a meeting on Tuesdays stays one."""
    for day in (date(2027, 3, 2) + timedelta(days=number) for number in range(366)):
        moved = date.fromisoformat(to_come(day.isoformat(), date(2060, 1, 1)))
        assert (moved.weekday(), moved.year) == (day.weekday(), day.year + 56)
