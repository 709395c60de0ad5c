"""When a meeting number lapses: some time after the meeting's date or its last use."""

from datetime import datetime, timedelta

from .._wire import facts
from .store import State
from .timing import SERIES

_INSTANT, _NO_FIXED_TIME, _PERSONAL = 1, 3, 4
_SINGLE = timedelta(days=facts.LAPSE.single_days)
_RECURRING = timedelta(days=facts.LAPSE.recurring_days)


def lapses_at(state: State) -> datetime | None:
    """Return when Zoom forgets the number; None when it never does.

    An instant meeting that has not ended does not.

    https://support.zoom.us/hc/en-us/articles/201362373 has the terms, in the spec's x-lapse.
    """
    used = state.get("_used_at")
    if state["type"] == _INSTANT:
        return datetime.fromisoformat(used) if used else None
    dates = [state[name] for name in ("created_at", "start_time", "_used_at") if state.get(name)]
    dates += [date["start_time"] for date in state.get("occurrences", ())[-1:]]
    last = max(map(datetime.fromisoformat, dates), default=None)
    if last is None:
        return None
    recurring = state["type"] in {_NO_FIXED_TIME, _PERSONAL, SERIES}
    try:
        return last + (_RECURRING if recurring else _SINGLE)
    except OverflowError:
        return None  # the calendar ends before
