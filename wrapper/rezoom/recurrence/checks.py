"""What a pattern or an end may hold; every limit is read from the spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import UnionType
from typing import TYPE_CHECKING, TypeGuard

from .refusal import WrongStep, refusal
from .weekday import Weekday

NTH: Mapping[str, int] = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
NTH_NAMES: Mapping[int, str] = {number: name for name, number in NTH.items()}
_ENDS = "until(date(2027, 6, 30)), times(12) or forever()"
_DAYS = "on_day(15) or on_the('last', FRI)"
_STEPS: Mapping[str, Mapping[str, tuple[str, str, str, str]]] = {}


def whole(value: object) -> TypeGuard[int]:
    """Tell whether it is a whole number; True is not one here."""
    return isinstance(value, int) and not isinstance(value, bool)
