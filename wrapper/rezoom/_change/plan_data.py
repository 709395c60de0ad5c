"""The plain data that plans and receipts are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._redaction import HIDDEN, masked
from ..errors import Problem

if TYPE_CHECKING:
    from ..recurrence import Series
    from .occurrences import Dates


@dataclass(frozen=True, slots=True, repr=False)
class FieldChange:
    """A member by its dotted path, with its values before and after; None: not there."""

    path: str
    before: object
    after: object

    def __repr__(self) -> str:
        return f"FieldChange({self.path!r}, {self._shown('before')!r}, {self._shown('after')!r})"

    def __str__(self) -> str:
        return f"{self.path}: {words(self._shown('before'))} → {words(self._shown('after'))}"

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON-ready data; secrets are masked."""
        return {
            "path": self.path, "before": self._shown("before"), "after": self._shown("after"),
        }  # fmt: skip

    def _shown(self, side: str) -> Any:
        return masked(getattr(self, side), self.path.rpartition(".")[2])


def words(value: object) -> str:
    """Write a value as a person would: short, and on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "on" if value else "off"
    if value == HIDDEN:
        return HIDDEN
    if isinstance(value, str):
        return f"“{' '.join(value.split())}”" if value else "empty"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {words(item)}" for name, item in value.items()) or "empty"
    if isinstance(value, list | tuple):
        return "; ".join(words(item) for item in value) or "empty"
    return str(value)


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as a caller said it."""

    change: object
    fields: Mapping[str, object]
    schedule: Series | None = None
    extra: Mapping[str, object] | None = None
    allow: Sequence[str] = ()


@dataclass(slots=True)
class Outcome:
    """What a wish comes to: the members that differ, and what is to be said about them."""

    body: dict[str, Any] = field(default_factory=dict)
    changes: list[FieldChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    dates: Dates | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What was sent, when, and what the reads around it showed; kept for undoing it."""

    account: str
    body: Mapping[str, Any] = field(repr=False)
    at: datetime
    occurrence: str | None = None
    before: Mapping[str, Any] | None = field(default=None, repr=False)
    after: Mapping[str, Any] | None = field(default=None, repr=False)
    dates: Dates | None = None
    # Members of the body that a file of it leaves out.
    hidden: tuple[str, ...] = ()
