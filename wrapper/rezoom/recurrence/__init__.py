"""Recurrence that reads like speech: a pattern, its end, and the series it makes in a time zone."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .difference import Difference
    from .occurrence import Occurrence
    from .pattern import Monthly, Recurrence, Unbounded
    from .refusal import RecurrenceError
    from .rrule_text import NotExpressible
    from .series import Series
    from .tokens import WordsError
    from .weekday import FRI, MON, SAT, SUN, THU, TUE, WED, Weekday

_HOMES = {
    ".difference": ("Difference",),
    ".occurrence": ("Occurrence",),
    ".pattern": ("Monthly", "Recurrence", "Unbounded"),
    ".refusal": ("RecurrenceError",),
    ".rrule_text": ("NotExpressible",),
    ".series": ("Series",),
    ".tokens": ("WordsError",),
    ".weekday": ("FRI", "MON", "SAT", "SUN", "THU", "TUE", "WED", "Weekday"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

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
    # Loaded on first use (PEP 562): importing the package costs next to nothing.
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
