"""Problems that code decides, in the words of the spec (`x-computed`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from .._wire import facts, source
from ..errors import Problem


def ruled(rule: str, path: str = "", dates: Iterable[date] = ()) -> Problem:
    """Say a rule of the spec about one member."""
    row = facts.RULES[rule]
    severity: Literal["error", "warning"] = "error" if row.severity == "error" else "warning"
    return Problem(
        path or row.field, severity, rule, row.sentence, row.fix, source(row.source), tuple(dates)
    )  # fmt: skip
