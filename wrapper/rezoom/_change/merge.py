"""A part of a recurrence that is to change, completed from the present recurrence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._paths import Body
from ..recurrence._zoom import DAILY, MONTHLY, WEEKLY, is_horizon

_DAYS = {"weekly_days": WEEKLY, "monthly_day": MONTHLY, "monthly_week": MONTHLY}
_DAYS["monthly_week_day"] = MONTHLY
_ORDER = ("type", "repeat_interval", *_DAYS, "end_times", "end_date_time")
_EXCLUDES = {
    "end_times": ("end_date_time",),
    "end_date_time": ("end_times",),
    "monthly_day": ("monthly_week", "monthly_week_day"),
    "monthly_week": ("monthly_day",),
    "monthly_week_day": ("monthly_day",),
}


def completed(present: Body, changed: Body) -> dict[str, Any]:
    """Lay the changed members over the present ones, and drop those that they exclude."""
    kind = changed.get("type", present.get("type"))
    gone = {other for name in changed for other in _EXCLUDES.get(name, ())}
    if kind in (DAILY, WEEKLY, MONTHLY):
        gone |= {name for name, of in _DAYS.items() if of != kind}
    if kind != present.get("type"):
        gone |= _DAYS.keys()
        present = {**present, "repeat_interval": 1}
    kept = {name: value for name, value in present.items() if name not in gone}
    merged = {**kept, **changed}
    return {name: merged[name] for name in _ORDER if name in merged} | merged


def present_of(recurrence: object) -> dict[str, Any]:
    """Read the present recurrence without what is not set, in the form in which it is sent."""
    if not isinstance(recurrence, Mapping):
        return {}
    found = {
        name: value
        for name, value in recurrence.items()
        if name in _ORDER and value not in (None, "") and (value != 0 or name == "end_times")
    }
    if "end_date_time" in found:
        found.pop("end_times", None)
    if is_horizon(found.get("end_times")):
        found["end_times"] = 0
    return found


def remaining_of(present: Body, left: int) -> dict[str, int]:
    """Count what is `left` of a series that ends by a count: those that are over do not recur."""
    count = present.get("end_times")
    if not isinstance(count, int) or count <= 0:
        return {}
    return {"end_times": left} if 0 < left < count else {}
