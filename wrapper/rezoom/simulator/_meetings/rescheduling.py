"""How start, time zone, length and pattern follow an update, and when a number expires."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ..._times import utc_instant, zone
from ..._wire import facts
from .._quirks import Quirks
from .._store import State
from .starts import WEEKLY, starts_in_utc, with_defaults

MEMBERS = ("start_time", "timezone", "duration", "recurrence")
INSTANT, SCHEDULED, NO_FIXED_TIME, PERSONAL, SERIES = 1, 2, 3, 4, 8
_DURATION = 60
_MADE = {"occurrence_id", "start_time", "duration", "status"}


class Start(NamedTuple):
    """A start as an instant, and as the wall clock that a series repeats."""

    instant: datetime
    wall: datetime


def read_start(text: str, timezone: str) -> Start:
    """Read a start; ValueError when it is not in the calendar or the time zone does not exist."""
    place = zone(timezone)
    # An offset is dropped, not applied: https://github.com/calcom/cal.diy/pull/3238
    utc = text.endswith("Z") or datetime.fromisoformat(text).tzinfo is not None
    written = datetime.fromisoformat(text).replace(tzinfo=None)
    try:
        if utc:
            instant = written.replace(tzinfo=UTC)
            return Start(instant, instant.astimezone(place).replace(tzinfo=None))
        return Start(written.replace(tzinfo=place).astimezone(UTC), written)
    except OverflowError:
        raise ValueError(f"{text} leaves the calendar") from None


def retime(state: State, timing: Mapping[str, Any], *, now: datetime, quirks: Quirks) -> list[str]:
    """Carry out the timing members of an update on `state`; returns the ones that were ignored."""
    if state["type"] not in {SCHEDULED, SERIES}:
        for member in ("start_time", "recurrence", "occurrences"):
            state.pop(member, None)
        return list(timing)
    wanted, ignored = dict(timing), []
    if state["type"] == SCHEDULED:
        state.pop("recurrence", None)
        state.pop("occurrences", None)
        ignored += drop(wanted, "recurrence")
    start, not_taken = _wanted_start(state, wanted, now, quirks)
    ignored += not_taken
    if "timezone" in wanted:
        state["timezone"] = wanted["timezone"]
    if "duration" in wanted:
        before, state["duration"] = state.get("duration"), wanted["duration"]
        for occurrence in state.get("occurrences", ()):
            if quirks.edited_occurrences == "reset" or occurrence["duration"] == before:
                occurrence["duration"] = wanted["duration"]
    if state["type"] == SERIES:
        _reschedule(state, start, wanted.get("recurrence"), now, quirks)
    elif start is not None:
        state["start_time"] = utc_instant(start.instant)
    return ignored


def _wanted_start(
    state: State, wanted: dict[str, Any], now: datetime, quirks: Quirks
) -> tuple[Start | None, list[str]]:
    text, ignored = wanted.get("start_time"), []
    if text is None:
        return None, drop(wanted, "recurrence") if quirks.missing_start == "ignore" else []
    if text.endswith("Z") and quirks.timezone_with_z == "ignore":
        ignored += drop(wanted, "timezone")
    timezone = wanted.get("timezone") or state.get("timezone", "UTC")
    start = read_start(text, timezone)
    if start.instant > now or quirks.past_start == "accept":
        return start, ignored
    if quirks.past_start == "rewrite-to-now":
        return _start_at(now.replace(microsecond=0), timezone), ignored
    whole = ("start_time", "timezone", "recurrence")
    return None, ignored + drop(wanted, *(whole if state["type"] == SERIES else whole[:1]))


def _reschedule(
    state: State,
    start: Start | None,
    pattern: Mapping[str, Any] | None,
    now: datetime,
    quirks: Quirks,
) -> None:
    if start is None and pattern is None:
        return
    timezone = state.setdefault("timezone", "UTC")
    start = start or _kept_start(state, timezone, now, quirks)
    state["start_time"] = utc_instant(start.instant)
    if pattern is not None:
        state["recurrence"] = _completed(pattern, state.get("recurrence"), start, quirks)
    recurrence = state.get("recurrence")
    if recurrence is None:
        return
    weekly = recurrence["type"] == WEEKLY and quirks.endless == "horizon"
    drifts = quirks.clock_change == "utc"
    instants = starts_in_utc(
        recurrence,
        # A fixed offset for all dates: that of the first one.
        start.instant.replace(tzinfo=None) if drifts else start.wall,
        ZoneInfo("UTC") if drifts else zone(timezone),
        now=now,
        horizon=facts.ENDLESS.weekly if weekly else facts.ENDLESS.other,
        clamp=quirks.short_month == "clamp",
    )
    if recurrence.get("end_times") == 0:
        recurrence["end_times"] = len(instants)
    if instants:
        state["start_time"] = utc_instant(instants[0])
    duration = state.setdefault("duration", _DURATION)
    kept = _edited(state, duration) if quirks.edited_occurrences == "keep" else {}
    made = (_occurrence(instant, duration) for instant in instants)
    state["occurrences"] = [kept.get(one["occurrence_id"], one) for one in made]


def _completed(
    pattern: Mapping[str, Any], before: Mapping[str, Any] | None, start: Start, quirks: Quirks
) -> dict[str, Any]:
    full = dict(pattern)
    if quirks.recurrence == "merge" and before is not None:
        ends = {"end_times", "end_date_time"}
        replaced = ends if ends & full.keys() else set()
        full = {**{k: v for k, v in before.items() if k not in replaced}, **full}
    if quirks.missing_weekly_days == "start-day" and full["type"] == WEEKLY:
        full.setdefault("weekly_days", str(start.wall.isoweekday() % 7 + 1))
    return with_defaults(full)


def _edited(state: State, duration: int) -> dict[str, dict[str, Any]]:
    """Return the dates that are not as the series made them, by their ids."""
    return {
        date["occurrence_id"]: date
        for date in state.get("occurrences", ())
        if date.keys() - _MADE
        or date["status"] != "available"
        or date["duration"] != duration
        or _occurrence_id(datetime.fromisoformat(date["start_time"])) != date["occurrence_id"]
    }


def _occurrence(instant: datetime, duration: int) -> dict[str, Any]:
    return {
        "occurrence_id": _occurrence_id(instant),
        "start_time": utc_instant(instant),
        "duration": duration,
        "status": "available",
    }


def _occurrence_id(instant: datetime) -> str:
    # Epoch milliseconds of the original start, as in Zoom's own example 1648194360000.
    return str(int(instant.timestamp()) * 1000)


def _kept_start(state: State, timezone: str, now: datetime, quirks: Quirks) -> Start:
    known, occurrences = state.get("start_time"), state.get("occurrences")
    if quirks.missing_start == "last-occurrence" and occurrences:
        known = occurrences[-1]["start_time"]
    return _start_at(datetime.fromisoformat(known) if known else now, timezone)


def _start_at(instant: datetime, timezone: str) -> Start:
    return read_start(utc_instant(instant), timezone)


def drop(wanted: dict[str, Any], *members: str) -> list[str]:
    return [member for member in members if wanted.pop(member, None) is not None]


_SINGLE = timedelta(days=facts.LAPSE.single_days)
_RECURRING = timedelta(days=facts.LAPSE.recurring_days)


def expires_at(state: State) -> datetime | None:
    """Return when Zoom forgets the number; None is never, as for an instant meeting that runs.

    https://support.zoom.us/hc/en-us/articles/201362373 has the terms, in the spec's x-lapse.
    """
    used = state.get("_used_at")
    if state["type"] == INSTANT:
        return datetime.fromisoformat(used) if used else None
    dates = [state[name] for name in ("created_at", "start_time", "_used_at") if state.get(name)]
    dates += [date["start_time"] for date in state.get("occurrences", ())[-1:]]
    last = max(map(datetime.fromisoformat, dates), default=None)
    if last is None:
        return None
    recurring = state["type"] in {NO_FIXED_TIME, PERSONAL, SERIES}
    try:
        return last + (_RECURRING if recurring else _SINGLE)
    except OverflowError:
        return None  # the calendar ends before
