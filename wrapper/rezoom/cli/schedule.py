"""A series from what stands on the command line: words or an RRULE, a start, and a zone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .outcome import UsageError

if TYPE_CHECKING:
    from ..recurrence import Series


def one_of(*given: str | None, names: str, example: str = "--repeat") -> None:
    """Refuse none and more than one of the options called `names`."""
    if sum(option is not None for option in given) != 1:
        raise UsageError(
            f"one of {names} is needed, and only one",
            next_step=f"Write {example} 'every 2 weeks on tue until 2027-06-30'.",
        )


def read_series(
    repeat: str | None,
    rrule: str | None,
    start: str | None,
    zone: str | None,
    *,
    short_months: Any = "skip",
    names: tuple[str, str] = ("--start", "--timezone"),
) -> Series:
    """Build the series that `--repeat` or `--rrule` begins; the other one is None.

    `names` are what start and zone are called where they were written.
    """
    from ..recurrence import Recurrence, Series
    from ..recurrence.rrule import read_rule

    if rrule is None:
        # Before the start is asked for: the words are what was typed first.
        recurrence = Recurrence.parse(repeat or "")
        moment, tz = _begin(start, zone, names)
    elif start is None:
        return Series.from_rrule(rrule, tz=zone, short_months=short_months)
    else:
        moment, tz = _begin(start, zone, names)
        recurrence = read_rule(rrule, tz, moment, short_months)
    return recurrence.starting(moment, tz=tz)


def _begin(start: str | None, zone: str | None, names: tuple[str, str]) -> tuple[datetime, str]:
    if start is None or zone is None:
        raise UsageError(f"{names[start is not None]} is missing", next_step=_step(names))
    return _moment(start, names), zone


def _step(names: tuple[str, str]) -> str:
    return f"Write {names[0]} 2027-03-01T09:30 and {names[1]} Europe/Berlin."


def _moment(start: str, names: tuple[str, str]) -> datetime:
    try:
        moment = datetime.fromisoformat(start.strip())
    except ValueError:
        raise UsageError(f"{names[0]} {start:.40}: not a time", next_step=_step(names)) from None
    if ":" not in start and "T" not in start.upper():
        raise UsageError(f"{names[0]} {start:.40}: the hour is missing", next_step=_step(names))
    return moment
