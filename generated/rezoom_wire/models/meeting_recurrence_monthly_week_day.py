# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingRecurrenceMonthlyWeekDay = Literal[1, 2, 3, 4, 5, 6, 7]

MEETING_RECURRENCE_MONTHLY_WEEK_DAY_VALUES: set[MeetingRecurrenceMonthlyWeekDay] = {
    1,
    2,
    3,
    4,
    5,
    6,
    7,
}


def check_meeting_recurrence_monthly_week_day(value: int) -> MeetingRecurrenceMonthlyWeekDay:
    if value in MEETING_RECURRENCE_MONTHLY_WEEK_DAY_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_RECURRENCE_MONTHLY_WEEK_DAY_VALUES!r}"
    )
