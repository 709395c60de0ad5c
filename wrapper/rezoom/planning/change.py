"""One member that changes: what it was, what it becomes; secrets are never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..secrecy import HIDDEN, masked


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
