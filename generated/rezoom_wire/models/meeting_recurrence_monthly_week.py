# Generated from spec/openapi.yaml by `nox -s regen`.
# Do not edit: change the spec and regenerate. SEAL.json holds the hash of this file.

from typing import Literal

MeetingRecurrenceMonthlyWeek = Literal[-1, 1, 2, 3, 4]

MEETING_RECURRENCE_MONTHLY_WEEK_VALUES: set[MeetingRecurrenceMonthlyWeek] = {
    -1,
    1,
    2,
    3,
    4,
}


def check_meeting_recurrence_monthly_week(value: int) -> MeetingRecurrenceMonthlyWeek:
    if value in MEETING_RECURRENCE_MONTHLY_WEEK_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {MEETING_RECURRENCE_MONTHLY_WEEK_VALUES!r}"
    )
