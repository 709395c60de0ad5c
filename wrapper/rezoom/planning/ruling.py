"""Problems that code decides, in the words of the spec (`x-computed`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from .._wire import facts
from ..errors import Problem
from ..rules import computed


def ruled(rule: str, path: str = "", dates: Iterable[date] = ()) -> Problem:
    """Tell a rule about one member, with the days it is about."""
    return replace(computed(rule, path or facts.RULES[rule].field), dates=tuple(dates))
