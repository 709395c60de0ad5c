"""Recurrences that mypy and pyright must refuse: see api.py for how that is tested.

Nothing here runs. Eight of the ten common mistakes are type errors; a datetime as the last day and
an interval over the limit are found at run time only (tests/unit/test_recurrence_values.py).
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rezoom.recurrence import FRI, MON, TUE, Recurrence, Series

DAY = date(2027, 6, 30)
NINE = datetime(2027, 3, 2, 9)
BERLIN = ZoneInfo("Europe/Berlin")


def what_is_right_is_accepted() -> tuple[Recurrence, ...]:
    """Every way to say a recurrence has the promised types."""
    return (
        Recurrence.daily(every=2).times(10),
        Recurrence.weekly(MON, TUE, every=2).until(DAY),
        Recurrence.weekdays().forever(),
        Recurrence.monthly(every=3).on_day(15).times(4),
        Recurrence.monthly().on_the("last", FRI).until(DAY),
    )


def weekly_without_days() -> None:
    """Zoom would make it Sundays."""
    Recurrence.weekly().times(3)  # type: ignore[call-arg]  # must stay an error


def a_field_of_another_type() -> None:
    """A daily recurrence has no day of the month."""
    Recurrence.daily(monthly_day=15)  # type: ignore[call-arg]  # must stay an error
    Recurrence.weekly(MON).on_day(15)  # type: ignore[attr-defined]  # must stay an error


def a_week_without_its_day() -> None:
    """`monthly_week` means nothing without `monthly_week_day`."""
    Recurrence.monthly().on_the("last")  # type: ignore[call-arg]  # must stay an error


def both_monthly_forms() -> None:
    """A day and a weekday of the month exclude each other."""
    Recurrence.monthly().on_day(15).on_the("last", FRI)  # type: ignore[attr-defined]  # must stay an error


def both_ends() -> None:
    """A day and a count exclude each other."""
    Recurrence.daily().until(DAY).times(3)  # type: ignore[attr-defined]  # must stay an error


def no_end() -> None:
    """Without an end, Zoom would make one meeting."""
    Recurrence.daily().starting(NINE, tz=BERLIN)  # type: ignore[attr-defined]  # must stay an error
    Series(Recurrence.daily(), NINE, BERLIN)  # type: ignore[arg-type]  # must stay an error
    Recurrence.monthly().times(3)  # type: ignore[attr-defined]  # must stay an error


def weekdays_as_numbers() -> None:
    """2 is Monday to Zoom, Tuesday to ISO, and Wednesday to Python."""
    Recurrence.weekly(2)  # type: ignore[arg-type]  # must stay an error


def a_fifth_week() -> None:
    """Zoom knows the first to the fourth, and the last."""
    Recurrence.monthly().on_the("fifth", FRI)  # type: ignore[arg-type]  # must stay an error


def a_start_without_a_time() -> None:
    """A date says no time of day."""
    Recurrence.daily().times(3).starting(DAY, tz=BERLIN)  # type: ignore[arg-type]  # must stay an error
