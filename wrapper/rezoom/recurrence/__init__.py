"""Recurrence that reads like speech: a pattern, its end, and the series it makes in a time zone."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._date_diff import Difference
    from ._english_parser import WordsError
    from ._limits import RecurrenceError
    from ._pattern import FRI, MON, SAT, SUN, THU, TUE, WED, Weekday
    from ._rrule import NotExpressible
    from ._series import Monthly, Recurrence, Series, Unbounded
    from ._zones import Occurrence

_HOMES = {
    "._date_diff": "Difference",
    "._english_parser": "WordsError",
    "._limits": "RecurrenceError",
    # The others in these two are not promised: pickles of public values hold them.
    "._pattern": "FRI MON SAT SUN THU TUE WED Weekday Daily MonthlyOnDay MonthlyOnWeekday Weekly",
    "._timeline": "Count Forever Timeline Until UntilInstant",
    "._rrule": "NotExpressible",
    "._series": "Monthly Recurrence Series Unbounded",
    "._zones": "Occurrence",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "FRI",
    "MON",
    "SAT",
    "SUN",
    "THU",
    "TUE",
    "WED",
    "Difference",
    "Monthly",
    "NotExpressible",
    "Occurrence",
    "Recurrence",
    "RecurrenceError",
    "Series",
    "Unbounded",
    "Weekday",
    "WordsError",
]


def __getattr__(name: str) -> object:
    # Loaded on first use (PEP 562): importing the package loads none of its modules.
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
